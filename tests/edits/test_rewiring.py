"""Rewirings of checks, against judging every graph from scratch by enumeration."""

import random
from math import inf

import numpy as np
import pytest
from edit_batches import Bits, set_checks, tasks
from hypothesis import given, settings
from hypothesis import strategies as st
from rewire_batches import (
    allowed_supports,
    bits_of,
    kept_by,
    mass_of,
    plain_judgement,
    rewire_batch,
    words_of,
)

from qcode_rl.codes import ClassicalCode, hypergraph_product
from qcode_rl.edits.hypergraph_product import ProductTask
from qcode_rl.edits.rewards import RewardOptions, node_reward, soft_distance
from qcode_rl.edits.rewired_product import LEVELS, RewireBatch
from qcode_rl.edits.rewiring import MAX_OPEN_DIMENSION, rewire

seeds = st.integers(0, 2**32 - 1)
BETA = RewardOptions().beta
#: Hard to meet, so that episodes last.
HARD = ProductTask(8, 6, 8, 3, 3)


def rewire_at(batch: RewireBatch, check: int, temperature: float, i: int = 0) -> None:
    """Rewire a check at a temperature that need not be one of an action."""
    rewire(
        batch.graphs, i, check, temperature, batch.rules, batch.memory, batch.outcome, batch.seen
    )  # fmt: skip


def without(checks: Bits, check: int) -> Bits:
    rest: Bits = np.delete(checks, check, axis=0)
    return rest


def room_of(checks: Bits, check: int, limit: int) -> list[int]:
    degrees = without(checks, check).sum(axis=0)
    return [int(bit) for bit in np.flatnonzero(degrees < limit)]


def assert_judged(batch: RewireBatch, task: ProductTask, i: int = 0) -> None:
    """Require what is known of a graph to be what a computation from scratch says."""
    graphs, checks = batch.graphs, batch.checks(i)
    expected = plain_judgement(checks, task.distance, BETA)
    assert graphs.distances[i] == expected.distance
    assert graphs.dimensions[i].tolist() == [expected.k, expected.k_left]
    assert graphs.soft[i] == pytest.approx(expected.soft, abs=1e-9)
    assert graphs.degrees[i, : task.bits].tolist() == checks.sum(axis=0).tolist()
    assert graphs.excess[i].tolist() == [0, 0]
    costs = RewardOptions().rank_cost * expected.k_left
    assert graphs.potentials[i] == pytest.approx(expected.soft - costs)
    words = [w for w in words_of(checks) if w.sum() < task.distance]
    shares = [np.exp(BETA * (task.distance - int(w.sum()))) for w in words]
    use = sum((s * w for s, w in zip(shares, words, strict=True)), np.zeros(task.bits))
    use /= sum(shares) or 1.0
    assert graphs.participation[i, : task.bits] == pytest.approx(use, abs=1e-9)


@pytest.mark.kernel
@settings(max_examples=25)
@given(tasks(max_bits=7), seeds)
def test_after_every_rewiring_all_that_is_known_of_a_graph_is_as_from_scratch(
    task: ProductTask, seed: int
) -> None:
    batch, choose = rewire_batch(task, seed=seed), random.Random(seed)
    for _ in range(6):
        before, check = batch.checks(0), choose.randrange(task.checks)
        rewire_at(batch, check, choose.choice([0.0, 0.2, 1.0, 30.0]))
        checks = batch.checks(0)
        assert np.array_equal(without(checks, check), without(before, check))
        assert checks.sum(axis=1).max() <= task.row_limit
        assert checks.sum(axis=0).max() <= task.column_limit
        assert not batch.graphs.rows[0, task.checks :].any()
        assert_judged(batch, task)


