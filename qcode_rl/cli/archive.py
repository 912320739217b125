"""`qcode-rl archive`: list, show and export the codes that were found."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qcode_rl.cli.options import archive_option, json_option
from qcode_rl.cli.output import code_table, columns, examples, or_dash, print_json, print_out

if TYPE_CHECKING:
    from qcode_rl.archive import Archive, CodeRecord, TaskCounts
    from qcode_rl.distance import Distance
    from qcode_rl.gf2 import BinaryMatrix

#: Sort names, and for each whether the greatest comes first.
SORTS = {
    "kd2n": True,
    "n": False,
    "k": True,
    "d": True,
    "w": False,
    "q": False,
    "created": True,
    "key": False,
}
#: How many damaged lines a warning names.
MAX_NAMED = 10
#: Longest cell in the table of counts.
MAX_CELL = 30


@click.group()
def archive() -> None:
    """Look at the codes that searches have found."""


@archive.command(
    "list",
    epilog=examples(
        "qcode-rl archive list",
        "qcode-rl archive list --sort n",
        "qcode-rl archive list --json --archive /shared/archive",
    ),
)
@click.option(
    "--sort",
    type=click.Choice(list(SORTS)),
    default="kd2n",
    show_default=True,
    help="What to sort by, best first; kd2n is k d^2 / n with the proved d.",
)
@json_option
@archive_option
def list_command(sort: str, as_json: bool, folder: Path | None) -> None:
    """List all codes of an archive.

    In a listing d=9 is proved, "<=9" is the lightest logical operator found so far, "7..9" has a
    proved lower bound. w is the largest check weight, q the largest number of checks (of one Pauli
    type, for CSS codes) on one qubit.
    """
    held = _open(folder)
    records = sorted(held.records(), key=_sort_key(sort), reverse=SORTS[sort])
    _warn(held)
    if as_json:
        nothing = dict.fromkeys(("request", "met"))
        counts = {"found": len(records), "evaluations": None, "seconds": None}
        codes = [record.summary() for record in records]
        print_json({**nothing, **counts, "codes": codes})
    elif records:
        print_out(code_table(records))
    else:
        click.echo(f"no codes in {held.path}", err=True)


@archive.command(
    "show", epilog=examples("qcode-rl archive show 3f9a", "qcode-rl archive show 3f9a --json")
)
@click.argument("key")
@json_option
@archive_option
def show_command(key: str, as_json: bool, folder: Path | None) -> None:
    """Show the code whose key begins with KEY: parameters, provenance, evidence, checks.

    The code is built and its witnesses are checked before anything is printed. Logical errors
    counted in simulations are added up over all runs, one line for each experiment.
    """
    held = _open(folder)
    record = held.get(key)
    _warn(held)
    if as_json:
        print_json(_details(held, record))
    else:
        print_out(_description(held, record))
        counts = held.counts(record.key)
        if counts:
            print_out(f"\nlogical errors\n{_counts_table(counts)}")


@archive.command(
    "export",
    epilog=examples(
        "qcode-rl archive export 3f9a",
        "qcode-rl archive export 3f9a --format npz --output best.npz",
    ),
)
@click.argument("key")
@click.option("--format", "form", type=click.Choice(["npz"]), default="npz", show_default=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Default: n_k_d-KEY.npz in the current folder.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@archive_option
def export_command(
    key: str, form: str, output: Path | None, force: bool, folder: Path | None
) -> None:
    """Write the code whose key begins with KEY to a file, and print its name.

    npz holds Hx and Hz, and for a hypergraph product its factors H1 and H2; of a code that is not
    CSS, S, its checks as [X|Z] (uint8 matrices).
    """
    from qcode_rl.archive.export import default_name, export_npz

    held = _open(folder)
    record = held.get(key)
    _warn(held)
    path = output or Path(default_name(record, form))
    export_npz(record, path, force)
    print_out(str(path))


def _open(folder: Path | None) -> Archive:
    from qcode_rl.archive import Archive, default_archive_path
    from qcode_rl.errors import InputError

    if folder is not None and not os.path.lexists(folder):
        raise InputError(f"--archive: there is no folder {str(folder)!r}")
    return Archive(folder or default_archive_path())


def _warn(held: Archive) -> None:
    """Name on stderr what cannot be used, without keeping the rest from being used."""
    _warn_of([f"damaged, passed over: {damage}" for damage in held.damage])
    _warn_of([f"contradiction: {conflict}" for conflict in held.conflicts])


def _warn_of(messages: list[str]) -> None:
    for message in messages[:MAX_NAMED]:
        click.echo(f"warning: {message}", err=True)
    if len(messages) > MAX_NAMED:
        click.echo(f"warning: and {len(messages) - MAX_NAMED} more such lines", err=True)


def _sort_key(sort: str) -> Callable[[CodeRecord], Any]:
    if sort == "created":
        return lambda record: record.provenance.created
    name = "merit" if sort == "kd2n" else sort
    return lambda record: getattr(record, name)


def _description(held: Archive, record: CodeRecord) -> str:
    source = record.provenance
    versions = ", ".join(f"{name} {version}" for name, version in source.versions.items())
    found = len(held.found(record.key))
    rows = [
        ("key", record.key),
        ("parameters", f"n={record.n} k={record.k} w={record.w} q={record.q}"),
        ("distance", _distance_words(record.distance)),
        *_part_rows(record),
        ("k d^2 / n", f"{record.merit:.2f}"),
        *((f"{name} checks".strip(), words) for name, words in _check_words(record).items()),
        *((f"factor {name}", words) for name, words in _factor_words(record)),
        ("found", source.created + (f" (shown: 1 of {found} findings)" if found > 1 else "")),
        ("run", source.run or "-"),
        ("seed", or_dash(source.seed)),
        ("evaluations", or_dash(source.evaluations)),
        ("spec", source.spec_key or "-"),
        ("versions", versions or "-"),
        *(("evidence", words) for words in _evidence_words(held, record)),
    ]
    return f"{record.label}  {record.family}\n{columns(rows)}"


def _distance_words(distance: Distance | None) -> str:
    if distance is None:
        return "-"
    state = "proved" if distance.exact else "not proved"
    return f"{distance} ({state}; {distance.method})"


def _part_rows(record: CodeRecord) -> list[tuple[str, str]]:
    distance = record.distance
    if distance is None:
        return []
    parts = [("dx", distance.dx), ("dz", distance.dz)]
    rows = [(name, _distance_words(part)) for name, part in parts if part]
    if distance.witness is not None:
        held = (("X", distance.witness.x), ("Z", distance.witness.z))
        words = [f"{pauli} on {' '.join(map(str, support))}" for pauli, support in held if support]
        rows.append(("witness", "; ".join(words)))
    return rows


def _check_words(record: CodeRecord) -> dict[str, str]:
    """Tell the checks of each Pauli type; under "" those of a code that is not CSS."""
    from qcode_rl.codes import CSSCode

    code = record.code
    if isinstance(code, CSSCode):
        return {"X": _summary(code.x_checks), "Z": _summary(code.z_checks)}
    return {"": _summary(code.x_part | code.z_part)}


def _factor_words(record: CodeRecord) -> list[tuple[str, str]]:
    from qcode_rl.archive import ProductFactors

    if not isinstance(record.presentation, ProductFactors):
        return []
    first, second = record.presentation.first, record.presentation.second
    return [
        (name, f"[{code.n},{code.k}], {_summary(code.checks)}")
        for name, code in (("H1", first), ("H2", second))
    ]


def _summary(checks: BinaryMatrix) -> str:
    """Tell a matrix by its shape and the range of its row weights."""
    rows, columns = checks.shape
    if not rows:
        return f"0 x {columns}"
    weights = checks.sum(axis=1, dtype=int)
    return f"{rows} x {columns}, weights {weights.min()} to {weights.max()}"


def _evidence_words(held: Archive, record: CodeRecord) -> list[str]:
    return [
        f"d{bound.pauli.lower()} >= {bound.lower}"
        + (f", <= {bound.weight} by a checked witness" if bound.witness else "")
        + f" ({bound.method})"
        for event in held.evidence(record.key)
        for bound in event.bounds
    ]


def _counts_table(counts: list[TaskCounts]) -> str:
    names = ("model", "p", "rounds", "basis", "decoder", "schedule")
    header = (*names, "circuit d", "shots", "errors", "rate")
    rows = [
        (
            *(_cell(each.experiment.get(name)) for name in names),
            "-" if each.circuit_distance is None else f"<={each.circuit_distance}",
            str(each.shots),
            str(each.errors),
            "-" if each.rate is None else f"{each.rate:.3g}",
        )
        for each in counts
    ]
    return columns([header, *rows], right={1, 2, 6, 7, 8, 9})


def _cell(value: Any) -> str:
    """Tell one member of an experiment, which may be any JSON, in a few characters."""
    if value is None:
        return "-"
    words = value if isinstance(value, str) else json.dumps(value)
    return words if len(words) <= MAX_CELL else f"{words[: MAX_CELL - 3]}..."


def _details(held: Archive, record: CodeRecord) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        **record.summary(),
        "label": record.label,
        "distance": asdict(record.distance) if record.distance else None,
        "provenance": record.provenance.to_json(),
        "found": [event.provenance.to_json() for event in held.found(record.key)],
        "evidence": [
            {"id": event.id, "bounds": [asdict(bound) for bound in event.bounds]}
            for event in held.evidence(record.key)
        ],
        "counts": [counts.to_json() for counts in held.counts(record.key)],
        "checks": {name.lower() or "xz": words for name, words in _check_words(record).items()},
        "code": record.presentation.to_json(),
    }
