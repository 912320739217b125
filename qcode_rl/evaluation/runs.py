"""Running an evaluation: plan circuits, count on top of what the archive holds, keep the counts."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from qcode_rl.archive import Archive, Counts, RecordWriter
from qcode_rl.decoding.collection import Limits, collect
from qcode_rl.decoding.experiments import Experiment, experiments
from qcode_rl.decoding.rates import row_of
from qcode_rl.decoding.watch import interrupts_held
from qcode_rl.evaluation.subjects import Subject

if TYPE_CHECKING:
    import sinter

#: Seconds between writes to the archive: what a killed run loses at most.
_KEEP_SECONDS = 5.0


@dataclass
class Evaluation:
    """What an evaluation came to.

    Attributes:
        rows: one for each code and physical error rate, as of `decoding.rates.row_of`.
        stats: sinter's counts behind them, in the same order.
        interrupted: whether Ctrl-C ended it.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    stats: "list[sinter.TaskStats]" = field(default_factory=list)
    interrupted: bool = False

    def csv(self) -> str:
        """Return the counts as sinter writes them."""
        import sinter

        return "\n".join([sinter.CSV_HEADER, *(one.to_csv_line() for one in self.stats)])


#: What is told of progress: the subject, its experiments, and the counts so far of each.
Notify = Callable[[Subject, Sequence[Experiment], "dict[str, sinter.TaskStats]"], None]


def plan(subject: Subject, rates: Iterable[float]) -> list[Experiment]:
    """Return the experiments on a subject; see `qcode_rl.decoding.experiments.experiments`."""
    return experiments(subject.code, rates, subject.setup, subject.distance)


def evaluate(
    planned: Sequence[tuple[Subject, Sequence[Experiment]]],
    limits: Limits,
    archive: Archive | None = None,
    notify: Notify = lambda subject, held, totals: None,
) -> Evaluation:
    """Sample experiments until each has its errors or shots.

    Args:
        planned: subjects with what `plan` made of them.
        limits: when to stop; the time is that of all subjects together, which get equal shares and
            what others left of theirs.
        archive: counts of earlier runs are taken from it, new ones are kept in it, at intervals and
            at the end, Ctrl-C included; `None`: neither.
        notify: is told of progress.

    Returns:
        Rows and counts, of a run that was interrupted those that it reached.

    Raises:
        DecodingFailed: if a decoder fails.
        InputError: if the archive cannot be written to.
    """
    result = Evaluation()
    end = None if limits.seconds is None else time.monotonic() + limits.seconds
    for index, (subject, held) in enumerate(planned):
        keeper = _Keeper(subject, held, archive, notify)
        if end is not None:
            share = (end - time.monotonic()) / (len(planned) - index)
            limits = replace(limits, seconds=max(0.0, share))
        try:
            if not result.interrupted:
                collect(held, limits, before=keeper.before, notify=keeper.take)
        except KeyboardInterrupt:
            result.interrupted = True
        finally:
            keeper.close()
        counted = keeper.in_order()
        result.stats += counted
        result.rows += [
            row_of(experiment, stats, subject.name, subject.patches)
            for experiment, stats in zip(held, counted, strict=True)
        ]
    return result


class _Keeper:
    """Adds up counts, and puts those that are new into the archive from time to time."""

    def __init__(
        self,
        subject: Subject,
        held: Sequence[Experiment],
        archive: Archive | None,
        notify: Notify,
    ) -> None:
        self.key = subject.code.key
        self._tell = partial(notify, subject, held)
        self._tasks = [experiment.task().strong_id() for experiment in held]
        self.experiments = dict(zip(self._tasks, held, strict=True))
        self.before = {} if archive is None else _counted(archive, self.key, self.experiments)
        self.totals = dict(self.before)
        self._fresh: dict[str, sinter.TaskStats] = {}
        self._writer: RecordWriter | None = None
        if archive is not None:
            self._writer = archive.writer(f"evaluate-{self.key[:12]}")
        self._next = time.monotonic() + _KEEP_SECONDS

    def take(self, new: "Iterable[sinter.TaskStats]") -> None:
        """Add counts, and tell of them."""
        # What is shown and what is kept are the same, whenever Ctrl-C comes.
        with interrupts_held():
            for stats in new:
                for sums in (self.totals, self._fresh):
                    held = sums.get(stats.strong_id)
                    sums[stats.strong_id] = stats if held is None else held + stats
            if time.monotonic() > self._next:
                self._keep()
        self._tell(self.totals)

    def close(self) -> None:
        """Keep what is not kept yet."""
        with interrupts_held():
            self._keep()
            if self._writer is not None:
                self._writer.close()

    def in_order(self) -> "list[sinter.TaskStats]":
        """Return the totals of all experiments, of those that were not reached too."""
        return [
            self.totals.get(task) or _stats(self.experiments[task], task, 0, 0, 0, 0.0)
            for task in self._tasks
        ]

    def _keep(self) -> None:
        fresh, self._fresh = self._fresh, {}
        if self._writer is not None:
            for task, stats in fresh.items():
                experiment = self.experiments[task]
                self._writer.add_counts(
                    self.key,
                    Counts(
                        task,
                        experiment.as_json(),
                        stats.shots,
                        stats.errors,
                        stats.discards,
                        stats.seconds,
                        experiment.circuit_distance,
                    ),
                )
        self._next = time.monotonic() + _KEEP_SECONDS


def _counted(
    archive: Archive, key: str, tasks: dict[str, Experiment]
) -> "dict[str, sinter.TaskStats]":
    """Return what the archive holds of some tasks, as sinter counts it."""
    return {
        held.task: _stats(
            tasks[held.task], held.task, held.shots, held.errors, held.discards, held.seconds
        )
        for held in archive.counts(key)
        if held.task in tasks
    }


def _stats(
    experiment: Experiment, task: str, shots: int, errors: int, discards: int, seconds: float
) -> "sinter.TaskStats":
    import sinter

    return sinter.TaskStats(
        strong_id=task,
        decoder=experiment.decoder.label,
        json_metadata=experiment.as_json(),
        shots=shots,
        errors=errors,
        discards=discards,
        seconds=seconds,
    )
