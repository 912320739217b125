"""Pauli operators as symplectic rows `[X|Z]`: commutation, pairing, and letters."""

from collections.abc import Sequence

import numpy as np

from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix, Words, pack_rows
from qcode_rl.gf2.elimination import lowest_one
from qcode_rl.gf2.jit import kernel

#: Letter of a Pauli operator by x + 2 z.
LETTERS = "IXZY"


def swap_halves(rows: BinaryMatrix) -> BinaryMatrix:
    """Turn symplectic rows `[X|Z]` into `[Z|X]`, `(r, 2n)`, or back."""
    return np.roll(rows, rows.shape[1] // 2, axis=1)


def first_anticommuting_pair(rows: BinaryMatrix) -> tuple[int, int] | None:
    """Return the first two rows `(r, 2n)` that anticommute, `(i, j)` with i < j, if any do."""
    return first_odd_overlap(rows, swap_halves(rows))


def first_odd_overlap(one: BinaryMatrix, other: BinaryMatrix) -> tuple[int, int] | None:
    """Return the first pair of rows, `(a, n)` and `(b, n)`, that share an odd number of ones."""
    if not (len(one) and len(other)):
        return None
    pair = _first_syndrome(one, pack_rows(np.ascontiguousarray(other.T)))
    return None if pair[0] < 0 else (int(pair[0]), int(pair[1]))


@kernel
def _first_syndrome(rows: BinaryMatrix, columns: Words) -> tuple[int, int]:
    """Return the first row with a nonzero syndrome and its first violated check, else (-1, -1).

    Adding up the packed columns on a row's support costs its weight, which is small for the codes
    of interest; a matrix product would wake BLAS threads for microseconds of work.
    """
    syndrome = np.empty(columns.shape[1], dtype=np.uint64)
    for i in range(rows.shape[0]):
        syndrome[:] = 0
        for j in range(rows.shape[1]):
            if rows[i, j]:
                for w in range(columns.shape[1]):
                    syndrome[w] ^= columns[j, w]
        check = lowest_one(syndrome)
        if check >= 0:
            return i, check
    return -1, -1


def symplectic_pairs(rows: BinaryMatrix) -> BinaryMatrix:
    """Pair rows by the symplectic Gram-Schmidt procedure.

    Args:
        rows: `(2k, 2n)` symplectic rows on whose span the symplectic form does not degenerate.

    Returns:
        `(2k, 2n)` rows of the same span; row i anticommutes with row k + i and no other.
    """
    work = rows.copy()
    swapped = swap_halves(work)
    half = len(rows) // 2
    firsts, seconds = work[:half].copy(), work[:half].copy()
    for i in range(half):
        # Products of 0/1 rows are summed modulo 256, which keeps the parity.
        partner = int(np.flatnonzero(swapped @ work[0] & 1)[0])
        firsts[i], seconds[i] = work[0], work[partner]
        work, swapped = np.delete(work, [0, partner], 0), np.delete(swapped, [0, partner], 0)
        meets_first, meets_second = swapped @ firsts[i] & 1, swapped @ seconds[i] & 1
        work ^= np.outer(meets_second, firsts[i]) ^ np.outer(meets_first, seconds[i])
        swapped = swap_halves(work)
    return np.vstack([firsts, seconds])


def pauli_letters(rows: BinaryMatrix) -> tuple[str, ...]:
    """Return symplectic rows `(r, 2n)` as strings of I, X, Y, Z, the inverse of `symplectic_rows`.

    Example:
        >>> pauli_letters(np.array([[1, 0, 1, 1]], dtype=np.uint8))
        ('YZ',)
    """
    half = rows.shape[1] // 2
    alphabet = np.frombuffer(LETTERS.encode(), dtype=np.uint8)
    letters = alphabet[rows[:, :half] + 2 * rows[:, half:]]
    return tuple(row.tobytes().decode() for row in letters)


def symplectic_rows(strings: Sequence[str], names: Sequence[str] = ()) -> BinaryMatrix:
    """Turn Pauli strings into symplectic rows `[X|Z]`, `(r, 2n)`.

    Args:
        strings: one a row, all of one length; letters I (or _), X, Y, Z, after an optional +.
        names: what to call each string in error messages; default `check 0`, `check 1`, ...

    Raises:
        InputError: for strings that are none, empty, of differing lengths or of other letters.
    """
    if not strings:
        raise InputError("Pauli strings: must be at least one, got none")
    names = names or [f"check {row}" for row in range(len(strings))]
    bodies = [_letters(string, name) for string, name in zip(strings, names, strict=True)]
    length = len(bodies[0])
    for body, name in zip(bodies, names, strict=True):
        if len(body) != length:
            raise InputError(f"{name}: must have {length} letters like {names[0]}, got {len(body)}")
    codes = np.frombuffer("".join(bodies).encode(), dtype=np.uint8).reshape(-1, length)
    x = (codes == ord("X")) | (codes == ord("Y"))
    z = (codes == ord("Z")) | (codes == ord("Y"))
    return np.hstack([x, z]).astype(np.uint8)


def _letters(string: object, name: str) -> str:
    if not isinstance(string, str):
        raise InputError(f"{name}: must be a Pauli string, got {type(string).__name__}")
    body = string.removeprefix("+")
    if body.startswith("-"):
        raise InputError(f"{name}: sign must be + or none, since codes here have no signs, got -")
    if not body:
        raise InputError(f"{name}: must have at least one letter, got none")
    if body.strip("IXYZ_"):
        wrong = next(letter for letter in body if letter not in "IXYZ_")
        raise InputError(f"{name}: letters must be I, X, Y, Z or _, got {wrong!r}")
    return body
