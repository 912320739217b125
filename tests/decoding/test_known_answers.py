"""Circuits and decoders against published answers, other generators and plain enumeration."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pymatching
import pytest
import stim
from circuit_codes import error_model, memories, small_codes
from hypothesis import given, settings
from hypothesis import strategies as st
from ldpc.bplsd_decoder import BpLsdDecoder
from ldpc.bposd_decoder import BpOsdDecoder
from numpy.typing import NDArray

from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.codes.named import named_code
from qcode_rl.codes.surfaces import rotated_surface
from qcode_rl.codes.symplectic import swap_halves
from qcode_rl.decoding import circuits
from qcode_rl.decoding.circuit_distance import circuit_distance
from qcode_rl.decoding.circuits import MemoryCircuit, memory_circuit, relevant_part
from qcode_rl.decoding.decoders import DecoderSpec, SinterDecoder
from qcode_rl.decoding.noise import CircuitNoise, noise_of
from qcode_rl.decoding.order_search import schedule_for
from qcode_rl.decoding.orders import coloring, layers, zigzag
from qcode_rl.decoding.schedules import NEVER, Schedule, schedule_of_times
from qcode_rl.decoding.verification import CircuitFault, require_faithful
from qcode_rl.errors import InputError

Bits = NDArray[np.uint8]
#: What an error flips: detectors by their coordinates, and observables.
Flipped = tuple[frozenset[tuple[int, ...]], frozenset[int]]


def stims_noise(p: float) -> CircuitNoise:
    """The noise of stim's generator: it has none on idle qubits."""
    return CircuitNoise(two_qubit=p, one_qubit=p, preparation=p, measurement=p, idle=0.0)


def stims_circuit(d: int, rounds: int, basis: str, p: float) -> stim.Circuit:
    return stim.Circuit.generated(
        f"surface_code:rotated_memory_{basis.lower()}",
        distance=d,
        rounds=rounds,
        after_clifford_depolarization=p,
        after_reset_flip_probability=p,
        before_measure_flip_probability=p,
    )


def our_circuit(code: CSSCode, rounds: int, basis: str, p: float) -> stim.Circuit:
    schedule = zigzag(code)
    return memory_circuit(
        code, stims_noise(p), rounds=rounds, basis=basis, schedule=schedule, hadamards=True
    ).circuit


def predictions(model: stim.DetectorErrorModel, spec: DecoderSpec, events: Bits) -> Bits:
    """Decode unpacked detection events to unpacked observables."""
    decoder = SinterDecoder(spec, code="a test").compile_decoder_for_dem(dem=model)
    packed = np.packbits(events, axis=1, bitorder="little")
    flips = decoder.decode_shots_bit_packed(bit_packed_detection_event_data=packed)
    return np.unpackbits(flips, axis=1, count=model.num_observables, bitorder="little")


def outcomes(model: stim.DetectorErrorModel) -> tuple[Bits, Bits, NDArray[np.float64]]:
    """Every set of errors of a model: its detection events, observables and probability."""
    num_detectors = model.num_detectors
    flips = np.zeros((1, num_detectors + model.num_observables), dtype=np.uint8)
    chances = np.ones(1)
    for error in model.flattened():
        if error.type == "error":
            row = np.zeros(flips.shape[1], dtype=np.uint8)
            for target in error.targets_copy():
                row[target.val + num_detectors * target.is_logical_observable_id()] ^= 1
            p = error.args_copy()[0]
            flips = np.vstack([flips, flips ^ row])
            chances = np.concatenate([(1 - p) * chances, p * chances])
    return flips[:, :num_detectors], flips[:, num_detectors:], chances


def exact_rate(model: stim.DetectorErrorModel, decoder: str) -> float:
    """The probability that a decoder is wrong, summed over every set of errors."""
    events, flips, chances = outcomes(model)
    distinct, which = np.unique(events, axis=0, return_inverse=True)
    predicted = predictions(model, DecoderSpec.of(decoder), distinct)[which.ravel()]
    return float(chances[(predicted != flips).any(axis=1)].sum())


def standard_errors(one: int, other: int, shots: int) -> float:
    """How many standard errors two counts out of as many shots are apart."""
    pooled = (one + other) / (2 * shots)
    return abs(one - other) / math.sqrt(2 * shots * pooled * (1 - pooled))


