"""Training one policy over many targets: what it trains on, and what it leaves behind."""

import json
from dataclasses import asdict
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
from qcode_rl.search.aims import (
    LONGEST_TRAINED,
    Aim,
    Group,
    best_distance,
    first_distance,
    is_held_out,
)
from qcode_rl.search.code_targets import CodeTarget
from qcode_rl.search.curriculum import Curriculum
from qcode_rl.search.pretraining import SliceReport, pretrain, pretraining_spec
from qcode_rl.search.targets import HELD_OUT_CODES, read_targets
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
SPECS = Path(__file__).parents[2] / "search_runs"
FAMILIES_SPEC = "pretrain_families.toml"
FAMILIES: list[dict[str, Any]] = [
    {"family": "css", "bits": [7, 9], "dimensions": [1, 2]},
    {"family": "stabilizer", "bits": [5, 7], "dimensions": [1, 2], "max_weight": 4},
    {"family": "two-block", "bits": [24, 24], "dimensions": [2, 6]},
]


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
    spec = pretraining_spec(read_toml(SPECS / "pretrain.toml"))
    trained_on = {(aim.n, aim.k) for group in spec.groups for aim in group.aims}
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
    curriculum, best, aim = Curriculum(), linear_code_bounds(20, 4)[1], Aim(20, 4, 6)
    for successes, seed in course:
        distance = curriculum.draw(aim, np.random.default_rng(seed))
        assert 2 <= distance <= best
        assert abs(distance - curriculum.level(aim)) <= 1
        curriculum.note(aim, distance, successes, 512)
        assert 2 <= curriculum.level(aim) <= best


def test_what_is_met_often_gets_harder_and_what_never_is_gets_easier() -> None:
    curriculum, aim = Curriculum(), Aim(30, 5, 6)
    first = curriculum.level(aim)
    curriculum.note(aim, first, 100, 512)
    assert curriculum.level(aim) == first + 1
    for _ in range(3):
        curriculum.note(aim, first + 1, 0, 512)
        curriculum.note(aim, first, 0, 512)
    assert curriculum.level(aim) == first - 1
    # Distances below the level say nothing about it, and too few steps say nothing at all.
    curriculum.note(aim, first - 2, 512, 512)
    curriculum.note(aim, first - 1, 100, 100)
    assert curriculum.level(aim) == first - 1


@pytest.mark.parametrize(
    ("aim", "distance", "successes"),
    # What any linear code could have at best, and what no code of a group may have at all.
    [(Aim(12, 2, 6), 8, 200), (Aim(24, 8, 6, "two-block"), 2, 0)],
)
def test_what_there_is_nothing_to_learn_from_is_seldom_trained_on(
    aim: Aim, distance: int, successes: int
) -> None:
    curriculum, rng = Curriculum(), np.random.default_rng(0)
    curriculum.levels[aim] = distance
    curriculum.note(aim, distance, successes, 512)
    picks = [curriculum.pick([aim, Aim(20, 4, 6)], rng) for _ in range(2000)]
    assert 0.1 < picks.count(aim) / len(picks) < 0.25


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
        ({"start": 3}, "start: must be 'shipped' or a file, got 3"),
        ({"only": "value"}, "only: must be a list of parts of names, got 'value'"),
        (
            {"groups": [{"bits": [9, 9], "dimensions": [1, 1], "family": "ccs"}]},
            "groups: family must be one of hgp, css, stabilizer, two-block, got 'ccs'",
        ),
    ],
)
def test_bad_settings_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        pretraining_spec(VALUES | changes)
    assert str(caught.value).startswith(message)


def test_pairs_leave_checks_enough_to_choose_among() -> None:
    aims = Group((10, 14), (2, 6)).aims
    assert aims
    assert all(aim.n >= 2 * aim.k + 4 and not is_held_out(aim.n, aim.k) for aim in aims)


