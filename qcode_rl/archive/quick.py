"""The parameters of small codes straight from their supports, for readers of very many.

What is found good here is good by the rules of `presentation` and `events`, at a third of the time
that their matrices and objects take. Whatever is in any way unusual is left to those: they say what
is wrong with it, if anything is.
"""

from itertools import chain
from typing import Any, NamedTuple

from qcode_rl.archive.events import KEY
from qcode_rl.archive.presentation import (
    Factor,
    Json,
    Parameters,
    product_parameters,
    require_size,
)
from qcode_rl.archive.records import Provenance, text

#: Larger matrices are for the kernels.
MAX_ROWS, MAX_COLUMNS = 64, 512


class QuickCode(NamedTuple):
    """A `code` event without its checks.

    Attributes:
        parameters: n, k, w and q.
        css: whether it is held as a CSS code.
        family: the family it was searched in.
        provenance: where it came from.
    """

    parameters: Parameters
    css: bool
    family: str
    provenance: Provenance


def quick_code(event: Json) -> QuickCode | None:
    """Return what a `code` event says, if it is small and certainly good.

    Args:
        event: the event, anything at all.

    Returns:
        What it says; `None` for other events, and where the rules must be asked.
    """
    if event.get("type") != "code":
        return None
    try:
        if not KEY.fullmatch(event["key"]):
            return None
        parameters = _parameters(event["code"])
        if parameters is None or any(event[a] != b for a, b in parameters._asdict().items()):
            return None
        source = Provenance.from_json(event["provenance"])
        return QuickCode(parameters, True, text(event["family"], "family"), source)
    except (LookupError, TypeError, ValueError):
        return None


def _parameters(code: Json) -> Parameters | None:
    if "product" in code:
        first, second = code["product"]
        factors = _factor(first), _factor(second)
        return _product(*factors) if factors[0] and factors[1] else None
    if "x_part" in code or "z_part" in code:
        return None
    n, x, z = code["n"], code["x_checks"], code["z_checks"]
    x_columns, z_columns = _columns(x, n), _columns(z, n)
    if x_columns is None or z_columns is None or not _commute(x, z_columns):
        return None
    columns = [*x_columns, *z_columns]
    return Parameters(
        n,
        n - _rank(x_columns) - _rank(z_columns),
        max(map(len, chain(x, z)), default=0),
        max(map(int.bit_count, columns)),
    )


def _product(first: Factor | None, second: Factor | None) -> Parameters | None:
    if first is None or second is None:
        return None
    parameters = product_parameters(first, second)
    require_size(parameters.n, first.m * second.n + first.n * second.m)
    return parameters


def _factor(value: Json) -> Factor | None:
    n, rows = value["n"], value["checks"]
    columns = _columns(rows, n)
    if columns is None:
        return None
    weight = max(map(len, rows), default=0)
    return Factor(len(rows), n, _rank(columns), weight, max(map(int.bit_count, columns)))


def _columns(rows: Any, n: Any) -> list[int] | None:
    """Return for each column the rows that have a one there, as bits; `None` unless all is good.

    Raises:
        IndexError: if a row reaches beyond the columns.
    """
    if type(n) is not int or not 0 < n <= MAX_COLUMNS:
        return None
    if type(rows) is not list or len(rows) > MAX_ROWS or set(map(type, rows)) - {list}:
        return None
    if set(map(type, chain(*rows))) - {int}:
        return None
    columns = [0] * n
    bit = 1
    for row in rows:
        last = -1
        for column in row:
            if column <= last:
                return None
            columns[column] |= bit
            last = column
        bit += bit
    return columns


def _commute(rows: list[list[int]], columns: list[int]) -> bool:
    """Say whether rows overlap evenly with all rows of the matrix with these columns."""
    for row in rows:
        odd = 0
        for column in row:
            odd ^= columns[column]
        if odd:
            return False
    return True


def _rank(columns: list[int]) -> int:
    """Return the rank over GF(2) of vectors of at most `MAX_ROWS` bits."""
    pivots = [0] * (MAX_ROWS + 1)  # by the place of the leading one
    for vector in columns:
        while vector:
            lead = vector.bit_length()
            if not pivots[lead]:
                pivots[lead] = vector
                break
            vector ^= pivots[lead]
    return sum(map(bool, pivots))
