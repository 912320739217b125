"""Every named quantum code has valid schedules, and faithful circuits for every model."""

import numpy as np
import pytest
from circuit_codes import memories, turned

from qcode_rl.archive import example
from qcode_rl.codes import ClassicalCode, CSSCode, StabilizerCode, hypergraph_product
from qcode_rl.codes.bicycle import PUBLISHED, bivariate_bicycle
from qcode_rl.codes.named import NAMES, classical_code, named_code
from qcode_rl.codes.surfaces import rotated_surface
from qcode_rl.decoding.circuits import memory_circuit
from qcode_rl.decoding.noise import noise_of
from qcode_rl.decoding.order_search import SCHEDULES, schedule_for
from qcode_rl.decoding.orders import bicycle, coloring, layers, zigzag
from qcode_rl.decoding.schedules import Schedule, require_valid, symplectic_checks
from qcode_rl.decoding.verification import require_faithful
from qcode_rl.errors import InputError

QuantumCode = CSSCode | StabilizerCode

#: Named quantum codes, and products of named classical codes, by the number of their qubits.
SMALL = (
    *(f"surface-{d}" for d in range(2, 8)),
    *(f"rotated-surface-{d}" for d in range(2, 11)),
    *(f"toric-{d}" for d in range(2, 8)),
    "steane",
    "five-qubit",
    "shor-3-3",
    "carbon",
    "xzzx-2-3",
    "twisted-toric-2-2",
    "colour-5",
    "square-octagon-colour-5",
    "quantum-hamming-3",
    "quantum-reed-muller-4",
    "quantum-golay",
    "gottesman-3",
    "perfect-2",
    "quadratic-residue-13",
    "eleven",
    "seventeen",
    "bicycle-72-12",
    "bicycle-90-8",
    "repetition-3 x hamming-3",
    "ring-3 x repetition-4",
    "hamming-3 x simplex-3",
    "best-5-2 x best-6-3",
)
LARGE = (
    *(f"surface-{d}" for d in range(8, 13)),
    *(f"rotated-surface-{d}" for d in range(11, 18)),
    *(f"toric-{d}" for d in range(8, 13)),
    "bicycle-108-8",
    "bicycle-144-12",
    "bicycle-288-12",
    "hamming-3 x hamming-4",
    "reed-muller-1-3 x best-11-6",
)
#: Edges up to which a search for a schedule is a matter of a second.
_SEARCHED = 60
#: Qubits beyond which one noise of each model is enough.
_BRIEF = 20


def code_of(name: str) -> QuantumCode:
    if " x " in name:
        return hypergraph_product(*map(classical_code, name.split(" x ")))
    code = named_code(name)
    assert isinstance(code, CSSCode | StabilizerCode)
    return code


def has_published_schedule(name: str) -> bool:
    return name.startswith(("rotated-surface", "bicycle"))


def schedules_of(name: str, code: QuantumCode) -> list[Schedule]:
    """The schedule that is chosen for a code, as far as that is quick, and the generic ones."""
    quick = has_published_schedule(name) or symplectic_checks(code).sum() <= _SEARCHED
    first = "auto" if quick else "coloring"
    return [schedule_for(code, kind) for kind in (first, "layers")]


def require_good_circuits(code: QuantumCode, schedules: list[Schedule]) -> None:
    for schedule in schedules:
        require_valid(schedule, symplectic_checks(code))
        # Circuits differ in kind with the noise, not with the size.
        for memory in memories(code, schedule, brief=code.num_qubits > _BRIEF):
            require_faithful(memory)


@pytest.mark.parametrize("name", SMALL)
def test_circuits_of_small_named_codes_are_faithful(name: str) -> None:
    code = code_of(name)
    assert code.num_qubits <= 100
    require_good_circuits(code, schedules_of(name, code))


@pytest.mark.long
@pytest.mark.parametrize("name", LARGE)
def test_circuits_of_large_named_codes_are_faithful(name: str) -> None:
    code = code_of(name)
    assert 100 < code.num_qubits <= 350
    require_good_circuits(code, schedules_of(name, code))


def example_codes(least: int, most: int) -> list[QuantumCode]:
    return [each.code for each in example().records() if least <= each.n <= most]


def test_circuits_of_small_archived_codes_are_faithful() -> None:
    codes = example_codes(1, 100)
    assert len(codes) > 5
    for code in codes:
        require_good_circuits(code, [coloring(code)])


@pytest.mark.long
def test_circuits_of_large_archived_codes_are_faithful() -> None:
    codes = example_codes(101, 300)
    assert len(codes) > 5
    for code in codes:
        require_good_circuits(code, [coloring(code), layers(code)])


