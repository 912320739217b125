"""Sampling experiments by sinter: in parallel, on top of what was counted before."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qcode_rl.decoding.decoders import DecodingFailed, sinter_decoders
from qcode_rl.decoding.decoders.failures import cause_of
from qcode_rl.decoding.experiments import Experiment
from qcode_rl.decoding.watch import Watch, WorkerLost
from qcode_rl.errors import InputError

if TYPE_CHECKING:
    import sinter

    from qcode_rl.decoding.decoders import SinterDecoder

#: Seconds after which a worker reports at the latest, and what Ctrl-C may lose of its work.
_BATCH_SECONDS = 5


@dataclass(frozen=True)
class Limits:
    """When sampling an experiment ends.

    Attributes:
        max_shots: most shots, those counted before included.
        max_errors: enough errors, likewise.
        workers: processes.
        seconds: stop after so long, and lose what workers have not reported; `None`: never.
    """

    max_shots: int = 100_000
    max_errors: int = 100
    workers: int = 1
    seconds: float | None = None

    def __post_init__(self) -> None:
        for name in ("max_shots", "max_errors", "workers"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise InputError(f"{name}: must be a whole number from 1 on, got {value}")

    def met_by(self, counted: "sinter.TaskStats") -> bool:
        """Say whether counts need no more shots."""
        return bool(counted.shots >= self.max_shots or counted.errors >= self.max_errors)


def collect(
    experiments: Sequence[Experiment],
    limits: Limits,
    *,
    before: "Mapping[str, sinter.TaskStats] | None" = None,
    notify: "Callable[[Iterable[sinter.TaskStats]], None]" = lambda stats: None,
) -> "list[sinter.TaskStats]":
    """Sample experiments on one code, until each has its shots or errors.

    Args:
        experiments: what to sample, all on one code and with one decoder.
        limits: when to stop.
        before: counts of earlier runs, by the strong id of their task; they count.
        notify: is given counts as they come in, each once, those of `before` not among them.

    Returns:
        The counts of each experiment, earlier ones included.

    Raises:
        DecodingFailed: if a decoder fails in a worker.
        KeyboardInterrupt: at Ctrl-C, after what was counted went to `notify`.
    """
    tasks = [experiment.task() for experiment in experiments]
    names = [task.strong_id() for task in tasks]
    ahead = dict(zip(names, tasks, strict=True))
    totals = {name: (before or {}).get(name) or _nothing(task) for name, task in ahead.items()}
    ahead = {name: task for name, task in ahead.items() if not limits.met_by(totals[name])}
    if ahead:
        decoders = sinter_decoders([experiments[0].decoder], repr(experiments[0].code))
        counted = _sampled(list(ahead.values()), list(totals.values()), limits, decoders)
        with closing(counted):
            for new in counted:
                for stats in new:
                    totals[stats.strong_id] += stats
                notify(new)
    return [totals[name] for name in names]


def _sampled(
    tasks: "list[sinter.Task]",
    before: "list[sinter.TaskStats]",
    limits: Limits,
    decoders: "dict[str, SinterDecoder]",
) -> "Generator[tuple[sinter.TaskStats, ...], None, None]":
    """Yield counts as workers report them."""
    import sinter

    running = sinter.iter_collect(
        num_workers=limits.workers,
        tasks=tasks,
        hint_num_tasks=len(tasks),
        additional_existing_data=before,
        max_shots=limits.max_shots,
        max_errors=limits.max_errors,
        max_batch_seconds=_BATCH_SECONDS,
        custom_decoders=decoders,
    )
    try:
        with closing(running):
            for progress in Watch(limits.workers, limits.seconds).until_over(running):
                yield progress.new_stats
    except WorkerLost as error:
        raise _failure(decoders, str(error)) from error
    except (RuntimeError, ValueError) as error:
        # What a worker raised, as sinter passes it on: with the decoder's own words as its cause.
        if isinstance(error.__cause__, DecodingFailed):
            raise error.__cause__ from None
        raise _failure(decoders, cause_of(error.__cause__ or error)) from error


def _failure(decoders: "dict[str, SinterDecoder]", cause: str) -> DecodingFailed:
    ((label, decoder),) = decoders.items()
    return DecodingFailed(label, decoder.code, cause)


def _nothing(task: "sinter.Task") -> "sinter.TaskStats":
    import sinter

    return sinter.TaskStats(
        strong_id=task.strong_id(), decoder=task.decoder, json_metadata=task.json_metadata
    )
