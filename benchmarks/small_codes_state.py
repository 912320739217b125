"""What is held of small codes: those found and the lengths tried, which cells follow from them.

A cell asks for a code of at least k logical qubits and distance d with checks of weight at most w.
A code counts for every weaker cell, and codes side by side for the sum of their logical qubits.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from qcode_rl.catalogue.known import catalogue
from qcode_rl.codes.bounds import shortest_quantum_length
from qcode_rl.codes.quantum_bounds import MAX_QUBITS, largest_distance
from qcode_rl.errors import InputError

METHODS = ("ours", "annealing")
#: Lengths below the shortest code that are tried: codes of n - 2 may be found where none of n - 1
#: was, though n - 2 and a single fixed qubit are one.
BELOW = 2
#: Lengths from the first one down that are tried while there is no code, or only ones that are too
#: long: symmetries go with lengths.
BELOW_NONE = 4


class Cell(NamedTuple):
    """What a code is asked for: in the order of the work, easy cells first."""

    d: int
    w: int
    k: int


class Code(NamedTuple):
    """A code that was found.

    Attributes:
        n: qubits.
        k: logical qubits.
        d: its distance, proved.
        w: largest weight of its checks.
        by: the method that found it.
        seed: of the try.
        evaluations: what the try took.
        checks: independent checks, as Pauli strings.
    """

    n: int
    k: int
    d: int
    w: int
    by: str
    seed: int
    evaluations: int
    checks: tuple[str, ...]


class Shortest(NamedTuple):
    """The fewest qubits of a cell, and of how many codes side by side they are."""

    n: int
    parts: int


@dataclass
class State:
    """All that a family's table is made of.

    Attributes:
        family: `css` or `stabilizer`.
        codes: those found, in the order found.
        tries: by method, cell and length: the most evaluations that a try was given.
        spent: evaluations by method.
        settings: those of the latest run.
        also: codes that count here but are held elsewhere: CSS codes are stabilizer codes.
    """

    family: str
    codes: list[Code] = field(default_factory=list)
    tries: dict[tuple[str, Cell, int], int] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=lambda: dict.fromkeys(METHODS, 0))
    settings: dict[str, Any] = field(default_factory=dict)
    also: list[Code] = field(default_factory=list)

    @property
    def css(self) -> bool:
        """Whether the codes are CSS codes."""
        return self.family == "css"

    @classmethod
    def read(cls, path: Path, family: str) -> "State":
        """Return the state in a file, an empty one if there is no file.

        CSS codes in a file beside that of stabilizer codes count there, too.

        Raises:
            InputError: if the file is none of this family.
        """
        beside = path.with_name("small_codes_css.json")
        also = [] if family == "css" else cls.read(beside, "css").codes
        if not path.exists():
            return cls(family, also=also)
        held = json.loads(path.read_text("utf-8"))
        if held.get("family") != family:
            raise InputError(f"{path}: family: must be {family}, got {held.get('family')!r}")
        codes = [Code(**values | {"checks": tuple(values["checks"])}) for values in held["codes"]]
        tries = {
            (one["by"], Cell(one["d"], one["w"], one["k"]), one["n"]): one["evaluations"]
            for one in held["tries"]
        }
        return cls(family, codes, tries, held["spent"], held["settings"], also)

    def write(self, path: Path) -> None:
        """Put the state into a file, which holds the old or the new one at any time."""
        tries = [
            {"by": by, **cell._asdict(), "n": n, "evaluations": evaluations}
            for (by, cell, n), evaluations in sorted(self.tries.items())
        ]
        values = {"family": self.family, "settings": self.settings, "spent": self.spent}
        codes = [json.dumps(code._asdict()) for code in self.codes]
        lines = [json.dumps(one) for one in tries]
        text = json.dumps(values, indent=1)[:-2] + ",\n"
        text += ' "codes": [\n  ' + ",\n  ".join(codes) + "\n ],\n" if codes else ' "codes": [],\n'
        text += (
            ' "tries": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n" if lines else ' "tries": []\n}\n'
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.stem}-{uuid4().hex}.tmp")
        try:
            beside.write_text(text, "utf-8")
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)

    def shortest(self, by: str, cell: Cell) -> Shortest | None:
        """Return what a method's codes give for a cell, `None` if they give nothing."""
        codes = [*self.codes, *self.also]
        return side_by_side(
            ((code.n, code.k) for code in codes if code.by == by and _serves(code, cell)),
            cell.k,
        )

    def budgets(self, w: int) -> tuple[int, int] | None:
        """Return the least and the most evaluations that tries for a weight were given."""
        given = [most for (_, cell, _), most in self.tries.items() if cell.w == w]
        return (min(given), max(given)) if given else None

    def note(self, by: str, cell: Cell, n: int, budget: int, spent: int) -> None:
        """Note a try, whatever it found."""
        self.tries[by, cell, n] = max(budget, self.tries.get((by, cell, n), 0))
        self.spent[by] += spent

    def next_length(self, by: str, cell: Cell, budget: int, most: int) -> int | None:
        """Return the length to try next for a cell, `None` if nothing is left to try.

        It begins with what the catalogue has, or what is found already less one: from there up
        until there is a code, and then down; from the shortest code down.

        Args:
            by: the method.
            cell: the cell.
            budget: evaluations of a try; lengths that had as many are passed over.
            most: largest number of qubits.
        """
        best, known = self.shortest(by, cell), known_shortest(cell, self.css)
        top = most if best is None else min(most, best.n - 1)
        start = top if known is None else min(known.n, top)
        lengths = [*range(start, top + 1)]
        below = BELOW_NONE if best is None or best.n > most else BELOW
        lengths += range(start - 1, start - below, -1)
        least = max(lower_bound(cell.k, cell.d), cell.k + 1, 2)
        for n in lengths:
            if n >= least and self.tries.get((by, cell, n), 0) < budget:
                return n
        return None


def _serves(code: Code, cell: Cell) -> bool:
    return code.d >= cell.d and code.w <= cell.w


def side_by_side(codes: Iterable[tuple[int, int]], k: int) -> Shortest | None:
    """Return the fewest qubits of codes side by side that have at least k logical qubits.

    Args:
        codes: n and k of those that there are; each may be taken as often as it is needed.
        k: logical qubits.

    Returns:
        The fewest qubits, in the fewest parts; `None` without any code.
    """
    fewest: dict[int, int] = {}
    for n, logicals in codes:
        fewest[logicals] = min(n, fewest.get(logicals, n))
    if not fewest:
        return None
    best = [Shortest(0, 0)]
    for wanted in range(1, k + 1):
        rests = [(n, best[max(0, wanted - logicals)]) for logicals, n in fewest.items()]
        best.append(min(Shortest(n + rest.n, rest.parts + 1) for n, rest in rests))
    return best[k]


@cache
def known_shortest(cell: Cell, css: bool) -> Shortest | None:
    """Return what published codes with proved distances give for a cell."""
    rows = catalogue().matching(d=cell.d, w=cell.w, css=css)
    return side_by_side(((row.n, row.k) for row in rows if row.proved and row.k > 0), cell.k)


@cache
def lower_bound(k: int, d: int) -> int:
    """Return a number of qubits that no stabilizer code of k and d undercuts.

    Up to 20 qubits that of linear programming with exact certificates, beyond that the quantum
    Singleton and Hamming bounds.
    """
    n = shortest_quantum_length(k, d)
    while n <= MAX_QUBITS and largest_distance(n, k) < d:
        n += 1
    return n