@pytest.mark.kernel
@settings(max_examples=25)
@given(tasks(max_bits=7), seeds)
def test_without_temperature_a_check_gets_the_best_of_all_supports_within_the_limits(
    task: ProductTask, seed: int
) -> None:
    batch, choose = rewire_batch(task, seed=seed), random.Random(seed)
    for step in range(6):
        before, check = batch.checks(0), choose.randrange(task.checks)
        rewire_at(batch, check, 0.5 if step == 0 else 0.0)
        if step == 0:
            continue
        words, after = words_of(without(before, check)), batch.checks(0)
        room = room_of(before, check, task.column_limit)
        masses = [
            mass_of(kept, task.distance, BETA)
            for kept in (kept_by(words, s) for s in allowed_supports(room, task.row_limit))
            if len(kept) < len(words)
        ]
        # One more support is tried: that of before, if the check was good for anything.
        if len(words_of(before)) < len(words):
            masses.append(mass_of(words_of(before), task.distance, BETA))
        if not masses:
            assert np.array_equal(after, before)
            continue
        mass = mass_of(words_of(after), task.distance, BETA)
        assert mass == pytest.approx(min(masses))
        # So the codewords are never worse than before.
        assert mass <= mass_of(words_of(before), task.distance, BETA) + 1e-9


@pytest.mark.kernel
@pytest.mark.parametrize("reward", ["shaped", "paper"])
def test_the_reward_decides_the_potential(reward: str) -> None:
    options = RewardOptions(rank_cost=0.3, distance_weight=2.0, ceiling=1.5)
    batch = rewire_batch(HARD, reward=reward, options=options)
    for check in range(6):
        rewire_at(batch, check, 0.5)
        graphs = batch.graphs
        expected = graphs.soft[0] - 0.3 * graphs.dimensions[0, 1]
        if reward == "paper":
            expected = node_reward(graphs, 0, options.as_array()) + 2.0 * graphs.distances[0]
        assert graphs.potentials[0] == pytest.approx(expected)


class Counts:
    """Evaluations by plain counting, with a set of matrices."""

    def __init__(self) -> None:
        self.seen: set[tuple[int, ...]] = set()
        self.censuses = 0

    def add(self, matrix: tuple[int, ...]) -> None:
        self.seen.add(matrix)
        self.censuses += 1

    def rewired(self, before: Bits, after: Bits, check: int, target: int) -> None:
        """Count the census without the check, and that of the whole if no light word is left."""
        self.add(rows_of(without(before, check)))
        if mass_of(words_of(after), target, 1.0) == 0:
            self.add(rows_of(after))


def rows_of(checks: Bits) -> tuple[int, ...]:
    return tuple(sum(1 << int(j) for j in np.flatnonzero(row)) for row in checks)


@pytest.mark.kernel
@pytest.mark.parametrize(
    "task", [ProductTask(4, 3, 4, 2, 3), ProductTask(5, 3, 2, 3, 2), ProductTask(7, 5, 6, 3, 3)]
)
def test_evaluations_count_matrices_that_are_new_whole_or_without_a_check(
    task: ProductTask,
) -> None:
    batch, counts, choose = rewire_batch(task, size=2), Counts(), random.Random(1)
    for step in range(1, 41):
        i, check = step % 2, choose.randrange(task.checks)
        before = batch.checks(i)
        rewire_at(batch, check, choose.choice([0.0, 1.0]), i)
        counts.rewired(before, batch.checks(i), check, task.distance)
        assert batch.evaluations == len(counts.seen)
        assert batch.outcome.counters[1] == counts.censuses
    # Small graphs come back to the same matrices again and again.
    assert len(counts.seen) < counts.censuses
    assert batch.memory.evaluations.sum() == batch.evaluations


@pytest.mark.kernel
def test_graphs_that_are_apart_count_as_many_evaluations_as_each_would_alone() -> None:
    task, size = ProductTask(5, 3, 3, 3, 3), 3
    apart = rewire_batch(task, size=size, apart=True)
    together = rewire_batch(task, size=size)
    alone = [rewire_batch(task) for _ in range(size)]
    for batch in (apart, together, *alone):
        # All graphs go the same way.
        batch.seed_streams([1] * batch.size)
        batch.restart(range(batch.size))
    choose = random.Random(2)
    for _ in range(20):
        action = choose.randrange(LEVELS * task.checks)
        apart.step(np.full(size, action))
        together.step(np.full(size, action))
        for batch in alone:
            batch.step(np.array([action]))
    expected = alone[0].evaluations
    assert apart.memory.evaluations.tolist() == [expected] * size
    assert apart.evaluations == size * expected
    assert together.memory.evaluations.tolist() == [expected, 0, 0]
    assert [int(batch.memory.evaluations[0]) for batch in alone] == [expected] * size


