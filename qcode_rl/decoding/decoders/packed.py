"""From packed shots to packed predictions, by way of distinct syndromes."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qcode_rl.decoding.decoders.failures import Undecodable, name_detectors
from qcode_rl.decoding.decoders.mechanisms import ErrorMatrices

if TYPE_CHECKING:
    import stim

#: `(shots, ceil(detectors / 8))` to `(shots, ceil(observables / 8))`, bits in little order.
PackedDecoder = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
#: Distinct syndromes, none of them zero, `(m, detectors)` uint8, to `(m, observables)` uint8.
Predict = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
#: Such syndromes to the columns whose errors happened, one array a syndrome.
Correct = Callable[[NDArray[np.uint8]], list[NDArray[np.intp]]]

# Bounds the memory of unpacked shots, whatever a caller hands over.
_BLOCK = 8192


def packed_decoder(model: "stim.DetectorErrorModel", predict: Predict) -> PackedDecoder:
    """Return a decoder of packed shots.

    A shot without detection events is predicted to flip nothing; the others are decoded once for
    each distinct syndrome.

    Args:
        model: what is decoded; only its sizes are used.
        predict: gives the flips of distinct syndromes.
    """
    num_detectors, width = model.num_detectors, -(-model.num_observables // 8)

    def decode(shots: NDArray[np.uint8]) -> NDArray[np.uint8]:
        predictions = np.zeros((len(shots), width), dtype=np.uint8)
        for start in range(0, len(shots), _BLOCK):
            block = shots[start : start + _BLOCK]
            fired = np.flatnonzero(block.any(axis=1))
            if len(fired):
                distinct, which = distinct_rows(block[fired])
                syndromes = np.unpackbits(distinct, axis=1, count=num_detectors, bitorder="little")
                flips = np.packbits(predict(syndromes), axis=1, bitorder="little")
                predictions[start + fired] = flips[which]
        return predictions

    return decode


def distinct_rows(rows: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Return the distinct rows of a matrix, and for each row which of them it is."""
    rows = np.ascontiguousarray(rows)
    # Rows compared as strings of bytes sort faster than `np.unique` with an axis sorts them.
    whole = rows.view(np.dtype((np.void, rows.shape[1]))).ravel()
    _, first, which = np.unique(whole, return_index=True, return_inverse=True)
    return rows[first], which


def verified(matrices: ErrorMatrices, correct: Correct) -> Predict:
    """Return what predicts flips by corrections, each of which must reproduce its syndrome.

    Args:
        matrices: what corrections flip.
        correct: finds them.
    """
    import scipy.sparse as sp

    num_detectors = matrices.checks.shape[0]
    outcomes = sp.vstack([matrices.checks, matrices.observables]).T.tocsr()

    def predict(syndromes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        corrections = correct(syndromes)
        starts = np.concatenate(([0], np.cumsum([len(columns) for columns in corrections])))
        columns = np.concatenate(corrections)
        ones = np.ones(len(columns), dtype=np.uint8)
        shape = (len(syndromes), outcomes.shape[0])
        # Counts wrap around at 256, which leaves their parity.
        flips = (sp.csr_matrix((ones, columns, starts), shape=shape) @ outcomes).toarray() & 1
        _require_explained(syndromes, flips[:, :num_detectors])
        return np.ascontiguousarray(flips[:, num_detectors:], dtype=np.uint8)

    return predict


def _require_explained(syndromes: NDArray[np.uint8], explained: NDArray[np.uint8]) -> None:
    wrong = syndromes != explained
    if wrong.any():
        row = int(np.flatnonzero(wrong.any(axis=1))[0])
        events = name_detectors(np.flatnonzero(syndromes[row]))
        missed = name_detectors(np.flatnonzero(wrong[row]))
        raise Undecodable(f"the correction for events {events} does not explain {missed}")
