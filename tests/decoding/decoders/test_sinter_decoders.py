"""Decoders in sinter's hands: pickled, sent to a worker, counted."""

import io
import pickle

import numpy as np
import pytest
import sinter
from decoder_models import compiled, decode, sample, surface

import qcode_rl.decoding.decoders as decoders
from qcode_rl.decoding.decoders import DecoderSpec, DecodingFailed, SinterDecoder, sinter_decoders

SPECS = [DecoderSpec.of("bposd", osd_order=0), DecoderSpec.of("matching")]


def test_decoders_are_keyed_by_label_and_pickle() -> None:
    made = sinter_decoders(SPECS, "surface-3")
    assert list(made) == [spec.label for spec in SPECS]
    for spec, decoder in zip(SPECS, made.values(), strict=True):
        copy = pickle.loads(pickle.dumps(decoder))
        assert isinstance(copy, SinterDecoder)
        assert (copy.spec, copy.code) == (spec, "surface-3")


def test_sinter_collects_with_them_and_its_table_keeps_the_labels() -> None:
    circuit = surface(3, 0.02)
    stats = sinter.collect(
        num_workers=1,
        tasks=[sinter.Task(circuit=circuit, json_metadata=spec.as_json()) for spec in SPECS[:1]],
        decoders=[spec.label for spec in SPECS],
        custom_decoders=sinter_decoders(SPECS, "surface-3"),
        max_shots=2000,
    )
    assert {stat.decoder for stat in stats} == {spec.label for spec in SPECS}
    assert all(stat.shots == 2000 and 20 < stat.errors < 500 for stat in stats)
    table = "\n".join([sinter.CSV_HEADER, *(stat.to_csv_line() for stat in stats)])
    read = sinter.stats_from_csv_files(io.StringIO(table))
    assert {stat.decoder for stat in read} == {spec.label for spec in SPECS}


def test_a_failure_in_a_worker_says_what_failed() -> None:
    spec = DecoderSpec.of("matching")
    circuit = surface(3, 0.02)
    model = circuit.detector_error_model()  # not decomposed: its Y errors flip four detectors
    task = sinter.Task(circuit=circuit, detector_error_model=model, decoder=spec.label)
    with pytest.raises(RuntimeError, match="surface-3: errors must be made of parts") as info:
        sinter.collect(
            num_workers=1,
            tasks=[task],
            custom_decoders=sinter_decoders([spec], "surface-3"),
            max_shots=10,
        )
    assert isinstance(info.value.__cause__, DecodingFailed)


@pytest.mark.parametrize(
    ("name", "package"), [("relay-bp", "relay_bp"), ("tesseract", "tesseract_decoder")]
)
def test_optional_decoders_decode_about_as_well_as_correlated_matching(
    name: str, package: str
) -> None:
    pytest.importorskip(package)
    circuit = surface(3, 0.01)
    events, flips = sample(circuit, 3000)
    model = circuit.detector_error_model(decompose_errors=True)
    wrong = (decode(compiled(model, name), events) != flips).any(axis=1).sum()
    reference = compiled(model, "matching", correlated=True)
    assert wrong <= 1.15 * (decode(reference, events) != flips).any(axis=1).sum() + 5


def test_names_that_are_loaded_late_are_there_and_others_are_not() -> None:
    assert decoders.CompiledDecoder.__name__ == "CompiledDecoder"
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = decoders.Nothing


def test_many_shots_are_decoded_in_blocks() -> None:
    circuit = surface(3, 0.001)
    events, _ = sample(circuit, 20_000)
    decoder = compiled(circuit.detector_error_model(), "bposd", osd_order=0)
    together = decode(decoder, events)
    assert np.array_equal(together[8000:8400], decode(decoder, events[8000:8400]))
    assert np.array_equal(together[-100:], decode(decoder, events[-100:]))
