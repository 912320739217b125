"""Models and circuits that the tests of decoders share, and how they are decoded."""

from itertools import product

import numpy as np
import stim
from numpy.typing import NDArray

from qcode_rl.decoding.decoders import CompiledDecoder, DecoderSpec, SinterDecoder


def surface(distance: int, p: float) -> stim.Circuit:
    return stim.Circuit.generated(
        "surface_code:rotated_memory_z",
        distance=distance,
        rounds=distance,
        after_clifford_depolarization=p,
        after_reset_flip_probability=p,
        before_measure_flip_probability=p,
        before_round_data_depolarization=p,
    )


def repetition(n: int, p: float) -> stim.DetectorErrorModel:
    """The repetition code under bit flips: n bits, n - 1 checks, bit 0 the logical one."""
    ends = [[f"D{i}" for i in (bit - 1, bit) if 0 <= i < n - 1] for bit in range(n)]
    lines = [f"error({p}) {' '.join(names)}" for names in ends]
    return stim.DetectorErrorModel("\n".join([lines[0] + " L0", *lines[1:]]))


def steane(p: float) -> stim.DetectorErrorModel:
    """Steane's code under bit flips: no matching decoder takes it, for bit 6 is in three checks."""
    checks = [[i for i in range(3) if bit + 1 >> i & 1] for bit in range(7)]
    return stim.DetectorErrorModel(
        "\n".join(f"error({p}) {' '.join(f'D{i}' for i in check)} L0" for check in checks)
    )


def sample(circuit: stim.Circuit, shots: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Detection events and observable flips, packed."""
    return circuit.compile_detector_sampler(seed=7).sample(
        shots, separate_observables=True, bit_packed=True
    )


def compiled(model: stim.DetectorErrorModel, name: str, **settings: object) -> CompiledDecoder:
    spec = DecoderSpec.of(name, **settings)
    return SinterDecoder(spec, code="a test").compile_decoder_for_dem(dem=model)


def decode(decoder: CompiledDecoder, shots: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return decoder.decode_shots_bit_packed(bit_packed_detection_event_data=shots)


def all_syndromes(num_detectors: int) -> NDArray[np.uint8]:
    """Row s is syndrome s, packed."""
    bits = np.arange(1 << num_detectors)[:, None] >> np.arange(num_detectors) & 1
    return np.packbits(bits.astype(np.uint8), axis=1, bitorder="little")


def enumerated_distribution(model: stim.DetectorErrorModel) -> NDArray[np.float64]:
    """The joint distribution of detectors and observables, summed over every set of errors."""
    errors = [line for line in model.flattened() if line.type == "error"]
    joint = np.zeros((1 << model.num_observables, 1 << model.num_detectors))
    for happened in product((0, 1), repeat=len(errors)):
        probability, detectors, observables = 1.0, 0, 0
        for bit, error in zip(happened, errors, strict=True):
            p = error.args_copy()[0]
            probability *= p if bit else 1 - p
            for target in error.targets_copy() if bit else ():
                if target.is_relative_detector_id():
                    detectors ^= 1 << target.val
                elif target.is_logical_observable_id():
                    observables ^= 1 << target.val
        joint[observables, detectors] += probability
    return joint


def exact_error_rate(
    model: stim.DetectorErrorModel, decoder: CompiledDecoder, joint: NDArray[np.float64]
) -> float:
    """How often a decoder is wrong: every syndrome decoded once, weighed by its probability."""
    predicted = decode(decoder, all_syndromes(model.num_detectors))
    flips = predicted.astype(np.int64) @ (1 << 8 * np.arange(predicted.shape[1]))
    return float(1 - joint[flips, np.arange(joint.shape[1])].sum())
