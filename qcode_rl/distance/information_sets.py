"""Light words of large codes, by random information sets with single-pivot exchanges.

In a generator matrix that is the identity on a set of columns (an information set), a word with a
single one on that set is a row. So the rows are light words for luckily chosen sets, and exchanging
one column of the set for another makes new rows at the cost of one pivot step (Stern 1988; Canteaut
and Chabaud 1998). Each word found bounds the distance from above; nothing is proved from below.

For quantum codes the space holds the stabilizers too. Each row carries a label, the logical class
of its word, so that stabilizers are told from logical operators for free.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.gf2.elimination import lowest_one
from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

#: Heavier than any word.
_UNKNOWN = 1 << 30

_ALL_ONES = np.uint64(0xFFFFFFFFFFFFFFFF)


class ExchangeState(NamedTuple):
    """A generator matrix on its way from information set to information set.

    Attributes:
        columns: `(w + l, k) uint64`, its k rows of w words of code and l of label, transposed: one
            contiguous array a word position, so that a pivot step runs over all rows at once.
        pivots: `(k,) int64`, each row's column of the information set.
        is_pivot: `(w,) uint64`, the information set.
        best: `(w,) uint64`, the lightest nontrivial word found.
        control: `(1,) int64`, its weight.
        random: `(1,) uint64`, state of the generator of random numbers, not zero.
    """

    columns: Words
    pivots: NDArray[np.int64]
    is_pivot: Words
    best: Words
    control: NDArray[np.int64]
    random: Words


@kernel
def label_rows(basis: Words, num_trivial: int) -> Words:
    """Append to each basis word its logical class as further words.

    Args:
        basis: `(k, w) uint64` independent words, the `num_trivial` trivial ones first.
        num_trivial: how many. With 0 there is nothing to tell apart and no label.

    Returns:
        `(k, w + l) uint64`; row `num_trivial + i` has bit i of the label set.
    """
    num_rows, num_words = basis.shape
    num_labels = 0 if num_trivial == 0 else (num_rows - num_trivial + 63) // 64
    rows = np.zeros((num_rows, num_words + num_labels), dtype=np.uint64)
    rows[:, :num_words] = basis
    if num_labels > 0:
        for i in range(num_rows - num_trivial):
            rows[num_trivial + i, num_words + (i >> 6)] = np.uint64(1) << np.uint64(i & 63)
    return rows


@kernel
def exchange_state(basis: Words, num_trivial: int, seed: np.uint64) -> ExchangeState:
    """Return a state whose information set is that of plain elimination.

    Args:
        basis: `(k, w) uint64` independent words, the trivial ones first; k >= 1.
        num_trivial: how many are trivial.
        seed: not zero; the same seed gives the same exchanges.
    """
    num_rows, num_words = basis.shape
    rows = label_rows(basis, num_trivial)
    pivots = np.empty(num_rows, dtype=np.int64)
    is_pivot = np.zeros(num_words, dtype=np.uint64)
    for i in range(num_rows):
        pivots[i] = lowest_one(rows[i, :num_words])
        word, bit = pivots[i] >> 6, np.uint64(1) << np.uint64(pivots[i] & 63)
        is_pivot[word] |= bit
        for j in range(num_rows):
            if j != i and rows[j, word] & bit:
                for w in range(rows.shape[1]):
                    rows[j, w] ^= rows[i, w]
    best = np.zeros(num_words, dtype=np.uint64)
    control = np.full(1, _UNKNOWN, dtype=np.int64)
    random = np.full(1, seed, dtype=np.uint64)
    state = ExchangeState(rows.T.copy(), pivots, is_pivot, best, control, random)
    # Adding the first row to none weighs all rows.
    masks, weights = np.zeros(num_rows, dtype=np.uint64), np.empty(num_rows, dtype=np.int64)
    add_to_masked(state.columns, rows[0], masks, weights, num_words)
    keep_lightest(state.columns, weights, best, control)
    return state


@kernel
def add_to_masked(
    columns: Words, row: Words, masks: Words, weights: NDArray[np.int64], num_words: int
) -> None:
    """Add a row to the rows with a mask of ones, and weigh all rows.

    Args:
        columns: `(w + l, k) uint64`, as in `ExchangeState`, changed in place.
        row: `(w + l,) uint64`.
        masks: `(k,) uint64`, zeros or ones; becomes scratch.
        weights: `(k,) int64`, receives the weights; a trivial word, which has a label of zeros,
            counts as heavier than any word.
        num_words: w.
    """
    size = weights.shape[0]
    for w in range(columns.shape[0]):
        # A local scalar tells the compiler that storing sums cannot change it.
        shift = row[w]
        column = columns[w]
        if w == 0:
            for j in range(size):
                column[j] ^= masks[j] & shift
                weights[j] = popcount(column[j])
        elif w < num_words:
            for j in range(size):
                column[j] ^= masks[j] & shift
                weights[j] += popcount(column[j])
        else:
            for j in range(size):
                column[j] ^= masks[j] & shift
    if columns.shape[0] > num_words:
        for j in range(size):
            masks[j] = columns[num_words, j]
        for w in range(num_words + 1, columns.shape[0]):
            column = columns[w]
            for j in range(size):
                masks[j] |= column[j]
        for j in range(size):
            weights[j] += _UNKNOWN if masks[j] == 0 else 0


@kernel
def keep_lightest(
    columns: Words, weights: NDArray[np.int64], best: Words, control: NDArray[np.int64]
) -> None:
    """Remember the lightest row if it is lighter than the best word so far."""
    least = np.int64(_UNKNOWN)
    for j in range(weights.shape[0]):
        least = min(least, weights[j])
    if least < control[0]:
        control[0] = least
        lightest = np.argmin(weights)
        for w in range(best.shape[0]):
            best[w] = columns[w, lightest]


@kernel
def next_random(random: Words) -> np.uint64:
    """Step Marsaglia's 64-bit xorshift generator (2003) and return its state."""
    value: np.uint64 = random[0]
    value ^= value << np.uint64(13)
    value ^= value >> np.uint64(7)
    value ^= value << np.uint64(17)
    random[0] = value
    return value


