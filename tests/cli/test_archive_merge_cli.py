"""`qcode-rl archive merge`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from qcode_rl.archive import Archive, CodeRecord, Counts, Provenance
from qcode_rl.cli.archive_merge import merge_command
from qcode_rl.codes import hypergraph_product
from qcode_rl.distance import distance_of
from qcode_rl.errors import InputError


def record(rows: int) -> CodeRecord:
    """Return the record of a surface code."""
    code = hypergraph_product(
        [[int(j in (i, i + 1)) for j in range(rows + 1)] for i in range(rows)]
    )
    return CodeRecord.of(code, distance_of(code), Provenance())


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    """Two archives with a code in common; the first has a damaged line."""
    archives = [tmp_path / "one", tmp_path / "two"]
    for number, archive in enumerate(archives):
        with Archive(archive).writer(f"run{number}") as writer:
            writer.add(record(2))
            writer.add(record(2 + number))
            writer.add_counts(record(2).key, Counts("a" * 64, {}, 10, number))
    with next(archives[0].glob("segments/*/*")).open("ab") as file:
        file.write(b"junk\n")
    return archives


def run(*arguments: object) -> tuple[str, str]:
    result = CliRunner().invoke(merge_command, [str(argument) for argument in arguments])
    if result.exception:
        raise result.exception
    return result.stdout, result.stderr


def test_the_command_reports_what_was_new_and_names_damage(two: list[Path], tmp_path: Path) -> None:
    target = tmp_path / "target"
    out, err = run(*two, "--archive", target)
    assert out == (
        f"{target}: 2 codes, 2 evidence, 2 counts new; 2 segments copied, 0 held already\n"
    )
    (copy,) = target.glob("segments/run0/*.jsonl")
    assert err == f"warning: damaged, passed over: {copy}:6: does not begin with an event id\n"


def test_merging_again_reports_that_nothing_was_new(two: list[Path], tmp_path: Path) -> None:
    target = tmp_path / "target"
    run(*two, "--archive", target)
    out, err = run(two[1], "--archive", target, "--json")
    assert json.loads(out) == {
        "archive": str(target),
        "segments": {"copied": 0, "held": 1},
        "new": {"codes": 0, "evidence": 0, "counts": 0},
        "damage": [],
    }
    assert err == ""


def test_what_is_no_archive_is_refused_and_nothing_made(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no archive"):
        run(tmp_path / "none", "--archive", tmp_path / "target")
    assert not (tmp_path / "target").exists()