# Surface codes: the generator of Stim (Gidney, arXiv:2103.02202), orders of Tomita and Svore.


def failures_by_matching(circuit: stim.Circuit, shots: int, seed: int) -> int:
    model = circuit.detector_error_model(decompose_errors=True)
    events, flips = circuit.compile_detector_sampler(seed=seed).sample(
        shots, separate_observables=True
    )
    predicted = pymatching.Matching.from_detector_error_model(model).decode_batch(events)
    return int((predicted != flips).any(axis=1).sum())


@pytest.mark.parametrize("basis", ["Z", "X"])
@pytest.mark.parametrize("d", [3, 5])
def test_surface_codes_fail_as_often_as_those_of_stims_generator(d: int, basis: str) -> None:
    shots, p = 200_000, 0.005
    ours = failures_by_matching(our_circuit(rotated_surface(d), d, basis, p), shots, seed=1)
    theirs = failures_by_matching(stims_circuit(d, d, basis, p), shots, seed=2)
    assert min(ours, theirs) > 1000
    assert standard_errors(ours, theirs, shots) < 4


def errors_by_place(
    circuit: stim.Circuit, place: Callable[[list[float]], tuple[int, ...]]
) -> dict[Flipped, float]:
    """Return the probabilities of a circuit's errors by what they flip."""
    # Stim does not unite equal errors of a loop's turns, which are one error here: no loops.
    flat = circuit.flattened()
    places = {index: place(at) for index, at in flat.get_detector_coordinates().items()}
    assert len(set(places.values())) == len(places)
    errors: dict[Flipped, float] = {}
    for error in flat.detector_error_model():
        if error.type == "error":
            targets = error.targets_copy()
            detectors = (places[t.val] for t in targets if t.is_relative_detector_id())
            observables = (t.val for t in targets if t.is_logical_observable_id())
            flipped = frozenset(detectors), frozenset(observables)
            assert flipped not in errors
            errors[flipped] = error.args_copy()[0]
    return errors


@pytest.mark.parametrize("basis", ["Z", "X"])
@pytest.mark.parametrize(("d", "rounds"), [(2, 3), (3, 1), (3, 3), (4, 2), (5, 5), (7, 7)])
def test_with_x_and_z_exchanged_every_error_is_one_of_stims_generator(
    d: int, rounds: int, basis: str
) -> None:
    # Stim has X checks where we have Z checks, once its lattice is turned by 180 degrees.
    model, p = rotated_surface(d), 0.004
    code = CSSCode(model.z_checks, model.x_checks)
    supports = np.vstack([code.x_checks, code.z_checks])
    check_of = {tuple(np.flatnonzero(row)): check for check, row in enumerate(supports)}
    logicals = np.zeros((2, 2, d, d), dtype=np.uint8)
    logicals[0, 0, -1, :] = logicals[1, 1, :, -1] = 1
    code.logicals = logicals.reshape(2, -1)  # stim's, which ours are times stabilizers

    def place(at: list[float]) -> tuple[int, ...]:
        corner, around = np.array(at[:2]) // 2, itertools.product((-1, 0), repeat=2)
        cells = [d - 1 - (corner + shift) for shift in around]
        inside = [cell for cell in cells if cell.min() >= 0 and cell.max() < d]
        return check_of[tuple(sorted(int(d * i + j) for i, j in inside))], int(at[2])

    theirs = errors_by_place(stims_circuit(d, rounds, basis, p), place)
    ours = errors_by_place(our_circuit(code, rounds, basis, p), lambda at: (int(at[0]), int(at[1])))
    assert ours.keys() == theirs.keys()
    assert [ours[key] for key in ours] == pytest.approx([theirs[key] for key in ours], rel=1e-9)


@pytest.mark.parametrize("basis", ["Z", "X"])
@pytest.mark.parametrize("d", [3, 5, 7])
def test_zigzag_keeps_the_distance_of_the_code(d: int, basis: str) -> None:
    # Tomita and Svore, arXiv:1404.3747: hook errors lie across the logical operators.
    code, noise = rotated_surface(d), noise_of("circuit", 1e-3)
    memory = memory_circuit(code, noise, rounds=d, basis=basis, schedule=zigzag(code))
    assert len(memory.circuit.shortest_graphlike_error()) == d
    if d < 7:
        assert circuit_distance(memory) == d