@kernel
def entering_column(row: Words, is_pivot: Words, start: int) -> int:
    """Return the next column from `start`, cyclically, with a one outside the information set.

    Returns:
        The column, or -1 if the row has no other one than its pivot.
    """
    num_words = is_pivot.shape[0]
    word = start >> 6
    mask = _ALL_ONES << np.uint64(start & 63)
    for _ in range(num_words + 1):
        free = row[word] & ~is_pivot[word] & mask
        if free != 0:
            return 64 * word + trailing_zeros(free)
        mask = _ALL_ONES
        word = word + 1 if word + 1 < num_words else 0
    return -1


@kernel
def move_pivot(state: ExchangeState, row: Words, masks: Words) -> bool:
    """Give a random row a random new pivot, and mask the rows that it is to be added to.

    Args:
        state: its information set and random numbers change; its matrix does not yet.
        row: `(w + l,) uint64`, receives the row.
        masks: `(k,) uint64`, receives all ones for the other rows with a one at the new pivot.

    Returns:
        Whether there is a new pivot.
    """
    columns, pivots, is_pivot = state.columns, state.pivots, state.is_pivot
    draw = next_random(state.random)
    i = int(np.int64((draw >> np.uint64(40)) % np.uint64(pivots.shape[0])))
    start = int(np.int64((draw & np.uint64(0xFFFFFFFF)) % np.uint64(64 * is_pivot.shape[0])))
    for w in range(row.shape[0]):
        row[w] = columns[w, i]
    entering = entering_column(row, is_pivot, start)
    if entering < 0:
        return False
    is_pivot[pivots[i] >> 6] ^= np.uint64(1) << np.uint64(pivots[i] & 63)
    is_pivot[entering >> 6] ^= np.uint64(1) << np.uint64(entering & 63)
    pivots[i] = entering
    column, bit = columns[entering >> 6], np.uint64(1) << np.uint64(entering & 63)
    for j in range(masks.shape[0]):
        masks[j] = _ALL_ONES if column[j] & bit else np.uint64(0)
    masks[i] = 0
    return True


@kernel
def exchange_pivots(state: ExchangeState, target: int, count: int) -> int:
    """Exchange pivots until a nontrivial word lighter than `target` is known.

    Args:
        state: changed in place; `best` and `control` hold the lightest word known.
        target: weight to get below; 0 never stops early.
        count: most exchanges to make.

    Returns:
        How many exchanges were made.
    """
    num_words = state.is_pivot.shape[0]
    row = np.empty(state.columns.shape[0], dtype=np.uint64)
    masks = np.empty(state.columns.shape[1], dtype=np.uint64)
    weights = np.empty(state.columns.shape[1], dtype=np.int64)
    for done in range(count):
        if state.control[0] < target:
            return done
        if move_pivot(state, row, masks):
            add_to_masked(state.columns, row, masks, weights, num_words)
            keep_lightest(state.columns, weights, state.best, state.control)
    return count
