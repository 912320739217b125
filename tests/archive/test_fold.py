"""The fold's laws, and what it makes of bounds."""

from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.archive import Bound, CodeRecord, Counts, CountsEvent, EvidenceEvent, TaskCounts
from qcode_rl.archive.events import CodeEvent, Event, Source
from qcode_rl.archive.fold import State, combine
from qcode_rl.archive.presentation import present
from qcode_rl.archive.records import Provenance
from qcode_rl.codes import hypergraph_product
from qcode_rl.distance import Witness

CODES = [hypergraph_product(h) for h in ([[1, 1, 0], [0, 1, 1]], [[1, 1, 1]], [[1, 1], [1, 1]])]


def witness(pauli: str, weight: int) -> Witness:
    support = tuple(range(weight))
    return Witness(z=support) if pauli == "Z" else Witness(x=support)


bounds = st.builds(
    lambda pauli, lower, weight, method: Bound(
        pauli, lower, witness(pauli, weight) if weight else None, method
    ),
    st.sampled_from(["", "X", "Z"]),
    st.integers(1, 4),
    st.integers(0, 5),
    st.sampled_from(["walk", "search"]),
)
evidence = st.builds(
    lambda code, held: EvidenceEvent(repr((code.key, held)), code.key, tuple(held), Source()),
    st.sampled_from(CODES),
    st.lists(bounds, min_size=1, max_size=3),
)
findings = st.builds(
    lambda code, run: CodeEvent(
        f"{code.key}{run}", code.key, "hgp", present(code), Provenance(run=run), Source()
    ),
    st.sampled_from(CODES),
    st.sampled_from("abc"),
)
counts = st.builds(
    lambda key, task, p, errors, seconds: CountsEvent(
        repr((key, task, p, errors, seconds)),
        key,
        Counts(task * 64, {"p": p}, 10, errors, 0, seconds),
        Source(),
    ),
    # Also of a code that is not there.
    st.sampled_from([CODES[0].key, "0" * 64]),
    st.sampled_from("ab"),
    # Mostly the same: another one of the same task is damage.
    st.sampled_from([0.1, 0.1, 0.1, 0.2]),
    st.integers(0, 10),
    st.floats(0, 1e9),
)
event_lists = st.lists(st.one_of(evidence, findings, counts), max_size=8)


Known = tuple[
    list[tuple[CodeRecord | None, list[str], set[str]]], list[tuple[list[TaskCounts], list[str]]]
]


def known(state: State) -> Known:
    """Return all that a reader can learn from a state."""
    views = [(key, state.view(key)) for key in state.keys]
    added = [state.counts(key) for key in state.counted]
    return [
        (view.record, [str(c) for c in view.conflicts], {e.id for e in state.evidence(key)})
        for key, view in views
    ], [(sums, [str(d) for d in damage]) for sums, damage in added]


@given(event_lists, event_lists)
def test_merging_is_commutative(one: list[Event], two: list[Event]) -> None:
    assert known(State(one) | State(two)) == known(State(two) | State(one))


@given(event_lists, event_lists, event_lists)
def test_merging_is_associative(one: list[Event], two: list[Event], three: list[Event]) -> None:
    a, b, c = State(one), State(two), State(three)
    assert known((a | b) | c) == known(a | (b | c))


@given(event_lists)
def test_merging_is_idempotent(events: list[Event]) -> None:
    state = State(events)
    assert known(state | state) == known(state) == known(State([*events, *events]))


@given(event_lists, st.randoms())
def test_the_order_of_events_does_not_matter(events: list[Event], random: object) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert known(State(shuffled)) == known(State(events))


@given(st.lists(bounds, max_size=6))
def test_bounds_combine_to_the_tightest_interval_or_a_conflict(held: list[Bound]) -> None:
    distance, conflicts = combine("0" * 64, held)
    weights = [b.weight for b in held if b.witness]
    if not weights:
        assert distance is None
        return
    assert distance is not None
    assert distance.upper == min(weights)
    lower = max([b.lower for b in held if not b.pauli], default=1)
    if not conflicts:
        assert distance.lower >= lower
    if lower > min(weights):
        assert conflicts


def test_a_lower_bound_above_a_witness_is_reported_and_not_believed() -> None:
    distance, conflicts = combine(
        "f" * 64, [Bound("", 5, None, "proof"), Bound("", 1, witness("X", 4), "sampling")]
    )
    assert str(distance) == "<=4"
    assert [str(c) for c in conflicts] == [
        "code ffffffffffff: d >= 5 (proof) contradicts d <= 4 (sampling)"
    ]


def test_bounds_from_two_methods_close_an_interval() -> None:
    held = [Bound("", 3, None, "clusters"), Bound("", 1, witness("X", 4), "sampling")]
    distance, _ = combine("0" * 64, held)
    assert str(distance) == "3..4"
    assert distance is not None
    assert distance.method == "clusters, sampling"
    distance, _ = combine("0" * 64, [*held, Bound("", 4, None, "clusters")])
    assert str(distance) == "4"
    assert distance is not None
    assert distance.method == "clusters"


def test_proofs_for_both_pauli_types_prove_the_distance() -> None:
    held = [Bound("X", 5, witness("X", 5), "walk"), Bound("Z", 3, witness("Z", 3), "walk")]
    distance, conflicts = combine("0" * 64, held)
    assert str(distance) == "3"
    assert distance is not None
    assert (str(distance.dx), str(distance.dz)) == ("5", "3")
    assert not conflicts


def test_evidence_that_cannot_be_of_its_code_is_damage() -> None:
    code = CODES[0]
    finding = CodeEvent("1", code.key, "hgp", present(code), Provenance(), Source())
    far = EvidenceEvent("2", code.key, (Bound("X", 1, Witness(x=(13,)), "m"),), Source(line=7))
    view = State([finding, far]).view(code.key)
    assert view.record is not None
    assert view.record.distance is None
    assert [(d.line, d.reason) for d in view.damage] == [
        (7, "its bounds do not fit a code of 13 qubits")
    ]
