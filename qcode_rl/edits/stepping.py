"""One environment step of a whole batch as a single kernel call.

Edit, census, reward, end of episode, restart and observation all happen here, so that the Gymnasium
environments, the SB3 adapter and the baselines share one implementation.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.distance.census import product_census
from qcode_rl.edits.graphs import Floats, GraphBatch, Integers, count_excess
from qcode_rl.edits.moves import apply_edit, hash_graph, note_seen
from qcode_rl.edits.rewards import illegal_reward, potential, soft_distance, step_reward
from qcode_rl.edits.starts import start_from, start_randomly
from qcode_rl.edits.streams import below
from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

Singles = NDArray[np.float32]
Flags = NDArray[np.bool_]
_ONE = np.uint64(1)

CHECK_FEATURES = 4
BIT_FEATURES = 4
GLOBAL_FEATURES = 9
#: The `pauli` column of an edge in observations; 0 marks padding.
PAULI_X, PAULI_Z, PAULI_Y = 1, 2, 3


class Pools(NamedTuple):
    """What episodes begin with: tasks, and seed presentations that they may start from.

    Attributes:
        tasks: `(B, 5) int64` n, m, target, row limit and column limit of each graph's next episode.
        rows: `(T, P, M) uint64`, P presentations for each of T seeds.
        counts: `(T,) int64` presentations that are filled in.
        num_checks: `(T,) int64` checks of each presentation.
        chosen: `(B,) int64` seed of each graph, -1 for none.
        seed_share: chance, in 1/1024, that an episode starts from the seed rather than at random.
    """

    tasks: Integers
    rows: NDArray[np.uint64]
    counts: Integers
    num_checks: Integers
    chosen: Integers
    seed_share: int


class Outcome(NamedTuple):
    """What a step reports besides observations; one entry a graph.

    Attributes:
        rewards: `(B,) float64`.
        ended: `(B,) bool`, the episode is over.
        met: `(B,) bool`, it is over because the request is met.
        illegal: `(B,) bool`, the action was illegal and changed nothing.
        distances: `(B,) int64` distance after the edit (before any restart).
        final_rows: `(B, M) uint64` checks after the edit (before any restart).
        final_sizes: `(B, 2) int64` m and n of those checks.
        counters: `(3,) int64`: evaluations (censuses of matrices not seen before; a batch that has
            seen more than it remembers counts again what it has forgotten), censuses, edits.
    """

    rewards: Floats
    ended: Flags
    met: Flags
    illegal: Flags
    distances: Integers
    final_rows: Words
    final_sizes: Integers
    counters: Integers


class Rules(NamedTuple):
    """What is the same for all graphs of a batch.

    Attributes:
        reward: code of the reward.
        constants: constants of the reward.
        max_steps: edits in an episode.
        same_step: restart a finished episode within the step that ended it.
    """

    reward: int
    constants: Floats
    max_steps: int
    same_step: bool


class Observations(NamedTuple):
    """Arrays that observations are written to.

    Attributes:
        checks: `(B, M, CHECK_FEATURES) float32`.
        bits: `(B, N, BIT_FEATURES) float32`.
        edges: `(B, E, 3) int16` rows (check, bit, pauli), padded with zeros.
        overall: `(B, GLOBAL_FEATURES) float32`.
        masks: `(B, M * N + 1) bool`, legal actions; the last one stops.
    """

    checks: Singles
    bits: Singles
    edges: NDArray[np.int16]
    overall: Singles
    masks: Flags


@kernel
def insert_all(seen: Words, hashes: Words) -> None:
    """Put hashes into an empty table, when a larger one replaces a smaller."""
    for i in range(hashes.shape[0]):
        note_seen(seen, hashes[i])


@kernel
def judge(graphs: GraphBatch, i: int, rules: Rules, outcome: Outcome, seen: Words) -> None:
    """Take the census of graph i, count the evaluation, and refresh what follows from it."""
    outcome.counters[1] += 1
    if note_seen(seen, hash_graph(graphs, i)):
        outcome.counters[0] += 1
    m, n, target = graphs.num_checks[i], graphs.num_bits[i], graphs.targets[i]
    distance, k, k_left, mass = product_census(
        graphs.rows[i, :m], n, target, graphs.scratch, graphs.participation[i]
    )
    graphs.distances[i] = distance
    graphs.dimensions[i, 0], graphs.dimensions[i, 1] = k, k_left
    graphs.soft[i] = soft_distance(mass, target, rules.constants[0]) if distance > 0 else 0.0
    count_excess(graphs, i)
    graphs.potentials[i] = potential(graphs, i, rules.reward, rules.constants)


@kernel
def meets_request(graphs: GraphBatch, i: int) -> bool:
    """Say whether graph i has its distance within its limits."""
    if graphs.distances[i] < graphs.targets[i]:
        return False
    return bool(graphs.excess[i, 0] + graphs.excess[i, 1] == 0)


@kernel
def take_task(graphs: GraphBatch, i: int, pools: Pools) -> None:
    """Set sizes, target and limits of graph i to those of the task that it has been given."""
    task = pools.tasks[i]
    graphs.num_bits[i], graphs.num_checks[i], graphs.targets[i] = task[0], task[1], task[2]
    graphs.row_limits[i], graphs.column_limits[i] = task[3], task[4]


@kernel
def place_start(graphs: GraphBatch, i: int, pools: Pools) -> None:
    """Replace graph i by a start of its task: a random graph, or a form of its seed code."""
    seed = pools.chosen[i]
    # Drawn in any case, so that streams do not depend on whether there is a seed.
    from_seed = below(graphs.streams, i, 1024) < pools.seed_share
    if seed >= 0 and from_seed:
        pick = below(graphs.streams, i, pools.counts[seed])
        start_from(graphs, i, pools.rows[seed, pick, : pools.num_checks[seed]])
    else:
        start_randomly(graphs, i)


@kernel
def restart(
    graphs: GraphBatch, i: int, pools: Pools, rules: Rules, outcome: Outcome, seen: Words
) -> None:
    """Begin a new episode of graph i, of the task that it has been given."""
    take_task(graphs, i, pools)
    place_start(graphs, i, pools)
    graphs.steps[i] = 0
    judge(graphs, i, rules, outcome, seen)


@kernel
def step_graph(
    graphs: GraphBatch,
    i: int,
    action: int,
    rules: Rules,
    outcome: Outcome,
    seen: Words,
    log: Integers,
) -> None:
    """Carry out one action on graph i and fill its entries of the outcome."""
    num_pairs = graphs.rows.shape[1] * graphs.degrees.shape[1]
    num_columns = graphs.degrees.shape[1]
    outcome.illegal[i], outcome.met[i], outcome.ended[i] = False, False, action == num_pairs
    outcome.rewards[i] = 0.0
    graphs.steps[i] += 1
    if graphs.steps[i] == 1 and meets_request(graphs, i):
        # A start that is an answer already must not be edited away.
        outcome.met[i] = True
        outcome.rewards[i] = step_reward(0.0, 0.0, True, rules.constants)
    elif action != num_pairs:
        before = graphs.potentials[i]
        count = 0
        if 0 <= action < num_pairs:
            count = apply_edit(graphs, i, action // num_columns, action % num_columns, log)
        if count > 0:
            outcome.counters[2] += 1
            judge(graphs, i, rules, outcome, seen)
            outcome.met[i] = meets_request(graphs, i)
            outcome.rewards[i] = step_reward(
                before, graphs.potentials[i], outcome.met[i], rules.constants
            )
        else:
            outcome.illegal[i] = True
            outcome.rewards[i] = illegal_reward(rules.constants)
    outcome.ended[i] |= outcome.met[i] or graphs.steps[i] >= rules.max_steps
    outcome.distances[i] = graphs.distances[i]
    outcome.final_sizes[i, 0], outcome.final_sizes[i, 1] = graphs.num_checks[i], graphs.num_bits[i]
    for check in range(graphs.rows.shape[1]):
        outcome.final_rows[i, check] = graphs.rows[i, check]


@kernel
def observe_graph(graphs: GraphBatch, i: int, rules: Rules, out: Observations) -> None:
    """Write the observation and the action mask of graph i."""
    out.edges[i], out.masks[i] = 0, False
    out.checks[i], out.bits[i] = 0.0, 0.0
    m, n, num_columns = graphs.num_checks[i], graphs.num_bits[i], graphs.degrees.shape[1]
    degrees, edges = graphs.degrees[i], out.edges[i]
    edge = 0
    for check in range(m):
        row = graphs.rows[i, check]
        _observe_check(row, graphs.row_limits[i], graphs.participation[i], out.checks[i, check])
        mask = out.masks[i, check * num_columns : check * num_columns + n]
        light = popcount(row) < 2
        for bit in range(n):
            present = (row >> np.uint64(bit)) & _ONE != 0
            mask[bit] = not present or not (light or degrees[bit] < 2)
            if present and edge < edges.shape[0]:
                edges[edge, 0], edges[edge, 1], edges[edge, 2] = check, bit, PAULI_X
                edge += 1
    for bit in range(n):
        degree, limit = degrees[bit], graphs.column_limits[i]
        out.bits[i, bit, 0] = 1.0
        out.bits[i, bit, 1] = degree / limit
        out.bits[i, bit, 2] = (limit - degree) / limit
        out.bits[i, bit, 3] = graphs.participation[i, bit]
    out.masks[i, out.masks.shape[1] - 1] = True
    _observe_overall(graphs, i, rules.max_steps, out.overall[i])


@kernel
def _observe_check(row: np.uint64, limit: int, participation: Floats, features: Singles) -> None:
    weight = popcount(row)
    share = 0.0
    while row:
        share += participation[trailing_zeros(row)]
        row &= row - _ONE
    features[0] = 1.0
    features[1] = weight / limit
    features[2] = (limit - weight) / limit
    features[3] = share


@kernel
def _observe_overall(graphs: GraphBatch, i: int, max_steps: int, features: Singles) -> None:
    target = graphs.targets[i]
    features[0] = graphs.distances[i] / target
    features[1] = max(-64.0, graphs.soft[i] / target)
    features[2] = graphs.dimensions[i, 1]
    features[3] = 1.0 - graphs.steps[i] / max_steps
    features[4] = graphs.num_bits[i] / 32
    features[5] = graphs.num_checks[i] / 32
    features[6] = target / 16
    features[7] = graphs.row_limits[i] / 4
    features[8] = graphs.column_limits[i] / 4


@kernel
def observe_batch(graphs: GraphBatch, rules: Rules, out: Observations) -> None:
    """Write the observations and masks of all graphs."""
    for i in range(graphs.rows.shape[0]):
        observe_graph(graphs, i, rules, out)


@kernel
def step_batch(
    graphs: GraphBatch,
    actions: Integers,
    waiting: Flags,
    pools: Pools,
    rules: Rules,
    outcome: Outcome,
    seen: Words,
    log: Integers,
    final: Observations,
) -> None:
    """Step every graph of a batch.

    Args:
        graphs: the batch.
        actions: `(B,) int64`: check * N + bit, or M * N to stop.
        waiting: `(B,) bool`: episodes that ended in an earlier step and restart now instead of
            acting (next-step autoreset); updated.
        pools: seeds.
        rules: rules.
        outcome: filled.
        seen: hash table of matrices evaluated in this run.
        log: `(MAX_TOGGLES, 2) int64` room to work in.
        final: receives the last observation of episodes that restart within this step.
    """
    for i in range(actions.shape[0]):
        if waiting[i]:
            restart(graphs, i, pools, rules, outcome, seen)
            outcome.rewards[i] = 0.0
            outcome.ended[i], outcome.met[i], outcome.illegal[i] = False, False, False
            outcome.distances[i] = graphs.distances[i]
            waiting[i] = False
            continue
        step_graph(graphs, i, actions[i], rules, outcome, seen, log)
        if outcome.ended[i]:
            if rules.same_step:
                observe_graph(graphs, i, rules, final)
                restart(graphs, i, pools, rules, outcome, seen)
            else:
                waiting[i] = True
