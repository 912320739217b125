"""`run_search`: from a request to proved codes in an archive."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qcode_rl.archive import Archive, CodeRecord, Provenance, pareto, worth_keeping
from qcode_rl.archive.listing import Listed
from qcode_rl.archive.writer import RecordWriter
from qcode_rl.catalogue import verdict_json
from qcode_rl.codes import ClassicalCode, HypergraphProduct, hypergraph_product
from qcode_rl.distance import Distance, distance_of
from qcode_rl.distance.components import by_components
from qcode_rl.distance.product import product_distance
from qcode_rl.edits.hypergraph_product import empty_tally
from qcode_rl.errors import InputError
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.batches import Batches, Size
from qcode_rl.search.checkpoint import Checkpoint, surroundings
from qcode_rl.search.heap import HeapTrimmer
from qcode_rl.search.interrupts import sigterm_interrupts
from qcode_rl.search.keeper import CheckpointKeeper, checkpoint_path
from qcode_rl.search.learner import Learner, slice_seed
from qcode_rl.search.pair_walk import PairWalk
from qcode_rl.search.pairs import CIRCULANTS, Pairs
from qcode_rl.search.spec import ENVIRONMENTS, RunOptions, SearchSpec
from qcode_rl.search.walk import Row, SizeWalk, as_text

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
        steps_before: how many of the steps are those of the run that this one resumes.
        records_before: how many of the records are.
    """

    seconds: float = 0.0
    seconds_left: float | None = None
    evaluations: int = 0
    evaluations_wanted: int | None = None
    steps: int = 0
    looking_at: str = ""
    records: list[CodeRecord] = field(default_factory=list)
    steps_before: int = 0
    records_before: int = 0


@dataclass(frozen=True)
class SearchResult:
    """What a search came to.

    Attributes:
        spec: what was asked for.
        records: all codes found, proved, in the order found.
        evaluations: reward evaluations spent, with those of a run that was resumed.
        seconds: time taken, without such a run's.
        interrupted: whether somebody stopped it.
        complete: whether nothing shorter is possible, or left to look at, for any k looked at.
        resumed_at: evaluations made before the run was resumed; `None` if it was not.
    """

    spec: SearchSpec
    records: list[CodeRecord]
    evaluations: int
    seconds: float
    interrupted: bool
    complete: bool
    resumed_at: int | None = None

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
            "codes": [
                {**record.summary(), "catalogue": verdict_json(record)} for record in self.pareto
            ],
        }


def run_search(
    spec: SearchSpec,
    options: RunOptions,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    started: float | None = None,
    on_note: Callable[[str], None] = lambda note: None,
    writer: RecordWriter | None = None,
) -> SearchResult:
    """Search for codes that meet a request, and archive each as soon as it is proved.

    Now and then, and when the run ends for whatever reason, how it stands is written to the
    archive. A run that resumes from there ends with the codes, weights and counters that it would
    have come to without a break.

    Args:
        spec: the request.
        options: how to run it.
        on_progress: called after every batched step.
        started: `time.monotonic()` from which the clock runs; default: now.
        on_note: called with lines for whoever watches: where the run resumes, what went amiss.
        writer: adds the codes to the archive, and stays open; default: one of this run.

    Returns:
        What was found; also when the run is interrupted, by Ctrl-C or by SIGTERM (which is looked
        after if this is called in the main thread).

    Raises:
        InputError: if the archive cannot be written, the device does not exist, or the checkpoint
            to resume from is not one of this spec; nothing has been written then.
    """
    with sigterm_interrupts():
        return _Search(spec, options, on_progress, started, on_note, writer).run()


