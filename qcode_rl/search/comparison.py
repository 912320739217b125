"""Methods side by side on a set of targets: reward evaluations and seconds per success."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qcode_rl.errors import InputError
from qcode_rl.search.baselines import Run
from qcode_rl.search.code_targets import CodeTarget
from qcode_rl.search.intervals import per_success, per_success_interval, ratio_interval
from qcode_rl.search.methods import WEIGHTS, find_method, serves
from qcode_rl.search.targets import AnyTarget, prove_met

#: Room for the matrices of one run must fit into memory.
MAX_BUDGET = 10_000_000
#: What the summary compares every method with.
REFERENCES = ("annealing", "annealing-edges")
#: What it compares other weights with besides.
_SHIPPED = "pretrained"


@dataclass(frozen=True)
class Plan:
    """What is to be compared.

    Attributes:
        targets: at least one.
        methods: names in `METHODS`, at least one, none twice.
        seeds: runs of each method on each target.
        budget: most reward evaluations of a run.
        seed: of the first run; the others follow on it.
    """

    targets: tuple[AnyTarget, ...]
    methods: tuple[str, ...]
    seeds: int = 20
    budget: int = 20_000
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least, most in (
            ("seeds", 1, 1_000_000),
            ("budget", 1, MAX_BUDGET),
            ("seed", 0, 2**62),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise InputError(f"{name}: must be from {least} to {most}, got {value}")
        if not self.targets:
            raise InputError("targets: must be at least one, got none")
        if not self.methods:
            raise InputError("methods: must be at least one, got none")
        for name in self.methods:
            if self.methods.count(name) > 1:
                raise InputError(f"methods: must be named once each, got {name} again")
            find_method(name)
        for target in self.targets:
            if not any(serves(name, target) for name in self.methods):
                raise InputError(f"methods: must have one that serves {target}")

    @property
    def cells(self) -> list[tuple[AnyTarget, str]]:
        """Each target with each method that there is for it."""
        return [
            (target, name)
            for target in self.targets
            for name in self.methods
            if serves(name, target)
        ]

    @property
    def run_seeds(self) -> range:
        """The seed of each run."""
        return range(self.seed, self.seed + self.seeds)


@dataclass(frozen=True)
class Cell:
    """What one method came to on one target.

    Attributes:
        costs: `(R,) int64` evaluations of each run; the whole budget where it failed.
        met: `(R,) bool` which runs met the request within the budget.
        seconds: time of all runs, compilation apart.
        rank_calls: ranks without a census, of all runs.
    """

    costs: NDArray[np.int64]
    met: NDArray[np.bool_]
    seconds: float
    rank_calls: int

    @classmethod
    def of(cls, target: AnyTarget, runs: Sequence[Run], budget: int) -> "Cell":
        """Add up runs, proving each success.

        Raises:
            AssertionError: if a run claims to have met a request and has not.
        """
        for run in runs:
            if run.success:
                prove_met(target, run.checks)
        met = np.array([run.success and run.evaluations <= budget for run in runs])
        spent = np.array([run.evaluations for run in runs], dtype=np.int64)
        return cls(
            costs=np.where(met, spent, budget),
            met=met,
            seconds=sum(run.seconds for run in runs),
            rank_calls=sum(run.rank_calls for run in runs),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the figures, `None` for those that there are not without a success."""
        successes = int(self.met.sum())
        return {
            "evaluations_per_success": per_success(self.costs, self.met),
            "interval": per_success_interval(self.costs, self.met),
            "seconds_per_success": self.seconds / successes if successes else None,
            "rank_calls_per_success": self.rank_calls / successes if successes else None,
            "success_rate": successes / len(self.met),
        }


@dataclass(frozen=True)
class Comparison:
    """The outcome of a plan.

    Attributes:
        plan: what was compared.
        cells: by target, then by method.
    """

    plan: Plan
    cells: dict[AnyTarget, dict[str, Cell]]

    def as_json(self) -> dict[str, Any]:
        """Return the comparison in the shape that `--json` prints."""
        results = {
            "seeds": self.plan.seeds,
            "budget": self.plan.budget,
            "seed": self.plan.seed,
            "targets": [
                _parameters(target) | {name: cell.as_json() for name, cell in row.items()}
                for target, row in self.cells.items()
            ],
            "summary": self.summary(),
        }
        if len(self.families) > 1:
            results["families"] = {name: self.summary(name) for name in self.families}
        return results

    @property
    def families(self) -> list[str]:
        """The families of the targets."""
        return list(dict.fromkeys(_family(target) for target in self.cells))

    def summary(self, family: str | None = None) -> dict[str, dict[str, Any]]:
        """Return the mean ratio of each method to each reference among the methods, by name.

        Args:
            family: whose targets; `None`: all.
        """
        names = self.plan.methods
        pairs = [(name, reference) for reference in REFERENCES for name in names]
        pairs += [(name, _SHIPPED) for name in names if name.startswith(WEIGHTS)]
        return {
            f"{name}/{reference}": self._ratio(name, reference, family)
            for name, reference in pairs
            if reference in names and name != reference
        }

    def _ratio(self, name: str, reference: str, family: str | None) -> dict[str, Any]:
        rows = [
            row
            for target, row in self.cells.items()
            if name in row and reference in row and family in (None, _family(target))
        ]
        pairs = [(row[name], row[reference]) for row in rows]
        served = len(pairs)
        pairs = [(own, other) for own, other in pairs if own.met.any() and other.met.any()]
        ratio, interval = ratio_interval(
            [((own.costs, own.met), (other.costs, other.met)) for own, other in pairs]
        )
        return {"ratio": ratio, "interval": interval, "targets": len(pairs), "served": served}


def compare(
    plan: Plan, on_progress: Callable[[str, AnyTarget, int], None] = lambda *_: None
) -> Comparison:
    """Run every method of a plan on every target.

    Args:
        plan: what to compare.
        on_progress: called before each method on each target, with both and how many came before.
    """
    cells: dict[AnyTarget, dict[str, Cell]] = {target: {} for target in plan.targets}
    begun: set[tuple[str, str]] = set()
    for done, (target, name) in enumerate(plan.cells):
        on_progress(name, target, done)
        method = find_method(name)
        kind = (_family(target), name)
        if kind not in begun:
            # What is compiled or loaded at first use is no part of any method.
            begun.add(kind)
            method(target, plan.run_seeds[:1], 1)
        runs = method(target, plan.run_seeds, plan.budget)
        cells[target][name] = Cell.of(target, runs, plan.budget)
    return Comparison(plan, cells)


def _family(target: AnyTarget) -> str:
    return target.family if isinstance(target, CodeTarget) else "hgp"


def _parameters(target: AnyTarget) -> dict[str, Any]:
    return {name: value for name, value in asdict(target).items() if value is not None}
