"""Decoders against the packages behind them, and against each other, shot by shot."""

import numpy as np
import pymatching
import pytest
import stim
from decoder_models import compiled, decode, sample, surface
from ldpc.bplsd_decoder import BpLsdDecoder
from ldpc.bposd_decoder import BpOsdDecoder
from ldpc.ckt_noise.dem_matrices import detector_error_model_to_check_matrices
from numpy.typing import NDArray

from qcode_rl.decoding.decoders import DecoderSpec
from qcode_rl.decoding.decoders.mechanisms import ErrorMatrices

SURFACES = [(3, 0.01, 1000), (5, 0.005, 100)]
PROPAGATION = [
    ("bposd", {}),
    ("bposd", {"bp_method": "product_sum", "max_iter": 5, "osd_method": "osd_0"}),
    (
        "bposd",
        {"schedule": "serial", "ms_scaling_factor": 0.8, "osd_method": "osd_e", "osd_order": 3},
    ),
    ("bplsd", {}),
    ("bplsd", {"max_iter": 3, "lsd_method": "lsd_0", "bits_per_step": 4}),
]


def ldpc_predictions(
    model: stim.DetectorErrorModel, spec: DecoderSpec, shots: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    matrices = detector_error_model_to_check_matrices(model, allow_undecomposed_hyperedges=True)
    make = BpOsdDecoder if spec.name == "bposd" else BpLsdDecoder
    decoder = make(matrices.check_matrix, error_channel=list(matrices.priors), **spec.settings)
    events = np.unpackbits(shots, axis=1, count=model.num_detectors, bitorder="little")
    flips = np.zeros((len(shots), model.num_observables), dtype=np.uint8)
    for row, syndrome in enumerate(events):
        if syndrome.any():
            flips[row] = matrices.observables_matrix @ decoder.decode(syndrome) % 2
    return np.packbits(flips, axis=1, bitorder="little")


@pytest.mark.parametrize(("distance", "p", "shots"), SURFACES)
@pytest.mark.parametrize(("name", "settings"), PROPAGATION)
def test_belief_propagation_gives_what_ldpc_gives(
    name: str, settings: dict[str, object], distance: int, p: float, shots: int
) -> None:
    circuit = surface(distance, p)
    model = circuit.detector_error_model(decompose_errors=True)
    events, _ = sample(circuit, shots)
    expected = ldpc_predictions(model, DecoderSpec.of(name, **settings), events)
    assert np.array_equal(decode(compiled(model, name, **settings), events), expected)


@pytest.mark.parametrize(("distance", "p", "shots"), SURFACES)
@pytest.mark.parametrize("correlated", [False, True])
def test_matching_gives_what_pymatching_gives(
    correlated: bool, distance: int, p: float, shots: int
) -> None:
    circuit = surface(distance, p)
    model = circuit.detector_error_model(decompose_errors=True)
    events, _ = sample(circuit, 10 * shots)
    matching = pymatching.Matching.from_detector_error_model(model, enable_correlations=correlated)
    unpacked = np.unpackbits(events, axis=1, count=model.num_detectors, bitorder="little")
    flips = matching.decode_batch(unpacked, enable_correlations=correlated)
    expected = np.packbits(flips, axis=1, bitorder="little")
    assert np.array_equal(
        decode(compiled(model, "matching", correlated=correlated), events), expected
    )


@pytest.mark.parametrize("name", ["bposd", "bplsd", "relay-bp", "tesseract"])
def test_an_answer_does_not_depend_on_the_other_shots(name: str) -> None:
    for package in {"relay-bp": ["relay_bp"], "tesseract": ["tesseract_decoder"]}.get(name, []):
        pytest.importorskip(package)
    circuit = surface(3, 0.01)
    events, _ = sample(circuit, 300)
    decoder = compiled(circuit.detector_error_model(), name)
    together = decode(decoder, events)
    order = np.random.default_rng(1).permutation(len(events))
    assert np.array_equal(decode(decoder, events[order]), together[order])
    assert np.array_equal(np.concatenate([decode(decoder, e[None]) for e in events]), together)


def test_matrices_are_those_of_ldpc_where_both_are_right() -> None:
    model = surface(3, 0.003).detector_error_model(decompose_errors=True)
    ours = ErrorMatrices.from_model(model)
    theirs = detector_error_model_to_check_matrices(model, allow_undecomposed_hyperedges=True)
    assert (ours.checks != theirs.check_matrix).nnz == 0
    assert (ours.observables != theirs.observables_matrix).nnz == 0
    assert np.array_equal(ours.priors, theirs.priors)


def test_errors_that_no_detector_tells_apart_become_the_likeliest() -> None:
    model = stim.DetectorErrorModel(
        "error(0.2) D0 D1 L0\nerror(0.1) D0 D1\nerror(0.1) D0 ^ D1\n"
        "error(0.3) L0\nerror(0) D1\nerror(0.01) D0 D1 D2 ^ D1 L1\ndetector D3"
    )
    matrices = ErrorMatrices.from_model(model)
    # ldpc gives the first column the observables of whichever error comes last.
    assert matrices.checks.toarray().T.tolist() == [[1, 1, 0, 0], [1, 0, 1, 0]]
    assert matrices.observables.toarray().T.tolist() == [[1, 0], [0, 1]]
    assert matrices.priors == pytest.approx([0.2 * 0.82 + 0.8 * 0.18, 0.01])
