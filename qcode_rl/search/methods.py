"""The methods that can be compared, by name.

A method is a function from a target, seeds and a budget to runs, one for each seed. Its runs know
nothing of one another: each counts its own evaluations and sees its own matrices for the first
time.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from qcode_rl.errors import InputError
from qcode_rl.search.baselines import (
    ANNEALING,
    GREEDY,
    RewireSchedule,
    Run,
    run_codes,
    run_edges,
    run_randomly,
    run_rewires,
)
from qcode_rl.search.code_targets import CodeTarget
from qcode_rl.search.targets import AnyTarget, Target, nearest

#: From a target, the seeds of the runs and the most evaluations of each, to a run for each seed.
Method: TypeAlias = Callable[[Any, Sequence[int], int], list[Run]]

#: Before the name of a file of weights: the policy that has these.
WEIGHTS = "weights:"
#: Methods that there are for quantum codes that are edited as they are, by family.
_FOR_CODES = {
    "css": ("pretrained", "annealing"),
    "stabilizer": ("pretrained", "annealing"),
    "two-block": ("pretrained",),
}


def _rewires(schedule: RewireSchedule) -> Method:
    return lambda target, seeds, budget: run_rewires(target.task, seeds, budget, schedule)


def _annealing(target: AnyTarget, seeds: Sequence[int], budget: int) -> list[Run]:
    if isinstance(target, CodeTarget):
        return run_codes(target.task, target.family == "css", seeds, budget)
    return run_rewires(target.task, seeds, budget, ANNEALING)


def _pretrained(
    target: AnyTarget, seeds: Sequence[int], budget: int, weights: Path | None = None
) -> list[Run]:
    # Imported where it is used: torch takes seconds to load.
    from qcode_rl.search.acting import run_pretrained

    return run_pretrained(target, seeds, budget, weights)


def _finetuned(target: Target, seeds: Sequence[int], budget: int) -> list[Run]:
    from qcode_rl.search.acting import run_finetuned

    return run_finetuned(target, seeds, budget)


#: Methods by name, in the order of tables.
METHODS: dict[str, Method] = {
    "pretrained": _pretrained,
    "finetuned": _finetuned,
    "annealing": _annealing,
    "annealing-edges": lambda target, seeds, budget: run_edges(target.task, seeds, budget),
    "greedy": _rewires(GREEDY),
    "random": lambda target, seeds, budget: run_randomly(target.task, seeds, budget),
}


def find_method(name: str) -> Method:
    """Return a method by its name, or the policy of a file of weights by `weights:FILE`.

    Raises:
        InputError: if there is no such method; the nearest is named.
    """
    if name.startswith(WEIGHTS):
        return partial(_pretrained, weights=Path(name.removeprefix(WEIGHTS)))
    if name not in METHODS:
        rule = f"must be among {', '.join(METHODS)}"
        raise InputError(f"methods: {rule}, got {name!r}{nearest(name, tuple(METHODS))}")
    return METHODS[name]


def serves(name: str, target: AnyTarget) -> bool:
    """Say whether there is a method for targets of a family.

    Args:
        name: of the method.
        target: a target of that family.
    """
    if isinstance(target, Target) or name.startswith(WEIGHTS):
        return True
    return name in _FOR_CODES[target.family]
