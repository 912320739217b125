"""What all verbs share on the way out: examples in help texts, tables and JSON on stdout."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import click

if TYPE_CHECKING:
    from qcode_rl.archive import CodeRecord
    from qcode_rl.archive.listing import Listing
    from qcode_rl.catalogue import Match

    #: What tables of codes are made of.
    Row: TypeAlias = CodeRecord | Listing


def examples(*lines: str) -> str:
    """Return an epilog of a command."""
    # click fills paragraphs, except those that begin with a backspace.
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


def code_table(records: Iterable[Row]) -> str:
    """Return codes as a table, one a line, and below it what the catalogue's column refers to."""
    from qcode_rl.catalogue import catalogue, counterpart

    records = list(records)
    matches = [counterpart(record) for record in records]
    sources = list(dict.fromkeys(match.code.source for match in matches if match))
    if None in matches:  # then all of them are told
        sources += [source.id for source in catalogue().sources if source.id not in sources]
    header = ("code", "kd2/n", "family", "seed", "created", "catalogue", "key")
    rows = [
        (
            record.label,
            f"{record.merit:.2f}",
            record.family,
            or_dash(record.provenance.seed),
            record.provenance.created[:10],
            f"{match.label} [{sources.index(match.code.source) + 1}]" if match else "-",
            record.key[:12],
        )
        for record, match in zip(records, matches, strict=True)
    ]
    return "\n".join([columns([header, *rows], right={1, 3}), "", *_footnotes(matches, sources)])


def _footnotes(matches: Sequence[Match | None], sources: Sequence[str]) -> list[str]:
    from qcode_rl.catalogue import catalogue

    held = catalogue()
    notes = []
    if None in matches:
        where = " ".join(f"[{i}]" for i, _ in enumerate(sources, start=1))
        notes.append(
            f"- not in the catalogue ({held.date}; {len(held.codes):,} codes from {where})"
        )
    found = [match for match in matches if match]
    if any(match.copies > 1 for match in found):
        notes.append("m x: no one code there is as good, but m copies of this one side by side are")
    if any(not match.code.proved for match in found):
        notes.append("<= in that column: the distance recorded there, without a proof")
    return [*notes, *(f"[{i}] {held.source(name).title}" for i, name in enumerate(sources, 1))]


def summary(record: Row) -> dict[str, Any]:
    """Return a record's entry of `codes` in JSON, with the catalogue's verdict."""
    from qcode_rl.catalogue import verdict_json

    return {**record.summary(), "catalogue": verdict_json(record)}


def columns(rows: Sequence[tuple[str, ...]], right: Iterable[int] = ()) -> str:
    """Align cells; plain text, so that it is the same in a terminal, a file and a pipe."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def or_dash(value: int | None) -> str:
    """Return a number as text, a dash for none."""
    return "-" if value is None else str(value)


def print_json(value: dict[str, Any]) -> None:
    """Write one line of JSON to stdout."""
    print_out(json.dumps(value))


def print_out(text: str) -> None:
    """Write to stdout; a reader who has seen enough (`| head`) is no error."""
    try:
        click.echo(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes stdout once more at exit: let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
