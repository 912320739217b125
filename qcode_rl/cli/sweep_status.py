"""`qcode-rl sweep status`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qcode_rl.cli.options import archive_option, json_option
from qcode_rl.cli.output import code_table, examples, print_json, print_out

if TYPE_CHECKING:
    from qcode_rl.sweep.ledger import Ledger
    from qcode_rl.sweep.points import Point
    from qcode_rl.sweep.status import Status

_WATCH_SECONDS = 2.0
_MAX_FAILURES = 10


@click.command(
    epilog=examples(
        "qcode-rl sweep status search_runs/hgp30.toml",
        "qcode-rl sweep status search_runs/hgp30.toml --watch",
        "qcode-rl sweep status search_runs/hgp30.toml --json | jq .done",
    )
)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.toml")
@click.option("--watch", is_flag=True, help="Show it anew every two seconds until it is over.")
@archive_option
@json_option
def status(file: Path, watch: bool, folder: Path | None, as_json: bool) -> int:
    """Show how a sweep stands: points done, running and failed, codes found, when it will end.

    All of it is read from files of the archive: no scheduler's accounting is needed. A worker on
    another machine that has given no sign for five minutes counts as gone, at once if squeue does
    not list its job.
    """
    from qcode_rl.archive.location import default_archive_path
    from qcode_rl.errors import InputError
    from qcode_rl.sweep.files import read_sweep
    from qcode_rl.sweep.ledger import Ledger
    from qcode_rl.sweep.points import planned
    from qcode_rl.sweep.status import status_of

    archive = folder or default_archive_path()
    if archive.exists() and not archive.is_dir():
        raise InputError(f"archive: {str(archive)!r} is not a folder")
    sweep = read_sweep(file)
    points = planned(sweep, archive)
    held = Ledger(archive)
    now = status_of(points, held.refresh())
    if watch:
        from qcode_rl.cli.sweep_progress import SweepProgress

        with SweepProgress(points, held) as progress:
            while not now.over:
                progress.show(now)
                time.sleep(_WATCH_SECONDS)
                now = status_of(points, held.refresh())
    print_status(now, as_json)
    return 0


def print_status(status: Status, as_json: bool) -> None:
    """Print how a sweep stands to stdout, as text or as one line of JSON."""
    if as_json:
        print_json(status.to_json())
        return
    from qcode_rl.cli.sweep_progress import describe

    lines = [describe(status)]
    for label, event in status.running:
        lines.append(f"  running  {label}  {event.get('seconds', 0):.0f} s")
    for failure in status.failed[:_MAX_FAILURES]:
        lines.append(f"  failed   {failure.label}: {failure.reason}")
    if len(status.failed) > _MAX_FAILURES:
        lines.append(f"  and {len(status.failed) - _MAX_FAILURES} more failed")
    print_out("\n".join(lines))


def print_codes(held: Ledger, points: Sequence[Point]) -> None:
    """Print the best trade-offs among the codes that a sweep found to stdout.

    Args:
        held: what the logs tell.
        points: of the sweep.
    """
    from qcode_rl.archive import Archive

    ends = [held.state(point.key).done or {} for point in points]
    found = {code for end in ends for code in end.get("codes", ())}
    codes = [code for code in Archive(held.archive).listing() if code.key[:16] in found]
    if codes:
        best = sorted(Archive.pareto(codes), key=lambda code: (code.k, code.n))
        print_out("\n" + code_table(best))
