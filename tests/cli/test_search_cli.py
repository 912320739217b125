"""`qcode-rl search`, from the outside: output, exit statuses, and bad input."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from qcode_rl.archive import Archive
from qcode_rl.cli.main import run

COMMAND = [sys.executable, "-c", "from qcode_rl.cli import main; main()"]
#: A request that is met within seconds, with an agent that is small.
EASY = """
    max_weight = 6
    distance = 4
    family = "hgp"
    max_degree = 3
    evaluations = 2500
    [agent]
    width = 8
    rounds = 1
    num_envs = 32
    rollout = 16
    batch_size = 512
    epochs = 1
    episode = 40
"""


class Answer(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> "Command":
    return Command(tmp_path, monkeypatch, capsys)


class Command:
    """Runs `qcode-rl search` in this process, in a folder and with an archive of its own."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self.capsys = folder, capsys
        self.archive = folder / "archive"
        (folder / "easy.toml").write_text(EASY)
        monkeypatch.chdir(folder)
        monkeypatch.setenv("QCODE_ARCHIVE", str(self.archive))

    def __call__(self, *arguments: str) -> Answer:
        self.capsys.readouterr()
        status = run(["search", *arguments])
        return Answer(status, *self.capsys.readouterr())

    def refusal(self, *arguments: str) -> str:
        """Return the one line that a refusal consists of."""
        before = sorted(self.folder.rglob("*"))
        answer = self(*arguments)
        assert answer.status == 2
        assert answer.out == ""
        assert answer.err.endswith("\n")
        assert answer.err.count("\n") == 1
        assert sorted(self.folder.rglob("*")) == before
        return answer.err.removesuffix("\n")


W6 = ("--max-weight", "6")
ASK = (*W6, "--distance", "9")


def test_a_search_prints_a_table_and_archives_what_it_prints(command: Command) -> None:
    answer = command("--spec", "easy.toml", "--device", "cpu")
    assert answer.status == 0
    table, notes = answer.out.split("\n\n")
    header, *rows = table.splitlines()
    assert header.split() == ["code", "kd2/n", "family", "seed", "created", "catalogue", "key"]
    assert rows
    catalogue = r"(-|(\d+ x )?\[\[\S+ \[\d\]) +"
    for row in rows:
        assert re.fullmatch(
            r"\[\[\d+,\d+,\d+\]\]\(\d+,\d+\) +\d+\.\d\d  hgp +0  \S{10}  "
            + catalogue
            + "[0-9a-f]{12}",
            row,
        )
    assert notes.splitlines()[-1].startswith("[")
    archived = {record.key[:12] for record in Archive(command.archive).records()}
    assert {row.split()[-1] for row in rows} <= archived
    assert f"archived in {command.archive}" in answer.err
    # Every code is named on stderr when it is found, and nothing there is coloured.
    labels = {row.split()[0] for row in rows}
    assert labels <= set(re.findall(r"^found (\S+) after", answer.err, re.MULTILINE))
    assert "\x1b" not in answer.err + answer.out


def test_json_has_the_shape_that_the_design_fixes(command: Command) -> None:
    answer = command("--spec", "easy.toml", "--seed", "3", "--json")
    assert answer.status == 0
    assert answer.out.count("\n") == 1
    result = json.loads(answer.out)
    assert list(result) == ["request", "met", "found", "evaluations", "seconds", "codes"]
    assert result["met"] is True
    assert result["found"] >= len(result["codes"]) >= 1
    assert result["evaluations"] >= 2500
    assert result["seconds"] > 0
    # Flags and file make one request; flags win.
    request = result["request"]
    assert (request["max_weight"], request["distance"], request["seed"]) == (6, 4, 3)
    assert request["agent"]["width"] == 8
    for code in result["codes"]:
        assert list(code) == ["key", "n", "k", "d", "w", "q", "family", "seed", "catalogue"]
        assert code["d"]["lower"] == code["d"]["upper"] >= 4
        assert code["w"] <= 6
        assert code["q"] <= 3
        assert (code["family"], code["seed"]) == ("hgp", 3)
        assert "catalogue" in code["catalogue"]["verdict"]
        assert re.fullmatch(r"[0-9a-f]{64}", code["key"])
    points = [(code["k"], code["n"]) for code in result["codes"]]
    assert points == sorted(points)


def test_the_archive_named_by_a_flag_is_used(command: Command) -> None:
    other = command.folder / "elsewhere"
    assert command("--spec", "easy.toml", "--archive", str(other)).status == 0
    assert Archive(other).records()
    assert not command.archive.exists()


