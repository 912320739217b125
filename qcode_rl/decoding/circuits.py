"""Memory experiments as stim circuits: how a code is prepared, its checks measured, and read out.

Two boundaries in time are built. `prepared`: CSS codes under circuit-level noise; data qubits are
prepared and measured in one basis, with noise. `noiseless`: all checks and a set of commuting
logical operators are measured perfectly at both ends. Detectors compare outcomes of one check in
consecutive rounds, of X and Z type alike; observables are the logical operators.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.decoding.extraction import Extraction, certain
from qcode_rl.decoding.noise import CapacityNoise, CircuitNoise, Noise, PauliChannel
from qcode_rl.decoding.schedules import Schedule, require_valid, symplectic_checks
from qcode_rl.decoding.writer import CircuitWriter, Reference
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

if TYPE_CHECKING:
    import stim

#: Which logical operators an experiment protects; `both` takes a noiseless reference qubit for each
#: logical one, so that any logical error is seen.
BASES = ("Z", "X", "both")
#: Most rounds of one experiment.
MAX_ROUNDS = 10_000


@dataclass(frozen=True)
class MemoryCircuit:
    """A memory experiment.

    Attributes:
        preparation: the circuit up to where the data qubits hold a logical state.
        body: the rest.
        basis: one of `BASES`.
        boundary: `prepared` or `noiseless`.
        rounds: noisy rounds of syndrome extraction.
        turns: rounds in which outcomes can be wrong: `rounds`, 0 under code capacity.
        depth: moments of a round, from one preparation of an ancilla to the next; 0 where checks
            are measured without a circuit.
        operators: `(o, 2n)` symplectic rows of the logical operators that are followed, in the
            order of the observables.
        checks: `(r, 2n)` symplectic rows of the checks.
        detectors: `both`: of X and Z checks; `one`: of the type that the observables need alone.
    """

    preparation: "stim.Circuit"
    body: "stim.Circuit"
    basis: str
    boundary: str
    rounds: int
    turns: int
    depth: int
    operators: BinaryMatrix
    checks: BinaryMatrix
    detectors: str = "both"

    @property
    def circuit(self) -> "stim.Circuit":
        """The whole circuit."""
        return self.preparation + self.body

    @property
    def watched(self) -> NDArray[np.bool_]:
        """Which checks have detectors, `(r,) bool`."""
        of_x, of_z = (np.asarray(part.any(axis=1)) for part in np.split(self.checks, 2, axis=1))
        if self.detectors == "both" or self.basis == "both" or (of_x & of_z).any():
            return np.ones(len(self.checks), dtype=np.bool_)
        return of_z if self.basis == "Z" else of_x


def memory_circuit(
    code: CSSCode | StabilizerCode,
    noise: Noise,
    *,
    rounds: int = 1,
    basis: str = "Z",
    schedule: Schedule | None = None,
    hadamards: bool = False,
) -> MemoryCircuit:
    """Return a memory experiment.

    Args:
        code: the code, with k >= 1.
        noise: noise model; under code capacity there is one round.
        rounds: noisy rounds of syndrome extraction.
        basis: `Z` or `X`: which k commuting logical operators are followed, for a code that is not
            CSS the second or the first half of its `logicals`; `both`: all 2k of them.
        schedule: of circuit-level noise, which needs one.
        hadamards: prepare and measure ancillas in Z alone, with Hadamard gates around the gates of
            a check that has an X part.

    Returns:
        The experiment. Qubits 0..n-1 hold the data, n..n+r-1 are ancillas (those of X checks
        first), references follow.

    Raises:
        InputError: for k = 0, rounds that the model does not have, an unknown basis, or a schedule
            that is missing or does not measure the checks.

    Example:
        >>> from qcode_rl.codes.named import named_code
        >>> from qcode_rl.decoding.noise import noise_of
        >>> memory = memory_circuit(named_code("steane"), noise_of("capacity", 0.01))
        >>> memory.circuit.num_detectors, memory.circuit.num_observables
        (6, 1)
    """
    _require_sense(code, noise, rounds, basis)
    checks = symplectic_checks(code)
    operators = _operators(code, basis)
    if isinstance(noise, CircuitNoise):
        if schedule is None:
            raise InputError("schedule: circuit noise needs one, got none")
        require_valid(schedule, checks)
        extraction = Extraction(checks, schedule, noise, hadamards)
        if isinstance(code, CSSCode) and basis != "both":
            return _prepared(extraction, operators, basis, rounds)
        return _extracted(extraction, operators, basis, rounds)
    return _measured(noise, checks, operators, basis, rounds)


def relevant_part(memory: MemoryCircuit) -> MemoryCircuit:
    """Return an experiment without the detectors of the type that its observables do not need.

    Args:
        memory: an experiment.

    Returns:
        For a CSS code followed in one basis, the detectors of the other type are gone: what is left
        finds the same errors, but no longer tells which of them were Y. Any other as it is.
    """
    import stim

    part = replace(memory, detectors="one")
    wanted = part.watched
    if wanted.all():
        return memory
    body = stim.Circuit()
    for instruction in memory.body:
        if instruction.name != "DETECTOR" or wanted[int(instruction.gate_args_copy()[0])]:
            body.append(instruction)
    return replace(part, body=body)


def _require_sense(code: CSSCode | StabilizerCode, noise: Noise, rounds: int, basis: str) -> None:
    if code.num_logicals == 0:
        raise InputError(f"code: must have logical qubits to protect, got {code!r} with k = 0")
    if isinstance(noise, CircuitNoise) and not len(symplectic_checks(code)):
        raise InputError(f"code: must have checks for a circuit to measure, got {code!r}")
    if basis not in BASES:
        raise InputError(f"basis: must be one of {', '.join(BASES)}, got {basis!r}")
    if isinstance(rounds, bool) or not isinstance(rounds, int) or not 1 <= rounds <= MAX_ROUNDS:
        raise InputError(f"rounds: must be from 1 to {MAX_ROUNDS}, got {rounds}")
    if isinstance(noise, CapacityNoise) and rounds != 1:
        raise InputError(f"rounds: model capacity has one round, got {rounds}")


def _operators(code: CSSCode | StabilizerCode, basis: str) -> BinaryMatrix:
    k = code.num_logicals
    return code.logicals[{"X": slice(0, k), "Z": slice(k, 2 * k), "both": slice(0, 2 * k)}[basis]]


def _prepared(
    extraction: Extraction, operators: BinaryMatrix, basis: str, rounds: int
) -> MemoryCircuit:
    """Prepare and measure the data qubits of a CSS code in a basis, with noise."""
    writer, noise, checks = CircuitWriter(), extraction.noise, extraction.checks
    n = checks.shape[1] // 2
    writer.add("R" if basis == "Z" else "RX", range(n))
    writer.add("X_ERROR" if basis == "Z" else "Z_ERROR", range(n), noise.preparation)
    preparation = writer.take()
    sure = certain(checks, basis)
    outcomes: list[Reference] = [() if is_sure else None for is_sure in sure]
    data = extraction.run(writer, rounds, outcomes, basis)
    for check in np.flatnonzero(sure):
        row = checks[check, :n] | checks[check, n:]
        before = outcomes[check] or ()
        writer.detector([*before, *(data[q] for q in np.flatnonzero(row))], (int(check), rounds))
    for index, row in enumerate(operators[:, :n] | operators[:, n:]):
        writer.observable(index, (data[q] for q in np.flatnonzero(row)))
    return MemoryCircuit(
        preparation,
        writer.take(),
        basis,
        "prepared",
        rounds,
        rounds,
        extraction.depth,
        operators,
        checks,
    )


def _extracted(
    extraction: Extraction, operators: BinaryMatrix, basis: str, rounds: int
) -> MemoryCircuit:
    """Extract syndromes between two perfect measurements."""
    writer, ends = CircuitWriter(), _Ends(extraction.checks, operators, basis)
    outcomes = ends.begin(writer)
    preparation = writer.take()
    extraction.run(writer, rounds, outcomes)
    ends.finish(writer, outcomes, rounds)
    return MemoryCircuit(
        preparation, writer.take(), basis, "noiseless", rounds, rounds, extraction.depth, operators,
        extraction.checks,
    )  # fmt: skip


def _measured(
    noise: Noise, checks: BinaryMatrix, operators: BinaryMatrix, basis: str, rounds: int
) -> MemoryCircuit:
    """Hit the data qubits and measure checks as a whole, between two perfect measurements."""
    assert not isinstance(noise, CircuitNoise)
    writer, ends = CircuitWriter(), _Ends(checks, operators, basis)
    outcomes = ends.begin(writer)
    preparation = writer.take()
    data = range(checks.shape[1] // 2)
    turns = 0 if isinstance(noise, CapacityNoise) else rounds
    for turn in range(turns):
        _hit(writer, data, noise.channel)
        assert not isinstance(noise, CapacityNoise)
        numbers = writer.measure_products(checks, noise.measurement)
        _compare(writer, outcomes, numbers, turn)
        writer.tick()
    if not turns:
        _hit(writer, data, noise.channel)
    ends.finish(writer, outcomes, turns)
    return MemoryCircuit(
        preparation, writer.take(), basis, "noiseless", rounds, turns, 0, operators, checks
    )


def _hit(writer: CircuitWriter, data: range, channel: PauliChannel) -> None:
    writer.add_channel(data, (channel.x, channel.y, channel.z))


def _compare(
    writer: CircuitWriter, outcomes: list[Reference], numbers: list[int], turn: int
) -> None:
    for check, number in enumerate(numbers):
        writer.detector([*(outcomes[check] or ()), number], (check, turn))
        outcomes[check] = (number,)


class _Ends:
    """Perfect measurements of all checks and of logical operators, at both ends.

    Args:
        checks: `(r, 2n)` symplectic rows.
        operators: `(o, 2n)` symplectic rows; with basis `both` the first half anticommute with the
            second, row by row, and each pair gets a reference qubit that makes up for it.
        basis: one of `BASES`.
    """

    def __init__(self, checks: BinaryMatrix, operators: BinaryMatrix, basis: str) -> None:
        self.checks = checks
        self.operators = operators
        if basis == "both":
            self.operators = _with_references(operators, len(checks))
        self.outcomes: list[int] = []

    def begin(self, writer: CircuitWriter) -> list[Reference]:
        """Measure, and return what the checks' next outcomes are compared with."""
        numbers = writer.measure_products(self.checks)
        self.outcomes = writer.measure_products(self.operators)
        writer.tick()
        return [(number,) for number in numbers]

    def finish(self, writer: CircuitWriter, outcomes: list[Reference], turn: int) -> None:
        """Measure, and compare checks with their last outcome, operators with their first."""
        numbers = writer.measure_products(self.checks)
        ends = writer.measure_products(self.operators)
        _compare(writer, outcomes, numbers, turn)
        for index, pair in enumerate(zip(self.outcomes, ends, strict=True)):
            writer.observable(index, pair)


def _with_references(operators: BinaryMatrix, ancillas: int) -> BinaryMatrix:
    """Extend operators by X and Z on reference qubits behind the data qubits and ancillas."""
    size, n = len(operators), operators.shape[1] // 2
    k = size // 2
    gap = np.zeros((size, ancillas), dtype=np.uint8)
    on_x, on_z = np.zeros((size, k), dtype=np.uint8), np.zeros((size, k), dtype=np.uint8)
    on_x[:k], on_z[k:] = np.eye(k, dtype=np.uint8), np.eye(k, dtype=np.uint8)
    return np.hstack([operators[:, :n], gap, on_x, operators[:, n:], gap, on_z])
