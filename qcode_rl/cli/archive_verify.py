"""`qcode-rl archive verify`: compute again what an archive claims."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qcode_rl.cli.archive_access import open_archive, warn_of_damage
from qcode_rl.cli.options import archive_option, duration_option, json_option
from qcode_rl.cli.output import columns, examples, print_json, print_out
from qcode_rl.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qcode_rl.archive.segments import Damage
    from qcode_rl.archive.verification import CodeReport

#: Exit status when something in the archive is not as it claims.
DISCREPANCY = 4
#: Seconds between two lines of progress.
_PERIOD = 1.0


@click.command(
    "verify",
    epilog=examples(
        "qcode-rl archive verify 3f9a",
        "qcode-rl archive verify --all --budget 10s",
        "qcode-rl archive verify --all --json --archive /shared/archive",
    ),
)
@click.argument("key", required=False)
@click.option("--all", "every", is_flag=True, help="Verify all codes; the default without KEY.")
@duration_option("--budget", "Time for the proofs of one code, at most.", default="60s")
@json_option
@archive_option
def verify_command(
    key: str | None, every: bool, seconds: float, as_json: bool, folder: Path | None
) -> int:
    """Compute again everything that is claimed of the code whose key begins with KEY, or of all.

    Checks have to commute and give the key, n, k, w and q that are stored; witnesses have to be
    logical operators; lower bounds are proved again; bounds must not contradict each other, and no
    line may be damaged. A bound that cannot be proved again within the budget is named "not
    re-proved", which is no discrepancy. The default budget is 60s.

    The exit status is 4 if there is any discrepancy, 130 after Ctrl-C, with what was verified.
    """
    from qcode_rl.archive.verification import verify_records
    from qcode_rl.cli.main import INTERRUPTED

    if key is not None and every:
        raise InputError(f"--all: must not be given with a key, got {key!r} too")
    held = open_archive(folder)
    if key is not None:
        warn_of_damage(held)
    progress = _Progress()
    damage: Sequence[Damage] = ()
    interrupted = False
    try:
        keys = None if key is None else [key]
        damage = verify_records(held, keys, seconds, progress.add).damage
    except KeyboardInterrupt:
        interrupted = True
        click.echo("interrupted", err=True)
    if as_json:
        print_json(_as_json(progress.reports, damage))
    elif progress.reports or damage:
        print_out(_as_text(progress.reports, damage))
    else:
        click.echo(f"no codes in {held.path}", err=True)
    if interrupted:
        return INTERRUPTED
    return DISCREPANCY if damage or not all(report.ok for report in progress.reports) else 0


class _Progress:
    """Keeps the reports, and tells on stderr how far it is: now and then, and what is wrong."""

    def __init__(self) -> None:
        self.reports: list[CodeReport] = []
        self._next_time = time.monotonic() + _PERIOD

    def add(self, report: CodeReport, total: int) -> None:
        """Take the report of one of so many codes."""
        self.reports.append(report)
        now = time.monotonic()
        if total == 1 or (report.ok and now < self._next_time):
            return
        self._next_time = now + _PERIOD
        done = f"{len(self.reports)} of {total}"
        click.echo(f"{done}  {report.label}  {report.key[:12]}  {_verdict(report)}", err=True)


def _verdict(report: CodeReport) -> str:
    if not report.ok:
        return f"{len(report.discrepancies)} wrong"
    return f"ok, {len(report.not_reproved)} not re-proved" if report.not_reproved else "ok"


def _as_text(reports: list[CodeReport], damage: Sequence[Damage]) -> str:
    header = ("code", "findings", "witnesses", "proofs", "time", "key", "verdict")
    rows = []
    for report in reports:
        proved = sum(proof.status == "re-proved" for proof in report.proofs)
        rows.append(
            (
                report.label,
                str(report.findings),
                str(report.witnesses),
                f"{proved} of {len(report.proofs)}",
                f"{report.seconds:.1f} s",
                report.key[:12],
                _verdict(report),
            )
        )
    lines = [columns([header, *rows], right={1, 2, 4})] if rows else []
    for report in reports:
        lines += [f"{report.key[:12]}: wrong: {fault}" for fault in report.discrepancies]
        lines += [f"{report.key[:12]}: {proof}" for proof in report.not_reproved]
    lines += [f"damaged: {one}" for one in damage]
    return "\n".join(lines)


def _as_json(reports: list[CodeReport], damage: Sequence[Damage]) -> dict[str, Any]:
    return {
        "ok": not damage and all(report.ok for report in reports),
        "verified": len(reports),
        "wrong": sum(not report.ok for report in reports),
        "not_reproved": sum(bool(report.not_reproved) for report in reports),
        "codes": [report.to_json() for report in reports],
        "damage": [str(one) for one in damage],
    }