def test_the_reward_is_chosen_by_a_flag(command: Command) -> None:
    few = ("--spec", "easy.toml", "--evaluations", "300", "--json")
    request = json.loads(command(*few, "--reward", "logical-error").out)["request"]
    assert request["reward"] == "logical-error"
    assert request["logical_error"]["shots"] == 100
    assert json.loads(command(*few, "--reward", "paper").out)["request"]["reward"] == "paper"
    assert "logical_error" not in json.loads(command(*few).out)["request"]
    refusal = command.refusal(*ASK, "--reward", "sparse")
    assert "'sparse' is not one of 'shaped', 'paper', 'logical-error'" in refusal


def test_a_search_that_meets_nothing_says_so_with_status_3(command: Command) -> None:
    hard = ("--distance", "18", "--logicals", "196", "--evaluations", "1")
    ask = ("--spec", "easy.toml", *hard)
    answer = command(*ask)
    assert (answer.status, answer.out) == (3, "")
    assert re.search(r"^nothing met the request: \d+ evaluations in ", answer.err, re.MULTILINE)
    assert not (command.archive / "segments").exists()
    result = json.loads(command(*ask, "--json").out)
    assert (result["met"], result["found"], result["codes"]) == (False, 0, [])


def test_all_zero_and_repeated_rows_of_a_seed_are_fine(command: Command) -> None:
    checks = [[1, 1, 0], [1, 1, 0], [0, 0, 0], [0, 1, 1]]
    np.savez(command.folder / "seed.npz", H=np.array(checks))
    ask = ("--spec", "easy.toml", "--distance", "3", "--seed-code", "seed.npz", "--json")
    answer = command(*ask)
    assert answer.status == 0
    # k goes by rank: this is the repetition code of 3 bits.
    assert [(code["n"], code["k"]) for code in json.loads(answer.out)["codes"]] == [(13, 1)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*W6, "--distance", "0"), "distance: must be at least 1, got 0"),
        ((*W6, "--distance", "-1"), "distance: must be at least 1, got -1"),
        (("--max-weight", "1", "--distance", "9"), "max_weight: must be at least 2, got 1"),
        ((*ASK, "--max-degree", "0"), "max_degree: must be at least 1, got 0"),
        ((*ASK, "--logicals", "0"), "logicals: must be at least 1, got 0"),
        ((*ASK, "--evaluations", "0"), "evaluations: must be at least 1, got 0"),
        ((*ASK, "--seed", "-1"), "seed: must be at least 0, got -1"),
        (W6, "--distance: must be given"),
        (("--distance", "9"), "--max-weight: must be given"),
        # Requests that contradict themselves.
        (
            ("--max-weight", "2", "--distance", "9"),
            "distance: at most 1 is possible with max_weight 2 and max_degree None, got 9",
        ),
        (
            (*ASK, "--max-degree", "1"),
            "distance: at most 1 is possible with max_weight 6 and max_degree 1, got 9",
        ),
        ((*W6, "--distance", "65"), "distance: no [n <= 64, 1] classical code reaches it, got 65"),
        ((*ASK, "--logicals", "1000"), "logicals: must be at most 900, got 1000"),
        (
            (*W6, "--distance", "3", "--seed-code", "hamming-3", "--logicals", "17"),
            "logicals: a square product of the seed code has 16 logical qubits, got 17",
        ),
        # Times.
        *(
            (
                (*ASK, "--time", time_),
                f"--time: must be a positive time such as 90s, 3m or 1.5h, got {time_!r}",
            )
            for time_ in ("0", "-3m", "soon", "3 weeks", "", "1e3", "nan", "inf")
        ),
    ],
)
def test_bad_requests_are_refused_in_one_line(
    command: Command, arguments: tuple[str, ...], message: str
) -> None:
    assert command.refusal(*arguments) == f"error: {message}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (*W6, "--distance", "many"),
            "'--distance': 'many' is not a valid integer",
        ),
        ((*ASK, "--family", "xyz"), "Invalid value for '--family': 'xyz' is not one of"),
        ((*ASK, "--device", "tpu"), "Invalid value for '--device': 'tpu' is not one of"),
        ((*ASK, "--colour", "red"), "No such option"),
        ((*ASK, "extra"), "Got unexpected extra argument"),
        (("--distance",), "Option '--distance' requires an argument"),
    ],
)
def test_wrong_usage_is_refused_in_one_line(
    command: Command, arguments: tuple[str, ...], message: str
) -> None:
    assert message in command.refusal(*arguments)


