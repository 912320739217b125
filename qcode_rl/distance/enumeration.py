"""Exact distances by walking all codewords in blocks (Gray code over blocks of a table).

A table holds all sums of the first few basis words; the walk changes one further basis word at a
time, so that a block costs one XOR and one population count a word and codeword, and vectorizes.

Quantum codes need the lightest word of a space that lies outside a subspace (the stabilizers). With
the subspace's basis first, its words are exactly the first entries of the walk, which are skipped.
"""

from typing import Any

import numpy as np

from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

#: Logarithm of the block size: 256 entries amortize a block's set-up and stay in the L1 cache.
BLOCK_BITS = 8

#: Heavier than any word.
HEAVIEST = 1 << 30


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
def block_table(basis: Words) -> Words:
    """Return the table that `walk_blocks` runs over.

    Args:
        basis: `(k, w) uint64` independent packed words.

    Returns:
        `(w, 2^min(k, BLOCK_BITS)) uint64`: one contiguous array a word position.
    """
    return sums_of_rows(basis, min(basis.shape[0], BLOCK_BITS)).T.copy()


@kernel
def gray_offset(basis: Words, step: int) -> Words:
    """Return what a step of the walk adds to its block: the rows set in the Gray code of `step`."""
    offset = np.zeros(basis.shape[1], dtype=np.uint64)
    code = step ^ (step >> 1)
    row = min(basis.shape[0], BLOCK_BITS)
    while code:
        if code & 1:
            for w in range(basis.shape[1]):
                offset[w] ^= basis[row, w]
        code >>= 1
        row += 1
    return offset


@kernel
def walk_blocks(
    table: Words, basis: Words, first: int, last: int, num_skipped: int, best: int, lanes: Any
) -> tuple[int, int]:
    """Walk a range of blocks and return the least weight below `best`, and the block it is in.

    Args:
        table: what `block_table(basis)` returns.
        basis: `(k, w) uint64` independent packed words.
        first: the first block (step of the Gray code) of the range.
        last: the block after the range.
        num_skipped: how many entries of the first block of the range do not count.
        best: only lighter words are of interest.
        lanes: anything of length w. A tuple makes w a compile-time constant, so that the loops
            over words unroll and the loop over the block vectorizes.

    Returns:
        The least weight met, or `best`; the block in which it was met first, -1 if it was not.
    """
    block_bits = min(basis.shape[0], BLOCK_BITS)
    offset = gray_offset(basis, first)
    limit = np.uint64(best)
    found = -1
    for step in range(first, last):
        if step > first:
            row = block_bits + trailing_zeros(np.uint64(step))
            for w in range(len(lanes)):
                offset[w] ^= basis[row, w]
        least = np.uint64(HEAVIEST)
        if step == first and num_skipped > 0:
            for entry in range(num_skipped, table.shape[1]):
                weight = np.uint64(0)
                for w in range(len(lanes)):
                    weight += np.uint64(popcount(table[w, entry] ^ offset[w]))
                least = min(least, weight)
        else:
            # The same once more: only a loop from a constant 0 is vectorized.
            for entry in range(table.shape[1]):
                weight = np.uint64(0)
                for w in range(len(lanes)):
                    weight += np.uint64(popcount(table[w, entry] ^ offset[w]))
                least = min(least, weight)
        if least < limit:
            limit = least
            found = step
    return int(np.int64(limit)), found


@kernel
def walk_range(
    table: Words, basis: Words, first: int, last: int, num_skipped: int, best: int
) -> tuple[int, int]:
    """Do what `walk_blocks` does, with the loops compiled for the number of words."""
    num_words = basis.shape[1]
    if num_words == 1:
        return walk_blocks(table, basis, first, last, num_skipped, best, (0,))
    if num_words == 2:
        return walk_blocks(table, basis, first, last, num_skipped, best, (0, 0))
    return walk_blocks(table, basis, first, last, num_skipped, best, table)


@kernel
def first_block(num_basis: int, num_trivial: int) -> tuple[int, int, int]:
    """Return which part of a walk lies outside the span of the first basis words.

    Args:
        num_basis: dimension of the space.
        num_trivial: how many basis words, from the first, span the subspace to leave out.

    Returns:
        The first block to walk, the block after the last, and how many entries to skip in the
        first.
    """
    block_bits = min(num_basis, BLOCK_BITS)
    end = 1 << (num_basis - block_bits)
    if num_trivial >= block_bits:
        return 1 << (num_trivial - block_bits), end, 0
    return 0, end, 1 << num_trivial


@kernel
def word_in_block(table: Words, basis: Words, step: int, num_skipped: int, weight: int) -> Words:
    """Return the first word of that weight in a block of the walk, `(w,) uint64`."""
    word = gray_offset(basis, step)
    for entry in range(num_skipped, table.shape[1]):
        total = 0
        for w in range(word.shape[0]):
            total += popcount(table[w, entry] ^ word[w])
        if total == weight:
            for w in range(word.shape[0]):
                word[w] ^= table[w, entry]
            break
    return word


@kernel
def lightest_word(basis: Words, num_trivial: int = 0) -> tuple[int, Words]:
    """Return the least weight of a word outside a subspace, and such a word.

    Args:
        basis: `(k, w) uint64` independent packed words, the subspace's first.
        num_trivial: dimension of the subspace, less than k. With 0 (classical codes) the subspace
            is the zero word, and the weight is the minimum distance.

    Returns:
        The weight and a `(w,) uint64` word of that weight.
    """
    table = block_table(basis)
    first, end, num_skipped = first_block(basis.shape[0], num_trivial)
    best, step = walk_range(table, basis, first, end, num_skipped, HEAVIEST)
    if step != first:
        num_skipped = 0
    return best, word_in_block(table, basis, step, num_skipped, best)
