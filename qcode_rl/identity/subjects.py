"""What is compared: a stabilizer group, as a CSS code's two spaces of words or as one space.

Whether a group is that of a CSS code is asked of the group, not of the class or of the checks
that a code happens to be given by.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from qcode_rl import gf2
from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.codes.symplectic import swap_halves
from qcode_rl.distance.sectors import Sector, css_sectors, stabilizer_sector
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix, Words
from qcode_rl.gf2.elimination import rank_in_place
from qcode_rl.gf2.jit import kernel, popcount

#: The codes that have an identity.
QuantumCode: TypeAlias = CSSCode | StabilizerCode


@dataclass(frozen=True)
class Subject:
    """Generators of a stabilizer group.

    Attributes:
        families: X checks and Z checks, `(r, n) uint8` each, of a group to be compared as a CSS
            code; or all checks, `(r, 2n) uint8` rows `[X|Z]`.
    """

    families: tuple[BinaryMatrix, ...]

    @property
    def is_css(self) -> bool:
        """Whether qubits are only relabelled, and X and Z exchanged as a whole."""
        return len(self.families) == 2

    @property
    def num_qubits(self) -> int:
        """n: the number of qubits."""
        return int(self.families[0].shape[1]) // (1 if self.is_css else 2)

    @property
    def ranks(self) -> tuple[int, ...]:
        """The ranks of the families, the smaller first: X and Z may be exchanged."""
        return tuple(sorted(gf2.rank(rows) for rows in self.families))

    def sectors(self) -> tuple[Sector, ...]:
        """Return the families as problems on words of n (CSS) or 3n columns (x | z | x + z)."""
        if self.is_css:
            x, z = css_sectors(*self.families)
            return x, z
        return (stabilizer_sector(*self.families),)

    def presented(self) -> tuple[BinaryMatrix, ...]:
        """Return the distinct nonzero checks of each family as words of n or 3n columns."""
        return tuple(_distinct(rows if self.is_css else tripled(rows)) for rows in self.families)


def subject_of(code: QuantumCode, local_cliffords: bool = False) -> Subject:
    """Return what is compared of a code.

    Args:
        code: a CSS or a stabilizer code.
        local_cliffords: compare a CSS code as any other, up to rotations of single qubits.

    Raises:
        InputError: for another kind of code.
    """
    if isinstance(code, CSSCode):
        if local_cliffords:
            return Subject((StabilizerCode.from_css(code).checks,))
        return Subject((code.x_checks, code.z_checks))
    if not isinstance(code, StabilizerCode):
        raise InputError(f"code: must be a CSS or a stabilizer code, got {type(code).__name__}")
    pure = None if local_cliffords else _pure_checks(code)
    return Subject(pure or (code.checks,))


def tripled(rows: BinaryMatrix) -> BinaryMatrix:
    """Turn symplectic rows `(r, 2n)` into `(x | z | x + z)`, `(r, 3n)`.

    An operator of weight t becomes a word of weight 2 t, and a rotation of one qubit a permutation
    of that qubit's three columns.
    """
    n = rows.shape[1] // 2
    return np.hstack([rows, rows[:, :n] ^ rows[:, n:]])


@kernel
def word_weights(words: Words) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Return the number of ones of each packed row, `(r,) int64`."""
    weights = np.zeros(words.shape[0], dtype=np.int64)
    for i in range(words.shape[0]):
        for w in range(words.shape[1]):
            weights[i] += popcount(words[i, w])
    return weights


def lightest_basis(words: Words) -> Words:
    """Return a basis of the span of packed rows that is as light as their choice allows.

    Returns:
        Independent rows of `words`, the lightest first. The last one's weight is the least that
        rows must be allowed to have to span it all.
    """
    ordered = words[np.argsort(word_weights(words), kind="stable")]
    left = ordered.copy()
    rank_in_place(left)
    # Elimination adds earlier rows to later ones: what is left of a row is zero if it depends on
    # rows before it, and taking rows greedily by weight is optimal (a matroid).
    return ordered[left.any(axis=1)]


def _pure_checks(code: StabilizerCode) -> tuple[BinaryMatrix, BinaryMatrix] | None:
    """Return X checks and Z checks that generate the group, if there are: those held, if pure."""
    x, z = code.x_part, code.z_part
    if not (x.any(axis=1) & z.any(axis=1)).any():
        css = code.to_css()
        return css.x_checks, css.z_checks
    n = code.num_qubits
    # Reduced with one half first, the rows that are zero there span what is pure in the other.
    by_z, _ = gf2.row_reduce(swap_halves(code.checks))
    by_x, _ = gf2.row_reduce(code.checks)
    pure_x = by_z[~by_z[:, :n].any(axis=1), n:]
    pure_z = by_x[~by_x[:, :n].any(axis=1), n:]
    return (pure_x, pure_z) if len(pure_x) + len(pure_z) == len(by_x) else None


def _distinct(rows: BinaryMatrix) -> BinaryMatrix:
    """Return the rows without zero rows and repetitions, in order of first appearance."""
    kept = {row.tobytes(): i for i, row in reversed(list(enumerate(rows))) if row.any()}
    return rows[sorted(kept.values())]
