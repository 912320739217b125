"""`run_search`: from a request to proved codes in an archive."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qcode_rl.archive import Archive, CodeRecord, Provenance, pareto, worth_keeping
from qcode_rl.codes import ClassicalCode, hypergraph_product
from qcode_rl.codes.best_known import LONGEST_BEST_KNOWN, best_known_linear_code
from qcode_rl.codes.bounds import linear_code_bounds
from qcode_rl.distance import distance_of
from qcode_rl.distance.product import product_distance
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.learner import Learner, slice_seed
from qcode_rl.search.spec import RunOptions, SearchSpec
from qcode_rl.search.walk import Row, SizeWalk

#: The environment of each family, as a Gymnasium id with the module that registers it.
ENVIRONMENTS = {"hgp": "qcode_envs:qcode/HypergraphProduct-v0"}

#: A length is exhausted once fewer of a slice's steps than this share reach a new matrix.
_FRESH_SHARE = 0.001


@dataclass
class Progress:
    """How a search stands.

    Attributes:
        seconds: since the start.
        seconds_left: until the clock stops the run, `None` without one.
        evaluations: reward evaluations so far.
        evaluations_wanted: budget, `None` without one.
        steps: environment steps so far.
        looking_at: what is searched for now, as text.
        records: codes found so far, in the order found.
    """

    seconds: float = 0.0
    seconds_left: float | None = None
    evaluations: int = 0
    evaluations_wanted: int | None = None
    steps: int = 0
    looking_at: str = ""
    records: list[CodeRecord] = field(default_factory=list)


@dataclass(frozen=True)
class SearchResult:
    """What a search came to.

    Attributes:
        spec: what was asked for.
        records: all codes found, proved, in the order found.
        evaluations: reward evaluations spent.
        seconds: time taken.
        interrupted: whether somebody stopped it.
        complete: whether nothing shorter is possible, or left to look at, for any k looked at.
    """

    spec: SearchSpec
    records: list[CodeRecord]
    evaluations: int
    seconds: float
    interrupted: bool
    complete: bool

    @property
    def pareto(self) -> list[CodeRecord]:
        """The codes that no other found one dominates in (n, k, d, w), by k and n."""
        return sorted(pareto(self.records), key=lambda record: (record.k, record.n))

    @property
    def met(self) -> bool:
        """Whether any proved code meets the request."""
        return bool(self.records)

    def as_json(self) -> dict[str, Any]:
        """Return the result in the shape that `--json` prints."""
        return {
            "request": self.spec.as_dict(),
            "met": self.met,
            "found": len(self.records),
            "evaluations": self.evaluations,
            "seconds": round(self.seconds, 3),
            "codes": [record.summary() for record in self.pareto],
        }


def run_search(
    spec: SearchSpec,
    options: RunOptions,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    started: float | None = None,
) -> SearchResult:
    """Search for codes that meet a request, and archive each as soon as it is proved.

    Args:
        spec: the request.
        options: how to run it.
        on_progress: called after every batched step.
        started: `time.monotonic()` from which the clock runs; default: now.

    Returns:
        What was found; also when the run is interrupted by Ctrl-C.

    Raises:
        InputError: if the archive cannot be written or the device does not exist; nothing has been
            written then.
    """
    return _Search(spec, options, on_progress, started).run()


class _Search:
    """State of one run."""

    def __init__(
        self,
        spec: SearchSpec,
        options: RunOptions,
        on_progress: Callable[[Progress], None],
        started: float | None,
    ) -> None:
        self.spec, self.options, self.on_progress = spec, options, on_progress
        self.started = time.monotonic() if started is None else started
        self.archive = Archive(options.archive)
        self.archive.require_writable()
        self.known = self.archive.records()
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        self.run_name = f"{now}-{spec.key[:12]}"
        self.writer = self.archive.writer(self.run_name)
        self.learner = Learner(spec.agent, options.device, options.threads)
        seed = spec.seed_classical
        self.seed_code = seed
        self.walk = SizeWalk(
            spec.distance,
            spec.first_dimension,
            only_one=spec.logicals is not None or seed is not None,
            least_length=seed.n if seed is not None else 0,
        )
        self.progress = Progress(evaluations_wanted=spec.evaluations)
        self.environments: dict[tuple[int, int], CodeVecEnv] = {}
        self.spent: dict[tuple[int, int], int] = {}
        self.last_step: float | None = None
        self.longest_pause = 0.0

    def run(self) -> SearchResult:
        """Search until the budget is spent, nothing is left to look for, or somebody stops it."""
        interrupted = False
        slices = 0
        row = self.walk.next_row()
        try:
            with self.writer:
                while row is not None and not self._out_of_budget():
                    self._slice(row, slices)
                    slices += 1
                    row = self.walk.next_row()
        except KeyboardInterrupt:
            interrupted = True
        seconds = time.monotonic() - self.started
        records, evaluations = self.progress.records, self.progress.evaluations
        return SearchResult(self.spec, records, evaluations, seconds, interrupted, row is None)

    def _slice(self, row: Row, index: int) -> None:
        """Search one length of one dimension for a while."""
        length = row.length
        size = (length, row.dimension)
        env = self._environment(*size)
        found: list[NDArray[np.uint8]] = []
        self.progress.looking_at = f"[{length},{row.dimension},{self.spec.distance}] factors"

        def after_step(env: CodeVecEnv) -> bool:
            self._count(size, env)
            if not found and env.infos["met"].any():
                found.append(env.infos["checks"][int(np.argmax(env.infos["met"]))])
                self._keep(found[0])
            self._report()
            steps_here = (self.progress.steps - steps) // env.num_envs
            # Once there is a code, the rest of the rollout is still played and learned from.
            over = bool(found) and steps_here % self.spec.agent.rollout == 1
            return not over and not self._out_of_budget()

        seed = slice_seed(self.spec.seed, index)
        evaluations, steps = self.progress.evaluations, self.progress.steps
        self.learner.train(env, self.spec.agent.slice_rollouts, seed, after_step)
        row.slices += 1
        if found:
            row.succeed(length)
        elif not self._out_of_budget():
            fresh = self.progress.evaluations - evaluations
            row.fail(exhausted=fresh < _FRESH_SHARE * (self.progress.steps - steps))

    def _environment(self, length: int, dimension: int) -> CodeVecEnv:
        """Return the batch for one size; it is kept, with the matrices that it has seen."""
        size = (length, dimension)
        if size not in self.environments:
            spec = self.spec
            self.environments[size] = CodeVecEnv(
                ENVIRONMENTS["hgp"],
                spec.agent.num_envs,
                bits=length,
                dimension=dimension,
                distance=spec.distance,
                max_weight=spec.max_weight,
                max_degree=spec.max_degree,
                seed_code=self.seed_code or best_seed(length, dimension, spec.distance),
                reward=spec.reward,
                reward_options=vars(spec.reward_options),
                max_steps=spec.agent.episode,
            )
        return self.environments[size]

    def _count(self, size: tuple[int, int], env: CodeVecEnv) -> None:
        self.spent[size] = int(env.infos["evaluations"][0])
        self.progress.evaluations = sum(self.spent.values())
        self.progress.steps += env.num_envs

    def _keep(self, checks: NDArray[np.uint8]) -> None:
        """Prove a code, and archive it if it is worth keeping."""
        factor = ClassicalCode(checks)
        code = hypergraph_product(factor)
        # A factor has at most 2^20 codewords. Walking them takes milliseconds at most, and spares
        # the first run the compilation of all other algorithms.
        distance = product_distance(code, partial(distance_of, method="enumeration"))
        spec = self.spec
        if (
            distance is None
            or distance.lower < spec.distance
            or code.max_weight > spec.max_weight
            or (spec.max_degree is not None and code.max_degree > spec.max_degree)
            or code.num_logicals < (spec.logicals or 1)
        ):
            raise AssertionError(f"the environment reported {code} as meeting {spec}")
        provenance = Provenance.now(spec.key, self.run_name, spec.seed, self.progress.evaluations)
        record = CodeRecord.of(code, distance, provenance, "hgp")
        self.progress.records.append(record)
        if worth_keeping(record, self.known):
            self.writer.add(record)
            self.known = [*self.known, record]

    def _report(self) -> None:
        now = time.monotonic()
        # The longest time between two steps is an update; the clock must leave room for one.
        if self.last_step is not None:
            self.longest_pause = max(self.longest_pause, now - self.last_step)
        self.last_step = now
        self.progress.seconds = now - self.started
        if self.options.seconds is not None:
            self.progress.seconds_left = max(0.0, self.options.seconds - self.progress.seconds)
        self.on_progress(self.progress)

    def _out_of_budget(self) -> bool:
        spec, options = self.spec, self.options
        if spec.evaluations is not None and self.progress.evaluations >= spec.evaluations:
            return True
        if options.seconds is None:
            return False
        spare = min(self.longest_pause, 0.1 * options.seconds)
        return time.monotonic() - self.started > options.seconds - spare


def best_seed(length: int, dimension: int, distance: int) -> ClassicalCode | None:
    """Return the shortest best-known linear code with k and d as asked, if it fits the length."""
    for n in range(dimension + 1, min(length, LONGEST_BEST_KNOWN) + 1):
        if linear_code_bounds(n, dimension)[0] >= distance:
            return best_known_linear_code(n, dimension)
    return None
