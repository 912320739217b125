"""Light generators of a large space, by random information sets.

In a basis that is systematic on random columns, a light word is a sum of few rows: it has few ones
on those columns. So rows and sums of two rows are looked at, over and over (Lee and Brickell, 1988,
doi:10.1007/3-540-45961-8_25). This finds light words; that none is missing is proved elsewhere.
"""

from math import ceil, comb

import numpy as np
from numpy.typing import NDArray

from qcode_rl.gf2 import Words
from qcode_rl.gf2.jit import kernel, popcount
from qcode_rl.identity.subjects import lightest_basis, word_weights
from qcode_rl.identity.work import Work

#: Checks held of at most this weight are taken for light ones, after a few rounds in vain.
_LIGHT, _FEW = 16, 4
#: Most rounds in vain.
_MANY = 60


@kernel
def systematic(rows: Words, columns: NDArray[np.int64]) -> Words:
    """Return the basis of the same space that is systematic on the first columns that allow it.

    Args:
        rows: `(r, w) uint64` independent packed rows.
        columns: the columns, in the order in which they are tried as pivots.
    """
    work = rows.copy()
    done = 0
    for column in columns:
        if done == work.shape[0]:
            break
        word, bit = column >> 6, np.uint64(1) << np.uint64(column & 63)
        pivot = done
        while pivot < work.shape[0] and not work[pivot, word] & bit:
            pivot += 1
        if pivot == work.shape[0]:
            continue
        for w in range(work.shape[1]):
            work[done, w], work[pivot, w] = work[pivot, w], work[done, w]
        for i in range(work.shape[0]):
            if i != done and work[i, word] & bit:
                for w in range(work.shape[1]):
                    work[i, w] ^= work[done, w]
        done += 1
    return work


@kernel
def light_sums(rows: Words, below: int, room: int) -> Words:
    """Return the rows, and the lightest sums of two rows.

    Args:
        rows: `(r, w) uint64`.
        below: sums of at least this weight are of no interest.
        room: at most so many sums; of the largest weight that does not fit, none is returned.

    Returns:
        `(r + found, w) uint64`.
    """
    num_rows, num_words = rows.shape
    counts = np.zeros(64 * num_words + 1, dtype=np.int64)
    weights = np.empty((num_rows, num_rows), dtype=np.int16)
    for i in range(num_rows):
        for j in range(i):
            weight = 0
            for w in range(num_words):
                weight += popcount(rows[i, w] ^ rows[j, w])
            weights[i, j] = weight
            counts[weight] += 1
    most, total = 0, 0
    while most < min(below, len(counts)) and total + counts[most] <= room:
        total += counts[most]
        most += 1
    found = np.empty((num_rows + total, num_words), dtype=np.uint64)
    found[:num_rows] = rows
    filled = num_rows
    for i in range(num_rows):
        for j in range(i):
            if weights[i, j] < most:
                found[filled] = rows[i] ^ rows[j]
                filled += 1
    return found


def light_generators(basis: Words, num_columns: int, options: int, work: Work) -> Words:
    """Look for the lightest basis of a space.

    Args:
        basis: `(r, w) uint64` independent packed words.
        num_columns: N, n columns or 3n.
        options: N / n. With 3, the columns of a qubit are tried together.
        work: what may be spent.

    Returns:
        `(r, w) uint64` independent words of the space, the lightest first, as light as were found.

    Raises:
        OutOfWork: if the work is used up.
    """
    basis = lightest_basis(basis)
    if len(basis) == 0:
        return basis
    random = np.random.default_rng(0)
    n = num_columns // options
    blocks = np.arange(2 if options == 3 else 1) * n
    improved, stale = False, 0
    weights = word_weights(basis)
    while stale < _patience(weights, n, 1 if options == 1 else 2, improved):
        work.spend(len(basis) ** 2 * basis.shape[1] // 2)
        columns = np.add.outer(random.permutation(n), blocks).ravel()
        sums = light_sums(systematic(basis, columns), int(weights[-1]), 64 + 2 * len(basis))
        basis = lightest_basis(np.concatenate([basis, sums]))
        before, weights = weights, word_weights(basis)
        better = weights.sum() < before.sum()
        improved, stale = improved or better, 0 if better else stale + 1
    return basis


def _patience(weights: NDArray[np.int64], n: int, scale: int, improved: bool) -> int:
    """Return after how many rounds in vain a basis is taken for the lightest.

    Args:
        weights: `(r,) int64`, of its words, increasing; `scale` times those in qubits.
        n: number of qubits.
        scale: 1 or 2.
        improved: whether rounds have not all been in vain.
    """
    weight = int(weights[-1]) // scale
    if weight <= _LIGHT and not improved:
        return _FEW
    # A word of that weight is met if it has at most two ones on the pivots, roughly.
    share = min(1.0, len(weights) / scale / n)
    met = sum(comb(weight, i) * share**i * (1 - share) ** (weight - i) for i in range(3))
    return min(_MANY, ceil(4 / max(met, 4 / _MANY)))
