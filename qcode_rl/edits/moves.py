"""Composite edits of a classical Tanner graph that respect weight and degree limits.

An edit names a check and a bit. A present edge is removed; an absent one is added, and each end
that was full gives up its least useful edge. Where both ends gave one up, the two nodes left behind
are joined, so that the edit is a switch of two edges. Every edit is useful in itself, which is what
makes a policy over single actions learn (DESIGN, "Actions").
"""

import numpy as np

from qcode_rl.edits.graphs import Floats, GraphBatch, Integers, has_edge, toggle_edge
from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

_ONE = np.uint64(1)
#: Most edges one edit can toggle; more only when a node starts far beyond its limit.
MAX_TOGGLES = 128


@kernel
def is_legal(graphs: GraphBatch, i: int, check: int, bit: int) -> bool:
    """Say whether the edit at (check, bit) keeps both nodes connected and lies inside the graph."""
    if check >= graphs.num_checks[i] or bit >= graphs.num_bits[i]:
        return False
    if has_edge(graphs.rows[i], check, bit):
        return popcount(graphs.rows[i, check]) >= 2 and graphs.degrees[i, bit] >= 2
    return True


@kernel
def least_useful_bit(
    row: np.uint64, kept: int, degrees: Integers, participation: Floats, column_limit: int
) -> int:
    """Return the bit of a check, other than `kept`, whose edge matters least.

    A bit with few checks needs each of them, and an edge to a bit in many light codewords may be
    what rules others out; so the edge to go is to the bit of least participation, degree allowing.
    """
    word = row & ~(_ONE << np.uint64(kept))
    best, best_use = -1, 1e9
    while word:
        bit = trailing_zeros(word)
        word &= word - _ONE
        use = participation[bit]
        if degrees[bit] <= 2:
            use += 2.0 / degrees[bit]
        if degrees[bit] > column_limit:
            use -= 10.0
        if use < best_use:
            best, best_use = bit, use
    return best


@kernel
def least_useful_check(rows: Words, bit: int, kept: int, participation: Floats) -> int:
    """Return the check on a bit, other than `kept`, whose edge matters least: the heaviest one.

    Ties go to the check whose bits take the least part in light codewords.
    """
    best, best_use = -1, 1e9
    for check in range(rows.shape[0]):
        if check == kept or not has_edge(rows, check, bit):
            continue
        word = rows[check]
        use = -2.0 * popcount(word)
        while word:
            use += participation[trailing_zeros(word)]
            word &= word - _ONE
        if use < best_use:
            best, best_use = check, use
    return best


@kernel
def apply_edit(graphs: GraphBatch, i: int, check: int, bit: int, log: Integers) -> int:
    """Edit graph i at (check, bit).

    Args:
        graphs: the batch; `rows` and `degrees` of graph i change.
        i: which graph.
        check: 0-based check.
        bit: 0-based bit.
        log: `(MAX_TOGGLES, 2) int64`, receives the toggled edges, for `undo_edit`.

    Returns:
        How many edges were toggled; 0 for an illegal edit, which changes nothing.
    """
    if not is_legal(graphs, i, check, bit):
        return 0
    rows, degrees = graphs.rows[i], graphs.degrees[i]
    row_limit, column_limit = graphs.row_limits[i], graphs.column_limits[i]
    use = graphs.participation[i]
    adds = not has_edge(rows, check, bit)
    count = _toggle(rows, degrees, check, bit, log, 0)
    if not adds:
        return count
    loose_bit, loose_check = -1, -1
    while popcount(rows[check]) > row_limit and count < MAX_TOGGLES - 2:
        loose_bit = least_useful_bit(rows[check], bit, degrees, use, column_limit)
        count = _toggle(rows, degrees, check, loose_bit, log, count)
    while degrees[bit] > column_limit and count < MAX_TOGGLES - 2:
        loose_check = least_useful_check(rows, bit, check, use)
        count = _toggle(rows, degrees, loose_check, bit, log, count)
    if min(loose_bit, loose_check) < 0 or has_edge(rows, loose_check, loose_bit):
        return count
    if popcount(rows[loose_check]) < row_limit and degrees[loose_bit] < column_limit:
        count = _toggle(rows, degrees, loose_check, loose_bit, log, count)
    return count


@kernel
def undo_edit(graphs: GraphBatch, i: int, log: Integers, count: int) -> None:
    """Take back an edit, given what `apply_edit` logged and returned."""
    for entry in range(count - 1, -1, -1):
        toggle_edge(graphs.rows[i], graphs.degrees[i], log[entry, 0], log[entry, 1])


@kernel
def _toggle(rows: Words, degrees: Integers, check: int, bit: int, log: Integers, count: int) -> int:
    toggle_edge(rows, degrees, check, bit)
    log[count, 0], log[count, 1] = check, bit
    return count + 1


@kernel
def hash_graph(graphs: GraphBatch, i: int) -> np.uint64:
    """Return a 64-bit hash of the check matrix of graph i (rows in order), never 0."""
    state = np.uint64(graphs.num_bits[i])
    for check in range(graphs.num_checks[i]):
        state = (state ^ graphs.rows[i, check]) * np.uint64(0xFF51AFD7ED558CCD)
        state ^= state >> np.uint64(32)
    return state | _ONE


@kernel
def note_seen(table: Words, value: np.uint64) -> bool:
    """Put a hash into an open-addressing table and say whether it was missing.

    Args:
        table: `(2^j,) uint64`, zero where free; never full.
        value: a hash other than 0. Its lowest bit is not compared: it tells recent hashes (1, as
            all new ones have it) from older ones.
    """
    mask = np.uint64(table.shape[0] - 1)
    slot = (value >> np.uint64(1)) & mask
    while table[slot] != 0:
        if table[slot] ^ value <= _ONE:
            return False
        slot = (slot + _ONE) & mask
    table[slot] = value
    return True
