"""`qcode-rl distance`: what it prints, its JSON, its exit status."""

import json
from pathlib import Path

import numpy as np
import pytest

from qcode_rl.cli.main import run
from qcode_rl.codes import CSSCode, StabilizerCode, named_code
from qcode_rl.codes.io import write_code
from qcode_rl.distance import Witness
from qcode_rl.distance.witness import is_logical_operator

FIVE_QUBIT = ["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"]


def test_json_of_a_css_code_has_every_field_and_a_witness_that_checks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = named_code("steane")
    assert isinstance(code, CSSCode)
    write_code(code, tmp_path / "steane.npz")
    assert run(["distance", str(tmp_path / "steane.npz"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    three = {"lower": 3, "upper": 3}
    assert (found["n"], found["k"], found["w"], found["q"]) == (7, 1, 4, 3)
    assert found["d"] == found["dx"] == found["dz"] == three
    assert found["method"]
    assert found["seconds"] >= 0
    witness = Witness(tuple(found["witness"]["x"]), tuple(found["witness"]["z"]))
    assert is_logical_operator(code, witness, 3)


def test_other_stabilizer_codes_have_no_distance_by_pauli_type(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "five.txt").write_text("\n".join(FIVE_QUBIT))
    assert run(["distance", str(tmp_path / "five.txt"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["d"] == {"lower": 3, "upper": 3}
    assert found["dx"] is None
    assert found["dz"] is None


def test_a_code_without_logical_qubits_has_no_distance(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = StabilizerCode.from_pauli_strings(["XX", "ZZ"])
    np.savez(tmp_path / "bell.npz", S=code.checks)
    assert run(["distance", str(tmp_path / "bell.npz"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["n"], found["k"], found["d"], found["witness"]) == (2, 0, None, None)
    assert run(["distance", str(tmp_path / "bell.npz")]) == 0
    assert "none: k = 0" in capsys.readouterr().out


@pytest.mark.parametrize("target", [2, 3, 4])
def test_a_decided_target_is_status_0(tmp_path: Path, target: int) -> None:
    write_code(named_code("steane"), tmp_path / "steane.npz")
    assert run(["distance", str(tmp_path / "steane.npz"), "--target", str(target)]) == 0


def test_an_undecided_target_is_status_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from qcode_rl import distance

    write_code(named_code("steane"), tmp_path / "steane.npz")
    open_interval = distance.Distance(2, 5, Witness(x=(0, 1, 2, 3, 4)), "clusters")
    monkeypatch.setattr(distance, "distance_of", lambda *_, **__: open_interval)
    assert run(["distance", str(tmp_path / "steane.npz"), "--target", "4"]) == 3
    assert "2..5 (not proved)" in capsys.readouterr().out


def test_an_interrupt_prints_the_interval_reached_and_is_status_130(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from qcode_rl import distance

    write_code(named_code("steane"), tmp_path / "steane.npz")
    reached = distance.Distance(2, 5, Witness(x=(0, 1, 2, 3, 4)), stopped="interrupted")
    monkeypatch.setattr(distance, "distance_of", lambda *_, **__: reached)
    assert run(["distance", str(tmp_path / "steane.npz")]) == 130
    assert "2..5 (not proved)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.npz"], "No such file"),
        (["steane.npz", "--target", "0"], "target: must be at least 1, got 0"),
        (["steane.npz", "--budget", "0s"], "--budget: must be a positive time"),
        (["steane.npz", "--threads", "0"], "threads: must be at least 1, got 0"),
        (["anti.txt"], "checks 0 and 1 anticommute"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_code(named_code("steane"), tmp_path / "steane.npz")
    (tmp_path / "anti.txt").write_text("XX\nZI\n")
    assert run(["distance", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert said in captured.err
