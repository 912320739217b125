"""Where episodes of stabilizer codes start: random circuits, codes with a cyclic symmetry, seeds.

A trivial code behind a random circuit of gates is any code at all, mostly with heavy checks. Codes
whose checks are the shifts of one operator are few, but the best small codes are often among them.
"""

import numpy as np

from qcode_rl.edits.code_census import CodeScratch
from qcode_rl.edits.code_state import CodeGraphs, fits
from qcode_rl.edits.streams import below
from qcode_rl.edits.tableaus import add_reduced, anticommute
from qcode_rl.gf2.jit import kernel
from qcode_rl.gf2.packing import Words

_ONE = np.uint64(1)
_ZERO = np.uint64(0)
#: Operators that are tried for a cyclic code before a circuit is taken.
_CYCLIC_TRIES = 256


@kernel
def draw(streams: Words, i: int, bound: int) -> int:
    """Return a uniform integer in `[0, bound)`, as a signed one whether compiled or not."""
    return int(np.int64(below(streams, i, bound)))


@kernel
def cnot(graphs: CodeGraphs, i: int, control: int, target: int) -> None:
    """Conjugate the checks of code i by a CNOT."""
    a, b = np.uint64(control), np.uint64(target)
    for check in range(graphs.num_checks[i]):
        graphs.xs[i, check] ^= ((graphs.xs[i, check] >> a) & _ONE) << b
        graphs.zs[i, check] ^= ((graphs.zs[i, check] >> b) & _ONE) << a


@kernel
def rotate(graphs: CodeGraphs, i: int, x: np.uint64, z: np.uint64) -> None:
    """Conjugate the checks of code i by a quarter turn about a Pauli operator.

    Every check that anticommutes with the operator is multiplied by it.
    """
    for check in range(graphs.num_checks[i]):
        if anticommute(graphs.xs[i, check], graphs.zs[i, check], x, z):
            graphs.xs[i, check] ^= x
            graphs.zs[i, check] ^= z


@kernel
def draw_pair(graphs: CodeGraphs, i: int, a: int, b: int) -> tuple[np.uint64, np.uint64]:
    """Draw one of the nine operators that act on two qubits, as its X and Z part."""
    x, z = _ZERO, _ZERO
    for qubit in (a, b):
        pauli = draw(graphs.streams, i, 3)
        if pauli != 1:
            x |= _ONE << np.uint64(qubit)
        if pauli != 0:
            z |= _ONE << np.uint64(qubit)
    return x, z


@kernel
def start_trivially(graphs: CodeGraphs, i: int, css: bool, gates: int) -> None:
    """Replace code i by a trivial one, single qubits fixed, behind a random circuit."""
    n, r = graphs.num_bits[i], graphs.num_checks[i]
    graphs.xs[i, :] = 0
    graphs.zs[i, :] = 0
    # How many checks are of X type is fixed by the start of a CSS code, unless checks change type.
    num_x = r // 2 + (draw(graphs.streams, i, 2) if r % 2 else 0)
    for check in range(r):
        if css and check < num_x:
            graphs.xs[i, check] = _ONE << np.uint64(check)
        else:
            graphs.zs[i, check] = _ONE << np.uint64(check)
    for _ in range(gates):
        a = draw(graphs.streams, i, n)
        b = draw(graphs.streams, i, n - 1)
        b += 1 if b >= a else 0
        if not (graphs.balls[i, a] >> np.uint64(b)) & _ONE:
            continue
        if css:
            cnot(graphs, i, a, b)
        else:
            x, z = draw_pair(graphs, i, a, b)
            rotate(graphs, i, x, z)


@kernel
def _shifted(word: np.uint64, n: int, block: int) -> np.uint64:
    """Shift every block of so many qubits by one qubit around."""
    result = _ZERO
    for qubit in range(n):
        if (word >> np.uint64(qubit)) & _ONE:
            place = qubit % block + 1
            other = qubit - qubit % block + (place if place < block else 0)
            result |= _ONE << np.uint64(other)
    return result


