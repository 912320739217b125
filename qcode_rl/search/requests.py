"""Which families may meet a request at all, and ranges of numbers of qubits."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qcode_rl.codes.bounds import shortest_length, shortest_quantum_length
from qcode_rl.distance.census import MAX_CENSUS_DIMENSION
from qcode_rl.distance.light_paulis import reach
from qcode_rl.edits.code_batches import MAX_LOGICALS
from qcode_rl.edits.hypergraph_product import MAX_BITS
from qcode_rl.edits.layouts import is_within, nearest_pair
from qcode_rl.errors import InputError
from qcode_rl.search.seed_requests import seed_refusal
from qcode_rl.search.walk import open_row

if TYPE_CHECKING:
    from qcode_rl.search.spec import SearchSpec

#: The environment of each family, as a Gymnasium id with the module that registers it.
ENVIRONMENTS = {
    "hgp": "qcode_envs:qcode/RewiredProduct-v0",
    "css": "qcode_envs:qcode/CSS-v0",
    "stabilizer": "qcode_envs:qcode/Stabilizer-v0",
    "two-block": "qcode_envs:qcode/TwoBlock-v0",
}
#: Families of codes, in the order in which `auto` deals with them.
FAMILY_NAMES = tuple(ENVIRONMENTS)
#: Largest dimension of a classical factor that can be asked for.
MAX_DIMENSION = 30
#: Distance up to which codes of few qubits are where most is to be found.
SMALL_DISTANCE = 6
#: Most qubits of a code of each family but products that can be asked for.
MOST_QUBITS = {"css": 64, "stabilizer": 64, "two-block": 144}
#: How refusals begin that say nothing of other families than products.
_PRODUCTS_ALONE = ("layout: is for families", "qubits: no product")
_RANGE = re.compile(r"([0-9]{1,9})(?:\.\.([0-9]{1,9}))?")


def qubit_range(value: Any) -> tuple[int, int]:
    """Return a range of numbers of qubits from how flags and files give it.

    Args:
        value: a whole number, a text such as `12` or `12..16`, or a pair of whole numbers.

    Returns:
        The least and the largest number.

    Raises:
        InputError: if it is none of these.

    Example:
        >>> qubit_range(12), qubit_range("12..16"), qubit_range([12, 16])
        ((12, 12), (12, 16), (12, 16))
    """
    numbers = value
    if isinstance(value, str) and (match := _RANGE.fullmatch(value.strip())):
        numbers = [int(part) for part in match.groups() if part is not None]
    elif isinstance(value, int):
        numbers = [value]
    if isinstance(numbers, list | tuple) and 1 <= len(numbers) <= 2:
        least, most = numbers[0], numbers[-1]
        whole = all(isinstance(n, int) and not isinstance(n, bool) for n in (least, most))
        if whole and 1 <= least <= most:
            return least, most
    raise InputError(f"qubits: must be N or A..B with 1 <= A <= B, got {value!r}")


def product_lengths(dimension: int, qubits: tuple[int, int] | None) -> range:
    """Return the lengths of classical codes whose square product has so many qubits.

    Args:
        dimension: k of the code, which has n - k checks: its product has n^2 + (n - k)^2 qubits.
        qubits: least and largest number; `None`: any.
    """
    if qubits is None:
        return range(1, MAX_BITS + 1)
    least, most = qubits
    lengths = range(dimension, max(dimension, most) + 1)
    start = next((n for n in lengths if n**2 + (n - dimension) ** 2 >= least), lengths.stop)
    stop = next((n for n in lengths if n**2 + (n - dimension) ** 2 > most), lengths.stop)
    return range(start, stop)


def refusal(spec: "SearchSpec", family: str) -> str | None:
    """Return why no code of a family can meet a request, `None` if one may.

    Args:
        spec: the request.
        family: one of `FAMILY_NAMES`.
    """
    return _product_refusal(spec) if family == "hgp" else _quantum_refusal(spec, family)


def told_refusal(refusals: Sequence[str]) -> str:
    """Return which of the refusals of all the families asked for is told.

    That of the first family, unless it is only for the kind of code that products are.

    Args:
        refusals: at least one, in the order of the families.
    """
    general = [one for one in refusals if not one.startswith(_PRODUCTS_ALONE)]
    return general[0] if general else refusals[0]


def _product_refusal(spec: "SearchSpec") -> str | None:
    if spec.layout is not None:
        return "layout: is for families css and stabilizer, not for hgp"
    row_limit, column_limit = spec.limits
    # Rows or columns of weight 1 leave single bits, or pairs, that no check protects.
    reach = 1 if row_limit < 2 else 2 if column_limit < 2 else None
    if reach is not None and spec.distance > reach:
        return (
            f"distance: at most {reach} is possible with max_weight {spec.max_weight} and "
            f"max_degree {spec.max_degree}, got {spec.distance}"
        )
    if spec.seed_quantum is not None:
        return "seed_code: must be a classical code for family hgp, got a quantum code"
    seed = spec.seed_classical
    if seed is not None and seed.k == 0:
        return f"seed_code: must encode at least one bit, got [{seed.n},0]"
    if seed is not None and seed.k > MAX_CENSUS_DIMENSION:
        most = f"{MAX_CENSUS_DIMENSION} bits"
        return f"seed_code: must encode at most {most}, got [{seed.n},{seed.k}]"
    if spec.first_dimension > MAX_DIMENSION:
        return f"logicals: must be at most {MAX_DIMENSION**2}, got {spec.logicals}"
    if seed is not None and spec.logicals is not None and seed.k**2 < spec.logicals:
        return (
            f"logicals: a square product of the seed code has {seed.k**2} logical qubits, "
            f"got {spec.logicals}"
        )
    # Where sums are looked for, their parts must be possible.
    sums = spec.logicals is not None and seed is None
    least = 1 if sums else spec.first_dimension
    if shortest_length(least, spec.distance) is None:
        return (
            f"distance: no [n <= {MAX_BITS}, {least}] classical code reaches it, "
            f"got {spec.distance}"
        )
    return _product_size_refusal(spec)


def _product_size_refusal(spec: "SearchSpec") -> str | None:
    """Return why no product has the qubits asked for, or `None`."""
    if spec.qubits is None:
        return None
    seed = spec.seed_classical
    only_one = seed is not None or spec.logicals is not None
    first = spec.first_dimension
    dimensions = range(first, first + 1 if only_one else MAX_CENSUS_DIMENSION + 1)
    # A sum that no census reaches whole is not looked at here.
    if first > MAX_CENSUS_DIMENSION or any(
        open_row(spec.distance, k, seed.n if seed else 0, lengths=product_lengths(k, spec.qubits))
        for k in dimensions
    ):
        return None
    least, most = spec.qubits
    if seed is None and spec.logicals is not None and _pair_fits(spec, most):
        return None
    return f"qubits: no product with this k and d has {least} to {most} qubits"


def _pair_fits(spec: "SearchSpec", most: int) -> bool:
    """Say whether a walk looks for products of two codes that may be as short as asked for."""
    logicals, first = spec.logicals or 1, spec.first_dimension
    if product_lengths(first, spec.qubits).start > first + 1:
        return False  # A least number of qubits that sums, and pairs after them, may fall short of.
    for one in range(1, first):
        other = -(-logicals // one)
        rows = open_row(spec.distance, one), open_row(spec.distance, other)
        if rows[0] is not None and rows[1] is not None:
            n1, n2 = rows[0].floor, rows[1].floor
            if n1 * n2 + (n1 - one) * (n2 - other) <= most:
                return True
    return False


def most_qubits(family: str, distance: int) -> int:
    """Return the most qubits with which codes of a family can be searched for a distance.

    Environments of CSS and stabilizer codes list all operators lighter than the distance.

    Args:
        family: one of `FAMILY_NAMES` but `hgp`.
        distance: d.
    """
    most = MOST_QUBITS[family]
    if family == "two-block":
        return most
    kinds = 1 if family == "css" else 3
    lengths = (n for n in range(most, 0, -1) if reach(n, kinds, distance - 1) == distance - 1)
    return next(lengths, 0)


def _quantum_refusal(spec: "SearchSpec", family: str) -> str | None:
    if spec.reward != "shaped":
        return f"reward: must be shaped for family {family}, got {spec.reward!r}"
    if spec.layout is not None and family == "two-block":
        return "layout: is for families css and stabilizer, not for two-block"
    if spec.seed_classical is not None:
        return f"seed_code: must be a quantum code for family {family}, got a classical code"
    most = most_qubits(family, spec.distance)
    if spec.seed_quantum is not None:
        refused = seed_refusal(spec, spec.seed_quantum, family, most)
        if refused is not None:
            return refused
    reach = _reach(spec, family)
    if spec.distance > reach:
        return (
            f"distance: at most {reach} is possible with max_weight {spec.max_weight} and "
            f"max_degree {spec.max_degree}, got {spec.distance}"
        )
    least = shortest_quantum_length(spec.logicals or 1, spec.distance)
    if spec.layout_places is not None:
        most = min(most, len(spec.layout_places))
        if least > most:
            return f"layout: must place at least {least} qubits for this k and d, got {most}"
    if least > MOST_QUBITS[family]:
        told = f"[[n <= {MOST_QUBITS[family]}, {spec.logicals or 1}]]"
        return f"distance: no {told} stabilizer code reaches it, got {spec.distance}"
    if spec.layout is not None and spec.distance > 1 and _is_scattered(spec):
        return f"radius: must reach from some qubit to another, got {spec.radius}"
    if family != "two-block" and (spec.logicals or 1) > MAX_LOGICALS:
        return f"logicals: must be at most {MAX_LOGICALS} for family {family}, got {spec.logicals}"
    if least > most:
        judged = f"can be judged on up to {most} qubits, where codes have at least {least}"
        return f"distance: for family {family} it {judged}, got {spec.distance}"
    if spec.qubits is not None and not least <= spec.qubits[1]:
        return f"qubits: a code with this k and d has at least {least}, got {spec.qubits[1]}"
    if spec.qubits is not None and spec.qubits[0] > most:
        return f"qubits: codes of family {family} have at most {most}, got {spec.qubits[0]}"
    return _block_refusal(spec) if family == "two-block" else None


def _block_refusal(spec: "SearchSpec") -> str | None:
    """Return why no two-block code has the qubits asked for with its terms in their places."""
    if spec.qubits is not None and spec.qubits[0] == spec.qubits[1] and spec.qubits[0] % 2:
        return f"qubits: must be an even number for family two-block, got {spec.qubits[0]}"
    if spec.seed_quantum is not None:
        return None
    # Each block has room for as many terms as the group has elements.
    least, most = 2 * max(spec.limits), spec.qubits[1] if spec.qubits else MOST_QUBITS["two-block"]
    if most < least:
        told = f"two-block codes of {spec.limits[0]} + {spec.limits[1]} terms have"
        return f"qubits: {told} at least {least}, got {most}"
    return None


def _is_scattered(spec: "SearchSpec") -> bool:
    """Say whether a layout leaves every qubit alone: no check acts on two qubits then."""
    places = spec.layout_places
    nearest = 1.0 if places is None else nearest_pair(places)
    return not is_within(nearest, spec.radius or 0.0)


def _reach(spec: "SearchSpec", family: str) -> int:
    """Return a distance that codes of a family cannot exceed for the limits on their checks alone.

    What all checks on a qubit do there commutes with all of them: a logical operator, unless the
    qubit is fixed. Two checks of weight 2 that act differently on a qubit meet on another one too,
    and fix both. Two qubits with the same X check and the same Z check have an operator on both.
    """
    if spec.max_weight == 2:
        return 1
    if spec.max_degree == 1:
        return 1 if family == "stabilizer" else 2
    return MOST_QUBITS[family]
