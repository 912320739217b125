"""Two-block codes for the tests of edits, and batches of them."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from qcode_rl.codes import CSSCode
from qcode_rl.codes.group_names import group_of
from qcode_rl.codes.groups import FiniteGroup
from qcode_rl.codes.two_block import block_checks
from qcode_rl.edits.graphs import Integers
from qcode_rl.edits.two_block import TwoBlockBatch
from qcode_rl.edits.two_block_state import TwoBlockTask

#: Small groups of all kinds; the last one has words that fill one machine word.
NAMES = ["cyclic-7", "3x3", "dihedral-3", "quaternion-8", "semidirect-7-3-2"]


@st.composite
def supports(draw: st.DrawFn) -> tuple[FiniteGroup, Integers, Integers]:
    """Groups with two supports of one to three elements."""
    group = group_of(draw(st.sampled_from(NAMES)))
    elements = st.lists(st.integers(0, group.order - 1), min_size=1, max_size=3, unique=True)
    return group, np.array(draw(elements)), np.array(draw(elements))


def code_of(group: FiniteGroup, a: Integers, b: Integers) -> CSSCode:
    """Return the code of two supports, connected or not."""
    return CSSCode(*block_checks(group, a, b))


def started(
    group: FiniteGroup,
    task: TwoBlockTask,
    size: int = 1,
    seed: int = 1,
    seed_code: Any = None,
    max_terms: int | None = None,
    **options: Any,
) -> TwoBlockBatch:
    """Return a batch of codes of one task, started."""
    batch = TwoBlockBatch(size, group, max_terms or sum(task.terms), **options)
    for i in range(size):
        batch.assign(i, task, seed_code)
    batch.seed_streams([seed + i for i in range(size)])
    batch.restart(range(size))
    return batch
