"""Checkpoints: how a search stands between two slices, as a value and as a file.

The file holds the network's weights, the optimizer's moments and the tally of each environment as
arrays, and all else as JSON. All of it is validated when it is read.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from qcode_rl import __version__
from qcode_rl.archive import CodeRecord, Provenance
from qcode_rl.archive.events import Source, events_of, read_event
from qcode_rl.archive.fold import State
from qcode_rl.edits.hypergraph_product import MAX_BITS
from qcode_rl.edits.tallies import Tally, check_tally
from qcode_rl.errors import InputError
from qcode_rl.search.batches import Size
from qcode_rl.search.learner import LearnerState
from qcode_rl.search.requests import FAMILY_NAMES, MOST_QUBITS
from qcode_rl.search.sealed import Arrays, Json, read_sealed, write_sealed
from qcode_rl.search.spec import SearchSpec
from qcode_rl.search.version import SPEC_VERSION
from qcode_rl.search.walk import Row

Kind = TypeVar("Kind")

_MAX_COUNT = 1 << 62
_SHOWN_DIFFERENCES = 3


def surroundings(device_type: str, threads: int) -> dict[str, str]:
    """Return what else a run's numbers depend on: versions of libraries, device and threads."""
    versions = Provenance.now().versions
    kept = {name: versions[name] for name in ("numpy", "numba", "torch") if name in versions}
    return kept | {"device": device_type, "threads": str(threads)}


@dataclass(frozen=True)
class Checkpoint:
    """How a search stands between two slices.

    Attributes:
        spec: what is searched for.
        slices: slices that are over; the next one has this number.
        steps: environment steps taken in them.
        spent: evaluations by size.
        lanes: slices and environment steps of each family.
        rows: the rows of the families' walks.
        records: codes found, in the order found.
        learner: weights and moments.
        surroundings: what else the numbers depend on.
        tallies: what each batch of environments keeps beyond a slice, for each size in `spent`.
    """

    spec: SearchSpec
    slices: int
    steps: int
    spent: dict[Size, int]
    lanes: dict[str, tuple[int, int]]
    rows: tuple[Row, ...]
    records: tuple[CodeRecord, ...]
    learner: LearnerState
    surroundings: dict[str, str]
    tallies: dict[Size, Tally] = field(default_factory=dict)

    @property
    def evaluations(self) -> int:
        """Reward evaluations made."""
        return sum(self.spent.values())

    def write(self, path: Path) -> None:
        """Write the checkpoint to a file, which replaces one of that name at once.

        Raises:
            InputError: if it cannot be written; what was there before is there still.
        """
        try:
            write_sealed(path, _state(self), _arrays(self))
        except InputError as error:
            raise InputError(f"checkpoint: {error}") from error

    @classmethod
    def read(cls, path: Path, spec: SearchSpec) -> "Checkpoint":
        """Read a checkpoint of a spec.

        Args:
            path: the file.
            spec: what it must be a checkpoint of.

        Returns:
            The checkpoint, validated.

        Raises:
            InputError: naming the file and what is wrong with it: another version or another spec
                (with the fields that differ), damage, or content that no run can have written.
        """
        try:
            state, arrays = read_sealed(path)
        except InputError as error:
            raise InputError(f"checkpoint: {error}") from error
        try:
            return _checkpoint(spec, state, arrays)
        except ValueError as error:
            raise InputError(f"checkpoint: {str(path)!r}: {error}") from error


def _arrays(checkpoint: Checkpoint) -> Arrays:
    learner = checkpoint.learner
    named = {f"weights/{name}": value for name, value in learner.weights.items()}
    named |= {f"moments/{name}": value for name, value in learner.moments.items()}
    for index, size in enumerate(checkpoint.spent):
        tally = checkpoint.tallies[size]
        named |= {f"tally/{index}/{name}": value for name, value in tally.items()}
    return named


def _state(checkpoint: Checkpoint) -> Json:
    return {
        "spec_version": SPEC_VERSION,
        "qcode_rl": __version__,
        "spec": checkpoint.spec.as_dict(),
        "slices": checkpoint.slices,
        "steps": checkpoint.steps,
        "spent": [[list(size), spent] for size, spent in checkpoint.spent.items()],
        "lanes": [[name, list(work)] for name, work in checkpoint.lanes.items()],
        "rows": [
            asdict(row) | {"failures": [*row.failures.items()], "vain": [*row.vain.items()]}
            for row in checkpoint.rows
        ],
        "records": [events_of(record) for record in checkpoint.records],
        "surroundings": checkpoint.surroundings,
    }


def _require_version(name: str, there: Any, here: int | str) -> None:
    if type(there) is not type(here) or there != here:
        raise ValueError(f"{name} is {_short(there)} there and {_short(here)} here")


def _checkpoint(spec: SearchSpec, state: Json, arrays: Arrays) -> Checkpoint:
    """Validate what a file holds and make the checkpoint."""
    _require_version("version of qcode-rl", state.get("qcode_rl"), __version__)
    _require_version("version of specs", state.get("spec_version"), SPEC_VERSION)
    _require_spec(_of_kind(state.get("spec"), dict, "spec"), spec)
    spent = _spent(state.get("spent"))
    learner = LearnerState(_below("weights", arrays), _below("moments", arrays))
    steps = _whole(state.get("steps"), "steps")
    # Turns that went by with codes that are drawn have no steps, and need no policy.
    if steps and not learner.weights:
        raise ValueError("weights: must be there")
    held = _of_kind(state.get("surroundings"), dict, "surroundings")
    slices, lanes = _whole(state.get("slices"), "slices", least=1), _lanes(state.get("lanes"))
    if sum(taken for taken, _ in lanes.values()) != slices:
        raise ValueError("lanes: must add up to the slices")
    return Checkpoint(
        spec=spec,
        slices=slices,
        steps=steps,
        spent=spent,
        lanes=lanes,
        rows=_rows(state.get("rows")),
        records=tuple(_records(state.get("records"), spec)),
        learner=learner,
        tallies={size: _tally(f"tally/{i}", arrays) for i, size in enumerate(spent)},
        surroundings={_short(name): _short(value) for name, value in held.items()},
    )


