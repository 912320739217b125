"""Steps, observations and masks of `qcode/TwoBlock-v0`, one kernel call a batch.

In the terms of the other families, the terms of the supports are the checks and the elements of the
group are the bits; an edge says where a term is.
"""

import numpy as np

from qcode_rl.edits.graphs import Integers
from qcode_rl.edits.rewards import illegal_reward, shaping_reward
from qcode_rl.edits.rewired_product import LEVELS, RESTART, SKIP, TEMPERATURES
from qcode_rl.edits.stepping import PAULI_X, PAULI_Z, Flags, Observations, Rules, Singles
from qcode_rl.edits.streams import below
from qcode_rl.edits.two_block_moves import (
    is_free,
    meets_request,
    move_term,
    resample_term,
    start_randomly,
)
from qcode_rl.edits.two_block_state import BlockOutcome, BlockPools, BlockWork, TwoBlockGraphs
from qcode_rl.gf2.jit import kernel

_RANK = 6


@kernel
def restart(
    graphs: TwoBlockGraphs,
    i: int,
    pools: BlockPools,
    rules: Rules,
    work: BlockWork,
    outcome: BlockOutcome,
) -> None:
    """Begin an episode of code i, of the task that it has been given; this searches nothing."""
    graphs.steps[i] = 0
    graphs.logicals[i], graphs.targets[i] = pools.tasks[i, 0], pools.tasks[i, 1]
    graphs.sizes[i] = pools.tasks[i, 2:4]
    graphs.potentials[i] = -rules.constants[_RANK] * graphs.logicals[i]
    start_afresh(graphs, i, pools, work, outcome)


@kernel
def start_afresh(
    graphs: TwoBlockGraphs, i: int, pools: BlockPools, work: BlockWork, outcome: BlockOutcome
) -> None:
    """Replace code i by a start of its task; its potential stays, to be charged for at a step."""
    # Drawn in any case, so that streams do not depend on whether there is a seed.
    from_seed = below(graphs.streams, i, 1024) < pools.seed_share
    graphs.places[i, :] = 0
    if pools.seeded[i] and from_seed:
        graphs.terms[i] = pools.seeds[i]
    else:
        start_randomly(graphs, i, work, outcome)
        graphs.places[i, :] = 0
    graphs.participation[i, :] = 0.0
    graphs.soft[i] = 0.0
    graphs.distances[i] = graphs.dimensions[i] = 0
    graphs.opened[i, :] = -1
    graphs.loads[i, :] = 0
    graphs.gains[i, :] = 0.0
    graphs.changes[i] = graphs.tries[i] = 0
    graphs.judged[i] = False


