"""Search for the likeliest error set, by the package tesseract-decoder (arXiv:2503.10988)."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qcode_rl.decoding.decoders.failures import Undecodable, name_detectors
from qcode_rl.decoding.decoders.mechanisms import ErrorMatrices
from qcode_rl.decoding.decoders.packed import PackedDecoder, packed_decoder
from qcode_rl.decoding.decoders.settings import Settings

if TYPE_CHECKING:
    import stim

_ORDERS = {"index": "DetIndex", "bfs": "DetBFS", "coordinate": "DetCoordinate"}


def compile_model(model: "stim.DetectorErrorModel", settings: Settings) -> PackedDecoder:
    """Set up `tesseract`.

    Args:
        model: what to decode; errors may flip any number of detectors.
        settings: all of the decoder's.

    Raises:
        Undecodable: if an error of the model happens more often than not.
    """
    from tesseract_decoder import tesseract, utils

    ErrorMatrices.from_model(model)  # refuses what the search cannot start from
    options = dict(settings)
    orders = utils.build_det_orders(
        dem=model,
        num_det_orders=options.pop("num_det_orders"),
        method=getattr(utils.DetOrder, _ORDERS[options.pop("det_order_method")]),
        seed=options.pop("seed"),
    )
    decoder = tesseract.TesseractConfig(dem=model, det_orders=orders, **options).compile_decoder()

    def predict(syndromes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        flips = np.zeros((len(syndromes), model.num_observables), dtype=np.uint8)
        for row, syndrome in enumerate(syndromes.astype(bool)):
            flips[row] = decoder.decode(syndrome)
            # A search that ends without an error set gives zeros, and raises only this flag.
            if decoder.low_confidence_flag:
                events = name_detectors(np.flatnonzero(syndrome))
                raise Undecodable(f"no set of errors was found that explains events {events}")
        return flips

    return packed_decoder(model, predict)
