"""One request, measured: the agent, then annealing with as many evaluations."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import torch
from he_liu import Request

from qcode_rl.edits.hypergraph_product import ProductTask
from qcode_rl.search.baselines import ANNEALING, Run, run_edges, run_rewires
from qcode_rl.search.driving import Driven, Slice, drive
from qcode_rl.search.learner import slice_seed
from qcode_rl.search.runner import SearchResult, run_search
from qcode_rl.search.spec import AgentOptions, RunOptions, SearchSpec
from qcode_rl.search.sums import SumWalk
from qcode_rl.search.targets import Target, prove_met

Annealer: TypeAlias = Callable[[ProductTask, list[int], int], list[Run]]


def _rewires(task: ProductTask, seeds: list[int], budget: int) -> list[Run]:
    return run_rewires(task, seeds, budget, ANNEALING)


ANNEALERS: dict[str, Annealer] = {"annealing": _rewires, "annealing-edges": run_edges}


@dataclass(frozen=True)
class Job:
    """A request with all that decides what comes of it.

    Attributes:
        request: the request.
        seconds: clock of the agent's search.
        seed: of all searches.
        agent: settings of the agent.
    """

    request: Request
    seconds: float
    seed: int
    agent: AgentOptions

    @property
    def settings(self) -> dict[str, Any]:
        """What must be the same for a result to stand for this job, as JSON gives it back."""
        return {**asdict(self), "request": list(self.request)}

    @property
    def spec(self) -> SearchSpec:
        """The request as a search takes it."""
        w, q, k, d = self.request
        return SearchSpec(w, d, q, k, "hgp", agent=self.agent, seed=self.seed)


def warm_up() -> None:
    """Compile and load what searches need, so that no request's clock pays for it."""
    torch.set_num_threads(1)
    spec = SearchSpec(6, 3, 3, 4, "hgp", agent=AgentOptions(), evaluations=1)
    with TemporaryDirectory() as folder:
        run_search(spec, RunOptions(Path(folder), device="cpu"))


def measure(job: Job, archive: Path) -> dict[str, Any]:
    """Search for a request with the agent, then with each annealer.

    Args:
        job: what to do.
        archive: where the codes go.

    Returns:
        What was found, in JSON's types.

    Raises:
        KeyboardInterrupt: if the search was stopped.
    """
    result = run_search(job.spec, RunOptions(archive, job.seconds, "cpu"))
    if result.interrupted:
        raise KeyboardInterrupt
    row = {"settings": job.settings, "agent": _of_agent(result)}
    for name in ANNEALERS:
        start = time.perf_counter()
        driven = anneal(job, name, result.evaluations)
        row[name] = _of_annealer(driven, time.perf_counter() - start)
    return row


def _of_agent(result: SearchResult) -> dict[str, Any]:
    best = min(result.records, key=lambda record: record.n, default=None)
    return {
        "n": best and best.n,
        "label": best and best.label,
        "key": best and best.key,
        "evaluations": result.evaluations,
        "seconds": round(result.seconds, 1),
        "complete": result.complete,
    }


def _of_annealer(driven: Driven, seconds: float) -> dict[str, Any]:
    checks = driven.checks
    return {
        "n": None if checks is None else sum(size**2 for size in checks.shape),
        "evaluations": driven.evaluations,
        "seconds": round(seconds, 1),
        "complete": driven.complete,
    }


def anneal(job: Job, name: str, evaluations: int) -> Driven:
    """Let an annealer search where the agent would, slice by slice.

    Args:
        job: what to look for.
        name: one of `ANNEALERS`.
        evaluations: most in all.
    """
    agent, spec = job.agent, job.spec
    each = agent.slice_rollouts * agent.rollout * agent.num_envs
    walk = SumWalk(spec.distance, spec.first_dimension, spec.limits[0])
    return drive(walk, partial(_find, spec, ANNEALERS[name]), each, evaluations)


def _find(
    spec: SearchSpec, annealer: Annealer, length: int, dimension: int, index: int, budget: int
) -> Slice:
    """Search one length of one dimension; what is found is proved."""
    task = ProductTask(length, length - dimension, spec.distance, *spec.limits)
    if budget < 2:
        return Slice(None, budget)
    # The last rewiring may take one more than it is given.
    run = annealer(task, [slice_seed(spec.seed, index)], budget - 1)[0]
    if run.checks is not None:
        assert spec.max_degree is not None
        target = Target(length, dimension, spec.distance, spec.max_weight, spec.max_degree)
        prove_met(target, run.checks)
    # An annealer that stops before its budget has seen each matrix in reach again and again.
    exhausted = run.evaluations < budget // 2
    return Slice(run.checks, max(1, run.evaluations), exhausted)
