"""A relay of belief propagations with disordered memory, by the package relay-bp (2506.01779).

It is made for bivariate bicycle codes. On stim's surface code (d = 5, p = 0.003) one shot in about
6000 has no leg that converges, which ends the job: nothing is guessed.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qcode_rl.decoding.decoders.failures import Undecodable, name_detectors
from qcode_rl.decoding.decoders.mechanisms import ErrorMatrices
from qcode_rl.decoding.decoders.packed import PackedDecoder, packed_decoder, verified
from qcode_rl.decoding.decoders.settings import Settings

if TYPE_CHECKING:
    import stim


def compile_model(model: "stim.DetectorErrorModel", settings: Settings) -> PackedDecoder:
    """Set up `relay-bp`.

    Args:
        model: what to decode; errors may flip any number of detectors.
        settings: all of the decoder's.

    Raises:
        Undecodable: if an error of the model happens more often than not, or none can happen.
    """
    import relay_bp

    matrices = ErrorMatrices.from_model(model)
    num_columns = len(matrices.priors)
    if not num_columns:
        raise Undecodable("the model must have an error that a detector sees, got none")
    options = dict(settings)
    low, high = options.pop("gamma_low"), options.pop("gamma_high")
    # relay-bp draws memories as it goes, and would answer one syndrome differently from shot to
    # shot: they are drawn here once for all shots.
    rng = np.random.default_rng(options.pop("seed"))
    memories = rng.uniform(low, high, (options["num_sets"], num_columns))
    decoder = relay_bp.RelayDecoderF64(
        matrices.checks, error_priors=matrices.priors, explicit_gammas=memories, **options
    )

    def correct(syndromes: NDArray[np.uint8]) -> list[NDArray[np.intp]]:
        results = decoder.decode_detailed_batch(syndromes)
        for syndrome, result in zip(syndromes, results, strict=True):
            if not result.success:
                events = name_detectors(np.flatnonzero(syndrome))
                raise Undecodable(f"no leg of the relay converged for events {events}")
        return [np.flatnonzero(result.decoding) for result in results]

    return packed_decoder(model, verified(matrices, correct))
