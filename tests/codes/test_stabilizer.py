"""Stabilizer codes: known ones, laws, conversions, and inputs that must be refused."""

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl import gf2
from qcode_rl.codes import CSSCode
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.codes.symplectic import first_anticommuting_pair, swap_halves
from qcode_rl.errors import InputError

FIVE_QUBIT = ("XZZXI", "IXZZX", "XIXZZ", "ZXIXZ")
HAMMING = [[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]]
# The 3 x 3 rotated surface code with X and Z exchanged on every second qubit.
XZZX = ("IZXIIIIII", "XZIZXIIII", "IIIIXZIZX", "IIIIIIXZI",
        "ZIIXIIIII", "IXZIZXIII", "IIIXZIZXI", "IIIIIXIIZ")  # fmt: skip


def form(a: Any, b: Any) -> Any:
    """The table of which symplectic rows anticommute."""
    return a.astype(int) @ swap_halves(b).T % 2


def random_code(seed: int, n: int, r: int) -> StabilizerCode:
    """Sums of rows that commute with each other by construction."""
    rng = np.random.default_rng(seed)
    rows = np.zeros((0, 2 * n), dtype=np.uint8)
    for _ in range(r):
        free = gf2.null_space(swap_halves(rows))
        new = rng.integers(0, 2, len(free)) @ free % 2
        rows = np.vstack([rows, new.astype(np.uint8)])
    return StabilizerCode(rows)


codes = st.builds(random_code, st.integers(0, 2**32), st.integers(1, 8), st.integers(0, 10))


@pytest.mark.parametrize(
    ("strings", "parameters"),
    [
        (FIVE_QUBIT, (5, 1, 4, 4)),
        (XZZX, (9, 1, 4, 4)),
        (("XX", "ZZ"), (2, 0, 2, 2)),
        (("XXXX", "ZZZZ", "YYYY"), (4, 2, 4, 3)),
        (("III", "III"), (3, 3, 0, 0)),
    ],
)
def test_parameters_of_known_codes(strings, parameters) -> None:
    code = StabilizerCode.from_pauli_strings(strings)
    found = (code.num_qubits, code.num_logicals, code.max_weight, code.max_degree)
    assert found == parameters
    assert code.pauli_strings == strings
    assert repr(code) == "StabilizerCode[[{},{}]]({},{})".format(*parameters)


def test_a_css_code_keeps_its_parameters_as_a_stabilizer_code() -> None:
    steane = CSSCode(HAMMING, HAMMING)
    code = StabilizerCode.from_css(steane)
    assert (code.num_qubits, code.num_logicals, code.max_weight) == (7, 1, 4)
    assert code.pauli_strings[0] == "XIXIXIX"
    assert code.pauli_strings[3] == "ZIZIZIZ"
    assert code.to_css() == steane
    # q counts all checks on a qubit here, and those of one type in a CSS code.
    assert (code.max_degree, steane.max_degree) == (6, 3)


def test_constructors_agree_on_what_the_halves_mean() -> None:
    code = StabilizerCode.from_pauli_strings(["XY"])
    assert code.checks.tolist() == [[1, 1, 0, 1]]
    assert StabilizerCode.from_xz_matrix([[1, 1, 0, 1]]) == code
    assert StabilizerCode.from_zx_matrix([[0, 1, 1, 1]]) == code
    assert StabilizerCode.from_pauli_strings(["+XY"]) == code


@settings(deadline=None)
@given(code=codes)
def test_logicals_commute_with_checks_and_pair_up(code: StabilizerCode) -> None:
    k, n = code.num_logicals, code.num_qubits
    assert code.logicals.shape == (2 * k, 2 * n)
    assert not form(code.logicals, code.checks).any()
    zero, one = np.zeros((k, k)), np.eye(k)
    assert np.array_equal(form(code.logicals, code.logicals), np.block([[zero, one], [one, zero]]))
    stacked = np.vstack([code.checks, code.logicals])
    assert gf2.rank(stacked) == n + k


@settings(deadline=None)
@given(code=codes, seed=st.integers(0, 2**32))
def test_the_key_does_not_depend_on_the_generators(code: StabilizerCode, seed: int) -> None:
    rows = np.random.default_rng(seed).permutation(code.checks)
    if len(rows) > 1:
        rows[0] ^= rows[1]
    other = StabilizerCode(np.vstack([rows, np.zeros_like(rows), rows]))
    assert (other.key, hash(other), other.num_logicals) == (code.key, hash(code), code.num_logicals)
    assert other == code