@pytest.mark.kernel
def test_what_is_remembered_of_rewirings_is_what_happened() -> None:
    batch, choose = rewire_batch(HARD, seed=4), random.Random(4)
    memory, soft, changes, tries = batch.memory, -inf, 0, 0
    opened = {}
    for step in range(25):
        before, check = batch.checks(0), choose.randrange(HARD.checks)
        rewire_at(batch, check, choose.choice([0.0, 0.3]))
        now = float(batch.graphs.soft[0])
        gain = now - soft if step else 0.0
        changes += not np.array_equal(batch.checks(0), before)
        tries = 0 if now > soft else tries + 1
        opened[check] = changes
        load = soft_distance(mass_of(words_of(without(before, check)), 8, BETA), 8, BETA)
        assert memory.judged[0]
        assert memory.changes[0] == changes
        assert memory.tries[0] == tries
        assert memory.opened[0].tolist() == [opened.get(c, -1) for c in range(HARD.checks)]
        assert memory.loads[0, check] == pytest.approx(load)
        assert memory.gains[0, check] == pytest.approx(gain)
        soft = now
    assert changes > 5


@pytest.mark.kernel
def test_a_better_code_replaces_a_dependent_check() -> None:
    # The third check is the sum of the others, so that the transposed code has a word.
    task = ProductTask(4, 3, 4, 3, 3)
    batch = rewire_batch(task)
    set_checks(batch, np.array([[1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 0]], np.uint8))
    rewire_at(batch, 2, 0.0)
    assert batch.graphs.dimensions[0].tolist() == [1, 0]
    assert ClassicalCode(batch.checks(0)).k == 1
    assert_judged(batch, task)


@pytest.mark.kernel
@pytest.mark.parametrize("target", [2, 3])
def test_without_room_a_dependent_check_stays_and_is_told(target: int) -> None:
    task = ProductTask(4, 3, target, 2, 2)
    batch = rewire_batch(task)
    checks = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1]], np.uint8)
    set_checks(batch, checks)
    # The last two bits are as if further checks held them.
    batch.graphs.degrees[0, 2:] = 2
    rewire_at(batch, 1, 0.5)
    assert np.array_equal(batch.checks(0), checks)
    assert batch.graphs.dimensions[0].tolist() == [2, 1]
    # No codeword is lighter than 2, nor is that of the transposed code; two of them weigh 2.
    assert batch.graphs.distances[0] == 2
    soft = 2.0 if target == 2 else soft_distance(2 * np.exp(BETA), 3, BETA)
    assert batch.graphs.soft[0] == pytest.approx(soft)


@pytest.mark.kernel
def test_the_word_of_a_dependent_check_counts_once_no_codeword_is_light() -> None:
    # Checks in a ring on three bits: a codeword of weight 3, and three checks that add up to zero.
    task = ProductTask(3, 3, 3, 2, 2)
    batch = rewire_batch(task)
    ring = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], np.uint8)
    set_checks(batch, ring)
    rewire_at(batch, 0, 0.0)
    assert batch.checks(0).tolist() == ring.tolist()
    assert batch.graphs.distances[0] == 3
    # Two equal checks: the transposed code has a word of weight 2, the code has one of weight 3.
    set_checks(batch, np.array([[1, 1, 0], [0, 1, 1], [0, 1, 1]], np.uint8))
    batch.graphs.column_limits[0] = 1
    rewire_at(batch, 2, 0.0)
    assert batch.graphs.dimensions[0].tolist() == [1, 1]
    assert batch.graphs.distances[0] == 2


