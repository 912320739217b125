"""What a page tells of a code in words: pairs of a name and a text, and lines of counts."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from qcode_rl.archive import Archive, CodeRecord, Conflict, TaskCounts
from qcode_rl.catalogue import verdict
from qcode_rl.distance import Distance

Fact: TypeAlias = tuple[str, str]

#: Positions of an operator, events of evidence and lines of counts that are told of a code.
MOST_POSITIONS, MOST_EVENTS, MOST_COUNTS = 200, 20, 100
#: Longest text in a line of counts.
MAX_CELL = 60
_EXPERIMENT = ("model", "p", "rounds", "basis", "decoder", "schedule")
#: Heads of the columns that `counts_lines` fills.
COUNTED = (*_EXPERIMENT, "circuit distance", "shots", "errors", "rate")


def facts_of(held: Archive, record: CodeRecord, conflicts: Sequence[Conflict]) -> list[Fact]:
    """Return what is known of a code, without its checks.

    Args:
        held: the archive.
        record: the code's record.
        conflicts: what contradicts itself in the archive, of any codes.

    Returns:
        Names and texts, in the order in which they are shown.
    """
    facts = [
        ("key", record.key),
        ("parameters", f"n={record.n} k={record.k} w={record.w} q={record.q}"),
        *_distance_facts(record),
        ("k d²/n", f"{record.merit:.2f}"),
        ("family", record.family),
        ("catalogue", verdict(record)),
        *(("contradiction", str(each)) for each in conflicts if each.key == record.key),
        *_origin_facts(record),
        *_evidence_facts(held, record),
    ]
    return [(name, words) for name, words in facts if words]


def counts_lines(counts: Sequence[TaskCounts]) -> list[tuple[str, ...]]:
    """Return a line for each experiment in which logical errors were counted; see `COUNTED`."""
    lines = [
        (
            *(_cell(each.experiment.get(name)) for name in _EXPERIMENT),
            "" if each.circuit_distance is None else f"≤{each.circuit_distance}",
            f"{each.shots:,}",
            f"{each.errors:,}",
            "" if each.rate is None else f"{each.rate:.3g}",
        )
        for each in counts[:MOST_COUNTS]
    ]
    if len(counts) > MOST_COUNTS:
        lines.append((f"and {len(counts) - MOST_COUNTS} more", *[""] * (len(COUNTED) - 1)))
    return lines


def _distance_facts(record: CodeRecord) -> Iterator[Fact]:
    distance = record.distance
    if distance is None:
        yield "distance", "nothing is known" if record.k else "none: there are no logical qubits"
        return
    yield "distance", _bounds(distance)
    for pauli, part in (("X", distance.dx), ("Z", distance.dz)):
        if part is not None:
            yield f"of type {pauli}", _bounds(part)
    if distance.witness is not None:
        yield "logical operator, X on", _positions(distance.witness.x)
        yield "logical operator, Z on", _positions(distance.witness.z)


def _bounds(distance: Distance) -> str:
    state = "proved" if distance.exact else "not proved"
    method = f"; {distance.method}" if distance.method else ""
    return f"{distance}, {state}{method}"


def _positions(held: Sequence[int]) -> str:
    shown = " ".join(map(str, held[:MOST_POSITIONS]))
    return f"{shown} ... ({len(held)} in all)" if len(held) > MOST_POSITIONS else shown


def _origin_facts(record: CodeRecord) -> list[Fact]:
    source = record.provenance
    versions = ", ".join(f"{name} {version}" for name, version in source.versions.items())
    return [
        ("found", source.created),
        ("run", source.run),
        ("seed", "" if source.seed is None else str(source.seed)),
        ("evaluations", "" if source.evaluations is None else f"{source.evaluations:,}"),
        ("specification", source.spec_key),
        ("versions", versions),
        *((f"note: {name}", words) for name, words in source.notes.items()),
    ]


def _evidence_facts(held: Archive, record: CodeRecord) -> Iterator[Fact]:
    found = len(held.found(record.key))
    if found > 1:
        yield "findings", f"{found}, of which one is told here"
    events = held.evidence(record.key)
    for bound in (bound for event in events[:MOST_EVENTS] for bound in event.bounds):
        most = f", ≤ {bound.weight} by an operator" if bound.witness else ""
        yield "evidence", f"d{bound.pauli.lower()} ≥ {bound.lower}{most} ({bound.method})"
    if len(events) > MOST_EVENTS:
        yield "evidence", f"and {len(events) - MOST_EVENTS} more events"


def _cell(value: Any) -> str:
    """Tell one member of an experiment, which may be any JSON, in a few characters."""
    if value is None:
        return ""
    words = value if isinstance(value, str) else json.dumps(value)
    return words if len(words) <= MAX_CELL else f"{words[: MAX_CELL - 3]}..."
