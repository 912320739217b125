"""Moves of single edges that keep every limit: what the annealer over edges proposes.

An edge moves along its check to another bit, or along its bit to another check; or two edges swap
their bits. The number of edges never changes. Proposals are drawn blindly or, in part, towards the
bits in most light codewords: a move that changes whether a check is even on a light word rules the
word out.
"""

import numpy as np

from qcode_rl.edits.graphs import Floats, GraphBatch, Integers, has_edge, toggle_edge
from qcode_rl.edits.streams import below, uniform
from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

_ONE = np.uint64(1)
#: Most edges that one move toggles.
MOST_TOGGLES = 4


@kernel
def draw(streams: Words, i: int, bound: int) -> int:
    """Return a uniform integer in `[0, bound)`, as a signed one whether compiled or not."""
    return int(np.int64(below(streams, i, bound)))


@kernel
def draw_bit_of(row: np.uint64, streams: Words, i: int) -> int:
    """Return a random bit of a check that is not empty."""
    for _ in range(draw(streams, i, popcount(row))):
        row &= row - _ONE
    return trailing_zeros(row)


@kernel
def draw_light_bit(participation: Floats, streams: Words, i: int) -> int:
    """Return a random bit, drawn by its share in the light codewords.

    Args:
        participation: `(n,) float64`; where all are 0, every bit is as likely.
        streams: random streams.
        i: which stream.
    """
    n: int = participation.shape[0]
    total = 0.0
    for bit in range(n):
        total += participation[bit]
    if total <= 0.0:
        return draw(streams, i, n)
    left = uniform(streams, i) * total
    for bit in range(n):
        left -= participation[bit]
        if left < 0.0:
            return bit
    return n - 1


@kernel
def propose_move(graphs: GraphBatch, i: int, switches: float, guided: float, log: Integers) -> int:
    """Make a random move of graph i, if the one that is drawn is legal.

    Args:
        graphs: the batch; graph i changes.
        i: which graph.
        switches: share of proposals that swap two edges.
        guided: share of moves along checks that go to a bit drawn by its share in light words.
        log: `(MOST_TOGGLES, 2) int64`, receives the toggled edges.

    Returns:
        How many edges were toggled; 0 if the move is illegal, which changes nothing.
    """
    check = draw(graphs.streams, i, graphs.num_checks[i])
    if graphs.rows[i, check] == 0:
        return 0
    bit = draw_bit_of(graphs.rows[i, check], graphs.streams, i)
    kind = uniform(graphs.streams, i)
    if kind < switches:
        count = _switch(graphs, i, check, bit, log)
    elif kind < 0.5 * (1.0 + switches):
        count = _move_along_check(graphs, i, check, bit, guided, log)
    else:
        count = _move_along_bit(graphs, i, check, bit, log)
    toggle_logged(graphs, i, log, count)
    return count


@kernel
def toggle_logged(graphs: GraphBatch, i: int, log: Integers, count: int) -> None:
    """Make the move that a log tells of, or take it back."""
    for entry in range(count):
        toggle_edge(graphs.rows[i], graphs.degrees[i], log[entry, 0], log[entry, 1])


@kernel
def _move_along_check(
    graphs: GraphBatch, i: int, check: int, bit: int, guided: float, log: Integers
) -> int:
    degrees, n = graphs.degrees[i], graphs.num_bits[i]
    if uniform(graphs.streams, i) < guided:
        other = draw_light_bit(graphs.participation[i, :n], graphs.streams, i)
    else:
        other = draw(graphs.streams, i, n)
    if has_edge(graphs.rows[i], check, other) or degrees[bit] < 2:
        return 0
    if degrees[other] >= graphs.column_limits[i]:
        return 0
    return _note(log, check, bit, check, other)


@kernel
def _move_along_bit(graphs: GraphBatch, i: int, check: int, bit: int, log: Integers) -> int:
    rows = graphs.rows[i]
    other = draw(graphs.streams, i, graphs.num_checks[i])
    if has_edge(rows, other, bit) or popcount(rows[check]) < 2:
        return 0
    if popcount(rows[other]) >= graphs.row_limits[i]:
        return 0
    return _note(log, check, bit, other, bit)


@kernel
def _switch(graphs: GraphBatch, i: int, check: int, bit: int, log: Integers) -> int:
    rows = graphs.rows[i]
    other = draw(graphs.streams, i, graphs.num_checks[i])
    if rows[other] == 0:
        return 0
    other_bit = draw_bit_of(rows[other], graphs.streams, i)
    if has_edge(rows, check, other_bit) or has_edge(rows, other, bit):
        return 0
    _note(log, check, bit, check, other_bit)
    return 2 + _note(log[2:], other, other_bit, other, bit)


@kernel
def _note(log: Integers, check: int, bit: int, other: int, other_bit: int) -> int:
    log[0, 0], log[0, 1] = check, bit
    log[1, 0], log[1, 1] = other, other_bit
    return 2
