"""Light logical operators of two-block codes, by a short search through random information sets.

A bound from above is all that an edit needs: nothing is proved from below. The search of one code
is a function of the code alone, so that a code is judged alike whenever it comes back.
"""

from typing import NamedTuple

import numpy as np

from qcode_rl.distance.information_sets import (
    ExchangeState,
    add_to_masked,
    keep_lightest,
    move_pivot,
)
from qcode_rl.edits.graphs import Floats, Integers
from qcode_rl.edits.moves import note_seen
from qcode_rl.edits.two_block_ranks import GroupTables, check_rows
from qcode_rl.gf2.elimination import reduce_in_place
from qcode_rl.gf2.jit import kernel, trailing_zeros
from qcode_rl.gf2.packing import Words

_ONE = np.uint64(1)
#: Light words (in abelian groups: orbits of them) that are told apart in one search.
MOST_LIGHT = 64


class Effort(NamedTuple):
    """How long a search may be, in exchanges for every row of the generator matrix.

    Attributes:
        probe: after so many, a search that has found light words ends.
        full: after so many, one that has found none ends too.
    """

    probe: float
    full: float


class LightSearch(NamedTuple):
    """What a search has found.

    Attributes:
        found: `(4 MOST_LIGHT,) uint64` hash table of light words.
        use: `(2 g,) float64` sum of the factors of light words that act on each qubit.
        word: `(2, words) uint64` the lightest nontrivial word of each type found.
        weights: `(2,) int64` its weight; 2^30 without one.
        counts: `(2,) int64` light words told apart, and exchanges made.
        mass: `(1,) float64` sum of exp(beta (target - w)) over light words.
    """

    found: Words
    use: Floats
    word: Words
    weights: Integers
    counts: Integers
    mass: Floats


def light_search(order: int) -> LightSearch:
    """Return room for searches of codes over groups of an order."""
    return LightSearch(
        found=np.zeros(4 * MOST_LIGHT, dtype=np.uint64),
        use=np.zeros(2 * order),
        word=np.zeros((2, (2 * order + 63) >> 6), dtype=np.uint64),
        weights=np.zeros(2, dtype=np.int64),
        counts=np.zeros(2, dtype=np.int64),
        mass=np.zeros(1),
    )


@kernel
def search_light(
    tables: GroupTables,
    a: Integers,
    b: Integers,
    target: int,
    beta: float,
    most_mass: float,
    effort: Effort,
    seed: np.uint64,
    out: LightSearch,
) -> int:
    """Look for logical operators lighter than a target.

    Args:
        tables: the group. Over an abelian one both types of operator are alike, and only X is
            looked for.
        a: terms of the first block.
        b: terms of the second block.
        target: words of at least this weight are not light.
        beta: inverse temperature of the soft distance.
        most_mass: the search ends once light words make up more than this.
        effort: how long it may be.
        seed: not zero.
        out: filled.

    Returns:
        The least weight found, which is no less than the distance; 0 for a code without logical
        qubits.
    """
    out.found[:] = 0
    out.use[:] = 0.0
    out.counts[:] = 0
    out.mass[0] = 0.0
    out.weights[:] = 1 << 30
    for sector in range(1 if tables.abelian else 2):
        # Words that commute with the checks of one type, up to those of the other.
        stabilizers = check_rows(tables, a, b, sector)
        checks = check_rows(tables, a, b, 1 - sector)
        state, k = operator_state(stabilizers, checks, 2 * tables.inverse.shape[0], seed)
        if k == 0:
            return 0
        _walk(tables, state, sector, target, beta, most_mass, effort, out)
        if out.mass[0] > most_mass:
            break
    return int(min(out.weights[0], out.weights[1]))


