"""Gaussian elimination over GF(2) on packed rows: rank, reduced row echelon form, null space.

The kernels choose a row's lowest one as its pivot and clear that column from the other rows. No row
is ever swapped: after full clearing, each row's pivot is its leading one, so sorting the rows by
pivot gives the (unique) reduced row echelon form.
"""

import numpy as np
from numpy.typing import NDArray

from qcode_rl.gf2.jit import kernel, trailing_zeros
from qcode_rl.gf2.packing import Words


@kernel
def lowest_one(row: Words) -> int:
    """Return the column of the first one of a packed row, -1 for a zero row."""
    for w in range(row.shape[0]):
        if row[w] != 0:
            return 64 * w + trailing_zeros(row[w])
    return -1


@kernel
def rank_in_place(words: Words) -> int:
    """Return the rank of packed rows `(m, w) uint64`, destroying them."""
    num_rows, num_words = words.shape
    rank = 0
    for i in range(num_rows):
        first = 0
        while first < num_words and words[i, first] == 0:
            first += 1
        if first == num_words:
            continue
        rank += 1
        pivot = words[i, first] & ~(words[i, first] - np.uint64(1))
        for j in range(i + 1, num_rows):
            if words[j, first] & pivot:
                for w in range(first, num_words):
                    words[j, w] ^= words[i, w]
    return rank


@kernel
def reduce_in_place(words: Words, pivots: NDArray[np.int64]) -> int:
    """Clear every pivot column from all other rows and return the rank.

    Args:
        words: `(m, w) uint64`, reduced in place; dependent rows become zero. Rows keep their order.
        pivots: `(m,) int64`, receives each row's pivot column, -1 for a zero row.

    Returns:
        The rank.
    """
    num_rows, num_words = words.shape
    rank = 0
    for i in range(num_rows):
        pivot = lowest_one(words[i])
        pivots[i] = pivot
        if pivot < 0:
            continue
        rank += 1
        word = pivot >> 6
        bit = np.uint64(1) << np.uint64(pivot & 63)
        for j in range(num_rows):
            if j != i and words[j, word] & bit:
                for w in range(word, num_words):
                    words[j, w] ^= words[i, w]
    return rank


@kernel
def reduced_rows(words: Words) -> tuple[Words, NDArray[np.int64]]:
    """Return the reduced row echelon form without zero rows, and its pivot columns.

    Args:
        words: `(m, w) uint64`, left unchanged.

    Returns:
        `(rank, w) uint64` rows in echelon order and `(rank,) int64` pivot columns, increasing.
    """
    work = words.copy()
    pivots = np.empty(work.shape[0], dtype=np.int64)
    rank = reduce_in_place(work, pivots)
    # No sort: that of a whole array takes seconds to compile.
    row_of = np.full(64 * work.shape[1], -1, dtype=np.int64)
    for i in range(work.shape[0]):
        if pivots[i] >= 0:
            row_of[pivots[i]] = i
    reduced = np.empty((rank, work.shape[1]), dtype=np.uint64)
    columns = np.empty(rank, dtype=np.int64)
    found = 0
    for column in range(row_of.shape[0]):
        if row_of[column] >= 0:
            reduced[found] = work[row_of[column]]
            columns[found] = column
            found += 1
    return reduced, columns


@kernel
def kernel_basis(words: Words, num_columns: int) -> Words:
    """Return a basis of the null space of packed rows, `(num_columns - rank, w) uint64`.

    Basis vector i has a one in the i-th free column and zeros in the other free columns.
    """
    reduced, pivots = reduced_rows(words)
    rank, num_words = reduced.shape
    basis = np.zeros((num_columns - rank, num_words), dtype=np.uint64)
    found = 0
    next_pivot = 0
    for column in range(num_columns):
        if next_pivot < rank and pivots[next_pivot] == column:
            next_pivot += 1
            continue
        word, shift = column >> 6, np.uint64(column & 63)
        basis[found, word] |= np.uint64(1) << shift
        for i in range(next_pivot):
            if (reduced[i, word] >> shift) & np.uint64(1):
                basis[found, pivots[i] >> 6] |= np.uint64(1) << np.uint64(pivots[i] & 63)
        found += 1
    return basis
