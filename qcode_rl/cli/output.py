"""What all verbs share on the way out: examples in help texts, tables and JSON on stdout."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from qcode_rl.archive import CodeRecord


def examples(*lines: str) -> str:
    """Return an epilog of a command."""
    # click fills paragraphs, except those that begin with a backspace.
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


def code_table(records: Iterable[CodeRecord]) -> str:
    """Return codes as a table, one a line."""
    header = ("code", "kd2/n", "family", "seed", "created", "key")
    rows = [
        (
            record.label,
            f"{record.merit:.2f}",
            record.family,
            or_dash(record.provenance.seed),
            record.provenance.created,
            record.key[:12],
        )
        for record in records
    ]
    return columns([header, *rows], right={1, 3})


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