@pytest.mark.parametrize("d", [3, 5])
def test_some_edge_colouring_loses_distance_to_hook_errors(d: int) -> None:
    code, noise = rotated_surface(d), noise_of("circuit", 1e-3)
    reached = []
    for seed in range(6):
        schedule = coloring(code, np.random.default_rng(seed))
        memory = memory_circuit(code, noise, rounds=2, schedule=schedule)
        reached.append(len(memory.circuit.shortest_graphlike_error()))
    assert min(reached) < d
    assert max(reached) <= d


def merged_without(model: stim.DetectorErrorModel, dropped: set[int]) -> dict[Flipped, float]:
    """Return the errors of a model to which some detectors are blind."""
    errors: dict[Flipped, float] = {}
    for error in model.flattened():
        if error.type == "error":
            seen = [t for t in error.targets_copy() if t.is_relative_detector_id()]
            flips = [t.val for t in error.targets_copy() if t.is_logical_observable_id()]
            key = frozenset((t.val,) for t in seen if t.val not in dropped), frozenset(flips)
            p, other = error.args_copy()[0], errors.get(key, 0.0)
            errors[key] = p * (1 - other) + other * (1 - p)
    errors.pop((frozenset(), frozenset()), None)
    return errors


@pytest.mark.parametrize("basis", ["Z", "X"])
@pytest.mark.parametrize("name", ["rotated-surface-3", "steane", "bicycle-72-12"])
def test_the_relevant_part_of_a_circuit_has_the_errors_that_its_detectors_see(
    name: str, basis: str
) -> None:
    code = named_code(name)
    memory = memory_circuit(
        code, noise_of("circuit", 0.01), rounds=2, basis=basis, schedule=layers(code)
    )
    part = relevant_part(memory)
    require_faithful(part)
    parts = dict(zip("ZX", np.split(memory.checks, 2, axis=1), strict=True))
    places = memory.circuit.get_detector_coordinates()
    dropped = {index for index, (check, _) in places.items() if parts[basis][int(check)].any()}
    kept = {old: new for new, old in enumerate(sorted(places.keys() - dropped))}
    assert part.circuit.num_detectors == len(kept) < len(places)
    expected = {
        (frozenset((kept[detector],) for (detector,) in detectors), flips): p
        for (detectors, flips), p in merged_without(error_model(memory), dropped).items()
    }
    found = merged_without(error_model(part), set())
    assert found.keys() == expected.keys()
    assert [found[key] for key in found] == pytest.approx([expected[key] for key in found])


# Bivariate bicycle codes (Bravyi et al., arXiv:2308.07915) under code capacity: ldpc called
# directly on the check matrices. benchmarks/decoding_agreement.py does so with bposd and qldpc.


def directly(checks: Bits, logicals: Bits, prior: float, spec: DecoderSpec, events: Bits) -> Bits:
    """Predict logical flips by ldpc on a check matrix with one prior for all qubits."""
    make = BpOsdDecoder if spec.name == "bposd" else BpLsdDecoder
    decoder = make(checks, error_channel=[prior] * checks.shape[1], **spec.settings)
    corrections = np.array([decoder.decode(row) for row in events])
    return corrections @ logicals.T % 2


def order_of_qubits(model: stim.DetectorErrorModel, checks: Bits) -> list[int]:
    """Return the qubits in the order in which their errors are in a model."""
    qubit_of = {tuple(np.flatnonzero(column)): q for q, column in enumerate(checks.T)}
    errors = (error for error in model.flattened() if error.type == "error")
    detectors = (
        sorted(t.val for t in error.targets_copy() if t.is_relative_detector_id())
        for error in errors
    )
    return [qubit_of[tuple(names)] for names in detectors]


