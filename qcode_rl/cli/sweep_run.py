"""`qcode-rl sweep run` and `qcode-rl sweep retry`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qcode_rl.cli.options import archive_option, json_option
from qcode_rl.cli.output import examples

if TYPE_CHECKING:
    from qcode_rl.sweep.files import Sweep
    from qcode_rl.sweep.ledger import Ledger, LogWriter
    from qcode_rl.sweep.points import Point

_OPTIONS = (
    click.argument("file", type=click.Path(path_type=Path), metavar="FILE.toml"),
    click.option(
        "--executor",
        type=click.Choice(["local", "slurm"]),
        default="local",
        show_default=True,
        help="local: worker processes on this machine. slurm: array jobs, submitted through "
        "submitit (pip install 'qcode-rl[sweep]'); the command returns at once.",
    ),
    click.option(
        "--max-parallel",
        type=click.IntRange(1),
        metavar="N",
        help="Searches (local) or array tasks (slurm) at a time. Default: what the file says, "
        "else one search a core, or as many tasks as the cluster runs.",
    ),
    archive_option,
    json_option,
)


def _with_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command(
    epilog=examples(
        "qcode-rl sweep run search_runs/smoke.toml",
        "qcode-rl sweep run search_runs/hgp30.toml --max-parallel 4 --archive /data/archive",
        "qcode-rl sweep run search_runs/hgp30.toml --executor slurm --archive /shared/archive",
    )
)
@_with_options
def run(**options: Any) -> int:
    """Run what is left of a sweep.

    Points that the archive has finished are passed over, and those under way elsewhere are left to
    who runs them. Ctrl-C (or SIGTERM) stops in good order: searches write checkpoints, and the same
    command line goes on from there. That is so after any other end, too: whatever is killed,
    nothing is lost but the seconds since the last checkpoint.

    A search that fails is told and left; the others go on (see sweep retry). Exit status: 0 all
    points are done, 1 some failed or the archive could not be written, 130 interrupted.
    """
    return _run(retried=False, **options)


@click.command(epilog=examples("qcode-rl sweep retry search_runs/hgp30.toml"))
@_with_options
def retry(**options: Any) -> int:
    """Run the points of a sweep that failed again, from their last checkpoints.

    Exit status as for sweep run.
    """
    return _run(retried=True, **options)


def _run(
    *,
    retried: bool,
    file: Path,
    executor: str,
    max_parallel: int | None,
    folder: Path | None,
    as_json: bool,
) -> int:
    from qcode_rl.archive.location import default_archive_path
    from qcode_rl.sweep.files import read_sweep
    from qcode_rl.sweep.ledger import Ledger, LogWriter
    from qcode_rl.sweep.local import open_points, prepare, remove_checkpoints
    from qcode_rl.sweep.points import points_of

    archive = folder or default_archive_path()
    sweep = read_sweep(file)
    points = points_of(sweep)
    prepare(sweep, archive, points)
    held = Ledger(archive).refresh()
    with LogWriter(archive, sweep.name) as log:
        if retried:
            failed = {point.key for point in points if held.failure(point.key)}
            chosen = [point for point in points if point.key in failed]
            left = open_points(chosen, held, log, causes=("killed", "error"))
        else:
            left = open_points(points, held, log)
        remove_checkpoints(archive, points, held)
        parallel = max_parallel or sweep.parallel
        if executor == "slurm":
            return _submit(sweep, archive, points, left, held, log, parallel, as_json)
    return _run_here(sweep, archive, points, left, held, parallel, as_json)


def _run_here(
    sweep: Sweep,
    archive: Path,
    points: list[Point],
    left: list[Point],
    held: Ledger,
    parallel: int | None,
    as_json: bool,
) -> int:
    from qcode_rl.cli.main import FAILED, INTERRUPTED
    from qcode_rl.cli.sweep_progress import SweepProgress, tell
    from qcode_rl.cli.sweep_status import print_codes, print_status
    from qcode_rl.sweep.local import run_here
    from qcode_rl.sweep.status import status_of

    tell(f"{sweep.name}: {len(left)} of {len(points)} points to run, into {archive}")
    stopped, unable = 0, ""
    if left:
        with SweepProgress(points, held) as progress:
            ending = run_here(
                archive,
                sweep.name,
                left,
                seconds=sweep.seconds,
                size=parallel,
                on_event=progress.take,
            )
        stopped, unable = ending.stopped_by, ending.unable
    status = status_of(points, held.refresh())
    print_status(status, as_json)
    if not as_json:
        print_codes(held, points)
    again = "the same command goes on from here"
    if unable:
        tell(f"error: {unable}; {again}")
        return FAILED
    if stopped:
        tell(f"interrupted; {again}")
        return INTERRUPTED
    return FAILED if status.failed else 0


def _submit(
    sweep: Sweep,
    archive: Path,
    points: list[Point],
    left: list[Point],
    held: Ledger,
    log: LogWriter,
    parallel: int | None,
    as_json: bool,
) -> int:
    from qcode_rl.cli.output import print_json
    from qcode_rl.cli.sweep_progress import tell
    from qcode_rl.sweep.slurm import submit

    submission = submit(sweep, archive, left, held, log, parallel)
    if as_json:
        print_json({"tasks": list(submission.tasks), "points": submission.points})
    if submission.tasks:
        first, count = submission.tasks[0].partition("_")[0], len(submission.tasks)
        tell(f"{sweep.name}: {submission.points} points submitted as job {first}, {count} tasks")
        tell(f"their output: {submission.logs}")
    if submission.waiting:
        tell(f"{submission.waiting} points are in the queue already")
    if not left:
        tell(f"{sweep.name}: nothing is left to run of {len(points)} points")
    tell(f"watch: qcode-rl sweep status {sweep.path} --watch --archive {archive}")
    return 0
