"""Rank, distance and the light codewords of a small code in one pass: the reward's inner loop.

Codes here are at most 64 bits long, so that a row is one machine word, and sit inside another
kernel's loop: nothing is allocated, all room to work in is passed along (`CensusScratch`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

#: Largest dimension that a census walks; a code beyond it counts as having distance 0.
MAX_CENSUS_DIMENSION = 20
_BLOCK_BITS = 6
_ZERO = np.uint64(0)
_ONE = np.uint64(1)


class CensusScratch(NamedTuple):
    """Room to work in, reused by every census of one thread.

    Attributes:
        rows: `(64,) uint64`, rows under elimination.
        origins: `(64,) uint64`, pivots, or which given rows a row under elimination is the sum of.
        basis: `(64,) uint64`, basis of the codewords.
        left: `(64,) uint64`, basis of the dependencies between rows.
        table: `(64,) uint64`, sums of the first six basis words.
        boost: `(65,) float64`, `boost[j] = exp(beta * j)`.
        ignored: `(64,) float64`, participation that nobody asks for.
    """

    rows: Words
    origins: Words
    basis: Words
    left: Words
    table: Words
    boost: NDArray[np.float64]
    ignored: NDArray[np.float64]


def census_scratch(beta: float) -> CensusScratch:
    """Return scratch space for censuses whose soft minimum has inverse temperature `beta`."""
    words = [np.zeros(64, dtype=np.uint64) for _ in range(5)]
    return CensusScratch(
        rows=words[0],
        origins=words[1],
        basis=words[2],
        left=words[3],
        table=words[4],
        boost=np.exp(beta * np.arange(65)),
        ignored=np.zeros(64),
    )


@kernel
def split_spaces(rows: Words, n: int, scratch: CensusScratch) -> tuple[int, int]:
    """Find the codewords and the dependencies of checks given as one-word rows.

    Args:
        rows: `(m,) uint64` checks on n <= 64 bits, m <= 64; unchanged.
        n: number of bits.
        scratch: receives `basis` (words x with every check even on x) and `left` (sets of rows
            that add up to zero: the codewords of the transposed code).

    Returns:
        k and k', the numbers of words in `basis` and in `left`.
    """
    m = rows.shape[0]
    work, basis = scratch.rows, scratch.basis
    for i in range(m):
        work[i] = rows[i]
    pivots = np.uint64(0)
    rank = 0
    for i in range(m):
        row = work[i]
        if row == 0:
            continue
        rank += 1
        pivot = row & ~(row - _ONE)
        pivots |= pivot
        # Selections instead of branches let the compiler treat eight rows at once.
        for j in range(m):
            work[j] ^= row if work[j] & pivot else _ZERO
        work[i] = row
    for i in range(m):
        # A reduced row holds one pivot, its lowest one.
        scratch.origins[i] = work[i] & ~(work[i] - _ONE)
    k = 0
    for column in range(n):
        bit = _ONE << np.uint64(column)
        if pivots & bit:
            continue
        word = bit
        for i in range(m):
            word |= scratch.origins[i] if work[i] & bit else _ZERO
        basis[k] = word
        k += 1
    if rank < m:
        _find_dependencies(rows, scratch)
    return k, m - rank


@kernel
def _find_dependencies(rows: Words, scratch: CensusScratch) -> None:
    """Fill `scratch.left` with a basis of the sets of rows that add up to zero."""
    m = rows.shape[0]
    work, origins = scratch.rows, scratch.origins
    found = 0
    for i in range(m):
        work[i] = rows[i]
        origins[i] = _ONE << np.uint64(i)
    for i in range(m):
        row = work[i]
        if row == 0:
            scratch.left[found] = origins[i]
            found += 1
            continue
        pivot = row & ~(row - _ONE)
        for j in range(i + 1, m):
            if work[j] & pivot:
                work[j] ^= row
                origins[j] ^= origins[i]


@kernel
def fill_table(basis: Words, k: int, table: Words) -> int:
    """Fill a table with the sums of the first six words of a basis, or of all k, if fewer.

    Returns:
        How many words were used: the table then holds two to that power.
    """
    bits = min(k, _BLOCK_BITS)
    table[0] = 0
    for i in range(bits):
        for j in range(1 << i):
            table[(1 << i) + j] = table[j] ^ basis[i]
    return bits


@kernel
def light_words(
    basis: Words,
    k: int,
    target: int,
    scratch: CensusScratch,
    participation: NDArray[np.float64],
) -> tuple[int, float]:
    """Walk all codewords; add up those lighter than a target.

    Args:
        basis: `(>= k,) uint64` independent words, 1 <= k <= 20.
        k: how many of them to use.
        target: words of at least this weight do not count.
        scratch: its `table` is overwritten.
        participation: `(>= n,) float64`, to which every light word of weight w adds
            `exp(beta (target - w))` on its support.

    Returns:
        The least weight of a nonzero word, and the sum of those exponentials.
    """
    table, boost = scratch.table, scratch.boost
    bits = fill_table(basis, k, table)
    size = 1 << bits
    offset = _ZERO
    best = 65
    mass = 0.0
    for step in range(1 << (k - bits)):
        if step > 0:
            offset ^= basis[bits + trailing_zeros(np.uint64(step))]
        first = 1 if step == 0 else 0
        # A bare minimum vectorizes; only blocks with a light word are looked at word by word.
        lightest = 65
        for j in range(first, size):
            lightest = min(lightest, popcount(table[j] ^ offset))
        best = min(best, lightest)
        if lightest >= target:
            continue
        for j in range(first, size):
            word = table[j] ^ offset
            weight = popcount(word)
            if weight < target:
                share = boost[target - weight]
                mass += share
                while word:
                    participation[trailing_zeros(word)] += share
                    word &= word - _ONE
    return best, mass


@kernel
def product_census(
    rows: Words, n: int, target: int, scratch: CensusScratch, participation: NDArray[np.float64]
) -> tuple[int, int, int, float]:
    """Judge the square hypergraph product of a small classical code in one call.

    Args:
        rows: `(m,) uint64` checks on n <= 64 bits.
        n: number of bits.
        target: distance asked for; words lighter than it are the light ones.
        scratch: room to work in.
        participation: `(>= n,) float64`, overwritten: how much each bit takes part in the light
            codewords, as a share of their total (0 when there are none).

    Returns:
        `(d, k, k', mass)`: the distance of the product (0 if it has none or is beyond reach), the
        dimensions of the code and of its transpose, and the mass of light words of both.
    """
    for q in range(n):
        participation[q] = 0.0
    k, k_left = split_spaces(rows, n, scratch)
    if max(k, k_left) > MAX_CENSUS_DIMENSION or k + k_left == 0:
        return 0, k, k_left, 0.0
    best = 65
    mass = 0.0
    if k > 0:
        best, mass = light_words(scratch.basis, k, target, scratch, participation)
        if mass > 0:
            for q in range(n):
                participation[q] /= mass
    if k_left > 0:
        other, more = light_words(scratch.left, k_left, target, scratch, scratch.ignored)
        best = min(best, other)
        mass += more
    return best, k, k_left, mass
