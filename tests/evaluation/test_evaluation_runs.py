"""Evaluations: counts from the archive and into it, whatever ends them."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from qcode_rl.archive import Archive
from qcode_rl.codes import CSSCode, named_code
from qcode_rl.decoding.collection import Limits
from qcode_rl.decoding.decoders import DecoderSpec, DecodingFailed
from qcode_rl.decoding.experiments import Experiment, Setup
from qcode_rl.errors import InputError
from qcode_rl.evaluation import Subject, evaluate, runs
from qcode_rl.evaluation.circuits import write_circuits
from qcode_rl.evaluation.runs import plan

Planned = list[tuple[Subject, Sequence[Experiment]]]


def planned(*rates: float, name: str = "steane", **setup: Any) -> Planned:
    code = named_code(name)
    assert isinstance(code, CSSCode)
    setup = {"model": "capacity", "decoder": DecoderSpec.of("lookup"), **setup}
    subject = Subject(code, name, Setup(**setup), 3)
    return [(subject, plan(subject, rates))]


def kept(path: Path, held: Planned) -> list[tuple[int, int]]:
    """Return the shots and errors that an archive holds of the experiments."""
    sums = {counts.task: counts for counts in Archive(path).counts(held[0][0].code.key)}
    found = [sums.get(experiment.task().strong_id()) for experiment in held[0][1]]
    return [(one.shots, one.errors) if one else (0, 0) for one in found]


def numbers(result: runs.Evaluation) -> list[tuple[int, int]]:
    return [(row["shots"], row["errors"]) for row in result.rows]


def test_what_was_counted_is_in_rows_statistics_and_archive(
    sampling_here: list[Any], tmp_path: Path
) -> None:
    held = planned(0.05, 0.2)
    result = evaluate(held, Limits(500, 10**6), Archive(tmp_path))
    assert numbers(result) == kept(tmp_path, held)
    assert [(stats.shots, stats.errors) for stats in result.stats] == numbers(result)
    assert [row["shots"] for row in result.rows] == [500, 500]
    assert 0 < result.rows[0]["errors"] < result.rows[1]["errors"]
    assert not result.interrupted
    (counts, _) = Archive(tmp_path).counts(held[0][0].code.key)
    assert counts.experiment == held[0][1][0].as_json()
    assert counts.circuit_distance == 3
    assert Archive(tmp_path).damage == []


def test_the_same_again_takes_everything_from_the_archive(
    sampling_here: list[Any], tmp_path: Path
) -> None:
    held = planned(0.05, 0.2)
    first = evaluate(held, Limits(500, 50), Archive(tmp_path))
    sampling_here.clear()
    files = list(tmp_path.rglob("*.jsonl"))
    second = evaluate(held, Limits(500, 50), Archive(tmp_path))
    assert (second.rows, second.csv()) == (first.rows, first.csv())
    assert sampling_here == []
    assert list(tmp_path.rglob("*.jsonl")) == files


def test_more_shots_add_up(sampling_here: list[Any], tmp_path: Path) -> None:
    held = planned(0.05)
    for most in (300, 500, 1000):
        result = evaluate(held, Limits(most, 10**6), Archive(tmp_path))
        assert result.rows[0]["shots"] == most
        assert kept(tmp_path, held) == numbers(result)
    (counts,) = Archive(tmp_path).counts(held[0][0].code.key)
    assert counts.samplings == 3


def test_archives_of_two_machines_add_up_where_their_segments_are_copied(
    sampling_here: list[Any], tmp_path: Path
) -> None:
    held = planned(0.05)
    parts = []
    for name, most in (("a", 300), ("b", 400)):
        parts += numbers(evaluate(held, Limits(most, 10**6), Archive(tmp_path / name)))
        shutil.copytree(tmp_path / name, tmp_path / "both", dirs_exist_ok=True)
    sampling_here.clear()
    both = evaluate(held, Limits(700, 10**6), Archive(tmp_path / "both"))
    assert numbers(both) == [(700, sum(errors for _, errors in parts))]
    assert sampling_here == []


def test_other_settings_are_counted_apart(sampling_here: list[Any], tmp_path: Path) -> None:
    for order in (0, 10):
        held = planned(0.05, decoder=DecoderSpec.of("bposd", osd_order=order))
        evaluate(held, Limits(200, 10**6), Archive(tmp_path))
    counts = Archive(tmp_path).counts(held[0][0].code.key)
    assert [one.shots for one in counts] == [200, 200]
    orders = [one.experiment["decoder_settings"]["osd_order"] for one in counts]
    assert sorted(orders) == [0, 10]


def test_without_an_archive_nothing_is_kept(sampling_here: list[Any]) -> None:
    result = evaluate(planned(0.05), Limits(200, 10**6))
    assert result.rows[0]["shots"] == 200


def test_the_csv_is_what_sinter_reads(sampling_here: list[Any], tmp_path: Path) -> None:
    import sinter

    result = evaluate(planned(0.05, 0.2), Limits(300, 10**6))
    (tmp_path / "counts.csv").write_text(result.csv())
    read = sinter.read_stats_from_csv_files(tmp_path / "counts.csv")
    assert sorted(read, key=lambda stats: stats.errors) == result.stats


def test_interrupts_keep_what_was_counted_and_leave_the_rest_at_none(
    sampling_here: list[Any], tmp_path: Path
) -> None:
    held = planned(0.05, 0.1) + planned(0.05, name="rotated-surface-3")

    def interrupt(subject: Subject, experiments: Any, totals: dict[str, Any]) -> None:
        if sum(stats.shots for stats in totals.values()) == 700:
            raise KeyboardInterrupt

    result = evaluate(held, Limits(500, 10**6), Archive(tmp_path), interrupt)
    assert result.interrupted
    assert [row["shots"] for row in result.rows] == [500, 200, 0]
    assert [shots for shots, _ in kept(tmp_path, held)] == [500, 200]
    again = evaluate(held, Limits(500, 10**6), Archive(tmp_path))
    assert [row["shots"] for row in again.rows] == [500, 500, 500]


def test_counts_reach_the_archive_while_sampling_goes_on(
    sampling_here: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "_KEEP_SECONDS", 0.0)
    held, seen = planned(0.05), []

    def look(subject: Subject, experiments: Any, totals: dict[str, Any]) -> None:
        seen.append((sum(one.shots for one in totals.values()), kept(tmp_path, held)[0][0]))

    evaluate(held, Limits(300, 10**6), Archive(tmp_path), look)
    assert seen == [(0, 0), (100, 100), (200, 200), (300, 300)]


def test_a_decoder_that_fails_leaves_what_was_counted(
    sampling_here: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qcode_rl.decoding.decoders import adapter

    held, whole = planned(0.05), adapter.CompiledDecoder.decode_shots_bit_packed
    calls: list[int] = []

    def decode(self: Any, **shots: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise DecodingFailed("lookup()", "steane", "no reason")
        return whole(self, **shots)

    monkeypatch.setattr(adapter.CompiledDecoder, "decode_shots_bit_packed", decode)
    with pytest.raises(DecodingFailed, match=r"^lookup\(\) on .*steane.*: .*no reason$"):
        evaluate(held, Limits(500, 10**6), Archive(tmp_path))
    assert kept(tmp_path, held)[0][0] == 200


def test_an_archive_that_cannot_be_written_is_bad_input_and_no_failed_decoder(
    sampling_here: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "segments").write_text("in the way")
    monkeypatch.setattr(runs, "_KEEP_SECONDS", 0.0)
    with pytest.raises(InputError, match="archive: cannot write to"):
        evaluate(planned(0.05), Limits(500, 10**6), Archive(tmp_path))


def test_time_is_shared_among_subjects(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(runs, "collect", lambda held, limits, **_: given.append(limits.seconds))
    evaluate([*planned(0.1), *planned(0.1), *planned(0.1)], Limits(seconds=60.0))
    # No time passes in between: what the first ones leave is for the others.
    assert given == pytest.approx([20, 30, 60], abs=1)


def test_circuits_in_files_are_those_that_are_sampled_and_decoded(
    sampling_here: list[Any], tmp_path: Path
) -> None:
    import stim

    folder = tmp_path / "new" / "my circuits"
    ways: list[dict[str, Any]] = [
        {"decoder": DecoderSpec.of("matching")},
        {"decoder": DecoderSpec.of("bposd"), "model": "phenomenological", "rounds": 2},
        {"decoder": DecoderSpec.of("bposd"), "model": "circuit", "rounds": 2},
    ]
    for way in ways:
        held = planned(0.001, 0.0010000001, 1 / 300, name="rotated-surface-3", **way)
        sampling_here.clear()
        files = list(write_circuits(held[0][1], folder))
        assert len(set(files)) == 6
        evaluate(held, Limits(10, 10))
        for task, path, model in zip(sampling_here, files[::2], files[1::2], strict=True):
            assert (path.suffix, model.suffix) == (".stim", ".dem")
            # stim writes six digits of the rates in circuits, on the way to workers too.
            assert str(stim.Circuit.from_file(path)) == str(task.circuit)
            assert stim.DetectorErrorModel.from_file(model) == task.detector_error_model
    assert len(list(folder.iterdir())) == 18


def test_circuits_that_cannot_be_written_are_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match=r"^--circuits: cannot write to '"):
            list(write_circuits(planned(0.1)[0][1], folder))
