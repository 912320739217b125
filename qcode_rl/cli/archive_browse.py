"""`qcode-rl archive browse`: codes of an archive as one HTML file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qcode_rl.cli.archive_access import MAX_NAMED, open_archive, warn_of_damage
from qcode_rl.cli.files import require_writable
from qcode_rl.cli.options import archive_option
from qcode_rl.cli.output import examples, print_out
from qcode_rl.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qcode_rl.archive import CodeRecord


@click.command(
    "browse",
    epilog=examples(
        "qcode-rl archive browse",
        'qcode-rl archive browse --where "k>=4 and w<=6" --output good.html',
        "qcode-rl archive browse --pareto n,k,d,w --archive /shared/archive --force",
    ),
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="archive.html",
    show_default=True,
    metavar="FILE.html",
    help="Where to write the page.",
)
@click.option(
    "--where", metavar="CONDITION", help="Show codes for which this holds, as archive list does."
)
@click.option(
    "--pareto",
    metavar="AXES",
    help="Show codes that no other one shown outdoes on these axes, of n, k, d, w, q, by commas.",
)
@click.option("--force", is_flag=True, help="Replace FILE.html if it exists.")
@archive_option
def browse_command(
    output: Path, where: str | None, pareto: str | None, force: bool, folder: Path | None
) -> None:
    """Write codes of an archive to an HTML file to look at, and print the file's name.

    Any browser opens it, with or without a network: it is one file that fetches nothing. It has a
    table to sort and filter, a plot of distances against lengths, and for each code a drawing, what
    is known of it, and its checks to download. The view is told by the file's address, as in
    archive.html#sort=d&where=k>=4 and w<=6.

    Checks take 8 MB at most; of which codes they were left out is said on stderr and on the page.
    """
    _require_output(output, force)
    if where is not None:
        from qcode_rl.archive.where import parse_where

        parse_where(where)  # refused before any archive is read
    from qcode_rl.browse import build_page, write_page

    held = open_archive(folder)
    records = _select(held.records(), where, pareto)
    warn_of_damage(held)
    if not records:
        which = "no codes" if where is None else "no such codes"
        click.echo(f"{which} in {held.path}", err=True)
    page = build_page(held, records, _lead(where, pareto))
    write_page(page, output, force)
    _tell_left_out(page.left_out)
    print_out(str(output))


def _require_output(output: Path, force: bool) -> None:
    if output.suffix.lower() not in (".html", ".htm"):
        # Browsers go by the suffix of what lies on a disk.
        raise InputError(f"--output: must end in .html, got {str(output)!r}")
    if not force and os.path.lexists(output):
        raise InputError(f"--output: {str(output)!r} exists already (--force replaces it)")
    require_writable("--output", output)


def _select(records: list[CodeRecord], where: str | None, axes: str | None) -> list[CodeRecord]:
    if where is not None:
        from qcode_rl.archive.where import parse_where

        condition = parse_where(where)
        records = [record for record in records if condition.holds(record)]
    if axes is not None:
        from qcode_rl.archive import pareto

        records = pareto(records, [axis.strip() for axis in axes.split(",")])
    return records


def _lead(where: str | None, axes: str | None) -> str:
    parts = [] if where is None else [f"those with {where}"]
    if axes is not None:
        parts.append(f"those that no other one outdoes in {axes}")
    return "All codes of the archive" if not parts else f"Codes of the archive: {'; '.join(parts)}"


def _tell_left_out(left_out: Sequence[CodeRecord]) -> None:
    for record in left_out[:MAX_NAMED]:
        click.echo(
            f"left out, too large: the matrices of {record.label} {record.key[:12]}", err=True
        )
    if len(left_out) > MAX_NAMED:
        click.echo(f"left out as well: those of {len(left_out) - MAX_NAMED} more codes", err=True)
