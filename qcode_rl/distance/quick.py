"""A distance in a single kernel call: for other kernels, and the first thing that is tried.

All of the algorithms are here in one fixed order with a bound on their work. Small codes are solved
outright; for large ones the interval reached is where the patient search of `search` goes on.
"""

from typing import NamedTuple

import numpy as np

from qcode_rl.distance.brouwer_zimmermann import (
    SumsState,
    cost_to_prove,
    sums_state,
    weigh_sums,
    weight_divisor,
)
from qcode_rl.distance.clusters import (
    FOUND,
    PAUSED,
    cluster_graph,
    cluster_state,
    search_clusters,
)
from qcode_rl.distance.enumeration import lightest_word
from qcode_rl.distance.information_sets import exchange_pivots, exchange_state
from qcode_rl.distance.sectors import Sector, word_from_options
from qcode_rl.gf2.jit import kernel, popcount
from qcode_rl.gf2.packing import Words

#: Algorithms, as numbers that kernels can pass on.
ENUMERATION, CLUSTERS, SUMS, INFORMATION_SETS = 0, 1, 2, 3

#: Work units are about 5 ns; an enumeration that costs no more is done without further ado.
TRIVIAL_WORK = 4096

#: No cost at all.
_NEVER = 1e300


class Bounds(NamedTuple):
    """What is known about the least weight in a sector.

    Attributes:
        lower: proved lower bound, in positions (as `upper`).
        upper: weight of `word`.
        word: `(w,) uint64`, a nontrivial word.
        method: which algorithm proved `lower`, or `INFORMATION_SETS` if none did.
    """

    lower: int
    upper: int
    word: Words
    method: int


@kernel
def scale_of(sector: Sector) -> int:
    """Return how often a word counts each position it acts on: 2 for words (x | z | x + z)."""
    return 2 if sector.options == 3 else 1


@kernel
def weight_step(sector: Sector) -> int:
    """Return a number that divides the weights (in positions) of all words of a sector."""
    return max(1, weight_divisor(sector.basis) // scale_of(sector))


@kernel
def enumeration_cost(sector: Sector) -> float:
    """Return what a walk over all nontrivial words costs, in work units."""
    dimension, num_words = sector.basis.shape
    if dimension > 60:
        return _NEVER
    # The walk vectorizes for up to two words.
    per_word = num_words if num_words <= 2 else 12 * num_words
    return float((2.0**dimension - 2.0**sector.num_trivial) * per_word / 64)


@kernel
def rounded_up(bound: int, step: int) -> int:
    """Return the least multiple of `step` that is not less than a bound."""
    return (bound + step - 1) // step * step


@kernel
def first_bounds(sector: Sector) -> Bounds:
    """Return bounds that cost nothing: some word and d >= 1."""
    word = sector.basis[sector.num_trivial].copy()
    weight = 0
    for w in range(word.shape[0]):
        weight += popcount(word[w])
    return Bounds(1, weight // scale_of(sector), word, INFORMATION_SETS)


@kernel
def bound_wanted(goal: int, upper: int) -> int:
    """Return the lower bound that settles a sector: `upper`, or a goal other than 0 before it."""
    return upper if goal == 0 else min(goal, upper)


@kernel
def sums_bound(state: SumsState, scale: int, step: int) -> int:
    """Return the lower bound, in positions, that weighing sums of rows has proved."""
    bound = (state.done.sum() + scale - 1) // scale
    return int(min(rounded_up(bound, step), state.control[0] // scale))


@kernel
def climb_levels(
    sector: Sector, bounds: Bounds, goal: int, step: int, work: float
) -> tuple[Bounds, bool]:
    """Raise the lower bound level by level with the cluster search, as far as the work lasts.

    Returns:
        The bounds, and whether they reach `goal` or each other.
    """
    graph = cluster_graph(sector.flips, sector.observables, sector.options)
    lower, upper, word, method = bounds
    while lower < bound_wanted(goal, upper):
        state = cluster_state(graph, lower)
        status, done = search_clusters(graph, state, lower, int(work) + 1, 1)
        work -= done
        if status == PAUSED:
            return Bounds(lower, upper, word, method), False
        method = CLUSTERS
        if status == FOUND:
            # All lighter weights have been excluded.
            weight = state.control[0]
            word = word_from_options(sector, state.levels[:weight, 2])
            return Bounds(weight, weight, word, method), True
        lower += step
    return Bounds(lower, upper, word, method), True


@kernel
def solve_quickly(sector: Sector, goal: int, work: int, seed: np.uint64) -> Bounds:
    """Bound the least weight of a nontrivial word, exactly if that is little work.

    Args:
        sector: with at least one nontrivial word.
        goal: stop once the weight is shown to be below, or proved to be at least this; 0: never.
        work: units (about 5 ns) to spend at most on any one algorithm.
        seed: of the information sets, not zero.
    """
    scale = scale_of(sector)
    walk_cost = enumeration_cost(sector)
    if walk_cost <= TRIVIAL_WORK:
        weight, word = lightest_word(sector.basis, sector.num_trivial)
        return Bounds(weight // scale, weight // scale, word, ENUMERATION)
    step = weight_step(sector)
    dimension = sector.basis.shape[0]
    exchanges = exchange_state(sector.basis, sector.num_trivial, seed)
    exchange_pivots(exchanges, scale * goal, 16 + dimension // 2)
    bounds = Bounds(step, exchanges.control[0] // scale, exchanges.best, INFORMATION_SETS)
    if bounds.upper < goal or bounds.lower >= bound_wanted(goal, bounds.upper):
        return bounds
    bounds, settled = climb_levels(sector, bounds, goal, step, float(min(work, TRIVIAL_WORK)))
    if settled:
        return bounds
    sums_cost = _NEVER
    if dimension * dimension < work:
        sums = sums_state(sector.basis, sector.num_trivial)
        # What is proved rounds up to a multiple of the step.
        enough = scale * (bound_wanted(goal, bounds.upper) - step) + 1
        sums_cost = cost_to_prove(sums, enough)
    other = min(walk_cost, sums_cost)
    bounds, settled = climb_levels(sector, bounds, goal, step, min(other, float(work)))
    if settled or other > work:
        return bounds
    if walk_cost <= sums_cost:
        weight, word = lightest_word(sector.basis, sector.num_trivial)
        return Bounds(weight // scale, weight // scale, word, ENUMERATION)
    sums.control[0] = scale * bounds.upper
    sums.best[:] = bounds.word
    weigh_sums(sums, scale * (bound_wanted(goal, bounds.upper) - step) + 1, 4 * work)
    lower = max(bounds.lower, sums_bound(sums, scale, step))
    return Bounds(lower, sums.control[0] // scale, sums.best, SUMS)
