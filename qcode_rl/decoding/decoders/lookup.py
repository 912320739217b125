"""Exact decoding of small detector error models, by tables; what other decoders are held against.

Probabilities are sums of positive terms, so that those of rare syndromes are as exact as those of
frequent ones. (A Walsh-Hadamard transform takes differences, and loses what is below 1e-16.)
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qcode_rl.decoding.decoders.failures import Undecodable, name_detectors
from qcode_rl.decoding.decoders.mechanisms import Flips, mechanisms_of
from qcode_rl.decoding.decoders.packed import PackedDecoder
from qcode_rl.decoding.decoders.settings import Settings

if TYPE_CHECKING:
    import stim

#: Most detectors and observables together: 2^20 probabilities are 8 MB.
MAX_BITS = 20


def joint_distribution(model: "stim.DetectorErrorModel") -> NDArray[np.float64]:
    """Return the probability of every outcome of a model.

    Args:
        model: errors and their probabilities, with at most `MAX_BITS` detectors and observables.

    Returns:
        `(2^num_observables, 2^num_detectors)` float64. Bit i of an index is detector or
        observable i.

    Raises:
        Undecodable: if the model is larger.

    Example:
        >>> import stim
        >>> joint_distribution(stim.DetectorErrorModel("error(0.1) D0 L0"))
        array([[0.9, 0. ],
               [0. , 0.1]])
    """
    num_detectors, num_observables = model.num_detectors, model.num_observables
    if num_detectors + num_observables > MAX_BITS:
        raise Undecodable(
            f"must have at most {MAX_BITS} detectors and observables together, "
            f"got {num_detectors} and {num_observables}"
        )
    outcomes = np.arange(1 << (num_detectors + num_observables))
    joint = np.zeros(len(outcomes))
    joint[0] = 1
    for flips, (even, odd) in _merged(model).items():
        joint = even * joint + odd * joint[outcomes ^ flips]
    return joint.reshape(1 << num_observables, 1 << num_detectors)


def compile_model(model: "stim.DetectorErrorModel", settings: Settings) -> PackedDecoder:
    """Set up `lookup`: for each syndrome the likeliest flips, ties to the least index.

    Args:
        model: what to decode.
        settings: none.

    Raises:
        Undecodable: if the model is too large.
    """
    joint = joint_distribution(model)
    possible = joint.max(axis=0) > 0
    width = -(-model.num_observables // 8)
    table = _as_bytes(joint.argmax(axis=0), width)

    def decode(shots: NDArray[np.uint8]) -> NDArray[np.uint8]:
        syndromes = shots.astype(np.int64) @ (1 << 8 * np.arange(shots.shape[1], dtype=np.int64))
        if not possible[syndromes].all():
            first = int(syndromes[~possible[syndromes]][0])
            events = name_detectors(i for i in range(model.num_detectors) if first >> i & 1)
            raise Undecodable(f"no set of errors explains events {events}")
        return table[syndromes]

    return decode


def _merged(model: "stim.DetectorErrorModel") -> dict[int, tuple[float, float]]:
    """Return what can flip, as indices, with the probabilities that it does not and that it does.

    Both are kept: one minus the other would lose the smaller.
    """
    merged: dict[int, tuple[float, float]] = {}
    for error in mechanisms_of(model):
        flips = _index(error.detectors) | _index(error.observables) << model.num_detectors
        even, odd = merged.get(flips, (1.0, 0.0))
        p = error.probability
        merged[flips] = (even * (1 - p) + odd * p, odd * (1 - p) + even * p)
    return merged


def _index(flips: Flips) -> int:
    return sum(1 << flip for flip in flips)


def _as_bytes(values: NDArray[np.intp], width: int) -> NDArray[np.uint8]:
    shifts = 8 * np.arange(width, dtype=np.int64)
    return (values[:, None] >> shifts & 255).astype(np.uint8)
