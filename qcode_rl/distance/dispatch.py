"""One door to all distance algorithms; it picks by kind and size and always says which."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qcode_rl.codes import ClassicalCode, Code, CSSCode, HypergraphProduct
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.distance.budget import Budget, Clock
from qcode_rl.distance.components import by_components
from qcode_rl.distance.one_call import (
    CLASSICAL,
    CSS,
    STABILIZER,
    Outcome,
    operator_columns,
    solve_code,
)
from qcode_rl.distance.product import product_distance
from qcode_rl.distance.progress import METHODS, Progress
from qcode_rl.distance.quick import INFORMATION_SETS, Bounds, first_bounds
from qcode_rl.distance.result import Distance, Witness, least_of
from qcode_rl.distance.search import SectorSearch, run_searches, spread_seed
from qcode_rl.distance.sectors import Sector, classical_sector, css_sectors, stabilizer_sector
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

#: Most work units (about 5 ns) that the first, quick attempt gives to any one algorithm.
QUICK_WORK = 1 << 21


@dataclass(frozen=True)
class Options:
    """How a distance is to be computed; see `distance_of`."""

    target: int | None = None
    threads: int = 1
    seed: int = 0
    method: str | None = None

    def __post_init__(self) -> None:
        if self.target is not None and self.target < 1:
            raise InputError(f"target: must be at least 1, got {self.target}")
        if self.threads < 1:
            raise InputError(f"threads: must be at least 1, got {self.threads}")
        if self.method is not None and self.method not in METHODS:
            raise InputError(f"method: must be one of {', '.join(METHODS)}, got {self.method}")


def distance_of(
    code: Code,
    *,
    target: int | None = None,
    budget: Budget | float | None = None,
    threads: int = 1,
    seed: int = 0,
    method: str | None = None,
) -> Distance | None:
    """Compute the distance of a code, with a witness; of a CSS code also for each Pauli type.

    A keyboard interrupt ends the computation; like the end of the budget it leaves the interval
    reached, in which nothing is called exact that is not proved.

    Args:
        code: a `ClassicalCode`, `CSSCode`, `HypergraphProduct` or `StabilizerCode`.
        target: stop as soon as d < target is shown or d >= target is proved.
        budget: limit in seconds, or a `Budget`; default: none, however long it takes.
        threads: how many threads the cluster search, the enumeration and the search for light
            words use.
        seed: of the search for light words. The same seed, budget in work units and number of
            threads give the same result.
        method: use only this algorithm: `enumeration`, `clusters`, `brouwer-zimmermann` or
            `information-sets` (which needs a budget, since it never proves anything); default:
            whichever promises to be fastest.

    Returns:
        The distance, proved or as an interval; `None` for a code with k = 0, which has none.

    Raises:
        InputError: for another kind of code, or an option out of range.

    Example:
        >>> str(distance_of(ClassicalCode([[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1],
        ...                                [0, 0, 0, 1, 1, 1, 1]])))
        '3'
    """
    options = Options(target, threads, seed, method)
    clock = Clock(budget)
    if method == METHODS[INFORMATION_SETS] and clock.budget == Budget():
        raise InputError(f"budget: must be given for method {method}, which never ends by itself")
    if isinstance(code, HypergraphProduct) and method is None:
        factors: dict[int, Distance | None] = {}

        def factor_distance(factor: ClassicalCode) -> Distance | None:
            # A square product asks twice for the same factor.
            if id(factor) not in factors:
                factors[id(factor)] = by_components(
                    factor, lambda part: _distance_of(part, options, clock)
                )
            return factors[id(factor)]

        return product_distance(code, factor_distance)
    return _distance_of(code, options, clock)


def _distance_of(code: Code, options: Options, clock: Clock) -> Distance | None:
    """Compute the distance of a code that is not taken apart."""
    if options.method is not None:
        sectors = _sectors_of(code)
        if len(sectors[0].basis) == sectors[0].num_trivial:
            return None
        return _search(code, sectors, [first_bounds(s) for s in sectors], options, clock)
    outcomes = _quick_outcomes(code, options, clock)
    if outcomes[0][1] == 0:
        return None
    if all(lower == upper for lower, upper, *_ in outcomes):
        return _joined(
            [
                Distance(lower, upper, _witness(code, i, ones), METHODS[method], clock.seconds)
                for i, (lower, upper, method, _, ones) in enumerate(outcomes)
            ]
        )
    bounds = [Bounds(lower, upper, word, method) for lower, upper, method, word, _ in outcomes]
    return _search(code, _sectors_of(code), bounds, options, clock)


def _quick_outcomes(code: Code, options: Options, clock: Clock) -> list[Outcome]:
    """Try a code with little work and a single crossing into kernels."""
    work = int(min(QUICK_WORK, 1 + clock.work_left / 8))
    if clock.budget.work is not None:
        # What it takes depends on nothing but the code, but is not counted: this is the most.
        clock.work += 2 * work
    goal, seed = options.target or 0, np.uint64(spread_seed(options.seed, -1))
    kind, checks, others = _arrays_of(code)
    return solve_code(kind, checks, others, goal, work, seed)


def _arrays_of(code: Code) -> tuple[int, BinaryMatrix, BinaryMatrix]:
    """Return a code as `solve_code` takes it."""
    if isinstance(code, ClassicalCode):
        return CLASSICAL, code.checks, code.checks
    if isinstance(code, CSSCode):
        return CSS, code.x_checks, code.z_checks
    if isinstance(code, StabilizerCode):
        return STABILIZER, code.checks, code.checks
    raise InputError(f"code: no distance algorithm for {type(code).__name__}")


def _sectors_of(code: Code) -> Sequence[Sector]:
    """Return the sectors of a code: X type and Z type for CSS codes, one for others."""
    kind, checks, others = _arrays_of(code)
    if kind == CSS:
        return css_sectors(checks, others)
    return [classical_sector(checks) if kind == CLASSICAL else stabilizer_sector(checks)]


def _search(
    code: Code, sectors: Sequence[Sector], bounds: list[Bounds], options: Options, clock: Clock
) -> Distance:
    """Search on from known bounds until a limit or the end is reached."""
    goal = options.target or 0
    known = [Progress(s, b, goal) for s, b in zip(sectors, bounds, strict=True)]
    searches = [
        SectorSearch(progress, options.threads, spread_seed(options.seed, i), options.method)
        for i, progress in enumerate(known)
    ]
    stopped = run_searches(searches, clock, goal)
    parts = []
    for i, progress in enumerate(known):
        witness = _witness(code, i, operator_columns(progress.sector, progress.word))
        method = progress.prover or options.method or METHODS[INFORMATION_SETS]
        part = Distance(progress.lower, progress.upper, witness, method, clock.seconds)
        parts.append(part if part.exact else replace(part, stopped=stopped))
    return _joined(parts)


def _witness(code: Code, sector: int, ones: NDArray[np.int64]) -> Witness:
    """Return the columns of a sector's word as an operator."""
    columns: list[int] = ones.tolist()
    if isinstance(code, StabilizerCode):
        n = code.num_qubits
        return Witness(tuple(i for i in columns if i < n), tuple(i - n for i in columns if i >= n))
    return Witness(z=tuple(columns)) if sector == 1 else Witness(x=tuple(columns))


def _joined(parts: list[Distance]) -> Distance:
    """Put the distance of a code together from those of its sectors."""
    if len(parts) == 1:
        return parts[0]
    return replace(least_of(parts), dx=parts[0], dz=parts[1])
