"""Observation spaces that all code environments share."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from qcode_rl.edits import stepping
from qcode_rl.edits.stepping import Observations


def observation_space(max_checks: int, max_bits: int, max_edges: int) -> spaces.Dict:
    """Return the space of padded graphs with M checks, N bits and E edges."""

    # Everything is flat: both environment checkers take a matrix for a misshapen image.
    def features(size: int) -> spaces.Box:
        # Features are ratios of quantities that are at most 64; see edits.stepping.
        return spaces.Box(-64.0, 64.0, (size,), np.float32)

    return spaces.Dict(
        {
            "checks": features(max_checks * stepping.CHECK_FEATURES),
            "bits": features(max_bits * stepping.BIT_FEATURES),
            "edges": spaces.Box(0, max(max_checks, max_bits, 4) - 1, (max_edges * 3,), np.int16),
            "overall": features(stepping.GLOBAL_FEATURES),
        }
    )


def as_dict(observations: Observations) -> dict[str, NDArray[Any]]:
    """Return copies of batched observation arrays, keyed as in `observation_space`."""
    size = len(observations.overall)
    return {
        "checks": observations.checks.reshape(size, -1).copy(),
        "bits": observations.bits.reshape(size, -1).copy(),
        "edges": observations.edges.reshape(size, -1).copy(),
        "overall": observations.overall.copy(),
    }