@pytest.mark.parametrize("decoder", ["bposd", "bplsd"])
@pytest.mark.parametrize("channel", ["x", "z"])
@pytest.mark.parametrize("name", ["bicycle-72-12", "bicycle-144-12"])
def test_bit_flips_on_bicycle_codes_are_decoded_as_by_ldpc_on_the_check_matrix(
    name: str, channel: str, decoder: str
) -> None:
    code, spec, p, shots = named_code(name), DecoderSpec.of(decoder), 0.06, 1000
    assert isinstance(code, CSSCode)
    sees_x = channel == "x"
    memory = memory_circuit(code, noise_of("capacity", p, channel), basis="Z" if sees_x else "X")
    model = error_model(memory)
    events, flips = memory.circuit.compile_detector_sampler(seed=3).sample(
        shots, separate_observables=True
    )
    ours = predictions(model, spec, events.astype(np.uint8))

    checks = code.z_checks if sees_x else code.x_checks
    logicals = code.z_logicals if sees_x else code.x_logicals
    first = len(code.x_checks)
    syndromes = (events[:, first:] if sees_x else events[:, :first]).astype(np.uint8)
    padded = np.zeros((len(events[0]), checks.shape[1]), dtype=np.uint8)
    padded[first if sees_x else 0 :][: len(checks)] = checks
    order = order_of_qubits(model, padded)
    assert sorted(order) == list(range(code.num_qubits))
    assert np.array_equal(ours, directly(checks[:, order], logicals[:, order], p, spec, syndromes))

    # In the order of the code, messages go round in another order: few answers differ.
    theirs = directly(checks, logicals, p, spec, syndromes)
    failed, failed_directly = (int((x != flips).any(axis=1).sum()) for x in (ours, theirs))
    assert 10 < failed < shots / 2
    assert standard_errors(failed, failed_directly, shots) < 4


@pytest.mark.parametrize("name", ["bicycle-72-12", "bicycle-144-12"])
def test_depolarized_bicycle_codes_fail_no_more_often_than_with_x_and_z_decoded_apart(
    name: str,
) -> None:
    # Y errors are one error to our decoder, and two to one that sees Z checks alone.
    code, spec, p, shots = named_code(name), DecoderSpec.of("bposd"), 0.08, 1000
    assert isinstance(code, CSSCode)
    memory = memory_circuit(code, noise_of("capacity", p), basis="Z")
    events, flips = memory.circuit.compile_detector_sampler(seed=3).sample(
        shots, separate_observables=True
    )
    ours = predictions(error_model(memory), spec, events.astype(np.uint8))
    syndromes = events[:, len(code.x_checks) :].astype(np.uint8)
    theirs = directly(code.z_checks, code.z_logicals, 2 * p / 3, spec, syndromes)
    failed, failed_directly = (int((x != flips).any(axis=1).sum()) for x in (ours, theirs))
    assert failed_directly > 10
    assert failed <= failed_directly or standard_errors(failed, failed_directly, shots) < 2


# Closed forms.


def repetition_code(n: int) -> CSSCode:
    """The repetition code as a quantum code that sees bit flips alone: k = 1."""
    pairs = np.eye(n, dtype=np.uint8)[:-1] | np.eye(n, k=1, dtype=np.uint8)[:-1]
    return CSSCode(np.zeros((0, n), dtype=np.uint8), pairs)


