"""Random search: checks get random supports, whatever these are worth."""

import numpy as np

from qcode_rl.distance.census import split_spaces
from qcode_rl.edits.graphs import GraphBatch, Integers, toggle_edge
from qcode_rl.edits.stepping import Outcome, Pools, Rules, judge, meets_request, restart
from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words
from qcode_rl.search.baselines.moves import draw, draw_bit_of

#: Rewirings of each check, on average, after which to restart.
SWEEPS = 10
#: A run ends after so many rewirings for each evaluation that it may spend; see `edges`.
REWIRINGS_PER_EVALUATION = 200
_REWIRINGS, _RANKS = 0, 1
_ONE = np.uint64(1)


@kernel
def wander(
    graphs: GraphBatch,
    i: int,
    pools: Pools,
    rules: Rules,
    outcome: Outcome,
    seen: Words,
    counts: Integers,
    budget: int,
) -> bool:
    """Rewire random checks at random until graph i meets its request or the budget is spent.

    Args:
        graphs: the batch; graph i is left as the last rewiring left it.
        i: which graph.
        pools: its task, and what it starts from.
        rules: rules.
        outcome: its counters are those of this run, starts included.
        seen: hash table with room for `budget` matrices.
        counts: `(2,) int64`: rewirings, and ranks that were not followed by a census; go on from
            what they are.
        budget: most reward evaluations.

    Returns:
        Whether the request is met.
    """
    most = counts[_REWIRINGS] + REWIRINGS_PER_EVALUATION * budget
    while outcome.counters[0] < budget and counts[_REWIRINGS] < most:
        restart(graphs, i, pools, rules, outcome, seen)
        for _ in range(SWEEPS * graphs.num_checks[i]):
            if meets_request(graphs, i):
                return True
            if outcome.counters[0] >= budget:
                return False
            counts[_REWIRINGS] += 1
            m, n = graphs.num_checks[i], graphs.num_bits[i]
            check = draw(graphs.streams, i, m)
            old = graphs.rows[i, check]
            replace_check(graphs, i, check, draw_support(graphs, i, check))
            if split_spaces(graphs.rows[i, :m], n, graphs.scratch)[1] > graphs.dimensions[i, 1]:
                counts[_RANKS] += 1
                replace_check(graphs, i, check, old)
                continue
            judge(graphs, i, rules, outcome, seen)
    return False


@kernel
def draw_support(graphs: GraphBatch, i: int, check: int) -> np.uint64:
    """Return a random support for a check: as many bits as the limits of graph i leave room for."""
    own = graphs.rows[i, check]
    room = np.uint64(0)
    for bit in range(graphs.num_bits[i]):
        degree = graphs.degrees[i, bit] - np.int64((own >> np.uint64(bit)) & _ONE)
        if degree < graphs.column_limits[i]:
            room |= _ONE << np.uint64(bit)
    support = np.uint64(0)
    for _ in range(min(graphs.row_limits[i], popcount(room))):
        bit = draw_bit_of(room & ~support, graphs.streams, i)
        support |= _ONE << np.uint64(bit)
    return support


@kernel
def replace_check(graphs: GraphBatch, i: int, check: int, support: np.uint64) -> None:
    """Give a check of graph i a new support."""
    changed = graphs.rows[i, check] ^ support
    while changed:
        toggle_edge(graphs.rows[i], graphs.degrees[i], check, trailing_zeros(changed))
        changed &= changed - _ONE
