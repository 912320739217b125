"""Rates of archived counts: as the evaluation itself had told them, and nothing of what is odd."""

from pathlib import Path
from typing import Any

import pytest

from qcode_rl.archive import Archive, CodeRecord, Counts, Provenance
from qcode_rl.codes.named import named_code
from qcode_rl.decoding.collection import Limits
from qcode_rl.decoding.experiments import Setup
from qcode_rl.distance import distance_of
from qcode_rl.evaluation import evaluate, plan, subject_of
from qcode_rl.evaluation.archived import archived_rows
from qcode_rl.plots.error_rates import plot_error_rates

TOLD = {"model": "circuit", "p": 0.01, "rounds": 3, "basis": "Z", "k": 1}


def record(name: str) -> CodeRecord:
    code: Any = named_code(name)
    return CodeRecord.of(code, distance_of(code), Provenance())


def kept(folder: Path, counts: Counts, name: str = "steane") -> list[dict[str, Any]]:
    held = record(name)
    with Archive(folder).writer("run") as writer:
        writer.add(held)
        writer.add_counts(held.key, counts)
    return archived_rows(Archive(folder), held)


@pytest.mark.usefixtures("sampling_here")
@pytest.mark.parametrize(
    ("name", "setup"),
    [
        ("toric-3", Setup(model="capacity")),
        ("steane", Setup(rounds=2)),
        ("five-qubit", Setup(rounds=2, basis="both")),
    ],
)
def test_rates_are_those_that_the_evaluation_told(tmp_path: Path, name: str, setup: Setup) -> None:
    archive = Archive(tmp_path)
    subject = subject_of(name, archive, setup)
    result = evaluate([(subject, plan(subject, [0.02, 0.05]))], Limits(400, 400), archive)
    rows = archived_rows(Archive(tmp_path), record(name), subject.name)
    assert len(rows) == 2
    for row, told in zip(rows, result.rows, strict=True):
        common = row.keys() & told.keys() - {"seconds"}
        assert {key: row[key] for key in common} == {key: told[key] for key in common}
        assert told.keys() - row.keys() == {"patches"}
    assert len(plot_error_rates(rows).lines) >= 1


def test_counts_without_shots_have_no_rates(tmp_path: Path) -> None:
    (row,) = kept(tmp_path, Counts("0" * 64, TOLD, 0, 0))
    assert (row["rate"], row["rate_per_round_and_logical"]) == (None, None)
    assert row["name"] == "[[7,1,3]](4,3)"
    assert not plot_error_rates([row]).lines


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {**TOLD, "rounds": 0},
        {**TOLD, "k": "one"},
        {**TOLD, "rounds": True},
        {**TOLD, "p": None},
        {**TOLD, "p": 2.0},
        {name: value for name, value in TOLD.items() if name != "basis"},
    ],
)
def test_experiments_that_do_not_tell_what_rates_need_are_left_out(
    tmp_path: Path, odd: dict[str, Any]
) -> None:
    assert kept(tmp_path, Counts("0" * 64, odd, 100, 1)) == []
