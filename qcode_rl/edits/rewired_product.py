"""Batches of classical Tanner graphs whose checks are rewired, judged by their square products.

The steps, observations and masks of `qcode/RewiredProduct-v0`. An action rewires a check at one
of a few temperatures (`edits.rewiring`) or starts afresh within the episode.
"""

from typing import Any, NamedTuple

import numpy as np

from qcode_rl.codes import ClassicalCode
from qcode_rl.codes.bounds import linear_code_bounds
from qcode_rl.edits.graphs import GraphBatch, Integers
from qcode_rl.edits.hypergraph_product import ProductBatch, ProductTask
from qcode_rl.edits.rewards import illegal_reward, shaping_reward
from qcode_rl.edits.rewiring import RewireMemory, forget, rewire, rewire_memory
from qcode_rl.edits.stepping import (
    PAULI_X,
    Flags,
    Observations,
    Outcome,
    Pools,
    Rules,
    Singles,
    meets_request,
    place_start,
    take_task,
)
from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

#: Temperatures of an action's levels, in units of the distance.
TEMPERATURES = np.array([0.0, 0.15, 0.5])
LEVELS = len(TEMPERATURES)
CHECK_FEATURES = 9
BIT_FEATURES = 4
GLOBAL_FEATURES = 14
_ONE = np.uint64(1)
_EVERYTHING = 1 << 62
#: What `step_batch` takes besides actions.
SKIP, RESTART = -(1 << 40), -(1 << 40) - 1


class Rewirings(NamedTuple):
    """What a step of rewiring works on besides the graphs.

    Attributes:
        memory: what is remembered of each graph.
        best: `(M + 1, N + 1) int64`: at `[m, n]`, a distance that no code of these sizes exceeds.
        seen: hash table of matrices evaluated in this run.
    """

    memory: RewireMemory
    best: Integers
    seen: Words


@kernel
def restart(graphs: GraphBatch, i: int, pools: Pools, memory: RewireMemory) -> None:
    """Begin an episode of graph i, of the task that it has been given; this takes no census."""
    take_task(graphs, i, pools)
    graphs.steps[i] = 0
    graphs.potentials[i] = graphs.targets[i] - graphs.num_bits[i] / 2
    start_afresh(graphs, i, pools, memory)


@kernel
def start_afresh(graphs: GraphBatch, i: int, pools: Pools, memory: RewireMemory) -> None:
    """Replace graph i by a start of its task; its potential stays, to be charged for at a step."""
    place_start(graphs, i, pools)
    graphs.participation[i, :] = 0.0
    graphs.soft[i] = graphs.distances[i] = 0
    graphs.dimensions[i, :] = 0
    graphs.excess[i, :] = 0
    forget(memory, i)


@kernel
def step_graph(
    graphs: GraphBatch,
    i: int,
    action: int,
    pools: Pools,
    rules: Rules,
    outcome: Outcome,
    work: Rewirings,
) -> None:
    """Carry out one action on graph i and fill its entries of the outcome."""
    num_rewirings = graphs.rows.shape[1] * LEVELS
    check, before = action // LEVELS, graphs.potentials[i]
    outcome.illegal[i], outcome.met[i] = False, False
    outcome.rewards[i] = 0.0
    graphs.steps[i] += 1
    if action == num_rewirings:
        start_afresh(graphs, i, pools, work.memory)
    elif 0 <= check < graphs.num_checks[i]:
        temperature = TEMPERATURES[action % LEVELS]
        rewire(graphs, i, check, temperature, rules, work.memory, outcome, work.seen)
        outcome.counters[2] += 1
        outcome.met[i] = meets_request(graphs, i)
        outcome.rewards[i] = shaping_reward(
            before, graphs.potentials[i], graphs.targets[i], outcome.met[i], rules.constants
        )
    else:
        outcome.illegal[i] = True
        outcome.rewards[i] = illegal_reward(rules.constants)
    outcome.ended[i] = outcome.met[i] or graphs.steps[i] >= rules.max_steps
    outcome.distances[i] = graphs.distances[i]
    outcome.final_sizes[i, 0], outcome.final_sizes[i, 1] = graphs.num_checks[i], graphs.num_bits[i]
    for row in range(graphs.rows.shape[1]):
        outcome.final_rows[i, row] = graphs.rows[i, row]


@kernel
def observe_graph(
    graphs: GraphBatch, i: int, rules: Rules, work: Rewirings, out: Observations
) -> None:
    """Write the observation and the action mask of graph i."""
    out.edges[i], out.masks[i] = 0, False
    out.checks[i], out.bits[i] = 0.0, 0.0
    edge = 0
    for check in range(graphs.num_checks[i]):
        _observe_check(graphs, i, check, work.memory, out.checks[i, check])
        first = check * LEVELS
        out.masks[i, first : first + LEVELS] = True
        # While nothing changes, a check that was just opened is not worth opening again.
        out.masks[i, first] = work.memory.opened[i, check] != work.memory.changes[i]
        row = graphs.rows[i, check]
        while row and edge < out.edges.shape[1]:
            edges = out.edges[i, edge]
            edges[0], edges[1], edges[2] = check, trailing_zeros(row), PAULI_X
            row &= row - _ONE
            edge += 1
    for bit in range(graphs.num_bits[i]):
        limit = graphs.column_limits[i]
        out.bits[i, bit, 0] = 1.0
        out.bits[i, bit, 1] = graphs.degrees[i, bit] / limit
        out.bits[i, bit, 2] = (limit - graphs.degrees[i, bit]) / limit
        out.bits[i, bit, 3] = graphs.participation[i, bit]
    out.masks[i, out.masks.shape[1] - 1] = True
    _observe_overall(graphs, i, rules.max_steps, work, out.overall[i])


