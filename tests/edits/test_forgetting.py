"""What a batch remembers of the matrices that it has seen, against sets in plain Python."""

import random
from typing import Any

import numpy as np
import pytest
from edit_batches import batch_of
from hypothesis import given, settings
from hypothesis import strategies as st
from rewire_batches import rewire_batch

from qcode_rl.edits import stepping
from qcode_rl.edits.hypergraph_product import ProductBatch, ProductTask
from qcode_rl.edits.rewired_product import LEVELS, RewireBatch
from qcode_rl.errors import InputError

#: Some hundred matrices are in reach of its graphs, to which they come back all the time.
TASK = ProductTask(5, 4, 5, 2, 3)
SIZE = 3
#: More than any run here comes to see.
EVERYTHING = 1 << 20


class Sets:
    """What is remembered, as two sets: matrices counted since the last forgetting, and before."""

    def __init__(self, remember: int) -> None:
        self.remember = remember
        self.recent: set[bytes] = set()
        self.older: set[bytes] = set()
        self.evaluations = 0

    def make_room(self, size: int) -> None:
        if len(self.recent) + 2 * size > self.remember:
            self.recent, self.older = set(), self.recent

    def note(self, matrix: bytes) -> None:
        if matrix not in self.recent | self.older:
            self.recent.add(matrix)
            self.evaluations += 1


def started(remember: int) -> tuple[ProductBatch, Sets]:
    """Return a batch, and sets that have seen its starts."""
    batch = batch_of(TASK, size=SIZE, max_steps=7, same_step=True, remember=remember)
    sets = Sets(remember)
    for i in range(SIZE):
        sets.make_room(SIZE)
        sets.note(batch.checks(i).tobytes())
    return batch, sets


def step(batch: ProductBatch, choose: random.Random) -> list[bytes]:
    """Step a batch at random; return the matrices of its censuses, in order."""
    before = [batch.checks(i) for i in range(batch.size)]
    masks = batch.observations.masks[:, :-1]
    actions = [int(choose.choice(np.flatnonzero(mask))) for mask in masks]
    outcome = batch.step(np.array(actions))
    taken = []
    for i in range(batch.size):
        if not np.array_equal(batch.final_checks(i), before[i]):
            taken.append(batch.final_checks(i).tobytes())
        if outcome.ended[i]:
            taken.append(batch.checks(i).tobytes())
    return taken


def in_order(batch: ProductBatch) -> dict[str, list[int]]:
    """Return a batch's tally; where a hash stands in its table is of no consequence."""
    return {name: np.sort(array).tolist() for name, array in batch.tally().items()}


@pytest.mark.kernel
@settings(max_examples=15)
@given(st.sampled_from([12, 30, 50, EVERYTHING]), st.integers(0, 2**32 - 1))
def test_a_batch_remembers_what_two_sets_do(remember: int, seed: int) -> None:
    batch, sets = started(remember)
    choose = random.Random(seed)
    for _ in range(60):
        sets.make_room(SIZE)
        for matrix in step(batch, choose):
            sets.note(matrix)
        tally = batch.tally()
        assert batch.evaluations == sets.evaluations
        assert np.count_nonzero(tally["seen"] % 2 == 1) == len(sets.recent)
        assert np.count_nonzero(tally["seen"] % 2 == 0) == len(sets.older)
        assert tally["forgotten"][0] == sets.evaluations - len(sets.recent) - len(sets.older)
    assert bool(batch.forgotten) == (remember < EVERYTHING)


@pytest.mark.kernel
def test_counts_are_exact_until_a_batch_forgets_and_never_too_low_afterwards() -> None:
    choose = random.Random(5)
    batch, _ = started(remember=60)
    seen = {batch.checks(i).tobytes() for i in range(SIZE)}
    while not batch.forgotten:
        assert batch.evaluations == len(seen)
        seen |= set(step(batch, choose))
    assert batch.evaluations >= 2 * (60 - 4 * SIZE)
    for _ in range(200):
        seen |= set(step(batch, choose))
        assert batch.evaluations >= len(seen)
    assert batch.evaluations > len(seen)


@pytest.mark.kernel
def test_the_latest_matrices_do_not_count_again() -> None:
    remember, choose = 40, random.Random(1)
    batch, sets = started(remember)
    latest: list[bytes] = []
    for _ in range(150):
        evaluations = batch.evaluations
        taken = step(batch, choose)
        for matrix in taken:
            sets.note(matrix)
        # Of what was counted among the last so many, nothing is counted.
        assert batch.evaluations - evaluations <= len(
            set(taken) - set(latest[4 * SIZE - remember :])
        )
        latest += [matrix for matrix in taken if matrix not in latest[4 * SIZE - remember :]]
        for i in range(SIZE):
            evaluations = batch.evaluations
            stepping.judge(batch.graphs, i, batch.rules, batch.outcome, batch.seen)
            assert batch.evaluations == evaluations
    assert batch.forgotten > remember


@pytest.mark.kernel
@pytest.mark.parametrize("steps", [1, 20, 60, 100])
def test_a_batch_that_takes_up_a_tally_forgets_as_the_other(steps: int) -> None:
    one, _ = started(remember=30)
    choose = random.Random(steps)
    for _ in range(steps):
        step(one, choose)
    other, _ = started(remember=30)
    other.restore_tally(one.tally())
    assert in_order(other) == in_order(one)
    for batch in (one, other):
        batch.seed_streams([7, 8, 9])
        batch.restart(range(SIZE))
    assert in_order(other) == in_order(one)
    for number in range(80):
        for batch in (one, other):
            step(batch, random.Random(number))
        assert in_order(other) == in_order(one)
    assert one.forgotten > 0


def rewire_at_random(batch: RewireBatch, steps: int) -> None:
    rng = np.random.default_rng(0)
    for _ in range(steps):
        checks = rng.integers(0, batch.max_checks, batch.size)
        batch.step(checks * LEVELS + LEVELS - 1)


def test_the_table_stays_once_it_has_its_full_size() -> None:
    task, remember = ProductTask(12, 9, 12, 3, 3), 1 << 14
    batch = rewire_batch(task, size=128, max_steps=50, same_step=True, remember=remember)
    rewire_at_random(batch, 600)
    assert batch.evaluations > 4 * remember
    assert len(batch.seen) == 4 * remember
    held = np.count_nonzero(batch.seen)
    assert remember - 4 * batch.size < held <= 2 * remember
    assert held + batch.forgotten == batch.evaluations <= batch.outcome.counters[1]


def test_runs_that_are_counted_apart_forget_nothing() -> None:
    task = ProductTask(12, 9, 12, 3, 3)
    apart = rewire_batch(task, size=32, max_steps=50, same_step=True, apart=True, remember=128)
    rewire_at_random(apart, 100)
    assert np.count_nonzero(apart.seen) == apart.evaluations > 1000
    assert apart.forgotten == 0
    assert apart.memory.evaluations.sum() == apart.evaluations


def test_a_batch_remembers_what_a_few_steps_may_count_at_the_least() -> None:
    assert batch_of(TASK, size=8, remember=1).remember == 32


def test_a_tally_of_more_than_a_batch_remembers_is_refused() -> None:
    batch, _ = started(remember=20)
    tally: dict[str, Any] = {
        "seen": np.arange(1, 42, dtype=np.uint64),
        "counters": np.array([41, 41, 41]),
        "forgotten": np.array([0]),
    }
    with pytest.raises(InputError, match=r"^tally: seen must hold at most 40 hashes, got 41$"):
        batch.restore_tally(tally)
