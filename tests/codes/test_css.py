"""`CSSCode`: parameters, commutation, logical operators, identity."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl import gf2
from qcode_rl.codes import CSSCode
from qcode_rl.errors import InputError

HAMMING = [[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]]
SHOR_X = [[1, 1, 1, 1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1, 1, 1, 1]]
SHOR_Z = [[int(j in (i, i + 1)) for j in range(9)] for i in (0, 1, 3, 4, 6, 7)]


@st.composite
def css_codes(draw: st.DrawFn) -> CSSCode:
    """Codes of up to 9 qubits with rows that may repeat, be zero, or be missing."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, 9))
    x_checks = rng.integers(0, 2, (draw(st.integers(0, 5)), n))
    free = gf2.null_space(x_checks).astype(np.int64)
    sums = rng.integers(0, 2, (draw(st.integers(0, 5)), len(free)))
    return CSSCode(x_checks, sums @ free % 2)


@pytest.mark.parametrize(
    ("x_checks", "z_checks", "expected"),
    [
        (HAMMING, HAMMING, (7, 1, 4, 3, "3")),
        (SHOR_X, SHOR_Z, (9, 1, 6, 2, "3")),
        ([[1, 1, 1, 1]], [[1, 1, 1, 1]], (4, 2, 4, 1, "2")),
        (np.zeros((0, 3)), [[1, 1, 0], [0, 1, 1]], (3, 1, 2, 2, "1")),
        (np.zeros((0, 2)), np.zeros((0, 2)), (2, 2, 0, 0, "1")),
        ([[1]], np.zeros((0, 1)), (1, 0, 1, 1, "None")),
    ],
    ids=["steane", "shor", "four qubits", "bit flip", "no checks", "one state"],
)
def test_textbook_codes_have_their_parameters(
    x_checks: list[list[int]], z_checks: list[list[int]], expected: tuple[int, int, int, int, str]
) -> None:
    code = CSSCode(x_checks, z_checks)
    found = (code.num_qubits, code.num_logicals, code.max_weight, code.max_degree)
    assert (*found, str(code.distance())) == expected


def test_each_type_has_a_distance_of_its_own() -> None:
    distance = CSSCode(SHOR_X, SHOR_Z).distance()
    assert distance is not None
    assert (str(distance.dx), str(distance.dz)) == ("3", "3")
    flip = CSSCode(np.zeros((0, 3)), [[1, 1, 0], [0, 1, 1]]).distance()
    assert flip is not None
    assert (str(flip.dx), str(flip.dz)) == ("3", "1")


@given(css_codes())
@settings(max_examples=60)
def test_logicals_commute_with_checks_pair_up_and_number_k(code: CSSCode) -> None:
    k, n = code.num_logicals, code.num_qubits
    x, z = code.x_logicals.astype(np.int64), code.z_logicals.astype(np.int64)
    assert x.shape == z.shape == (k, n)
    assert not (x @ code.z_checks.T % 2).any()
    assert not (z @ code.x_checks.T % 2).any()
    # Row i of one type anticommutes with row i of the other and with no other row, which also
    # makes them independent of each other and of the checks.
    assert np.array_equal(x @ z.T % 2, np.eye(k))
    logicals = code.logicals.astype(np.int64)
    assert logicals.shape == (2 * k, 2 * n)
    pairing = logicals @ np.roll(logicals, n, axis=1).T % 2
    assert np.array_equal(pairing, np.roll(np.eye(2 * k), k, axis=1))


@given(css_codes())
@settings(max_examples=60)
def test_k_counts_operators_that_commute_and_are_no_products_of_checks(code: CSSCode) -> None:
    n = code.num_qubits
    words = np.indices((2,) * n).reshape(n, -1)
    commuting = int((~(code.z_checks.astype(int) @ words % 2).any(axis=0)).sum())
    stabilizers = {(0,) * n}
    for row in code.x_checks.tolist():
        stabilizers |= {tuple(a ^ b for a, b in zip(row, s, strict=True)) for s in stabilizers}
    assert commuting == len(stabilizers) * 2**code.num_logicals


