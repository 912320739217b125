"""Annealing and greedy search over rewirings of whole checks: the agent's own edit.

Checks are taken in random order, sweep after sweep, and each gets a support from a heat bath. At
temperature 0 that is a greedy search.
"""

from typing import NamedTuple

from qcode_rl.edits.graphs import GraphBatch, Integers
from qcode_rl.edits.rewired_product import restart
from qcode_rl.edits.rewiring import RewireMemory, rewire
from qcode_rl.edits.stepping import Outcome, Pools, Rules, meets_request
from qcode_rl.gf2.jit import kernel
from qcode_rl.gf2.packing import Words
from qcode_rl.search.baselines.moves import draw

#: A run ends after so many censuses for each evaluation that it may spend: on small graphs every
#: matrix in reach has been seen at some time, and no further evaluation is ever spent.
CENSUSES_PER_EVALUATION = 50
#: Below this temperature the best support is taken: anything else would hardly ever be drawn.
FROZEN = 0.03


class RewireSchedule(NamedTuple):
    """How to search over rewirings; a sweep is one rewiring of every check.

    Attributes:
        hot: temperature of the first rewiring, in units of the distance; it falls linearly to 0.
        falling: sweeps that this takes, more than 0.
        patience: sweeps in a row without any gain in soft distance after which to restart.
    """

    hot: float
    falling: float = 2.0
    patience: float = 10.0


#: The best of some 60 schedules, by evaluations per success over twelve targets; many are as good.
ANNEALING = RewireSchedule(hot=0.06)
#: On a plateau it goes on for a while, since the best of several equal supports is drawn anew.
GREEDY = RewireSchedule(hot=0.0)


@kernel
def anneal_rewires(
    graphs: GraphBatch,
    i: int,
    pools: Pools,
    rules: Rules,
    memory: RewireMemory,
    outcome: Outcome,
    seen: Words,
    schedule: RewireSchedule,
    order: Integers,
    budget: int,
) -> bool:
    """Rewire from random starts until graph i meets its request or the budget is spent.

    Args:
        graphs: the batch; graph i is left as the last rewiring left it.
        i: which graph.
        pools: its task, and what it starts from.
        rules: rules.
        memory: what is remembered of rewirings.
        outcome: its counters are those of this run.
        seen: hash table with room for `budget + 1` matrices.
        schedule: how to search.
        order: `(M,) int64` room to work in.
        budget: most reward evaluations; the last rewiring may take one more.

    Returns:
        Whether the request is met.
    """
    most = outcome.counters[1] + CENSUSES_PER_EVALUATION * budget
    while outcome.counters[0] < budget and outcome.counters[1] < most:
        restart(graphs, i, pools, memory)
        # A start that nothing can be opened in must not loop for ever.
        outcome.counters[1] += 1
        if _descend(graphs, i, rules, memory, outcome, seen, schedule, order, budget, most):
            return True
    return False


@kernel
def _descend(
    graphs: GraphBatch,
    i: int,
    rules: Rules,
    memory: RewireMemory,
    outcome: Outcome,
    seen: Words,
    schedule: RewireSchedule,
    order: Integers,
    budget: int,
    most: int,
) -> bool:
    """Rewire from one start until the request is met or it is time to restart or to stop."""
    m = graphs.num_checks[i]
    edit = idle = 0
    while outcome.counters[0] < budget and outcome.counters[1] < most:
        if idle > m or memory.tries[i] > schedule.patience * m:
            return False
        if edit % m == 0:
            _shuffle(order[:m], graphs.streams, i)
        check = order[edit % m]
        temperature = temperature_at(schedule, edit / m)
        edit += 1
        if temperature == 0.0 and memory.opened[i, check] == memory.changes[i]:
            # It has the best support already; if that holds for all checks, nothing can change.
            idle += 1
            continue
        idle = 0
        rewire(graphs, i, check, temperature, rules, memory, outcome, seen)
        if meets_request(graphs, i):
            return True
    return False


@kernel
def temperature_at(schedule: RewireSchedule, sweeps: float) -> float:
    """Return the temperature after so many sweeps."""
    temperature = schedule.hot * (1.0 - sweeps / schedule.falling)
    return temperature if temperature >= FROZEN else 0.0


@kernel
def _shuffle(order: Integers, streams: Words, i: int) -> None:
    """Fill an array with a random order of 0..m-1."""
    m = order.shape[0]
    for place in range(m):
        other = draw(streams, i, place + 1)
        order[place] = order[other]
        order[other] = place