def test_no_code_that_policies_of_all_families_are_compared_on_is_trained_on() -> None:
    spec = pretraining_spec(read_toml(SPECS / FAMILIES_SPEC))
    trained_on = {(aim.family, aim.n, aim.k) for group in spec.groups for aim in group.aims}
    assert {family for family, _, _ in trained_on} == {"hgp", "css", "stabilizer", "two-block"}
    targets = read_targets(HELD_OUT_CODES)
    assert len(targets) >= 30
    for target in targets:
        assert isinstance(target, CodeTarget)
        assert is_held_out(target.n, target.k, target.family)
        assert (target.family, target.n, target.k) not in trained_on


def test_quantum_codes_begin_where_a_published_code_is_and_stay_below_the_bounds() -> None:
    # [[7,1,3]] is Steane's code; linear programming excludes [[8,3,4]]; [[5,1,3]] is no CSS code.
    assert first_distance(Aim(7, 1, 4, "css")) == best_distance(Aim(7, 1, 4, "css")) == 3
    assert best_distance(Aim(8, 3, 6, "stabilizer")) == 3
    assert first_distance(Aim(5, 1, 4, "stabilizer")) == 3
    assert first_distance(Aim(72, 12, 6, "two-block")) == 6


def test_two_block_codes_are_trained_where_numbers_of_logical_qubits_are_possible() -> None:
    aims = Group((24, 34), (1, 6), family="two-block").aims
    # Orders 13, 14, 15 and 17 have a cyclic group first, which most numbers are not possible over.
    assert {aim.n for aim in aims} <= {24, 32}
    assert all(aim.k % 2 == 0 for aim in aims)
    batch = Group((24, 34), (1, 6), family="two-block").batch(aims, np.random.default_rng(0))
    assert len({aim.n for aim in batch}) == 1


@pytest.mark.parametrize("group", FAMILIES, ids=[group["family"] for group in FAMILIES])
def test_every_family_can_be_trained_on(tmp_path: Path, group: dict[str, Any]) -> None:
    reports = trained(tmp_path / "weights", slices=2, groups=[group])
    assert [report.steps for report in reports] == [256, 512]
    assert load_file(tmp_path / "weights").keys()


def test_training_goes_on_from_a_file_and_leaves_alone_what_it_is_told_to(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    trained(first)
    trained(second, start=str(first), only=["to_bits.Z", "pairs"], groups=FAMILIES[:1], slices=1)
    before, after = load_file(first), load_file(second)
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed
    assert all("to_bits.Z" in name or "pairs" in name for name in changed)


def test_the_shipped_weights_can_be_begun_with(tmp_path: Path) -> None:
    agent = AGENT | {"width": 24, "rounds": 2}
    path = tmp_path / "weights"
    trained(path, start="shipped", only=["value"], agent=agent, slices=1)
    shipped = load_file(Path(HELD_OUT_CODES).with_name("policy.safetensors"))
    after = load_file(path)
    changed = {name for name in after if not np.array_equal(after[name], shipped[name])}
    assert changed
    assert all("value" in name for name in changed)


def test_the_weights_that_ship_are_those_of_the_spec_of_all_families() -> None:
    with safe_open(Path(HELD_OUT_CODES).with_name("policy.safetensors"), "np") as file:
        made = json.loads(file.metadata()["spec"])
    spec = json.loads(json.dumps(asdict(pretraining_spec(read_toml(SPECS / FAMILIES_SPEC)))))
    # They were begun with the weights that shipped before, which are those of products.
    for values in (made, spec):
        del values["start"], values["agent"]["pretrained"]
    assert made == spec


def test_weights_that_do_not_fit_or_names_of_none_are_refused(tmp_path: Path) -> None:
    trained(tmp_path / "small", slices=1)
    for changes, message in [
        ({"start": str(tmp_path / "none")}, "must be a file of weights"),
        ({"start": str(tmp_path / "small"), "agent": AGENT | {"width": 12}}, "must have shape"),
        ({"only": ["valeu"]}, "only: must be parts of names of parameters, got 'valeu'"),
    ]:
        with pytest.raises(InputError, match=message):
            trained(tmp_path / "other", **changes)
