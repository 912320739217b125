"""Observation spaces that all code environments share."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from qcode_rl.edits.batches import EditBatch
from qcode_rl.edits.stepping import Observations


def observation_space(batch: EditBatch) -> spaces.Dict:
    """Return the space of the padded graphs of a batch, with M checks, N bits and E edges."""
    check_features, bit_features, overall_features = batch.feature_sizes
    max_checks, max_bits = batch.max_checks, batch.max_bits
    max_edges = batch.observations.edges.shape[1]

    # Everything is flat: both environment checkers take a matrix for a misshapen image.
    def features(size: int) -> spaces.Box:
        # Features are ratios of quantities that are at most 64; see `edits`.
        return spaces.Box(-64.0, 64.0, (size,), np.float32)

    return spaces.Dict(
        {
            "checks": features(max_checks * check_features),
            "bits": features(max_bits * bit_features),
            "edges": spaces.Box(0, max(max_checks, max_bits, 4) - 1, (max_edges * 3,), np.int16),
            "overall": features(overall_features),
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
