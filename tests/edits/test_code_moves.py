"""Edits of CSS and stabilizer codes, against judging every code by trying all operators."""

from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stabilizer_batches import (
    Bits,
    all_operators,
    anticommuting,
    code_batch,
    code_tasks,
    independent,
    logical_operators,
    pure,
    random_checks,
    set_checks,
    shares_of,
    soft_of,
    sums_of,
    weights_of,
)

from qcode_rl import gf2
from qcode_rl.codes import StabilizerCode
from qcode_rl.distance.light_paulis import MAX_LISTED
from qcode_rl.edits.code_batches import CodeBatch, CodeTask
from qcode_rl.edits.code_census import listed_weight
from qcode_rl.edits.code_moves import judge, renew
from qcode_rl.edits.rewards import RewardOptions

seeds = st.integers(0, 2**32)
OPTIONS = RewardOptions()


def judge_again(batch: CodeBatch, i: int = 0) -> None:
    """Judge a code from scratch."""
    judge(
        batch.graphs, i, batch.css, batch.rules, batch.outcome.counters, batch.seen, batch.scratch
    )


def replace(batch: CodeBatch, check: int, level: int = 0) -> Any:
    """Give a check of the only code of a batch another operator."""
    return batch.step(np.array([batch.max_bits**2 + 3 * check + level], dtype=np.int64))


def listed(task: CodeTask, css: bool) -> int:
    return int(listed_weight(task.qubits, css, task.distance, task.weight))


def excess_of(checks: Bits, task: CodeTask, css: bool) -> tuple[int, int]:
    """Return the weight and the degree beyond the limits."""
    n = task.qubits
    heavy = np.maximum(0, weights_of(checks) - task.weight).sum()
    if task.degree is None:
        return int(heavy), 0
    acts = checks[:, :n] | checks[:, n:]
    of_x = checks[:, :n].any(axis=1)
    parts = [acts[of_x], acts[~of_x]] if css else [acts]
    degrees = [part.sum(axis=0, dtype=np.int64) for part in parts]
    return int(heavy), int(sum(np.maximum(0, part - task.degree).sum() for part in degrees))


def assert_judged(batch: CodeBatch, task: CodeTask, i: int = 0) -> None:
    """Require what is known of a code to be what trying all operators says."""
    graphs, checks = batch.graphs, batch.checks(i)
    assert checks.shape == (task.checks, 2 * task.qubits)
    assert independent(checks)
    if batch.css:
        assert len(pure(checks)) == len(checks)
    logicals = logical_operators(checks, batch.css)
    distance = int(weights_of(logicals).min())
    assert graphs.distances[i] == min(distance, listed(task, batch.css) + 1)
    soft = soft_of(logicals, task.distance)
    assert graphs.soft[i] == pytest.approx(soft, abs=1e-9)
    shares = shares_of(logicals, task.distance)
    np.testing.assert_allclose(graphs.participation[i, : task.qubits], shares, atol=1e-9)
    heavy, crowded = excess_of(checks, task, batch.css)
    assert graphs.excess[i].tolist() == [heavy, crowded]
    costs = OPTIONS.weight_cost * heavy + OPTIONS.degree_cost * crowded
    assert graphs.potentials[i] == pytest.approx(soft - costs)


@pytest.mark.kernel
@settings(max_examples=12)
@given(seeds, st.booleans(), code_tasks(max_qubits=4))
def test_after_any_edits_the_code_is_one_and_is_judged_as_from_scratch(
    seed: int, css: bool, task: CodeTask
) -> None:
    batch = code_batch(task, css, seed=seed % 1000, max_steps=100)
    rng = np.random.default_rng(seed)
    assert_judged(batch, task)
    for _ in range(6):
        batch.step(rng.choice(np.flatnonzero(batch.observations.masks[0]), 1))
        if batch.outcome.ended[0]:
            return
        assert not batch.outcome.illegal[0]
        assert_judged(batch, task)


