"""Whether a circuit measures what it should, found out by running it without noise."""

import numpy as np

from qcode_rl.codes.symplectic import swap_halves
from qcode_rl.decoding.circuits import MemoryCircuit
from qcode_rl.decoding.extraction import certain


class CircuitFault(RuntimeError):
    """A circuit that does not measure the checks and logical operators of its code."""


def require_faithful(memory: MemoryCircuit) -> None:
    """Check a memory experiment, independently of how it was built.

    Every check must have a detector in every round where its outcome is compared with something.
    Without noise all detectors and observables must be certain. A Pauli operator put on the data
    qubits after the preparation must flip just those first detectors whose checks, and those
    observables whose logical operators, anticommute with it: tried for X and Z on every qubit, so
    that it holds for all operators.

    Args:
        memory: the experiment.

    Raises:
        CircuitFault: saying what differs.
    """
    import stim

    circuit = memory.circuit.without_noise()
    try:
        circuit.detector_error_model()
    except ValueError as error:
        raise CircuitFault(
            f"not all detectors are certain: {str(error).splitlines()[0]}"
        ) from error
    n = memory.checks.shape[1] // 2
    simulator = stim.FlipSimulator(batch_size=2 * n, disable_stabilizer_randomization=True)
    simulator.do(memory.preparation.without_noise())
    for pauli, first in (("X", 0), ("Z", n)):
        for qubit in range(n):
            simulator.set_pauli_flip(pauli, qubit_index=qubit, instance_index=first + qubit)
    simulator.do(memory.body.without_noise())
    # An operator's column in `[Z|X]` form tells which rows anticommute with it.
    wanted = swap_halves(memory.operators).astype(bool)
    if not np.array_equal(simulator.get_observable_flips(), wanted):
        raise CircuitFault("observables are not the logical operators")
    violated = swap_halves(memory.checks).astype(bool)
    flips = simulator.get_detector_flips()
    for index, (check, turn, *_) in circuit.get_detector_coordinates().items():
        if not np.array_equal(flips[index], violated[int(check)] & (turn == 0)):
            raise CircuitFault(f"detector {index} is not check {int(check)} in round {int(turn)}")
    _require_all_detectors(memory)


def _require_all_detectors(memory: MemoryCircuit) -> None:
    """Refuse a circuit that leaves out, or repeats, the detector of a check in some round."""
    last = memory.turns
    both_ends = np.ones(len(memory.checks), dtype=bool)
    if memory.boundary == "prepared":
        both_ends = certain(memory.checks, memory.basis)
    expected = [
        (check, turn)
        for check in np.flatnonzero(memory.watched).tolist()
        for turn in (range(last + 1) if both_ends[check] else range(1, last))
    ]
    places = memory.circuit.get_detector_coordinates().values()
    held = sorted((int(check), int(turn)) for check, turn, *_ in places)
    if held != expected:
        odd = sorted(set(held) ^ set(expected)) or held
        raise CircuitFault(f"detectors are not one a check and round: see (check, round) {odd[0]}")
