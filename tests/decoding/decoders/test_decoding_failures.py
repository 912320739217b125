"""What happens when there is no answer: one exception that says who, on what, and why."""

import pickle
import re

import numpy as np
import pytest
import stim
from decoder_models import compiled, decode, repetition, steane, surface

from qcode_rl.decoding.decoders import DecoderSpec, DecodingFailed, SinterDecoder
from qcode_rl.decoding.decoders.failures import name_detectors

# A detection event at D1 alone: no set of errors makes one.
IMPOSSIBLE = stim.DetectorErrorModel("error(0.1) D0 D1 L0\nerror(0.1) D2\nerror(0.2) D0 D1")
ALONE = np.array([[0b010]], dtype=np.uint8)
OPTIONAL = {"relay-bp": "relay_bp", "tesseract": "tesseract_decoder"}


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("bposd", "the correction for events D1 does not explain D"),
        ("bplsd", "no set of errors explains events D1"),
        ("lookup", "no set of errors explains events D1"),
        ("matching", "ValueError: No perfect matching could be found."),
        ("relay-bp", "no leg of the relay converged for events D1"),
        ("tesseract", "no set of errors was found that explains events D1"),
    ],
)
def test_an_impossible_syndrome_fails_with_decoder_settings_code_and_cause(
    name: str, cause: str
) -> None:
    if name in OPTIONAL:
        pytest.importorskip(OPTIONAL[name])
    spec = DecoderSpec.of(name)
    decoder = SinterDecoder(spec, code="[[3,1]]").compile_decoder_for_dem(dem=IMPOSSIBLE)
    assert decode(decoder, np.array([[0b100]], dtype=np.uint8)).tolist() == [[0]]
    with pytest.raises(
        DecodingFailed, match=re.escape(f"{spec.label} on [[3,1]]: {cause}")
    ) as info:
        decode(decoder, np.concatenate([0 * ALONE, ALONE]))
    assert "\n" not in str(info.value)


@pytest.mark.parametrize("name", ["bposd", "bplsd", "lookup", "matching"])
def test_a_model_without_errors_predicts_nothing_and_explains_nothing(name: str) -> None:
    decoder = compiled(stim.DetectorErrorModel("detector D9\nlogical_observable L8"), name)
    assert decode(decoder, np.zeros((3, 2), dtype=np.uint8)).tolist() == [[0, 0]] * 3
    with pytest.raises(DecodingFailed):
        decode(decoder, np.ones((3, 2), dtype=np.uint8))


@pytest.mark.parametrize("name", ["bposd", "bplsd", "lookup", "matching"])
def test_a_model_without_detectors_has_shots_of_no_bytes(name: str) -> None:
    decoder = compiled(stim.DetectorErrorModel("error(0.1) L0"), name)
    assert decode(decoder, np.zeros((3, 0), dtype=np.uint8)).tolist() == [[0]] * 3


@pytest.mark.parametrize("correlated", [False, True])
def test_matching_refuses_an_error_that_flips_three_detectors(correlated: bool) -> None:
    with pytest.raises(
        DecodingFailed, match=r"got error\(0\.1\) D0 D1 D2 L0 with a part that flips"
    ):
        compiled(steane(0.1), "matching", correlated=correlated)
    with pytest.raises(DecodingFailed, match="parts that flip at most two detectors"):
        compiled(surface(3, 0.01).detector_error_model(), "matching")


def test_lookup_refuses_models_beyond_its_table() -> None:
    with pytest.raises(
        DecodingFailed, match="at most 20 detectors and observables together, got 24"
    ):
        compiled(surface(3, 0.01).detector_error_model(), "lookup")


@pytest.mark.parametrize("name", ["bposd", "bplsd", "relay-bp", "tesseract"])
def test_an_error_more_likely_than_not_is_refused(name: str) -> None:
    if name in OPTIONAL:
        pytest.importorskip(OPTIONAL[name])
    with pytest.raises(DecodingFailed, match=r"more often than not, got error\(0\.7\) D0 D1"):
        compiled(stim.DetectorErrorModel("error(0.7) D1 D0 L0"), name)


def test_shots_of_another_model_are_refused() -> None:
    decoder = compiled(repetition(12, 0.1), "bposd")
    for wrong in (np.zeros((4, 3), np.uint8), np.zeros((4, 2), bool), np.zeros(2, np.uint8)):
        with pytest.raises(DecodingFailed, match=r"shots must be \(shots, 2\) uint8, got \("):
            decode(decoder, wrong)


def test_an_order_beyond_the_free_bits_tries_them_all() -> None:
    # ldpc alone writes beyond its arrays here.
    model = repetition(3, 0.1)
    for method in ("osd_cs", "osd_e"):
        decoder = compiled(model, "bposd", osd_method=method, osd_order=15, max_iter=1)
        assert decode(decoder, np.array([[1], [2], [3]], np.uint8)).ravel().tolist() == [1, 0, 0]


def test_a_failure_survives_pickling() -> None:
    failure = pickle.loads(pickle.dumps(DecodingFailed("bposd(a=1)", "surface-3", "it broke")))
    assert str(failure) == "bposd(a=1) on surface-3: it broke"
    assert (failure.decoder, failure.code) == ("bposd(a=1)", "surface-3")


def test_long_syndromes_are_cut_short() -> None:
    assert name_detectors(range(10)) == "D0 D1 D2 D3 D4 D5 D6 D7 and 2 more"
