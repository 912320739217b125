"""Circuit distances: known values, and schedules chosen by them."""

import pytest

from qcode_rl.codes import CSSCode, hypergraph_product
from qcode_rl.codes.named import classical_code, named_code
from qcode_rl.decoding.circuit_distance import circuit_distance
from qcode_rl.decoding.circuits import MemoryCircuit, memory_circuit, relevant_part
from qcode_rl.decoding.experiments import QuantumCode
from qcode_rl.decoding.noise import noise_of
from qcode_rl.decoding.order_search import SCHEDULES, schedule_for
from qcode_rl.decoding.verification import require_faithful
from qcode_rl.errors import InputError


def quantum(name: str) -> QuantumCode:
    code = named_code(name)
    assert not hasattr(code, "generator")
    return code  # type: ignore[return-value]


def experiment(code: QuantumCode, model: str, basis: str, schedule: str = "auto") -> MemoryCircuit:
    order = schedule_for(code, schedule) if model == "circuit" else None
    rounds = 1 if model == "capacity" else 2
    noise = noise_of(model, 0.01)
    return memory_circuit(code, noise, rounds=rounds, basis=basis, schedule=order)


@pytest.mark.parametrize("basis", ["Z", "X", "both"])
@pytest.mark.parametrize(
    ("name", "d"), [("steane", 3), ("five-qubit", 3), ("surface-4", 4), ("toric-3", 3)]
)
def test_under_code_capacity_it_is_the_distance_of_the_code(name: str, d: int, basis: str) -> None:
    assert circuit_distance(experiment(quantum(name), "capacity", basis)) == d


@pytest.mark.parametrize(("name", "d"), [("steane", 3), ("five-qubit", 3), ("surface-3", 3)])
def test_wrong_outcomes_do_not_lower_it(name: str, d: int) -> None:
    assert circuit_distance(experiment(quantum(name), "phenomenological", "Z")) == d


# Hook errors: one fault of an ancilla spreads to two qubits, enough for Steane's code.
@pytest.mark.parametrize(
    ("name", "schedule", "d"),
    [
        ("rotated-surface-3", "zigzag", 3),
        ("rotated-surface-5", "zigzag", 5),
        ("steane", "coloring", 2),
    ],
)
@pytest.mark.parametrize("basis", ["Z", "X"])
def test_circuits_have_their_known_distance(name: str, schedule: str, d: int, basis: str) -> None:
    assert circuit_distance(experiment(quantum(name), "circuit", basis, schedule)) == d


def test_an_edge_colouring_costs_a_surface_code_distance() -> None:
    reached = circuit_distance(experiment(quantum("rotated-surface-5"), "circuit", "Z", "coloring"))
    assert reached is not None
    assert reached < 5


def test_the_published_schedule_of_72_12_6_keeps_its_distance_and_a_generic_one_does_not() -> None:
    # arXiv:2308.07915 gives 6 as upper bound for its circuit; so is ours, by two searches.
    code = quantum("bicycle-72-12")
    assert circuit_distance(experiment(code, "circuit", "Z", "bicycle")) == 6
    assert (circuit_distance(experiment(code, "circuit", "Z", "coloring")) or 0) < 6


def test_leaving_out_detectors_of_the_other_type_changes_nothing() -> None:
    memory = experiment(quantum("steane"), "circuit", "Z", "coloring")
    part = relevant_part(memory)
    assert part.circuit.num_detectors < memory.circuit.num_detectors
    require_faithful(part)
    whole = memory.circuit.search_for_undetectable_logical_errors(
        dont_explore_detection_event_sets_with_size_above=6,
        dont_explore_edges_with_degree_above=6,
        dont_explore_edges_increasing_symptom_degree=False,
    )
    assert len(whole) == circuit_distance(memory)


def test_nothing_is_found_where_no_fault_is_possible() -> None:
    noise = noise_of("capacity", 0.1, "z")
    assert circuit_distance(memory_circuit(quantum("steane"), noise, basis="Z")) is None


def test_auto_takes_published_schedules_and_searches_elsewhere() -> None:
    names = {"rotated-surface-3": "zigzag", "bicycle-72-12": "bicycle", "steane": "search"}
    assert {name: schedule_for(quantum(name)).name for name in names} == names
    assert schedule_for(quantum("five-qubit"), "search").name == "search"


def test_a_search_is_repeatable_and_no_worse_than_the_first_order() -> None:
    code = quantum("rotated-surface-3")
    found = [schedule_for(code, "search", seed=3) for _ in range(2)]
    assert found[0] == found[1]
    reached, plain = (
        memory_circuit(code, noise_of("circuit", 0.01), rounds=2, schedule=order)
        for order in (found[0], schedule_for(code, "coloring"))
    )
    assert (circuit_distance(reached) or 0) >= (circuit_distance(plain) or 0)


def test_a_search_ends_where_the_distance_is_reached() -> None:
    # Products keep their distance whatever the order (Manes and Claes, arXiv:2308.15520).
    code = hypergraph_product(classical_code("hamming-3"))
    found = schedule_for(code, "search", distance=3)
    assert found.steps == schedule_for(code, "coloring").steps


@pytest.mark.parametrize(
    ("name", "schedule", "message"),
    [
        ("steane", "zigzig", "schedule: must be one of auto, zigzag, .*, got 'zigzig'"),
        ("steane", "zigzag", "schedule: zigzag is for rotated surface codes, got CSSCode"),
        ("steane", "bicycle", "schedule: bicycle is for bivariate bicycle codes, got CSSCode"),
        ("five-qubit", "zigzag", "schedule: zigzag is for CSS codes, got StabilizerCode"),
    ],
)
def test_a_schedule_that_is_none_or_for_other_codes_is_refused(
    name: str, schedule: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        schedule_for(quantum(name), schedule)


def test_every_schedule_has_a_line_of_help() -> None:
    assert all(line and "\n" not in line for line in SCHEDULES.values())


def test_a_code_without_checks_of_one_type_has_a_schedule() -> None:
    code = CSSCode([[1, 1, 0], [0, 1, 1]], [[0, 0, 0]])
    assert schedule_for(code, "coloring").num_steps == 2
