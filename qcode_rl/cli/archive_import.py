"""`qcode-rl archive import`: put the codes of files into an archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qcode_rl.cli.options import archive_option, duration_option, json_option
from qcode_rl.cli.output import columns, examples, print_json, print_out, summary
from qcode_rl.errors import InputError

if TYPE_CHECKING:
    from qcode_rl.archive.imports import Imported


@click.command(
    "import",
    epilog=examples(
        "qcode-rl archive import steane.npz",
        "qcode-rl archive import codeX.mtx --family lifted-product --budget 10m",
        "qcode-rl archive import submissions/*.json --json",
    ),
)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option("--family", default="", metavar="NAME", help="The family to archive the codes under.")
@click.option("--name", default="", help="What to call the code; for a single FILE.")
@duration_option("--budget", "Time for the distance of one code, at most.", default="60s")
@json_option
@archive_option
def import_command(
    files: tuple[Path, ...],
    family: str,
    name: str,
    seconds: float,
    as_json: bool,
    folder: Path | None,
) -> int:
    """Put the quantum codes in FILEs into an archive.

    FILE is npz (Hx and Hz; or S = [X|Z]), alist or mtx (a CSS pair *X.* and *Z.*, or symplectic),
    txt (one Pauli string a line), stim (one MPP a check) or json (sparse supports, also the JSON of
    the public QEC challenge).

    Codes are checked and their distances computed, within the budget (default 60s). No claim is
    believed: witnesses in a file are checked, lower bounds proved here. File, SHA-256 and (from
    challenge JSON) authors and construction are noted. A code that is there already is named so.

    Each file is taken or refused by itself; the exit status is 2 if any was refused.
    """
    from qcode_rl.archive import Archive, default_archive_path
    from qcode_rl.archive.imports import import_files
    from qcode_rl.cli.main import INTERRUPTED, WRONG_USAGE

    if name and len(files) > 1:
        raise InputError(f"--name: must be given with a single file, got {len(files)} files")
    results: list[Imported] = []

    def add(result: Imported) -> None:
        results.append(result)
        if result.reason:
            click.echo(f"error: {result.reason}", err=True)
        elif len(files) > 1:
            click.echo(f"{len(results)} of {len(files)}  {_row(result)[0]}", err=True)

    interrupted = False
    archive = Archive(folder or default_archive_path())
    try:
        import_files(archive, files, family=family, name=name, budget=seconds, on_result=add)
    except KeyboardInterrupt:
        interrupted = True
        click.echo("interrupted", err=True)
    _print(results, as_json)
    if interrupted:
        return INTERRUPTED
    return WRONG_USAGE if any(result.reason for result in results) else 0


def _print(results: list[Imported], as_json: bool) -> None:
    if as_json:
        print_json(_as_json(results))
    elif good := [result for result in results if result.record]:
        print_out(columns([("file", "status", "code", "key", "remarks"), *map(_row, good)]))


def _row(result: Imported) -> tuple[str, ...]:
    from qcode_rl.codes.io.files import shown_path

    record = result.record
    told = (record.label, record.key[:12]) if record else ("-", "-")
    return (shown_path(result.path), result.status, *told, "; ".join(result.remarks))


def _as_json(results: list[Imported]) -> dict[str, Any]:
    statuses = [result.status for result in results]
    return {
        "imported": statuses.count("imported"),
        "known": statuses.count("already there"),
        "refused": statuses.count("refused"),
        "files": [
            result.to_json() | {"code": summary(result.record) if result.record else None}
            for result in results
        ],
    }