@kernel
def _observe_check(
    graphs: GraphBatch, i: int, check: int, memory: RewireMemory, features: Singles
) -> None:
    row, limit, target = graphs.rows[i, check], graphs.row_limits[i], graphs.targets[i]
    since = memory.changes[i] - memory.opened[i, check]
    features[0] = 1.0
    features[1] = popcount(row) / limit
    features[2] = (limit - popcount(row)) / limit
    share = 0.0
    while row:
        share += graphs.participation[i, trailing_zeros(row)]
        row &= row - _ONE
    features[3] = share
    if memory.opened[i, check] < 0:
        features[4] = 1.0
        return
    features[5] = min(2.0, since / graphs.num_checks[i])
    features[6] = 1.0 if since == 0 else 0.0
    features[7] = max(-4.0, memory.loads[i, check] / target)
    features[8] = min(4.0, max(-4.0, memory.gains[i, check] / 4))


@kernel
def _observe_overall(
    graphs: GraphBatch, i: int, max_steps: int, work: Rewirings, features: Singles
) -> None:
    target, m, memory = graphs.targets[i], graphs.num_checks[i], work.memory
    judged = memory.judged[i]
    features[0] = graphs.distances[i] / target
    features[1] = max(-4.0, graphs.soft[i] / target)
    features[2] = min(8, graphs.dimensions[i, 1])
    features[3] = 1.0 - graphs.steps[i] / max_steps
    features[4] = graphs.num_bits[i] / 32
    features[5] = m / 32
    features[6] = target / 16
    features[7] = graphs.row_limits[i] / 4
    features[8] = graphs.column_limits[i] / 4
    features[9] = target / work.best[m, graphs.num_bits[i]]
    features[10] = 1.0 if judged else 0.0
    features[11] = min(2.0, memory.changes[i] / m)
    features[12] = min(2.0, memory.tries[i] / m)
    # How near the end is: the soft distance that is missing, on a finer scale.
    features[13] = np.exp(graphs.soft[i] - target) if judged else 0.0


@kernel
def observe_batch(graphs: GraphBatch, rules: Rules, work: Rewirings, out: Observations) -> None:
    """Write the observations and masks of all graphs."""
    for i in range(graphs.rows.shape[0]):
        observe_graph(graphs, i, rules, work, out)


@kernel
def step_batch(
    graphs: GraphBatch,
    actions: Integers,
    waiting: Flags,
    pools: Pools,
    rules: Rules,
    outcome: Outcome,
    work: Rewirings,
    final: Observations,
) -> None:
    """Step every graph of a batch; arguments as for `stepping.step_batch`.

    The actions `SKIP` and `RESTART` leave a graph alone and begin a new episode of it, so that all
    that takes long to compile is compiled once, in this kernel.
    """
    for i in range(actions.shape[0]):
        if actions[i] == SKIP:
            continue
        if waiting[i] or actions[i] == RESTART:
            restart(graphs, i, pools, work.memory)
            outcome.rewards[i] = 0.0
            outcome.ended[i], outcome.met[i], outcome.illegal[i] = False, False, False
            outcome.distances[i] = 0
            waiting[i] = False
            continue
        step_graph(graphs, i, actions[i], pools, rules, outcome, work)
        if outcome.ended[i]:
            if rules.same_step:
                observe_graph(graphs, i, rules, work, final)
                restart(graphs, i, pools, work.memory)
            else:
                waiting[i] = True


class RewireBatch(ProductBatch):
    """A batch of graphs whose checks are rewired.

    Args:
        size: B, the number of graphs.
        max_checks: M, checks that every graph is padded to.
        max_bits: N, bits that every graph is padded to, at most 64.
        apart: count evaluations of each graph apart (`memory.evaluations`), as so many runs; no
            matrix is forgotten then.
        **options: as for `ProductBatch`.
    """

    feature_sizes = (CHECK_FEATURES, BIT_FEATURES, GLOBAL_FEATURES)

    def __init__(
        self, size: int, max_checks: int, max_bits: int, *, apart: bool = False, **options: Any
    ) -> None:
        if apart:
            # What the baselines are compared with must not depend on how many runs share a batch.
            options["remember"] = _EVERYTHING
        super().__init__(size, max_checks, max_bits, **options)
        self.memory = rewire_memory(size, max_checks)
        if apart:
            # Any odd constant times i sends the graphs to places far apart in the table.
            salts = np.arange(1, size + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
            self.memory.salts[:] = salts
        self.best = np.ones((max_checks + 1, max_bits + 1), dtype=np.int64)

    def count_actions(self) -> int:
        """Return the number of actions: each check at each temperature, and starting afresh."""
        return self.max_checks * LEVELS + 1

    def assign(self, i: int, task: ProductTask, seed_code: ClassicalCode | None = None) -> None:
        """Give graph i a task, which holds from its next episode on."""
        super().assign(i, task, seed_code)
        best = linear_code_bounds(task.bits, max(1, task.bits - task.checks))[1]
        self.best[task.checks, task.bits] = best

    def _restart_one(self, i: int) -> None:
        actions = np.full(self.size, SKIP)
        actions[i] = RESTART
        self._advance(actions)

    def _advance(self, actions: Integers) -> None:
        step_batch(
            self.graphs, actions, self.waiting, self.pools, self.rules, self.outcome,
            self._work(), self.final,
        )  # fmt: skip

    def observe(self) -> Observations:
        """Refresh and return the observation arrays."""
        observe_batch(self.graphs, self.rules, self._work(), self.observations)
        return self.observations

    def _work(self) -> Rewirings:
        return Rewirings(self.memory, self.best, self.seen)
