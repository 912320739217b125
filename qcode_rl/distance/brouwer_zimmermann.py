"""Exact distances of dense codes of middling dimension, by the Brouwer-Zimmermann algorithm.

Disjoint information sets are chosen greedily, each with a generator matrix that is the identity
there. A word with at most p ones on a set is a sum of at most p rows; so once all such sums have
been weighed, every other word has p + 1 ones on that set, and the bounds of disjoint sets add up
(Zimmermann 1996; Betten et al., Error-Correcting Linear Codes, 2006).

The last set may have too small a rank for an information set: f rows vanish on it. Their 2^f sums
are tabled and all of them added to each sum of the other rows, so that the same bound holds there.

Other stabilizer codes come as the binary code of words (x | z | x + z), whose weights are twice
those of the operators (White and Grassl, ISIT 2006).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.distance.information_sets import label_rows
from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

#: Largest number of rows that may vanish on a set.
MAX_FREE_ROWS = 12

_UNKNOWN = 1 << 30


class SumsState(NamedTuple):
    """The information sets and how far the sums of their rows have been weighed.

    Attributes:
        rows: `(s, k, w + l) uint64`, labelled rows of each set's matrix, its pivot rows first.
        tails: `(s, w + l, t) uint64`, transposed: for a set without free rows, its rows; else all
            sums of its free rows.
        sizes: `(s, 2) int64`, the numbers of pivot rows and of free rows.
        done: `(s,) int64`, p + 1 when sums of up to p pivot rows have been weighed, 0 before.
        picks: `(k + 1,) int64`, the pivot rows in the current sum.
        sums: `(k + 1, w + l) uint64`, sums of the first so many of them.
        best: `(w,) uint64`, the lightest nontrivial word found.
        control: `(3,) int64`, its weight; the set being worked on, -1 for none; picks in a sum.
    """

    rows: NDArray[np.uint64]
    tails: NDArray[np.uint64]
    sizes: NDArray[np.int64]
    done: NDArray[np.int64]
    picks: NDArray[np.int64]
    sums: Words
    best: Words
    control: NDArray[np.int64]


@kernel
def weight_divisor(basis: Words) -> int:
    """Return 4, 2 or 1: a number that divides the weights of all words of a space.

    Args:
        basis: `(k, w) uint64` words that span it.
    """
    divisor = 4
    for i in range(basis.shape[0]):
        for j in range(i + 1):
            overlap = 0
            for w in range(basis.shape[1]):
                overlap += popcount(basis[i, w] & basis[j, w])
            if i == j and overlap & 1:
                return 1
            if (i == j and overlap & 3) or (i != j and overlap & 1):
                divisor = 2
    return divisor


@kernel
def pivot_on(rows: Words, first: int, available: Words) -> int:
    """Find the first available column where a row from `first` on has a one; pivot there.

    Returns:
        The column, now zero in all rows but row `first`; -1 if there is none.
    """
    for i in range(first, rows.shape[0]):
        for word in range(available.shape[0]):
            ones = rows[i, word] & available[word]
            if ones == 0:
                continue
            bit = ones & ~(ones - np.uint64(1))
            for w in range(rows.shape[1]):
                held = rows[first, w]
                rows[first, w] = rows[i, w]
                rows[i, w] = held
            for j in range(rows.shape[0]):
                if j != first and rows[j, word] & bit:
                    for w in range(rows.shape[1]):
                        rows[j, w] ^= rows[first, w]
            return 64 * word + trailing_zeros(bit)
    return -1


@kernel
def systematic_forms(
    labelled: Words, num_words: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Bring rows into systematic form on disjoint sets of columns, greedily.

    Args:
        labelled: `(k, w + l) uint64` labelled independent rows.
        num_words: w.

    Returns:
        `(s, k, w + l) uint64` the forms, and `(s,) int64` their ranks: k for all but the last,
        which has at least k - MAX_FREE_ROWS.
    """
    num_rows = labelled.shape[0]
    available = np.full(num_words, ~np.uint64(0), dtype=np.uint64)
    forms = np.empty((num_words * 64 // num_rows + 2, *labelled.shape), dtype=np.uint64)
    ranks = np.zeros(forms.shape[0], dtype=np.int64)
    rows = labelled.copy()
    count = 0
    while True:
        rank = 0
        while rank < num_rows:
            column = pivot_on(rows, rank, available)
            if column < 0:
                break
            available[column >> 6] ^= np.uint64(1) << np.uint64(column & 63)
            rank += 1
        if rank == 0 or (count > 0 and num_rows - rank > MAX_FREE_ROWS):
            return forms[:count].copy(), ranks[:count].copy()
        forms[count] = rows
        ranks[count] = rank
        count += 1
        if rank < num_rows:
            return forms[:count].copy(), ranks[:count].copy()


@kernel
def sums_state(basis: Words, num_trivial: int) -> SumsState:
    """Return a state with the information sets of a space, and nothing weighed yet.

    Args:
        basis: `(k, w) uint64` independent words, the `num_trivial` trivial ones first; k >= 1.
        num_trivial: how many are trivial.
    """
    num_rows, num_words = basis.shape
    rows, ranks = systematic_forms(label_rows(basis, num_trivial), num_words)
    count, length = ranks.shape[0], rows.shape[2]
    sizes = np.zeros((count, 2), dtype=np.int64)
    longest = num_rows
    for s in range(count):
        sizes[s, 0], sizes[s, 1] = ranks[s], num_rows - ranks[s]
        longest = max(longest, 1 << sizes[s, 1])
    tails = np.zeros((count, length, longest), dtype=np.uint64)
    for s in range(count):
        for i in range(ranks[s], num_rows):
            half = 1 << (i - ranks[s])
            for w in range(length):
                for j in range(half):
                    tails[s, w, half + j] = tails[s, w, j] ^ rows[s, i, w]
        if sizes[s, 1] == 0:
            tails[s, :, :num_rows] = rows[s].T
    done = np.zeros(count, dtype=np.int64)
    for s in range(count):
        # Without free rows the only sum of no rows is the zero word.
        done[s] = 1 if sizes[s, 1] == 0 else 0
    return SumsState(
        rows,
        tails,
        sizes,
        done,
        np.zeros(num_rows + 1, dtype=np.int64),
        np.zeros((num_rows + 1, length), dtype=np.uint64),
        np.zeros(num_words, dtype=np.uint64),
        np.array([_UNKNOWN, -1, 0], dtype=np.int64),
    )


@kernel
def level_cost(state: SumsState, s: int, level: int) -> float:
    """Return how many sums a level of a set has: `level` pivot rows and any free rows."""
    rank, free = state.sizes[s]
    cost = 2.0**free
    for i in range(level):
        cost *= (rank - i) / (i + 1.0)
    return float(cost)


@kernel
def cheapest_set(state: SumsState, done: NDArray[np.int64]) -> int:
    """Return the set whose next level has the fewest sums, -1 if a set is complete."""
    chosen = -1
    least = np.inf
    for s in range(done.shape[0]):
        if done[s] > state.sizes[s, 0]:
            return -1
        cost = level_cost(state, s, done[s])
        if cost < least:
            least = cost
            chosen = s
    return chosen


@kernel
def cost_to_prove(state: SumsState, weight: int) -> float:
    """Return how many sums there still are to weigh before d >= `weight` is proved."""
    done = state.done.copy()
    cost = 0.0
    while done.sum() < weight:
        s = cheapest_set(state, done)
        if s < 0:
            break
        cost += level_cost(state, s, done[s])
        done[s] += 1
    return cost


@kernel
def scan_tail(tail: Words, start: int, stop: int, total: Words, best: Words, limit: int) -> int:
    """Weigh the sums of `total` and entries of a tail; keep a lightest nontrivial one.

    Args:
        tail: `(w + l, t) uint64`, entries transposed.
        start: the first entry to add.
        stop: the entry after the last.
        total: `(w + l,) uint64`.
        best: `(w,) uint64`, receives the sum if it is lighter than `limit`.
        limit: only lighter nontrivial words are of interest.

    Returns:
        The least weight, or `limit`.
    """
    num_words = best.shape[0]
    for entry in range(start, stop):
        weight = 0
        for w in range(num_words):
            weight += popcount(tail[w, entry] ^ total[w])
        if weight >= limit:
            continue
        nontrivial = tail.shape[0] == num_words and weight > 0
        for w in range(num_words, tail.shape[0]):
            nontrivial |= (tail[w, entry] ^ total[w]) != 0
        if nontrivial:
            limit = weight
            for w in range(num_words):
                best[w] = tail[w, entry] ^ total[w]
    return limit


@kernel
def next_sum(state: SumsState, rank: int) -> bool:
    """Go to the next choice of pivot rows, in lexicographic order; say whether there is one."""
    rows, picks, sums = state.rows[state.control[1]], state.picks, state.sums
    count = state.control[2]
    i = count - 1
    while i >= 0 and picks[i] == rank - count + i:
        i -= 1
    if i < 0:
        return False
    picks[i] += 1
    for j in range(i, count):
        if j > i:
            picks[j] = picks[j - 1] + 1
        for w in range(sums.shape[1]):
            sums[j + 1, w] = sums[j, w] ^ rows[picks[j], w]
    return True


@kernel
def begin_level(state: SumsState) -> bool:
    """Begin the cheapest next level; say whether there is one."""
    s = cheapest_set(state, state.done)
    if s < 0:
        return False
    # Without free rows the tail holds the pivot rows, and brings in the last one of a sum.
    count = state.done[s] - (1 if state.sizes[s, 1] == 0 else 0)
    state.control[1], state.control[2] = s, count
    for j in range(count):
        state.picks[j] = j
        for w in range(state.sums.shape[1]):
            state.sums[j + 1, w] = state.sums[j, w] ^ state.rows[s, j, w]
    return True


@kernel
def weigh_sums(state: SumsState, target: int, work: int) -> int:
    """Weigh sums of rows until the distance, or d >= `target`, is proved.

    Args:
        state: changed in place; `done.sum()` is the proved lower bound (it may exceed
            `control[0]`, the weight of the lightest word found, which then is the distance).
        target: bound that is enough; never reached if it is larger than any weight.
        work: units to spend before pausing, of a sum each.

    Returns:
        The work done.
    """
    work_done = 0
    control = state.control
    while work_done < work and state.done.sum() < min(target, control[0]):
        if control[1] < 0 and not begin_level(state):
            # Every word of the space has been weighed.
            state.done[0] = control[0]
            break
        s, count = control[1], control[2]
        rank, free = state.sizes[s]
        tail, more = state.tails[s], True
        while more and work_done < work:
            start = 0 if free > 0 else (state.picks[count - 1] + 1 if count > 0 else 0)
            stop = 1 << free if free > 0 else rank
            control[0] = scan_tail(tail, start, stop, state.sums[count], state.best, control[0])
            work_done += 4 + stop - start
            more = next_sum(state, rank)
        if not more:
            state.done[s] += 1
            control[1] = -1
    return work_done
