"""Annealing of quantum codes over gates: taking moves back, what is claimed, and seeds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl.codes import StabilizerCode
from qcode_rl.distance import distance_of
from qcode_rl.edits.code_batches import CodeBatch, CodeTask
from qcode_rl.edits.code_moves import judge
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.baselines import CodeSchedule, run_codes
from qcode_rl.search.baselines.code_runs import prove_code
from qcode_rl.search.baselines.codes import LISTINGS_PER_EVALUATION, code_work, try_gate

STEANE = CodeTask(7, 6, 3, 4)
FIVE = CodeTask(5, 4, 3, 4)
#: There is no [[6,2,3]] code.
IMPOSSIBLE = CodeTask(6, 4, 3, 6)


def batch_of(task: CodeTask, css: bool, seed: int) -> CodeBatch:
    batch = CodeBatch(
        1, task.checks, task.qubits, css=css, max_weight=task.weight, cyclic_share=0.0
    )
    batch.assign(0, task)
    batch.seed_streams([seed])
    batch.restart([0])
    return batch


def standing(batch: CodeBatch) -> list[BinaryMatrix]:
    """Return copies of all that a batch holds but its random streams."""
    fields = batch.graphs._asdict()
    return [fields[name].copy() for name in fields if name != "streams"]


@pytest.mark.kernel
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.booleans(), st.sampled_from([0.0, 0.5, 1.0]))
def test_a_rejected_gate_is_taken_back_exactly(seed: int, css: bool, guided: float) -> None:
    task = CodeTask(7, 5, 3, 4, 3)
    batch, work = batch_of(task, css, seed), code_work(5, 7)
    rejected = 0
    for _ in range(12):
        before, potential = standing(batch), batch.graphs.potentials[0]
        kept = try_gate(
            batch.graphs, 0, css, batch.rules, batch.outcome.counters, batch.seen,
            batch.scratch, guided, 0.0, work,
        )  # fmt: skip
        if kept:
            better = batch.graphs.potentials[0] >= potential
            assert better or batch.graphs.distances[0] >= task.distance
            continue
        rejected += 1
        after = standing(batch)
        assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))
    # What is put back is what the checks are worth, to the last digit but for the order of sums.
    soft, distance = float(batch.graphs.soft[0]), int(batch.graphs.distances[0])
    judge(
        batch.graphs, 0, css, batch.rules, batch.outcome.counters, batch.seen, batch.scratch
    )  # fmt: skip
    assert batch.graphs.soft[0] == pytest.approx(soft)
    assert batch.graphs.distances[0] == distance


@pytest.mark.kernel
def test_gates_that_are_worse_are_kept_when_it_is_hot_and_rejected_when_it_is_cold() -> None:
    kept = {}
    for temperature in (0.0, 1e6):
        batch, work, worse = batch_of(CodeTask(8, 5, 3, 6), False, 3), code_work(5, 8), 0
        for _ in range(40):
            before = batch.graphs.potentials[0]
            try_gate(
                batch.graphs, 0, False, batch.rules, batch.outcome.counters, batch.seen,
                batch.scratch, 0.0, temperature, work,
            )  # fmt: skip
            worse += batch.graphs.potentials[0] < before
        kept[temperature] = worse
    assert kept[0.0] == 0
    assert kept[1e6] > 5


@pytest.mark.kernel
@pytest.mark.parametrize(("task", "css"), [(STEANE, True), (FIVE, False)])
def test_the_smallest_codes_of_distance_3_are_found(task: CodeTask, css: bool) -> None:
    (run,) = run_codes(task, css, [1], 4000)
    assert run.success
    assert run.checks is not None
    code = StabilizerCode(run.checks)
    found = distance_of(code)
    assert found is not None
    assert (code.num_qubits, code.num_logicals, found.lower) == (task.qubits, 1, 3)
    assert 0 < run.evaluations <= 4000


def test_runs_follow_from_their_seeds_alone() -> None:
    task = CodeTask(10, 8, 3, 6)
    together = run_codes(task, True, [5, 6], 1000)
    alone = [run_codes(task, True, [seed], 1000)[0] for seed in (5, 6)]
    for one, other in zip(together, alone, strict=True):
        assert (one.evaluations, one.success) == (other.evaluations, other.success)
        assert one.checks is not None
        assert np.array_equal(one.checks, other.checks)
    assert not np.array_equal(together[0].checks, together[1].checks)


def test_a_budget_is_kept_and_what_there_is_not_is_not_found() -> None:
    (run,) = run_codes(IMPOSSIBLE, False, [0], 300)
    assert (run.success, run.checks, run.evaluations) == (False, None, 300)


def test_a_run_ends_where_all_codes_in_reach_have_been_seen() -> None:
    # Two qubits and one check have a handful of codes.
    (run,) = run_codes(CodeTask(2, 1, 2, 2), True, [0], 200)
    assert not run.success
    assert run.evaluations < 200
    assert LISTINGS_PER_EVALUATION > 1


def test_limits_on_degrees_are_kept() -> None:
    task = CodeTask(4, 2, 2, 4, 1)
    (run,) = run_codes(task, True, [0], 500, CodeSchedule(length=50.0))
    assert run.checks is not None
    prove_code(task, run.checks, True)


@pytest.mark.parametrize(
    ("task", "css"),
    [(CodeTask(5, 4, 3, 3), False), (CodeTask(5, 4, 4, 4), False), (FIVE, True), (STEANE, False)],
)
def test_what_is_not_as_asked_is_no_success(task: CodeTask, css: bool) -> None:
    code = StabilizerCode.from_pauli_strings(("XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"))
    with pytest.raises(AssertionError, match="no code that meets"):
        prove_code(task, code.checks, css)


def test_a_distance_beyond_what_can_be_listed_is_refused() -> None:
    with pytest.raises(InputError, match="distance: at most"):
        run_codes(CodeTask(40, 38, 20, 40), False, [0], 10)
