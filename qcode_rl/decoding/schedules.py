"""Schedules: when each check meets each of its qubits, and the rule that makes it a measurement.

The extraction of two checks leaves both measured only if, among the qubits where their Pauli
operators anticommute, the first check acts first on an even number; else the outcomes mix.
Published schedules and the generic ones are in `qcode_rl.decoding.orders`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

#: Time of a pair (check, qubit) that never meets.
NEVER = -1


@dataclass(frozen=True)
class Schedule:
    """A round of syndrome extraction, with one ancilla a check.

    Attributes:
        name: how it was made.
        steps: at each time step the pairs (check, qubit) that meet; no check and no qubit is in
            two pairs of a step. Checks of a CSS code number its X checks, then its Z checks.
    """

    name: str
    steps: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def num_steps(self) -> int:
        """Time steps with two-qubit gates."""
        return len(self.steps)

    @cached_property
    def edges(self) -> set[tuple[int, int]]:
        """All pairs (check, qubit)."""
        return {edge for step in self.steps for edge in step}

    def times(self, checks: int, qubits: int) -> NDArray[np.int64]:
        """Return the step at which each check meets each qubit, `(checks, qubits)`, or `NEVER`."""
        times = np.full((checks, qubits), NEVER, dtype=np.int64)
        for time, step in enumerate(self.steps):
            for check, qubit in step:
                times[check, qubit] = time
        return times


def symplectic_checks(code: CSSCode | StabilizerCode) -> BinaryMatrix:
    """Return the checks of a code as symplectic rows `[X|Z]`, `(r, 2n)`, X checks first."""
    return code.checks if isinstance(code, StabilizerCode) else StabilizerCode.from_css(code).checks


def schedule_of_times(name: str, times: NDArray[np.int64]) -> Schedule:
    """Return the schedule of a matrix of times, as `Schedule.times` makes it; empty steps go.

    Args:
        name: the schedule's name.
        times: `(r, n)`, `NEVER` where a check and a qubit do not meet.
    """
    steps = []
    for time in np.unique(times[times != NEVER]):
        rows, columns = np.nonzero(times == time)
        steps.append(tuple(zip(rows.tolist(), columns.tolist(), strict=True)))
    return Schedule(name, tuple(steps))


def one_after_another(name: str, layers: Iterable[Schedule]) -> Schedule:
    """Return the schedule that runs others in sequence."""
    return Schedule(name, tuple(step for layer in layers for step in layer.steps))


def entangled_pairs(checks: BinaryMatrix, times: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return the pairs of checks whose extraction would mix their outcomes.

    Args:
        checks: `(r, 2n)` symplectic rows, all commuting.
        times: `(r, n)` as of `Schedule.times`.

    Returns:
        Pairs (a, b) with a < b that break the rule of this module.
    """
    n = checks.shape[1] // 2
    x, z = checks[:, :n], checks[:, n:]
    pairs = []
    for a in range(len(checks)):
        # Only qubits of check a matter: 6 columns of 300, for the codes of interest.
        support = np.flatnonzero(x[a] | z[a])
        meet = (x[a, support] & z[a + 1 :, support]) ^ (z[a, support] & x[a + 1 :, support])
        first = times[a, support] < times[a + 1 :, support]
        odd = (meet & first).sum(axis=1) % 2
        pairs += [(a, a + 1 + int(b)) for b in np.flatnonzero(odd)]
    return pairs


def require_valid(schedule: Schedule, checks: BinaryMatrix) -> None:
    """Refuse a schedule that does not measure the checks.

    Args:
        schedule: the schedule.
        checks: `(r, 2n)` symplectic rows.

    Raises:
        InputError: if a pair is missing, meets twice or does not belong, a check or qubit is in two
            pairs of a step, or two checks get entangled; it says which.
    """
    n = checks.shape[1] // 2
    support = checks[:, :n] | checks[:, n:]
    wanted = {(int(c), int(q)) for c, q in np.argwhere(support)}
    met = [edge for step in schedule.steps for edge in step]
    if len(met) != len(wanted) or set(met) != wanted:
        odd = sorted(set(met) ^ wanted) or sorted(met)
        raise InputError(
            f"schedule {schedule.name}: every check must meet each of its qubits once, and no "
            f"other; see (check, qubit) = {odd[0]}"
        )
    for time, step in enumerate(schedule.steps):
        for side, what in enumerate(("check", "qubit")):
            busy = _first_repeated(edge[side] for edge in step)
            if busy is not None:
                raise InputError(f"schedule {schedule.name}: {what} {busy} is busy twice at {time}")
    pairs = entangled_pairs(checks, schedule.times(len(checks), n))
    if pairs:
        a, b = pairs[0]
        raise InputError(f"schedule {schedule.name}: checks {a} and {b} get entangled")


def _first_repeated(values: Iterable[int]) -> int | None:
    held: Sequence[int] = sorted(values)
    return next((a for a, b in pairwise(held) if a == b), None)
