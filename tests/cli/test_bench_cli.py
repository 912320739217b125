"""`qcode-rl bench`: names, and where it must be run."""

from pathlib import Path

import pytest

from qcode_rl.cli.bench import PROGRAMS
from qcode_rl.cli.main import run

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_every_name_has_a_program() -> None:
    assert all((BENCHMARKS / program).is_file() for program, _ in PROGRAMS.values())


def test_outside_a_checkout_it_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["bench", "kernels"]) == 2
    assert "run it inside a checkout" in capsys.readouterr().err


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "nothing"]) == 2
    assert "'nothing' is not one of" in capsys.readouterr().err