def _require_spec(there: Json, spec: SearchSpec) -> None:
    here = dict(_flat(spec.as_dict()))
    held = dict(_flat(there))
    differing = [name for name in here | held if here.get(name) != held.get(name)]
    if differing:
        told = ", ".join(
            f"{_short(name)} is {_short(held.get(name))} there and {_short(here.get(name))} here"
            for name in islice(differing, _SHOWN_DIFFERENCES)
        )
        more = len(differing) - _SHOWN_DIFFERENCES
        raise ValueError(f"is of another search: {told}" + (f", and {more} more" * (more > 0)))


def _flat(values: Json, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what decides a result, by its name; files count by what they hold."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        elif name != "seed_code" and not (name == "layout" and "layout_places" in values):
            yield prefix + name, value


def _short(value: Any) -> str:
    """Return a value as short printable text."""
    if value is None:
        return "not given"
    text = value if isinstance(value, str) and value.isprintable() else json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _rows(value: Any) -> tuple[Row, ...]:
    rows = tuple(_row(entry) for entry in _of_kind(value, list, "rows"))
    if len({(row.family, row.dimension) for row in rows}) < len(rows):
        raise ValueError("rows: no two may have the same dimension")
    return rows


def _row(value: Any) -> Row:
    members = _of_kind(value, dict, "rows")
    if members.keys() != {item.name for item in fields(Row)}:
        raise ValueError("rows: each must have the members of a row")
    family = _family(members["family"], "family")
    longest = _whole(members["longest"], "longest", 1, MOST_QUBITS.get(family, MAX_BITS))
    # A floor, or a length, may lie one beyond the longest code: nothing is left to look at then.
    dimension, floor, length = (
        _whole(members[name], name, 1, longest + 1) for name in ("dimension", "floor", "length")
    )
    best = members["best"] and _whole(members["best"], "best", 1, longest)
    failures, vain = (
        {
            _whole(at, name, 1, longest + 1): _whole(count, name)
            for at, count in _pairs(members[name], name)
        }
        for name in ("failures", "vain")
    )
    slices = _whole(members["slices"], "slices")
    checks = tuple(_of_kind(members["checks"], list, "checks"))
    for row in checks:
        if not isinstance(row, str) or len(row) != best or row.strip("01"):
            raise ValueError(f"checks: must be rows of {best} zeros and ones")
    closed = tuple(
        _whole(at, "closed", 1, longest + 1) for at in _of_kind(members["closed"], list, "closed")
    )
    return Row(
        dimension, floor, length, best, failures, slices, checks, family, longest, closed, vain
    )


def _spent(value: Any) -> dict[Size, int]:
    return {
        _size(_of_kind(size, list, "spent")): _whole(n, "spent")
        for size, n in _pairs(value, "spent")
    }


def _size(parts: list[Any]) -> Size:
    family, *numbers = parts or [None]
    return (_family(family, "spent"), *(_whole(part, "spent") for part in numbers))


def _lanes(value: Any) -> dict[str, tuple[int, int]]:
    lanes = {}
    for name, work in _pairs(value, "lanes"):
        if len(_of_kind(work, list, "lanes")) != 2:
            raise ValueError("lanes: must have two numbers each")
        lanes[_family(name, "lanes")] = (_whole(work[0], "lanes"), _whole(work[1], "lanes"))
    return lanes


def _family(value: Any, name: str) -> str:
    if not isinstance(value, str) or value not in FAMILY_NAMES:
        raise ValueError(f"{name}: must name one of {', '.join(FAMILY_NAMES)}")
    return str(value)


def _records(value: Any, spec: SearchSpec) -> Iterator[CodeRecord]:
    for number, entry in enumerate(_of_kind(value, list, "records")):
        record = _record(_of_kind(entry, list, "records"))
        if record is None or not spec.met_by(record.n, record.k, record.d, record.w, record.q):
            raise ValueError(f"records: number {number} must be a code that meets the request")
        yield record


def _record(values: list[Any]) -> CodeRecord | None:
    """Read the events of one record back, with all the care that an archive takes."""
    events = (
        read_event(str(index), _of_kind(event, dict, "records"), Source())
        for index, event in enumerate(values)
    )
    found = State(event for event in events if event is not None)
    return found.view(found.keys[0]).record if len(found.keys) == 1 else None


def _below(prefix: str, arrays: Arrays) -> Arrays:
    start = f"{prefix}/"
    return {n.removeprefix(start): value for n, value in arrays.items() if n.startswith(start)}


def _tally(prefix: str, arrays: Arrays) -> Tally:
    tally = _below(prefix, arrays)
    check_tally(tally)
    return tally


def _pairs(value: Any, name: str) -> Iterator[tuple[Any, Any]]:
    for entry in _of_kind(value, list, name):
        if len(_of_kind(entry, list, name)) != 2:
            raise ValueError(f"{name}: must be a list of pairs")
        yield entry[0], entry[1]


def _whole(value: Any, name: str, least: int = 0, most: int = _MAX_COUNT) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{name}: must be a whole number from {least} to {most}")
    return value


def _of_kind(value: Any, kind: type[Kind], name: str) -> Kind:
    if not isinstance(value, kind):
        raise ValueError(f"{name}: must be of type {kind.__name__}")
    return value
