"""Families in a search: each by itself, all of them in one, and what is refused."""

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import fake_codes
import numpy as np
import pytest

from qcode_rl.archive import Archive
from qcode_rl.codes import CSSCode, StabilizerCode, named_code
from qcode_rl.codes.two_block import two_block_code
from qcode_rl.errors import InputError
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.checkpoint import Checkpoint
from qcode_rl.search.families import families_of
from qcode_rl.search.families.quantum import CSSCodes, StabilizerCodes
from qcode_rl.search.families.two_block import TwoBlockCodes, groups_by_turn, is_connected
from qcode_rl.search.keeper import checkpoint_path
from qcode_rl.search.lanes import Lane, lanes_of, next_turn
from qcode_rl.search.learner import Learner, slice_seed
from qcode_rl.search.requests import ENVIRONMENTS
from qcode_rl.search.runner import Progress, SearchResult, run_search
from qcode_rl.search.seeds import two_block_form
from qcode_rl.search.spec import AgentOptions, RunOptions, SearchSpec

AGENT = AgentOptions(width=8, rounds=1, num_envs=8, rollout=8, batch_size=64, epochs=1, episode=12)
SPEC = SearchSpec(max_weight=4, distance=2, agent=AGENT, evaluations=600)


@pytest.fixture(autouse=True)
def small_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have small codes in plain numpy stand in for the environments, whose kernels are larger."""
    for family, name in (("css", "CSS"), ("stabilizer", "Stabilizer"), ("two-block", "TwoBlock")):
        monkeypatch.setitem(ENVIRONMENTS, family, f"{fake_codes.__name__}:fake/{name}-v0")


def search(spec: SearchSpec, folder: Path, hook: Any = None, **options: Any) -> SearchResult:
    hook = hook or (lambda progress: None)
    return run_search(spec, RunOptions(folder, device="cpu", **options), hook)


def held(spec: SearchSpec, folder: Path) -> Checkpoint:
    return Checkpoint.read(checkpoint_path(folder, spec), spec)


def must_be_proved(result: SearchResult, folder: Path) -> None:
    for record in result.records:
        assert record.distance is not None
        assert record.distance.exact
        again = record.code.distance()
        assert again is not None
        assert again.lower == record.d >= result.spec.distance
    assert Archive(folder).verify() == []


def test_css_codes_are_found_proved_and_archived(tmp_path: Path) -> None:
    result = search(replace(SPEC, family="css"), tmp_path)
    assert result.met
    assert {record.family for record in result.records} == {"css"}
    assert all(isinstance(record.code, CSSCode) for record in result.records)
    assert min(record.n for record in result.records) == 4
    must_be_proved(result, tmp_path)


def test_a_stabilizer_code_that_is_css_in_disguise_is_recorded_as_css(tmp_path: Path) -> None:
    result = search(replace(SPEC, family="stabilizer"), tmp_path)
    assert result.met
    for record in result.records:
        assert isinstance(record.code, CSSCode) == (record.family == "css")
    assert any(record.family == "css" for record in result.records)
    must_be_proved(result, tmp_path)


def test_a_stabilizer_code_that_is_no_css_code_stays_one() -> None:
    family = StabilizerCodes(replace(SPEC, family="stabilizer", distance=3))
    five = named_code("five-qubit")
    assert isinstance(five, StabilizerCode)
    # A row of zeros, as environments pad, is no check.
    padded = np.vstack([five.checks, np.zeros((1, 10), dtype=np.uint8)])
    proved = family.prove(padded)
    assert proved is not None
    assert (proved.family, proved.code, proved.distance.lower) == ("stabilizer", five, 3)
    steane = named_code("steane")
    assert isinstance(steane, CSSCode)
    turned = StabilizerCode.from_css(steane).checks.copy()
    turned[:, 7:] ^= turned[:, :7]  # a phase gate on every qubit
    proved = family.prove(turned)
    assert proved is not None
    assert (proved.family, proved.code) == ("css", steane)


def test_what_an_environment_claims_is_refuted_by_the_proof(tmp_path: Path) -> None:
    result = search(replace(SPEC, family="two-block", evaluations=300), tmp_path)
    assert not result.met
    assert result.records == []
    assert Archive(tmp_path).records() == []


def test_claims_are_true_or_not_reported_and_copies_side_by_side_are_none() -> None:
    family = TwoBlockCodes(SearchSpec(6, 6, family="two-block"))
    bicycle = named_code("bicycle-72-12")
    assert isinstance(bicycle, CSSCode)
    checks = StabilizerCode.from_css(bicycle).checks
    proved = family.prove(checks)
    assert proved is not None
    assert (proved.family, proved.code, proved.distance.lower) == ("two-block", bicycle, 6)
    assert TwoBlockCodes(SearchSpec(6, 7, family="two-block")).prove(checks) is None
    twice = np.block(
        [
            [part if place == at else np.zeros_like(part) for part in np.hsplit(checks, 2)
             for at in (0, 1)]
            for place in (0, 1)
        ]
    )  # fmt: skip
    assert is_connected(checks)
    assert StabilizerCode(twice).num_logicals == 24
    assert not is_connected(twice)
    assert family.prove(twice) is None


AUTO = replace(SPEC, evaluations=900)


def test_all_families_share_one_search_and_one_pareto_set(tmp_path: Path) -> None:
    looks: list[str] = []

    def look(progress: Progress) -> None:
        looks.append(progress.looking_at.split(",")[0])

    result = search(AUTO, tmp_path, look)
    assert set(looks) == {"hgp", "css", "stabilizer", "two-block"}
    assert {record.family for record in result.records} >= {"hgp", "css"}
    state = held(AUTO, tmp_path)
    assert list(state.lanes) == ["hgp", "css", "stabilizer", "two-block"]
    assert {row.family for row in state.rows} == set(state.lanes)
    assert {size[0] for size in state.spent} == set(state.lanes)
    # No more than a slice apart from one another, in shares of the steps.
    steps = [taken for _, taken in state.lanes.values()]
    assert max(steps) - min(steps) <= 2 * AGENT.slice_rollouts * AGENT.rollout * AGENT.num_envs
    best = result.pareto
    for one, other in itertools.permutations(best, 2):
        assert not (one.n <= other.n and one.k >= other.k and one.d > other.d and one.w <= other.w)
    must_be_proved(result, tmp_path)


def test_a_search_through_all_families_resumes_as_if_it_had_not_been_stopped(
    tmp_path: Path,
) -> None:
    whole = search(AUTO, tmp_path / "whole")
    one = held(AUTO, tmp_path / "whole")
    for stop in (one.steps // 3, 2 * one.steps // 3):

        def hook(progress: Progress, stop: int = stop) -> None:
            if progress.steps >= stop:
                raise KeyboardInterrupt

        assert search(AUTO, tmp_path / "cut", hook, resume=True).interrupted
    result = search(AUTO, tmp_path / "cut", resume=True)
    other = held(AUTO, tmp_path / "cut")
    assert [r.key for r in result.records] == [r.key for r in whole.records]
    for name in ("slices", "steps", "spent", "lanes", "rows"):
        assert getattr(one, name) == getattr(other, name), name
    for name in ("weights", "moments"):
        ends = getattr(one.learner, name), getattr(other.learner, name)
        assert ends[0].keys() == ends[1].keys()
        assert all(np.array_equal(ends[0][key], ends[1][key]) for key in ends[0]), name


def test_products_by_themselves_have_the_random_numbers_that_they_have_among_others() -> None:
    assert slice_seed(3, 5) == slice_seed(3, 5, 0)
    seeds = {slice_seed(3, index, stream) for index in range(20) for stream in range(4)}
    assert len(seeds) == 80
    families = families_of(SPEC, RunOptions(Path("unused")))
    assert [family.stream for family in families] == [0, 1, 2, 3]


def turns(lanes: list[Lane], count: int) -> dict[str, int]:
    """Deal out slices without success; return the steps of each family."""
    for _ in range(count):
        turn = next_turn(lanes)
        assert turn is not None
        lane, row = turn
        assert row is not None
        row.slices += 1
        lane.steps += 100
        row.failures[row.length] = 0  # as if it were the first
    return {lane.family.name: lane.steps for lane in lanes}


@pytest.mark.parametrize(("distance", "share"), [(6, 0.25), (7, 0.5)])
def test_products_get_a_quarter_of_the_steps_or_half_of_them_at_larger_distances(
    distance: int, share: float
) -> None:
    spec = SearchSpec(6, distance)
    lanes = lanes_of(families_of(spec, RunOptions(Path("unused"))), distance)
    steps = turns(lanes, 60)
    assert abs(steps["hgp"] - share * 6000) <= 100
    others = [taken for name, taken in steps.items() if name != "hgp"]
    assert max(others) - min(others) <= 100


def test_a_family_without_hope_waits_and_one_without_anything_to_look_for_drops_out() -> None:
    lanes = lanes_of(families_of(SearchSpec(6, 6), RunOptions(Path("unused"))), 6)
    rows = {lane.family.name: lane.family.walk.rows[0] for lane in lanes}
    assert rows["css"].longest == 40
    for _ in range(3 * (41 - rows["css"].floor)):
        assert not any(lane.hopeless for lane in lanes)
        rows["css"].fail()
    # Short lengths have had more turns than long ones, and all have had some.
    tried = [rows["css"].failures.get(n, 0) for n in range(rows["css"].floor, 41)]
    assert tried[0] > tried[-1]
    assert {lane.family.name for lane in lanes if lane.hopeless} == {"css"}
    rows["stabilizer"].floor = 41
    steps = turns(lanes, 30)
    assert steps["css"] == steps["stabilizer"] == 0
    assert min(steps["hgp"], steps["two-block"]) > 0
    for name in ("hgp", "two-block"):
        rows[name].floor = rows[name].longest + 1
    # Circulants are left, which wait for nobody.
    lane, row = next_turn(lanes) or (lanes[1], None)
    assert (lane.family.name, row, lane.has_more_aside) == ("hgp", None, True)
    assert lane.family.aside is not None
    lane.family.aside.restore(10**9)
    # Nothing else is left: then it has its turn after all.
    assert turns(lanes, 1)["css"] > 0
    rows["css"].floor = 41
    assert next_turn(lanes) is None


def test_only_families_that_may_meet_the_request_are_opened() -> None:
    every = ("hgp", "css", "stabilizer", "two-block")
    assert SearchSpec(6, 6).families == every
    assert SearchSpec(6, 34).families == ("hgp", "two-block")
    assert SearchSpec(3, 6).families == ("css", "stabilizer", "two-block")
    assert SearchSpec(6, 4, seed_code="best-20-5").families == ("hgp",)
    assert SearchSpec(6, 3, seed_code="steane").families == ("css", "stabilizer")
    assert SearchSpec(6, 3, seed_code="five-qubit").families == ("stabilizer",)
    assert SearchSpec(6, 6, seed_code="bicycle-72-12").families == ("two-block",)
    assert SearchSpec(6, 3, reward="logical-error").families == ("hgp",)
    assert SearchSpec(6, 3, reward="paper").families == ("hgp",)
    assert SearchSpec(6, 3, qubits=(5, 8)).families == every[1:]


def test_rows_of_codes_begin_within_the_bounds_and_the_range_that_was_asked_for() -> None:
    free = CSSCodes(SearchSpec(6, 4, family="css")).walk.rows[0]
    assert (free.dimension, free.floor, free.length, free.longest) == (1, 10, 12, 40)
    asked = CSSCodes(SearchSpec(6, 4, family="css", qubits=(12, 14), logicals=4)).walk
    assert asked.only_one
    row = asked.rows[0]
    assert (row.dimension, row.floor, row.length, row.longest) == (4, 12, 14, 14)
    large = StabilizerCodes(SearchSpec(6, 4, family="stabilizer", qubits=(50, 60))).walk.rows[0]
    assert (large.floor, large.longest) == (50, 60)
    steane = CSSCodes(SearchSpec(6, 3, family="css", seed_code="steane")).walk
    assert (steane.rows[0].dimension, steane.rows[0].length, steane.only_one) == (1, 7, True)


def test_a_code_with_more_logical_qubits_counts_for_fewer_ones_too() -> None:
    family = CSSCodes(replace(SPEC, family="css"))
    row = family.walk.rows[0]
    checks = StabilizerCode.from_pauli_strings(["XXXX", "ZZZZ"]).checks
    proved = family.prove(checks)
    assert proved is not None
    family.succeed(row, checks, proved)
    assert [(one.dimension, one.best) for one in family.walk.rows] == [(1, 4), (2, 4)]
    # No shorter one is possible for either.
    further = family.walk.next_row()
    assert further is not None
    assert (further.dimension, further.best) == (3, None)


def test_the_groups_of_an_order_take_turns_until_all_are_exhausted() -> None:
    family = TwoBlockCodes(SearchSpec(6, 4, family="two-block", qubits=(18, 18)))
    assert [group.name for group in groups_by_turn(9)] == ["3x3", "cyclic-9"]
    row = family.walk.rows[0]
    sizes = []
    for _ in range(3):
        sizes.append(family.size(row))
        row.fail(exhausted=False, kinds=family.kinds(sizes[-1]))
    assert [family.text(size).split()[-1] for size in sizes] == ["3x3", "cyclic-9", "3x3"]
    assert not row.finished
    for _ in range(2):
        row.fail(exhausted=True, kinds=2)
    assert row.finished
    assert row.closed == (9,)


def test_a_seed_of_two_blocks_is_read_as_its_group_and_supports() -> None:
    bicycle = named_code("bicycle-72-12")
    form = two_block_form(bicycle)
    assert form is not None
    assert two_block_code(*form) == bicycle
    family = TwoBlockCodes(SearchSpec(6, 6, family="two-block", seed_code="bicycle-72-12"))
    row = family.walk.rows[0]
    assert (row.dimension, row.floor, row.longest) == (12, 36, 36)
    assert family.text(family.size(row)) == f"two-block, [[72,12,6]] over {form[0].name}"
    assert two_block_form(named_code("steane")) is None
    assert two_block_form(named_code("toric-2")) is not None


@pytest.mark.parametrize("family", ["hgp", "css"])
def test_a_range_of_qubits_is_kept_to(tmp_path: Path, family: str) -> None:
    asked = (13, 40) if family == "hgp" else (5, 6)
    result = search(replace(SPEC, family=family, qubits=asked, evaluations=1500), tmp_path)
    assert result.met
    assert all(asked[0] <= record.n <= asked[1] for record in result.records)


def test_one_policy_goes_through_families_with_other_edges_and_actions(tmp_path: Path) -> None:
    learner = Learner(AGENT, "cpu")
    families = {one.name: one for one in families_of(SPEC, RunOptions(tmp_path))}
    policies, moments = [], []
    for name in ("css", "stabilizer", "hgp", "css"):
        family = families[name]
        env = family.make_batch(family.size(family.walk.rows[0]))
        learner.train(env, 1, 7, lambda env: True)
        policies.append(learner.policy)
        moments.append(set(learner.state().moments))
        env.close()
    assert all(policy is policies[0] for policy in policies)
    # Edges of type Y, and products' actions, come into use later; nothing used is forgotten.
    assert moments[0] < moments[1] < moments[2] == moments[3]


def test_an_environment_with_other_features_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    learner = Learner(AGENT, "cpu")
    arguments: dict[str, Any] = {
        "qubits": 4, "logicals": 1, "distance": 2, "max_weight": 4, "max_degree": None,
        "seed_code": None, "reward": "shaped", "reward_options": {}, "max_steps": 5,
    }  # fmt: skip
    learner.policy_for(CodeVecEnv("fake_codes:fake/CSS-v0", 2, **arguments))
    other = fake_codes.FakeCodes.metadata | {"bit_features": 5}
    monkeypatch.setattr(fake_codes.FakeCodes, "metadata", other)
    env = CodeVecEnv("fake_codes:fake/CSS-v0", 2, **arguments)
    with pytest.raises(InputError, match=r"must have 9, 4 and 14 features .* got 9, 5 and 14$"):
        learner.policy_for(env)


def test_limits_that_leave_qubits_open_are_refused_in_every_family() -> None:
    for family in ("css", "stabilizer", "two-block"):
        with pytest.raises(InputError, match=r"^distance: at most 1 is possible with max_weight 2"):
            SearchSpec(2, 2, family=family)
    # X and Z checks on the same four qubits: one of each on every qubit.
    assert SearchSpec(4, 2, max_degree=1, family="css").families == ("css",)
    with pytest.raises(InputError, match=r"^distance: at most 2 is possible .* max_degree 1"):
        SearchSpec(4, 3, max_degree=1, family="css")
    with pytest.raises(InputError, match=r"^distance: at most 1 is possible .* max_degree 1"):
        SearchSpec(4, 2, max_degree=1, family="stabilizer")


@pytest.mark.parametrize("family", ["css", "stabilizer"])
def test_symmetric_codes_are_drawn_before_edits_and_proved(family: str, tmp_path: Path) -> None:
    spec = replace(SPEC, max_weight=6, distance=3, family=family, qubits=(7, 9), logicals=1)
    result = search(spec, tmp_path)
    must_be_proved(result, tmp_path)
    assert result.met
    state = held(spec, tmp_path)
    drawn, first = state.spent[family, 0], AGENT.num_envs * AGENT.rollout
    assert 0 < drawn <= first + result.evaluations // 2 + 1
    again = search(spec, tmp_path, resume=True)
    assert [one.key for one in again.records] == [one.key for one in result.records]


def test_no_codes_are_drawn_beside_a_seed_code_or_a_layout(tmp_path: Path) -> None:
    for options in ({"seed_code": "steane"}, {"layout": "grid", "radius": 3.0, "qubits": (9, 9)}):
        spec = replace(SPEC, family="css", distance=3, **options)
        [family] = families_of(spec, RunOptions(tmp_path))
        assert family.aside is None


def test_draws_go_on_from_where_they_were(tmp_path: Path) -> None:
    spec = replace(SPEC, family="css", max_weight=6, distance=3, qubits=(6, 12), logicals=2)
    one, two = (families_of(spec, RunOptions(tmp_path))[0] for _ in range(2))
    assert one.aside is not None
    assert two.aside is not None
    found = [one.aside.look([]) for _ in range(100)]
    rows = one.walk.state()
    found += [one.aside.look([]) for _ in range(300)]
    two.walk.restore(rows)
    two.aside.restore(100)
    again = [two.aside.look([]) for _ in range(300)]
    assert any(found)
    assert [codes == [] for codes in again] == [codes == [] for codes in found[100:]]
    assert one.aside.due(600) == two.aside.due(600) == 0
