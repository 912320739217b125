"""Rechecking a witness, by means that share nothing with the algorithms that found it.

Everything here is plain Python on integers used as bit vectors: slower than the kernels, and
independent of them, so that a fault in one is not a fault in the other.
"""

from collections.abc import Iterable

import numpy as np

from qcode_rl.codes import ClassicalCode, Code, CSSCode, StabilizerCode
from qcode_rl.codes.symplectic import swap_halves
from qcode_rl.distance.result import Witness
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix


def is_logical_operator(code: Code, witness: Witness, weight: int | None = None) -> bool:
    """Say whether a witness bounds the distance of a code from above.

    Args:
        code: a `ClassicalCode`, `CSSCode` or `StabilizerCode`.
        witness: the operator (for a classical code the codeword, in `x`).
        weight: the weight it is said to have; default: any.

    Returns:
        Whether it commutes with all checks, is no product of checks, and has that weight.

    Raises:
        InputError: for another kind of code.

    Example:
        >>> is_logical_operator(ClassicalCode([[1, 1, 0], [0, 1, 1]]), Witness(x=(0, 1, 2)))
        True
    """
    return fault_in_witness(code, witness, weight) is None


def fault_in_witness(code: Code, witness: Witness, weight: int | None = None) -> str | None:
    """Return what is wrong with a witness, `None` if nothing is.

    Args:
        code: a `ClassicalCode`, `CSSCode` or `StabilizerCode`.
        witness: the operator.
        weight: the weight it is said to have; default: any.

    Returns:
        The first rule that it breaks, in words.

    Raises:
        InputError: for another kind of code.
    """
    if not isinstance(code, ClassicalCode | CSSCode | StabilizerCode):
        raise InputError(f"code: no witness can be checked for {code!r}")
    n = code.n if isinstance(code, ClassicalCode) else code.num_qubits
    for part in (witness.x, witness.z):
        if len(set(part)) != len(part) or any(not 0 <= i < n for i in part):
            return f"its positions are not distinct numbers from 0 to {n - 1}"
    if weight is not None and witness.weight != weight:
        return f"its weight is {witness.weight}, not {weight}"
    if isinstance(code, ClassicalCode):
        return _fault_in_codeword(code, witness)
    if isinstance(code, StabilizerCode):
        return _fault_in_stabilizer(code, witness)
    return _fault_in_css(code, witness)


def _fault_in_codeword(code: ClassicalCode, witness: Witness) -> str | None:
    if witness.z or not witness.x:
        return "it is not a nonzero word"
    broken = _first_odd(code.checks, witness.x)
    return None if broken is None else f"check {broken} does not hold"


def _fault_in_css(code: CSSCode, witness: Witness) -> str | None:
    for checks, support, name in (
        (code.z_checks, witness.x, "Z"),
        (code.x_checks, witness.z, "X"),
    ):
        broken = _first_odd(checks, support)
        if broken is not None:
            return f"it anticommutes with {name} check {broken}"
    n = code.num_qubits
    if _spanned(code.x_checks, witness.x, n) and _spanned(code.z_checks, witness.z, n):
        return "it is a product of checks"
    return None


def _fault_in_stabilizer(code: StabilizerCode, witness: Witness) -> str | None:
    n = code.num_qubits
    row = (*witness.x, *(n + i for i in witness.z))
    broken = _first_odd(swap_halves(code.checks), row)
    if broken is not None:
        return f"it anticommutes with check {broken}"
    return "it is a product of checks" if _spanned(code.checks, row, 2 * n) else None


def _first_odd(checks: BinaryMatrix, support: Iterable[int]) -> int | None:
    """Return the first check that meets a support in an odd number of positions."""
    positions = set(support)
    for index, check in enumerate(checks):
        if len(positions.intersection(np.flatnonzero(check).tolist())) % 2:
            return index
    return None


def _spanned(checks: BinaryMatrix, support: Iterable[int], n: int) -> bool:
    """Say whether a support is a sum of rows, by elimination on Python integers."""
    echelon: dict[int, int] = {}
    # packbits counts positions from the high end of whole bytes.
    width = 8 * ((n + 7) // 8)
    for packed in np.packbits(checks, axis=1):
        row = _reduce(int.from_bytes(packed.tobytes(), "big"), echelon)
        if row:
            echelon[row.bit_length()] = row
    return _reduce(sum(1 << (width - 1 - i) for i in support), echelon) == 0


def _reduce(row: int, echelon: dict[int, int]) -> int:
    while row and row.bit_length() in echelon:
        row ^= echelon[row.bit_length()]
    return row
