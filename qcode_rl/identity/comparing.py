"""Whether two codes are the same: keys put codes into buckets, certificates decide."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qcode_rl.identity.certificates import Equivalence, from_mapping, maps_to
from qcode_rl.identity.matching import isomorphism
from qcode_rl.identity.nauty import nauty_isomorphism
from qcode_rl.identity.portraits import Portrait, portrait_of
from qcode_rl.identity.subjects import QuantumCode
from qcode_rl.identity.work import DEFAULT_BUDGET, OutOfWork, UndecidedError, Work


def equivalence(
    one: QuantumCode,
    other: QuantumCode,
    budget: int = DEFAULT_BUDGET,
    *,
    local_cliffords: bool = False,
    use_nauty: bool = False,
) -> Equivalence | None:
    """Find a map that makes one code of another, in the sense of `identity_of`.

    Args:
        one: a CSS or a stabilizer code.
        other: another.
        budget: work units of about 10 ns to spend on each code's light stabilizers, and as many on
            the search for the map.
        local_cliffords: whether CSS codes, too, are taken up to a Clifford gate on each qubit.
        use_nauty: whether nauty looks for the map, without a budget.

    Returns:
        The map, after checking that it takes the one stabilizer group to the other; `None` if it is
        proved that there is none.

    Raises:
        UndecidedError: if the budget allows no answer.
        InputError: for other kinds of code, a budget that is not positive, or if pynauty is asked
            for and not installed.

    Example:
        >>> from qcode_rl.codes import named_code
        >>> from qcode_rl.identity import apply
        >>> code = named_code("five-qubit")
        >>> found = equivalence(code, apply(Equivalence((2, 0, 1, 4, 3)), code))
        >>> found is not None
        True
    """
    first, second = (portrait_of(code, budget, local_cliffords) for code in (one, other))
    return compare(first, second, budget, use_nauty)


def compare(
    one: Portrait, other: Portrait, budget: int = DEFAULT_BUDGET, use_nauty: bool = False
) -> Equivalence | None:
    """Do what `equivalence` does with codes whose portraits are at hand."""
    for known in ("is_css", "num_qubits", "ranks"):
        if getattr(one.subject, known) != getattr(other.subject, known):
            return None
    if one.kind != other.kind:
        one, other = one.presented(), other.presented()
    try:
        found = _search(one, other, Work(budget), use_nauty)
    except OutOfWork as error:
        raise UndecidedError(f"no answer within {budget} work units") from error
    if found is None and one.kind == "presentation":
        raise UndecidedError(
            "the checks held are of different structure, and within the budget the light "
            "stabilizers could not all be listed"
        )
    return found


def classes(
    codes: Sequence[QuantumCode],
    budget: int = DEFAULT_BUDGET,
    *,
    local_cliffords: bool = False,
    use_nauty: bool = False,
) -> list[list[int]]:
    """Sort codes into classes of equal ones, in the sense of `identity_of`.

    Args:
        codes: CSS or stabilizer codes.
        budget: as of `equivalence`, for each code and each pair compared.
        local_cliffords: as of `equivalence`.
        use_nauty: as of `equivalence`.

    Returns:
        The indices of each class, classes in order of their first code. Codes whose identities are
        of kind `presentation` are put together if the checks held show that they are equal; in
        different classes they may be equal all the same.

    Raises:
        UndecidedError: if two codes share a key and the budget does not allow to compare them.
        InputError: as `equivalence`.
    """
    found: list[list[int]] = []
    buckets: dict[object, list[tuple[Portrait, list[int]]]] = {}
    for index, code in enumerate(codes):
        portrait = portrait_of(code, budget, local_cliffords)
        bucket = buckets.setdefault(portrait.identity(), [])
        for first, members in bucket:
            if compare(first, portrait, budget, use_nauty) is not None:
                members.append(index)
                break
        else:
            found.append([index])
            bucket.append((portrait, found[-1]))
    return found


def _search(one: Portrait, other: Portrait, work: Work, use_nauty: bool) -> Equivalence | None:
    """Look for an isomorphism of the graphs, and return it as a checked map of the codes."""
    colours = one.graph.colours()
    for exchanged in (False, True)[: 1 + one.subject.is_css]:
        others = other.graph.colours(exchanged)
        if use_nauty:
            mapping = nauty_isomorphism(one.graph, colours, other.graph, others)
        else:
            mapping = isomorphism(one.graph, colours, other.graph, others, work)
        if mapping is not None:
            return _checked(one, other, mapping, exchanged)
    return None


def _checked(
    one: Portrait, other: Portrait, mapping: NDArray[np.int64], exchanged: bool
) -> Equivalence:
    n = one.subject.num_qubits
    found = from_mapping(mapping, n, exchanged, one.columns_per_qubit)
    if not maps_to(found, one.code, other.code):
        raise AssertionError("an isomorphism of graphs does not map the one code to the other")
    return found