class _Search:
    """State of one run."""

    def __init__(
        self,
        spec: SearchSpec,
        options: RunOptions,
        on_progress: Callable[[Progress], None],
        started: float | None,
        on_note: Callable[[str], None],
        writer: RecordWriter | None,
    ) -> None:
        self.spec, self.options, self.on_progress = spec, options, on_progress
        self.started = time.monotonic() if started is None else started
        self.archive = Archive(options.archive)
        self.archive.require_writable()
        # Not a listing: that would leave an index behind where a run is refused.
        self.known: Sequence[Listed] = [] if options.alone else self.archive.records()
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        self.own_writer = writer is None
        self.writer = writer or self.archive.writer(f"{now}-{spec.key[:12]}")
        self.learner = Learner(spec.agent, options.device, options.threads)
        seed = spec.seed_classical
        self.seed_code = seed
        self.walk = _walk(spec)
        self.pairs = Pairs(spec, _factor_distance)
        self.progress = Progress(evaluations_wanted=spec.evaluations)
        self.batches, self.heap = Batches(self._make_batch), HeapTrimmer()
        self.spent: dict[Size, int] = {CIRCULANTS: 0}
        self.last_step: float | None = None
        self.longest_pause = 0.0
        self.row: Row | None = None
        self.slices = 0
        path = checkpoint_path(self.archive.path, spec)
        self.keeper = CheckpointKeeper(path, options.checkpoint_seconds, on_note)
        self.surroundings = surroundings(self.learner.device, options.threads)
        self.resumed_at = self._resume() if options.resume else None

    def run(self) -> SearchResult:
        """Search until the budget is spent, nothing is left to look for, or somebody stops it."""
        interrupted = False
        try:
            try:
                self._take_slices()
            finally:
                self.keeper.save()
        except KeyboardInterrupt:
            interrupted = True
            self.keeper.save()  # again, in case that it was saving that was interrupted
        finally:
            self.batches.close()
        return SearchResult(
            spec=self.spec,
            records=self.progress.records,
            evaluations=self.progress.evaluations,
            seconds=time.monotonic() - self.started,
            interrupted=interrupted,
            complete=not interrupted and self.row is None and not self.pairs.more,
            resumed_at=self.resumed_at,
        )

    def _take_slices(self) -> None:
        with self.writer if self.own_writer else nullcontext():
            self._keep_again()
            try:
                self._take_turns()
            except KeyboardInterrupt:
                self._keep_again()  # in case that it came between finding and archiving
                raise

    def _take_turns(self) -> None:
        self.row = self.walk.next_row()
        while (self.row or self.pairs.more) and not self._out_of_budget():
            self._note_boundary()
            self.keeper.save_if_due()
            self.heap.trim_if_due()
            whole = self.row is None or self._slice(self.row, self.slices)
            whole = whole and self._take_circulants()
            self.row = self.walk.next_row()
            if not whole:
                return  # What the clock cuts short is played again by a run that resumes.
            self.slices += 1
        self._note_boundary()

    def _slice(self, row: Row, index: int) -> bool:
        """Search one length of one dimension for a while.

        Returns:
            Whether how far it came follows from the spec alone: False if the clock cut it short.
        """
        length = row.length
        size = (length, row.dimension)
        env = self._batch(size)
        found: list[NDArray[np.uint8]] = []
        whole = True
        self.progress.looking_at = f"[{length},{row.dimension},{self.spec.distance}] factors"

        def after_step(env: CodeVecEnv) -> bool:
            nonlocal whole
            self._count(size, env)
            if not found and env.infos["met"].any():
                found.append(env.infos["checks"][int(np.argmax(env.infos["met"]))])
                if row.dimension >= self.spec.first_dimension:
                    self._keep(found[0])
                if row.best is None or length < row.best:
                    self._keep_pairs(found[0])
            self._report()
            steps_here = (self.progress.steps - steps) // env.num_envs
            # Once there is a code, the rest of the rollout is still played and learned from.
            over = bool(found) and steps_here % self.spec.agent.rollout == 1
            if over or self._evaluations_spent():
                return False
            whole = not self._out_of_time()
            return whole

        seed = slice_seed(self.spec.seed, index)
        evaluations, steps = self.progress.evaluations, self.progress.steps
        self.learner.train(env, self.spec.agent.slice_rollouts, seed, after_step)
        row.slices += 1
        if found:
            self._succeed(row, found[0])
        elif whole and not self._evaluations_spent():
            fresh = self.progress.evaluations - evaluations
            row.fail(exhausted=fresh < _FRESH_SHARE * (self.progress.steps - steps))
        return whole

    def _succeed(self, row: Row, checks: NDArray[np.uint8]) -> None:
        """Note a code, and keep the direct sum that it makes the shortest of all, if it does."""
        if isinstance(self.walk, SizeWalk):
            row.succeed(checks.shape[1], as_text(checks))
            return
        whole = self.walk.succeed(row, checks)
        if whole is not None:
            self._keep(whole)
            self._keep_pairs(whole)

    def _keep_pairs(self, checks: NDArray[np.uint8]) -> None:
        """Keep what a code is worth keeping for as a factor beside others."""
        for product in self.pairs.found(checks, self.walk, self.progress.records):
            self._keep_product(product)

    def _take_circulants(self) -> bool:
        """Give circulants their share of the evaluations, all of them once nothing else is left.

        Returns:
            False if the clock cut it short, as for a slice.
        """
        for _ in range(self.pairs.due(self.progress.evaluations, at_all=self.row is None)):
            if not self.pairs.more or self._evaluations_spent():
                break
            if self._out_of_time():
                return False
            self.spent[CIRCULANTS] += 1
            self.progress.evaluations += 1
            for product in self.pairs.circulant(self.walk, self.progress.records):
                self._keep_product(product)
        return True

    def _batch(self, size: Size) -> CodeVecEnv:
        """Return the batch for one size, with the matrices that it has seen."""
        try:
            return self.batches.take(size)
        except InputError as error:
            raise InputError(f"{self.keeper.origin}: {error}") from error

    def _make_batch(self, size: Size) -> CodeVecEnv:
        spec, (length, dimension) = self.spec, size
        return CodeVecEnv(
            ENVIRONMENTS["hgp"],
            spec.agent.num_envs,
            bits=length,
            dimension=dimension,
            distance=spec.distance,
            max_weight=spec.max_weight,
            max_degree=spec.max_degree,
            seed_code=self.seed_code,
            reward=spec.reward,
            reward_options=vars(spec.reward_options),
            max_steps=spec.agent.episode,
            **self._judging(),
        )

    def _judging(self) -> dict[str, Any]:
        """Return the arguments of an environment that has its codes decoded."""
        options = self.spec.logical_error
        if options is None:
            return {}
        return {"logical_error": options, "judge_workers": _judge_workers(self.options)}

    def _count(self, size: Size, env: CodeVecEnv) -> None:
        self.spent[size] = int(env.infos["evaluations"][0])
        self.progress.evaluations = sum(self.spent.values())
        self.progress.steps += env.num_envs

    def _keep(self, checks: NDArray[np.uint8]) -> None:
        """Prove the square of a code, and archive it if it is worth keeping."""
        self._keep_product(hypergraph_product(ClassicalCode(checks)))

    def _keep_product(self, code: HypergraphProduct) -> None:
        """Prove a product, and archive it if it is worth keeping."""
        distance = product_distance(code, _factor_distance)
        spec = self.spec
        provenance = Provenance.now(spec.key, self.writer.run, spec.seed, self.progress.evaluations)
        record = CodeRecord.of(code, distance, provenance, "hgp")
        if not spec.met_by(record.k, record.d, record.w, record.q):
            raise AssertionError(f"the environment reported {record.label} as meeting {spec}")
        # A copy has no matrices, of ten MiB and more, until somebody asks for them.
        record = replace(record)
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
        return self._evaluations_spent() or self._out_of_time()

    def _evaluations_spent(self) -> bool:
        wanted = self.spec.evaluations
        return wanted is not None and self.progress.evaluations >= wanted

    def _out_of_time(self) -> bool:
        seconds = self.options.seconds
        if seconds is None:
            return False
        spare = min(self.longest_pause, 0.1 * seconds)
        return time.monotonic() - self.started > seconds - spare

    def _resume(self) -> int | None:
        """Go on from the checkpoint, if there is one, and return its evaluations."""
        held = self.keeper.read(self.spec, self.surroundings)
        if held is None:
            return None
        self.walk.restore(held.rows)
        self.learner.restore(held.learner, self.keeper.origin)
        self.slices = held.slices
        self.spent = dict(held.spent)
        self.pairs.restore(self.spent.get(CIRCULANTS, 0))
        self.batches = Batches(self._make_batch, held.tallies)
        progress = self.progress
        progress.evaluations, progress.records = held.evaluations, list(held.records)
        progress.steps = progress.steps_before = held.steps
        progress.records_before = len(held.records)
        return held.evaluations

    def _keep_again(self) -> None:
        """Archive what a resumed run had found, if the archive has lost it since its checkpoint."""
        for record in self.progress.records:
            if worth_keeping(record, self.known):
                self.known = [*self.known, record]
                held = self.archive.found(record.key)
                if all(event.provenance != record.provenance for event in held):
                    self.writer.add(record)

    def _note_boundary(self) -> None:
        """Have the keeper hold how the search stands, before a slice or at the end."""
        boundary = Checkpoint(
            spec=self.spec,
            slices=self.slices,
            steps=self.progress.steps,
            spent=dict(self.spent),
            rows=self.walk.state(),
            records=tuple(self.progress.records),
            learner=self.learner.state(),
            surroundings=self.surroundings,
            tallies={CIRCULANTS: empty_tally()} | self.batches.tallies(),
        )
        self.keeper.note(boundary)


def _enumerated(code: ClassicalCode) -> Distance | None:
    """Compute a distance by walking all codewords; an interrupt is one of the search."""
    found = distance_of(code, method="enumeration")
    if found is not None and found.stopped == "interrupted":
        raise KeyboardInterrupt
    return found


# A factor has at most 2^20 codewords. Walking them takes milliseconds at most, and spares the first
# run the compilation of all other algorithms.
_factor_distance = partial(by_components, distance=_enumerated)


def _judge_workers(options: RunOptions) -> int:
    if options.judge_workers is not None:
        return options.judge_workers
    # This process waits while others judge, so that all cores are theirs.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return cores if cores and cores > 1 else 0


def _walk(spec: SearchSpec) -> SizeWalk | PairWalk:
    """Return the walk over sizes that a request calls for."""
    seed = spec.seed_classical
    if seed is None and spec.logicals is not None:
        return PairWalk(spec.distance, spec.first_dimension, spec.limits[0], spec.logicals)
    only_one, least = seed is not None, 0 if seed is None else seed.n
    return SizeWalk(spec.distance, spec.first_dimension, only_one, least)
