"""`qcode-rl compare`, from the outside: output, files, exit statuses, and bad input."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from qcode_rl.cli.main import run
from qcode_rl.search import methods as registry

TARGETS = "targets = [{n = 9, k = 2, d = 6}, {n = 8, k = 2, d = 5}]"
QUICK = ("--targets", "mine.toml", "--seeds", "2", "--budget", "500")


class Answer(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Answer]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(TARGETS)

    def call(*arguments: str) -> Answer:
        capsys.readouterr()
        status = run(["compare", *arguments])
        return Answer(status, *capsys.readouterr())

    return call


def test_a_table_of_all_methods_goes_to_stdout_and_progress_to_stderr(
    command: Callable[..., Answer],
) -> None:
    answer = command(*QUICK, "--methods", "annealing,annealing-edges,greedy, random")
    assert answer.status == 0
    head, header, *rows = answer.out.splitlines()
    assert head == "per success, 2 runs of at most 500 evaluations each"
    assert header.split()[:4] == ["target", "method", "successes", "evaluations"]
    for row in rows[:8]:
        assert re.match(r"\[[89],2,[56]\]\(6,3\)  [a-z-]+ +2/2 +[\d.,]+  [\d.,]+ to [\d.,]+ ", row)
    assert rows[8:10] == ["", "evaluations per success, geometric mean of ratios:"]
    ratios = [row.split()[0] for row in rows[10:]]
    assert ratios[:3] == ["annealing-edges/annealing", "greedy/annealing", "random/annealing"]
    assert "note: 2 seeds are too few for intervals to be trusted" in answer.err
    assert "1 of 8: annealing on [9,2,6](6,3)" in answer.err
    assert "\x1b" not in answer.err + answer.out


def test_json_goes_to_stdout_and_to_a_file(command: Callable[..., Answer], tmp_path: Path) -> None:
    answer = command(*QUICK, "--methods", "greedy,random", "--json", "--out", "kept.json")
    assert answer.status == 0
    assert answer.out.count("\n") == 1
    found = json.loads(answer.out)
    assert json.loads((tmp_path / "kept.json").read_text()) == found
    assert [entry["d"] for entry in found["targets"]] == [6, 5]
    assert set(found["targets"][0]["greedy"]) >= {
        "evaluations_per_success",
        "interval",
        "seconds_per_success",
        "success_rate",
    }
    # Without annealing there is nothing to compare with.
    assert found["summary"] == {}


def test_a_method_without_success_is_a_dash(command: Callable[..., Answer], tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("targets = [{n = 30, k = 4, d = 15}]")
    answer = command(*QUICK, "--budget", "5", "--methods", "annealing,random")
    rows = [row.split() for row in answer.out.splitlines()]
    assert rows[3] == ["[30,4,15](6,3)", "random", "0/2", "-", "-", "-", "-"]
    assert "0 targets  1 left out: one of the two had no success" in answer.out


@pytest.mark.parametrize("name", ["plot.png", "plot.SVG"])
def test_a_plot_is_written(command: Callable[..., Answer], tmp_path: Path, name: str) -> None:
    answer = command(*QUICK, "--methods", "greedy", "--plot", name)
    assert answer.status == 0
    start = (tmp_path / name).read_bytes()[:200]
    assert start.startswith(b"\x89PNG") if name == "plot.png" else b"<?xml" in start


def test_by_default_all_methods_there_are_run_on_the_targets_that_ship(
    command: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "METHODS", {"annealing": registry.METHODS["annealing"]})
    answer = command("--seeds", "1", "--budget", "1", "--json")
    found = json.loads(answer.out)
    from qcode_rl.search.targets import read_targets

    assert len(found["targets"]) == len(read_targets())
    assert [name for name in found["targets"][0] if len(name) > 1] == ["annealing"]


def test_ctrl_c_ends_with_130(
    command: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> list[object]:
        raise KeyboardInterrupt

    monkeypatch.setitem(registry.METHODS, "greedy", interrupted)  # type: ignore[arg-type]
    answer = command(*QUICK, "--methods", "greedy")
    assert (answer.status, answer.out) == (130, "")
    assert answer.err.endswith("interrupted\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--methods", "gredy"], "got 'gredy'; nearest: greedy"),
        (["--methods", ","], "methods: must be at least one, got none"),
        (["--seeds", "0"], "seeds: must be from 1 to"),
        (["--budget", "0"], "budget: must be from 1 to"),
        (["--seed", "-1"], "seed: must be from 0 to"),
        (["--targets", "none.toml"], "none.toml: cannot be read"),
        (["--targets", "odd.toml"], "odd.toml: targets[0].d: must be from 1 to 9 in [17,3,12]"),
        (["--plot", "plot.pdf"], "plot: must end in .png or .svg, got 'plot.pdf'"),
        (["--plot", "no/plot.png"], "--plot: must be a file that can be written"),
        (["--out", "."], "--out: must be a file that can be written, got '.'"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    command: Callable[..., Answer], tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "odd.toml").write_text("targets = [{n = 17, k = 3, d = 12}]")
    answer = command(*arguments)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert said in answer.err


def test_without_matplotlib_a_plot_is_refused_before_anything_runs(
    command: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qcode_rl.cli.files.find_spec", lambda name: None)
    answer = command(*QUICK, "--plot", "plot.png")
    assert answer.status == 2
    assert answer.err == "error: --plot: needs matplotlib: pip install 'qcode-rl[plots]'\n"


def test_help_has_examples(command: Callable[..., Answer]) -> None:
    answer = command("--help")
    assert answer.status == 0
    assert "qcode-rl compare --targets mine.toml" in answer.out
