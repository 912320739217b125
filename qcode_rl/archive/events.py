"""Events: what a line of a segment says, and its reading with nothing taken on trust.

`code`: the checks of a code (presentation) with their provenance. `evidence`: either bounds on a
distance, an upper one always with its witness, a lower one with the method that proves it; or
counts of logical errors. Events of other types are passed over, so that older programs can read
what newer ones write.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from qcode_rl.archive.counts import Counts
from qcode_rl.archive.presentation import (
    MAX_QUBITS,
    Json,
    Parameters,
    Presentation,
    is_support,
    presentation_from_json,
)
from qcode_rl.archive.records import CodeRecord, Provenance, text
from qcode_rl.archive.segments import Damage
from qcode_rl.distance import Distance, Witness
from qcode_rl.errors import InputError

#: Most bounds that one evidence event may hold.
MAX_BOUNDS = 10
KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Source:
    """Where an event was read.

    Attributes:
        path: the segment.
        line: the line, from 1.
    """

    path: Path = field(default_factory=Path)
    line: int = 0

    def damage(self, reason: str) -> Damage:
        """Return the damage that this event is."""
        return Damage(self.path, self.line, reason)


@dataclass(frozen=True)
class Bound:
    """Bounds on the least weight of logical operators, of all or of one Pauli type.

    Attributes:
        pauli: "X" or "Z" for operators of that type alone, "" for the distance itself.
        lower: proved lower bound.
        witness: a logical operator; its weight is the upper bound, and there is none without it.
        method: how the bounds were reached.
    """

    pauli: str
    lower: int
    witness: Witness | None
    method: str

    @property
    def weight(self) -> int:
        """The upper bound, 0 without a witness."""
        return self.witness.weight if self.witness else 0


@dataclass(frozen=True)
class CodeEvent:
    """A code was found.

    Attributes:
        id: the event's identity.
        key: the code's key, as claimed.
        family: the family it was searched in.
        presentation: its checks.
        provenance: where it came from.
        source: where the event was read; no part of its identity.
    """

    id: str
    key: str
    family: str
    presentation: Presentation = field(compare=False)
    provenance: Provenance
    source: Source = field(compare=False)


@dataclass(frozen=True)
class EvidenceEvent:
    """Something was learnt of a code's distance.

    Attributes:
        id: the event's identity.
        key: the key of the code.
        bounds: what was learnt.
        source: where the event was read; no part of its identity.
    """

    id: str
    key: str
    bounds: tuple[Bound, ...]
    source: Source = field(compare=False)


@dataclass(frozen=True)
class CountsEvent:
    """Logical errors of a code were counted.

    Attributes:
        id: the event's identity.
        key: the key of the code, which need not be in the archive.
        counts: what was counted.
        source: where the event was read; no part of its identity.
    """

    id: str
    key: str
    counts: Counts
    source: Source = field(compare=False)


Event: TypeAlias = CodeEvent | EvidenceEvent | CountsEvent


def events_of(record: CodeRecord) -> list[Json]:
    """Return the events that put a record into an archive.

    Args:
        record: the record.

    Returns:
        Its evidence, if there is any, then its code: a code is never seen without its evidence.
    """
    bounds = [
        _bound_to_json(pauli, part)
        for pauli, part in _parts(record.distance)
        if part.lower > 1 or part.witness
    ]
    evidence = [{"type": "evidence", "key": record.key, "bounds": bounds}] if bounds else []
    code = {
        "type": "code",
        "key": record.key,
        "family": record.family,
        **record.presentation.parameters._asdict(),
        "code": record.presentation.to_json(),
        "provenance": record.provenance.to_json(),
    }
    return [*evidence, code]


def counts_event(key: str, counts: Counts) -> Json:
    """Return the event that puts counts into an archive.

    Args:
        key: the key of the code.
        counts: what was counted.

    Returns:
        The event.

    Raises:
        InputError: if a member breaks a rule, so that the event could not be read back.
    """
    event = {"type": "evidence", "key": key, "counts": counts.to_json()}
    try:
        read_event("", event, Source())
    except ValueError as error:
        raise InputError(str(error)) from error
    return event


def read_event(identity: str, value: Any, source: Source) -> Event | None:
    """Validate an event.

    Args:
        identity: its id.
        value: its JSON value, anything at all.
        source: where it was read.

    Returns:
        The event, or `None` for one of a type that this version does not know.

    Raises:
        ValueError: naming the member that breaks a rule.
    """
    kind = text(value.get("type"), "type")
    if kind not in ("code", "evidence"):
        return None
    key = value.get("key")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise ValueError("key: must be 64 hexadecimal digits")
    if kind == "evidence":
        return _evidence(identity, key, value, source)
    presentation = presentation_from_json(value.get("code"))
    _require_parameters(value, presentation.parameters)
    provenance = Provenance.from_json(value.get("provenance"))
    family = text(value.get("family"), "family")
    return CodeEvent(identity, key, family, presentation, provenance, source)


def _evidence(identity: str, key: str, value: Json, source: Source) -> Event:
    if ("bounds" in value) == ("counts" in value):
        raise ValueError("evidence: must hold either bounds or counts")
    if "counts" in value:
        return CountsEvent(identity, key, Counts.from_json(value["counts"]), source)
    return EvidenceEvent(identity, key, _bounds(value["bounds"]), source)


def _require_parameters(value: Json, parameters: Parameters) -> None:
    for name, actual in parameters._asdict().items():
        if value.get(name) != actual:
            raise ValueError(f"{name}: its checks give {actual}, not {str(value.get(name))[:40]}")


def _parts(distance: Distance | None) -> list[tuple[str, Distance]]:
    if distance is None:
        return []
    parts = [("", distance), ("X", distance.dx), ("Z", distance.dz)]
    return [(pauli, part) for pauli, part in parts if part]


def _bound_to_json(pauli: str, part: Distance) -> Json:
    witness = part.witness and {"x": list(part.witness.x), "z": list(part.witness.z)}
    return {"pauli": pauli, "lower": part.lower, "witness": witness, "method": part.method}


def _bounds(value: Any) -> tuple[Bound, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_BOUNDS:
        raise ValueError(f"bounds: must be a list of 1 to {MAX_BOUNDS}")
    return tuple(_bound(entry) for entry in value)


def _bound(value: Any) -> Bound:
    if not isinstance(value, dict) or value.get("pauli") not in ("", "X", "Z"):
        raise ValueError("bounds: each must be an object with a pauli of '', 'X' or 'Z'")
    lower = value.get("lower")
    if type(lower) is not int or not 1 <= lower <= MAX_QUBITS:
        raise ValueError(f"lower: must be an integer from 1 to {MAX_QUBITS}")
    witness = _witness(value.get("witness"), value["pauli"])
    return Bound(value["pauli"], lower, witness, text(value.get("method"), "method"))


def _witness(value: Any, pauli: str) -> Witness | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not all(
        is_support(value.get(part), MAX_QUBITS) for part in "xz"
    ):
        raise ValueError("witness: x and z must hold increasing integers")
    witness = Witness(tuple(value["x"]), tuple(value["z"]))
    if witness.weight == 0 or (pauli == "X" and witness.z) or (pauli == "Z" and witness.x):
        raise ValueError("witness: must act somewhere, and be of its Pauli type alone")
    return witness
