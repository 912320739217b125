"""`ClassicalCode`: parameters, identity, immutability."""

import hashlib
import pickle
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.codes import ClassicalCode, CSSCode
from qcode_rl.errors import InputError

HAMMING = [[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]]


def random_checks(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 2, rng.integers(1, 9, 2), dtype=np.uint8)


seeds = st.integers(0, 2**32 - 1)


def test_the_hamming_code_has_its_parameters() -> None:
    code = ClassicalCode(HAMMING)
    assert (code.n, code.k, code.rank) == (7, 4, 3)
    assert (code.max_weight, code.max_degree) == (4, 3)
    assert str(code.distance()) == "3"
    assert repr(code) == "ClassicalCode[7,4](4,3)"


def test_zero_and_repeated_rows_do_not_count_towards_the_rank() -> None:
    code = ClassicalCode([*HAMMING, HAMMING[0], [0] * 7])
    assert (code.n, code.k, code.rank) == (7, 4, 3)
    # ... but weights and degrees are those of the checks as given.
    assert code.max_degree == 4
    assert code == ClassicalCode(HAMMING)


def test_extreme_codes_have_parameters() -> None:
    everything = ClassicalCode(np.zeros((0, 5)))
    assert (everything.n, everything.k, everything.max_weight) == (5, 5, 0)
    assert str(everything.distance()) == "1"
    nothing = ClassicalCode(np.eye(4))
    assert (nothing.k, nothing.distance()) == (0, None)


@given(seeds)
def test_the_generator_spans_what_the_checks_allow(seed: int) -> None:
    code = ClassicalCode(random_checks(seed))
    words = np.indices((2,) * code.n).reshape(code.n, -1)
    allowed = words[:, ~(code.checks.astype(int) @ words % 2).any(axis=0)]
    sums = np.indices((2,) * code.k).reshape(code.k, 2**code.k).T @ code.generator.astype(int) % 2
    assert code.generator.shape == (code.k, code.n)
    assert {tuple(w) for w in allowed.T.tolist()} == {tuple(w) for w in sums.tolist()}


@given(seeds)
def test_the_generator_gives_the_code_back(seed: int) -> None:
    code = ClassicalCode(random_checks(seed))
    if code.k:
        assert ClassicalCode.from_generator(code.generator) == code


@given(seeds)
def test_the_key_does_not_depend_on_the_generators_of_the_row_space(seed: int) -> None:
    rng = np.random.default_rng(seed)
    checks = random_checks(seed)
    mixed = checks[rng.permutation(len(checks))].astype(np.int64)
    for i in range(1, len(mixed)):
        mixed[i] += mixed[i - 1] * rng.integers(0, 2)
    other = ClassicalCode(np.vstack([mixed % 2, mixed[:1] % 2]))
    assert other.key == ClassicalCode(checks).key
    assert hash(other) == hash(ClassicalCode(checks))


def test_the_key_depends_on_the_order_of_bits_on_length_and_on_kind() -> None:
    code = ClassicalCode([[1, 1, 0, 0]])
    assert code != ClassicalCode([[1, 0, 1, 0]])
    assert code != ClassicalCode([[1, 1, 0]])
    assert code.key != CSSCode([[1, 1, 0, 0]], np.zeros((0, 4))).key
    assert code != "ClassicalCode"


def test_the_key_is_a_hash_of_the_reduced_checks() -> None:
    # Archives hold keys: another way to compute them makes every archived code another one.
    # The Hamming checks above are in reduced form; bit j of a word is column j.
    rows = struct.pack("<3Q", 0b1010101, 0b1100110, 0b1111000)
    expected = hashlib.sha256(b"classical:7,3:" + rows).hexdigest()
    assert ClassicalCode(HAMMING).key == expected


def test_the_transposed_code_swaps_checks_and_bits() -> None:
    code = ClassicalCode(HAMMING)
    assert (code.transpose.n, code.transpose.k) == (3, 0)
    assert np.array_equal(code.transpose.checks, np.array(HAMMING).T)
    assert code.transpose.transpose == code


def test_checks_cannot_be_changed_even_after_pickling() -> None:
    code = ClassicalCode(HAMMING)
    for one in (code, pickle.loads(pickle.dumps(code))):
        with pytest.raises(ValueError, match="read-only"):
            one.checks[0, 0] = 0
        assert one.key == code.key
        assert one == code


def test_pickles_hold_the_checks_and_not_what_follows_from_them() -> None:
    fresh, used = ClassicalCode(HAMMING), ClassicalCode(HAMMING)
    assert used.generator.shape == (4, 7)
    assert used.key
    assert used.rank == 3
    assert len(pickle.dumps(used)) == len(pickle.dumps(fresh))


def test_the_tanner_graph_joins_checks_to_their_bits() -> None:
    graph = ClassicalCode([[1, 0, 1], [0, 0, 0]]).tanner_graph()
    assert dict(graph.nodes(data=True)) == {
        ("qubit", 0): {"kind": "qubit"},
        ("qubit", 1): {"kind": "qubit"},
        ("qubit", 2): {"kind": "qubit"},
        ("check", 0): {"kind": "check", "pauli": "Z"},
        ("check", 1): {"kind": "check", "pauli": "Z"},
    }
    assert {frozenset(edge) for edge in graph.edges} == {
        frozenset({("check", 0), ("qubit", 0)}),
        frozenset({("check", 0), ("qubit", 2)}),
    }
    assert {pauli for *_, pauli in graph.edges(data="pauli")} == {"Z"}


def test_bad_checks_are_refused_by_the_name_of_the_argument() -> None:
    with pytest.raises(InputError, match=r"^checks: entries must be 0 or 1, got 3 at row 0"):
        ClassicalCode([[3]])
    with pytest.raises(InputError, match=r"^generator: must be a matrix"):
        ClassicalCode.from_generator([1, 0])