def most_flip(n: int, p: float) -> float:
    """The probability that most bits flip; when half of them do, a guess is right half the time."""
    terms = [math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(n + 1)]
    return math.fsum(terms[n // 2 + 1 :]) + (terms[n // 2] / 2 if n % 2 == 0 else 0)


@pytest.mark.parametrize("decoder", ["lookup", "matching"])
@pytest.mark.parametrize("p", [0.001, 0.07, 0.3])
@pytest.mark.parametrize("n", [2, 3, 4, 5, 7, 10])
def test_the_repetition_code_fails_when_most_bits_flip(n: int, p: float, decoder: str) -> None:
    memory = memory_circuit(repetition_code(n), noise_of("capacity", p, "x"), basis="Z")
    assert exact_rate(error_model(memory), decoder) == pytest.approx(most_flip(n, p), abs=1e-12)


@pytest.mark.parametrize("decoder", ["lookup", "matching"])
@pytest.mark.parametrize("n", [3, 5, 7])
def test_wrong_outcomes_before_a_perfect_round_change_nothing(n: int, decoder: str) -> None:
    # The perfect round gives the syndrome away: a noisy one before it adds nothing.
    noise = noise_of("phenomenological", 0.1, "x", factors={"measurement": 2})
    memory = memory_circuit(repetition_code(n), noise, basis="Z")
    assert exact_rate(error_model(memory), decoder) == pytest.approx(most_flip(n, 0.1), abs=1e-12)


@pytest.mark.parametrize("n", [3, 5])
def test_flips_along_the_repetition_code_do_harm_in_the_other_basis(n: int) -> None:
    # Nothing checks X: an odd number of Z errors flips the logical X, unseen.
    p = 0.1
    memory = memory_circuit(repetition_code(n), noise_of("capacity", p, "z"), basis="X")
    odd = (1 - (1 - 2 * p) ** n) / 2
    assert exact_rate(error_model(memory), "lookup") == pytest.approx(odd, abs=1e-12)


def rate_over_all_operators(code: StabilizerCode, p: float) -> float:
    """The rate of the best decoder under depolarizing noise, by adding up all 4^n operators."""
    n = code.num_qubits
    operators = np.array(list(itertools.product((0, 1), repeat=2 * n)), dtype=np.int64)
    weights = (operators[:, :n] | operators[:, n:]).sum(axis=1)
    chances = (p / 3) ** weights * (1 - p) ** (n - weights)
    rows = swap_halves(np.vstack([code.logicals, code.checks]))
    marks = operators @ rows.T % 2 @ (1 << np.arange(len(rows)))
    joint = np.bincount(marks, chances, 1 << len(rows)).reshape(-1, 1 << len(code.logicals))
    return float(1 - joint.max(axis=1).sum())


def rate_of_the_five_qubit_code(p: float) -> float:
    """Closed form: 16 stabilizers (weights 0 and 15 times 4), times operators of weight 0 or 1."""
    q, r = p / 3, 1 - p
    stabilizers = r**5 + 15 * q**4 * r
    corrected = 15 * (q * r**4 + 4 * q**3 * r**2 + 8 * q**4 * r + 3 * q**5)
    return 1 - stabilizers - corrected


@pytest.mark.parametrize("p", [0.001, 0.01, 0.1, 0.2])
def test_the_five_qubit_code_fails_as_its_cosets_say(p: float) -> None:
    # Laflamme et al., quant-ph/9602019: each of 16 syndromes is that of one error of weight <= 1.
    code = named_code("five-qubit")
    assert isinstance(code, StabilizerCode)
    model = error_model(memory_circuit(code, noise_of("capacity", p), basis="both"))
    assert model.num_observables == 2
    found = exact_rate(model, "lookup")
    assert found == pytest.approx(rate_over_all_operators(code, p), abs=1e-12)
    assert found == pytest.approx(rate_of_the_five_qubit_code(p), abs=1e-12)


def test_shots_of_the_five_qubit_code_fail_at_the_exact_rate() -> None:
    code, p, shots = named_code("five-qubit"), 0.1, 100_000
    memory = memory_circuit(code, noise_of("capacity", p), basis="both")
    events, flips = memory.circuit.compile_detector_sampler(seed=5).sample(
        shots, separate_observables=True
    )
    predicted = predictions(error_model(memory), DecoderSpec.of("lookup"), events.astype(np.uint8))
    rate, failed = rate_of_the_five_qubit_code(p), (predicted != flips).any(axis=1).mean()
    assert abs(failed - rate) < 4 * math.sqrt(rate * (1 - rate) / shots)


@settings(max_examples=25)
@given(code=small_codes.filter(lambda code: code.num_qubits <= 4), p=st.floats(0.01, 0.3))
def test_any_small_code_fails_as_a_sum_over_all_operators_says(
    code: StabilizerCode, p: float
) -> None:
    model = error_model(memory_circuit(code, noise_of("capacity", p), basis="both"))
    exact = rate_over_all_operators(code, p)
    assert exact_rate(model, "lookup") == pytest.approx(exact, abs=1e-12)


# Faithfulness: what passes, and what must not.


@settings(max_examples=25)
@given(code=small_codes.filter(lambda code: len(code.checks) > 0), rounds=st.integers(1, 3))
def test_circuits_of_random_codes_are_faithful(code: StabilizerCode, rounds: int) -> None:
    for memory in memories(code, layers(code), rounds):
        require_faithful(memory)


def surface_memory(rounds: int = 2) -> MemoryCircuit:
    code = rotated_surface(3)
    return memory_circuit(
        code, noise_of("circuit", 1e-3), rounds=rounds, schedule=zigzag(code), basis="Z"
    )


def test_a_circuit_without_one_of_its_gates_is_refused() -> None:
    memory = surface_memory()
    require_faithful(memory)
    gates = [
        (index, pair)
        for index, line in enumerate(memory.body)
        if line.name == "CX"
        for pair in range(len(line.target_groups()))
    ]
    assert len(gates) == 2 * 24
    for index, pair in gates:
        pairs = memory.body[index].target_groups()
        kept = [target for other, gate in enumerate(pairs) if other != pair for target in gate]
        body = memory.body[:index]
        body.append("CX", kept)
        with pytest.raises(CircuitFault):
            require_faithful(replace(memory, body=body + memory.body[index + 1 :]))


@pytest.mark.parametrize("name", ["five-qubit", "steane", "rotated-surface-3"])
def test_two_gates_that_change_places_between_anticommuting_checks_are_refused(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = named_code(name)
    schedule = layers(code)
    memory = memory_circuit(code, noise_of("circuit", 1e-3), schedule=schedule, basis="both")
    require_faithful(memory)
    monkeypatch.setattr(circuits, "require_valid", lambda schedule, checks: None)
    checks, n = memory.checks, code.num_qubits
    refused = 0
    for a, b in itertools.combinations(range(len(checks)), 2):
        meet = (checks[a, :n] & checks[b, n:]) ^ (checks[a, n:] & checks[b, :n])
        for qubit in np.flatnonzero(meet)[:1]:
            times = schedule.times(len(checks), n) * (len(checks) + 1)
            times[times < 0] = NEVER
            # The later of the two acts just before the earlier: every other order stays.
            late, early = (a, b) if times[a, qubit] > times[b, qubit] else (b, a)
            times[late, qubit] = times[early, qubit] - 1
            broken = one_gate_a_step(times)
            with pytest.raises(CircuitFault, match="not all detectors are certain"):
                require_faithful(
                    memory_circuit(code, noise_of("circuit", 1e-3), schedule=broken, basis="both")
                )
            refused += 1
    assert refused > 1


def one_gate_a_step(times: NDArray[np.int64]) -> circuits.Schedule:
    """Return a schedule of the same order with one gate at a time."""
    met = [(int(times[edge]), *edge) for edge in zip(*np.nonzero(times != NEVER), strict=True)]
    spread = np.full_like(times, NEVER)
    for time, (_, check, qubit) in enumerate(sorted(met)):
        spread[check, qubit] = time
    return schedule_of_times("broken", spread)


@pytest.mark.parametrize("model", ["capacity", "phenomenological", "circuit"])
@pytest.mark.parametrize("name", ["steane", "five-qubit", "toric-2"])
def test_a_circuit_with_other_observables_is_refused(name: str, model: str) -> None:
    code = named_code(name)
    schedule = layers(code) if model == "circuit" else None
    memory = memory_circuit(code, noise_of(model, 1e-3), schedule=schedule, basis="Z")
    other = memory.operators.copy()
    other[0, 0] ^= 1
    with pytest.raises(CircuitFault, match="observables are not the logical operators"):
        require_faithful(replace(memory, operators=other))


def test_detectors_of_other_checks_are_refused() -> None:
    memory = surface_memory()
    other = np.roll(memory.checks, 1, axis=0)
    with pytest.raises(CircuitFault, match="is not check"):
        require_faithful(replace(memory, checks=other))


def test_a_circuit_that_leaves_detectors_out_is_refused() -> None:
    code = named_code("steane")
    assert isinstance(code, CSSCode)
    order = schedule_for(code, "coloring")
    memory = memory_circuit(code, noise_of("circuit", 0.01), rounds=2, schedule=order)
    without = stim.Circuit()
    for instruction in memory.body:
        if instruction.name != "DETECTOR" or instruction.gate_args_copy() != [4.0, 1.0]:
            without.append(instruction)
    with pytest.raises(CircuitFault, match=r"not one a check and round: see .* \(4, 1\)"):
        require_faithful(replace(memory, body=without))


def test_a_code_without_checks_has_no_circuit() -> None:
    code = CSSCode(np.zeros((0, 3), np.uint8), np.zeros((0, 3), np.uint8))
    with pytest.raises(InputError, match="code: must have checks for a circuit to measure"):
        memory_circuit(code, noise_of("circuit", 0.01), schedule=Schedule("none", ()))
