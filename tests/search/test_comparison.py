"""Comparisons of methods: targets, what counts as success, intervals, ratios."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from qcode_rl.errors import InputError
from qcode_rl.search import methods as registry
from qcode_rl.search.baselines import Run, run_edges
from qcode_rl.search.comparison import Cell, Comparison, Plan, compare
from qcode_rl.search.intervals import per_success, per_success_interval, ratio_interval
from qcode_rl.search.targets import HELD_OUT, Target, prove_met, read_targets

EASY = Target(9, 2, 6)
GOOD = run_edges(EASY.task, [1], 2000)[0].checks
FIRST, SECOND = ("annealing", "greedy")


def samples(costs: list[int], met: list[int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array(costs, dtype=np.int64), np.array(met, dtype=np.bool_)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "targets.toml"
    path.write_text(text)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_targets(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


def test_targets_are_read_with_their_defaults(tmp_path: Path) -> None:
    path = write(tmp_path, "targets = [{n=17, k=3, d=9}, {n=20, k=4, d=8, w=8, q=4}]")
    assert read_targets(path) == [Target(17, 3, 9, 6, 3), Target(20, 4, 8, 8, 4)]
    assert [str(target) for target in read_targets(path)] == ["[17,3,9](6,3)", "[20,4,8](8,4)"]


def test_the_targets_that_ship_are_sound() -> None:
    assert read_targets() == read_targets(HELD_OUT)
    assert len(read_targets()) >= 3


def test_a_target_becomes_the_task_of_an_environment() -> None:
    task = Target(17, 3, 9, w=7, q=4).task
    assert (task.bits, task.checks, task.distance) == (17, 14, 9)
    assert (task.row_limit, task.column_limit) == (4, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("targets = []", "targets: must be a list of at least one table, got []"),
        ("", "targets: must be a list of at least one table, got None"),
        ("targets = 3", "targets: must be a list of at least one table, got 3"),
        ("target = []", "target: no such key; nearest: targets"),
        ("targets = [3]", "targets[0]: must be a table such as {n = 17, k = 3, d = 9}, got 3"),
        ("targets = [{n=17, k=3}]", "targets[0].d: must be given"),
        ("targets = [{n=17, k=3, d=9, ww=6}]", "targets[0].ww: no such key; nearest: w"),
        (
            "targets = [{n=17, k=3, d=9}, {n=65, k=3, d=9}]",
            "targets[1].n: must be from 2 to 64 in [65,3,9](6,3), got 65",
        ),
        (
            "targets = [{n=17, k=17, d=1}]",
            "targets[0].k: must be from 1 to 16 in [17,17,1](6,3), got 17",
        ),
        (
            "targets = [{n=40, k=21, d=2}]",
            "targets[0].k: must be from 1 to 20 in [40,21,2](6,3), got 21",
        ),
        (
            "targets = [{n=17, k=3, d=10}]",
            "targets[0].d: must be from 1 to 9 in [17,3,10](6,3), got 10",
        ),
        (
            "targets = [{n=17, k=3, d=9, w=3, q=1}]",
            "targets[0].d: must be from 1 to 1 in [17,3,9](3,1), got 9",
        ),
        (
            "targets = [{n=17, k=3, d=9, w=1}]",
            "targets[0].w: must be at least 2 in [17,3,9](1,3), got 1",
        ),
        (
            "targets = [{n=17, k=3, d=9, q=0}]",
            "targets[0].q: must be at least 1 in [17,3,9](6,0), got 0",
        ),
        ('targets = [{n="x", k=3, d=9}]', "targets[0].n: must be a whole number, got 'x'"),
        ("targets = [{n=17, k=true, d=9}]", "targets[0].k: must be a whole number, got True"),
        (
            "targets = [{n=17, k=3, d=9}, {n=17, k=3, d=9, w=6}]",
            "targets[1]: must not be there twice, got [17,3,9](6,3)",
        ),
        ("targets = [", "not a TOML file: Invalid value (at end of document)"),
    ],
)
def test_bad_targets_are_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(write(tmp_path, text)) == message


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "none.toml")


def test_what_meets_a_target_is_proved_from_scratch() -> None:
    assert GOOD is not None
    prove_met(EASY, GOOD)
    broken = GOOD.copy()
    broken[0] = broken[1]
    heavy = GOOD.copy()
    heavy[0] = 1
    for checks in (None, GOOD[:-1], broken, heavy, np.zeros_like(GOOD)):
        with pytest.raises(AssertionError, match=r"no code that meets \[9,2,6\]\(6,3\)"):
            prove_met(EASY, checks)
    with pytest.raises(AssertionError):
        prove_met(Target(9, 2, 6, w=4, q=3), GOOD)


def test_the_transposed_code_has_a_say_once_it_has_words() -> None:
    # Two equal checks: the transposed code has a word of weight 2.
    repeated = np.array([[1, 1, 0], [1, 1, 0]], dtype=np.uint8)
    prove_met(Target(3, 1, 1), repeated)
    three = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0]], dtype=np.uint8)
    with pytest.raises(AssertionError):
        prove_met(Target(4, 1, 4), three)


def test_a_claim_that_does_not_hold_stops_the_comparison() -> None:
    lie = Run(3, 0, True, 0.1, np.zeros((7, 9), dtype=np.uint8))
    with pytest.raises(AssertionError):
        Cell.of(EASY, [lie], 100)


def test_failed_runs_cost_their_budget_and_late_successes_are_failures() -> None:
    runs = [
        Run(10, 1, True, 0.25, GOOD),
        Run(7, 2, False, 0.25),
        Run(30, 3, True, 0.5, GOOD),
        Run(101, 4, True, 1.0, GOOD),
    ]
    cell = Cell.of(EASY, runs, 100)
    assert cell.costs.tolist() == [10, 100, 30, 100]
    assert cell.met.tolist() == [True, False, True, False]
    figures = cell.as_json()
    assert figures["evaluations_per_success"] == 120.0
    assert figures["seconds_per_success"] == 1.0
    assert figures["rank_calls_per_success"] == 5.0
    assert figures["success_rate"] == 0.5


def test_without_a_success_figures_are_null_and_all_keys_there() -> None:
    figures = Cell.of(EASY, [Run(100, 0, False, 0.1)], 100).as_json()
    assert figures == {
        "evaluations_per_success": None,
        "interval": None,
        "seconds_per_success": None,
        "rank_calls_per_success": None,
        "success_rate": 0.0,
    }


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    truth, covered = 50.0, 0
    for _ in range(120):
        costs = rng.geometric(1 / truth, 40)
        interval = per_success_interval(costs, np.ones(40, dtype=np.bool_))
        assert interval is not None
        low, high = interval
        assert low is not None
        assert high is not None
        covered += low <= truth <= high
    assert 100 <= covered <= 119


def test_intervals_follow_from_the_runs_alone_and_may_be_open_above() -> None:
    many = samples([10, 20, 30, 40], [1, 1, 1, 1])
    assert per_success(*many) == 25.0
    assert per_success_interval(*many) == per_success_interval(*many)
    same = samples([7, 7, 7], [1, 1, 1])
    assert per_success_interval(*same) == [7.0, 7.0]
    few = samples([10, *[100] * 9], [1, *[0] * 9])
    assert per_success(*few) == 910.0
    low, high = per_success_interval(*few) or [None, None]
    assert low is not None
    assert low < 910
    assert high is None
    assert per_success_interval(*samples([100], [0])) is None


def test_ratios_are_geometric_means_over_targets() -> None:
    one, four, hundred = (samples([cost] * 3, [1] * 3) for cost in (1, 4, 100))
    ratio, interval = ratio_interval([(four, one), (hundred, four)])
    assert ratio == pytest.approx(10.0)
    # Runs do not vary here; the targets do, between 4 and 25.
    assert interval == pytest.approx([4.0, 25.0])
    assert ratio_interval([(four, one)])[1] == pytest.approx([4.0, 4.0])
    assert ratio_interval([]) == (None, None)


def test_ratios_vary_with_the_runs_of_both_methods() -> None:
    rng = np.random.default_rng(3)
    runs = [samples(rng.geometric(0.02, 20).tolist(), [1] * 20) for _ in range(4)]
    pairs = [(runs[0], runs[1]), (runs[2], runs[3])]
    ratio, interval = ratio_interval(pairs)
    assert interval is not None
    assert ratio is not None
    assert interval[0] < ratio < interval[1]
    assert ratio_interval(pairs) == (ratio, interval)
    back, _ = ratio_interval([(other, own) for own, other in pairs])
    assert back == pytest.approx(1 / ratio)


def plan(**changes: object) -> Plan:
    values = {"targets": (EASY,), "methods": (FIRST, SECOND), "seeds": 3, "budget": 500}
    return Plan(**(values | changes))  # type: ignore[arg-type]


def test_a_comparison_has_the_shape_that_is_documented() -> None:
    other = Target(8, 2, 5)
    told: list[tuple[str, str, int]] = []
    found = compare(
        plan(targets=(EASY, other), methods=("annealing", "annealing-edges", "random")),
        lambda name, target, done: told.append((name, str(target), done)),
    ).as_json()
    assert json.loads(json.dumps(found)) == found
    assert [told[0], told[4]] == [
        ("annealing", "[9,2,6](6,3)", 0),
        ("annealing-edges", "[8,2,5](6,3)", 4),
    ]
    assert (found["seeds"], found["budget"], found["seed"]) == (3, 500, 0)
    for entry, target in zip(found["targets"], (EASY, other), strict=True):
        assert list(entry)[:5] == ["n", "k", "d", "w", "q"]
        assert (entry["n"], entry["d"], entry["w"]) == (target.n, target.d, 6)
        for name in ("annealing", "annealing-edges", "random"):
            figures = entry[name]
            low, high = figures["interval"]
            assert low <= figures["evaluations_per_success"] <= high
            assert figures["success_rate"] == 1.0
            assert figures["seconds_per_success"] > 0
    assert set(found["summary"]) == {
        "annealing-edges/annealing",
        "random/annealing",
        "annealing/annealing-edges",
        "random/annealing-edges",
    }
    forth, back = (
        found["summary"][name]["ratio"]
        for name in ("annealing-edges/annealing", "annealing/annealing-edges")
    )
    assert forth * back == pytest.approx(1.0)
    assert found["summary"]["random/annealing"]["targets"] == 2


def test_a_comparison_repeats_but_for_its_seconds() -> None:
    def figures(found: Comparison) -> list[list[int]]:
        return [cell.costs.tolist() for row in found.cells.values() for cell in row.values()]

    assert figures(compare(plan())) == figures(compare(plan()))
    assert figures(compare(plan())) != figures(compare(plan(seed=100)))


def fixed(cost: int, met: bool) -> registry.Method:
    def method(target: Target, seeds: Sequence[int], budget: int) -> list[Run]:
        run = Run(cost, 0, True, 0.1, GOOD) if met else Run(budget, 0, False, 0.1)
        return [run for _ in seeds]

    return method


def test_targets_without_success_are_left_out_of_ratios(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.METHODS, FIRST, fixed(10, True))
    monkeypatch.setitem(registry.METHODS, SECOND, fixed(30, True))
    summary = compare(plan()).as_json()["summary"]["greedy/annealing"]
    counts = {"targets": 1, "served": 1}
    assert summary == {"ratio": pytest.approx(3), "interval": pytest.approx([3, 3])} | counts
    monkeypatch.setitem(registry.METHODS, SECOND, fixed(30, False))
    summary = compare(plan()).as_json()["summary"]["greedy/annealing"]
    assert summary == {"ratio": None, "interval": None, "targets": 0, "served": 1}


def test_what_comes_before_the_first_success_is_compiled_outside_of_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[tuple[int, int]] = []

    def method(target: Target, seeds: Sequence[int], budget: int) -> list[Run]:
        calls.append((len(seeds), budget))
        return [Run(10, 0, True, 0.1, GOOD) for _ in seeds]

    monkeypatch.setitem(registry.METHODS, FIRST, method)
    compare(plan(methods=(FIRST,)))
    assert calls == [(1, 1), (3, 500)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": 0}, "seeds: must be from 1 to 1000000, got 0"),
        ({"budget": 0}, "budget: must be from 1 to 10000000, got 0"),
        ({"budget": 10_000_001}, "budget: must be from 1 to 10000000, got 10000001"),
        ({"seed": -1}, f"seed: must be from 0 to {2**62}, got -1"),
        ({"targets": ()}, "targets: must be at least one, got none"),
        ({"methods": ()}, "methods: must be at least one, got none"),
        ({"methods": (FIRST, FIRST)}, "methods: must be named once each, got annealing again"),
    ],
)
def test_bad_plans_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as caught:
        plan(**changes)
    assert str(caught.value) == message


def test_unknown_methods_are_refused_with_the_nearest_name() -> None:
    names = "pretrained, finetuned, annealing, annealing-edges, greedy, random"
    with pytest.raises(InputError) as caught:
        plan(methods=("anealing",))
    message = f"methods: must be among {names}, got 'anealing'; nearest: annealing"
    assert str(caught.value) == message