@kernel
def _draw_operator(
    graphs: CodeGraphs, i: int, weight: int, kind: int
) -> tuple[np.uint64, np.uint64]:
    """Draw an operator of a weight: of X type (kind 0), Z type (1) or any (2)."""
    n = graphs.num_bits[i]
    x, z, left = _ZERO, _ZERO, weight
    while left > 0:
        bit = _ONE << np.uint64(draw(graphs.streams, i, n))
        if (x | z) & bit:
            continue
        pauli = draw(graphs.streams, i, 3) if kind == 2 else kind
        if pauli != 1:
            x |= bit
        if pauli != 0:
            z |= bit
        left -= 1
    return x, z


@kernel
def start_cyclically(graphs: CodeGraphs, i: int, css: bool, s: CodeScratch) -> bool:
    """Replace code i by one with a cyclic symmetry, as nearly as its k allows.

    The qubits are one cycle, or several of one length, and light operators are drawn whose shifts
    commute with one another and with all before, until there are r independent ones. Codes with an
    error of weight 1 are drawn again.

    Returns:
        Whether that succeeded; the code is of no use otherwise.
    """
    n, r = graphs.num_bits[i], graphs.num_checks[i]
    block = _draw_block(graphs, i)
    graphs.xs[i, :] = 0
    graphs.zs[i, :] = 0
    count = 0
    for _ in range(_CYCLIC_TRIES):
        kind = draw(graphs.streams, i, 2) if css else 2
        least = min(n, max(2, graphs.row_limits[i] - 2))
        weight = least + draw(graphs.streams, i, min(n, graphs.row_limits[i]) - least + 1)
        x, z = _draw_operator(graphs, i, weight, kind)
        if not fits(x | z, graphs.balls[i], n) or not _orbit_commutes(
            graphs, i, x, z, block, count
        ):
            continue
        for _ in range(block):
            if count < r and add_reduced(s.words, count, x, z):
                graphs.xs[i, count], graphs.zs[i, count] = x, z
                count += 1
            x, z = _shifted(x, n, block), _shifted(z, n, block)
        if count == r:
            if _protects_all(graphs, i):
                return True
            count = 0
    return False


@kernel
def _protects_all(graphs: CodeGraphs, i: int) -> bool:
    """Say whether the checks act on every qubit in two ways: else it has an error of weight 1."""
    n = graphs.num_bits[i]
    every = ~_ZERO if n == 64 else (_ONE << np.uint64(n)) - _ONE
    only_x = only_z = both = _ZERO
    for check in range(graphs.num_checks[i]):
        x, z = graphs.xs[i, check], graphs.zs[i, check]
        only_x |= x & ~z
        only_z |= z & ~x
        both |= x & z
    in_two_ways = (only_x & only_z) | (only_z & both) | (only_x & both)
    return bool(in_two_ways == every)


@kernel
def _draw_block(graphs: CodeGraphs, i: int) -> int:
    """Draw the length of the cycles: n, or a divisor of it that is not too small."""
    n = graphs.num_bits[i]
    count = 0
    chosen = n
    for block in range(3, n + 1):
        if n % block == 0:
            count += 1
            if draw(graphs.streams, i, count) == 0:
                chosen = block
    return int(chosen)


@kernel
def _orbit_commutes(
    graphs: CodeGraphs, i: int, x: np.uint64, z: np.uint64, block: int, count: int
) -> bool:
    """Say whether all shifts of an operator commute with it and with the first checks."""
    n = graphs.num_bits[i]
    other_x, other_z = x, z
    for _ in range(block):
        if anticommute(x, z, other_x, other_z):
            return False
        for check in range(count):
            if anticommute(graphs.xs[i, check], graphs.zs[i, check], other_x, other_z):
                return False
        other_x, other_z = _shifted(other_x, n, block), _shifted(other_z, n, block)
    return True
