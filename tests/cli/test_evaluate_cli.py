"""`qcode-rl evaluate`, from the outside: output, files, the archive, exit statuses, bad input."""

import csv
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from qcode_rl.archive import Archive, CodeRecord, Provenance
from qcode_rl.cli.error_rates import circuit_words
from qcode_rl.cli.main import run
from qcode_rl.codes import CSSCode, StabilizerCode, named_code
from qcode_rl.codes.io import write_code
from qcode_rl.decoding import verification
from qcode_rl.decoding.decoders import registry
from qcode_rl.decoding.experiments import Setup, experiments
from qcode_rl.distance import distance_of

#: A code, a decoder and noise that take no time.
QUICK = ("--noise", "0.05,0.1", "--model", "capacity", "--decoder", "lookup", "--workers", "1")
#: The program, which writes to the archive more often than it would.
PROGRAM = """
import signal
# Who starts the tests in the background may have had Ctrl-C ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from qcode_rl.cli import main
from qcode_rl.evaluation import runs
runs._KEEP_SECONDS = 0.5
main()
"""


class Answer(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What --json printed."""
        rows: list[dict[str, Any]] = json.loads(self.out)["rows"]
        return rows


Command = Callable[..., Answer]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Command:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QCODE_ARCHIVE", str(tmp_path / "archive"))

    def call(*arguments: str) -> Answer:
        capfd.readouterr()
        status = run(["evaluate", *arguments])
        assert multiprocessing.active_children() == []
        return Answer(status, *capfd.readouterr())

    return call


@pytest.fixture
def quick(command: Command, sampling_here: list[Any]) -> Command:
    """Return the command, which samples in this process."""
    return lambda *arguments: command(*arguments)


def toric() -> CSSCode:
    code = named_code("toric-3")
    assert isinstance(code, CSSCode)
    return code


def put(folder: Path, code: CSSCode) -> str:
    """Put a code into an archive, and return its key."""
    source = Provenance("a" * 64, "test", 0, 0, {"qcode-rl": "0"}, "2026-01-02T03:04:05Z")
    with Archive(folder).writer("test") as writer:
        writer.add(CodeRecord.of(code, distance_of(code), source))
    return code.key


def test_the_csv_on_stdout_is_read_and_plotted_by_sinter(command: Command, tmp_path: Path) -> None:
    import sinter

    answer = command("steane", *QUICK, "--max-shots", "3000", "--max-errors", "3000")
    assert answer.status == 0
    assert "\x1b" not in answer.out + answer.err
    (tmp_path / "counts.csv").write_text(answer.out)
    read = sinter.read_stats_from_csv_files(tmp_path / "counts.csv")
    assert sorted((stats.json_metadata["p"], stats.shots) for stats in read) == [
        (0.05, 3000),
        (0.1, 3000),
    ]
    assert {stats.decoder for stats in read} == {"lookup()"}
    # As the help text says, but for the window.
    example = re.search(r"sinter (plot --in counts.csv .*) --show", command("--help").out)
    assert example is not None
    plot = [str(Path(sys.executable).with_name("sinter")), *example[1].split(), "--out", "x.png"]
    subprocess.run(plot, check=True, capture_output=True, timeout=120)
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


def test_stderr_tells_of_the_circuit_and_ends_with_a_table(quick: Command) -> None:
    answer = quick("steane", *QUICK, "--model", "circuit", "--decoder", "bposd", "--rounds", "2",
                   "--max-shots", "200")  # fmt: skip
    assert answer.status == 0
    first, circuit, header, *rows = answer.err.splitlines()
    assert first == "[[7,1,3]](4,3): building circuits ..."
    assert "13 qubits; 2 rounds; basis Z, prepared boundary; schedule search, depth" in circuit
    assert header.split() == [
        *("code", "p", "model", "rounds", "schedule", "d(circuit)", "decoder", "shots", "errors"),
        *("rate", "rate/round/logical", "interval"),
    ]
    assert len(rows) == 2
    for p, row in zip(("0.05", "0.1"), rows, strict=True):
        cells = row.split()
        assert cells[:5] == ["[[7,1,3]](4,3)", p, "circuit", "2", "search"]
        assert cells[6] == "bposd"
        assert cells[-2] == "to"


def test_json_has_all_there_is_to_say(quick: Command) -> None:
    answer = quick("steane", *QUICK, "--max-shots", "1000", "--max-errors", "100000", "--json")
    assert answer.status == 0
    assert answer.out.count("\n") == 1
    for p, row in zip((0.05, 0.1), answer.rows, strict=True):
        assert (row["name"], row["p"], row["n"], row["k"]) == ("[[7,1,3]](4,3)", p, 7, 1)
        assert (row["model"], row["rounds"], row["basis"]) == ("capacity", 1, "Z")
        assert (row["decoder"], row["schedule"], row["circuit_distance"]) == ("lookup", "", 3)
        assert row["code"] == named_code("steane").key
        assert row["shots"] == 1000
        assert row["rate"] == row["errors"] / 1000
        for name in ("rate", "rate_per_round_and_logical"):
            low, high = row[f"{name}_interval"]
            assert low < row[name] < high


def test_the_same_again_samples_only_what_is_missing(
    quick: Command, sampling_here: list[Any], tmp_path: Path
) -> None:
    few = ("steane", *QUICK, "--max-errors", "100000", "--max-shots")
    first = quick(*few, "300")
    sampling_here.clear()
    again = quick(*few, "300")
    assert (again.out, sampling_here) == (first.out, [])
    more = quick(*few, "500", "--json")
    assert [row["shots"] for row in more.rows] == [500, 500]
    key = named_code("steane").key
    archive = Archive(tmp_path / "archive")
    assert [(one.shots, one.errors) for one in archive.counts(key)] == [
        (row["shots"], row["errors"]) for row in more.rows
    ]
    assert archive.damage == []


def test_other_settings_are_other_experiments(quick: Command) -> None:
    setting = ("steane", *QUICK, "--decoder", "bposd", "--max-shots", "100", "--set")
    lines = [quick(*setting, order).out for order in ("osd_order=0", "osd_order=3")]
    names = [{row[5] for row in csv.reader(text.splitlines()[1:])} for text in lines]
    assert not names[0] & names[1]


def test_files_keys_and_names_stand_for_codes(quick: Command, tmp_path: Path) -> None:
    key = put(tmp_path / "archive", toric())
    (tmp_path / "my codes").mkdir()
    files = [str(tmp_path / "my codes" / f"a toric code{end}") for end in (".npz", ".stim", ".txt")]
    for path in files:
        write_code(toric(), path)
    for text in (*files, key, key[:8].upper(), "toric-3"):
        answer = quick(text, *QUICK, "--channel", "x", "--max-shots", "100", "--json")
        assert [row["code"] for row in answer.rows] == [key, key]
        assert answer.rows[0]["name"] == "[[18,2,3]](4,2)"


def test_codes_that_are_not_css_are_evaluated_too(quick: Command) -> None:
    answer = quick("five-qubit", "--noise", "1e-2", "--max-shots", "200", "--json")
    (row,) = answer.rows
    assert (row["model"], row["rounds"], row["boundary"]) == ("circuit", 3, "noiseless")


@pytest.mark.parametrize("model", ["circuit", "capacity"])
def test_surface_codes_stand_beside(quick: Command, tmp_path: Path, model: str) -> None:
    options = ("--model", model, "--decoder", "bposd", "--max-shots", "100", "--json")
    answer = quick("toric-3", *QUICK, *options, "--against", "surface", "--plot", "my plot.svg")
    assert answer.status == 0
    assert [(row["name"], row["decoder"], row["n"], row["k"]) for row in answer.rows] == [
        *[("[[18,2,3]](4,2)", "bposd", 18, 2)] * 2,
        *[("2 x rotated-surface-3", "matching", 18, 2)] * 2,
    ]
    assert answer.rows[2]["schedule"] == ("zigzag" if model == "circuit" else "")
    text = (tmp_path / "my plot.svg").read_text()
    assert text.startswith("<?xml")


def test_circuits_are_written_where_asked(quick: Command, tmp_path: Path) -> None:
    import stim

    answer = quick("steane", *QUICK, "--max-shots", "10", "--circuits", "new/my circuits")
    names = sorted(path.name for path in (tmp_path / "new" / "my circuits").iterdir())
    stem = f"{named_code('steane').key[:12]}-capacity-r1-Z-lookup"
    assert names == [f"{stem}-{end}" for end in ("0.05.dem", "0.05.stim", "0.1.dem", "0.1.stim")]
    for name in names:
        path = tmp_path / "new" / "my circuits" / name
        assert f"wrote {Path('new', 'my circuits', name)}" in answer.err
        (stim.DetectorErrorModel if name.endswith("dem") else stim.Circuit).from_file(path)


def test_time_ends_it_with_what_there_is(command: Command, tmp_path: Path) -> None:
    answer = command("steane", *QUICK, "--time", "0.001s", "--json", "--plot", "none.png")
    assert answer.status == 0
    assert [(row["shots"], row["rate"]) for row in answer.rows] == [(0, None)] * 2
    assert answer.err.splitlines()[-1].split()[-5:] == ["0", "0", "-", "-", "-"]
    assert (tmp_path / "none.png").exists()


def wait_for(happened: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_runs_keep_their_counts_and_go_on(
    quick: Command, tmp_path: Path, number: signal.Signals
) -> None:
    arguments = ("steane", *QUICK, "--noise", "0.001", "--max-errors", "100000000", "--max-shots")
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "evaluate", *arguments, "100000000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(lambda: any((tmp_path / "archive").rglob("*.jsonl")))
    # As a terminal does, and `timeout`, to workers too.
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1] == (
        "interrupted: what was counted is kept; the same command goes on"
    )
    assert "Traceback" not in err
    (row,) = csv.reader(out.splitlines()[1:])
    shots, errors = int(row[0]), int(row[1])
    (counts,) = Archive(tmp_path / "archive").counts(named_code("steane").key)
    assert (counts.shots, counts.errors) == (shots, errors)
    assert shots > 0
    wait_for(lambda: not alive(process.pid))
    on = quick(*arguments, str(shots + 100), "--json")
    assert on.rows[0]["shots"] == shots + 100
    assert on.rows[0]["errors"] >= errors
    (counts,) = Archive(tmp_path / "archive").counts(named_code("steane").key)
    assert (counts.shots, counts.errors) == (shots + 100, on.rows[0]["errors"])


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_decoder_that_fails_is_one_line_and_status_1(command: Command, tmp_path: Path) -> None:
    code = "rotated-surface-5"
    answer = command(code, "--noise", "0.01", "--decoder", "lookup", "--workers", "1")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.splitlines()[2:] == [
        "error: lookup() on CSSCode[[25,1]](4,2): must have at most 20 detectors and observables "
        "together, got 120 and 1"
    ]
    assert not (tmp_path / "archive").exists()


def test_a_circuit_that_is_wrong_is_one_line_and_status_1(
    quick: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(memory: object) -> None:
        raise verification.CircuitFault("observables are not the logical operators")

    from qcode_rl.decoding import experiments

    monkeypatch.setattr(experiments, "require_faithful", fail)
    answer = quick("steane", *QUICK)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.splitlines()[1:] == [
        "error: circuit of CSSCode[[7,1]](4,3), capacity: observables are not the logical operators"
    ]


CIRCUIT, CAPACITY = ("--noise", "0.1"), ("--noise", "0.1", "--model", "capacity")
MEASURED = ("--noise", "0.1", "--model", "phenomenological")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["steane"], "Missing option '--noise'"),
        ([*CIRCUIT], "Missing argument 'FILE|KEY|NAME'"),
        (["steane", "--noise", ""], "noise: must name at least one rate, got ''"),
        (["steane", "--noise", " , "], "noise: must name at least one rate, got ' , '"),
        (["steane", "--noise", "1e-3,x"], "noise: must be numbers such as 1e-3,2e-3, got '1e-3,x'"),
        (["steane", "--noise", "nan"], "noise: must be between 0 and 1, got nan"),
        (["steane", "--noise", "inf"], "noise: must be between 0 and 1, got inf"),
        (["steane", "--noise", "-0.1"], "noise: must be between 0 and 1, got -0.1"),
        (["steane", "--noise", "1.1"], "noise: must be between 0 and 1, got 1.1"),
        (["steane", "--noise", "1e-3,0"], "noise: must be more than 0, got 0.0"),
        (["steane", *CAPACITY, "--noise", "0.76"], "noise: must be between 0 and 3/4, got 0.76"),
        (["steane", "--noise", "0.76"], "noise: one_qubit must be between 0 and 3/4, got 0.76"),
        (["steane", "--noise", "0.95"], "noise: two_qubit must be between 0 and 15/16, got 0.95"),
        (["steane", *CIRCUIT, "--rounds", "0"], "rounds: must be from 1 to 10000 with model circ"),
        (["steane", *CIRCUIT, "--rounds", "-2"], "rounds: must be from 1 to 10000 with model circ"),
        (["steane", *CIRCUIT, "--rounds", "two"], "'--rounds': 'two' is not a valid integer"),
        (["steane", *CAPACITY, "--rounds", "3"], "rounds: must be from 1 to 1 with model capacity"),
        (["steane", *CIRCUIT, "--model", "gate"], "'--model': 'gate' is not one of 'circuit'"),
        (["steane", *CIRCUIT, "--basis", "Y"], "'--basis': 'Y' is not one of 'Z', 'X', 'both'"),
        (["steane", *CIRCUIT, "--decoder", "bpsod"], "no decoder is called 'bpsod'; nearest: bpos"),
        (["steane", *CIRCUIT, "--set", "osd_oder=3"], "bposd.osd_oder: no such setting; nearest: "),
        (["steane", *CIRCUIT, "--set", "osd_order"], "bposd: settings must be written name=value"),
        (["steane", *CIRCUIT, "--set", "osd_order=-1"], "bposd.osd_order: must be a whole number "),
        (["steane", *CIRCUIT, "--against-decoder", "mwpm"], "decoder: no decoder is called 'mwpm'"),
        (["steane", *CIRCUIT, "--schedule", "fast"], "schedule: must be one of auto, zigzag, "),
        (["steane", *CAPACITY, "--schedule", "search"], "schedule: model capacity has none, got "),
        (["steane", *MEASURED, "--hadamards"], "hadamards: model phenomenological has none"),
        (["steane", *CIRCUIT, "--bias", "2"], "bias: model circuit has none, got 2.0"),
        (["steane", *CAPACITY, "--bias", "2"], "bias: must be given with channel biased alone"),
        (["steane", *CAPACITY, "--channel", "biased"], "bias: must be a positive number, got None"),
        (["steane", *CIRCUIT, "--channel", "z"], "channel: model circuit has depolarizing alone"),
        (["steane", *CIRCUIT, "--rates", "wait=1"], "rates: must be of two_qubit, one_qubit, prep"),
        (["steane", *CIRCUIT, "--rates", "idle"], "rates: must be written NAME=FACTOR,..., got 'i"),
        (["steane", *CIRCUIT, "--rates", "idle=-1"], "rates: idle must be a finite factor from 0 "),
        (["steane", *CIRCUIT, "--rates", "idle=1,idle=2"], "rates: idle must be given once, got "),
        (["steane", *CIRCUIT, "--rates", "idle=8"], "rates: idle must be between 0 and 3/4, got 0"),
        (["steane", *CAPACITY, "--rates", "idle=1"], "rates: model capacity has no idle to scale"),
        (["steane", *CIRCUIT, "--workers", "0"], "workers: must be a whole number from 1 on, got "),
        (["steane", *CIRCUIT, "--max-shots", "0"], "max_shots: must be a whole number from 1 on"),
        (["steane", *CIRCUIT, "--max-errors", "-1"], "max_errors: must be a whole number from 1"),
        (["steane", *CIRCUIT, "--time", "0"], "--time: must be a positive time such as 90s, 3m"),
        (["steane", *CIRCUIT, "--plot", "a.pdf"], "plot: must end in .png or .svg, got 'a.pdf'"),
        (["steane", *CIRCUIT, "--plot", "no/a.png"], "--plot: must be a file that can be written"),
        (["steane", *CIRCUIT, "--circuits", "file"], "--circuits: must be a folder that can be wr"),
        (["steane", *CIRCUIT, "--circuits", "file/in"], "--circuits: must be a folder that can be"),
        (["steane", *CIRCUIT, "--archive", "file"], "archive: 'file' is not a folder"),
        (["steane", *CIRCUIT, "--archive", "file/in"], "archive: cannot write to 'file/in/segment"),
        (["bell.npz", *CIRCUIT], "code: must have logical qubits to protect, 'bell.npz' has k = 0"),
        (["hamming-3", *CIRCUIT], "code: must be a quantum code, 'hamming-3' is ClassicalCode"),
        (["missing.npz", *CIRCUIT], "missing.npz: No such file or directory"),
        (["bad.npz", *CIRCUIT], "bad.npz: "),
        (["face", *CIRCUIT], "has a key beginning 'face'"),
        (["staene", *CIRCUIT], "name: no code is called 'staene'; nearest: steane"),
    ],
)
def test_bad_input_is_one_line_and_status_2_and_nothing_is_written(
    command: Command, tmp_path: Path, arguments: list[str], said: str
) -> None:
    np.savez(tmp_path / "bell.npz", S=StabilizerCode.from_pauli_strings(["XX", "ZZ"]).checks)
    (tmp_path / "bad.npz").write_text("no archive")
    (tmp_path / "file").write_text("in the way")
    before = sorted(tmp_path.rglob("*"))
    answer = command(*arguments)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert said in answer.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["steane", *CIRCUIT, "--schedule", "zigzag"], "schedule: zigzag is for rotated surface"),
        (["five-qubit", *CIRCUIT, "--schedule", "zigzag"], "schedule: zigzag is for CSS codes"),
        (
            ["bicycle-72-12", "--noise", "1e-3", "--decoder", "matching", "--rounds", "1"],
            "decoder: matching needs errors that flip at most two detectors",
        ),
    ],
)
def test_what_does_not_go_with_a_code_is_told_before_anything_is_sampled(
    command: Command, tmp_path: Path, arguments: list[str], said: str
) -> None:
    answer = command(*arguments, "--circuits", "circuits")
    assert (answer.status, answer.out) == (2, "")
    first, last = answer.err.splitlines()
    assert first.endswith("building circuits ...")
    assert last.startswith(f"error: {said}")
    assert list(tmp_path.iterdir()) == []


def test_an_ambiguous_key_is_refused(command: Command, tmp_path: Path) -> None:
    keys = [put(tmp_path / "archive", code) for code in two_codes_of_one_digit()]
    before = sorted(tmp_path.rglob("*.jsonl"))
    answer = command(keys[0][0], *CIRCUIT)
    assert (answer.status, answer.err.count("\n")) == (2, 1)
    assert "could be any of" in answer.err
    assert all(key[:16] in answer.err for key in keys)
    assert sorted(tmp_path.rglob("*.jsonl")) == before


def two_codes_of_one_digit() -> tuple[CSSCode, CSSCode]:
    held: dict[str, CSSCode] = {}
    for d in range(2, 19):  # more than there are digits
        code = named_code(f"rotated-surface-{d}")
        assert isinstance(code, CSSCode)
        other = held.setdefault(code.key[0], code)
        if other is not code:
            return other, code
    raise AssertionError


@pytest.mark.parametrize(
    ("name", "source"), [("tesseract", "qcode-rl[decoders]"), ("bposd", "ldpc")]
)
def test_a_decoder_that_is_not_installed_is_named_with_what_brings_it(
    command: Command, monkeypatch: pytest.MonkeyPatch, name: str, source: str
) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda name: None)
    answer = command("steane", *CIRCUIT, "--decoder", name)
    assert answer.status == 2
    assert answer.err.startswith(f"error: decoder: {name} needs the package ")
    assert answer.err.endswith(f": pip install '{source}'\n")


def test_without_matplotlib_a_plot_is_refused_before_anything_runs(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qcode_rl.cli.files.find_spec", lambda name: None)
    answer = command("steane", *CIRCUIT, "--plot", "plot.png")
    assert answer.status == 2
    assert answer.err == "error: --plot: needs matplotlib: pip install 'qcode-rl[plots]'\n"


def test_help_names_every_decoder_and_schedule_and_has_examples(command: Command) -> None:
    from qcode_rl.decoding.order_search import SCHEDULES

    answer = command("--help")
    assert answer.status == 0
    words = answer.out.replace(",", " ").replace(".", " ").split()
    assert set(words) >= {*registry.DECODERS, *SCHEDULES}
    assert "qcode-rl evaluate steane --noise 1e-3" in answer.out


def test_slow_decoding_comes_with_advice_and_the_advice_helps() -> None:
    setup = Setup(rounds=3)
    code = named_code("bicycle-72-12")
    assert isinstance(code, CSSCode)
    (slow,) = experiments(code, [1e-3], setup)
    assert "--detectors one decodes much faster" in circuit_words(slow)[1]
    (quick,) = experiments(code, [1e-3], replace(setup, detectors="one"))
    assert len(circuit_words(quick)) == 1
    assert quick.error_model.num_errors * 5 < slow.error_model.num_errors
    assert quick.task().strong_id() != slow.task().strong_id()
