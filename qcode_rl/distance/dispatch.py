"""One door to all distance algorithms; it picks by kind and size and always says which."""

import time

import numpy as np

from qcode_rl import gf2
from qcode_rl.codes import ClassicalCode, Code, HypergraphProduct
from qcode_rl.distance.enumeration import lightest_word
from qcode_rl.distance.product import product_distance
from qcode_rl.distance.result import Distance, Witness
from qcode_rl.errors import InputError

#: Largest dimension that is walked codeword by codeword.
MAX_ENUMERATED_DIMENSION = 30


def distance_of(code: Code) -> Distance | None:
    """Compute the distance of a code, with a witness.

    Args:
        code: a `ClassicalCode` of dimension up to 30, or a `HypergraphProduct` of such codes.

    Returns:
        The proved distance; `None` for a code with k = 0, which has none.

    Raises:
        InputError: for a code that no algorithm here covers.

    Example:
        >>> str(distance_of(ClassicalCode([[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1],
        ...                                [0, 0, 0, 1, 1, 1, 1]])))
        '3'
    """
    if isinstance(code, ClassicalCode):
        return classical_distance(code)
    if isinstance(code, HypergraphProduct):
        return product_distance(code, classical_distance)
    raise InputError(f"code: no distance algorithm for {code!r} yet")


def classical_distance(code: ClassicalCode) -> Distance | None:
    """Compute the distance of a classical code by walking its codewords; `None` if k = 0."""
    if code.k == 0:
        return None
    if code.k > MAX_ENUMERATED_DIMENSION:
        raise InputError(f"code: k must be at most {MAX_ENUMERATED_DIMENSION}, got {code.k}")
    start = time.perf_counter()
    weight, words = lightest_word(gf2.pack_rows(code.generator))
    support = np.flatnonzero(gf2.unpack_rows(words[np.newaxis], code.n)[0])
    witness = Witness(x=tuple(int(i) for i in support))
    return Distance(weight, weight, witness, "enumeration", time.perf_counter() - start)