@settings(max_examples=40)
@given(seeds, st.booleans(), code_tasks(max_qubits=5))
def test_episodes_keep_codes_and_end_with_the_checks_that_were_judged(
    seed: int, css: bool, task: CodeTask
) -> None:
    batch = code_batch(task, css, size=2, seed=seed % 1000, max_steps=5, same_step=True)
    rng = np.random.default_rng(seed)
    for _ in range(12):
        masks = batch.observations.masks
        batch.step(np.array([rng.choice(np.flatnonzero(mask)) for mask in masks]))
        for i in range(2):
            assert_judged(batch, task, i)
            final = batch.final_checks(i)
            assert independent(final)
            distance = int(weights_of(logical_operators(final, css)).min())
            assert batch.outcome.distances[i] == min(distance, listed(task, css) + 1)
            within = excess_of(final, task, css) == (0, 0)
            if batch.outcome.met[i]:
                assert within
                assert distance >= task.distance


def could_be_check(checks: Bits, check: int, task: CodeTask, css: bool) -> Bits:
    """Return all operators within the limits that a check could become."""
    rest = np.delete(checks, check, axis=0)
    operators = all_operators(task.qubits)
    operators = pure(operators) if css else operators
    if len(rest):
        operators = operators[~anticommuting(operators, rest).any(axis=1)]
    sums = sums_of(rest)
    operators = operators[[row.tobytes() not in sums for row in operators]]
    operators = operators[weights_of(operators) <= task.weight]
    before = excess_of(rest, task, css)[1]
    crowds = [excess_of(np.vstack([rest, row]), task, css)[1] > before for row in operators]
    return operators[~np.array(crowds, dtype=bool)] if len(operators) else operators


@pytest.mark.kernel
@settings(max_examples=10)
@given(seeds, st.booleans(), st.data())
def test_the_best_operator_for_a_check_is_as_good_as_the_best_of_all_single_replacements(
    seed: int, css: bool, data: st.DataObject
) -> None:
    # With two logical qubits and one check opened there are at most 63 classes: all are judged.
    n = data.draw(st.integers(3, 4))
    task = CodeTask(
        n, data.draw(st.integers(n - 2, n - 1)), n, 4, data.draw(st.none() | st.integers(1, 2))
    )
    batch = code_batch(task, css, max_steps=100)
    set_checks(batch, random_checks(np.random.default_rng(seed), n, task.checks, css))
    batch.seed_streams([seed])
    judge_again(batch)
    check = data.draw(st.integers(0, task.checks - 1))
    before = batch.checks(0)
    candidates = could_be_check(before, check, task, css)
    replace(batch, check)
    after = batch.checks(0)
    assert np.array_equal(np.delete(after, check, 0), np.delete(before, check, 0))
    if not len(candidates):
        assert np.array_equal(after, before)
        return
    assert after[check].tobytes() in {row.tobytes() for row in candidates}
    softs = []
    for candidate in candidates:
        trial = before.copy()
        trial[check] = candidate
        softs.append(soft_of(logical_operators(trial, css), task.distance))
    assert batch.graphs.soft[0] == pytest.approx(max(softs), abs=1e-9)
    assert_judged(batch, task)


def test_the_best_of_a_sample_of_operators_is_no_worse_than_the_check_that_there_was() -> None:
    # Without a check it has 255 classes of operators, of which few give distance 3 again.
    rows = ["XXXXXXXX", "ZZZZZZZZ", "IXIXYZYZ", "IXZYIXZY", "IYXZXZIY"]
    checks = StabilizerCode.from_pauli_strings(rows).checks
    batch = code_batch(CodeTask(8, 5, 3, 8), css=False)
    set_checks(batch, checks)
    for seed in range(8):
        batch.seed_streams([seed])
        renew(
            batch.graphs, 0, seed % 5, 0.0, batch.css, batch.rules, batch.outcome.counters,
            batch.seen, batch.scratch,
        )  # fmt: skip
        assert batch.graphs.distances[0] == 3


@settings(max_examples=25)
@given(seeds, st.booleans(), st.integers(0, 2))
def test_what_a_replacement_claims_is_what_judging_anew_says(
    seed: int, css: bool, level: int
) -> None:
    task = CodeTask(10, 7, 4, 6)
    batch = code_batch(task, css, seed=seed % 10**6, max_steps=100)
    for check in range(4):
        replace(batch, check, level)
        graphs = batch.graphs
        claimed = [graphs.soft[0], graphs.distances[0], *graphs.participation[0]]
        assert independent(batch.checks(0))
        judge_again(batch)
        found = [graphs.soft[0], graphs.distances[0], *graphs.participation[0]]
        np.testing.assert_allclose(claimed, found, atol=1e-9)


