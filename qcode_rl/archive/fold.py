"""The fold: from a set of events to what is known of each code.

The state is no more than the set of events, by id; merging is union, hence commutative, associative
and idempotent, and what is known is a function of the set alone: lower bounds by max, upper by min,
counts of logical errors by sum.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from qcode_rl.archive.counts import TaskCounts, readable_order, total
from qcode_rl.archive.events import Bound, CodeEvent, CountsEvent, Event, EvidenceEvent
from qcode_rl.archive.listing import Conflict
from qcode_rl.archive.presentation import Parameters, StabilizerChecks
from qcode_rl.archive.records import CodeRecord
from qcode_rl.archive.segments import Damage
from qcode_rl.distance import Distance

_NOTHING_PROVED = Bound("", 1, None, "")


@dataclass(frozen=True)
class View:
    """What is known of one code.

    Attributes:
        record: the code, `None` if all that is held of it is evidence.
        conflicts: contradictions; the record then keeps only what has a witness.
        damage: evidence that does not fit the code, and counts for nothing.
    """

    record: CodeRecord | None
    conflicts: list[Conflict] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)


class Shape(NamedTuple):
    """What the fold asks of a code.

    Attributes:
        n: qubits.
        k: logical qubits.
        css: whether it is held as a CSS code.
    """

    n: int
    k: int
    css: bool


class Weighed(NamedTuple):
    """What evidence comes to.

    Attributes:
        distance: what is known of the distance; `None` without any witness.
        conflicts: where bounds contradict each other.
        damage: evidence that does not fit the code, and counts for nothing.
    """

    distance: Distance | None
    conflicts: list[Conflict]
    damage: list[Damage]


class State:
    """A set of events, sorted by code.

    Args:
        events: the first of them.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._codes: dict[str, dict[str, CodeEvent]] = {}
        self._evidence: dict[str, dict[str, EvidenceEvent]] = {}
        self._counts: dict[str, dict[str, CountsEvent]] = {}
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        """Add an event; nothing changes if it is there already."""
        if isinstance(event, CodeEvent):
            self._codes.setdefault(event.key, {}).setdefault(event.id, event)
        elif isinstance(event, CountsEvent):
            self._counts.setdefault(event.key, {}).setdefault(event.id, event)
        else:
            self._evidence.setdefault(event.key, {}).setdefault(event.id, event)

    def __iter__(self) -> Iterator[Event]:
        for codes in self._codes.values():
            yield from codes.values()
        for evidence in self._evidence.values():
            yield from evidence.values()
        for counts in self._counts.values():
            yield from counts.values()

    def __or__(self, other: "State") -> "State":
        return State([*self, *other])

    @property
    def keys(self) -> list[str]:
        """The keys of all codes, sorted."""
        return sorted(self._codes)

    @property
    def counted(self) -> list[str]:
        """The keys of all codes whose logical errors were counted, archived or not, sorted."""
        return sorted(self._counts)

    def codes(self, key: str) -> list[CodeEvent]:
        """Return how often a code was found: the presentation to show first, then by date."""
        return sorted(self._codes.get(key, {}).values(), key=_preference)

    def evidence(self, key: str) -> list[EvidenceEvent]:
        """Return what was learnt of a code, by event id."""
        return sorted(self._evidence.get(key, {}).values(), key=lambda event: event.id)

    def counts(self, key: str) -> tuple[list[TaskCounts], list[Damage]]:
        """Add up the counts of a code's logical errors.

        Args:
            key: the code's key; the code itself need not be known.

        Returns:
            The sums, one a task, sorted so as to be read; and the counts left out of them, because
            they tell another experiment than those of least event id of the same task.
        """
        return add_up(self._counts.get(key, {}).values())

    def view(self, key: str, rejected: Collection[str] = ()) -> View:
        """Return what is known of a code.

        Args:
            key: the code's key.
            rejected: ids of events that were found to be false, and count for nothing.

        Returns:
            The record, with the lightest presentation held, and what is wrong with its evidence.
        """
        codes = [event for event in self.codes(key) if event.id not in rejected]
        if not codes:
            return View(None)
        best = codes[0]
        weighed = weigh(key, shape_of(best), self.evidence(key), rejected)
        record = CodeRecord(best.presentation, best.family, weighed.distance, best.provenance, key)
        return View(record, weighed.conflicts, weighed.damage)


def shape_of(event: CodeEvent) -> Shape:
    """Return what the fold asks of a code, from its checks."""
    n, k, *_ = event.presentation.parameters
    return Shape(n, k, not isinstance(event.presentation, StabilizerChecks))


def preference(parameters: Parameters, created: str, identity: str) -> tuple[int, int, str, str]:
    """Return the key that sorts findings of a code: the one to show comes first."""
    return parameters.w, parameters.q, created, identity


