"""`qcode-rl archive verify`."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from qcode_rl.archive import Archive, CodeRecord, Provenance, recomputation
from qcode_rl.archive.events import events_of
from qcode_rl.cli import archive_verify
from qcode_rl.cli.archive_verify import verify_command
from qcode_rl.codes import CSSCode, StabilizerCode, named_code
from qcode_rl.errors import InputError


def record(name: str) -> CodeRecord:
    code = named_code(name)
    assert isinstance(code, CSSCode | StabilizerCode)
    return CodeRecord.of(code, code.distance(), Provenance(run="demo"), name)


STEANE, FIVE = record("steane"), record("five-qubit")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Archive(tmp_path / "archive").writer("demo") as writer:
        writer.add(STEANE)
        writer.add(FIVE)
    return tmp_path / "archive"


def raise_distance(folder: Path) -> None:
    bound = {"pauli": "", "lower": 4, "witness": None, "method": "faith"}
    with Archive(folder).writer("liar") as writer:
        writer.append({"type": "evidence", "key": FIVE.key, "bounds": [bound]})


def run(*arguments: object) -> tuple[int, Result]:
    told = [str(argument) for argument in arguments]
    result = CliRunner().invoke(verify_command, told, standalone_mode=False)
    if result.exception:
        raise result.exception
    assert "\x1b" not in result.output
    return result.return_value, result


def test_a_good_archive_is_status_0_with_a_line_for_each_code(folder: Path) -> None:
    for arguments in ((), ("--all",)):
        status, result = run(*arguments, "--archive", folder)
        assert status == 0
        lines = [line.split() for line in result.stdout.splitlines()]
        assert lines[0][:4] == ["code", "findings", "witnesses", "proofs"]
        told = {line[0]: line for line in lines[1:]}
        assert told["[[7,1,3]](4,3)"][1:6] == ["1", "3", "3", "of", "3"]
        assert told["[[5,1,3]](4,4)"][1:6] == ["1", "1", "1", "of", "1"]
        assert {line[-1] for line in lines[1:]} == {"ok"}


def test_one_code_is_verified_by_the_beginning_of_its_key(folder: Path) -> None:
    status, result = run(STEANE.key[:8], "--archive", folder)
    assert status == 0
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr == ""
    with pytest.raises(InputError, match=r"key: no code in .* has a key beginning 'xyz'"):
        run("xyz", "--archive", folder)
    with pytest.raises(InputError, match="--all: must not be given with a key"):
        run("xyz", "--all", "--archive", folder)


def test_a_discrepancy_is_status_4_and_told(folder: Path) -> None:
    raise_distance(folder)
    status, result = run("--all", "--archive", folder)
    assert status == 4
    wrong = [line for line in result.stdout.splitlines() if ": wrong: " in line]
    assert len(wrong) == 2
    assert wrong[0].startswith(f"{FIVE.key[:12]}: wrong: code {FIVE.key[:12]}: d >= 4 (faith)")
    assert "d >= 4 (faith) is refuted: now d <= 3" in wrong[1]
    assert "2 wrong" in result.stderr
    assert run(FIVE.key, "--archive", folder)[0] == 4
    assert run(STEANE.key, "--archive", folder)[0] == 0


def test_json_holds_every_claim_and_what_became_of_it(folder: Path) -> None:
    _, result = run("--json", "--archive", folder)
    told = json.loads(result.stdout)
    assert told["ok"]
    assert (told["verified"], told["wrong"], told["not_reproved"], told["damage"]) == (2, 0, 0, [])
    five = next(code for code in told["codes"] if code["key"] == FIVE.key)
    assert five["discrepancies"] == []
    assert (five["n"], five["k"], five["w"], five["q"]) == (5, 1, 4, 4)
    assert [(proof["lower"], proof["status"]) for proof in five["proofs"]] == [(3, "re-proved")]
    raise_distance(folder)
    status, result = run("--json", "--archive", folder)
    told = json.loads(result.stdout)
    assert (status, told["ok"], told["wrong"]) == (4, False, 1)


def test_damage_of_no_code_is_status_4_of_the_whole_alone(folder: Path) -> None:
    (path,) = folder.glob("segments/demo/*.jsonl")
    with path.open("a") as file:
        file.write("not an event\n")
    status, result = run("--archive", folder)
    assert status == 4
    assert result.stdout.splitlines()[-1] == (f"damaged: {path}:5: does not begin with an event id")
    status, result = run(FIVE.key, "--archive", folder)
    assert status == 0
    assert "warning: damaged" in result.stderr


def test_a_changed_k_is_found_by_the_key_of_its_code(folder: Path) -> None:
    with Archive(folder).writer("liar") as writer:
        writer.append(events_of(record("toric-3"))[-1] | {"k": 4})
    status, result = run(record("toric-3").key, "--archive", folder)
    assert status == 4
    assert "k: its checks give 2, not 4" in result.stdout


def test_proofs_that_the_budget_does_not_suffice_for_are_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert FIVE.distance is not None
    open_ = replace(FIVE.distance, lower=2, stopped="budget")
    given: dict[str, Any] = {}

    def distance_of(_code: object, **options: Any) -> object:
        given.update(options)
        return open_

    monkeypatch.setattr(recomputation, "distance_of", distance_of)
    status, result = run(FIVE.key, "--budget", "2m", "--archive", folder)
    assert status == 0
    assert given == {"target": 3, "budget": 120.0}
    assert "ok, 1 not re-proved" in result.stdout
    assert f"{FIVE.key[:12]}: d >= 3 (enumeration) is not re-proved: now d <= 3, >= 2" in (
        result.stdout
    )


def test_an_interrupt_is_status_130_with_what_was_verified(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = recomputation.distance_of, []

    def distance_of(code: CSSCode | StabilizerCode, **options: Any) -> object:
        calls.append(code)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return real(code, **options)

    monkeypatch.setattr(recomputation, "distance_of", distance_of)
    status, result = run("--archive", folder)
    assert status == 130
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr == "interrupted\n"


def test_progress_is_told_on_stderr_now_and_then(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_verify, "_PERIOD", -1.0)
    _, result = run("--archive", folder)
    first, second = result.stderr.splitlines()
    assert first.startswith("1 of 2  [[")
    assert second.endswith("  ok")


def test_an_empty_archive_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QCODE_ARCHIVE", str(tmp_path / "none"))
    status, result = run()
    assert (status, result.stdout) == (0, "")
    assert result.stderr == f"no codes in {tmp_path / 'none'}\n"
