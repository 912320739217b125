"""`qcode-rl archive list | show | export`; conditions and the like are in test_archive_list_cli."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from qcode_rl.archive import Archive, CodeRecord, Counts, Provenance
from qcode_rl.cli.archive import archive
from qcode_rl.codes import CSSCode, StabilizerCode, hypergraph_product
from qcode_rl.distance import Distance, Witness, distance_of
from qcode_rl.errors import InputError

RUN_GROUP = "from qcode_rl.cli.archive import archive; archive()"


def surface(rows: int, seed: int) -> CodeRecord:
    code = hypergraph_product(
        [[int(j in (i, i + 1)) for j in range(rows + 1)] for i in range(rows)]
    )
    source = Provenance("5" * 64, "demo", seed, 100, {"qcode-rl": "0.1.0"}, "2026-01-02T03:04:05Z")
    return CodeRecord.of(code, distance_of(code), source)


SMALL, LARGE = surface(2, seed=1), surface(4, seed=2)
FIVE = StabilizerCode.from_pauli_strings(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Archive(tmp_path / "archive").writer("demo") as writer:
        writer.add(SMALL)
        writer.add(LARGE)
    return tmp_path / "archive"


def run(*arguments: object, fails: bool = False) -> Result:
    result = CliRunner().invoke(archive, [str(a) for a in arguments])
    if not fails and result.exception:
        raise result.exception
    return result


def failure(*arguments: object) -> str:
    result = run(*arguments, fails=True)
    assert isinstance(result.exception, InputError)
    assert "\n" not in str(result.exception)
    assert result.stdout == ""
    return str(result.exception)


def test_a_listing_has_one_line_for_each_code(folder: Path) -> None:
    result = run("list", "--archive", folder)
    table, notes = result.stdout.split("\n\n")
    lines = [" ".join(line.split()) for line in table.splitlines()]
    assert lines == [
        "code kd2/n family seed created catalogue key",
        f"[[13,1,3]](4,2) 0.69 hgp 1 2026-01-02 [[7,1,3]](4,3) [1] {SMALL.key[:12]}",
        f"[[41,1,5]](4,2) 0.61 hgp 2 2026-01-02 [[25,1,5]](4,2) [1] {LARGE.key[:12]}",
    ]
    assert notes == "[1] qldpc-challenge 2026-08-21\n"
    assert result.stderr == ""
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize(
    ("sort", "first"),
    [("kd2n", SMALL), ("n", SMALL), ("d", LARGE), ("key", min(SMALL, LARGE, key=lambda r: r.key))],
)
def test_a_listing_is_sorted_best_first(folder: Path, sort: str, first: CodeRecord) -> None:
    listing = run("list", "--archive", folder, "--sort", sort).stdout.splitlines()
    assert listing[1].split()[0] == first.label


@pytest.mark.parametrize("sort", ["k", "w", "q", "created"])
def test_every_sort_lists_all(folder: Path, sort: str) -> None:
    table = run("list", "--archive", folder, "--sort", sort).stdout.split("\n\n")[0]
    assert len(table.splitlines()) == 3


def test_the_json_of_a_listing_has_the_promised_shape(folder: Path) -> None:
    listing = json.loads(run("list", "--archive", folder, "--json").stdout)
    codes = listing.pop("codes")
    assert listing == {
        **{"request": None, "met": None, "found": 2, "evaluations": None, "seconds": None}
    }
    told = [code | {"catalogue": None} for code in codes]
    assert told == [SMALL.summary(), LARGE.summary()]
    assert codes[0]["catalogue"]["code"]["source"] == "qldpc-challenge 2026-08-21 7-1-3"
    assert list(codes[0]) == ["key", "n", "k", "d", "w", "q", "family", "seed", "catalogue"]
    assert codes[1]["d"] == {"lower": 5, "upper": 5}


def test_an_empty_archive_says_so_on_stderr_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QCODE_ARCHIVE", str(tmp_path / "none"))
    result = run("list")
    assert result.stdout == ""
    assert result.stderr == f"no codes in {tmp_path / 'none'}\n"
    assert json.loads(run("list", "--json").stdout)["codes"] == []
    assert not (tmp_path / "none").exists()


def test_bad_folders_and_keys_are_refused_in_one_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert failure("list", "--archive", tmp_path / "no") == (
        f"--archive: there is no folder '{tmp_path / 'no'}'"
    )
    assert "is not a folder" in failure("list", "--archive", tmp_path / "file")
    assert "has a key beginning 'xyz'" in failure("show", "xyz", "--archive", folder)
    assert "has a key beginning 'xyz'" in failure("export", "xyz", "--archive", folder)


def test_damage_and_contradictions_are_named_on_stderr(folder: Path) -> None:
    (path,) = folder.glob("segments/demo/*.jsonl")
    with path.open("a") as file:
        file.write("not an event\n" * 12)
    witness = Witness(x=tuple(range(13)))
    with Archive(folder).writer("liar") as writer:
        writer.add(replace(SMALL, distance=Distance(9, 13, witness, "faith")))
    result = run("list", "--archive", folder)
    assert len(result.stdout.split("\n\n")[0].splitlines()) == 3
    warnings = result.stderr.splitlines()
    assert (
        warnings[0] == f"warning: damaged, passed over: {path}:5: does not begin with an event id"
    )
    assert warnings[10] == "warning: and 2 more such lines"
    assert "d >= 9 (faith) contradicts d <= 3 (product of enumeration)" in warnings[-1]


def test_show_tells_what_is_known_of_a_code(folder: Path) -> None:
    shown = run("show", SMALL.key[:8], "--archive", folder).stdout
    assert shown.startswith("[[13,1,3]](4,2)  hgp\n")
    rows = {line.split("  ")[0]: line.split("  ")[-1].strip() for line in shown.splitlines()}
    assert rows["key"] == SMALL.key
    assert rows["distance"] == "3 (proved; product of enumeration)"
    assert rows["X checks"] == "6 x 13, weights 3 to 4"
    assert rows["factor H1"] == "[3,1], 2 x 3, weights 2 to 2"
    assert rows["seed"] == "1"
    assert rows["run"] == "demo"
    assert "dz >= 3, <= 3 by a checked witness" in shown
    known = "the catalogue has one at least as good: [[7,1,3]](4,3)"
    assert rows["catalogue"] == f"{known}, qldpc-challenge 2026-08-21 7-1-3"
    drawn = shown.split("\n\n")[1:]
    assert [picture.splitlines()[0] for picture in drawn] == [
        "X checks, 6 x 13",
        "Z checks, 6 x 13",
    ]


def test_show_handles_codes_without_factors_distance_or_provenance(tmp_path: Path) -> None:
    code = CSSCode([[1, 1]], np.zeros((0, 2), np.uint8))
    with Archive(tmp_path).writer("r") as writer:
        writer.add(CodeRecord.of(code, None, Provenance(), "css"))
        writer.add(CodeRecord.of(code, None, Provenance(run="again"), "css"))
    shown = run("show", code.key, "--archive", tmp_path).stdout
    assert shown.startswith("[[2,1,?]](2,1)  css\n")
    assert "Z checks     0 x 2\n" in shown
    assert "1 of 2 findings" in shown
    assert "factor" not in shown
    assert "not compared with the catalogue: no distance is proved\n" in shown
    assert shown.endswith("Z checks: none\n")
    assert json.loads(run("show", code.key, "--json", "--archive", tmp_path).stdout)["d"] is None


def test_the_json_of_show_holds_matrices_and_a_witness(folder: Path) -> None:
    shown = json.loads(run("show", SMALL.key, "--archive", folder, "--json").stdout)
    assert shown["code"]["product"][0] == {"n": 3, "checks": [[0, 1], [1, 2]]}
    assert len(shown["distance"]["witness"]["x"] + shown["distance"]["witness"]["z"]) == 3
    assert shown["provenance"]["spec_key"] == "5" * 64
    assert [b["pauli"] for b in shown["evidence"][0]["bounds"]] == ["", "X", "Z"]


def test_show_adds_up_the_counts_of_logical_errors(folder: Path) -> None:
    told = {"model": "circuit", "p": 0.003, "rounds": 3, "basis": "Z", "decoder": "bposd"}
    with Archive(folder).writer("evaluate") as writer:
        for shots, errors in ((1000, 2), (500, 1)):
            writer.add_counts(SMALL.key, Counts("a" * 64, told, shots, errors))
        wide = {"model": ["x" * 99]}
        writer.add_counts(SMALL.key, Counts("b" * 64, wide, 0, 0, circuit_distance=3))
    shown = run("show", SMALL.key, "--archive", folder)
    assert shown.stderr == ""
    table = shown.stdout.split("\n\n")[1].splitlines()
    assert [" ".join(line.split()) for line in table] == [
        "logical errors",
        "model p rounds basis decoder schedule circuit d shots errors rate",
        "circuit 0.003 3 Z bposd - - 1500 3 0.002",
        f'["{"x" * 25}... - - - - - <=3 0 0 -',
    ]
    held = json.loads(run("show", SMALL.key, "--archive", folder, "--json").stdout)["counts"]
    assert [(c["task"][0], c["shots"], c["errors"], c["samplings"]) for c in held] == [
        ("a", 1500, 3, 2),
        ("b", 0, 0, 1),
    ]
    assert held[0]["experiment"] == told
    assert "logical errors" not in run("show", LARGE.key, "--archive", folder).stdout


def test_counts_that_contradict_each_other_are_named_on_stderr(folder: Path) -> None:
    with Archive(folder).writer("liar") as writer:
        for p in (0.1, 0.2):
            writer.add_counts(SMALL.key, Counts("a" * 64, {"p": p}, 10, 1))
    shown = run("show", SMALL.key, "--archive", folder)
    assert shown.stdout.split("\n\n")[1].split()[-3:] == ["10", "1", "0.1"]
    assert "its experiment is not that of event" in shown.stderr


def test_a_code_that_is_not_css_is_listed_shown_and_exported(tmp_path: Path) -> None:
    record = CodeRecord.of(FIVE, FIVE.distance(), Provenance(), "stabilizer")
    with Archive(tmp_path / "archive").writer("r") as writer:
        writer.add(record)
    where = ("--archive", tmp_path / "archive")
    assert "[[5,1,3]](4,4)   1.80  stabilizer" in run("list", *where).stdout
    assert "\n\nchecks, 4 x 5\nXZZX.\n.XZZX\nX.XZZ\nZX.XZ\n" in run("show", FIVE.key, *where).stdout
    shown = run("show", FIVE.key[:9], *where).stdout
    rows = {line.split("  ")[0]: line.split("  ")[-1].strip() for line in shown.splitlines()}
    assert rows["checks"] == "4 x 5, weights 4 to 4"
    assert rows["distance"].startswith("3 (proved; ")
    assert "X checks" not in rows
    held = json.loads(run("show", FIVE.key, "--json", *where).stdout)
    assert held["checks"] == {"xz": "4 x 5, weights 4 to 4"}
    assert held["code"] == record.presentation.to_json()
    target = tmp_path / "five.npz"
    run("export", FIVE.key, "--output", target, *where)
    assert StabilizerCode.from_file(target) == FIVE


def test_an_exported_npz_holds_the_code_and_its_factors(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "code.npz"
    result = run("export", LARGE.key[:8], "--archive", folder, "--output", target)
    assert result.stdout == f"{target}\n"
    with np.load(target, allow_pickle=False) as held:
        assert sorted(held) == ["H1", "H2", "Hx", "Hz"]
        assert CSSCode(held["Hx"], held["Hz"]) == LARGE.code
        assert hypergraph_product(held["H1"], held["H2"]) == LARGE.code
    assert target.stat().st_mode & 0o777 == 0o666 & ~_umask()


def test_an_export_has_a_default_name(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = run("export", SMALL.key[:8], "--archive", folder).stdout.strip()
    assert name == f"13_1_3-{SMALL.key[:12]}.npz"
    assert (tmp_path / name).is_file()


def test_an_export_replaces_a_file_only_when_forced(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "code.npz"
    target.write_text("mine")
    arguments = ("export", SMALL.key, "--archive", folder, "--output", target)
    assert "exists already (--force replaces it)" in failure(*arguments)
    assert target.read_text() == "mine"
    run(*arguments, "--force")
    assert target.read_bytes().startswith(b"PK")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["archive", "code.npz"]


@pytest.mark.parametrize("place", ["none/code.npz", "archive", "/proc/code.npz"])
def test_an_export_that_cannot_be_written_is_refused(
    folder: Path, tmp_path: Path, place: str
) -> None:
    arguments = ("export", SMALL.key, "--archive", folder, "--output", tmp_path / place, "--force")
    assert "output: cannot write" in failure(*arguments)
    assert [p.name for p in tmp_path.iterdir()] == ["archive"]


@pytest.mark.parametrize("command", ["list", "show", "known", "export"])
def test_help_gives_examples(command: str) -> None:
    assert f"\n    qcode-rl archive {command}" in run(command, "--help").stdout


def test_a_reader_that_closes_the_pipe_gets_no_traceback(folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        result = subprocess.run(
            [sys.executable, "-c", RUN_GROUP, "list", "--archive", str(folder)],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writing)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_module_imports_nothing_heavy() -> None:
    names = "'numpy', 'numba', 'torch', 'networkx', 'qcode_rl.archive', 'qcode_rl.codes'"
    program = (
        "import sys, qcode_rl.cli.archive\n"
        f"print([name for name in ({names}) if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
