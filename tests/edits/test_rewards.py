"""The soft distance, the reward of nodes, and the options and limits that go into them."""

from dataclasses import fields, replace
from itertools import pairwise
from math import exp, inf, log, nan

import numpy as np
import pytest
from edit_batches import batch_of, set_checks, tasks
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl.codes import hypergraph_product
from qcode_rl.edits.graphs import count_excess
from qcode_rl.edits.hypergraph_product import ProductBatch, ProductTask, split_limits
from qcode_rl.edits.rewards import (
    RewardOptions,
    node_reward,
    reward_code,
    shaping_reward,
    soft_distance,
    step_reward,
)
from qcode_rl.errors import InputError


@pytest.mark.kernel
@given(
    st.lists(st.integers(1, 15), max_size=8), st.integers(1, 16), st.sampled_from([0.3, 0.7, 5.0])
)
def test_the_soft_distance_is_a_soft_minimum_with_the_target(
    weights: list[int], target: int, beta: float
) -> None:
    light = [w for w in weights if w < target]
    mass = sum(exp(beta * (target - w)) for w in light)
    soft = soft_distance(mass, target, beta)
    # The definition of a soft minimum: -log(sum exp(-beta w)) / beta.
    assert soft == pytest.approx(-log(sum(exp(-beta * w) for w in [*light, target])) / beta)
    assert soft <= min([*light, target]) + 1e-9
    # One of the lightest words fewer is worth something, also where others are as light.
    if light:
        assert soft_distance(mass - exp(beta * (target - min(light))), target, beta) > soft


@pytest.mark.kernel
@settings(max_examples=30)
@given(tasks(), st.integers(0, 2**32 - 1))
def test_nodes_earn_the_ceiling_within_their_limits_and_exponentially_less_beyond(
    task: ProductTask, seed: int
) -> None:
    options = RewardOptions(ceiling=2.0, decay=0.25)
    batch = batch_of(task, options=options)
    assert node_reward(batch.graphs, 0, options.as_array()) == pytest.approx(2 * 2.0)
    rng = np.random.default_rng(seed)
    checks = rng.integers(0, 2, (task.checks, task.bits), dtype=np.uint8)
    set_checks(batch, checks)

    def mean(weights: list[int], limit: int) -> float:
        return sum(2.0 * exp(-0.25 * max(0, w - limit)) for w in weights) / len(weights)

    expected = mean(checks.sum(axis=1).tolist(), task.row_limit)
    expected += mean(checks.sum(axis=0).tolist(), task.column_limit)
    assert node_reward(batch.graphs, 0, options.as_array()) == pytest.approx(expected)


@pytest.mark.kernel
@settings(max_examples=30)
@given(tasks(), st.integers(0, 2**32 - 1))
def test_the_excess_sums_what_nodes_are_beyond_their_limits(task: ProductTask, seed: int) -> None:
    batch = batch_of(task)
    assert batch.graphs.excess[0].tolist() == [0, 0]
    rng = np.random.default_rng(seed)
    checks = rng.integers(0, 2, (task.checks, task.bits), dtype=np.uint8)
    set_checks(batch, checks)
    count_excess(batch.graphs, 0)
    weight = sum(max(0, w - task.row_limit) for w in checks.sum(axis=1).tolist())
    degree = sum(max(0, w - task.column_limit) for w in checks.sum(axis=0).tolist())
    assert batch.graphs.excess[0].tolist() == [weight, degree]


@pytest.mark.kernel
def test_meeting_the_request_adds_the_bonus_and_every_step_costs() -> None:
    constants = RewardOptions(step_cost=0.25, success_bonus=7.0).as_array()
    assert step_reward(1.0, 3.5, False, constants) == 2.25
    assert step_reward(1.0, 3.5, True, constants) == 9.25


@pytest.mark.kernel
def test_shaping_counts_potentials_from_the_target_and_ends_at_nothing() -> None:
    options = RewardOptions(scale=0.5, discount=0.75, step_cost=0.25, success_bonus=7.0)
    constants = options.as_array()
    # From 6 to 2 below the target of 8, and from 6 below it to an answer.
    assert shaping_reward(2.0, 6.0, 8, False, constants) == 0.5 * (0.75 * -2 + 6) - 0.25
    assert shaping_reward(2.0, 8.0, 8, True, constants) == 0.5 * 6 - 0.25 + 7.0
    # An answer ends at nothing even where its potential is not that of the target.
    assert shaping_reward(2.0, 5.0, 8, True, constants) == 0.5 * 6 - 0.25 + 7.0


@pytest.mark.kernel
@given(
    st.lists(st.floats(-40, 12), min_size=2, max_size=12),
    st.integers(1, 12),
    st.floats(0, 1),
    st.booleans(),
)
def test_discounted_shaping_adds_up_to_the_change_of_the_potential(
    potentials: list[float], target: int, discount: float, met: bool
) -> None:
    options = RewardOptions(scale=0.3, discount=discount, step_cost=0.0, success_bonus=0.0)
    constants, last = options.as_array(), len(potentials) - 2
    total = sum(
        discount**step * shaping_reward(before, after, target, met and step == last, constants)
        for step, (before, after) in enumerate(pairwise(potentials))
    )
    end = 0.0 if met else potentials[-1] - target
    expected = 0.3 * (discount ** (last + 1) * end - (potentials[0] - target))
    assert total == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", [item.name for item in fields(RewardOptions)])
