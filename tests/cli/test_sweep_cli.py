"""`qcode-rl sweep` from the command line, without searches: help, status from logs, bad input."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from qcode_rl.cli import sweep_status
from qcode_rl.cli.main import run
from qcode_rl.sweep.files import read_sweep
from qcode_rl.sweep.ledger import LogWriter
from qcode_rl.sweep.local import prepare
from qcode_rl.sweep.owners import Owner
from qcode_rl.sweep.points import Point, points_of

FOUR = "seeds = 4\n[spec]\nmax_weight = 6\ndistance = 4\nevaluations = 10\n"
HEAVY = {"numba", "torch", "scipy", "submitit", "stim", "sb3_contrib", "gymnasium", "numpy"}
#: What an end tells of the best code.
BEST = {"key": "a" * 64, "n": 25, "k": 1, "label": "[[25,1,4]](4,2)", "kd2/n": 0.64}


class Answer(NamedTuple):
    status: int
    out: str
    err: str


class Command:
    """Runs `qcode-rl sweep` in this process, with a sweep file and an archive of its own."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self.capsys = folder, capsys
        self.archive, self.file = folder / "archive", folder / "four.toml"
        self.file.write_text(FOUR)
        monkeypatch.chdir(folder)
        monkeypatch.setenv("QCODE_ARCHIVE", str(self.archive))
        for name in ("SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID"):
            monkeypatch.delenv(name, raising=False)

    def __call__(self, *arguments: str) -> Answer:
        self.capsys.readouterr()
        status = run(["sweep", *arguments])
        return Answer(status, *self.capsys.readouterr())

    def json(self, *arguments: str) -> dict[str, Any]:
        answer = self("status", "four.toml", "--json", *arguments)
        assert (answer.status, answer.err) == (0, "")
        value: dict[str, Any] = json.loads(answer.out)
        return value

    def refusal(self, *arguments: str) -> str:
        """Return the one line that a refusal consists of; nothing is made or changed."""
        before = sorted(self.folder.rglob("*"))
        answer = self(*arguments)
        assert (answer.status, answer.out) == (2, "")
        assert answer.err.endswith("\n")
        assert answer.err.count("\n") == 1
        assert sorted(self.folder.rglob("*")) == before
        return answer.err.removesuffix("\n").removeprefix("error: ")

    def begun(self) -> list[Point]:
        """Prepare the archive as a run does, and return the points."""
        sweep = read_sweep(self.file)
        points = points_of(sweep)
        prepare(sweep, self.archive, points)
        return points

    def log(self, *told: tuple[str, Point, dict[str, Any]]) -> None:
        with LogWriter(self.archive, "four") as log:
            for what, point, members in told:
                log.write(what, point=point.key, **members)

    def claim(self, point: Point, owner: Owner) -> None:
        (self.archive / "claims" / point.key).write_text(json.dumps(owner.to_json()))


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    return Command(tmp_path, monkeypatch, capsys)


def end(found: int = 2, **members: Any) -> dict[str, Any]:
    codes = [f"{number:016x}" for number in range(found)]
    told = {"seconds": 10.0, "evaluations": 12, "met": found > 0, "found": found}
    return {**told, "codes": codes, "best": None, **members}


BROKEN = {"cause": "error", "reason": "it is broken"}


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        ((), ["qcode-rl sweep run search_runs/smoke.toml", "[grid]", "[[zip]]", "[slurm]"]),
        (("run",), ["qcode-rl sweep run search_runs/smoke.toml", "--executor", "--max-parallel"]),
        (("retry",), ["qcode-rl sweep retry search_runs/hgp30.toml", "--archive", "--json"]),
        (("status",), ["qcode-rl sweep status search_runs/hgp30.toml --watch", "--json"]),
    ],
)
def test_help_has_examples_and_names_what_there_is(
    command: Command, verb: tuple[str, ...], told: list[str]
) -> None:
    answer = command(*verb, "--help")
    assert (answer.status, answer.err) == (0, "")
    for part in ("Examples:", *told):
        assert part in answer.out
    # What the examples name does ship.
    runs = Path(__file__).parents[2] / "search_runs"
    for word in answer.out.split("Examples:")[1].split():
        assert not word.endswith(".toml") or (runs / Path(word).name).is_file()


