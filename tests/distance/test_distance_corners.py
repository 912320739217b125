"""Corners where distance programs go wrong."""

import numpy as np
import pytest

from qcode_rl.codes import ClassicalCode, CSSCode, hypergraph_product
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.distance import distance_of
from qcode_rl.distance.progress import METHODS

PROVERS = METHODS[:3]
every_prover = pytest.mark.parametrize("method", [None, *PROVERS])
kernel = pytest.mark.kernel

STEANE = [[0, 0, 0, 1, 1, 1, 1], [0, 1, 1, 0, 0, 1, 1], [1, 0, 1, 0, 1, 0, 1]]


def ring(n: int) -> np.ndarray:
    return (np.eye(n) + np.roll(np.eye(n), 1, axis=1)).astype(np.uint8)


@kernel
@every_prover
def test_a_code_without_codewords_has_no_distance(method: str | None) -> None:
    assert distance_of(ClassicalCode(np.eye(4)), method=method) is None
    assert distance_of(CSSCode([[1, 1]], [[1, 1]]), method=method) is None
    assert distance_of(StabilizerCode.from_pauli_strings(["XX", "ZZ"]), method=method) is None


@kernel
@every_prover
def test_one_position_without_checks_has_distance_one(method: str | None) -> None:
    assert str(distance_of(ClassicalCode(np.zeros((0, 1))), method=method)) == "1"
    assert str(distance_of(ClassicalCode([[0]]), method=method)) == "1"
    none = np.zeros((0, 1))
    assert str(distance_of(CSSCode(none, none), method=method)) == "1"
    assert str(distance_of(StabilizerCode(np.zeros((0, 2))), method=method)) == "1"


@kernel
@every_prover
def test_a_css_code_may_have_no_checks_of_one_type(method: str | None) -> None:
    distance = distance_of(CSSCode(np.zeros((0, 5)), ring(5)), method=method)
    assert (str(distance.dx), str(distance.dz), str(distance)) == ("5", "1", "1")
    assert len(distance.witness.z) == 1
    assert distance.dx.witness.x == (0, 1, 2, 3, 4)


@kernel
@every_prover
def test_both_pauli_types_count(method: str | None) -> None:
    # Z type: 4 of Shor's 3 x 3 lattice read the other way round.
    x_checks = [[1, 1, 1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]]
    z_checks = [[1, 1] + [0] * 8, [0, 0, 1, 1] + [0] * 6]
    code = CSSCode(x_checks, z_checks)
    distance = distance_of(code, method=method)
    swapped = distance_of(CSSCode(z_checks, x_checks), method=method)
    assert (distance.dx.upper, distance.dz.upper) == (swapped.dz.upper, swapped.dx.upper)
    assert distance.upper == min(distance.dx.upper, distance.dz.upper) == swapped.upper


@kernel
@every_prover
def test_stabilizers_are_not_logical_operators(method: str | None) -> None:
    # Shor's code: stabilizers ZZ have weight 2, the distance is 3.
    x_checks = [[1] * 6 + [0] * 3, [0] * 3 + [1] * 6]
    z_checks = np.kron(np.eye(3), [[1, 1, 0], [0, 1, 1]])
    distance = distance_of(CSSCode(x_checks, z_checks), method=method)
    assert (str(distance.dx), str(distance.dz)) == ("3", "3")


@kernel
@every_prover
def test_repeated_and_zero_rows_change_nothing(method: str | None) -> None:
    checks = np.vstack([STEANE, STEANE, np.zeros((2, 7)), [np.sum(STEANE, axis=0) % 2]])
    assert str(distance_of(ClassicalCode(checks), method=method)) == "3"
    assert str(distance_of(CSSCode(checks, checks), method=method)) == "3"
    symplectic = StabilizerCode.from_css(CSSCode(checks, checks))
    assert str(distance_of(symplectic, method=method)) == "3"


@kernel
@every_prover
def test_a_single_unchecked_position_gives_distance_one(method: str | None) -> None:
    padded = np.hstack([STEANE, np.zeros((3, 1))])
    distance = distance_of(ClassicalCode(padded), method=method)
    assert (str(distance), distance.witness.x) == ("1", (7,))
    assert str(distance_of(CSSCode(padded, padded), method=method)) == "1"


@kernel
@every_prover
def test_a_fixed_qubit_is_no_logical_operator(method: str | None) -> None:
    # The last qubit is stabilized by a Z of weight 1.
    padded = np.hstack([STEANE, np.zeros((3, 1))])
    z_checks = np.vstack([padded, [[0] * 7 + [1]]])
    assert str(distance_of(CSSCode(padded, z_checks), method=method)) == "3"


@kernel
@every_prover
def test_disconnected_codes_have_the_distance_of_their_better_part_at_worst(
    method: str | None,
) -> None:
    apart = np.block([[ring(5), np.zeros((5, 3))], [np.zeros((3, 5)), ring(3)]])
    assert str(distance_of(ClassicalCode(apart), method=method)) == "3"
    twice = np.kron(np.eye(2), STEANE)
    assert str(distance_of(CSSCode(twice, twice), method=method)) == "3"


@every_prover
@pytest.mark.parametrize("n", [63, 64, 65, 127, 128, 129, 200])
def test_lengths_around_word_boundaries(method: str | None, n: int) -> None:
    assert str(distance_of(ClassicalCode(ring(n)), method=method)) == str(n)


@pytest.mark.parametrize("method", [None, "clusters"])
def test_long_quantum_codes(method: str | None) -> None:
    for size in (6, 9):
        toric = hypergraph_product(ring(size))
        plain = CSSCode(toric.x_checks, toric.z_checks)
        distance = distance_of(plain, method=method)
        assert (distance.dx.upper, distance.dz.upper, distance.exact) == (size, size, True)
    symplectic = StabilizerCode.from_css(CSSCode(*(2 * [np.kron(np.eye(11), STEANE)])))
    assert str(distance_of(symplectic, method=method)) == "3"


@kernel
@every_prover
def test_spaces_of_even_words_only(method: str | None) -> None:
    # The checks contain the all-ones word, and [8,4,4] words weigh 0, 4 or 8.
    extended = np.vstack([np.hstack([STEANE, np.zeros((3, 1))]), np.ones((1, 8))])
    assert str(distance_of(ClassicalCode(extended), method=method)) == "4"
    assert str(distance_of(CSSCode([[1] * 4], [[1] * 4]), method=method)) == "2"


@kernel
@every_prover
def test_operators_with_y_are_weighed_by_position(method: str | None) -> None:
    five = StabilizerCode.from_pauli_strings(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"])
    distance = distance_of(five, method=method)
    assert (str(distance), distance.witness.weight, distance.dx) == ("3", 3, None)
    only_y = StabilizerCode.from_pauli_strings(["XIX", "ZIZ"])
    assert str(distance_of(only_y, method=method)) == "1"
    repetition = StabilizerCode.from_pauli_strings(["YYI", "IYY"])
    assert str(distance_of(repetition, method=method)) == "1"
