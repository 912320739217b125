"""What methods are compared on besides products: quantum codes that are edited as they are."""

from dataclasses import dataclass

import numpy as np

from qcode_rl.codes import StabilizerCode
from qcode_rl.codes.group_names import group_of
from qcode_rl.codes.groups import FiniteGroup
from qcode_rl.distance import distance_of
from qcode_rl.edits.code_batches import MAX_LOGICALS, CodeTask
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.aims import Aim, best_distance
from qcode_rl.search.baselines.code_runs import prove_code
from qcode_rl.search.families.two_block import groups_by_turn, is_connected
from qcode_rl.search.requests import FAMILY_NAMES, MOST_QUBITS

#: The families of such codes.
CODE_FAMILIES = tuple(name for name in FAMILY_NAMES if name != "hgp")
_NUMBERS = ("n", "k", "d", "w")


@dataclass(frozen=True)
class CodeTarget:
    """A quantum code to be found.

    Attributes:
        family: `css`, `stabilizer` or `two-block`.
        n: qubits.
        k: logical qubits, for a two-block code at least.
        d: least distance.
        w: most that a check may weigh.
        q: most checks on a qubit, of each type where there are types; `None`: no limit.
        group: of a two-block code, by name; `None`: the first to have its turn in a search.
    """

    family: str
    n: int
    k: int
    d: int
    w: int = 6
    q: int | None = None
    group: str | None = None

    def __post_init__(self) -> None:
        if self.family not in CODE_FAMILIES:
            rule = f"must be one of hgp, {', '.join(CODE_FAMILIES)}"
            raise InputError(f"family: {rule}, got {self.family!r}")
        for name in (*_NUMBERS, "q"):
            value = getattr(self, name)
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not whole and not (name == "q" and value is None):
                raise InputError(f"{name}: must be a whole number, got {value!r}")
        self._require("n", 2, MOST_QUBITS[self.family])
        self._require("k", 1, min(self.n - 1, MAX_LOGICALS))
        self._require("w", 2, self.n)
        if self.q is not None:
            self._require("q", 1, self.n)
        self._require("d", 1, best_distance(Aim(self.n, self.k, self.w, self.family)))
        self._check_group()

    def _require(self, name: str, least: int, most: int) -> None:
        value = getattr(self, name)
        if not least <= value <= most:
            raise InputError(f"{name}: must be from {least} to {most} in {self}, got {value}")

    def _check_group(self) -> None:
        if self.family != "two-block":
            if self.group is not None:
                raise InputError(f"group: is for family two-block, got {self.group!r}")
            return
        if self.n % 2:
            raise InputError(f"n: must be even in {self}, got {self.n}")
        if self.group is not None and 2 * self.over.order != self.n:
            rule = f"must be of order {self.n // 2}"
            raise InputError(f"group: {rule} in {self}, got {self.group!r}")

    def __str__(self) -> str:
        limits = f"{self.w}" if self.q is None else f"{self.w},{self.q}"
        over = "" if self.group is None else f" over {self.group}"
        return f"{self.family} [[{self.n},{self.k},{self.d}]]({limits}){over}"

    @property
    def over(self) -> FiniteGroup:
        """The group of a two-block code."""
        return groups_by_turn(self.n // 2)[0] if self.group is None else group_of(self.group)

    @property
    def task(self) -> CodeTask:
        """The target as CSS and stabilizer codes under edit are given it."""
        return CodeTask(self.n, self.n - self.k, self.d, self.w, self.q)


def prove_code_met(target: CodeTarget, checks: BinaryMatrix) -> None:
    """Check from scratch that a code is what a target asks for.

    Args:
        target: what was asked for.
        checks: `(r, 2n) uint8` rows `[X|Z]`.

    Raises:
        AssertionError: if it is not.
    """
    if target.family != "two-block":
        prove_code(target.task, checks, css=target.family == "css")
        return
    code = StabilizerCode(checks[checks.any(axis=1)]).to_css()
    good = code.num_qubits == target.n and code.num_logicals >= target.k
    good &= code.max_weight <= target.w and is_connected(checks)
    degrees = [np.max(half.sum(axis=0, dtype=np.int64)) for half in (code.x_checks, code.z_checks)]
    good &= target.q is None or max(degrees) <= target.q
    if good:
        found = distance_of(code, target=target.d)
        if found is None or found.stopped == "interrupted":
            raise KeyboardInterrupt
        good = found.lower >= target.d
    if not good:
        raise AssertionError(f"no code that meets {target}: {code!r}")