@pytest.mark.parametrize(
    ("name", "nearest"), [("goley", "golay"), ("haming-3", "hamming-3"), ("golay24", "golay")]
)
def test_an_unknown_seed_name_is_refused_with_the_nearest(
    command: Command, name: str, nearest: str
) -> None:
    message = command.refusal(*ASK, "--seed-code", name)
    assert repr(name) in message
    assert nearest.split("-")[0] in message.split("known:")[0].replace(repr(name), "")


FILES: dict[str, tuple[str, object, str]] = {
    "text that is no matrix": ("H.mtx", "these are words", "H.mtx"),
    "bytes that are no archive": ("H.npz", "PK and so on", "H.npz"),
    "an alist that ends early": ("H.alist", "3 2\n1 2\n", "H.alist"),
    "an entry of 2": ("H.npz", [[1, 2, 0]], "entries must be 0 or 1, got 2 at row 0, column 1"),
    "a negative entry": (
        "H.npz",
        [[1, 0, -1]],
        "entries must be 0 or 1, got -1 at row 0",
    ),
    "NaN": ("H.npz", [[1.0, np.nan]], "entries must be 0 or 1, got nan at row 0, column 1"),
    "no rows": ("H.npz", np.zeros((0, 3)), "row"),
    "no columns": ("H.npz", np.zeros((3, 0)), "column"),
    "a vector": ("H.npz", [1, 0, 1], "two dimensions"),
    "no codeword": ("H.npz", np.eye(3), "seed_code: must encode at least one bit, got [3,0]"),
    "too long": ("H.npz", np.ones((1, 65)), "seed_code: must have at most 64 bits, got 65"),
    "a quantum code": ("steane.stim", "MPP X0*X1*X2*X3\n", "steane.stim"),
}


@pytest.mark.parametrize(("name", "content", "message"), FILES.values(), ids=FILES.keys())
def test_files_that_hold_no_seed_are_refused_in_one_line(
    command: Command, name: str, content: object, message: str
) -> None:
    path = command.folder / name
    if isinstance(content, str):
        path.write_text(content)
    else:
        np.savez(path, H=np.asarray(content))
    ask = (*W6, "--distance", "3", "--family", "hgp")
    assert message in command.refusal(*ask, "--seed-code", name)


@pytest.mark.parametrize("name", ["missing.npz", "no/such/file", "missing.alist", ".", "x/\0"])
def test_a_missing_seed_file_is_refused_by_name(command: Command, name: str) -> None:
    refusal = command.refusal(*ASK, "--seed-code", name)
    assert refusal.startswith("error: ")
    assert name.replace("\0", "") in refusal.replace("\\x00", "").replace("\0", "")


def test_a_spec_file_that_is_missing_or_damaged_is_refused(command: Command) -> None:
    assert "none.toml: cannot be read" in command.refusal("--spec", "none.toml")
    (command.folder / "bad.toml").write_text("max_weight = = 6")
    assert "bad.toml: not a TOML file" in command.refusal("--spec", "bad.toml")
    (command.folder / "key.toml").write_text("max_weight = 6\ndistance = 9\nlogical = 3\n")
    message = command.refusal("--spec", "key.toml")
    assert message == "error: logical: no such setting; nearest: logicals"


def test_an_archive_folder_that_cannot_be_written_is_refused(command: Command) -> None:
    (command.folder / "file").write_text("mine")
    for place in ("file", "file/archive", "/proc/qcode-rl", "/dev/null/archive"):
        message = command.refusal("--spec", "easy.toml", "--archive", place)
        assert message.startswith("error: archive: ")
        assert place in message
    assert (command.folder / "file").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_archive_folder_without_permission_is_refused(command: Command) -> None:
    command.archive.mkdir()
    command.archive.chmod(0o500)
    assert "Permission denied" in command.refusal("--spec", "easy.toml")


