"""Simulated annealing of a check matrix over moves of single edges.

The potential is that of the environments, whose soft minimum tells one of many equally light words
removed. A move that makes checks dependent is refused before any census, at the price of a rank.
"""

from typing import NamedTuple

import numpy as np

from qcode_rl.distance.census import split_spaces
from qcode_rl.edits.graphs import Floats, GraphBatch, Integers
from qcode_rl.edits.stepping import Outcome, Pools, Rules, judge, meets_request, restart
from qcode_rl.edits.streams import uniform
from qcode_rl.gf2.jit import kernel
from qcode_rl.gf2.packing import Words
from qcode_rl.search.baselines.moves import MOST_TOGGLES, propose_move, toggle_logged

#: A run ends after so many proposals for each evaluation that it may spend: on small graphs every
#: matrix in reach has been seen at some time, and no further evaluation is ever spent.
PROPOSALS_PER_EVALUATION = 200
_PROPOSALS, _RANKS = 0, 1


class EdgeSchedule(NamedTuple):
    """How to anneal over edges; at temperature 0 throughout that is a greedy search.

    Attributes:
        hot: temperature at the start, in units of the distance.
        cold: temperature at the end; it falls linearly.
        length: moves after which to restart, whether refused for the rank or judged.
        switches: share of proposals that swap two edges; of the others, half move an edge along its
            check and half along its bit. Proposals that break a limit cost nothing, and where all
            checks are full, as at most starts, that is every move along a bit.
        guided: share of moves along checks that go to a bit drawn by its share in light words.
    """

    hot: float = 0.15
    cold: float = 0.05
    length: float = 10_000.0
    switches: float = 0.12
    guided: float = 0.7


class EdgeWork(NamedTuple):
    """Room to work in, and counters.

    Attributes:
        log: `(MOST_TOGGLES, 2) int64` edges of the move being tried.
        participation: `(N,) float64` shares in light words before it.
        counts: `(2,) int64`: proposals, and ranks that were not followed by a census.
    """

    log: Integers
    participation: Floats
    counts: Integers


def edge_work(max_bits: int) -> EdgeWork:
    """Return room for graphs of at most N bits, with counters at 0."""
    return EdgeWork(
        log=np.zeros((MOST_TOGGLES, 2), dtype=np.int64),
        participation=np.zeros(max_bits),
        counts=np.zeros(2, dtype=np.int64),
    )


@kernel
def anneal_edges(
    graphs: GraphBatch,
    i: int,
    pools: Pools,
    rules: Rules,
    outcome: Outcome,
    seen: Words,
    schedule: EdgeSchedule,
    work: EdgeWork,
    budget: int,
) -> bool:
    """Anneal from random starts until graph i meets its request or the budget is spent.

    Args:
        graphs: the batch; graph i is left as the last move left it.
        i: which graph.
        pools: its task, and what it starts from.
        rules: rules; the reward decides the potential.
        outcome: its counters are those of this run, starts included.
        seen: hash table with room for `budget` matrices.
        schedule: how to anneal.
        work: room to work in; counts go on from what they are.
        budget: most reward evaluations; the counters may start above 0.

    Returns:
        Whether the request is met.
    """
    most = work.counts[_PROPOSALS] + PROPOSALS_PER_EVALUATION * budget
    while outcome.counters[0] < budget and work.counts[_PROPOSALS] < most:
        restart(graphs, i, pools, rules, outcome, seen)
        first = outcome.counters[1] + work.counts[_RANKS]
        moves = 0
        while moves < schedule.length and not meets_request(graphs, i):
            if outcome.counters[0] >= budget or work.counts[_PROPOSALS] >= most:
                return False
            share = moves / schedule.length
            temperature = schedule.hot + (schedule.cold - schedule.hot) * share
            try_move(graphs, i, rules, outcome, seen, schedule, temperature, work)
            moves = outcome.counters[1] + work.counts[_RANKS] - first
        if meets_request(graphs, i):
            return True
    return False


@kernel
def try_move(
    graphs: GraphBatch,
    i: int,
    rules: Rules,
    outcome: Outcome,
    seen: Words,
    schedule: EdgeSchedule,
    temperature: float,
    work: EdgeWork,
) -> None:
    """Propose one move of graph i and keep it by the rule of Metropolis, or if it is an answer."""
    work.counts[_PROPOSALS] += 1
    count = propose_move(graphs, i, schedule.switches, schedule.guided, work.log)
    if count == 0:
        return
    m, n = graphs.num_checks[i], graphs.num_bits[i]
    k, k_left = graphs.dimensions[i, 0], graphs.dimensions[i, 1]
    if split_spaces(graphs.rows[i, :m], n, graphs.scratch)[1] > k_left:
        work.counts[_RANKS] += 1
        toggle_logged(graphs, i, work.log, count)
        return
    before, soft, distance = graphs.potentials[i], graphs.soft[i], graphs.distances[i]
    work.participation[:] = graphs.participation[i]
    judge(graphs, i, rules, outcome, seen)
    change = graphs.potentials[i] - before
    if change >= 0.0 or meets_request(graphs, i):
        return
    if temperature > 0.0 and uniform(graphs.streams, i) < np.exp(change / temperature):
        return
    toggle_logged(graphs, i, work.log, count)
    graphs.potentials[i], graphs.soft[i], graphs.distances[i] = before, soft, distance
    graphs.dimensions[i, 0], graphs.dimensions[i, 1] = k, k_left
    graphs.participation[i] = work.participation
