"""Reading events out of segments: of all codes at once, or of one by the places of its lines."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from qcode_rl.archive.events import CodeEvent, Event, EvidenceEvent, Source, read_event
from qcode_rl.archive.fold import State
from qcode_rl.archive.presentation import QuantumCode
from qcode_rl.archive.segments import Damage, Line, decode_line, scan_segment, segment_paths
from qcode_rl.distance.witness import fault_in_witness
from qcode_rl.errors import InputError


class Place(NamedTuple):
    """Where a line is.

    Attributes:
        path: the segment.
        line: its number, from 1.
        offset: where it begins, in bytes.
        length: how many bytes it takes, without its line end.
        id: the id of its event.
    """

    path: Path
    line: int
    offset: int
    length: int
    id: str


@dataclass
class Reading:
    """What was read.

    Attributes:
        state: the events.
        damage: lines that cannot be used.
        torn: last lines without an end, which are no damage.
    """

    state: State = field(default_factory=State)
    damage: list[Damage] = field(default_factory=list)
    torn: list[Damage] = field(default_factory=list)


def read_all(folder: Path) -> Reading:
    """Read all segments below a folder; what cannot be used is noted, and nothing raised."""
    reading = Reading()
    for path in segment_paths(folder):
        for line in scan_segment(path):
            event = understood(path, line)
            if isinstance(event, Damage):
                (reading.torn if event.torn else reading.damage).append(event)
            elif event is not None:
                reading.state.add(event)
    return reading


def understood(path: Path, line: Line | Damage) -> Event | Damage | None:
    """Return the event of a line, `None` for one of a later version, or why there is none."""
    if isinstance(line, Damage):
        return line
    source = Source(path, line.number)
    try:
        return read_event(line.id, line.event, source)
    except ValueError as error:
        return source.damage(str(error))


def read_places(places: Iterable[Place]) -> State | None:
    """Read the events at some places; `None` if any of them is not, or no longer, there."""
    state = State()
    for place in places:
        try:
            with place.path.open("rb") as file:
                file.seek(place.offset)
                identity, value = decode_line(file.read(place.length))
        except (OSError, ValueError):
            return None
        event = understood(place.path, Line(place.line, identity, value))
        if identity != place.id or event is None or isinstance(event, Damage):
            return None
        state.add(event)
    return state


def faults(state: State, key: str) -> dict[str, Damage]:
    """Build a code, and check its key and its witnesses.

    Args:
        state: what is held of it.
        key: its key.

    Returns:
        What is wrong, by the id of the event.
    """
    found: dict[str, Damage] = {}
    code: QuantumCode | None = None
    for event in state.codes(key):
        try:
            code = _checked(event)
        except InputError as error:
            found[event.id] = event.source.damage(str(error))
    for evidence in state.evidence(key) if code else ():
        fault = code and _false_witness(code, evidence)
        if fault:
            reason = f"witness of {evidence.key[:12]}: {fault}"
            found[evidence.id] = evidence.source.damage(reason)
    return found


def _checked(event: CodeEvent) -> QuantumCode:
    code = event.presentation.build()
    if code.key != event.key:
        raise InputError(f"its checks have the key {code.key[:12]}, not {event.key[:12]}")
    return code


def _false_witness(code: QuantumCode, event: EvidenceEvent) -> str | None:
    witnesses = (bound.witness for bound in event.bounds if bound.witness)
    found = (fault_in_witness(code, witness) for witness in witnesses)
    return next((fault for fault in found if fault), None)
