"""The tables of small codes: what follows from what, resuming, and every committed code proved."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
# The programs import what they share from their own folder, as `qcode-rl bench` has it.
sys.path.insert(0, str(BENCHMARKS))

import small_codes  # noqa: E402
import small_codes_tables  # noqa: E402
from small_codes_state import (  # noqa: E402
    METHODS,
    Cell,
    Code,
    Shortest,
    State,
    known_shortest,
    lower_bound,
    side_by_side,
)

from qcode_rl.catalogue.known import smallest_known  # noqa: E402
from qcode_rl.codes import StabilizerCode  # noqa: E402
from qcode_rl.distance import distance_of  # noqa: E402
from qcode_rl.errors import InputError  # noqa: E402
from qcode_rl.search.baselines import Run  # noqa: E402

FOUR = Code(4, 2, 2, 4, "ours", 0, 9, ("XXXX", "ZZZZ"))
COMMITTED = sorted((BENCHMARKS / "results").glob("small_codes_*.json"))
SETTINGS = {"evaluations": 50, "seed": 0, "weights": [4], "max_k": 4, "max_d": 2, "max_n": 9}


def state_of(*codes: Code) -> State:
    return State("css", codes=list(codes), settings=dict(SETTINGS))


def held_codes(shortest: int, longest: int) -> list[tuple[str, Code]]:
    """Return the committed codes of some lengths, each with its family."""
    return [
        (State.read(path, path.stem.removeprefix("small_codes_")).family, code)
        for path in COMMITTED
        for code in State.read(path, path.stem.removeprefix("small_codes_")).codes
        if shortest <= code.n <= longest
    ]


def require_proved(family: str, told: Code) -> None:
    """Check from its Pauli strings alone that a code is what is told of it."""
    code = StabilizerCode.from_pauli_strings(told.checks)
    weights = [len(row) - row.count("I") for row in told.checks]
    assert (code.num_qubits, code.num_logicals, max(weights)) == (told.n, told.k, told.w)
    assert len(told.checks) == told.n - told.k
    if family == "css":
        assert all(not ({"X", "Z"} <= set(row) or "Y" in row) for row in told.checks)
    found = distance_of(code)
    assert found is not None
    assert found.exact
    assert found.lower == told.d


def test_a_code_counts_for_every_weaker_cell_and_for_no_other() -> None:
    state = state_of(FOUR)
    assert state.shortest("ours", Cell(2, 4, 2)) == Shortest(4, 1)
    assert state.shortest("ours", Cell(2, 8, 1)) == Shortest(4, 1)
    for stronger in (Cell(3, 4, 2), Cell(2, 3, 2)):
        assert state.shortest("ours", stronger) is None
    assert state.shortest("annealing", Cell(2, 4, 2)) is None


def test_codes_side_by_side_have_the_sum_of_their_qubits() -> None:
    assert state_of(FOUR).shortest("ours", Cell(2, 4, 5)) == Shortest(12, 3)
    assert side_by_side([(4, 2), (5, 3)], 5) == Shortest(9, 2)
    assert side_by_side([(4, 2), (9, 5)], 5) == Shortest(9, 1)
    assert side_by_side([], 1) is None


def test_side_by_side_is_the_least_of_all_sums() -> None:
    generator = np.random.default_rng(0)
    for _ in range(30):
        codes = [(int(n), int(k)) for n, k in generator.integers(1, 9, (3, 2))]
        k = int(generator.integers(1, 8))
        counts = np.indices((k + 1,) * 3).reshape(3, -1).T
        enough = counts[counts @ [k for _, k in codes] >= k]
        least = side_by_side(codes, k)
        assert least is not None
        assert least.n == (enough @ [n for n, _ in codes]).min()


@pytest.mark.parametrize("css", [True, False])
def test_what_is_known_is_no_longer_than_the_smallest_code_of_the_catalogue(css: bool) -> None:
    for cell in (Cell(2, 4, 1), Cell(3, 6, 2), Cell(3, 4, 8), Cell(4, 8, 6)):
        known, single = known_shortest(cell, css), smallest_known(cell.k, cell.d, cell.w, css)
        assert known is not None
        assert single is not None
        assert known.n <= single.n
        assert known.parts > 1 or known.n == single.n


def test_bounds_are_those_of_small_codes() -> None:
    # Reached by [[5,1,3]], [[8,3,3]], [[6,4,2]] and [[11,1,5]]; Singleton alone beyond 20 qubits.
    assert [lower_bound(k, d) for k, d in [(1, 3), (3, 3), (4, 2), (1, 5)]] == [5, 8, 6, 11]
    assert lower_bound(8, 9) > 20


def test_lengths_are_tried_from_what_is_known_up_and_then_down() -> None:
    cell = Cell(2, 4, 4)
    assert known_shortest(cell, True) == Shortest(8, 2)
    state = state_of()
    lengths = []
    while (n := state.next_length("ours", cell, 50, 9)) is not None:
        lengths.append(n)
        state.note("ours", cell, n, 50, 10)
    # Without a code, shorter lengths follow, down to the bound.
    assert lengths == [8, 9, 7, 6]
    state.codes.append(FOUR)
    # Two of them are 8 qubits: all lengths below have had their tries.
    while (n := state.next_length("ours", cell, 50, 9)) is not None:
        lengths.append(n)
        state.note("ours", cell, n, 50, 10)
    assert lengths == [8, 9, 7, 6]
    assert state.spent == {"ours": 40, "annealing": 0}
    # With more evaluations, lengths are tried anew.
    assert state.next_length("ours", cell, 51, 9) == 7


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    state, path = state_of(FOUR), tmp_path / "state.json"
    state.note("annealing", Cell(2, 4, 1), 4, 50, 7)
    state.write(path)
    assert State.read(path, "css") == state
    state_of().write(path)
    assert State.read(path, "css") == state_of()
    assert [one.name for one in tmp_path.iterdir()] == ["state.json"]
    with pytest.raises(InputError, match="family: must be stabilizer, got 'css'"):
        State.read(path, "stabilizer")
    assert State.read(tmp_path / "none.json", "css") == State("css")


def test_cells_tell_where_ours_stands() -> None:
    better = FOUR._replace(n=3, checks=("XXX",))
    assert small_codes_tables.entry(state_of(FOUR), Cell(2, 4, 1)) == "4= / 4 / - (4)"
    assert small_codes_tables.entry(state_of(), Cell(2, 4, 1)) == "- / 4 / - (4)"
    assert small_codes_tables.entry(state_of(better), Cell(2, 4, 2)).startswith("**3** / 4 /")
    assert small_codes_tables.entry(state_of(FOUR), Cell(2, 4, 4)) == "8+ / 8+ / - (6)"
    worse = FOUR._replace(n=5)
    assert small_codes_tables.entry(state_of(worse), Cell(2, 4, 2)).startswith("*5* / 4 /")
    text = small_codes_tables.as_markdown(state_of(FOUR), "small_codes_css")
    assert "qcode-rl bench small-codes --family css --evaluations 50\n" in text
    assert "Ours: codes in 4 of 4 cells." in text


def arguments_of(folder: Path, *more: str) -> list[str]:
    sizes = ["--weights", "4", "--max-k", "2", "--max-d", "2", "--max-n", "6"]
    return ["--results", str(folder), *sizes, "--evaluations", "60", *more]


def test_a_run_that_is_stopped_and_goes_on_makes_the_table_of_one_that_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    small_codes.main(arguments_of(whole))
    real = small_codes.SEARCHERS["annealing"]

    def stopping(*request: int) -> Run:
        raise KeyboardInterrupt

    monkeypatch.setitem(small_codes.SEARCHERS, "annealing", stopping)
    with pytest.raises(KeyboardInterrupt):
        small_codes.main(arguments_of(parts))
    monkeypatch.setitem(small_codes.SEARCHERS, "annealing", real)
    small_codes.main(arguments_of(parts, "--seconds", "0"))
    small_codes.main(arguments_of(parts))
    for name in ("small_codes_css.json", "small_codes_css.md"):
        assert (parts / name).read_text() == (whole / name).read_text()
    before = (whole / "small_codes_css.json").read_text()
    monkeypatch.setitem(small_codes.SEARCHERS, "annealing", stopping)
    small_codes.main(arguments_of(whole))
    assert (whole / "small_codes_css.json").read_text() == before
    assert {one["by"] for one in json.loads(before)["tries"]} == set(METHODS)


def test_only_one_method_works_and_rendering_needs_no_search(tmp_path: Path) -> None:
    small_codes.main(arguments_of(tmp_path, "--only", "annealing", "--family", "stabilizer"))
    state = State.read(tmp_path / "small_codes_stabilizer.json", "stabilizer")
    assert {by for by, _, _ in state.tries} == {"annealing"}
    for code in state.codes:
        require_proved("stabilizer", code)
    table = tmp_path / "small_codes_stabilizer.md"
    before = table.read_text()
    table.unlink()
    small_codes.main(["--results", str(tmp_path), "--family", "stabilizer", "--only", "render"])
    assert table.read_text() == before


def test_bad_numbers_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        small_codes.main(["--max-k", "0"])
    assert "--max-k: must be at least 1, got 0" in capsys.readouterr().err


def test_every_short_code_of_the_committed_tables_is_proved_again() -> None:
    for family, code in held_codes(1, 16):
        require_proved(family, code)


@pytest.mark.long
def test_every_code_of_the_committed_tables_is_proved_again() -> None:
    for family, code in held_codes(17, 64):
        require_proved(family, code)


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_the_committed_tables_are_those_of_their_codes(path: Path) -> None:
    state = State.read(path, path.stem.removeprefix("small_codes_"))
    expected = small_codes_tables.as_markdown(state, path.stem)
    assert path.with_suffix(".md").read_text("utf-8") == expected