@kernel
def operator_state(
    stabilizers: Words, checks: Words, num_qubits: int, seed: np.uint64
) -> tuple[ExchangeState, int]:
    """Return generators of all operators of one type, labelled by logical class, and k.

    The generators are the identity on the columns that eliminating the checks leaves free. On those
    columns alone, vectors orthogonal to all stabilizers tell the classes apart.

    Args:
        stabilizers: `(r, w) uint64` packed checks of the operators' own type; destroyed.
        checks: `(r', w) uint64` packed checks of the other type; destroyed.
        num_qubits: n.
        seed: not zero.
    """
    num_words = checks.shape[1]
    pivots = np.empty(checks.shape[0], dtype=np.int64)
    reduce_in_place(checks, pivots)
    free = _all_but_pivots(num_qubits, pivots, num_words)
    stabilizers &= free
    own = np.empty(stabilizers.shape[0], dtype=np.int64)
    own_rank = reduce_in_place(stabilizers, own)
    columns = _columns_of(free, num_qubits)
    place = np.zeros(num_qubits, dtype=np.int64)
    for index in range(columns.shape[0]):
        place[columns[index]] = index
    k = columns.shape[0] - own_rank
    state = ExchangeState(
        np.zeros((num_words + (k + 63) // 64, columns.shape[0]), dtype=np.uint64),
        columns,
        free,
        np.zeros(num_words, dtype=np.uint64),
        np.full(1, 1 << 30, dtype=np.int64),
        np.full(1, seed, dtype=np.uint64),
    )
    for index in range(columns.shape[0]):
        state.columns[columns[index] >> 6, index] |= _ONE << np.uint64(columns[index] & 63)
    _add_rows(checks, pivots, free, place, state.columns)
    unclassed = free.copy()
    for row in range(own.shape[0]):
        if own[row] >= 0:
            unclassed[own[row] >> 6] ^= _ONE << np.uint64(own[row] & 63)
    _label(stabilizers, own, unclassed, place, num_words, state.columns)
    return state, k


@kernel
def _all_but_pivots(num_qubits: int, pivots: Integers, num_words: int) -> Words:
    free = np.zeros(num_words, dtype=np.uint64)
    for column in range(num_qubits):
        free[column >> 6] |= _ONE << np.uint64(column & 63)
    for row in range(pivots.shape[0]):
        if pivots[row] >= 0:
            free[pivots[row] >> 6] ^= _ONE << np.uint64(pivots[row] & 63)
    return free


@kernel
def _columns_of(mask: Words, num_qubits: int) -> Integers:
    columns = np.empty(num_qubits, dtype=np.int64)
    count = 0
    for word in range(mask.shape[0]):
        bits = mask[word]
        while bits:
            columns[count] = 64 * word + trailing_zeros(bits)
            count += 1
            bits &= bits - _ONE
    return columns[:count].copy()


@kernel
def _add_rows(rows: Words, pivots: Integers, mask: Words, place: Integers, columns: Words) -> None:
    """Give generator `place[c]` a one at each pivot whose row has a one in column c of the mask."""
    for row in range(rows.shape[0]):
        if pivots[row] < 0:
            continue
        word_of, bit = pivots[row] >> 6, _ONE << np.uint64(pivots[row] & 63)
        for word in range(rows.shape[1]):
            bits = rows[row, word] & mask[word]
            while bits:
                columns[word_of, place[64 * word + trailing_zeros(bits)]] |= bit
                bits &= bits - _ONE


@kernel
def _label(
    stabilizers: Words,
    pivots: Integers,
    unclassed: Words,
    place: Integers,
    first: int,
    columns: Words,
) -> None:
    """Label each generator by which of the vectors orthogonal to all stabilizers it is odd with."""
    label = 0
    for word in range(unclassed.shape[0]):
        bits = unclassed[word]
        while bits:
            shift = np.uint64(trailing_zeros(bits))
            row_of, bit = first + (label >> 6), _ONE << np.uint64(label & 63)
            columns[row_of, place[64 * word + trailing_zeros(bits)]] |= bit
            for row in range(stabilizers.shape[0]):
                if pivots[row] >= 0 and (stabilizers[row, word] >> shift) & _ONE:
                    columns[row_of, place[pivots[row]]] |= bit
            label += 1
            bits &= bits - _ONE


@kernel
def _walk(
    tables: GroupTables,
    state: ExchangeState,
    sector: int,
    target: int,
    beta: float,
    most_mass: float,
    effort: Effort,
    out: LightSearch,
) -> None:
    """Exchange pivots and take note of light words, until one of the limits is met."""
    size, num_words = state.pivots.shape[0], state.is_pivot.shape[0]
    row = np.zeros(state.columns.shape[0], dtype=np.uint64)
    masks = np.zeros(size, dtype=np.uint64)
    weights = np.empty(size, dtype=np.int64)
    noted = np.zeros(size, dtype=np.bool_)
    probe, full = int(effort.probe * size), int(effort.full * size)
    add_to_masked(state.columns, row, masks, weights, num_words)
    for step in range(full + 1):
        if step > 0 and move_pivot(state, row, masks):
            for j in range(size):
                noted[j] = noted[j] and masks[j] == 0
            add_to_masked(state.columns, row, masks, weights, num_words)
        out.counts[1] += 1
        keep_lightest(state.columns, weights, state.best, state.control)
        if state.control[0] < target:
            for j in range(size):
                if weights[j] < target and not noted[j]:
                    noted[j] = True
                    _take_note(tables, state.columns, j, weights[j], target, beta, out)
            if out.mass[0] > most_mass or out.counts[0] >= MOST_LIGHT or step >= probe:
                break
    out.weights[sector] = state.control[0]
    out.word[sector] = state.best


@kernel
def _take_note(
    tables: GroupTables,
    columns: Words,
    j: int,
    weight: int,
    target: int,
    beta: float,
    out: LightSearch,
) -> None:
    """Count a light word, unless it (or one that it can be shifted to) has been counted."""
    size, num_words = tables.inverse.shape[0], out.word.shape[1]
    qubits = np.empty(weight, dtype=np.int64)
    count = 0
    for word in range(num_words):
        bits = columns[word, j]
        while bits:
            qubits[count] = 64 * word + trailing_zeros(bits)
            count += 1
            bits &= bits - _ONE
    mark = shift_hash(tables, qubits) if tables.abelian else _word_hash(columns, j, num_words)
    if out.counts[0] >= MOST_LIGHT or not note_seen(out.found, mark):
        return
    out.counts[0] += 1
    factor = np.exp(beta * (target - weight))
    out.mass[0] += factor
    if not tables.abelian:
        for index in range(count):
            out.use[qubits[index]] += factor
        return
    # With a word come all its shifts, so that the qubits of a block share its weight.
    first = 0
    for index in range(count):
        first += qubits[index] < size
    out.use[:size] += factor * first / size
    out.use[size:] += factor * (count - first) / size


@kernel
def shift_hash(tables: GroupTables, qubits: Integers) -> np.uint64:
    """Return a hash of a set of qubits, never 0, which shifting both blocks alike leaves as it is.

    It adds up hashes of all quotients of two qubits: sets that agree in those are taken for one.
    """
    size = tables.inverse.shape[0]
    total = np.uint64(qubits.shape[0])
    for i in range(qubits.shape[0]):
        block, x = qubits[i] // size, qubits[i] % size
        quotients = tables.left[tables.inverse[x]]
        for j in range(qubits.shape[0]):
            quotient = quotients[qubits[j] % size]
            total += mixed(np.uint64(2 * (2 * quotient + block) + qubits[j] // size))
    return total | _ONE


@kernel
def _word_hash(columns: Words, j: int, num_words: int) -> np.uint64:
    state = np.uint64(num_words)
    for word in range(num_words):
        state = mixed(state ^ columns[word, j])
    return state | _ONE


@kernel
def mixed(value: np.uint64) -> np.uint64:
    """Return the finalizer of splitmix64 of a word: every bit depends on every bit."""
    z = value + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.uint64(z ^ (z >> np.uint64(31)))
