"""Logical error rates from few shots: exact sums, the errors drawn, and corner cases."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from qcode_rl.codes import CSSCode, hypergraph_product
from qcode_rl.decoding.judging.capacity import (
    capacity_failures,
    capacity_rate,
    draw_errors,
    logical_flips,
    parities,
    product_rate,
)
from qcode_rl.decoding.judging.options import LogicalErrorOptions

HAMMING = [[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]]
STEANE = CSSCode(HAMMING, HAMMING)
#: The rotated surface code of distance 3: qubits are the cells of a square, row by row.
SURFACE = CSSCode(
    [[int(q in s) for q in range(9)] for s in ((0, 1), (1, 2, 4, 5), (3, 4, 6, 7), (7, 8))],
    [[int(q in s) for q in range(9)] for s in ((0, 1, 3, 4), (2, 5), (3, 6), (4, 5, 7, 8))],
)
RING = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], dtype=np.uint8)


def all_patterns(n: int) -> np.ndarray:
    return np.array(list(itertools.product((0, 1), repeat=n)), dtype=np.uint8)


def exact_rate(code: CSSCode, p: float) -> float:
    """Add up the probability of all pairs of X and Z parts that end in a logical error."""
    patterns = all_patterns(code.num_qubits)
    by_x = logical_flips(code.z_checks, code.z_logicals, patterns, 2 * p / 3)
    by_z = logical_flips(code.x_checks, code.x_logicals, patterns, 2 * p / 3)
    # Of one qubit: none or X in the rows' order, none or Z in the columns'.
    one = np.array([[1 - p, p / 3], [p / 3, p / 3]])
    joint = np.ones((1, 1))
    for _ in range(code.num_qubits):
        joint = np.kron(joint, one)
    assert joint.sum() == pytest.approx(1)
    return float(joint[by_x[:, None] | by_z[None, :]].sum())


@pytest.mark.parametrize("code", [STEANE, SURFACE], ids=["steane", "surface"])
@pytest.mark.parametrize("p", [0.02, 0.08, 0.3])
def test_the_rate_agrees_with_the_sum_over_all_errors(code: CSSCode, p: float) -> None:
    shots = 20_000
    exact = exact_rate(code, p)
    found = capacity_rate(code, LogicalErrorOptions(p=p, shots=shots, seed=1))
    assert abs(found - exact) < 4 * np.sqrt(exact * (1 - exact) / shots)


def test_what_is_left_of_errors_with_one_syndrome_differs_by_their_difference() -> None:
    # Whatever the decoder answers to a syndrome, two errors with that syndrome differ by a word of
    # the Hamming code; the words of odd weight are the logical operators.
    patterns = all_patterns(7)
    flips = logical_flips(STEANE.z_checks, STEANE.z_logicals, patterns, 0.05)
    syndromes = patterns @ np.array(HAMMING).T % 2
    odd = patterns.sum(axis=1) % 2 == 1
    for syndrome in np.unique(syndromes, axis=0):
        same = (syndromes == syndrome).all(axis=1)
        assert same.sum() == 16
        assert len(set((flips ^ odd)[same].tolist())) == 1
    # And the answer to no syndrome is no correction.
    assert not flips[0]


def test_the_surface_code_corrects_every_single_error() -> None:
    for checks, logicals in (
        (SURFACE.z_checks, SURFACE.z_logicals),
        (SURFACE.x_checks, SURFACE.x_logicals),
    ):
        light = np.vstack([np.zeros(9, np.uint8), np.eye(9, dtype=np.uint8)])
        assert not logical_flips(checks, logicals, light, 0.05).any()


def test_codes_of_one_length_meet_the_same_errors() -> None:
    options = LogicalErrorOptions(p=0.3, shots=50, seed=3)
    for one, other in zip(draw_errors(20, options), draw_errors(20, options), strict=True):
        assert np.array_equal(one, other)
    # Two codes that are equal but for their names, and a third that shares the length alone.
    swapped = CSSCode(np.array(HAMMING)[::-1], HAMMING)
    assert capacity_rate(swapped, options) == capacity_rate(STEANE, options)
    assert not np.array_equal(
        draw_errors(20, options)[0], draw_errors(20, LogicalErrorOptions(0.3, 50, seed=4))[0]
    )
    assert not np.array_equal(draw_errors(20, options)[0], draw_errors(21, options)[0][:, :20])


@given(
    n=st.integers(1, 30),
    p=st.floats(0.01, 0.75),
    lower=st.floats(0.001, 1.0),
    shots=st.integers(2, 40),
    seed=st.integers(0, 1000),
)
def test_more_shots_and_more_noise_only_add_errors(
    n: int, p: float, lower: float, shots: int, seed: int
) -> None:
    more = draw_errors(n, LogicalErrorOptions(p, shots, seed))
    fewer = draw_errors(n, LogicalErrorOptions(p, shots // 2, seed))
    weaker = draw_errors(n, LogicalErrorOptions(p * lower, shots, seed))
    for a, b, c in zip(more, fewer, weaker, strict=True):
        assert np.array_equal(a[: shots // 2], b)
        assert (c <= a).all()


def test_the_three_paulis_are_equally_likely() -> None:
    p, shots, n = 0.3, 2000, 50
    x, z = draw_errors(n, LogicalErrorOptions(p=p, shots=shots))
    for share in ((x & ~z & 1).mean(), (z & ~x & 1).mean(), (x & z).mean()):
        assert share == pytest.approx(p / 3, abs=4 * np.sqrt(p / 3 / (shots * n)))


def test_a_shot_counts_once_whichever_type_fails() -> None:
    # Without noise to speak of nothing fails; then the estimate is Jeffreys' floor.
    quiet = LogicalErrorOptions(p=1e-9, shots=99)
    assert capacity_rate(STEANE, quiet) == 0.5 / 100
    loud = LogicalErrorOptions(p=0.75, shots=400)
    failures = capacity_failures(STEANE, loud)
    assert failures.shape == (400,)
    # Of a state that is lost, X and Z each fail in half of the shots: 3 in 4 fail.
    assert failures.mean() == pytest.approx(0.75, abs=0.1)
    assert capacity_rate(STEANE, loud) == (failures.sum() + 0.5) / 401


def test_a_code_without_logical_qubits_has_rate_one() -> None:
    assert capacity_rate(CSSCode(np.eye(2), np.zeros((0, 2))), LogicalErrorOptions()) == 1.0
    assert product_rate(np.array([[1]], dtype=np.uint8), LogicalErrorOptions()) == 1.0


def test_codes_may_lack_checks_of_one_type_or_repeat_and_empty_them() -> None:
    options = LogicalErrorOptions(p=0.1, shots=200)
    # Nothing sees a Z error, and any odd number of them is a logical one.
    bare = CSSCode(np.zeros((0, 3)), [[1, 1, 0], [0, 1, 1]])
    z = draw_errors(3, options)[1]
    assert (capacity_failures(bare, options) >= (z.sum(axis=1) % 2 == 1)).all()
    padded = CSSCode([*HAMMING, HAMMING[0], [0] * 7], [*HAMMING, [0] * 7])
    assert capacity_rate(padded, options) == pytest.approx(capacity_rate(STEANE, options), abs=0.05)


def test_what_was_decoded_before_changes_nothing() -> None:
    options = LogicalErrorOptions(p=0.1, shots=50)
    x = draw_errors(18, options)[0]
    code = hypergraph_product(RING)
    together = logical_flips(code.z_checks, code.z_logicals, x, 0.1)
    backwards = logical_flips(code.z_checks, code.z_logicals, x[::-1], 0.1)
    assert np.array_equal(together, backwards[::-1])
    assert product_rate(RING, options) == capacity_rate(code, options)


def test_overlaps_beyond_a_byte_keep_their_parity() -> None:
    rows = csr_matrix(np.ones((1, 301), dtype=np.uint8))
    errors = np.tri(302, 301, -1, dtype=np.uint8)
    assert parities(rows, errors)[:, 0].tolist() == [w % 2 for w in range(302)]
