"""Rewiring a check: the strongest edit of a classical Tanner graph, at one evaluation each.

To rewire check c, take the census of the code without it: the light words of that code tell, for
every support that c could get, exactly which light words would stay. One evaluation thus judges
thousands of edits, and the best of them (or a sample at some temperature: the heat bath) is made.
"""

from typing import NamedTuple

import numpy as np

from qcode_rl.distance.census import MAX_CENSUS_DIMENSION, product_census, split_spaces
from qcode_rl.distance.listing import (
    LightWords,
    kept_mass,
    light_list,
    lightest_kept,
    list_light_words,
)
from qcode_rl.edits.graphs import Floats, GraphBatch, Integers, count_excess
from qcode_rl.edits.moves import hash_graph, note_seen
from qcode_rl.edits.rewards import potential, soft_distance
from qcode_rl.edits.stepping import Flags, Outcome, Rules
from qcode_rl.edits.supports import SupportChoice, choose_support, support_choice
from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

_ONE = np.uint64(1)
#: Codes without a check may have one dimension more than those that are judged whole.
MAX_OPEN_DIMENSION = MAX_CENSUS_DIMENSION + 1


class RewireMemory(NamedTuple):
    """What is remembered of a batch's rewirings since each graph's last start.

    Attributes:
        opened: `(B, M) int64`: how many changes there had been when a check was last opened, -1 if
            it has not been.
        changes: `(B,) int64`: rewirings that changed the graph.
        tries: `(B,) int64`: rewirings since the soft distance last grew.
        loads: `(B, M) float64`: soft distance of the code without the check, when last opened.
        gains: `(B, M) float64`: by how much the soft distance grew, when last opened.
        judged: `(B,) bool`: whether there has been a census since the start.
        salts: `(B,) uint64`: told apart from one another, graphs count their evaluations apart.
        evaluations: `(B,) int64`: evaluations of each graph.
        light: light words of the code without a check.
        choice: room to choose a support in.
    """

    opened: Integers
    changes: Integers
    tries: Integers
    loads: Floats
    gains: Floats
    judged: Flags
    salts: Words
    evaluations: Integers
    light: LightWords
    choice: SupportChoice


def rewire_memory(size: int, max_checks: int) -> RewireMemory:
    """Return the memory of a batch of B graphs of at most M checks."""
    light = light_list()
    return RewireMemory(
        opened=np.full((size, max_checks), -1, dtype=np.int64),
        changes=np.zeros(size, dtype=np.int64),
        tries=np.zeros(size, dtype=np.int64),
        loads=np.zeros((size, max_checks)),
        gains=np.zeros((size, max_checks)),
        judged=np.zeros(size, dtype=np.bool_),
        salts=np.zeros(size, dtype=np.uint64),
        evaluations=np.zeros(size, dtype=np.int64),
        light=light,
        choice=support_choice(len(light.valid)),
    )


@kernel
def forget(memory: RewireMemory, i: int) -> None:
    """Begin anew with graph i."""
    memory.opened[i, :] = -1
    memory.loads[i, :] = 0.0
    memory.gains[i, :] = 0.0
    memory.changes[i] = memory.tries[i] = 0
    memory.judged[i] = False


@kernel
def rewire(
    graphs: GraphBatch,
    i: int,
    check: int,
    temperature: float,
    rules: Rules,
    memory: RewireMemory,
    outcome: Outcome,
    seen: Words,
) -> None:
    """Give a check of graph i the best support for the light words, or one drawn from a heat bath.

    A support of soft distance s is drawn with probability proportional to exp(s / temperature); at
    temperature 0, evenly among the best. Supports keep the limits of the graph, and make the check
    independent of the others where that is possible.

    Args:
        graphs: the batch; graph i changes, with its distance (exact if it reaches the target, else
            the weight of the lightest codeword), dimensions, soft distance, participation, excess
            and potential.
        i: which graph.
        check: 0-based check.
        temperature: in units of the distance.
        rules: rules; the reward decides the potential.
        memory: updated.
        outcome: counts one evaluation if the code without the check is new, and one more for the
            census of a graph in which no light word is left.
        seen: hash table of matrices evaluated in this run.
    """
    rows, old = graphs.rows[i], graphs.rows[i, check]
    soft_before = graphs.soft[i] if memory.judged[i] else -np.inf
    k, k_left = _open(graphs, i, check, memory, outcome, seen)
    exponent = 0.0
    if temperature > 0.0:
        exponent = 1.0 / (rules.constants[0] * temperature)
    choose_support(
        memory.light, graphs.scratch.basis, k, _room(graphs, i, check), old,
        graphs.row_limits[i], exponent, graphs.streams, i, memory.choice,
    )  # fmt: skip
    support = memory.choice.chosen[0]
    if support == 0:
        support = old
    rows[check] = support
    _count_edges(graphs.degrees[i], support, 1)
    _settle(graphs, i, support, k, k_left, rules, memory, outcome, seen)
    memory.gains[i, check] = graphs.soft[i] - soft_before if memory.judged[i] else 0.0
    memory.judged[i] = True
    memory.changes[i] += support != old
    memory.opened[i, check] = memory.changes[i]
    memory.tries[i] = 0 if graphs.soft[i] > soft_before else memory.tries[i] + 1


