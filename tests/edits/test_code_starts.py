"""Where episodes of stabilizer codes start: circuits, cyclic codes and seeds; tasks refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stabilizer_batches import (
    Bits,
    anticommuting,
    code_batch,
    code_tasks,
    independent,
    pure,
    random_checks,
    set_checks,
    sums_of,
    weights_of,
)

from qcode_rl import gf2
from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.codes.surfaces import five_qubit
from qcode_rl.edits.code_batches import CodeBatch, CodeTask, independent_checks
from qcode_rl.edits.code_starts import cnot, rotate, start_cyclically, start_trivially
from qcode_rl.edits.layouts import layout_balls
from qcode_rl.errors import InputError

seeds = st.integers(0, 2**32)
HAMMING = np.array([[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]])


def shifted(checks: Bits, block: int) -> Bits:
    """Shift every block of so many qubits by one qubit around."""
    n = checks.shape[1] // 2
    places = [q - q % block + (q % block + 1) % block for q in range(n)]
    result = np.zeros_like(checks)
    result[:, places], result[:, [n + p for p in places]] = checks[:, :n], checks[:, n:]
    return result


def changed_by(checks: Bits, block: int) -> int:
    """Return how many checks a shift takes out of the group."""
    group = sums_of(checks)
    return sum(row.tobytes() not in group for row in shifted(checks, block))


@pytest.mark.kernel
@settings(max_examples=12)
@given(seeds, st.booleans(), st.integers(3, 7), st.data())
def test_cyclic_starts_keep_their_symmetry_where_the_number_of_checks_allows(
    seed: int, css: bool, n: int, data: st.DataObject
) -> None:
    r = data.draw(st.integers(1, n - 1))
    batch = code_batch(CodeTask(n, r, 1, 4), css)
    batch.seed_streams([seed])
    if not start_cyclically(batch.graphs, 0, css, batch.scratch):
        return
    checks = batch.checks(0)
    assert independent(checks)
    assert len(pure(checks)) == r or not css
    assert (checks[:, :n] | checks[:, n:]).sum(axis=1, dtype=int).max() <= 4
    # Only the last check may have shifts that were not taken up any more.
    blocks = {n, *(block for block in range(3, n) if n % block == 0)}
    assert min(changed_by(checks, block) for block in blocks) <= 1


def test_some_cyclic_starts_are_whole() -> None:
    batch = code_batch(CodeTask(7, 6, 1, 4), css=True)
    whole = 0
    for seed in range(1, 60):
        batch.seed_streams([seed])
        done = start_cyclically(batch.graphs, 0, True, batch.scratch)
        whole += bool(done) and changed_by(batch.checks(0), 7) == 0
    assert whole > 5


@pytest.mark.kernel
@settings(max_examples=12)
@given(seeds, st.booleans(), st.integers(2, 8), st.integers(0, 40), st.data())
def test_random_circuits_leave_independent_commuting_checks(
    seed: int, css: bool, n: int, gates: int, data: st.DataObject
) -> None:
    r = data.draw(st.integers(1, n - 1))
    batch = code_batch(CodeTask(n, r, 1, 4), css)
    batch.seed_streams([seed])
    start_trivially(batch.graphs, 0, css, gates)
    checks = batch.checks(0)
    assert independent(checks)
    if css:
        assert len(pure(checks)) == r
        assert checks[:, :n].any(axis=1).sum() in (r // 2, (r + 1) // 2)


@pytest.mark.kernel
@settings(max_examples=12)
@given(seeds, st.integers(2, 6), st.data())
def test_gates_conjugate_every_check(seed: int, n: int, data: st.DataObject) -> None:
    batch = code_batch(CodeTask(n, n - 1, 1, 4), css=False)
    checks = random_checks(np.random.default_rng(seed), n, n - 1, False)
    set_checks(batch, checks)
    a, b = data.draw(st.permutations(range(n)))[:2]
    cnot(batch.graphs, 0, a, b)
    expected = checks.copy()
    expected[:, b] ^= expected[:, a]
    expected[:, n + a] ^= expected[:, n + b]
    assert np.array_equal(batch.checks(0), expected)
    # Y on the first qubit and Z on the second.
    turn = np.zeros((1, 2 * n), dtype=np.uint8)
    turn[0, [a, n + a, n + b]] = 1
    rotate(batch.graphs, 0, np.uint64(1 << a), np.uint64((1 << a) | (1 << b)))
    expected ^= anticommuting(expected, turn) * turn
    assert np.array_equal(batch.checks(0), expected)


def seeded(task: CodeTask, code: CSSCode | StabilizerCode, css: bool, share: float) -> CodeBatch:
    batch = CodeBatch(
        40, task.checks, task.qubits, css=css, max_weight=task.weight, seed_share=share
    )
    for i in range(40):
        batch.assign(i, task, code)
    batch.seed_streams(range(1, 41))
    batch.restart(range(40))
    return batch


def test_seeds_are_where_their_share_of_episodes_starts() -> None:
    steane = CSSCode(HAMMING, HAMMING)
    for share, least, most in ((1.0, 40, 40), (0.5, 10, 30), (0.0, 0, 2)):
        batch = seeded(CodeTask(7, 6, 3, 4), steane, True, share)
        group = sums_of(independent_checks(steane))
        count = sum(sums_of(batch.checks(i)) == group for i in range(40))
        assert least <= count <= most
    batch = seeded(CodeTask(5, 4, 3, 4), five_qubit(), False, 1.0)
    assert batch.graphs.distances.tolist() == [3] * 40


@settings(max_examples=20)
@given(seeds, st.integers(2, 6), st.integers(1, 4))
def test_independent_checks_generate_the_code_and_are_light(seed: int, n: int, r: int) -> None:
    rng = np.random.default_rng(seed)
    checks = random_checks(rng, n, min(r, n), False)
    more = np.vstack([checks, rng.integers(0, 2, (3, len(checks))) @ checks % 2])
    chosen = independent_checks(StabilizerCode(more))
    assert independent(chosen)
    assert sums_of(chosen) == sums_of(checks)
    assert weights_of(chosen).sum() <= weights_of(checks).sum()


def near_pairs(n: int) -> Any:
    near = np.eye(n, dtype=np.uint8)
    for qubit in range(n):
        near[qubit, (qubit + 1) % n] = near[(qubit + 1) % n, qubit] = 1
        near[qubit, (qubit + 2) % n] = near[(qubit + 2) % n, qubit] = 1
    return near


@settings(max_examples=15)
@given(seeds, st.booleans())
def test_qubits_far_apart_share_no_gate_and_no_check_put_in(seed: int, css: bool) -> None:
    n, near = 9, near_pairs(9)
    balls = layout_balls(near, None, n)
    task = CodeTask(n, 6, 3, 4)
    batch = code_batch(task, css, seed=seed % 10**6, balls=balls, max_steps=1000)
    pairs = batch.observations.masks[0, : n * n].reshape(n, n)
    assert np.array_equal(pairs, near - np.eye(n, dtype=np.uint8))
    rng = np.random.default_rng(seed)
    for _ in range(12):
        check, before = int(rng.integers(6)), batch.checks(0)
        action = n * n + 3 * check + int(rng.integers(2))
        batch.step(np.array([action]))
        if batch.outcome.ended[0]:
            break
        acts = batch.checks(0)[check, :n] | batch.checks(0)[check, n:]
        if not np.array_equal(batch.checks(0), before):
            assert near[np.ix_(acts == 1, acts == 1)].all()
        light = weights_of(batch.checks(0)) <= 4
        halves = batch.checks(0)[:, :n] | batch.checks(0)[:, n:]
        far = sum(not near[np.ix_(row == 1, row == 1)].all() for row in halves[light])
        heavy = np.maximum(0, weights_of(batch.checks(0)) - 4).sum()
        assert batch.graphs.excess[0].tolist() == [heavy + far, 0]


@pytest.mark.kernel
@settings(max_examples=8)
@given(seeds, st.booleans(), code_tasks(max_qubits=4))
def test_masks_name_gates_between_qubits_that_are_there_and_checks_that_are(
    seed: int, css: bool, task: CodeTask
) -> None:
    batch = CodeBatch(1, 5, 6, css=css, max_weight=5, max_steps=100)
    batch.assign(0, task)
    batch.seed_streams([seed])
    batch.restart([0])
    n, r = task.qubits, task.checks
    pairs = batch.observations.masks[0, :36].reshape(6, 6)
    expected = np.zeros((6, 6), dtype=bool)
    expected[:n, :n] = ~np.eye(n, dtype=bool)
    assert np.array_equal(pairs, expected)
    assert batch.observations.masks[0, 36:].tolist() == [True] * (3 * r) + [False] * (
        15 - 3 * r
    ) + [True]
    assert gf2.rank(batch.checks(0)) == r


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, 1, 1, 4), "qubits: must be between 2 and 64, got 1"),
        ((5, 5, 1, 4), "logicals: must be between 1 and 4, got 0"),
        ((40, 9, 1, 4), "logicals: must be between 1 and 30, got 31"),
        ((5, 4, 6, 4), "distance: must be between 1 and qubits, got 6"),
        ((5, 4, 3, 1), "max_weight: must be at least 2, got 1"),
        ((5, 4, 3, 4, 0), "max_degree: must be at least 1, got 0"),
    ],
)
def test_tasks_that_make_no_sense_are_refused(arguments: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        CodeTask(*arguments)
    assert str(caught.value) == message


def test_tasks_and_seeds_that_do_not_fit_are_refused() -> None:
    batch = CodeBatch(1, 20, 24, css=True, max_weight=6)
    cases: list[tuple[CodeTask, Any, str]] = [
        (CodeTask(25, 20, 3, 6), None, "task: must fit 20 checks and 24 qubits, got 20 and 25"),
        (CodeTask(24, 20, 20, 6), None, "distance: at most 12 can be judged on 24 qubits, got 20"),
        (CodeTask(5, 4, 3, 4), five_qubit(), "seed code: must be a CSS code"),
        (CodeTask(6, 4, 3, 4), five_qubit(), "seed code: must be [[6,2]], got [[5,1]]"),
    ]
    for task, code, message in cases:
        with pytest.raises(InputError) as caught:
            batch.assign(0, task, code)
        assert str(caught.value) == message
    assert not batch.pools.tasks.any()
