"""Rows of an index: events boiled down to what the fold needs of them, and folding those."""

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from qcode_rl.archive.counts import Counts
from qcode_rl.archive.events import Bound, CodeEvent, CountsEvent, EvidenceEvent, Source
from qcode_rl.archive.fold import Shape, add_up, preference, shape_of, weigh
from qcode_rl.archive.listing import Conflict
from qcode_rl.archive.quick import QuickCode, quick_code
from qcode_rl.archive.reading import understood
from qcode_rl.archive.segments import Damage, Line
from qcode_rl.distance import Witness

# Made once, since making one takes longer than a row.
_ENCODE = json.JSONEncoder(separators=(",", ":")).encode
_DECODE = json.JSONDecoder().decode


class Row(NamedTuple):
    """An event as the fold needs it; checks and witnesses stay in the segments.

    Attributes:
        segment: the number of its segment.
        line: its line, from 1.
        kind: "code", "evidence" or "counts".
        event: its id.
        facts: the rest, as JSON.
    """

    segment: int
    line: int
    kind: str
    event: str
    facts: str


class Facts(NamedTuple):
    """What the fold needs of an event.

    Attributes:
        key: the code's key.
        kind: "code", "evidence" or "counts".
        facts: the rest, as JSON.
    """

    key: str
    kind: str
    facts: str


def understand(path: Path, line: Line | Damage) -> Facts | Damage | None:
    """Return the facts of a line, `None` for one of a later version, or why there are none."""
    quick = quick_code(line.event) if isinstance(line, Line) else None
    if quick is not None and isinstance(line, Line):
        return _code_facts(line.event["key"], line.id, quick)
    event = understood(path, line)
    if isinstance(event, CodeEvent):
        shape = shape_of(event)
        code = QuickCode(event.presentation.parameters, shape.css, event.family, event.provenance)
        return _code_facts(event.key, event.id, code)
    if isinstance(event, CountsEvent):
        return Facts(event.key, "counts", _ENCODE(event.counts.to_json()))
    if isinstance(event, EvidenceEvent):
        bounds = [
            (bound.pauli, bound.lower, bound.weight, _reach(bound.witness), bound.method)
            for bound in event.bounds
        ]
        return Facts(event.key, "evidence", _ENCODE(bounds))
    return event


def _code_facts(key: str, identity: str, code: QuickCode) -> Facts:
    source = code.provenance
    order = preference(code.parameters, source.created, identity)
    shown = (*code.parameters, code.family, source.created, source.seed, source.run)
    return Facts(key, "code", _ENCODE((order, code.css, shown)))


def _reach(witness: Witness | None) -> int:
    return max((*witness.x, *witness.z)) if witness else 0


def folded(
    key: str, rows: Iterable[Row], paths: dict[int, Path]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Fold the events of one code.

    Args:
        key: the code's key.
        rows: its events, in the order of reading.
        paths: the segments by their numbers.

    Returns:
        The row of its listing, if the code is held; and what is to be said of it: rows of key,
        kind ("bounds", "counts" or "conflict"), segment, line and text.
    """
    codes: dict[str, Any] = {}
    evidence: dict[str, EvidenceEvent] = {}
    counts: dict[str, CountsEvent] = {}
    for row in rows:
        facts, source = _DECODE(row.facts), Source(paths[row.segment], row.line)
        if row.kind == "code":
            codes.setdefault(row.event, facts)
        elif row.kind == "counts":
            event = CountsEvent(row.event, key, Counts.from_json(facts), source)
            counts.setdefault(row.event, event)
        else:
            bounds = tuple(_bound(*bound) for bound in facts)
            evidence.setdefault(row.event, EvidenceEvent(row.event, key, bounds, source))
    notes = [_note(key, "counts", damage) for damage in add_up(counts.values())[1]]
    if not codes:
        return [], notes
    _, css, shown = min(codes.values(), key=lambda facts: facts[0])
    shape = Shape(shown[0], shown[1], css)
    weighed = weigh(key, shape, [evidence[event] for event in sorted(evidence)])
    d = weighed.distance
    bounds_shown = (d.lower, d.upper) if d else (None, None)
    notes += [_note(key, "bounds", damage) for damage in weighed.damage]
    notes += [_conflict(conflict) for conflict in weighed.conflicts]
    return [(key, *shown[:4], *bounds_shown, *shown[4:], css)], notes


def _bound(pauli: str, lower: int, weight: int, reach: int, method: str) -> Bound:
    return Bound(pauli, lower, _stand_in(pauli, weight, reach) if weight else None, method)


@lru_cache(10_000)
def _stand_in(pauli: str, weight: int, reach: int) -> Witness:
    """Return a witness of some weight that reaches as far as some other one.

    Nothing more of a witness decides what is listed. (Between witnesses of one weight, Pauli type
    and method the fold chooses by their positions; they say the same of the distance.)
    """
    support = (*range(weight - 1), reach)
    return Witness(z=support) if pauli == "Z" else Witness(x=support)


def _note(key: str, kind: str, damage: Damage) -> tuple[Any, ...]:
    return key, kind, damage.path, damage.line, damage.reason


def _conflict(conflict: Conflict) -> tuple[Any, ...]:
    members = (conflict.pauli, conflict.lower, conflict.upper, conflict.methods)
    return conflict.key, "conflict", None, 0, _ENCODE(members)
