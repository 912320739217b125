"""Minimum-weight perfect matching, by PyMatching."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qcode_rl.decoding.decoders.failures import Undecodable
from qcode_rl.decoding.decoders.packed import PackedDecoder
from qcode_rl.decoding.decoders.settings import Settings

if TYPE_CHECKING:
    import stim


def compile_model(model: "stim.DetectorErrorModel", settings: Settings) -> PackedDecoder:
    """Set up `matching`.

    Args:
        model: what to decode, with errors decomposed into their X and Z parts
            (`circuit.detector_error_model(decompose_errors=True)`).
        settings: all of the decoder's.

    Raises:
        Undecodable: if a part of an error flips more than two detectors. PyMatching leaves such
            errors out without a word.
    """
    import pymatching

    _require_graphlike(model)
    correlated = settings["correlated"]
    matching = pymatching.Matching.from_detector_error_model(model, enable_correlations=correlated)

    def decode(shots: NDArray[np.uint8]) -> NDArray[np.uint8]:
        predictions: NDArray[np.uint8] = matching.decode_batch(
            shots,
            bit_packed_shots=True,
            bit_packed_predictions=True,
            enable_correlations=correlated,
        )
        return predictions

    return decode


def _require_graphlike(model: "stim.DetectorErrorModel") -> None:
    for instruction in model.flattened():
        if instruction.type != "error" or not instruction.args_copy()[0]:
            continue
        for part in instruction.target_groups():
            size = sum(target.is_relative_detector_id() for target in part)
            if size > 2:
                raise Undecodable(
                    "errors must be made of parts that flip at most two detectors, got "
                    f"{instruction} with a part that flips {size}"
                )