@kernel
def step_code(
    graphs: TwoBlockGraphs,
    i: int,
    action: int,
    pools: BlockPools,
    rules: Rules,
    work: BlockWork,
    outcome: BlockOutcome,
) -> None:
    """Carry out one action on code i and fill its entries of the outcome."""
    max_terms, order = graphs.terms.shape[1], graphs.places.shape[1]
    num_moves, num_terms = max_terms * order, graphs.sizes[i, 0] + graphs.sizes[i, 1]
    term, before = (action - num_moves) // LEVELS, graphs.potentials[i]
    outcome.illegal[i], outcome.met[i], edited = False, False, False
    outcome.rewards[i] = 0.0
    graphs.steps[i] += 1
    if action == num_moves + max_terms * LEVELS:
        start_afresh(graphs, i, pools, work, outcome)
    elif 0 <= action < num_moves and is_free(graphs, i, action // order, action % order):
        move_term(graphs, i, action // order, action % order, rules, work, outcome)
        edited = True
    elif 0 <= term < num_terms and action >= num_moves:
        temperature = TEMPERATURES[(action - num_moves) % LEVELS]
        resample_term(graphs, i, term, temperature, rules, work, outcome)
        edited = True
    else:
        outcome.illegal[i] = True
        outcome.rewards[i] = illegal_reward(rules.constants)
    if edited:
        outcome.counters[2] += 1
        outcome.met[i] = meets_request(graphs, i)
        outcome.rewards[i] = shaping_reward(
            before, graphs.potentials[i], graphs.targets[i], outcome.met[i], rules.constants
        )
    outcome.ended[i] = outcome.met[i] or graphs.steps[i] >= rules.max_steps
    outcome.distances[i] = graphs.distances[i]
    outcome.final_terms[i], outcome.final_sizes[i] = graphs.terms[i], graphs.sizes[i]


@kernel
def observe_code(
    graphs: TwoBlockGraphs, i: int, rules: Rules, work: BlockWork, out: Observations
) -> None:
    """Write the observation and the action mask of code i."""
    out.edges[i], out.masks[i] = 0, False
    out.checks[i], out.bits[i] = 0.0, 0.0
    order, first = graphs.places.shape[1], graphs.sizes[i, 0]
    num_moves, num_terms = graphs.terms.shape[1] * order, first + graphs.sizes[i, 1]
    for term in range(num_terms):
        element = graphs.terms[i, term]
        _observe_term(graphs, i, term, out.checks[i, term])
        edge = out.edges[i, term]
        edge[0], edge[1], edge[2] = term, element, PAULI_X if term < first else PAULI_Z
        out.masks[i, term * order : (term + 1) * order] = True
        for other in range(0 if term < first else first, first if term < first else num_terms):
            out.masks[i, term * order + graphs.terms[i, other]] = False
        level = num_moves + term * LEVELS
        out.masks[i, level : level + LEVELS] = True
        out.bits[i, element, 1] += 0.5
    for element in range(order):
        out.bits[i, element, 0] = 1.0
        out.bits[i, element, 2] = work.tables.orders[element] / order
        out.bits[i, element, 3] = min(4.0, graphs.places[i, element] / graphs.logicals[i])
    out.masks[i, out.masks.shape[1] - 1] = True
    _observe_overall(graphs, i, rules.max_steps, out.overall[i])


@kernel
def _observe_term(graphs: TwoBlockGraphs, i: int, term: int, features: Singles) -> None:
    order, first = graphs.places.shape[1], graphs.sizes[i, 0]
    since = graphs.changes[i] - graphs.opened[i, term]
    own = 0 if term < first else 1
    features[0] = 1.0
    features[1] = graphs.sizes[i, own] / graphs.terms.shape[1]
    features[2] = graphs.sizes[i, 1 - own] / graphs.terms.shape[1]
    # A term acts on the qubits of its block: their part in light operators, per qubit.
    features[3] = graphs.participation[i, own * order : (own + 1) * order].sum() / order
    if graphs.opened[i, term] < 0:
        features[4] = 1.0
    else:
        features[5] = min(2.0, since / (first + graphs.sizes[i, 1]))
        features[6] = 1.0 if since == 0 else 0.0
        features[7] = min(4.0, graphs.loads[i, term] / graphs.logicals[i])
    features[8] = min(4.0, max(-4.0, graphs.gains[i, term] / 4))


@kernel
def _observe_overall(graphs: TwoBlockGraphs, i: int, max_steps: int, features: Singles) -> None:
    target, order = graphs.targets[i], graphs.places.shape[1]
    terms, judged = graphs.sizes[i, 0] + graphs.sizes[i, 1], graphs.judged[i]
    features[0] = min(4.0, graphs.distances[i] / target)
    features[1] = max(-4.0, graphs.soft[i] / target)
    features[2] = min(8, max(0, graphs.logicals[i] - graphs.dimensions[i])) if judged else 0.0
    features[3] = 1.0 - graphs.steps[i] / max_steps
    features[4] = 2 * order / 64
    features[5] = graphs.logicals[i] / 16
    features[6] = target / 16
    features[7] = graphs.sizes[i, 0] / 4
    features[8] = graphs.sizes[i, 1] / 4
    features[9] = min(4.0, graphs.dimensions[i] / graphs.logicals[i])
    features[10] = 1.0 if judged else 0.0
    features[11] = min(2.0, graphs.changes[i] / terms)
    features[12] = min(2.0, graphs.tries[i] / terms)
    # How near the end is: the soft distance that is missing, on a finer scale.
    near = judged and graphs.dimensions[i] >= graphs.logicals[i]
    features[13] = np.exp(graphs.soft[i] - target) if near else 0.0


@kernel
def observe_batch(graphs: TwoBlockGraphs, rules: Rules, work: BlockWork, out: Observations) -> None:
    """Write the observations and masks of all codes."""
    for i in range(graphs.terms.shape[0]):
        observe_code(graphs, i, rules, work, out)


@kernel
def step_batch(
    graphs: TwoBlockGraphs,
    actions: Integers,
    waiting: Flags,
    pools: BlockPools,
    rules: Rules,
    outcome: BlockOutcome,
    work: BlockWork,
    final: Observations,
) -> None:
    """Step every code of a batch; arguments as for `stepping.step_batch`.

    The actions `SKIP` and `RESTART` leave a code alone and begin a new episode of it, so that all
    that takes long to compile is compiled once, in this kernel.
    """
    for i in range(actions.shape[0]):
        if actions[i] == SKIP:
            continue
        if waiting[i] or actions[i] == RESTART:
            restart(graphs, i, pools, rules, work, outcome)
            outcome.rewards[i] = 0.0
            outcome.ended[i], outcome.met[i], outcome.illegal[i] = False, False, False
            outcome.distances[i] = 0
            waiting[i] = False
            continue
        step_code(graphs, i, actions[i], pools, rules, work, outcome)
        if outcome.ended[i]:
            if rules.same_step:
                observe_code(graphs, i, rules, work, final)
                restart(graphs, i, pools, rules, work, outcome)
            else:
                waiting[i] = True