def test_no_family_of_quantum_codes_is_left_out() -> None:
    numbers = {"bicycle": "-72-12", "best": "-5-2", "bch": "-7-3", "reed-muller": "-1-3"}
    numbers["quadratic-residue"] = "-13"
    quantum = set()
    for syntax in NAMES:
        words = syntax.split("-")
        family = "-".join(word for word in words if not word.isupper())
        code = named_code(family + numbers.get(family, "-3" * sum(map(str.isupper, words))))
        if not isinstance(code, ClassicalCode):
            quantum.add(family)
    assert quantum == {name.rstrip("0123456789-") for name in SMALL if " x " not in name}


@pytest.mark.parametrize("name", ["rotated-surface-3", "rotated-surface-5", "steane", "surface-3"])
@pytest.mark.parametrize("seed", range(2))
def test_circuits_of_codes_with_turned_qubits_are_faithful(name: str, seed: int) -> None:
    code = code_of(name)
    assert isinstance(code, CSSCode)
    turns = np.random.default_rng(seed).integers(0, 3, code.num_qubits)
    mixed = turned(code, turns)
    assert any("Y" in string for string in mixed.pauli_strings)
    require_good_circuits(mixed, [layers(mixed)])


@pytest.mark.parametrize("d", [3, 5])
def test_circuits_of_the_xzzx_code_are_faithful(d: int) -> None:
    # Bonilla Ataides et al., arXiv:2009.07851: Hadamards on every second qubit.
    code = turned(rotated_surface(d), np.arange(d * d) % d % 2 ^ np.arange(d * d) // d % 2)
    letters = {string.replace("I", "") for string in code.pauli_strings}
    assert letters == {"XZZX", "XZ", "ZX"}
    require_good_circuits(code, [layers(code)])
    # Gates on a qubit change with it: the order of the surface code serves.
    require_good_circuits(code, [zigzag(rotated_surface(d))])


def test_searches_find_a_faithful_schedule_of_mixed_checks() -> None:
    code = turned(rotated_surface(3), np.arange(9) % 3)
    require_good_circuits(code, [schedule_for(code, "auto")])


# Bad schedules, each with its message.

STEPS = zigzag(rotated_surface(3)).steps


def without(step: int, edge: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    kept = STEPS[step][:edge] + STEPS[step][edge + 1 :]
    return (*STEPS[:step], kept, *STEPS[step + 1 :])


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ((), "every check must meet each of its qubits once, and no other; see (check, qubit) = "),
        (without(2, 1), "each of its qubits once, and no other; see (check, qubit) = "),
        ((*STEPS, ((0, 8),)), "each of its qubits once, and no other; see (check, qubit) = (0, 8)"),
        ((*STEPS, STEPS[0][:1]), "once, and no other; see (check, qubit) = "),
        ((*STEPS, ((8, 0),)), "once, and no other; see (check, qubit) = (8, 0)"),
        ((*STEPS[:2], STEPS[2] + STEPS[3]), " is busy twice at 2"),
        ((*STEPS[2:], *STEPS[:2]), " get entangled"),
        ((STEPS[0], STEPS[2], STEPS[3], STEPS[1]), " get entangled"),
    ],
)
def test_bad_schedules_are_refused(
    steps: tuple[tuple[tuple[int, int], ...], ...], message: str
) -> None:
    code = rotated_surface(3)
    schedule = Schedule("mine", steps)
    for refuse in (
        lambda: require_valid(schedule, symplectic_checks(code)),
        lambda: memory_circuit(code, noise_of("circuit", 1e-3), schedule=schedule),
    ):
        with pytest.raises(InputError) as caught:
            refuse()
        assert str(caught.value).startswith("schedule mine: ")
        assert message in str(caught.value)


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        ((((0, 0), (0, 1)), ((1, 0),), ((1, 1),)), "check 0 is busy twice at 0"),
        ((((0, 0),), ((0, 1), (1, 1)), ((1, 0),)), "qubit 1 is busy twice at 1"),
        ((((0, 0),), ((1, 0), (0, 1)), ((1, 1),)), None),
        ((((0, 0), (1, 1)), ((0, 1), (1, 0))), "checks 0 and 1 get entangled"),
    ],
)
def test_the_first_fault_of_a_schedule_is_named(
    steps: tuple[tuple[tuple[int, int], ...], ...], what: str | None
) -> None:
    checks = StabilizerCode.from_pauli_strings(["XX", "ZZ"]).checks
    if what is None:
        return require_valid(Schedule("mine", steps), checks)
    with pytest.raises(InputError) as caught:
        require_valid(Schedule("mine", steps), checks)
    assert str(caught.value) == f"schedule mine: {what}"
    return None


def test_circuit_noise_needs_a_schedule() -> None:
    with pytest.raises(InputError, match="schedule: circuit noise needs one, got none"):
        memory_circuit(rotated_surface(3), noise_of("circuit", 1e-3))


