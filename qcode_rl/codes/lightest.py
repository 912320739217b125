"""The lightest checks that a small code can be given by, from a list of all its stabilizers.

Taking stabilizers by weight, each that the ones before do not generate, makes a generating set
whose i-th weight is the least that it can be, for every i: independent sets of rows are a matroid
(J. Edmonds, Math. Programming 1, 127 (1971)).
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from qcode_rl import gf2
from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

#: Most independent checks (of one type, for CSS codes): all their products are listed.
MAX_RANK = 16
_AnyCode = TypeVar("_AnyCode", CSSCode, StabilizerCode)


def with_lightest_checks(code: _AnyCode) -> _AnyCode:
    """Return the same code, given by independent checks of the least weights.

    Of equally light checks, each is taken so that the most checks on a qubit, then the sum of the
    squares of the numbers of checks on qubits, stay low; that this makes the least q is not said.

    Args:
        code: of at most 16 independent checks (of either type, for a CSS code).

    Raises:
        InputError: if there are more.

    Example:
        >>> with_lightest_checks(CSSCode([[1, 1, 0, 0], [1, 1, 1, 1]], np.zeros((0, 4)))).x_checks
        array([[1, 1, 0, 0],
               [0, 0, 1, 1]], dtype=uint8)
    """
    if isinstance(code, CSSCode):
        x, z = (_lightest(checks, checks.shape[1]) for checks in (code.x_checks, code.z_checks))
        return type(code)(x, z)
    return type(code)(_lightest(code.checks, code.num_qubits))


def _lightest(checks: BinaryMatrix, n: int) -> BinaryMatrix:
    """Return lightest independent rows with the span of rows `(r, n)` or symplectic `(r, 2n)`."""
    basis, pivots = gf2.row_reduce(checks)
    basis = basis[: len(pivots)]
    if len(basis) > MAX_RANK:
        raise InputError(f"code: must have at most {MAX_RANK} independent checks, got {len(basis)}")
    # Word i is the sum of the rows where i has ones.
    words = np.zeros((1, checks.shape[1]), dtype=np.uint8)
    for row in basis:
        words = np.concatenate([words, words ^ row])
    supports = words[:, :n] | words[:, -n:]
    weights = supports.sum(axis=1, dtype=np.int64)
    chosen = _chosen(weights, supports, len(basis))
    return np.ascontiguousarray(words[chosen])


def _chosen(weights: NDArray[np.int64], supports: BinaryMatrix, rank: int) -> list[int]:
    """Return which words are taken, in order; a word's number holds its coordinates."""
    residues = np.arange(len(weights))
    degrees = np.zeros(supports.shape[1], dtype=np.int64)
    chosen: list[int] = []
    while len(chosen) < rank:
        open_words = np.flatnonzero(residues)
        light = open_words[weights[open_words] == weights[open_words].min()]
        after = degrees + supports[light]
        costs = np.lexsort(((after**2).sum(axis=1), after.max(axis=1)))
        word = int(light[costs[0]])
        chosen.append(word)
        degrees += supports[word]
        # Elimination, in all words at once: what the words taken generate has no residue.
        taken = int(residues[word])
        lowest = taken & -taken
        residues = np.where(residues & lowest, residues ^ taken, residues)
    return chosen
