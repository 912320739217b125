"""Lists of light operators without room for all of them: nothing is claimed of the rest."""

import numpy as np
import pytest

from qcode_rl.codes import StabilizerCode
from qcode_rl.distance import distance_of
from qcode_rl.distance.light_paulis import MAX_LISTED
from qcode_rl.edits.code_batches import CodeBatch, CodeTask
from qcode_rl.edits.code_moves import judge
from qcode_rl.gf2 import pack_rows

#: [[12,4,2]]: of its operators of weight up to 8 more than a list holds come before a logical
#: operator of weight 2.
CROWDED = (
    "IIIYIIZXXXII", "IIYZZIXIIIZI", "ZIZYIIIZZIII", "YIYIXIZIIIIY",
    "YIZXIYXIIIII", "IYIZIIYIXIXZ", "IZIIIIIZZXZY", "IXIYXZIZIYII",
)  # fmt: skip


def judged(code: StabilizerCode, task: CodeTask) -> CodeBatch:
    """Return a batch of one code that has been judged."""
    batch = CodeBatch(1, task.checks, task.qubits, css=False, max_weight=task.weight)
    batch.assign(0, task)
    batch.seed_streams([0])
    batch.restart([0])
    n, r = task.qubits, task.checks
    batch.graphs.xs[0, :r] = pack_rows(code.checks[:, :n])[:, 0]
    batch.graphs.zs[0, :r] = pack_rows(code.checks[:, n:])[:, 0]
    judge(
        batch.graphs, 0, False, batch.rules, batch.outcome.counters, batch.seen, batch.scratch
    )  # fmt: skip
    return batch


@pytest.mark.parametrize("weight", [4, 6, 8, 12])
def test_a_distance_is_claimed_only_as_far_as_all_operators_are_listed(weight: int) -> None:
    code = StabilizerCode.from_pauli_strings(CROWDED)
    batch = judged(code, CodeTask(12, 8, 3, weight))
    exact = distance_of(code)
    assert exact is not None
    assert batch.graphs.distances[0] == exact.upper == 2
    sizes = batch.scratch.found.sizes
    assert sizes[0] <= MAX_LISTED
    assert not sizes[1]


def test_random_codes_are_judged_alike_whatever_their_checks_may_weigh() -> None:
    for seed in range(20):
        task = CodeTask(12, 8, 3, 6)
        batch = CodeBatch(1, 8, 12, css=False, max_weight=6, cyclic_share=0.0)
        batch.assign(0, task)
        batch.seed_streams([seed])
        batch.restart([0])
        code = StabilizerCode(batch.checks(0))
        exact = distance_of(code)
        assert exact is not None
        told = [judged(code, CodeTask(12, 8, 3, weight)).graphs for weight in (4, 12)]
        assert [min(3, int(graphs.distances[0])) for graphs in told] == [min(3, exact.upper)] * 2
        assert np.isclose(told[0].soft[0], told[1].soft[0])
