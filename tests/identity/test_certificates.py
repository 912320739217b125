"""Certificates: what they do to codes, and what is no certificate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity_oracles import random_css, random_map, random_stabilizer

from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.errors import InputError
from qcode_rl.identity import Equivalence, apply, maps_to

SEEDS = st.integers(0, 2**32 - 1)


def test_qubits_are_rotated_and_then_moved() -> None:
    code = StabilizerCode.from_pauli_strings(["XYZ"])
    # X to Y, Y to Z, Z to X on the first qubit; a Hadamard gate on the second.
    rotate = Equivalence((1, 2, 0), cliffords=("YZX", "ZYX", "XYZ"))
    assert apply(rotate, code).pauli_strings == ("ZYY",)
    assert apply(Equivalence((1, 2, 0), exchanged=True), code).pauli_strings == ("XZY",)


def test_css_codes_stay_css_codes_unless_single_qubits_are_rotated() -> None:
    code = CSSCode([[1, 1, 0]], [[1, 1, 1]])
    moved = apply(Equivalence((2, 1, 0), exchanged=True), code)
    assert isinstance(moved, CSSCode)
    assert (moved.x_checks.tolist(), moved.z_checks.tolist()) == ([[1, 1, 1]], [[0, 1, 1]])
    rotated = apply(Equivalence((0, 1, 2), cliffords=("ZYX",) * 3), code)
    assert isinstance(rotated, StabilizerCode)
    assert rotated.pauli_strings == ("ZZI", "XXX")


@given(SEEDS, st.integers(1, 6))
def test_maps_keep_the_number_of_logical_qubits_and_the_weights(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    for code in (random_css(rng, n), random_stabilizer(rng, n)):
        chosen = random_map(rng, n, exchange=True, rotate=bool(rng.integers(2)))
        image = apply(chosen, code)
        assert image.num_logicals == code.num_logicals
        assert image.max_weight == code.max_weight
        assert maps_to(chosen, code, image)


def test_a_map_to_another_code_is_no_certificate() -> None:
    one, other = (StabilizerCode.from_pauli_strings([string]) for string in ("XI", "IX"))
    assert maps_to(Equivalence((1, 0)), one, other)
    assert not maps_to(Equivalence((0, 1)), one, other)
    css = CSSCode([[1, 0]], np.zeros((0, 2)))
    assert maps_to(Equivalence((1, 0)), css, other)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((0, 0),), "permutation: must hold each of 0 to 1 once"),
        (((0, 1), False, ("XYZ",)), "cliffords: must be 2, one a qubit, got 1"),
        (((0,), False, ("XXZ",)), "cliffords: must each be of X, Y and Z, got XXZ at 0"),
    ],
)
def test_what_is_no_map_is_refused(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Equivalence(*arguments)  # type: ignore[arg-type]


def test_a_map_of_another_number_of_qubits_is_refused() -> None:
    with pytest.raises(InputError, match="equivalence: must be of 1 qubits like the code, got 2"):
        apply(Equivalence((0, 1)), StabilizerCode.from_pauli_strings(["X"]))
