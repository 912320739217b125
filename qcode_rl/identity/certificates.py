"""What shows that two codes are the same: where each qubit goes, and how it is rotated."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.codes.symplectic import LETTERS, swap_halves
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.identity.subjects import QuantumCode

#: Of the columns x, z and x + z of a qubit, each is zero for just one Pauli operator.
_LETTER_OF_COLUMN = "ZXY"


@dataclass(frozen=True)
class Equivalence:
    """A map of one code to another: rotate every qubit, then move it. It is plain data.

    Attributes:
        permutation: qubit i goes to `permutation[i]`.
        exchanged: whether X and Z are exchanged on all qubits.
        cliffords: for each qubit, before it moves, what X, Y and Z become, such as `ZYX` for a
            Hadamard gate; signs are no part of codes. Empty: no qubit is rotated by itself.

    Raises:
        InputError: if the permutation is none, or a rotation is not one of the six.
    """

    permutation: tuple[int, ...]
    exchanged: bool = False
    cliffords: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.permutation)
        if sorted(self.permutation) != list(range(n)):
            raise InputError(f"permutation: must hold each of 0 to {n - 1} once")
        if self.cliffords and len(self.cliffords) != n:
            raise InputError(f"cliffords: must be {n}, one a qubit, got {len(self.cliffords)}")
        for qubit, images in enumerate(self.cliffords):
            if sorted(images) != ["X", "Y", "Z"]:
                raise InputError(f"cliffords: must each be of X, Y and Z, got {images} at {qubit}")


def apply(equivalence: Equivalence, code: QuantumCode) -> QuantumCode:
    """Return what a code is mapped to.

    Args:
        equivalence: a map of as many qubits as the code has.
        code: a CSS or a stabilizer code.

    Returns:
        A code of the same class, its checks in the same order; a `StabilizerCode` if single qubits
        are rotated.

    Raises:
        InputError: if the number of qubits differs.

    Example:
        >>> code = StabilizerCode.from_pauli_strings(["XYZ"])
        >>> apply(Equivalence((1, 2, 0), cliffords=("ZYX", "XYZ", "XYZ")), code).pauli_strings
        ('ZZY',)
    """
    moves = np.array(equivalence.permutation, dtype=np.int64)
    if len(moves) != code.num_qubits:
        raise InputError(
            f"equivalence: must be of {code.num_qubits} qubits like the code, got {len(moves)}"
        )
    if isinstance(code, CSSCode) and not equivalence.cliffords:
        x, z = (_moved(rows, moves) for rows in (code.x_checks, code.z_checks))
        return CSSCode(z, x) if equivalence.exchanged else CSSCode(x, z)
    plain = code if isinstance(code, StabilizerCode) else StabilizerCode.from_css(code)
    x, z = plain.x_part, plain.z_part
    if equivalence.cliffords:
        x, z = _rotated(x, z, equivalence.cliffords)
    rows = np.hstack([_moved(x, moves), _moved(z, moves)])
    return StabilizerCode(swap_halves(rows) if equivalence.exchanged else rows)


def maps_to(equivalence: Equivalence, one: QuantumCode, other: QuantumCode) -> bool:
    """Say whether a map takes one code's stabilizer group to the other's, by their keys."""
    image = apply(equivalence, one)
    if type(image) is not type(other):
        image, other = (
            StabilizerCode.from_css(code) if isinstance(code, CSSCode) else code
            for code in (image, other)
        )
    return image.key == other.key


def from_mapping(
    mapping: NDArray[np.int64], num_qubits: int, exchanged: bool, columns_per_qubit: int
) -> Equivalence:
    """Read a map of codes off a map of columns.

    Args:
        mapping: `(N or more,) int64`, where columns go; further entries are ignored.
        num_qubits: n.
        exchanged: whether the kinds of words were exchanged.
        columns_per_qubit: 1, or 3: the columns x, z and x + z of a qubit go to those of another.
    """
    targets = mapping[: columns_per_qubit * num_qubits] % num_qubits
    permutation = tuple(targets[:num_qubits].tolist())
    if columns_per_qubit == 1:
        return Equivalence(permutation, exchanged)
    columns = (mapping[: 3 * num_qubits] // num_qubits).reshape(3, num_qubits).T.tolist()
    order = [_LETTER_OF_COLUMN.index(letter) for letter in "XYZ"]
    cliffords = ("".join(_LETTER_OF_COLUMN[of[at]] for at in order) for of in columns)
    return Equivalence(permutation, cliffords=tuple(cliffords))


def _moved(rows: BinaryMatrix, moves: NDArray[np.int64]) -> BinaryMatrix:
    result = np.empty_like(rows)
    result[:, moves] = rows
    return result


def _rotated(
    x: BinaryMatrix, z: BinaryMatrix, cliffords: tuple[str, ...]
) -> tuple[BinaryMatrix, BinaryMatrix]:
    """Replace the letters on each qubit; x and z are `(r, n)`."""
    images = np.array(
        [[0, *(LETTERS.index(of["XYZ".index(p)]) for p in "XZY")] for of in cliffords]
    )
    letters = images[np.arange(len(cliffords)), x + 2 * z]
    return (letters & 1).astype(np.uint8), (letters >> 1).astype(np.uint8)
