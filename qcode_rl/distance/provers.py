"""The algorithms as resumable searches: each advances by a bounded amount of work at a time.

State lives in arrays that kernels change in place, so a search can stop between any two slices and
what has been recorded in its `Progress` holds.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

import numpy as np

from qcode_rl.distance.brouwer_zimmermann import cost_to_prove, sums_state, weigh_sums
from qcode_rl.distance.clusters import (
    FOUND,
    NONE,
    ClusterState,
    cluster_graph,
    cluster_state,
    search_clusters,
)
from qcode_rl.distance.enumeration import (
    BLOCK_BITS,
    block_table,
    first_block,
    walk_range,
    word_in_block,
)
from qcode_rl.distance.information_sets import ExchangeState, exchange_pivots, exchange_state
from qcode_rl.distance.progress import Progress
from qcode_rl.distance.quick import enumeration_cost, sums_bound
from qcode_rl.distance.sectors import word_from_options
from qcode_rl.gf2 import Words

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")


class Prover(Protocol):
    """What the scheduler needs to know of an algorithm that proves lower bounds."""

    name: str

    def advance(self, work: int) -> int:
        """Work on for about `work` units a thread; return the units spent."""

    def cost_left(self) -> float:
        """Estimate the units to the end of the proof."""


def in_threads(function: Callable[[Job], Outcome], jobs: Sequence[Job]) -> list[Outcome]:
    """Call a function that releases the GIL on each job, in a thread each."""
    if len(jobs) == 1:
        return [function(jobs[0])]
    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(function, jobs))


class WalkProver:
    """Enumeration of all nontrivial words; proves nothing before its end."""

    name = "enumeration"

    def __init__(self, progress: Progress, threads: int = 1) -> None:
        self.progress = progress
        self.threads = threads
        self.basis = progress.sector.basis
        self.possible = len(self.basis) <= 60
        if self.possible:
            self.table = block_table(self.basis)
            first, end, skip = first_block(len(self.basis), progress.sector.num_trivial)
            self.first, self.end, self.skip = int(first), int(end), int(skip)
            cost = float(enumeration_cost(progress.sector))
            self.cost_per_block = max(cost / (self.end - self.first), 2**BLOCK_BITS / 64)

    def cost_left(self) -> float:
        """Estimate the units to the end of the proof."""
        return (self.end - self.first) * self.cost_per_block if self.possible else math.inf

    def advance(self, work: int) -> int:
        """Walk some blocks, in as many threads as asked for."""
        blocks = max(1, int(work / self.cost_per_block))
        starts = [min(self.end, self.first + i * blocks) for i in range(self.threads + 1)]
        ranges = [(a, b) for a, b in itertools.pairwise(starts) if a < b]
        limit = self.progress.upper * self.progress.scale
        skip_at = {self.first: self.skip}

        def walk(bounds: tuple[int, int]) -> tuple[int, int]:
            skip = skip_at.get(bounds[0], 0)
            return walk_range(self.table, self.basis, *bounds, skip, limit)

        for (start, _), (weight, step) in zip(ranges, in_threads(walk, ranges), strict=True):
            if step >= 0:
                skip = skip_at.get(step, 0) if step == start else 0
                word = word_in_block(self.table, self.basis, step, skip, weight)
                self.progress.improve(weight // self.progress.scale, word)
        done = starts[-1] - self.first
        self.first, self.skip = starts[-1], 0
        if self.first == self.end:
            self.progress.prove(self.progress.upper, self.name)
        return int(done * self.cost_per_block)


class SumsProver:
    """The Brouwer-Zimmermann algorithm, in one thread."""

    name = "brouwer-zimmermann"

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.state = sums_state(progress.sector.basis, progress.sector.num_trivial)

    @property
    def _enough(self) -> int:
        # What is proved rounds up to a multiple of the step.
        return self.progress.scale * (self.progress.wanted - self.progress.step) + 1

    def cost_left(self) -> float:
        """Estimate the units to the end of the proof."""
        return float(cost_to_prove(self.state, self._enough))

    def advance(self, work: int) -> int:
        """Weigh some sums."""
        progress, state = self.progress, self.state
        if progress.upper * progress.scale < state.control[0]:
            state.best[:] = progress.word
            state.control[0] = progress.upper * progress.scale
        done = int(weigh_sums(state, self._enough, work))
        progress.improve(state.control[0] // progress.scale, state.best)
        progress.prove(sums_bound(state, progress.scale, progress.step), self.name)
        return done


class ClusterProver:
    """The cluster search, weight by weight; every weight done raises the lower bound."""

    name = "clusters"

    def __init__(self, progress: Progress, threads: int = 1) -> None:
        self.progress = progress
        self.threads = threads
        sector = progress.sector
        self.graph = cluster_graph(sector.flips, sector.observables, sector.options)
        self.level_costs: list[int] = []
        self._begin_level()

    def _begin_level(self) -> None:
        self.level = self.progress.lower
        self.level_costs.append(0)
        self.states: list[ClusterState] = []
        for thread in range(self.threads):
            state = cluster_state(self.graph, self.level)
            state.levels[0, 1] = thread
            self.states.append(state)

    def cost_left(self) -> float:
        """Estimate the units to the end of the proof, from how the costs of the levels grow."""
        *earlier, spent = self.level_costs
        growth = 4.0**self.progress.step
        if len(earlier) > 1:
            growth = max(2.0, earlier[-1] / max(1, earlier[-2]))
        level = max(2.0 * spent, earlier[-1] * growth if earlier else 0.0)
        later = max(0, (self.progress.wanted - self.level) // self.progress.step - 1)
        # Beyond 2^900 all costs are the same.
        if later == 0:
            return level - spent
        return level - spent + float(level * growth ** min(later, 900 / math.log2(growth)))

    def advance(self, work: int) -> int:
        """Search on, in as many threads as asked for."""
        progress = self.progress

        def search(state: ClusterState) -> tuple[int, int]:
            return search_clusters(self.graph, state, self.level, work, self.threads)

        if progress.lower > self.level:
            self._begin_level()
        outcomes = in_threads(search, self.states)
        for state, (status, _) in zip(self.states, outcomes, strict=True):
            if status == FOUND:
                chosen = state.levels[: state.control[0], 2].copy()
                word = word_from_options(progress.sector, chosen)
                progress.improve(len(chosen), word)
                # All lighter weights have been excluded.
                progress.prove(len(chosen), self.name)
                break
        if all(status == NONE for status, _ in outcomes):
            progress.prove(self.level + progress.step, self.name)
        done = sum(int(cost) for _, cost in outcomes)
        self.level_costs[-1] += done
        return done


class InformationSets:
    """The search for light words; it proves nothing.

    Args:
        progress: gets the words.
        seeds: one a thread, not zero.
        space: `(k, w) uint64`, a basis of the words to search, and how many of its rows, the first
            ones, span the trivial ones; default: all words of the sector.
    """

    name = "information-sets"

    def __init__(
        self, progress: Progress, seeds: Sequence[int], space: tuple[Words, int] | None = None
    ) -> None:
        self.progress = progress
        basis, num_trivial = space or (progress.sector.basis, progress.sector.num_trivial)
        self.dimension = len(basis)
        self.states = [exchange_state(basis, num_trivial, np.uint64(seed)) for seed in seeds]
        words, rows = self.states[0].columns.shape
        self.cost_per_exchange: int = 10 + words * rows // 16

    def advance(self, work: int) -> int:
        """Make some exchanges in each thread."""
        progress = self.progress
        count = max(1, work // self.cost_per_exchange)
        target = progress.goal * progress.scale

        def search(state: ExchangeState) -> int:
            return int(exchange_pivots(state, target, count))

        exchanges = in_threads(search, self.states)
        for state in self.states:
            progress.improve(state.control[0] // progress.scale, state.best)
        return max(1, sum(exchanges)) * self.cost_per_exchange