def test_unknown_names_of_schedules_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        schedule_for(rotated_surface(3), "fast")
    assert str(caught.value) == f"schedule: must be one of {', '.join(SCHEDULES)}, got 'fast'"


# Published schedules.


@pytest.mark.parametrize("name", ["surface-3", "steane", "toric-3", "bicycle-72-12"])
def test_zigzag_refuses_other_codes(name: str) -> None:
    with pytest.raises(InputError, match="schedule: zigzag is for rotated surface codes, got "):
        schedule_for(code_of(name), "zigzag")


@pytest.mark.parametrize("name", ["zigzag", "bicycle"])
def test_published_schedules_refuse_codes_that_are_not_css(name: str) -> None:
    with pytest.raises(InputError, match=f"schedule: {name} is for CSS codes, got Stabilizer"):
        schedule_for(code_of("five-qubit"), name)


@pytest.mark.parametrize("d", [2, 3, 4, 5])
@pytest.mark.parametrize("exchanged", [False, True])
def test_zigzag_takes_rows_in_any_order_and_x_and_z_exchanged(d: int, exchanged: bool) -> None:
    rng, model = np.random.default_rng(d), rotated_surface(d)
    parts = [rng.permutation(model.x_checks), rng.permutation(model.z_checks)]
    code = CSSCode(*parts[:: -1 if exchanged else 1])
    schedule = schedule_for(code)
    assert (schedule.name, schedule.num_steps) == ("zigzag", 4)
    require_good_circuits(code, [schedule])
    for basis in "ZX":
        memory = memory_circuit(
            code, noise_of("circuit", 1e-3), rounds=2, basis=basis, schedule=schedule
        )
        assert len(memory.circuit.shortest_graphlike_error()) == d


def test_zigzag_refuses_qubits_in_another_order() -> None:
    model, order = rotated_surface(3), np.roll(np.arange(9), 1)
    with pytest.raises(InputError, match="zigzag is for rotated surface codes"):
        zigzag(CSSCode(model.x_checks[:, order], model.z_checks[:, order]))


@pytest.mark.parametrize("nk", [nk for nk in PUBLISHED if nk[0] <= 144])
@pytest.mark.parametrize("hadamards", [False, True])
def test_the_schedule_of_bicycle_codes_has_seven_steps(
    nk: tuple[int, int], hadamards: bool
) -> None:
    # Bravyi et al., arXiv:2308.07915: depth 7, or 8 with the moment in which X ancillas are
    # measured and prepared anew.
    code = bivariate_bicycle(*PUBLISHED[nk])
    schedule = schedule_for(code)
    assert (schedule.name, schedule.num_steps) == ("bicycle", 7)
    require_valid(schedule, symplectic_checks(code))
    memory = memory_circuit(
        code, noise_of("circuit", 1e-3), rounds=2, schedule=schedule, hadamards=hadamards
    )
    assert memory.depth == (10 if hadamards else 8)


@pytest.mark.parametrize("name", ["toric-3", "rotated-surface-3", "steane", "surface-3"])
def test_the_bicycle_schedule_refuses_other_codes(name: str) -> None:
    with pytest.raises(InputError, match="schedule: bicycle is for bivariate bicycle codes, got "):
        schedule_for(code_of(name), "bicycle")


def test_the_bicycle_schedule_refuses_shuffled_rows_and_other_weights() -> None:
    code = bivariate_bicycle(*PUBLISHED[72, 12])
    shuffled = CSSCode(np.roll(code.x_checks, 1, axis=0), code.z_checks)
    heavier = bivariate_bicycle(6, 6, ((3, 0), (0, 1)), ((0, 3), (1, 0), (2, 0)))
    for other in (shuffled, heavier):
        with pytest.raises(InputError, match="bicycle is for bivariate bicycle codes"):
            bicycle(other)


@pytest.mark.parametrize("name", [name for name in SMALL if isinstance(code_of(name), CSSCode)])
def test_a_colouring_has_as_few_steps_as_weights_and_degrees_allow(name: str) -> None:
    code = code_of(name)
    assert isinstance(code, CSSCode)
    fewest = sum(
        max(part.sum(axis=1).max(), part.sum(axis=0).max())
        for part in (code.x_checks, code.z_checks)
    )
    for rng in (None, np.random.default_rng(0)):
        schedule = coloring(code, rng)
        assert schedule.num_steps == fewest
        require_valid(schedule, symplectic_checks(code))


@pytest.mark.parametrize("name", ["coloring", "layers", "auto"])
def test_schedules_do_not_depend_on_when_they_are_made(name: str) -> None:
    schedule, again = (schedule_for(code_of("five-qubit"), name) for _ in range(2))
    assert schedule == again


def test_a_search_ends_where_the_distance_of_the_code_is_reached() -> None:
    code = code_of("steane")
    assert schedule_for(code, "search", distance=1).steps == coloring(code).steps
