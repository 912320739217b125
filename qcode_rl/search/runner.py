"""`run_search`: from a request to proved codes in an archive."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from qcode_rl.archive import Archive, CodeRecord, Provenance, pareto, worth_keeping
from qcode_rl.archive.listing import Listed
from qcode_rl.archive.writer import RecordWriter
from qcode_rl.catalogue import verdict_json
from qcode_rl.edits.tallies import empty_tally
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search import ahead
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.batches import Batches, Size
from qcode_rl.search.checkpoint import Checkpoint, surroundings
from qcode_rl.search.families import Family, Proved, families_of
from qcode_rl.search.heap import HeapTrimmer
from qcode_rl.search.interrupts import sigterm_interrupts
from qcode_rl.search.keeper import CheckpointKeeper, checkpoint_path
from qcode_rl.search.lanes import Lane, lanes_of, next_turn
from qcode_rl.search.learner import Learner, slice_seed
from qcode_rl.search.spec import RunOptions, SearchSpec
from qcode_rl.search.walk import Row

#: A length is exhausted once fewer of a slice's steps than this share reach a new matrix.
_FRESH_SHARE = 0.001
#: Seconds between two looks at what is being compiled.
_COMPILING_PERIOD = 0.1


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
        self.lanes = lanes_of(families_of(spec, options), spec.distance)
        self.progress = Progress(evaluations_wanted=spec.evaluations)
        self.batches, self.heap = Batches(self._make_batch), HeapTrimmer()
        self.spent: dict[Size, int] = {}
        self.last_step: float | None = None
        self.longest_pause = 0.0
        self.turn: tuple[Lane, Row | None] | None = None
        path = checkpoint_path(self.archive.path, spec)
        self.keeper = CheckpointKeeper(path, options.checkpoint_seconds, on_note)
        self.surroundings = surroundings(self.learner.device, options.threads)
        self.resumed_at = self._resume() if options.resume else None
        cores = None if options.compile_apart else 0
        self.ahead = ahead.Ahead([lane.family.name for lane in self.lanes], cores)

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
            self.ahead.close()
            self.batches.close()
        return SearchResult(
            spec=self.spec,
            records=self.progress.records,
            evaluations=self.progress.evaluations,
            seconds=time.monotonic() - self.started,
            interrupted=interrupted,
            complete=not interrupted and self.turn is None,
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
        self.turn = self._next_turn()
        while self.turn is not None and not self._out_of_budget():
            self._note_boundary()
            self.keeper.save_if_due()
            self.heap.trim_if_due()
            lane, row = self.turn
            if not self._await_kernels(lane.family, row):
                return
            whole = self._look_aside(lane, row)
            # What was looked at may have been what a row still wanted.
            row = None if row is None else lane.family.walk.next_row()
            if whole and row is not None and not self._evaluations_spent():
                whole = self._slice(lane, row)
            self.turn = self._next_turn()
            if not whole:
                return  # What the clock cuts short is played again by a run that resumes.
            lane.slices += 1
        self._note_boundary()

    def _next_turn(self) -> tuple[Lane, Row | None] | None:
        """Return whose turn it is; where a clock ends the search, nobody waits for a compiler."""
        turn = next_turn(self.lanes)
        if turn is None or self.spec.evaluations is not None:
            return turn
        ready = [lane for lane in self.lanes if self.ahead.ready(lane.family.name)]
        # Who had to stand back has had least of its share then, and catches up.
        return turn if turn[0] in ready else next_turn(ready) or turn

    def _slice(self, lane: Lane, row: Row) -> bool:
        """Search one size of one family for a while.

        Returns:
            Whether how far it came follows from the spec alone: False if the clock cut it short.
        """
        family, agent = lane.family, lane.family.agent
        size = family.size(row)
        env = self._batch(size)
        found, whole, kinds = False, True, family.kinds(size)
        self.progress.looking_at = family.text(size)
        claims = _Claims(family.proofs)

        def after_step(env: CodeVecEnv) -> bool:
            nonlocal whole, found
            self._count(size, env)
            if not found and env.infos["met"].any():
                found = self._look(lane, row, claims.of(env))
            self._report()
            steps_here = (self.progress.steps - steps) // env.num_envs
            # Once there is a code, the rest of the rollout is still played and learned from.
            between = steps_here % agent.rollout == 1
            vain = kinds > 0 and steps_here > agent.rollout and self._is_vain(evaluations, steps)
            if (between and (found or vain)) or self._evaluations_spent():
                return False
            whole = not self._out_of_time()
            return whole

        seed = slice_seed(self.spec.seed, lane.slices, family.stream)
        evaluations, steps = self.progress.evaluations, self.progress.steps
        row.slices += 1
        self.learner.train(env, agent.slice_rollouts, seed, after_step)
        lane.steps += self.progress.steps - steps
        if not found and whole and not self._evaluations_spent():
            row.fail(self._is_vain(evaluations, steps), kinds)
        return whole

    def _await_kernels(self, family: Family, row: Row | None) -> bool:
        """Wait until the kernels of a family are compiled; False if the clock is up before."""
        text = family.name if row is None else family.text(family.size(row))
        while not self.ahead.ready(family.name):
            self.progress.looking_at = f"{text}, once their kernels are compiled"
            self._report()
            if self._out_of_time():
                return False
            time.sleep(_COMPILING_PERIOD)
        return True

    def _look_aside(self, lane: Lane, row: Row | None) -> bool:
        """Take the looks that are due before a slice of a family.

        Args:
            lane: the family's.
            row: whose slice it will be; `None` if there is none left to play.

        Returns:
            False if the clock cut it short, as for a slice.
        """
        family, aside = lane.family, lane.family.aside
        if aside is None:
            return True
        spent = sum(count for size, count in self.spent.items() if size[0] == family.name)
        if row is not None:
            self.progress.looking_at = family.text(family.size(row))
        for _ in range(aside.due(spent, at_all=row is None)):
            if not aside.more or self._evaluations_spent():
                break
            if self._out_of_time():
                return False
            self.spent[aside.size] = self.spent.get(aside.size, 0) + 1
            self.progress.evaluations += 1
            lane.steps += 1
            for proved in aside.look(self.progress.records):
                self._keep(proved)
            self._report()
        return True

    def _is_vain(self, evaluations: int, steps: int) -> bool:
        """Say whether hardly anything was new since so many evaluations and steps."""
        fresh = self.progress.evaluations - evaluations
        return fresh < _FRESH_SHARE * (self.progress.steps - steps)

    def _look(self, lane: Lane, row: Row, claims: Iterator[BinaryMatrix]) -> bool:
        """Keep the first code that is proved to meet the request as it is said to, if any does.

        Codes that it makes with others are kept at once as well: an interrupt may end the slice.
        """
        family, wanted = lane.family, lane.family.is_wanted(row)
        for checks in claims:
            proved = family.prove(checks) if wanted else None
            if wanted and proved is None:
                continue
            if proved is not None:
                self._keep(proved)
            for further in family.succeed(row, checks, proved, self.progress.records):
                self._keep(further)
            return True
        return False

    def _batch(self, size: Size) -> CodeVecEnv:
        """Return the batch for one size, with the matrices that it has seen."""
        try:
            return self.batches.take(size)
        except InputError as error:
            raise InputError(f"{self.keeper.origin}: {error}") from error

    def _make_batch(self, size: Size) -> CodeVecEnv:
        family = next(lane.family for lane in self.lanes if lane.family.name == size[0])
        return family.make_batch(size)

    def _count(self, size: Size, env: CodeVecEnv) -> None:
        self.spent[size] = int(env.infos["evaluations"][0])
        self.progress.evaluations = sum(self.spent.values())
        self.progress.steps += env.num_envs

    def _keep(self, proved: Proved) -> None:
        """Archive a code, unless it was found before, if it is worth keeping."""
        spec, evaluations = self.spec, self.progress.evaluations
        provenance = Provenance.now(spec.key, self.writer.run, spec.seed, evaluations)
        record = CodeRecord.of(proved.code, proved.distance, provenance, proved.family)
        if not spec.met_by(record.n, record.k, record.d, record.w, record.q):
            raise AssertionError(f"the environment reported {record.label} as meeting {spec}")
        if any(record.key == other.key for other in self.progress.records):
            return
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
        for lane in self.lanes:
            name = lane.family.name
            if name in held.lanes:
                lane.slices, lane.steps = held.lanes[name]
                lane.family.walk.restore(row for row in held.rows if row.family == name)
            aside = lane.family.aside
            if aside is not None:
                aside.restore(held.spent.get(aside.size, 0))
        self.learner.restore(held.learner, self.keeper.origin)
        self.spent = dict(held.spent)
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
            slices=sum(lane.slices for lane in self.lanes),
            steps=self.progress.steps,
            spent=dict(self.spent),
            lanes={lane.family.name: (lane.slices, lane.steps) for lane in self.lanes},
            rows=tuple(row for lane in self.lanes for row in lane.family.walk.state()),
            records=tuple(self.progress.records),
            learner=self.learner.state(),
            surroundings=self.surroundings,
            # What is looked at between slices has evaluations, but no batch.
            tallies={size: empty_tally() for size in self.spent} | self.batches.tallies(),
        )
        self.keeper.note(boundary)


class _Claims:
    """Deals out what environments say meets the request, each once and not more than so many."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.seen: set[bytes] = set()

    def of(self, env: CodeVecEnv) -> Iterator[BinaryMatrix]:
        """Yield the checks of environments that have just met the request."""
        for i in np.flatnonzero(env.infos["met"]):
            checks: BinaryMatrix = env.infos["checks"][i]
            content = checks.tobytes()
            if content not in self.seen and len(self.seen) < self.most:
                self.seen.add(content)
                yield checks