@pytest.mark.kernel
@settings(max_examples=12)
@given(seeds, st.booleans(), st.data())
def test_generating_sets_are_the_lightest_of_the_sums_listed(
    seed: int, css: bool, data: st.DataObject
) -> None:
    n = data.draw(st.integers(3, 6))
    r = data.draw(st.integers(1, min(4, n - 1)))
    task = CodeTask(n, r, 1, data.draw(st.integers(2, n)))
    batch = code_batch(task, css)
    checks = random_checks(np.random.default_rng(seed), n, r, css)
    set_checks(batch, checks)
    judge_again(batch)
    after = batch.checks(0)
    assert independent(after)
    assert sums_of(after) == sums_of(checks)
    # The sums that are listed, and the checks as they were.
    sums = np.array([list(row) for row in sums_of(checks)], dtype=np.uint8)
    usable = sums[(weights_of(sums) > 0) & (weights_of(sums) <= listed(task, css))]
    usable = np.unique(np.vstack([pure(usable) if css else usable, checks]), axis=0)
    totals = (
        weights_of(usable[list(chosen)]).sum()
        for chosen in combinations(range(len(usable)), r)
        if gf2.rank(usable[list(chosen)]) == r
    )
    assert weights_of(after).sum() == min(totals)


@pytest.mark.kernel
def test_codes_are_counted_once_and_listings_each_time() -> None:
    task = CodeTask(5, 4, 4, 5)
    batch = code_batch(task, css=False, seed=3)
    counters = batch.outcome.counters
    assert counters[:2].tolist() == [1, 1]
    five = StabilizerCode.from_pauli_strings(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"]).checks
    # The order of the checks makes no other code.
    for checks in (five, five, five[[2, 0, 3, 1]]):
        set_checks(batch, checks)
        judge_again(batch)
    assert counters[:2].tolist() == [2, 4]
    # Without one check it is a code not listed yet, at whatever level it is asked for first.
    kept = batch.checks(0)
    for check, expected in ((1, 3), (1, 3), (2, 4)):
        set_checks(batch, kept)
        replace(batch, check, level=1)
        assert counters[0] == expected
    assert counters[:2].tolist() == [4, 7]


def light_operators(n: int, most: int) -> Bits:
    """Return all operators of weight 1 to `most`."""
    rows = []
    for weight in range(1, most + 1):
        for places in combinations(range(n), weight):
            for letters in product((1, 2, 3), repeat=weight):
                row = np.zeros(2 * n, dtype=np.uint8)
                for place, letter in zip(places, letters, strict=True):
                    row[place], row[n + place] = letter & 1, letter >> 1
                rows.append(row)
    return np.array(rows)


@settings(max_examples=5)
@given(seeds)
def test_distances_hold_where_light_operators_are_too_many_to_be_listed(seed: int) -> None:
    task = CodeTask(12, 3, 3, 6)
    batch = code_batch(task, css=False, seed=seed % 10**6, max_steps=100)
    light = light_operators(12, 2)
    for check in range(3):
        assert batch.scratch.found.sizes[1] == 0
        assert batch.scratch.found.sizes[2] < listed(task, css=False)
        checks = batch.checks(0)
        commuting = light[~anticommuting(light, checks).any(axis=1)]
        sums = sums_of(checks)
        logical = [row.tobytes() not in sums for row in commuting]
        # No code of so many logical qubits has distance 3 (the Singleton bound).
        assert batch.graphs.distances[0] == weights_of(commuting[logical]).min()
        replace(batch, check)


def test_a_code_with_more_light_operators_than_fit_is_not_taken_for_a_good_one() -> None:
    task = CodeTask(14, 3, 6, 6)
    batch = code_batch(task, css=False, seed=2)
    assert batch.scratch.found.sizes[1]
    assert batch.graphs.distances[0] == 1
    mass = MAX_LISTED * np.exp(OPTIONS.beta)
    assert batch.graphs.soft[0] <= 6 - np.log1p(mass) / OPTIONS.beta
