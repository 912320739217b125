"""A walk over sizes driven by any method, so that all methods can be asked for the same codes."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.sums import SumWalk


class Slice(NamedTuple):
    """What a method made of one length of one dimension.

    Attributes:
        checks: `(m, n) uint8` a code of that length and dimension that meets the request, if any.
        evaluations: reward evaluations spent.
        exhausted: whether looking on at this length is vain.
    """

    checks: BinaryMatrix | None
    evaluations: int
    exhausted: bool = False


class Driven(NamedTuple):
    """What a walk came to.

    Attributes:
        checks: `(m, n) uint8` the shortest code of the wanted dimension, or `None`.
        evaluations: reward evaluations spent.
        complete: whether nothing shorter is possible, or left to look at.
    """

    checks: BinaryMatrix | None
    evaluations: int
    complete: bool


#: From length, dimension, number of the slice and most evaluations to what was found.
Find: TypeAlias = Callable[[int, int, int, int], Slice]


def drive(walk: SumWalk, find: Find, slice_evaluations: int, evaluations: int) -> Driven:
    """Let a method look for codes where a walk says, as `run_search` does with the agent.

    Args:
        walk: a fresh walk.
        find: the method; it must spend evaluations, or say that the length is exhausted.
        slice_evaluations: most evaluations of a slice.
        evaluations: most in all.

    Returns:
        The shortest code, and what was spent.
    """
    best: BinaryMatrix | None = None
    spent = index = 0
    while (row := walk.next_row()) is not None and spent < evaluations:
        budget = min(slice_evaluations, evaluations - spent)
        found = find(row.length, row.dimension, index, budget)
        spent, index = spent + found.evaluations, index + 1
        row.slices += 1
        if found.checks is None:
            row.fail(found.exhausted)
            continue
        whole = walk.succeed(row, found.checks)
        best = found.checks if row is walk.whole else best if whole is None else whole
    return Driven(best, spent, row is None)
