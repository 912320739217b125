"""The tables of He & Liu: their data, the limit, the remarks, annealing on a tiny row, resuming."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
# The programs import what they share from their own folder, as `qcode-rl bench` has it.
sys.path.insert(0, str(BENCHMARKS))

import he_liu  # noqa: E402
import hgp30  # noqa: E402
import hgp30_requests  # noqa: E402
import hgp30_tables  # noqa: E402
from he_liu import Request, TableRow  # noqa: E402

from qcode_rl.errors import InputError  # noqa: E402
from qcode_rl.search.spec import AgentOptions  # noqa: E402
from qcode_rl.sweep.files import read_sweep  # noqa: E402
from qcode_rl.sweep.points import points_of  # noqa: E402
from qcode_rl.toml import read_toml  # noqa: E402

DATA = he_liu.read_tables()
NAMES = ("max_weight", "max_degree", "logicals", "distance")
ALL = he_liu.table_rows(DATA, list(he_liu.TABLES), [[6, 3], [8, 4]])
SMALL = AgentOptions(width=8, rounds=1, num_envs=16, rollout=16, batch_size=64, pretrained=False)


def result_of(n: int | None, others: int | None = None) -> dict[str, Any]:
    agent = {"n": n, "label": n and f"[[{n}]]", "key": n and "ab" * 32}
    agent |= {"evaluations": 1000, "seconds": 1.5, "complete": False}
    other = {"n": others, "evaluations": 1000, "seconds": 0.1, "complete": False}
    return {"agent": agent, "annealing": other, "annealing-edges": other}


def as_row(row: TableRow, n: int | None, others: int | None = None) -> dict[str, Any]:
    return hgp30_tables.as_row(row, result_of(n, others), DATA["known_problems"])


def test_all_rows_of_the_paper_are_there() -> None:
    counts = {name: sum(row.table == name for row in ALL) for name in he_liu.TABLES}
    assert counts == {"I": 4, "II": 60, "III": 7, "IV": 24}
    second = [row for row in ALL if row.table == "II"]
    assert sum(not row.request.trivial for row in second) == 48
    assert [row.request.k for row in second[:30]] == [k**2 for k in range(1, 31)]


def test_table_4_asks_for_less_distance_and_adds_to_the_base() -> None:
    first = [row for row in ALL if row.table == "IV"][:4]
    assert [row.request.d for row in first] == [15, 14, 13, 12]
    assert [row.paper - 1525 for row in first] == [600, 293, 112, 0]
    assert as_row(first[0], 1600)["added"] == 75


@pytest.mark.parametrize(
    ("request_", "n", "light"),
    [
        (Request(4, 2, 1, 30), 1741, 1741),  # repetition code
        (Request(6, 3, 9, 3), 45, 45),  # [6,3,3]
        (Request(6, 3, 16, 3), 58, 80),  # [7,4,3], whose checks weigh 4; [8,4,3]
        (Request(8, 4, 4, 20), 30**2 + 28**2, 30**2 + 28**2),
        (Request(8, 4, 900, 1), 900, 900),
    ],
)
def test_the_limit_is_that_of_the_shortest_code(request_: Request, n: int, light: int) -> None:
    assert he_liu.limit(request_) == n
    assert he_liu.limit(request_, light=True) == light


def test_lengths_of_products_and_of_their_factors_are_told_from_one_another() -> None:
    for k in range(1, 31):
        for bits in range(k, 77):
            assert he_liu.factor_length(he_liu.product_length(bits, k), k) == bits
    assert he_liu.factor_length(1741, 2) is None


@pytest.mark.parametrize(
    ("table", "request_", "ours", "words"),
    [
        ("I", Request(6, 3, 16, 3), 80, ["as short as such light", "impossible", "dual words"]),
        ("I", Request(6, 3, 9, 3), 45, ["at the limit"]),
        ("II", Request(6, 3, 676, 2), 1690, ["10 checks cover 30 of 36 bits"]),
        ("II", Request(8, 4, 4, 20), 1684, ["at the limit", "is not n^2 + (n-2)^2"]),
        ("II", Request(8, 4, 900, 1), None, ["no checks"]),
        ("II", Request(6, 3, 81, 12), 2025, []),
    ],
)
def test_remarks_say_what_is_wrong_and_what_cannot_be_undercut(
    table: str, request_: Request, ours: int | None, words: list[str]
) -> None:
    row = next(row for row in ALL if (row.table, row.request) == (table, request_))
    remark = he_liu.remark(row, ours, DATA["known_problems"])
    assert all(word in remark for word in words)
    assert bool(remark) == bool(words)


def test_the_summary_counts_what_is_not_trivial() -> None:
    second = [row for row in ALL if row.table == "II" and row.request[:2] == (6, 3)][:5]
    lengths = [1741, 1684, 1745, 2 * 1930, None]
    rows = [as_row(row, n, 1745) for row, n in zip(second, lengths, strict=True)]
    summary = hgp30_tables.summary(rows)
    assert (summary["rows"], summary["none_found"]) == (4, 1)
    assert (summary["below"], summary["equal"], summary["above"]) == (1, 1, 1)
    assert summary["at_limit"] == 1
    assert summary["geometric_mean"] == pytest.approx((1684 / 1802 * 2) ** (1 / 3), abs=1e-4)
    assert summary["annealing"] == {"shorter": 1, "as_long": 1, "longer": 1}


def test_markdown_tables_have_as_many_cells_in_every_line() -> None:
    rows = [as_row(row, row.paper) for row in ALL]
    text = hgp30_tables.as_markdown(rows, "Settings.", "source")
    for section in text.split("\n## ")[1:]:
        lines = [line for line in section.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in lines}) == 1
    assert text.count("\n## ") == 5


@pytest.mark.parametrize("name", list(hgp30_requests.ANNEALERS))
def test_annealing_finds_the_codes_of_a_tiny_row_within_its_evaluations(name: str) -> None:
    job = hgp30_requests.Job(Request(6, 3, 9, 3), 1.0, 0, SMALL)
    driven = hgp30_requests.anneal(job, name, 2000)
    assert driven.evaluations <= 2000
    assert driven.checks is not None
    assert driven.checks.shape == (3, 6)
    assert driven.checks.sum(axis=1).max() <= 3


@pytest.mark.parametrize("name", list(hgp30_requests.ANNEALERS))
def test_annealing_never_spends_more_than_the_agent(name: str) -> None:
    job = hgp30_requests.Job(Request(6, 3, 225, 8), 1.0, 0, SMALL)
    for evaluations in (1, 10, 700):
        assert hgp30_requests.anneal(job, name, evaluations).evaluations <= evaluations


def test_a_request_is_measured_by_all_methods(tmp_path: Path) -> None:
    # It ends when nothing shorter is possible; the limit is for kernels to be compiled first.
    job = hgp30_requests.Job(Request(6, 3, 4, 3), 240.0, 0, SMALL)
    result = json.loads(json.dumps(hgp30_requests.measure(job, tmp_path)))
    # The agent's search also keeps products of circulants, which undercut all other squares here.
    assert [result[name]["n"] for name in ("agent", "annealing", "annealing-edges")] == [32, 34, 34]
    assert result["agent"]["label"] == "[[32,4,3]](5,3)"
    assert result["agent"]["complete"]


def test_only_requests_with_the_same_settings_are_not_made_again(tmp_path: Path) -> None:
    values = {"seed": 0, "seconds": {"trivial": 1, "small": 2, "large": 3}}
    requests = [Request(6, 3, 9, 3), Request(6, 3, 225, 8), Request(6, 3, 9, 3)]
    jobs = hgp30.jobs_for(requests, values, None)
    assert [(job.request, job.seconds) for job in jobs] == [(requests[1], 3.0), (requests[0], 2.0)]
    path = tmp_path / "unfinished.jsonl"
    assert hgp30.finished(jobs, path) == {}
    path.write_text(json.dumps({"settings": jobs[0].settings} | result_of(3000)) + "\n")
    assert list(hgp30.finished(jobs, path)) == [requests[1]]
    assert hgp30.finished(hgp30.jobs_for(requests, values, 7.0), path) == {}
    assert hgp30.finished(hgp30.jobs_for(requests, values | {"seed": 1}, None), path) == {}


def test_a_request_of_no_table_is_refused() -> None:
    values = read_toml(hgp30.SETTINGS)
    rows = hgp30.chosen_rows(hgp30.parsed(["--rows", "6,3,81,12"]), values)
    assert [row.request for row in rows] == [Request(6, 3, 81, 12)]
    with pytest.raises(InputError, match=r"^--rows: must be w,q,k,d of a row"):
        hgp30.chosen_rows(hgp30.parsed(["--rows", "6,3,81,99"]), values)


def test_the_shipped_definition_gives_every_request_its_seconds() -> None:
    values = read_toml(hgp30.SETTINGS)
    rows = hgp30.chosen_rows(hgp30.parsed([]), values)
    assert len(rows) == len(ALL)
    second = [row.request for row in rows if row.table == "II"]
    jobs = hgp30.jobs_for(second, values, None)
    assert len(jobs) == 60
    # Half an hour for Table II leaves annealing its share.
    assert sum(job.seconds for job in jobs) / values["workers"] < 22 * 60


def test_the_shipped_sweep_asks_for_exactly_the_requests_of_the_tables() -> None:
    points = points_of(read_sweep(hgp30.ROOT / "search_runs" / "hgp30.toml"))
    asked = [Request(*(point.values[name] for name in NAMES)) for point in points]
    rows = hgp30.chosen_rows(hgp30.parsed([]), read_toml(hgp30.SETTINGS))
    assert len(asked) == len(set(asked)) == 86
    assert set(asked) == {row.request for row in rows}
