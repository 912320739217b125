"""Training one policy over many targets: what it trains on, and what it leaves behind."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import load_file

from qcode_rl.codes.bounds import linear_code_bounds
from qcode_rl.errors import InputError
from qcode_rl.search.pretraining import (
    LONGEST_TRAINED,
    Curriculum,
    Group,
    SliceReport,
    is_held_out,
    pretrain,
    pretraining_spec,
)
from qcode_rl.search.targets import read_targets
from qcode_rl.toml import read_toml

AGENT = {
    "width": 8, "rounds": 1, "num_envs": 16, "rollout": 8, "batch_size": 64, "slice_rollouts": 2
}  # fmt: skip
VALUES: dict[str, Any] = {
    "slices": 3,
    "seed": 1,
    "agent": AGENT,
    "groups": [{"bits": [10, 12], "dimensions": [2, 3]}, {"bits": [12, 14], "dimensions": [2, 4]}],
}
SHIPPED_SPEC = Path(__file__).parents[2] / "search_runs" / "pretrain.toml"


def trained(path: Path, **changes: Any) -> list[SliceReport]:
    reports: list[SliceReport] = []
    pretrain(pretraining_spec(VALUES | changes), path, "cpu", reports.append)
    return reports


def test_the_same_spec_gives_the_same_weights_and_another_seed_others(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a", "b", "c")]
    reports = [
        trained(path, **more) for path, more in zip(paths, [{}, {}, {"seed": 2}], strict=True)
    ]
    first, same, other = (load_file(path) for path in paths)
    assert all(np.array_equal(first[name], same[name]) for name in first)
    assert not all(np.array_equal(first[name], other[name]) for name in first)
    assert [(r.group, r.successes) for r in reports[0]] == [
        (r.group, r.successes) for r in reports[1]
    ]
    assert [r.steps for r in reports[0]] == [256, 512, 768]
    assert sum(r.successes for r in reports[0]) > 0


def test_the_weights_name_the_spec_that_made_them(tmp_path: Path) -> None:
    trained(tmp_path / "weights")
    with safe_open(tmp_path / "weights", "np") as file:
        spec = json.loads(file.metadata()["spec"])
    assert spec["slices"] == 3
    assert spec["agent"]["width"] == 8
    assert spec["groups"][1]["bits"] == [12, 14]
    assert [path.name for path in tmp_path.iterdir()] == ["weights"]


def test_no_target_that_methods_are_compared_on_is_trained_on() -> None:
    spec = pretraining_spec(read_toml(SHIPPED_SPEC))
    trained_on = {pair for group in spec.groups for pair in group.pairs}
    targets = read_targets()
    assert len(targets) >= 20
    assert not trained_on & {(target.n, target.k) for target in targets}
    assert all(is_held_out(target.n, target.k) for target in targets)
    assert any(target.n > LONGEST_TRAINED for target in targets)


def test_a_fifth_of_the_pairs_is_held_out() -> None:
    pairs = [(n, k) for n in range(10, LONGEST_TRAINED + 1) for k in range(2, 12)]
    assert 0.15 < np.mean([is_held_out(*pair) for pair in pairs]) < 0.25


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 2**32 - 1)), max_size=40))
def test_the_distances_asked_for_stay_possible(course: list[tuple[int, int]]) -> None:
    curriculum, best = Curriculum(), linear_code_bounds(20, 4)[1]
    for successes, seed in course:
        distance = curriculum.draw(20, 4, 6, np.random.default_rng(seed))
        assert 2 <= distance <= best
        assert abs(distance - curriculum.level(20, 4, 6)) <= 1
        curriculum.note(20, 4, 6, distance, successes, 512)
        assert 2 <= curriculum.level(20, 4, 6) <= best


def test_what_is_met_often_gets_harder_and_what_never_is_gets_easier() -> None:
    curriculum = Curriculum()
    first = curriculum.level(30, 5, 6)
    curriculum.note(30, 5, 6, first, 100, 512)
    assert curriculum.level(30, 5, 6) == first + 1
    for _ in range(3):
        curriculum.note(30, 5, 6, first + 1, 0, 512)
        curriculum.note(30, 5, 6, first, 0, 512)
    assert curriculum.level(30, 5, 6) == first - 1
    # Distances below the level say nothing about it, and too few steps say nothing at all.
    curriculum.note(30, 5, 6, first - 2, 512, 512)
    curriculum.note(30, 5, 6, first - 1, 100, 100)
    assert curriculum.level(30, 5, 6) == first - 1


def test_what_has_become_trivial_is_seldom_trained_on() -> None:
    curriculum, rng = Curriculum(), np.random.default_rng(0)
    best = linear_code_bounds(12, 2)[1]
    curriculum.levels[12, 2, 6] = best
    curriculum.note(12, 2, 6, best, 200, 512)
    picks = [curriculum.pick([(12, 2), (20, 4)], 6, rng) for _ in range(2000)]
    assert 0.1 < picks.count((12, 2)) / len(picks) < 0.25


def test_the_learning_rate_falls_over_the_second_half() -> None:
    agent = AGENT | {"learning_rate": 1e-3}
    spec = pretraining_spec(VALUES | {"slices": 100, "final_rate": 1e-5, "agent": agent})
    rates = [spec.learning_rate(index) for index in (0, 50, 75, 100)]
    assert rates == pytest.approx([1e-3, 1e-3, 1e-4, 1e-5])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"slices": 0}, "slices: must be a positive whole number, got 0"),
        ({"slices": None}, "slices: must be a positive whole number, got None"),
        ({"lices": 3}, "lices: no such setting of pretraining"),
        ({"groups": []}, "groups: each must have an (n, k) that is not held out"),
        (
            {"groups": [{"bits": [50, 60], "dimensions": [2, 3]}]},
            "groups: each must have an (n, k)",
        ),
        ({"groups": [{"bits": [10, 12]}]}, "groups: must be tables of bits, dimensions and limits"),
        ({"groups": [3]}, "groups: must be tables of bits, dimensions and limits"),
        ({"agent": {"width": 0}}, "agent.width: must be positive, got 0"),
    ],
)
def test_bad_settings_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        pretraining_spec(VALUES | changes)
    assert str(caught.value).startswith(message)


def test_pairs_leave_checks_enough_to_choose_among() -> None:
    pairs = Group((10, 14), (2, 6)).pairs
    assert pairs
    assert all(n >= 2 * k + 4 and not is_held_out(n, k) for n, k in pairs)
