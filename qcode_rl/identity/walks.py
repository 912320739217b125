"""All light words of a space of small dimension: every word is looked at, 256 at a time."""

import numpy as np
from numpy.typing import NDArray

from qcode_rl.distance.enumeration import block_table, gray_offset
from qcode_rl.gf2 import Words
from qcode_rl.gf2.jit import kernel, popcount
from qcode_rl.identity.subjects import lightest_basis, word_weights
from qcode_rl.identity.work import OutOfWork, Work

#: Most words in a list.
MOST_WORDS = 1 << 16


@kernel
def weight_counts(basis: Words) -> NDArray[np.int64]:
    """Count the words of each weight.

    Args:
        basis: `(k, w) uint64` independent packed words.

    Returns:
        `(64 w + 1,) int64`, the zero word included.
    """
    table = block_table(basis)
    counts = np.zeros(64 * basis.shape[1] + 1, dtype=np.int64)
    blocks = (1 << basis.shape[0]) // table.shape[1]
    for step in range(blocks):
        offset = gray_offset(basis, step)
        for entry in range(table.shape[1]):
            weight = 0
            for w in range(table.shape[0]):
                weight += popcount(table[w, entry] ^ offset[w])
            counts[weight] += 1
    return counts


@kernel
def words_up_to(basis: Words, most: int, count: int) -> Words:
    """List the nonzero words of a weight up to `most`.

    Args:
        basis: `(k, w) uint64` independent packed words.
        most: a weight.
        count: how many words there are.

    Returns:
        `(count, w) uint64`.
    """
    table = block_table(basis)
    found = np.empty((count, basis.shape[1]), dtype=np.uint64)
    filled = 0
    blocks = (1 << basis.shape[0]) // table.shape[1]
    for step in range(blocks):
        offset = gray_offset(basis, step)
        for entry in range(table.shape[1]):
            weight = 0
            for w in range(table.shape[0]):
                weight += popcount(table[w, entry] ^ offset[w])
            if 0 < weight <= most:
                for w in range(table.shape[0]):
                    found[filled, w] = table[w, entry] ^ offset[w]
                filled += 1
    return found


def light_by_walk(basis: Words, work: Work) -> Words:
    """List the words of a space up to the least weight at which they span it.

    Args:
        basis: `(k, w) uint64` independent packed words.
        work: what may be spent.

    Returns:
        `(L, w) uint64`, all such words.

    Raises:
        OutOfWork: if there are too many.
    """
    if len(basis) == 0:
        return basis
    cost = (basis.shape[1] << len(basis)) // 4
    work.spend(cost)
    counts = weight_counts(basis)
    counts[0] = 0
    totals = np.cumsum(counts)
    for most in np.flatnonzero(counts):
        count = int(totals[most])
        if count < len(basis):
            continue
        if count > MOST_WORDS:
            raise OutOfWork
        work.spend(cost + count * len(basis) * basis.shape[1] // 4)
        words = words_up_to(basis, int(most), count)
        if len(lightest_basis(words)) == len(basis):
            return words
    raise AssertionError("all words of a space span it")


@kernel
def minimal_words(words: Words, weights: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which words contain no other: the others are sums of two lighter ones side by side.

    Args:
        words: `(L, w) uint64` all nonzero words of a space up to some weight, the lightest first.
        weights: `(L,) int64`, their weights.
    """
    minimal = np.ones(words.shape[0], dtype=np.bool_)
    for i in range(words.shape[0]):
        # Of two disjoint parts, one has at most half the weight.
        for j in range(i):
            if 2 * weights[j] > weights[i]:
                break
            inside = True
            for w in range(words.shape[1]):
                inside &= (words[j, w] & ~words[i, w]) == 0
            if inside:
                minimal[i] = False
                break
    return minimal


def without_composites(words: Words, work: Work) -> Words:
    """Leave out the words that are two lighter ones on disjoint qubits, and sort by weight.

    Args:
        words: `(L, w) uint64` nonzero words, among them all minimal ones up to the largest weight.
        work: what may be spent.

    Raises:
        OutOfWork: if comparing them costs more.
    """
    weights = word_weights(words)
    order = np.argsort(weights, kind="stable")
    words, weights = words[order], weights[order]
    if len(words):
        halves = int(np.searchsorted(weights, weights[-1] // 2, side="right"))
        work.spend(len(words) * (1 + halves * words.shape[1] // 4))
    return words[minimal_words(words, weights)]