def heavy_after(*arguments: str, cwd: Path) -> str:
    """Return which heavy packages a command has imported."""
    script = f"""
import sys
from qcode_rl.cli.main import run
assert run({list(arguments)!r}) == 0
print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, cwd=cwd
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("verb", [(), ("run",), ("status",), ("retry",)])
def test_help_imports_nothing_heavy(tmp_path: Path, verb: tuple[str, ...]) -> None:
    assert heavy_after("sweep", *verb, "--help", cwd=tmp_path) == "[]"


def test_the_status_of_a_planned_sweep_needs_no_kernels_and_no_networks(command: Command) -> None:
    points = command.begun()
    command.log(("done", points[0], end(best=BEST)))
    command.claim(points[1], Owner.here())
    for option in ([], ["--json"]):
        arguments = ("sweep", "status", "four.toml", *option)
        assert heavy_after(*arguments, cwd=command.folder) == "[]"


@pytest.mark.parametrize("made", [False, True])
def test_a_sweep_that_was_never_run_has_nothing_done(command: Command, made: bool) -> None:
    if made:
        command.archive.mkdir()
    assert command.json() == {
        "points": 4,
        "done": 0,
        "running": 0,
        "failed": 0,
        "codes_found": 0,
        "best": None,
        "queued": 0,
        "evaluations": 0,
        "seconds": 0.0,
        "seconds_left": None,
        "failures": [],
    }
    answer = command("status", "four.toml")
    assert answer == (0, "0 of 4 points done  0 codes\n", "")
    assert command.archive.exists() == made


def test_the_status_counts_points_by_how_they_stand(command: Command) -> None:
    points = command.begun()
    command.log(
        ("start", points[0], {}),
        ("done", points[0], end(2)),
        ("start", points[1], {}),
        ("done", points[1], end(3, best=BEST)),
        ("start", points[2], {}),
        ("failed", points[2], BROKEN),
        ("start", points[3], {}),
        ("beat", points[3], {"seconds": 5.0, "evaluations": 7, "codes": ["b" * 16, "0" * 16]}),
    )
    command.claim(points[3], Owner.here())
    told = command.json()
    assert (told["points"], told["done"], told["running"], told["failed"]) == (4, 2, 1, 1)
    # Codes that several points find are one; those of a point under way count.
    assert told["codes_found"] == 4
    assert told["best"] == BEST
    assert (told["evaluations"], told["seconds"]) == (24, 20.0)
    assert told["failures"] == [{"key": points[2].key, "label": "seed=2", "reason": "it is broken"}]
    assert 1 <= told["seconds_left"] <= 10
    lines = command("status", "four.toml").out.splitlines()
    assert lines[0].startswith(
        "2 of 4 points done  1 running  1 failed  4 codes  best kd\u00b2/n [[25,1,4]](4,2)  about "
    )
    assert lines[1:] == ["  running  seed=3  5 s", "  failed   seed=2: it is broken"]


def test_a_point_whose_worker_is_dead_is_not_running(command: Command) -> None:
    points = command.begun()
    command.log(("start", points[0], {}), ("start", points[1], {}))
    command.claim(points[0], replace(Owner.here(), began=1))
    command.claim(points[1], replace(Owner.here(), space="elsewhere"))
    assert command.json()["running"] == 1


def test_points_of_other_sweeps_do_not_count(command: Command) -> None:
    points = command.begun()
    command.log(("done", points[0], end(2)), ("done", replace(points[0], key="f" * 64), end(9)))
    told = command.json()
    assert (told["done"], told["codes_found"]) == (1, 2)


def test_many_failures_are_told_in_few_lines(command: Command) -> None:
    command.file.write_text(FOUR.replace("seeds = 4", "seeds = 15"))
    points = command.begun()
    command.log(*(("failed", point, BROKEN) for point in points))
    lines = command("status", "four.toml").out.splitlines()
    assert len(lines) == 12
    assert lines[-1] == "  and 5 more failed"
    assert len(command.json()["failures"]) == 15


def test_the_archive_that_is_named_wins(command: Command) -> None:
    points = command.begun()
    command.log(("done", points[0], end()))
    assert command.json()["done"] == 1
    assert command.json("--archive", "other")["done"] == 0


def test_watching_a_sweep_ends_with_it(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    points = command.begun()
    command.log(*(("done", point, end()) for point in points[:3]))

    def sleep(seconds: float) -> None:
        command.log(("failed", points[3], BROKEN))

    monkeypatch.setattr(sweep_status.time, "sleep", sleep)
    answer = command("status", "four.toml", "--watch")
    assert answer.status == 0
    assert answer.err.startswith("3 of 4 points done  2 codes")
    assert answer.out.startswith("3 of 4 points done  1 failed  2 codes")
    assert command("status", "four.toml", "--watch").err == ""


def test_nothing_is_run_of_a_sweep_that_is_done(command: Command) -> None:
    points = command.begun()
    command.log(*(("done", point, end()) for point in points))
    began = time.monotonic()
    for verb in ("run", "retry"):
        answer = command(verb, "four.toml", "--json")
        assert answer.status == 0
        assert answer.err == f"four: 0 of 4 points to run, into {command.archive}\n"
        assert json.loads(answer.out)["done"] == 4
    assert time.monotonic() - began < 30


def test_what_failed_is_left_by_run_with_a_status_that_tells(command: Command) -> None:
    points = command.begun()
    command.log(*(("done", point, end()) for point in points[:3]))
    command.log(("failed", points[3], BROKEN))
    answer = command("run", "four.toml")
    assert answer.status == 1
    assert answer.err.startswith("four: 0 of 4 points to run")
    assert "  failed   seed=3: it is broken" in answer.out


@pytest.mark.parametrize("verb", ["run", "retry", "status"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        ("seeds =", "not a TOML file: Invalid value (at end of document)"),
        ("sedes = 3\n" + FOUR, "sedes: no such setting of a sweep; nearest: seeds"),
        (FOUR + "[grid]\ndistance = []\n", "grid.distance: must be a list of values, got []"),
        (
            FOUR + "[grid]\ndistance = [4, 0]\n",
            "at distance=0 seed=0: distance: must be at least 1, got 0",
        ),
        (
            FOUR + '[slurm]\npartition = "a\\nb"\n',
            r"slurm.partition: must be text of one line, got 'a\nb'",
        ),
        ("time = 3\n" + FOUR, 'time: must be a positive time such as "90s" or "3m", got 3'),
    ],
)
def test_a_bad_file_is_refused_in_one_line(
    command: Command, verb: str, text: str | None, message: str
) -> None:
    if text is not None:
        (command.folder / "bad.toml").write_text(text)
    assert command.refusal(verb, "bad.toml") == f"bad.toml: {message}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--max-parallel", "0"], "'--max-parallel': 0 is not in the range x>=1"),
        (["--max-parallel", "-3"], "'--max-parallel': -3 is not in the range x>=1"),
        (["--max-parallel", "x"], "'--max-parallel': 'x' is not a valid integer"),
        (["--executor", "pbs"], "'--executor': 'pbs' is not one of 'local', 'slurm'"),
        (["--max-paralel", "1"], "--max-paralel"),
        (["more.toml"], "unexpected extra argument (more.toml)"),
    ],
)
@pytest.mark.parametrize("verb", ["run", "retry"])
def test_bad_options_are_refused_in_one_line(
    command: Command, verb: str, options: list[str], message: str
) -> None:
    assert message in command.refusal(verb, "four.toml", *options)


@pytest.mark.parametrize("verb", ["run", "retry", "status"])
def test_an_archive_that_is_a_file_is_refused(command: Command, verb: str) -> None:
    message = command.refusal(verb, "four.toml", "--archive", "four.toml")
    assert message == "archive: 'four.toml' is not a folder"


@pytest.mark.parametrize("verb", ["run", "retry"])
def test_an_archive_that_cannot_be_written_is_refused(command: Command, verb: str) -> None:
    message = command.refusal(verb, "four.toml", "--archive", "/proc/archive")
    assert message.startswith("archive: cannot write to '/proc/archive")


def test_a_file_must_be_named_and_a_verb_too(command: Command) -> None:
    assert command.refusal("retry") == "Missing argument 'FILE.toml'."
    assert command.refusal("runn", "four.toml").startswith("No such command 'runn'")


def test_slurm_is_refused_where_there_is_none(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(command.folder))
    command.begun()
    message = command.refusal("run", "four.toml", "--executor", "slurm")
    assert message.startswith("--executor: slurm")
