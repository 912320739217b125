"""Codes and circuits that tests of circuits share."""

from collections.abc import Iterator

import numpy as np
import stim
from hypothesis import strategies as st
from numpy.typing import NDArray

from qcode_rl import gf2
from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.codes.symplectic import swap_halves
from qcode_rl.decoding.circuits import BASES, MemoryCircuit, memory_circuit
from qcode_rl.decoding.noise import MODELS, Noise, noise_of
from qcode_rl.decoding.schedules import Schedule

#: One noise of each model.
BRIEFLY = tuple(noise_of(model, 0.01) for model in MODELS)
#: Every model, with every kind of channel that it has.
NOISES: tuple[Noise, ...] = (
    *BRIEFLY,
    noise_of("capacity", 0.01, "x"),
    noise_of("capacity", 0.01, "biased", 10.0),
    noise_of("phenomenological", 0.01, "z", factors={"measurement": 3}),
    noise_of("circuit", 0.01, factors={"idle": 0, "measurement": 5}),
)


def random_code(seed: int, n: int, r: int) -> StabilizerCode:
    """Return r random commuting checks on n qubits, some of which depend on others or are zero."""
    rng = np.random.default_rng(seed)
    rows = np.zeros((0, 2 * n), dtype=np.uint8)
    for _ in range(r):
        free = gf2.null_space(swap_halves(rows)) if len(rows) else np.eye(2 * n, dtype=np.uint8)
        new = rng.integers(0, 2, len(free)) @ free % 2
        rows = np.vstack([rows, new.astype(np.uint8)])
    return StabilizerCode(rows)


#: Small codes with k >= 1, most of them with checks of mixed type.
small_codes = st.builds(
    random_code, st.integers(0, 2**32 - 1), st.integers(1, 7), st.integers(0, 8)
).filter(lambda code: code.num_logicals > 0)


def turned(code: CSSCode, turns: NDArray[np.int64]) -> StabilizerCode:
    """Return a CSS code after a Clifford gate on each qubit.

    Args:
        code: the code on n qubits.
        turns: `(n,)`: 0 leaves a qubit alone, 1 is a Hadamard (X and Z change places), 2 turns X to
            Y, Y to Z and Z to X.
    """
    checks = StabilizerCode.from_css(code).checks.copy()
    n = code.num_qubits
    x, z = checks[:, :n].copy(), checks[:, n:].copy()
    checks[:, :n] = np.choose(turns, [x, z, x ^ z])
    checks[:, n:] = np.choose(turns, [z, x, x])
    return StabilizerCode(checks)


def memories(
    code: CSSCode | StabilizerCode, schedule: Schedule, rounds: int = 2, brief: bool = False
) -> Iterator[MemoryCircuit]:
    """Yield memory experiments in every basis, with many kinds of noise or one of each model."""
    for noise in BRIEFLY if brief else NOISES:
        of_circuit = noise.model == "circuit"
        for basis in BASES:
            for hadamards in (False, True) if of_circuit and not brief else (False,):
                yield memory_circuit(
                    code,
                    noise,
                    rounds=1 if noise.model == "capacity" else rounds,
                    basis=basis,
                    schedule=schedule if of_circuit else None,
                    hadamards=hadamards,
                )


def error_model(memory: MemoryCircuit) -> stim.DetectorErrorModel:
    return memory.circuit.detector_error_model(approximate_disjoint_errors=True)
