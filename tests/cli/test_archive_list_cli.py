"""`qcode-rl archive list`: conditions, Pareto sets, comma-separated values, the catalogue."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from qcode_rl.archive import Archive, CodeRecord, Provenance
from qcode_rl.cli.archive import archive
from qcode_rl.codes import CSSCode, StabilizerCode, hypergraph_product, named_code
from qcode_rl.distance import Distance, distance_of
from qcode_rl.errors import InputError


def record(code: CSSCode | StabilizerCode, family: str, seed: int | None) -> CodeRecord:
    source = Provenance("", "demo", seed, created=f"2026-0{seed or 9}-02T03:04:05Z")
    return CodeRecord.of(code, distance_of(code), source, family)


def unproved(one: CodeRecord) -> CodeRecord:
    assert one.distance is not None
    distance = Distance(1, one.distance.upper, one.distance.witness, "sampling")
    return CodeRecord.of(one.code, distance, one.provenance, one.family)


STEANE = record(named_code("steane"), "css", None)  # type: ignore[arg-type]
FIVE = record(named_code("five-qubit"), "stabilizer", 1)  # type: ignore[arg-type]
SURFACE = record(named_code("surface-3"), "hgp", 2)  # type: ignore[arg-type]
TORIC = unproved(record(named_code("toric-4"), "hgp", 3))  # type: ignore[arg-type]
# Three copies of [[5,1,3]] of weight 4, as one code: the catalogue has none of n = 15.
HEAVY = record(hypergraph_product(named_code("hamming-3"), named_code("hamming-3")), "hgp", 4)  # type: ignore[arg-type]
NAMES = {
    r.key: n
    for n, r in zip(
        ("steane", "five", "surface", "toric", "heavy"),
        (STEANE, FIVE, SURFACE, TORIC, HEAVY),
        strict=True,
    )
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive")
    with Archive(path).writer("demo") as writer:
        for each in (STEANE, FIVE, SURFACE, TORIC, HEAVY):
            writer.add(each)
    return path


def run(folder: Path, *arguments: str) -> str:
    command = ["list", "--archive", str(folder), *arguments]
    result = CliRunner().invoke(archive, command, catch_exceptions=False)
    assert result.stderr == ""
    return result.stdout


def listed(folder: Path, *arguments: str) -> list[str]:
    codes = json.loads(run(folder, "--json", *arguments))["codes"]
    return [NAMES[code["key"]] for code in codes]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("n <= 13", ["five", "steane", "surface"]),
        ("d >= 4", []),  # the toric code's distance is not proved here
        ("dmax >= 4", ["toric"]),
        ("k >= 4 and d = 3", ["heavy"]),
        ("family = 'css' or family = 'stabilizer'", ["five", "steane"]),
        ("seed >= 2 and seed < 4", ["surface", "toric"]),
        ("created < '2026-03'", ["five", "surface"]),
        ("not (w <= 4)", ["heavy"]),
        ("kd2n > 1.7", ["five", "heavy"]),
    ],
)
def test_a_condition_selects(folder: Path, where: str, names: list[str]) -> None:
    assert sorted(listed(folder, "--where", where)) == sorted(names)


def test_a_condition_that_no_code_meets_prints_nothing(folder: Path) -> None:
    result = CliRunner().invoke(archive, ["list", "--archive", str(folder), "--where", "n > 999"])
    assert (result.stdout, result.stderr) == ("", f"no such codes in {folder}\n")
    assert run(folder, "--where", "n > 999", "--csv").count("\n") == 1


def test_a_pareto_set_is_taken_of_what_the_condition_leaves(folder: Path) -> None:
    assert listed(folder, "--pareto", "n,k,d,w") == ["heavy", "five", "toric"]
    assert listed(folder, "--pareto", "n, d", "--where", "n > 5") == ["steane", "toric"]
    assert listed(folder, "--pareto", "k") == ["heavy"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--where", "k>=4 and and"], "where: expected a comparison at column 10, got 'and'"),
        (["--where", ""], "where: expected a comparison at column 1, got the end"),
        (["--where", "__import__('os')"], "where: expected one of the names n, k, d"),
        (["--pareto", "n,x"], "axes: must be among n, k, d, w, q, got 'x'"),
        (["--pareto", ""], "axes: must be among n, k, d, w, q, got ''"),
        (["--csv", "--json"], "--csv: must not be given together with --json"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(
    folder: Path, arguments: list[str], message: str
) -> None:
    result = CliRunner().invoke(archive, ["list", "--archive", str(folder), *arguments])
    assert isinstance(result.exception, InputError)
    assert str(result.exception).startswith(message)
    assert result.stdout == ""


def test_comma_separated_values_have_a_column_for_each_number(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(folder, "--csv", "--sort", "n"))))
    assert [NAMES[row["key"]] for row in rows] == ["five", "steane", "surface", "toric", "heavy"]
    toric = rows[3]
    assert (toric["n"], toric["k"], toric["d_lower"], toric["d_upper"]) == ("32", "2", "1", "4")
    assert (toric["w"], toric["q"], toric["kd2n"], toric["seed"]) == ("4", "2", "0.0625", "3")
    assert toric["created"] == "2026-03-02T03:04:05Z"
    assert rows[1]["seed"] == ""
    assert rows[0]["catalogue"] == "[[5,1,3]](4,?)"
    assert rows[0]["catalogue_source"] == "textbook"


def test_every_code_is_set_against_the_catalogue(folder: Path) -> None:
    table, notes = run(folder, "--sort", "n").split("\n\n")
    five, steane, surface, toric = table.splitlines()[1:5]
    assert "[[5,1,3]](4,?) [1]" in five
    # Codes that are CSS are set against CSS codes alone.
    assert "[[7,1,3]](4,3) [2]" in steane
    assert "[[7,1,3]](4,3) [2]" in surface
    assert "<=4" in toric.split()[0]
    assert notes.splitlines()[-1].startswith("[")
    assert max(map(len, [*table.splitlines(), *notes.splitlines()])) <= 100


def test_what_is_not_in_the_catalogue_is_said_to_be_so_with_date_and_sources(
    tmp_path: Path,
) -> None:
    # [[6,1,3]] of weight 4 and [[5,1,3]] with a w of 4 are published; nothing of w = 2 is.
    code = CSSCode([[1, 1]], [[0, 0]])
    lone = CodeRecord.of(code, distance_of(code), Provenance(), "css")
    with Archive(tmp_path).writer("demo") as writer:
        writer.add(lone)
    table, notes = run(tmp_path).split("\n\n")
    assert table.splitlines()[1].split()[-2] == "-"
    assert notes.splitlines() == [
        "- not in the catalogue (2026-08-21; 2,669 codes from [1] [2] [3] [4] [5])",
        "[1] Lin & Pryadko arXiv:2306.16400",
        "[2] qldpc-challenge 2026-08-21",
        "[3] qldpc-challenge after 2026-08-21",
        "[4] textbook",
        "[5] computed by qcode-rl",
    ]
    verdict = json.loads(run(tmp_path, "--json"))["codes"][0]["catalogue"]
    assert verdict["verdict"].startswith("not in the catalogue (2026-08-21; 2,669 codes from Lin")
    assert verdict["code"] is None


def test_a_listing_loads_no_kernels(folder: Path) -> None:
    run(folder)  # an index may be made
    program = (
        "import sys\n"
        "from qcode_rl.cli.main import run\n"
        f"run(['archive', 'list', '--where', 'n>1', '--archive', {str(folder)!r}])\n"
        "print([name for name in ('numba', 'torch', 'networkx') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"