@kernel
def _open(
    graphs: GraphBatch,
    i: int,
    check: int,
    memory: RewireMemory,
    outcome: Outcome,
    seen: Words,
) -> tuple[int, int]:
    """Take a check away and list the light words of what is left; return its k and k'."""
    rows, n, m = graphs.rows[i], graphs.num_bits[i], graphs.num_checks[i]
    target = graphs.targets[i]
    _count_edges(graphs.degrees[i], rows[check], -1)
    # The other checks move up, as the kernels want them side by side, and back again afterwards.
    for index in range(check, m - 1):
        rows[index] = rows[index + 1]
    rows[m - 1] = 0
    _count_evaluation(graphs, i, memory, outcome, seen)
    k, k_left = split_spaces(rows[: m - 1], n, graphs.scratch)
    listed = k if k <= MAX_OPEN_DIMENSION else 0
    list_light_words(graphs.scratch.basis, listed, n, target, graphs.scratch, memory.light)
    mass = 0.0
    for block in range(memory.light.sizes[0]):
        mass += memory.light.shares[block] * popcount(memory.light.valid[block])
    memory.loads[i, check] = soft_distance(mass, target, np.log(graphs.scratch.boost[1]))
    for index in range(m - 1, check, -1):
        rows[index] = rows[index - 1]
    return k, k_left


@kernel
def _count_evaluation(
    graphs: GraphBatch, i: int, memory: RewireMemory, outcome: Outcome, seen: Words
) -> None:
    """Count a census of the matrix that graph i holds, if it is new in this run."""
    outcome.counters[1] += 1
    if note_seen(seen, (hash_graph(graphs, i) ^ memory.salts[i]) | _ONE):
        outcome.counters[0] += 1
        memory.evaluations[i] += 1


@kernel
def _count_edges(degrees: Integers, support: np.uint64, change: int) -> None:
    word = support
    while word:
        degrees[trailing_zeros(word)] += change
        word &= word - _ONE


@kernel
def _room(graphs: GraphBatch, i: int, check: int) -> Words:
    """Return which bits the open check may join, as one word in an array."""
    room = np.zeros(1, dtype=np.uint64)
    for bit in range(graphs.num_bits[i]):
        if graphs.degrees[i, bit] < graphs.column_limits[i]:
            room[0] |= _ONE << np.uint64(bit)
    return room


@kernel
def _settle(
    graphs: GraphBatch,
    i: int,
    support: np.uint64,
    k_open: int,
    k_left: int,
    rules: Rules,
    memory: RewireMemory,
    outcome: Outcome,
    seen: Words,
) -> None:
    """Refresh what follows from a new support, from the list as far as that goes."""
    n, m, target = graphs.num_bits[i], graphs.num_checks[i], graphs.targets[i]
    use = graphs.participation[i, :n]
    use[:] = 0.0
    independent = False
    for word in range(k_open):
        independent |= popcount(graphs.scratch.basis[word] & support) & 1 == 1
    k = k_open - 1 if independent else k_open
    k_left = k_left if independent else k_left + 1
    mass = kept_mass(memory.light, support, use)
    distance = lightest_kept(memory.light, support)
    if mass > 0.0:
        use /= mass
    elif k <= MAX_CENSUS_DIMENSION:
        # Nothing light is listed: only a census of the whole tells the distance.
        _count_evaluation(graphs, i, memory, outcome, seen)
        distance, k, k_left, mass = product_census(
            graphs.rows[i, :m], n, target, graphs.scratch, graphs.participation[i]
        )
    else:
        distance = 0
    graphs.distances[i] = distance
    graphs.dimensions[i, 0], graphs.dimensions[i, 1] = k, k_left
    graphs.soft[i] = soft_distance(mass, target, rules.constants[0]) if distance > 0 else 0.0
    count_excess(graphs, i)
    graphs.potentials[i] = potential(graphs, i, rules.reward, rules.constants)
