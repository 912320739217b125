"""Runs of the baselines from Python: one seed after the other, each on a count of its own."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qcode_rl.edits.hypergraph_product import ProductBatch, ProductTask
from qcode_rl.edits.rewired_product import RewireBatch
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.gf2.packing import Words
from qcode_rl.search.baselines.edges import EdgeSchedule, anneal_edges, edge_work
from qcode_rl.search.baselines.rewires import RewireSchedule, anneal_rewires
from qcode_rl.search.baselines.wandering import wander


@dataclass(frozen=True)
class Run:
    """What one seed of one method came to on one target.

    Attributes:
        evaluations: censuses, whole or without a check, of matrices not seen before in this run.
        rank_calls: ranks that were not followed by a census.
        success: whether the request was met.
        seconds: time taken, without compilation.
        checks: `(m, n) uint8` the matrix that meets the request, `(r, 2n)` for the checks of a
            quantum code, `None` without success.
    """

    evaluations: int
    rank_calls: int
    success: bool
    seconds: float
    checks: BinaryMatrix | None = None


def run_edges(
    task: ProductTask, seeds: Sequence[int], budget: int, schedule: EdgeSchedule | None = None
) -> list[Run]:
    """Anneal over moves of edges, once for each seed.

    Args:
        task: what to look for.
        seeds: one for each run, in [0, 2^63).
        budget: most reward evaluations of a run.
        schedule: how to anneal; default: the best found.
    """
    batch = ProductBatch(1, task.checks, task.bits, max_row_limit=task.row_limit)
    batch.assign(0, task)
    schedule = schedule or EdgeSchedule()
    runs = []
    for seed in seeds:
        started = time.perf_counter()
        seen, work = _start(batch, seed, budget), edge_work(task.bits)
        met = anneal_edges(
            batch.graphs, 0, batch.pools, batch.rules, batch.outcome, seen, schedule, work, budget
        )
        seconds = time.perf_counter() - started
        runs.append(_run(batch, met, int(work.counts[1]), seconds))
    return runs


def run_rewires(
    task: ProductTask, seeds: Sequence[int], budget: int, schedule: RewireSchedule
) -> list[Run]:
    """Search over rewirings of checks, once for each seed; arguments as for `run_edges`."""
    batch = RewireBatch(1, task.checks, task.bits, max_row_limit=task.row_limit)
    batch.assign(0, task)
    order = np.zeros(task.checks, dtype=np.int64)
    runs = []
    for seed in seeds:
        started = time.perf_counter()
        seen = _start(batch, seed, budget)
        met = anneal_rewires(
            batch.graphs, 0, batch.pools, batch.rules, batch.memory, batch.outcome,
            seen, schedule, order, budget,
        )  # fmt: skip
        runs.append(_run(batch, met, 0, time.perf_counter() - started))
    return runs


def run_randomly(task: ProductTask, seeds: Sequence[int], budget: int) -> list[Run]:
    """Walk at random over rewirings of checks, once for each seed; arguments as for `run_edges`."""
    batch = ProductBatch(1, task.checks, task.bits, max_row_limit=task.row_limit)
    batch.assign(0, task)
    runs = []
    for seed in seeds:
        started = time.perf_counter()
        seen, counts = _start(batch, seed, budget), np.zeros(2, dtype=np.int64)
        met = wander(batch.graphs, 0, batch.pools, batch.rules, batch.outcome, seen, counts, budget)
        runs.append(_run(batch, met, int(counts[1]), time.perf_counter() - started))
    return runs


def _start(batch: ProductBatch, seed: int, budget: int) -> Words:
    """Make a batch of one graph ready for a run; return an empty table."""
    batch.seed_streams([seed])
    batch.outcome.counters[:] = 0
    return empty_table(budget)


def empty_table(budget: int) -> Words:
    """Return an empty hash table that at most half will be full after so many evaluations."""
    return np.zeros(1 << (2 * budget + 4).bit_length(), dtype=np.uint64)


def _run(batch: ProductBatch, met: bool, rank_calls: int, seconds: float) -> Run:
    checks = batch.checks(0) if met else None
    return Run(batch.evaluations, rank_calls, met, seconds, checks)