@given(css_codes(), st.integers(0, 2**32 - 1))
def test_the_key_does_not_depend_on_the_generators(code: CSSCode, seed: int) -> None:
    rng = np.random.default_rng(seed)

    def mixed(checks: np.ndarray) -> np.ndarray:
        rows = checks[rng.permutation(len(checks))].astype(np.int64)
        for i in range(1, len(rows)):
            rows[i] += rows[i - 1]
        return np.vstack([rows % 2, np.zeros((1, code.num_qubits))])

    other = CSSCode(mixed(code.x_checks), mixed(code.z_checks))
    assert other == code
    assert hash(other) == hash(code)
    assert other.num_logicals == code.num_logicals


def test_the_key_depends_on_the_order_of_qubits_and_on_the_type_of_checks() -> None:
    none = np.zeros((0, 3))
    code = CSSCode([[1, 1, 0]], none)
    assert code != CSSCode([[0, 1, 1]], none)
    assert code != CSSCode(none, [[1, 1, 0]])
    assert code != CSSCode([[1, 1, 0, 0]], np.zeros((0, 4)))


def test_checks_cannot_be_changed_even_after_pickling() -> None:
    code = CSSCode(SHOR_X, SHOR_Z)
    assert code.logicals.any()
    for one in (code, pickle.loads(pickle.dumps(code))):
        for checks in (one.x_checks, one.z_checks):
            with pytest.raises(ValueError, match="read-only"):
                checks[0, 0] = 0
        assert one == code
        assert np.array_equal(one.logicals, code.logicals)
    assert len(pickle.dumps(code)) == len(pickle.dumps(CSSCode(SHOR_X, SHOR_Z)))


def test_anticommuting_checks_are_refused_and_named() -> None:
    z_checks = [[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 1]]
    with pytest.raises(InputError) as caught:
        CSSCode([[1, 1, 1, 1], [1, 1, 0, 0]], z_checks)
    assert str(caught.value) == (
        "X check 0 and Z check 2 anticommute: checks 0 and 2 share 3 qubits, "
        "which must be an even number"
    )


def test_the_anticommuting_pair_is_named_among_thousands_of_checks() -> None:
    # Beyond the rows whose overlaps are held in memory at once.
    x_checks = np.zeros((2500, 4))
    x_checks[2100] = [1, 0, 0, 0]
    with pytest.raises(InputError, match=r"^X check 2100 and Z check 1 anticommute"):
        CSSCode(x_checks, [[0, 1, 1, 0], [1, 1, 0, 0]])


@pytest.mark.parametrize(
    ("x_checks", "z_checks", "message"),
    [
        (
            [[1, 1]],
            [[1, 1, 1]],
            "x_checks and z_checks: must have the same number of qubits, got 2 and 3",
        ),
        ([[1, 2]], [[1, 1]], "x_checks: entries must be 0 or 1, got 2 at row 0, column 1"),
        ([[1, 1]], [[1, -1]], "z_checks: entries must be 0 or 1, got -1 at row 0, column 1"),
        ([1, 1], [[1, 1]], "x_checks: must be a matrix (two dimensions), got 1"),
    ],
)
def test_bad_matrices_are_refused_by_name(
    x_checks: list[int], z_checks: list[int], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        CSSCode(x_checks, z_checks)
    assert str(caught.value) == message


def test_the_tanner_graph_numbers_x_checks_before_z_checks() -> None:
    graph = CSSCode([[1, 1, 0]], [[1, 1, 0], [0, 0, 1]]).tanner_graph()
    assert [graph.nodes["check", i]["pauli"] for i in range(3)] == ["X", "Z", "Z"]
    assert sum(kind == "qubit" for _, kind in graph.nodes(data="kind")) == 3
    for check, pauli, support in ((0, "X", {0, 1}), (1, "Z", {0, 1}), (2, "Z", {2})):
        edges = graph["check", check]
        assert {bit for _, bit in edges} == support
        assert {data["pauli"] for data in edges.values()} == {pauli}
