"""Exact distances by walking all codewords in blocks (Gray code over blocks of a table).

A table holds all sums of the first few basis words; the walk changes one further basis word at a
time, so that a block costs one XOR and one population count a codeword and vectorizes.
"""

import numpy as np
from numpy.typing import NDArray

from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

#: Logarithm of the block size: 64 words of a length up to 64 fill eight cache lines.
BLOCK_BITS = 6


@kernel
def sums_of_rows(basis: Words, count: int) -> Words:
    """Return all 2^count sums of the first `count` rows, entry i by the binary digits of i."""
    table = np.zeros((1 << count, basis.shape[1]), dtype=np.uint64)
    for i in range(count):
        for j in range(1 << i):
            for w in range(basis.shape[1]):
                table[(1 << i) + j, w] = table[j, w] ^ basis[i, w]
    return table


@kernel
def lightest_word(basis: Words) -> tuple[int, Words]:
    """Return the least weight of a nonzero codeword, and such a codeword.

    Args:
        basis: `(k, w) uint64` independent packed words, k >= 1.

    Returns:
        The minimum distance and a `(w,) uint64` word of that weight.
    """
    k, num_words = basis.shape
    block_bits = min(k, BLOCK_BITS)
    # One array a word position keeps the inner loops contiguous.
    columns = sums_of_rows(basis, block_bits).T.copy()
    weights = np.empty(columns.shape[1], dtype=np.int64)
    offset = np.zeros(num_words, dtype=np.uint64)
    best = 64 * num_words + 1
    witness = np.zeros(num_words, dtype=np.uint64)
    for step in range(np.int64(1) << (k - block_bits)):
        if step > 0:
            row = block_bits + trailing_zeros(np.uint64(step))
            for w in range(num_words):
                offset[w] ^= basis[row, w]
        lightest = block_weights(columns, offset, weights, step == 0)
        if lightest < best:
            best = lightest
            entry = np.argmin(weights)
            for w in range(num_words):
                witness[w] = offset[w] ^ columns[w, entry]
    return best, witness


@kernel
def block_weights(
    columns: Words, offset: Words, weights: NDArray[np.int64], skip_zero: bool
) -> int:
    """Weigh the block of words `offset ^ entry`, for every entry of a table.

    Args:
        columns: `(w, size) uint64`, the table by word positions.
        offset: `(w,) uint64`.
        weights: `(size,) int64`, receives the weights.
        skip_zero: whether entry 0 is the zero word, which counts as heavier than any word.

    Returns:
        The least weight.
    """
    num_words, size = columns.shape
    for w in range(num_words):
        # A local copy tells the compiler that storing weights cannot change it.
        shift = offset[w]
        column = columns[w]
        if w == 0:
            for j in range(size):
                weights[j] = popcount(column[j] ^ shift)
        else:
            for j in range(size):
                weights[j] += popcount(column[j] ^ shift)
    if skip_zero:
        weights[0] = 64 * num_words + 1
    lightest = np.int64(64 * num_words + 1)
    for j in range(size):
        lightest = min(lightest, weights[j])
    return int(lightest)
