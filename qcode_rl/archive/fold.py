"""The fold: from a set of events to what is known of each code.

The state is no more than the set of events, by id; merging is union, hence commutative, associative
and idempotent, and what is known is a function of the set alone: lower bounds by max, upper by min,
counts of logical errors by sum.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from qcode_rl.archive.counts import TaskCounts, readable_order, total
from qcode_rl.archive.events import Bound, CodeEvent, CountsEvent, Event, EvidenceEvent
from qcode_rl.archive.presentation import StabilizerChecks
from qcode_rl.archive.records import CodeRecord
from qcode_rl.archive.segments import Damage
from qcode_rl.distance import Distance

_NOTHING_PROVED = Bound("", 1, None, "")


@dataclass(frozen=True)
class Conflict:
    """Bounds that contradict each other: one of the two claims is wrong.

    Attributes:
        key: the code.
        pauli: "X" or "Z" for the bounds of that type of operator, "" for the distance.
        lower: the lower bound, greater than `upper`.
        upper: the weight of the witness.
        methods: how the two were reached.
    """

    key: str
    pauli: str
    lower: int
    upper: int
    methods: tuple[str, str]

    def __str__(self) -> str:
        name = f"d{self.pauli.lower()}"
        return (
            f"code {self.key[:12]}: {name} >= {self.lower} ({self.methods[0]}) contradicts "
            f"{name} <= {self.upper} ({self.methods[1]})"
        )


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
        tasks: dict[str, list[CountsEvent]] = {}
        damage: list[Damage] = []
        for event in sorted(self._counts.get(key, {}).values(), key=lambda event: event.id):
            same = tasks.setdefault(event.counts.task, [])
            if same and event.counts.experiment != same[0].counts.experiment:
                damage.append(event.source.damage(_other_experiment(event, same[0])))
            else:
                same.append(event)
        sums = [total(event.counts for event in same) for same in tasks.values()]
        return sorted(sums, key=readable_order), damage

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
        bounds: list[Bound] = []
        damage: list[Damage] = []
        for event in self.evidence(key):
            fault = _misfit(event, best)
            if fault:
                damage.append(event.source.damage(fault))
            elif event.id not in rejected:
                bounds += event.bounds
        distance, conflicts = combine(key, bounds)
        record = CodeRecord(best.presentation, best.family, distance, best.provenance, key)
        return View(record, conflicts, damage)


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
    whole = _part(key, "", held, conflicts)
    return whole and replace(whole, dx=dx, dz=dz), conflicts


def _part(key: str, pauli: str, held: list[Bound], conflicts: list[Conflict]) -> Distance | None:
    """Combine the bounds on operators of one Pauli type, or ("") of any; note a contradiction."""
    # A proof about all operators holds for each type; a witness of any type bounds them all.
    proofs = [b for b in held if b.pauli in (pauli, "")]
    witnessed = [b for b in held if pauli in (b.pauli, "") and b.witness]
    if not witnessed:
        return None
    upper = min(witnessed, key=_witness_order)
    lower = max(proofs, key=_proof_order, default=_NOTHING_PROVED)
    if lower.lower > upper.weight:
        methods = (lower.method, upper.method)
        conflicts.append(Conflict(key, pauli, lower.lower, upper.weight, methods))
        return Distance(1, upper.weight, upper.witness, upper.method)
    names = [lower.method] if lower.lower > 1 else []
    if lower.lower < upper.weight or not names:
        names.append(upper.method)
    method = ", ".join(dict.fromkeys(names))
    return Distance(lower.lower, upper.weight, upper.witness, method)


def _preference(event: CodeEvent) -> tuple[int, int, str, str]:
    parameters = event.presentation.parameters
    return parameters.w, parameters.q, event.provenance.created, event.id


def _proof_order(bound: Bound) -> tuple[int, str]:
    return bound.lower, bound.method


def _witness_order(bound: Bound) -> tuple[int, str, str, str]:
    return bound.weight, bound.pauli, bound.method, repr(bound.witness)


def _misfit(event: EvidenceEvent, code: CodeEvent) -> str | None:
    """Return why evidence cannot be of a code, as far as its parameters tell."""
    n, k, *_ = code.presentation.parameters
    if k == 0:
        return "bounds the distance of a code that has none (k = 0)"
    # Nor could a distance be told from these: d = min(dx, dz) is a law of CSS codes.
    if isinstance(code.presentation, StabilizerChecks) and any(b.pauli for b in event.bounds):
        return "bounds operators of one Pauli type of a code that is not CSS"
    for bound in event.bounds:
        positions = (*bound.witness.x, *bound.witness.z) if bound.witness else ()
        if max(positions, default=0) >= n or bound.lower > n:
            return f"its bounds do not fit a code of {n} qubits"
    return None


def _other_experiment(event: CountsEvent, first: CountsEvent) -> str:
    task = event.counts.task[:12]
    return f"counts of task {task}: its experiment is not that of event {first.id}"