def weigh(
    key: str, code: Shape, evidence: Iterable[EvidenceEvent], rejected: Collection[str] = ()
) -> Weighed:
    """Combine the evidence on a code's distance.

    Args:
        key: the code's key.
        code: what it must fit.
        evidence: in the order in which damage is to be told.
        rejected: ids of events that count for nothing.

    Returns:
        What is known of the distance, and what is wrong with the evidence.
    """
    bounds: list[Bound] = []
    damage: list[Damage] = []
    for event in evidence:
        fault = _misfit(event, code)
        if fault:
            damage.append(event.source.damage(fault))
        elif event.id not in rejected:
            bounds += event.bounds
    return Weighed(*combine(key, bounds), damage)


def add_up(events: Iterable[CountsEvent]) -> tuple[list[TaskCounts], list[Damage]]:
    """Add up the counts of one code's logical errors; see `State.counts`."""
    tasks: dict[str, list[CountsEvent]] = {}
    damage: list[Damage] = []
    for event in sorted(events, key=lambda event: event.id):
        same = tasks.setdefault(event.counts.task, [])
        if same and event.counts.experiment != same[0].counts.experiment:
            damage.append(event.source.damage(_other_experiment(event, same[0])))
        else:
            same.append(event)
    sums = [total(event.counts for event in same) for same in tasks.values()]
    return sorted(sums, key=readable_order), damage


def combine(key: str, bounds: Iterable[Bound]) -> tuple[Distance | None, list[Conflict]]:
    """Combine bounds: the greatest lower and the least upper one.

    Args:
        key: the code's key, to name in a conflict.
        bounds: bounds in any order.

    Returns:
        The distance (`None` without any witness), and where bounds contradict each other. There the
        lower bound is left out: a witness can be checked, a proof was only reported.
    """
    held = list(bounds)
    conflicts: list[Conflict] = []
    dx, dz = (_part(key, pauli, held, conflicts) for pauli in ("X", "Z"))
    if dx and dz:
        # d = min(dx, dz), and so for what is proved of them.
        least = min(dx, dz, key=lambda part: part.lower)
        held.append(Bound("", least.lower, None, least.method))
    return _part(key, "", held, conflicts, dx, dz), conflicts


def _part(
    key: str,
    pauli: str,
    held: list[Bound],
    conflicts: list[Conflict],
    dx: Distance | None = None,
    dz: Distance | None = None,
) -> Distance | None:
    """Combine the bounds on operators of one Pauli type, or ("") of any; note a contradiction."""
    # A proof about all operators holds for each type; a witness of any type bounds them all.
    proofs = [b for b in held if b.pauli in (pauli, "")]
    witnessed = [b for b in held if pauli in (b.pauli, "") and b.witness]
    if not witnessed:
        return None
    upper = min(witnessed, key=_witness_order)
    lower = max(proofs, key=_proof_order, default=_NOTHING_PROVED)
    weight = upper.weight
    if lower.lower > weight:
        methods = (lower.method, upper.method)
        conflicts.append(Conflict(key, pauli, lower.lower, weight, methods))
        return Distance(1, weight, upper.witness, upper.method, dx=dx, dz=dz)
    names = [lower.method] if lower.lower > 1 else []
    if lower.lower < weight or not names:
        names.append(upper.method)
    method = ", ".join(dict.fromkeys(names))
    return Distance(lower.lower, weight, upper.witness, method, dx=dx, dz=dz)


def _preference(event: CodeEvent) -> tuple[int, int, str, str]:
    return preference(event.presentation.parameters, event.provenance.created, event.id)


def _proof_order(bound: Bound) -> tuple[int, str]:
    return bound.lower, bound.method


def _witness_order(bound: Bound) -> tuple[int, str, str, tuple[tuple[int, ...], ...]]:
    positions = (bound.witness.x, bound.witness.z) if bound.witness else ()
    return bound.weight, bound.pauli, bound.method, positions


def _misfit(event: EvidenceEvent, code: Shape) -> str | None:
    """Return why evidence cannot be of a code, as far as its parameters tell."""
    n = code.n
    if code.k == 0:
        return "bounds the distance of a code that has none (k = 0)"
    # Nor could a distance be told from these: d = min(dx, dz) is a law of CSS codes.
    if not code.css and any(bound.pauli for bound in event.bounds):
        return "bounds operators of one Pauli type of a code that is not CSS"
    for bound in event.bounds:
        positions = (*bound.witness.x, *bound.witness.z) if bound.witness else ()
        if max(positions, default=0) >= n or bound.lower > n:
            return f"its bounds do not fit a code of {n} qubits"
    return None


def _other_experiment(event: CountsEvent, first: CountsEvent) -> str:
    task = event.counts.task[:12]
    return f"counts of task {task}: its experiment is not that of event {first.id}"
