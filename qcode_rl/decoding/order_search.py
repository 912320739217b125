"""Choosing a schedule: by name, or the best of some orders by circuit distance, then depth."""

from collections.abc import Iterator

import numpy as np

from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.decoding.circuit_distance import circuit_distance
from qcode_rl.decoding.circuits import memory_circuit
from qcode_rl.decoding.noise import CircuitNoise
from qcode_rl.decoding.orders import bicycle, coloring, layers, zigzag
from qcode_rl.decoding.schedules import Schedule
from qcode_rl.errors import InputError

#: What a schedule can be asked for by.
SCHEDULES = {
    "auto": "the published schedule of the code if it has one here, else search",
    "zigzag": "rotated surface codes: hook errors do no harm",
    "bicycle": "bivariate bicycle codes: depth 7, arXiv:2308.07915",
    "coloring": "any code: edge colouring of the Tanner graph, X and Z checks apart",
    "layers": "any code: edge colouring, checks that would get entangled in different layers",
    "search": "any code: the best circuit distance found among random orders of the above",
}
#: Random orders that `search` looks at, and a limit on their number times the edges of the code.
TRIES, _WORK = 12, 20_000
#: Rounds of the circuits whose distances are compared, and the rate that makes faults possible.
_ROUNDS, _RATE = 2, 1e-3


def schedule_for(
    code: CSSCode | StabilizerCode,
    name: str = "auto",
    *,
    distance: int | None = None,
    seed: int = 0,
) -> Schedule:
    """Return a schedule of a code by name.

    Args:
        code: the code.
        name: one of `SCHEDULES`.
        distance: of the code, if known: a search ends where it is reached.
        seed: of the orders that a search looks at.

    Returns:
        The schedule; its name says how it was made.

    Raises:
        InputError: if there is no such name, or it is not for this code.
    """
    if name not in SCHEDULES:
        raise InputError(f"schedule: must be one of {', '.join(SCHEDULES)}, got {name!r}")
    if name == "auto":
        return _published(code) or _search(code, distance, seed)
    if name == "search":
        return _search(code, distance, seed)
    if name == "coloring":
        return coloring(code)
    if name == "layers":
        return layers(code)
    if not isinstance(code, CSSCode):
        raise InputError(f"schedule: {name} is for CSS codes, got {code!r}")
    return zigzag(code) if name == "zigzag" else bicycle(code)


def _published(code: CSSCode | StabilizerCode) -> Schedule | None:
    if not isinstance(code, CSSCode):
        return None
    for make in (zigzag, bicycle):
        try:
            return make(code)
        except InputError:  # it is for other codes
            continue
    return None


def _search(code: CSSCode | StabilizerCode, distance: int | None, seed: int) -> Schedule:
    """Return the schedule of the largest circuit distance found, of those the shallowest."""
    best: tuple[tuple[int, int], Schedule] | None = None
    for schedule in _candidates(code, seed):
        reached = min(_distances(code, schedule))
        rank = (reached, -schedule.num_steps)
        if best is None or rank > best[0]:
            best = rank, schedule
        if distance is not None and reached >= distance:
            break
    assert best is not None
    return Schedule("search", best[1].steps)


def _candidates(code: CSSCode | StabilizerCode, seed: int) -> Iterator[Schedule]:
    first = coloring(code)
    yield first
    rng = np.random.default_rng(seed)
    for _ in range(min(TRIES, max(1, _WORK // max(1, len(first.edges)))) - 1):
        yield coloring(code, rng)


def _distances(code: CSSCode | StabilizerCode, schedule: Schedule) -> Iterator[int]:
    """Yield the circuit distance in each basis that faults can hurt; 0 where none was found."""
    noise = CircuitNoise.uniform(_RATE)
    for basis in ("Z", "X") if isinstance(code, CSSCode) else ("both",):
        memory = memory_circuit(code, noise, rounds=_ROUNDS, basis=basis, schedule=schedule)
        yield circuit_distance(memory) or 0
