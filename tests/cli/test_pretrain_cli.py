"""`qcode-rl pretrain`: a line a slice, weights in the end, and one line for bad input."""

from pathlib import Path

import pytest
from safetensors.numpy import load_file

from qcode_rl.cli.main import run

SPEC = """
slices = 2
[agent]
width = 8
rounds = 1
num_envs = 8
rollout = 8
batch_size = 64
slice_rollouts = 1
[[groups]]
bits = [10, 12]
dimensions = [2, 3]
"""


def test_it_tells_of_every_slice_and_writes_the_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, out = tmp_path / "spec.toml", tmp_path / "policy.safetensors"
    spec.write_text(SPEC)
    assert run(["pretrain", str(spec), "--out", str(out), "--device", "cpu"]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    lines = told.err.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["slice 1 of 2", "slice 2 of 2"]
    assert load_file(out)


@pytest.mark.parametrize(
    ("text", "out", "message"),
    [
        ("slices = 0", "policy", "error: slices: must be a positive whole number, got 0"),
        ("slices = ", "policy", "not a TOML file"),
        (SPEC, "missing/policy", "error: --out: its folder must exist, got"),
    ],
)
def test_bad_input_is_refused_in_one_line(
    text: str, out: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "spec.toml").write_text(text)
    assert run(["pretrain", str(tmp_path / "spec.toml"), "--out", str(tmp_path / out)]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["spec.toml"]