def test_codes_of_different_groups_differ() -> None:
    code = StabilizerCode.from_pauli_strings
    assert code(["XX"]) != code(["ZZ"])
    assert code(["XX"]) != code(["XXI"])
    assert code(["XX"]) != CSSCode([[1, 1]], np.zeros((0, 2)))


@settings(deadline=None)
@given(code=codes)
def test_pickles_are_small_equal_and_read_only(code: StabilizerCode) -> None:
    before = len(pickle.dumps(code))
    _ = code.logicals, code.key
    data = pickle.dumps(code)
    assert len(data) == before < 300
    copy = pickle.loads(data)
    assert np.array_equal(copy.checks, code.checks)
    assert copy == code
    assert not copy.checks.flags.writeable


def test_codes_cannot_be_changed_through_their_arrays() -> None:
    matrix = np.array([[1, 1, 0, 0]], dtype=np.uint8)
    code = StabilizerCode(matrix)
    matrix[0, 0] = 0
    assert code.pauli_strings == ("XX",)
    for array in (code.checks, code.x_part, code.logicals):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 0


def test_the_tanner_graph_says_which_pauli_acts_where() -> None:
    graph = StabilizerCode.from_pauli_strings(["XYZI", "IIII"]).tanner_graph()
    assert graph.number_of_nodes() == 6
    assert graph.nodes["qubit", 3] == {"kind": "qubit"}
    assert graph.nodes["check", 1] == {"kind": "check"}
    paulis = {i: graph["check", 0]["qubit", i]["pauli"] for i in range(3)}
    assert paulis == {0: "X", 1: "Y", 2: "Z"}
    assert graph.number_of_edges() == 3


@settings(deadline=None)
@given(code=codes)
def test_weights_and_degrees_are_those_of_the_tanner_graph(code: StabilizerCode) -> None:
    degrees = dict(code.tanner_graph().degree())
    checks = [degree for (kind, _), degree in degrees.items() if kind == "check"]
    qubits = [degree for (kind, _), degree in degrees.items() if kind == "qubit"]
    assert max(checks, default=0) == code.max_weight
    assert max(qubits) == code.max_degree


def test_the_first_anticommuting_pair_is_found_beyond_the_first_block() -> None:
    rows = np.zeros((3000, 4), dtype=np.uint8)
    rows[2500, 0], rows[2700, 2] = 1, 1
    assert first_anticommuting_pair(rows) == (2500, 2700)


@pytest.mark.parametrize(
    ("checks", "message"),
    [
        ([[1, 0, 1]], "checks: must have an even number of columns, [X|Z], got 3"),
        ([[2, 0]], "checks: entries must be 0 or 1, got 2 at row 0, column 0"),
        ([[0, 0], [1, 0], [0, 0], [0, 1]], "checks 1 and 3 anticommute: all checks must commute"),
        (np.zeros((2, 0)), "checks: must have at least one column, got shape (2, 0)"),
    ],
)
def test_bad_matrices_are_refused(checks, message: str) -> None:
    for constructor in (StabilizerCode, StabilizerCode.from_xz_matrix):
        with pytest.raises(InputError) as caught:
            constructor(checks)
        assert str(caught.value) == message


def test_an_odd_width_is_refused_in_the_other_order_too() -> None:
    with pytest.raises(InputError, match="must have an even number of columns"):
        StabilizerCode.from_zx_matrix([[1, 0, 1]])


@pytest.mark.parametrize(
    ("strings", "message"),
    [
        ([], "Pauli strings: must be at least one, got none"),
        (["XX", "XXX"], "check 1: must have 2 letters like check 0, got 3"),
        (["X?"], "check 0: letters must be I, X, Y, Z or _, got '?'"),
        ([""], "check 0: must have at least one letter, got none"),
        (["-XX"], "check 0: sign must be + or none, since codes here have no signs, got -"),
        ([7], "check 0: must be a Pauli string, got int"),
        (["XI", "IX", "ZI"], "checks 0 and 2 anticommute: all checks must commute"),
    ],
)
def test_bad_pauli_strings_are_refused(strings, message: str) -> None:
    with pytest.raises(InputError) as caught:
        StabilizerCode.from_pauli_strings(strings)
    assert str(caught.value) == message


def test_a_code_with_a_mixed_check_is_no_css_code_as_given() -> None:
    with pytest.raises(InputError, match="check 1 is mixed"):
        StabilizerCode.from_pauli_strings(["XX", "YY"]).to_css()
