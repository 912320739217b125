"""Running a sweep: what is open, what is prepared, and the pool of this machine."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from qcode_rl.archive import Archive
from qcode_rl.errors import InputError
from qcode_rl.sweep import ledger
from qcode_rl.sweep.claims import claims_folder
from qcode_rl.sweep.files import DEFAULT_SECONDS, Sweep
from qcode_rl.sweep.ledger import Json, Ledger, LogWriter
from qcode_rl.sweep.points import Point, write_plan
from qcode_rl.sweep.pool import Pool, stopping_on
from qcode_rl.sweep.running import Task
from qcode_rl.sweep.surroundings import cores, worker_environment

#: Called with what happens, and the point that it happens to.
Listener = Callable[[Json, Point | None], None]
STOPPED_BY = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Ending:
    """What a run of a sweep came to.

    Attributes:
        done: how many points it brought to their end.
        failed: how many failed.
        left: how many are left to run, because it was stopped or could not go on.
        stopped_by: the signal that stopped it, 0 for none.
        unable: why it could not go on, "" if it could.
    """

    done: int
    failed: int
    left: int
    stopped_by: int = 0
    unable: str = ""


def prepare(sweep: Sweep, archive: Path, points: list[Point]) -> None:
    """Make the folders that a sweep needs in an archive, and keep its plan there.

    Raises:
        InputError: if the archive cannot be written, or is none.
    """
    Archive(archive).require_writable()
    try:
        for folder in (archive / "segments", claims_folder(archive), ledger.logs_folder(archive)):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror
        raise InputError(f"archive: cannot write to {str(archive)!r}: {reason}") from error
    write_plan(sweep, archive, points)


def open_points(
    points: Iterable[Point], held: Ledger, log: LogWriter, causes: Sequence[str] = ("killed",)
) -> list[Point]:
    """Return the points that are left to run; what others run now is among them.

    Args:
        points: of a sweep.
        held: what the logs of the archive tell.
        log: of this process.
        causes: of failures that are forgiven, and run again: `killed` is not the point's fault.

    Raises:
        InputError: if the log cannot be written.
    """
    points = list(points)
    blemished = held.blemishes((point.key for point in points), causes)
    if blemished:
        log.write(ledger.RETRY, forgives=[one for ids in blemished.values() for one in ids])
        held.refresh()
    return [p for p in points if not held.state(p.key).done and not held.failure(p.key)]


def remove_checkpoints(archive: Path, points: Iterable[Point], held: Ledger) -> None:
    """Remove checkpoints of points that are done: who was killed just then has left them."""
    for point in points:
        if held.state(point.key).done:
            with suppress(OSError):
                (archive / "checkpoints" / f"{point.key}.safetensors").unlink(missing_ok=True)


def task_of(point: Point, seconds: float | None, judge_workers: int) -> Task:
    """Return what a worker is told about a point."""
    if seconds is None and "evaluations" not in point.values:
        seconds = DEFAULT_SECONDS
    return Task(point, seconds, judge_workers)


def run_here(
    archive: Path,
    name: str,
    points: Sequence[Point],
    *,
    seconds: float | None = None,
    size: int | None = None,
    environment: dict[str, str] | None = None,
    stopped_by: Sequence[signal.Signals] = STOPPED_BY,
    patient: bool = True,
    on_event: Listener = lambda told, point: None,
) -> Ending:
    """Run points in workers of this machine.

    Args:
        archive: folder of the archive, prepared.
        name: of the sweep.
        points: to run.
        seconds: most that each may take.
        size: how many workers; default: one a core.
        environment: of the workers; default: this process's, with one thread each.
        stopped_by: signals that stop it in good order.
        patient: wait for points that somebody else runs.
        on_event: called with what happens.

    Returns:
        What it came to.

    Raises:
        InputError: if there is no room for what workers say on standard error.
    """
    size = min(size or cores(), max(1, len(points)))
    spare = max(0, cores() // size - 1)
    words = _folder_of_words(archive)
    try:
        with LogWriter(archive, name) as log:
            pool = Pool(
                archive,
                name,
                size,
                worker_environment() if environment is None else environment,
                partial(task_of, seconds=seconds, judge_workers=spare),
                words,
                log,
                on_event,
                patient,
            )
            with stopping_on(pool, *stopped_by):
                dispatcher = pool.run(points)
    finally:
        shutil.rmtree(words, ignore_errors=True)
    outcomes = [told["what"] for told in dispatcher.ended.values()]
    return Ending(
        done=outcomes.count(ledger.DONE),
        failed=outcomes.count(ledger.FAILED),
        left=len(dispatcher.waiting) + len(dispatcher.busy),
        stopped_by=pool.stopped_by,
        unable=dispatcher.unable,
    )


def _folder_of_words(archive: Path) -> Path:
    with suppress(OSError):
        return Path(tempfile.mkdtemp(prefix="qcode-rl-sweep-"))
    try:  # a node without a folder for such things still has the archive
        return Path(tempfile.mkdtemp(prefix=".words-", dir=ledger.logs_folder(archive)))
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"sweep: cannot make a temporary folder: {reason}") from error
