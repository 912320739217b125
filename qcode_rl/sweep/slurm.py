"""Running a sweep as array jobs of Slurm, through submitit."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qcode_rl.errors import InputError
from qcode_rl.sweep import ledger
from qcode_rl.sweep.files import Sweep
from qcode_rl.sweep.jobs import Chunk
from qcode_rl.sweep.ledger import Ledger, LogWriter, logs_folder
from qcode_rl.sweep.options import SlurmOptions
from qcode_rl.sweep.owners import queued_jobs
from qcode_rl.sweep.points import Point

#: Tasks that a sweep is divided into if its file does not say how.
MAX_TASKS = 500
#: How often a task may run out of its time and be requeued, as far as submitit is concerned.
_MAX_TIMEOUTS = 1000
#: Options of a sweep file that submitit knows by these names.
_PASSED = ("time", "cpus_per_task", "gpus_per_node", "mem", "partition", "account", "qos")


@dataclass(frozen=True)
class Submission:
    """What was submitted.

    Attributes:
        tasks: ids of the array's tasks, such as `12_0`.
        points: how many points they run.
        waiting: how many points were left out, since tasks in the queue have them.
        logs: folder of what the tasks write to standard output and error.
    """

    tasks: tuple[str, ...]
    points: int
    waiting: int
    logs: Path


def submit(
    sweep: Sweep,
    archive: Path,
    points: Sequence[Point],
    held: Ledger,
    log: LogWriter,
    parallel: int | None = None,
) -> Submission:
    """Submit what is open of a sweep as one array.

    Args:
        sweep: the sweep.
        archive: folder of the archive, prepared, on a file system that the nodes share.
        points: those left to run.
        held: what the logs tell, refreshed.
        log: of this process.
        parallel: tasks at a time; default: what the file says.

    Returns:
        What was submitted; nothing if all points are in the queue already.

    Raises:
        InputError: if submitit is not installed, there is no Slurm, or it refuses the array.
    """
    listed = queued_jobs() or frozenset()
    queued = {key for task in listed for key in held.jobs.get(task, ())}
    left = [point for point in points if point.key not in queued]
    logs = (logs_folder(archive) / sweep.name / "slurm").absolute()
    if not left:
        return Submission((), 0, len(points), logs)
    chunks = list(_chunks(sweep, archive.absolute(), left))
    executor = _executor(sweep, logs, parallel)
    try:
        with executor.batch():
            jobs = [executor.submit(chunk) for chunk in chunks]
        tasks = [job.job_id for job in jobs]
    except Exception as error:  # submitit raises what sbatch says in several types of its own
        raise InputError(f"slurm: the array was refused: {_last_line(error)}") from error
    told = {task: [p.key for p in chunk.points] for task, chunk in zip(tasks, chunks, strict=True)}
    log.write(ledger.SUBMITTED, jobs=told)
    return Submission(tuple(tasks), len(left), len(points) - len(left), logs)


def _chunks(sweep: Sweep, archive: Path, points: Sequence[Point]) -> Iterator[Chunk]:
    options = sweep.slurm
    size = options.points_per_job
    if size is None:
        # No task without work for all of its cores, and no more tasks than clusters like.
        size = max(min(options.cpus_per_task, len(points)), math.ceil(len(points) / MAX_TASKS))
    cache = options.numba_cache
    for first in range(0, len(points), size):
        yield Chunk(
            archive,
            sweep.name,
            tuple(points[first : first + size]),
            sweep.seconds,
            tuple(options.environment.items()),
            Path(cache).absolute() if cache else None,
        )


def _executor(sweep: Sweep, logs: Path, parallel: int | None) -> Any:
    try:
        from submitit import SlurmExecutor
    except ImportError as error:
        install = "pip install 'qcode-rl[sweep]'"
        raise InputError(f"--executor: slurm needs submitit: {install}") from error
    try:
        executor = SlurmExecutor(logs, max_num_timeout=_MAX_TIMEOUTS)
    except RuntimeError as error:
        raise InputError("--executor: slurm: no srun here; is this a login node?") from error
    options = _sbatch_options(sweep.slurm)
    at_once = parallel or sweep.parallel
    if at_once:
        options["array_parallelism"] = at_once
    try:
        executor.update_parameters(job_name=f"qcode-rl-{sweep.name}", **options)
    except (TypeError, ValueError) as error:
        raise InputError(f"slurm: {_last_line(error)}") from error
    return executor


def _sbatch_options(options: SlurmOptions) -> dict[str, Any]:
    passed = {name: getattr(options, name) for name in (*_PASSED, "constraint")}
    extra = {"requeue": True, "chdir": os.getcwd()} | options.extra
    return {name: value for name, value in passed.items() if value is not None} | {
        "setup": list(options.setup) or None,
        "signal_delay_s": options.signal_seconds,
        "additional_parameters": extra,
        # srun must give the task what sbatch was given: since Slurm 22.05 it does not by itself.
        "srun_args": [f"--cpus-per-task={options.cpus_per_task}"],
    }


def _last_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return " ".join(lines[-1].split())