@pytest.mark.parametrize("value", [-0.1, nan, inf])
def test_options_that_are_negative_or_not_finite_are_refused(name: str, value: float) -> None:
    message = f"^reward option {name}: must be finite and >= 0, got {value}$"
    with pytest.raises(InputError, match=message):
        replace(RewardOptions(), **{name: value})


def test_options_that_are_no_positive_numbers_are_refused() -> None:
    with pytest.raises(InputError, match=r"^reward option beta: must be positive, got 0.0$"):
        RewardOptions(beta=0)
    for value in ("hot", True, None):
        message = rf"^reward option decay: must be a number, got {value!r}$"
        with pytest.raises(InputError, match=message):
            RewardOptions(decay=value)  # type: ignore[arg-type]


def test_kernels_read_the_options_in_the_order_of_their_fields() -> None:
    count = len(fields(RewardOptions))
    options = RewardOptions(*range(1, count + 1))
    assert options.as_array().tolist() == list(range(1, count + 1))


@pytest.mark.kernel
@pytest.mark.parametrize("name", [item.name for item in fields(RewardOptions)])
def test_a_rewiring_reads_the_scale_the_discount_the_cost_and_the_bonus_only(name: str) -> None:
    # Kernels find constants by their place: a field that moved would change another one's meaning.
    options = RewardOptions()
    other = replace(options, **{name: getattr(options, name) + 0.5})
    rewards = [shaping_reward(2.0, 5.0, 9, True, o.as_array()) for o in (options, other)]
    read = {"scale", "discount", "step_cost", "success_bonus"}
    if name == "discount":
        # Once the request is met the potential is 0, whatever the discount.
        assert rewards[0] == rewards[1]
        rewards = [shaping_reward(2.0, 5.0, 9, False, o.as_array()) for o in (options, other)]
    assert (rewards[0] != rewards[1]) == (name in read)


def test_rewards_are_known_by_name() -> None:
    assert [reward_code(name) for name in ("shaped", "paper")] == [0, 1]
    # What decoders add is not the kernels' business.
    assert reward_code("logical-error") == reward_code("shaped")
    message = r"^reward: must be one of shaped, paper, logical-error, got 'sparse'$"
    with pytest.raises(InputError, match=message):
        reward_code("sparse")
    with pytest.raises(InputError, match=r"^reward: must be one of"):
        ProductBatch(1, 2, 3, max_row_limit=2, reward="sparse")


@given(st.integers(2, 12), st.one_of(st.none(), st.integers(1, 8)), st.integers(0, 2**32 - 1))
def test_graphs_within_split_limits_have_products_within_the_limits(
    weight: int, degree: int | None, seed: int
) -> None:
    row_limit, column_limit = split_limits(weight, degree)
    assert min(row_limit, column_limit) >= 1
    task = ProductTask(8, 6, 2, row_limit, column_limit)
    code = hypergraph_product(batch_of(task, seed=seed).checks(0))
    assert code.max_weight <= weight
    assert degree is None or code.max_degree <= degree


@pytest.mark.parametrize(
    ("weight", "degree", "limits"),
    [(2, None, (1, 1)), (5, None, (3, 2)), (6, None, (3, 3)), (6, 2, (2, 2)), (8, 3, (3, 3))],
)
def test_limits_are_split_in_halves(
    weight: int, degree: int | None, limits: tuple[int, int]
) -> None:
    assert split_limits(weight, degree) == limits


def test_limits_below_one_check_on_two_qubits_are_refused() -> None:
    with pytest.raises(InputError, match=r"^max_weight: must be at least 2, got 1$"):
        split_limits(1)
    with pytest.raises(InputError, match=r"^max_degree: must be at least 1, got 0$"):
        split_limits(6, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bits": 1}, "bits: must be between 2 and 64, got 1"),
        ({"bits": 65}, "bits: must be between 2 and 64, got 65"),
        ({"checks": 0}, "checks: must be between 1 and bits, got 0"),
        ({"checks": 9}, "checks: must be between 1 and bits, got 9"),
        ({"distance": 0}, "distance: must be between 1 and bits, got 0"),
        ({"distance": 9}, "distance: must be between 1 and bits, got 9"),
        ({"row_limit": 0}, "row_limit and column_limit: must be at least 1, got 0 and 3"),
        ({"column_limit": 0}, "row_limit and column_limit: must be at least 1, got 3 and 0"),
    ],
)
def test_impossible_tasks_are_refused(change: dict[str, int], message: str) -> None:
    with pytest.raises(InputError) as caught:
        replace(ProductTask(8, 6, 3, 3, 3), **change)
    assert str(caught.value) == message
