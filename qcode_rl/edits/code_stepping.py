"""Steps, observations and masks of the environments of CSS and general stabilizer codes.

Actions, in this order: a gate on each ordered pair of qubits (a CNOT for CSS codes, a quarter turn
about a two-qubit Pauli operator that is drawn for others), another operator for each check at one
of three temperatures, and starting afresh within the episode.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.edits.code_census import CodeScratch
from qcode_rl.edits.code_moves import judge, replace_check
from qcode_rl.edits.code_starts import (
    cnot,
    draw,
    draw_pair,
    rotate,
    start_cyclically,
    start_trivially,
)
from qcode_rl.edits.code_state import CodeGraphs, weight_of
from qcode_rl.edits.graphs import Floats, Integers
from qcode_rl.edits.rewards import illegal_reward, shaping_reward
from qcode_rl.edits.rewired_product import (
    BIT_FEATURES,
    CHECK_FEATURES,
    GLOBAL_FEATURES,
    LEVELS,
    TEMPERATURES,
)
from qcode_rl.edits.stepping import (
    PAULI_X,
    PAULI_Y,
    PAULI_Z,
    Flags,
    Observations,
    Rules,
    Singles,
)
from qcode_rl.gf2.jit import kernel, trailing_zeros
from qcode_rl.gf2.packing import Words

FEATURES = (CHECK_FEATURES, BIT_FEATURES, GLOBAL_FEATURES)
_ONE = np.uint64(1)


class CodePools(NamedTuple):
    """What episodes begin with.

    Attributes:
        tasks: `(B, 5) int64` n, r, target, check weight and degree limit of each next episode.
        xs: `(T, M) uint64` X parts of the checks of T seeds.
        zs: `(T, M) uint64` Z parts.
        chosen: `(B,) int64` seed of each code, -1 for none.
        seed_share: chance, in 1/1024, that an episode starts from the seed.
        cyclic_share: chance, in 1/1024, that another one starts from a cyclic code.
    """

    tasks: Integers
    xs: NDArray[np.uint64]
    zs: NDArray[np.uint64]
    chosen: Integers
    seed_share: int
    cyclic_share: int


class CodeOutcome(NamedTuple):
    """What a step reports besides observations; one entry a code.

    Attributes:
        rewards: `(B,) float64`.
        ended: `(B,) bool`, the episode is over.
        met: `(B,) bool`, it is over because the request is met.
        illegal: `(B,) bool`, the action was illegal and changed nothing.
        distances: `(B,) int64` distance after the edit (before any restart).
        final_xs: `(B, M) uint64` X parts of the checks after the edit (before any restart).
        final_zs: `(B, M) uint64` Z parts.
        final_sizes: `(B, 2) int64` r and n of those checks.
        counters: `(3,) int64`: evaluations (codes, whole or without a check, whose light operators
            were listed for the first time), listings, edits.
    """

    rewards: Floats
    ended: Flags
    met: Flags
    illegal: Flags
    distances: Integers
    final_xs: NDArray[np.uint64]
    final_zs: NDArray[np.uint64]
    final_sizes: Integers
    counters: Integers


@kernel
def meets_request(graphs: CodeGraphs, i: int) -> bool:
    """Say whether code i has its distance within its limits."""
    within = graphs.excess[i, 0] + graphs.excess[i, 1] == 0
    return bool(within and graphs.distances[i] >= graphs.targets[i])


@kernel
def start_afresh(
    graphs: CodeGraphs, i: int, css: bool, pools: CodePools, rules: Rules,
    counters: Integers, seen: Words, s: CodeScratch,
) -> None:  # fmt: skip
    """Replace code i by a start of its task, and judge it."""
    seed = pools.chosen[i]
    # Drawn in any case, so that streams do not depend on whether there is a seed.
    from_seed = draw(graphs.streams, i, 1024) < pools.seed_share
    from_cycle = draw(graphs.streams, i, 1024) < pools.cyclic_share
    if seed >= 0 and from_seed:
        for check in range(graphs.num_checks[i]):
            graphs.xs[i, check] = pools.xs[seed, check]
            graphs.zs[i, check] = pools.zs[seed, check]
    elif not from_cycle or not start_cyclically(graphs, i, css, s):
        n = graphs.num_bits[i]
        start_trivially(graphs, i, css, n // 2 + draw(graphs.streams, i, 2 * n))
    graphs.opened[i, :] = -1
    graphs.gains[i, :] = 0.0
    graphs.changes[i] = graphs.tries[i] = 0
    judge(graphs, i, css, rules, counters, seen, s)


@kernel
def restart(
    graphs: CodeGraphs, i: int, css: bool, pools: CodePools, rules: Rules,
    counters: Integers, seen: Words, s: CodeScratch,
) -> None:  # fmt: skip
    """Begin an episode of code i, of the task that it has been given."""
    task = pools.tasks[i]
    graphs.num_bits[i], graphs.num_checks[i], graphs.targets[i] = task[0], task[1], task[2]
    graphs.row_limits[i], graphs.column_limits[i] = task[3], task[4]
    graphs.steps[i] = 0
    start_afresh(graphs, i, css, pools, rules, counters, seen, s)


@kernel
def _act(
    graphs: CodeGraphs, i: int, action: int, css: bool, num_bits: int, rules: Rules,
    counters: Integers, seen: Words, s: CodeScratch,
) -> bool:  # fmt: skip
    """Carry out a gate or another operator for a check; return whether that was legal."""
    n, r = graphs.num_bits[i], graphs.num_checks[i]
    num_pairs = num_bits * num_bits
    if action < 0:
        return False
    if action < num_pairs:
        a, b = action // num_bits, action % num_bits
        near = a < n and b < n and a != b
        if not near or not (graphs.balls[i, a] >> np.uint64(b)) & _ONE:
            return False
        if css:
            cnot(graphs, i, a, b)
        else:
            x, z = draw_pair(graphs, i, a, b)
            rotate(graphs, i, x, z)
        judge(graphs, i, css, rules, counters, seen, s)
        graphs.changes[i] += 1
        return True
    check, level = (action - num_pairs) // LEVELS, (action - num_pairs) % LEVELS
    if check >= r:
        return False
    before, heat = graphs.soft[i], TEMPERATURES[level]
    changed = replace_check(graphs, i, check, heat, css, rules, counters, seen, s)
    graphs.changes[i] += 1 if changed else 0
    graphs.opened[i, check] = graphs.changes[i]
    graphs.gains[i, check] = graphs.soft[i] - before
    return True


@kernel
def step_code(
    graphs: CodeGraphs, i: int, action: int, css: bool, pools: CodePools, rules: Rules,
    outcome: CodeOutcome, seen: Words, s: CodeScratch,
) -> None:  # fmt: skip
    """Carry out one action on code i and fill its entries of the outcome."""
    num_bits, max_checks = graphs.participation.shape[1], graphs.xs.shape[1]
    before, counters = graphs.potentials[i], outcome.counters
    outcome.illegal[i], outcome.met[i] = False, False
    graphs.steps[i] += 1
    legal = True
    if graphs.steps[i] == 1 and meets_request(graphs, i):
        # A start that is an answer already must not be edited away.
        outcome.met[i] = True
    elif action == num_bits * num_bits + max_checks * LEVELS:
        start_afresh(graphs, i, css, pools, rules, counters, seen, s)
    elif _act(graphs, i, action, css, num_bits, rules, counters, seen, s):
        counters[2] += 1
        graphs.tries[i] = 0 if graphs.potentials[i] > before else graphs.tries[i] + 1
        outcome.met[i] = meets_request(graphs, i)
    else:
        legal = False
    if legal:
        outcome.rewards[i] = shaping_reward(
            before, graphs.potentials[i], graphs.targets[i], outcome.met[i], rules.constants
        )
    else:
        outcome.illegal[i] = True
        outcome.rewards[i] = illegal_reward(rules.constants)
    outcome.ended[i] = outcome.met[i] or graphs.steps[i] >= rules.max_steps
    outcome.distances[i] = graphs.distances[i]
    outcome.final_sizes[i, 0], outcome.final_sizes[i, 1] = graphs.num_checks[i], graphs.num_bits[i]
    outcome.final_xs[i], outcome.final_zs[i] = graphs.xs[i], graphs.zs[i]


@kernel
def step_batch(
    graphs: CodeGraphs, actions: Integers, css: bool, waiting: Flags, pools: CodePools,
    rules: Rules, outcome: CodeOutcome, seen: Words, s: CodeScratch, final: Observations,
) -> None:  # fmt: skip
    """Step every code of a batch; arguments as for `stepping.step_batch`, and scratch space."""
    for i in range(actions.shape[0]):
        if waiting[i]:
            restart(graphs, i, css, pools, rules, outcome.counters, seen, s)
            outcome.rewards[i] = 0.0
            outcome.ended[i], outcome.met[i], outcome.illegal[i] = False, False, False
            outcome.distances[i] = graphs.distances[i]
            waiting[i] = False
            continue
        step_code(graphs, i, actions[i], css, pools, rules, outcome, seen, s)
        if outcome.ended[i]:
            if rules.same_step:
                observe_code(graphs, i, rules, final)
                restart(graphs, i, css, pools, rules, outcome.counters, seen, s)
            else:
                waiting[i] = True


@kernel
def observe_batch(graphs: CodeGraphs, rules: Rules, out: Observations) -> None:
    """Write the observations and masks of all codes."""
    for i in range(graphs.xs.shape[0]):
        observe_code(graphs, i, rules, out)


@kernel
def observe_code(graphs: CodeGraphs, i: int, rules: Rules, out: Observations) -> None:
    """Write the observation and the action mask of code i."""
    out.edges[i], out.masks[i] = 0, False
    out.checks[i], out.bits[i] = 0.0, 0.0
    n, num_bits = graphs.num_bits[i], graphs.participation.shape[1]
    edge = 0
    degrees = np.zeros(n, dtype=np.int64)
    for check in range(graphs.num_checks[i]):
        _observe_check(graphs, i, check, out.checks[i, check])
        first = num_bits * num_bits + check * LEVELS
        out.masks[i, first : first + LEVELS] = True
        x, z = graphs.xs[i, check], graphs.zs[i, check]
        support = x | z
        while support:
            qubit = trailing_zeros(support)
            bit = _ONE << np.uint64(qubit)
            support &= support - _ONE
            degrees[qubit] += 1
            if edge < out.edges.shape[1]:
                in_x, in_z = x & bit != 0, z & bit != 0
                kind = PAULI_Y if in_x and in_z else PAULI_X if in_x else PAULI_Z
                edges = out.edges[i, edge]
                edges[0], edges[1], edges[2] = check, qubit, kind
                edge += 1
    for qubit in range(n):
        limit = min(graphs.column_limits[i], max(1, graphs.num_checks[i]))
        out.bits[i, qubit, 0] = 1.0
        out.bits[i, qubit, 1] = degrees[qubit] / limit
        out.bits[i, qubit, 2] = (limit - degrees[qubit]) / limit
        out.bits[i, qubit, 3] = graphs.participation[i, qubit]
        for other in range(n):
            near = other != qubit and (graphs.balls[i, qubit] >> np.uint64(other)) & _ONE != 0
            out.masks[i, qubit * num_bits + other] = near
    out.masks[i, out.masks.shape[1] - 1] = True
    _observe_overall(graphs, i, rules.max_steps, out.overall[i])


@kernel
def _observe_check(graphs: CodeGraphs, i: int, check: int, features: Singles) -> None:
    x, z = graphs.xs[i, check], graphs.zs[i, check]
    weight, limit = weight_of(x, z), graphs.row_limits[i]
    since = graphs.changes[i] - graphs.opened[i, check]
    support = x | z
    share = 0.0
    while support:
        share += graphs.participation[i, trailing_zeros(support)]
        support &= support - _ONE
    features[0] = 1.0
    features[1] = weight / limit
    features[2] = (limit - weight) / limit
    features[3] = share
    if graphs.opened[i, check] < 0:
        features[4] = 1.0
        return
    features[5] = min(2.0, since / graphs.num_checks[i])
    features[6] = 1.0 if since == 0 else 0.0
    features[8] = min(4.0, max(-4.0, graphs.gains[i, check] / 4))


@kernel
def _observe_overall(graphs: CodeGraphs, i: int, max_steps: int, features: Singles) -> None:
    target, r, n = graphs.targets[i], graphs.num_checks[i], graphs.num_bits[i]
    features[0] = graphs.distances[i] / target
    features[1] = max(-4.0, graphs.soft[i] / target)
    features[2] = min(8, graphs.excess[i, 0])
    features[3] = 1.0 - graphs.steps[i] / max_steps
    features[4] = n / 32
    features[5] = r / 32
    features[6] = target / 16
    features[7] = graphs.row_limits[i] / 4
    features[8] = min(graphs.column_limits[i], r) / 4
    # No code has d beyond (n - k) / 2 + 1 (Knill and Laflamme, arXiv:quant-ph/9604034).
    features[9] = target / (r // 2 + 1)
    features[10] = 1.0
    features[11] = min(2.0, graphs.changes[i] / max(1, r))
    features[12] = min(2.0, graphs.tries[i] / max(1, r))
    features[13] = np.exp(min(0.0, graphs.soft[i] - target))
