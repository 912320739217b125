"""What methods are compared on: parameters of codes, by themselves and in TOML files."""

from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from qcode_rl.codes import ClassicalCode
from qcode_rl.codes.bounds import linear_code_bounds
from qcode_rl.distance import distance_of
from qcode_rl.distance.census import MAX_CENSUS_DIMENSION
from qcode_rl.edits.hypergraph_product import MAX_BITS, ProductTask, split_limits
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.code_targets import CodeTarget, prove_code_met
from qcode_rl.toml import read_toml

#: The targets that ship: none was trained on.
HELD_OUT = Path(__file__).with_name("data") / "heldout.toml"
#: Those of quantum codes that are edited as they are; none of these was trained on either.
HELD_OUT_CODES = HELD_OUT.with_name("heldout_codes.toml")
_KEYS = ("n", "k", "d", "w", "q")
#: What tables of quantum codes have besides.
_CODE_KEYS = ("family", "group")


@dataclass(frozen=True)
class Target:
    """A classical code to be found, within limits on its square hypergraph product.

    Attributes:
        n: length, 2..64.
        k: dimension, less than n.
        d: least distance.
        w: most that a check of the product may weigh.
        q: most X checks, and Z checks, on a qubit of the product.
    """

    n: int
    k: int
    d: int
    w: int = 6
    q: int = 3

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if isinstance(value, bool) or not isinstance(value, int):
                raise InputError(f"{name}: must be a whole number, got {value!r}")
        self._require("n", 2, MAX_BITS)
        self._require("k", 1, min(self.n - 1, MAX_CENSUS_DIMENSION))
        self._require("w", 2)
        self._require("q", 1)
        self._require("d", 1, self.reach)

    def _require(self, name: str, least: int, most: int | None = None) -> None:
        value = getattr(self, name)
        if value >= least and (most is None or value <= most):
            return
        rule = f"must be at least {least}" if most is None else f"must be from {least} to {most}"
        raise InputError(f"{name}: {rule} in {self}, got {value}")

    def __str__(self) -> str:
        return f"[{self.n},{self.k},{self.d}]({self.w},{self.q})"

    @property
    def reach(self) -> int:
        """A distance that no code of this length, dimension and limits exceeds."""
        row_limit, column_limit = split_limits(self.w, self.q)
        # Rows or columns of weight 1 leave single bits, or pairs, that no check protects.
        reach = 1 if row_limit < 2 else 2 if column_limit < 2 else self.n
        return min(reach, linear_code_bounds(self.n, self.k)[1])

    @property
    def task(self) -> ProductTask:
        """The target as an environment's graphs are given it."""
        return ProductTask(self.n, self.n - self.k, self.d, *split_limits(self.w, self.q))


#: A target of any family.
AnyTarget: TypeAlias = Target | CodeTarget


def read_targets(path: Path = HELD_OUT) -> list[AnyTarget]:
    """Read targets from a TOML file, `targets = [{n = 17, k = 3, d = 9}, ...]`.

    A table with a `family` other than `hgp` is a `CodeTarget`, the others are `Target`s.

    Args:
        path: the file; default: the targets that ship.

    Raises:
        InputError: if the file cannot be read, has an unknown key (the nearest is named) or a value
            that breaks a rule, or asks for what no code can be; or for what it asks for already.
    """
    values = read_toml(path)
    _refuse_unknown(values, ("targets",), f"{path}: ")
    entries = values.get("targets")
    if not isinstance(entries, list) or not entries:
        raise InputError(f"{path}: targets: must be a list of at least one table, got {entries!r}")
    targets: list[AnyTarget] = []
    for index, entry in enumerate(entries):
        where = f"{path}: targets[{index}]"
        target = _target_from(entry, where)
        if target in targets:
            raise InputError(f"{where}: must not be there twice, got {target}")
        targets.append(target)
    return targets


def _target_from(entry: Any, where: str) -> AnyTarget:
    if not isinstance(entry, dict):
        raise InputError(
            f"{where}: must be a table such as {{n = 17, k = 3, d = 9}}, got {entry!r}"
        )
    product = entry.get("family", "hgp") == "hgp"
    _refuse_unknown(entry, (*_KEYS, *_CODE_KEYS), f"{where}.")
    if product and "group" in entry:
        raise InputError(f"{where}.group: is for family two-block, got {entry['group']!r}")
    for name in ("n", "k", "d"):
        if name not in entry:
            raise InputError(f"{where}.{name}: must be given")
    try:
        if product:
            return Target(**{name: value for name, value in entry.items() if name != "family"})
        return CodeTarget(**entry)
    except InputError as error:
        raise InputError(f"{where}.{error}") from error


def _refuse_unknown(values: dict[str, Any], known: tuple[str, ...], prefix: str) -> None:
    for name in values:
        if name not in known:
            raise InputError(f"{prefix}{name}: no such key{nearest(name, known)}")


def prove_met(target: AnyTarget, checks: BinaryMatrix | None) -> None:
    """Check from scratch that a matrix is what a target asks for.

    Args:
        target: what was asked for.
        checks: `(m, n) uint8` what was found; `(r, 2n)` rows `[X|Z]` of a quantum code.

    Raises:
        AssertionError: if it does not.
    """
    if isinstance(target, CodeTarget):
        if checks is None:
            raise AssertionError(f"no code that meets {target}: None")
        prove_code_met(target, checks)
        return
    task = target.task
    good = checks is not None and checks.shape == (task.checks, task.bits)
    if good and checks is not None:
        code = ClassicalCode(checks)
        good = code.k >= target.k
        good &= checks.sum(axis=1, dtype=np.int64).max() <= task.row_limit
        good &= checks.sum(axis=0, dtype=np.int64).max() <= task.column_limit
        # The transposed code has a part in the product once it has words.
        both = [code, ClassicalCode(checks.T)]
        good &= all(_lower_bound(part, target.d) >= target.d for part in both if part.k)
    if not good:
        raise AssertionError(f"no code that meets {target}: {checks}")


def _lower_bound(code: ClassicalCode, target: int) -> int:
    found = distance_of(code, target=target, method="enumeration")
    if found is None or found.stopped == "interrupted":
        raise KeyboardInterrupt
    return found.lower


def nearest(name: str, known: tuple[str, ...]) -> str:
    """Return words that name the nearest of the known names: empty if none is near."""
    near = get_close_matches(name, known, n=1)
    return f"; nearest: {near[0]}" if near else ""
