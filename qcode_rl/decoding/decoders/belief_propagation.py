"""Belief propagation with ordered or localised statistics, by the package ldpc.

Why the defaults are what they are: shots decoded wrongly, and milliseconds a shot on one core, with
ordered statistics of order 10 after at most 30 rounds of minimum sum. The rows are stim's rotated
surface code (d = 5, p = 0.006, 3000 shots), a memory circuit of the bivariate bicycle code
[[72,12,6]] with the detectors of one type (6 rounds, p = 0.0015, 1500 shots; p = 0.004, 300 shots;
with those of both types decoding takes a hundred times as long), and bit flips on [[144,12,12]]
(p = 0.06, 3000 shots).

==============  ============  =============  ==============
model           serial, 0.9   parallel, 0.9  parallel, .625
==============  ============  =============  ==============
surface         47 (6.1 ms)   78 (3.8 ms)    48 (7.2 ms)
[[72,12,6]]     2 (2.1 ms)    2 (1.8 ms)     13 (4.9 ms)
same, 0.004     21 (9.6 ms)   20 (10.6 ms)   35 (17.5 ms)
[[144,12,12]]   292 (.13 ms)  304 (.14 ms)   269 (.14 ms)
==============  ============  =============  ==============

Order 0 instead of 10 costs up to a quarter more errors after serial rounds, and up to half more
after parallel ones. Sixty rounds gain nothing that shows; product sums take four times as long.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qcode_rl.decoding.decoders.failures import Undecodable, name_detectors
from qcode_rl.decoding.decoders.mechanisms import ErrorMatrices
from qcode_rl.decoding.decoders.packed import Correct, PackedDecoder, packed_decoder, verified
from qcode_rl.decoding.decoders.settings import Settings

if TYPE_CHECKING:
    import stim


def compile_model(model: "stim.DetectorErrorModel", settings: Settings) -> PackedDecoder:
    """Set up `bposd` or `bplsd`, whichever the settings are of.

    Args:
        model: what to decode; errors may flip any number of detectors.
        settings: all of the decoder's.

    Raises:
        Undecodable: if an error of the model happens more often than not.
    """
    matrices = ErrorMatrices.from_model(model)
    if not len(matrices.priors):
        correct: Correct = _no_errors
    elif "osd_order" in settings:
        correct = _one_by_one(_ordered_statistics(matrices, settings))
    else:
        correct = _localised_statistics(matrices, settings)
    return packed_decoder(model, verified(matrices, correct))


def _ordered_statistics(matrices: ErrorMatrices, settings: Settings) -> Any:
    from ldpc.bposd_decoder import BpOsdDecoder

    # ldpc writes beyond its arrays when the order exceeds the number of bits that are free, which
    # are then all of the bits that could be tried.
    order = min(settings["osd_order"], _num_free(matrices, settings["osd_order"]))
    channel = list(matrices.priors)
    return BpOsdDecoder(matrices.checks, error_channel=channel, **{**settings, "osd_order": order})


def _localised_statistics(matrices: ErrorMatrices, settings: Settings) -> Correct:
    from ldpc.bplsd_decoder import BpLsdDecoder

    decoder = BpLsdDecoder(matrices.checks, error_channel=list(matrices.priors), **settings)
    # Sets of detectors that every error flips an even number of times.
    even = _mod2().kernel(matrices.checks.T.tocsr()).astype(np.uint8)
    correct = _one_by_one(decoder)

    def checked(syndromes: NDArray[np.uint8]) -> list[NDArray[np.intp]]:
        # ldpc grows clusters for ever when no error set explains the syndrome.
        parities = even @ syndromes.T & 1
        odd = np.flatnonzero(parities.any(axis=0))
        if len(odd):
            events = name_detectors(np.flatnonzero(syndromes[odd[0]]))
            raise Undecodable(f"no set of errors explains events {events}")
        return correct(syndromes)

    return checked


def _num_free(matrices: ErrorMatrices, wanted: int) -> int:
    """Count columns beyond the rank of the checks, exactly if there are fewer than wanted."""
    num_detectors, num_columns = matrices.checks.shape
    if num_columns - num_detectors >= wanted:
        return int(num_columns - num_detectors)
    return int(num_columns - _mod2().rank(matrices.checks.tocsr()))


def _mod2() -> Any:
    # By name: the stub file of this module does not parse, at which mypy stops.
    return import_module("ldpc.mod2")


def _one_by_one(decoder: Any) -> Correct:
    return lambda syndromes: [np.flatnonzero(decoder.decode(row)) for row in syndromes]


def _no_errors(syndromes: NDArray[np.uint8]) -> list[NDArray[np.intp]]:
    return [np.zeros(0, dtype=np.intp) for _ in syndromes]
