"""`qcode-rl archive show`: all that is known of one code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qcode_rl.cli.archive_access import open_archive, warn_of_damage
from qcode_rl.cli.options import archive_option, json_option
from qcode_rl.cli.output import columns, examples, or_dash, print_json, print_out, summary

if TYPE_CHECKING:
    from qcode_rl.archive import Archive, CodeRecord, TaskCounts
    from qcode_rl.distance import Distance
    from qcode_rl.gf2 import BinaryMatrix

#: Longest cell in the table of counts.
MAX_CELL = 30


@click.command(
    "show",
    epilog=examples(
        "qcode-rl archive show 3f9a",
        "qcode-rl archive show 3f9a --same",
        "qcode-rl archive show 3f9a --json",
    ),
)
@click.argument("key")
@click.option(
    "--same",
    is_flag=True,
    help="Also compute the code's identity, which no numbering of qubits changes, and name the "
    "codes of the archive that are the same (the first use compiles for some 20 s).",
)
@json_option
@archive_option
def show_command(key: str, same: bool, as_json: bool, folder: Path | None) -> None:
    """Show the code whose key begins with KEY: parameters, provenance, evidence, checks.

    The code is built and its witnesses are checked before anything is printed. Logical errors
    counted in simulations are added up over all runs, one line for each experiment. "catalogue"
    says whether a published code is at least as good in n, k, d and w. The checks are drawn, a row
    for each and a column for each qubit; of large codes as much as fits.
    """
    from qcode_rl.cli.drawing import draw_code

    held = open_archive(folder)
    record = held.get(key)
    warn_of_damage(held)
    if as_json:
        print_json(_details(held, record) | (_same(held, record) if same else {}))
        return
    parts = [_description(held, record)]
    if same:
        parts.append(_same_words(_same(held, record)))
    counts = held.counts(record.key)
    if counts:
        parts.append(f"logical errors\n{_counts_table(counts)}")
    print_out("\n\n".join([*parts, draw_code(record.code)]))


def _description(held: Archive, record: CodeRecord) -> str:
    from qcode_rl.catalogue import verdict

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
        *((f"note: {name}", note) for name, note in source.notes.items()),
        *(("evidence", words) for words in _evidence_words(held, record)),
        ("catalogue", verdict(record)),
    ]
    return f"{record.label}  {record.family}\n{columns(rows)}"


def _same(held: Archive, record: CodeRecord) -> dict[str, Any]:
    """Return the identity of a code, and what else in the archive has it."""
    from dataclasses import asdict

    from qcode_rl.archive.doubles import doubles_of
    from qcode_rl.identity import identity_of

    return {
        "identity": asdict(identity_of(record.code)),
        "same": [asdict(double) for double in doubles_of(held, record)],
    }


def _same_words(found: dict[str, Any]) -> str:
    identity = found["identity"]
    lines = [f"identity  {identity['key'][:16]} by {identity['kind']}"]
    for double in found["same"]:
        sure = double["equivalence"] is not None
        how = "the same code, its qubits numbered otherwise" if sure else "could not be told apart"
        lines.append(f"{double['key'][:12]}  {how}")
    return "\n".join(lines if found["same"] else [*lines, "no other code of the archive has it"])


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
        return {"X": _shape(code.x_checks), "Z": _shape(code.z_checks)}
    return {"": _shape(code.x_part | code.z_part)}


def _factor_words(record: CodeRecord) -> list[tuple[str, str]]:
    from qcode_rl.archive import ProductFactors

    if not isinstance(record.presentation, ProductFactors):
        return []
    first, second = record.presentation.first, record.presentation.second
    return [
        (name, f"[{code.n},{code.k}], {_shape(code.checks)}")
        for name, code in (("H1", first), ("H2", second))
    ]


def _shape(checks: BinaryMatrix) -> str:
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
        **summary(record),
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
