"""The methods that can be compared, by name.

A method is a function from a target, seeds and a budget to runs, one for each seed. Its runs know
nothing of one another: each counts its own evaluations and sees its own matrices for the first
time.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from qcode_rl.errors import InputError
from qcode_rl.search.baselines import (
    ANNEALING,
    GREEDY,
    RewireSchedule,
    Run,
    run_edges,
    run_randomly,
    run_rewires,
)
from qcode_rl.search.targets import Target, nearest

#: From a target, the seeds of the runs and the most evaluations of each, to a run for each seed.
Method: TypeAlias = Callable[[Target, Sequence[int], int], list[Run]]


def _rewires(schedule: RewireSchedule) -> Method:
    return lambda target, seeds, budget: run_rewires(target.task, seeds, budget, schedule)


def _pretrained(target: Target, seeds: Sequence[int], budget: int) -> list[Run]:
    # Imported where it is used: torch takes seconds to load.
    from qcode_rl.search.acting import run_pretrained

    return run_pretrained(target, seeds, budget)


def _finetuned(target: Target, seeds: Sequence[int], budget: int) -> list[Run]:
    from qcode_rl.search.acting import run_finetuned

    return run_finetuned(target, seeds, budget)


#: Methods by name, in the order of tables.
METHODS: dict[str, Method] = {
    "pretrained": _pretrained,
    "finetuned": _finetuned,
    "annealing": _rewires(ANNEALING),
    "annealing-edges": lambda target, seeds, budget: run_edges(target.task, seeds, budget),
    "greedy": _rewires(GREEDY),
    "random": lambda target, seeds, budget: run_randomly(target.task, seeds, budget),
}


def find_method(name: str) -> Method:
    """Return a method by its name.

    Raises:
        InputError: if there is no such method; the nearest is named.
    """
    if name not in METHODS:
        rule = f"must be among {', '.join(METHODS)}"
        raise InputError(f"methods: {rule}, got {name!r}{nearest(name, tuple(METHODS))}")
    return METHODS[name]
