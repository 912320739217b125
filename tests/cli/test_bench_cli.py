"""`qcode-rl bench`: names, and where it must be run."""

import sys
from pathlib import Path

import pytest
import torch

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


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_training_on_cuda_is_refused_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(BENCHMARKS)
    monkeypatch.setattr("sys.path", [*sys.path])
    monkeypatch.setattr("sys.argv", [*sys.argv])
    with pytest.raises(SystemExit, match="2"):
        run(["bench", "gpu", "--device", "cuda"])
    error = capsys.readouterr().err
    assert error == "error: device: this torch finds no CUDA device, got 'cuda'\n"
