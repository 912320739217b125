"""The tables of He & Liu, arXiv:2502.14372, as requests, and what may be said of their lengths."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from qcode_rl.codes.bounds import shortest_length
from qcode_rl.edits.hypergraph_product import split_limits

DATA = Path(__file__).parent / "data" / "he_liu_2025.json"
TABLES = ("I", "II", "III", "IV")
#: From this dimension of the classical code on, a request is counted among the large ones.
LARGE = 12


class Request(NamedTuple):
    """What the search is asked for: a code of at least k and d within the limits (w, q).

    Attributes:
        w: most that a check may weigh.
        q: most X (or Z) checks on a qubit.
        k: logical qubits, a square.
        d: distance.
    """

    w: int
    q: int
    k: int
    d: int

    def __str__(self) -> str:
        return f"[[k={self.k},d={self.d}]]({self.w},{self.q})"

    @property
    def dimension(self) -> int:
        """Dimension of the classical code."""
        return math.isqrt(self.k)

    @property
    def trivial(self) -> bool:
        """Whether there is nothing to search for: repetition codes, and distances up to 2."""
        return self.dimension == 1 or self.d <= 2

    @property
    def size(self) -> str:
        """What its time limit goes by."""
        if self.trivial:
            return "trivial"
        return "large" if self.dimension >= LARGE else "small"


@dataclass(frozen=True)
class TableRow:
    """A row of a table: what is asked for and what the paper gives.

    Attributes:
        table: I, II, III or IV.
        request: what the search is asked for.
        paper: n of the paper's code.
        about: the paper's base code, or another of its codes, as text.
        base: n of the base code that qubits are added to; only in Table IV.
    """

    table: str
    request: Request
    paper: int
    about: str = ""
    base: int | None = None


def read_tables(path: Path = DATA) -> dict[str, Any]:
    """Read the paper's numbers."""
    data: dict[str, Any] = json.loads(path.read_text())
    return data


def table_rows(data: dict[str, Any], tables: list[str], limits: list[list[int]]) -> list[TableRow]:
    """Return the rows of some tables.

    Args:
        data: as `read_tables` returns it.
        tables: which, of I to IV.
        limits: which (w, q) of Table II; the other tables have (6, 3) only.
    """
    makers = {"I": _first, "II": _second, "III": _third, "IV": _fourth}
    rows = [row for name in tables for row in makers[name](data)]
    wanted = {tuple(pair) for pair in limits}
    return [row for row in rows if row.table != "II" or row.request[:2] in wanted]


def _first(data: dict[str, Any]) -> list[TableRow]:
    rows = []
    for entry in data["table_1"]:
        n, k, d = entry["rl_6_3"]
        about = f"base {label(entry['base'], entry['base_w_q'])}; Sabo {label(entry['sabo_6_3'])}"
        rows.append(TableRow("I", Request(6, 3, k, d), n, about))
    return rows


def _second(data: dict[str, Any]) -> list[TableRow]:
    rows = []
    for name, limits in (("rl_6_3", (6, 3)), ("rl_8_4", (8, 4))):
        for entry in data["table_2"]:
            n, k, d = entry[name]
            about = f"base {label(entry['base'], entry['base_w_q'])}"
            rows.append(TableRow("II", Request(*limits, k, d), n, about))
    return rows


def _third(data: dict[str, Any]) -> list[TableRow]:
    rows = []
    for name, method in (("rl", "RL"), ("sabo_best_of_100", "Sabo, best of 100")):
        for entry in data["table_3"][name]:
            n, k, d = entry["reduced"]
            about = f"{method} from {label(entry['base'], entry['base_w_q'])}"
            rows.append(TableRow("III", Request(6, 3, k, d), n, about))
    return rows


def _fourth(data: dict[str, Any]) -> list[TableRow]:
    rows = []
    for entry in data["table_4"]:
        n, k, d = entry["base"]
        about = f"base {label(entry['base'], entry['base_w_q'])}"
        for less, added in enumerate(entry["added_qubits_at_d_d1_d2_d3"]):
            rows.append(TableRow("IV", Request(6, 3, k, d - less), n + added, about, n))
    return rows


def label(code: list[int], limits: list[int] | None = None) -> str:
    """Return a code's parameters as text."""
    text = "[[" + ",".join(map(str, code)) + "]]"
    return text if limits is None else f"{text}({','.join(map(str, limits))})"


def product_length(bits: int, dimension: int) -> int:
    """Return the qubits of the square product of a code with independent checks."""
    return bits**2 + (bits - dimension) ** 2


def factor_length(n: int, dimension: int) -> int | None:
    """Return the length of a code with independent checks whose square product has n qubits."""
    bits = range(dimension, math.isqrt(n) + 1)
    return next((b for b in bits if product_length(b, dimension) == n), None)


def limit(request: Request, light: bool = False) -> int | None:
    """Return the n that no square product for a request undercuts, if its checks are independent.

    It is that of the shortest binary linear code; `None` if that is out of the table's reach.

    Args:
        request: the request.
        light: take into account how few bits each check may have; otherwise any checks will do.
    """
    rows = split_limits(request.w, request.q)[0] if light else None
    bits = shortest_length(request.dimension, request.d, rows)
    return None if bits is None else product_length(bits, request.dimension)


def remark(row: TableRow, ours: int | None, known_problems: list[str]) -> str:
    """Say what is wrong with the paper's code, and whether ours is as short as any can be."""
    request = row.request
    parts = []
    if ours is not None and ours == limit(request):
        parts.append("at the limit")
    elif ours is not None and ours == limit(request, light=True):
        parts.append("as short as such light checks allow")
    problem = _impossible(row)
    if problem is not None:
        parts.append(problem)
    named = f"[[{row.paper},{request.k},{request.d}]]({request.w},{request.q})"
    parts += [problem for problem in known_problems if problem.startswith(named)]
    return "; ".join(parts)


def _impossible(row: TableRow) -> str | None:
    """Say why no square product of independent checks can be what the paper states."""
    request, least = row.request, limit(row.request)
    if least is not None and row.paper < least:
        return "the paper's n is below the limit"
    bits = factor_length(row.paper, request.dimension)
    if bits is None:
        return f"the paper's n is not n^2 + (n-{request.dimension})^2"
    checks = bits - request.dimension
    covered = checks * split_limits(request.w, request.q)[0]
    if request.d >= 2 and covered < bits:
        return f"the paper's n is impossible: {checks} checks cover {covered} of {bits} bits"
    lightest = limit(request, light=True)
    if lightest is not None and row.paper < lightest:
        return "the paper's n is impossible with such light checks"
    return "the paper's code has no checks" if checks == 0 else None