def test_ctrl_c_exits_130_with_everything_found_in_the_archive(tmp_path: Path) -> None:
    (tmp_path / "easy.toml").write_text(EASY.replace("evaluations = 2500", ""))
    archive = tmp_path / "archive"
    process = subprocess.Popen(
        [*COMMAND, "search", "--spec", "easy.toml", "--archive", str(archive), "--time", "120s"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A suite started in the background hands an ignored SIGINT down.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if sum(one.startswith("found ") for one in said) >= 2:
                break
        process.send_signal(signal.SIGINT)
        # Not `communicate`, which would pass over what this reader has read ahead.
        said += process.stderr.readlines()
        assert process.stdout is not None
        out = process.stdout.read()
        process.wait(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert said[-1] == "interrupted\n"
    assert "Traceback" not in "".join(said)
    found = [line.split()[1] for line in said if line.startswith("found ")]
    assert len(found) >= 2
    records = Archive(archive).records()
    # A line that the interrupt came upon may be there twice.
    assert {record.label for record in records} == set(found)
    assert Archive(archive).verify() == []
    # The table of what was found is printed all the same.
    table = out.split("\n\n")[0].splitlines()  # notes on the catalogue follow it
    assert {row.split()[0] for row in table[1:]} <= set(found)
    assert len(out.splitlines()) > 1


def test_a_search_stopped_by_sigterm_goes_on_with_resume(command: Command) -> None:
    ask = ("--spec", "easy.toml", "--evaluations", "6000", "--device", "cpu")
    whole = json.loads(command(*ask, "--json", "--archive", "whole").out)
    process = subprocess.Popen(
        [*COMMAND, "search", *ask, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        found = (line for line in process.stderr if line.startswith("found "))
        for _ in range(3):  # each in a slice of its own, so that some are over
            next(found)
        process.send_signal(signal.SIGTERM)
        out, rest = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert rest.endswith("interrupted\n")
    assert "Traceback" not in rest
    stopped = json.loads(out)
    assert 0 < stopped["evaluations"] < 6000
    answer = command(*ask, "--json", "--resume")
    assert answer.status == 0
    said = answer.err.splitlines()
    at = re.fullmatch(r"resumed at ([\d,]+) evaluations with (\d+) codes found", said[0])
    assert at is not None
    assert f"({at[1]} of them before)" in answer.err
    # Codes that were found before are not named again.
    named = sum(line.startswith("found ") for line in said)
    result = json.loads(answer.out)
    assert named == result["found"] - int(at[2])
    for member in ("request", "met", "found", "evaluations", "codes"):
        assert result[member] == whole[member]
    # Nothing is left to do, which is no reason to do it again.
    again = command(*ask, "--json", "--resume")
    assert again.status == 0
    assert json.loads(again.out)["codes"] == whole["codes"]
    assert "found [[" not in again.err


def test_resume_without_a_checkpoint_begins_and_says_so(command: Command) -> None:
    answer = command("--spec", "easy.toml", "--device", "cpu", "--resume")
    assert answer.status == 0
    folder = command.archive / "checkpoints"
    first = f"no checkpoint of this search in {folder}: starting from the beginning"
    assert answer.err.splitlines()[0] == first


def test_a_checkpoint_that_is_none_is_refused_in_one_line(command: Command) -> None:
    ask = ("--spec", "easy.toml", "--device", "cpu", "--evaluations", "100")
    assert command(*ask).status in (0, 3)
    [path] = (command.archive / "checkpoints").iterdir()
    good = path.read_bytes()
    path.write_bytes(good[:-1])
    assert command.refusal(*ask, "--resume").startswith(f"error: checkpoint: {str(path)!r}: ")
    # The checkpoint of another search in its place: what differs is named.
    path.unlink()
    assert command(*ask, "--seed", "7").status in (0, 3)
    [other] = (command.archive / "checkpoints").iterdir()
    other.rename(path)
    message = command.refusal(*ask, "--resume")
    assert message.endswith("is of another search: seed is 7 there and 0 here")


HEAVY = {"numba", "torch", "stim", "ldpc", "stable_baselines3", "sb3_contrib", "gymnasium", "numpy"}


@pytest.mark.parametrize("arguments", [["--help"], ["search", "--help"], ["--version"]])
def test_help_imports_nothing_heavy_and_answers_fast(arguments: list[str]) -> None:
    script = f"""
import sys, time
from qcode_rl.cli.main import run
assert run({arguments!r}) == 0
print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)
"""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0
    assert done.stdout
    assert done.stderr.strip() == "[]"
    # Design: 0.3 s; the margin is for a busy machine.
    assert time.monotonic() - began < 3.0


def test_help_gives_an_example_and_names_every_flag(command: Command) -> None:
    answer = command("--help")
    assert answer.status == 0
    assert "qcode-rl search --max-weight 6 --distance 9" in answer.out
    flags = """max-weight distance max-degree logicals qubits family seed-code time evaluations
        device seed archive spec resume json"""
    for flag in flags.split():
        assert f"--{flag}" in answer.out