@pytest.mark.kernel
@pytest.mark.parametrize("limits", [(1, 1), (1, 3), (2, 1)])
def test_the_tightest_limits_leave_graphs_that_are_judged_right(limits: tuple[int, int]) -> None:
    task = ProductTask(5, 4, 2, *limits)
    batch = rewire_batch(task)
    for check in (0, 1, 2, 3, 0):
        rewire_at(batch, check, 0.4)
        assert batch.checks(0).sum(axis=1).max() <= limits[0]
        assert batch.checks(0).sum(axis=0).max() <= limits[1]
        assert_judged(batch, task)


@pytest.mark.kernel
def test_the_only_check_of_the_longest_code_can_be_rewired() -> None:
    # Its code has 63 dimensions, far beyond a census.
    batch = rewire_batch(ProductTask(64, 1, 2, 2, 1))
    rewire_at(batch, 0, 0.0)
    assert batch.checks(0).sum() == 2
    assert batch.graphs.dimensions[0].tolist() == [63, 0]
    assert batch.graphs.distances[0] == 0
    assert batch.graphs.soft[0] == 0.0


@pytest.mark.parametrize("extra", [0, 1])
def test_a_code_at_the_largest_dimension_is_judged_and_one_beyond_has_no_distance(
    extra: int,
) -> None:
    # One check fewer makes 21 dimensions, which are still listed, or 22, which are not.
    n = MAX_OPEN_DIMENSION + 3 + extra
    batch = rewire_batch(ProductTask(n, 4, 2, 8, 2))
    for check in range(4):
        rewire_at(batch, check, 0.0)
    k, k_left = batch.graphs.dimensions[0].tolist()
    assert (k, k_left) == (20 + extra, 0)
    # Some bits were in the open check only: words of weight 1, if any are listed.
    assert (batch.memory.loads[0, 3] < 2) == (extra == 0)
    known = ClassicalCode(batch.checks(0)).distance()
    assert known is not None
    assert batch.graphs.distances[0] == (0 if extra else known.upper)


@pytest.mark.kernel
def test_a_target_of_one_is_met_by_any_code() -> None:
    batch = rewire_batch(ProductTask(4, 2, 1, 3, 3))
    rewire_at(batch, 0, 0.0)
    assert batch.graphs.soft[0] == 1.0
    assert batch.graphs.distances[0] == plain_judgement(batch.checks(0), 1, BETA).distance >= 1


@settings(max_examples=30)
@given(tasks(max_bits=9), seeds)
def test_a_distance_that_reaches_the_target_is_that_of_the_product(
    task: ProductTask, seed: int
) -> None:
    batch, choose = rewire_batch(task, seed=seed), random.Random(seed)
    for _ in range(8):
        rewire_at(batch, choose.randrange(task.checks), choose.choice([0.0, 0.3]))
        product = hypergraph_product(batch.checks(0))
        proved = product.distance()
        distance = int(batch.graphs.distances[0])
        assert (proved is None) == (distance == 0)
        if proved is not None:
            assert proved.exact
            assert (distance >= task.distance) == (proved.upper >= task.distance)
            assert distance >= proved.upper
            if distance >= task.distance:
                assert distance == proved.upper


def test_lists_that_do_not_hold_all_light_words_never_hide_one() -> None:
    # At target 10 there are far more light words than a list holds.
    task = ProductTask(24, 8, 10, 4, 2)
    batch = rewire_batch(task)
    for check in (*range(8), *range(8)):
        rewire_at(batch, check, 0.5)
        assert batch.memory.light.sizes[1] < task.distance
        known = ClassicalCode(batch.checks(0)).distance()
        assert known is not None
        assert batch.graphs.distances[0] == known.upper < task.distance


@pytest.mark.kernel
def test_a_rewiring_draws_from_the_stream_of_its_graph_only() -> None:
    batch = rewire_batch(HARD, size=3)
    others = [bits_of(int(batch.graphs.rows[2, c])) for c in range(HARD.checks)]
    before = batch.graphs.streams.tolist()
    rewire_at(batch, 1, 0.4, i=1)
    after = batch.graphs.streams.tolist()
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1] != before[1]
    assert [bits_of(int(batch.graphs.rows[2, c])) for c in range(HARD.checks)] == others
