"""Random stabilizer codes with a cyclic symmetry and light checks.

The best small codes are often those whose checks are the images of a few light operators under one
permutation of the qubits. Such codes are drawn in two steps. First, light operators whose images
commute are drawn blindly, until they give a part of the checks. What may come beside them is then
listed: all light operators that commute with these, whose orbits are taken in random order until
there are checks enough. The list also tells whether a light logical operator is left. Half of the
CSS codes are drawn otherwise: their Z checks are their X checks under another permutation.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.distance.light_paulis import (
    HalfTable,
    PauliList,
    clear,
    count_halves,
    half_table,
    list_paulis,
    pauli_list,
    reach,
)
from qcode_rl.edits.streams import below
from qcode_rl.edits.tableaus import add_reduced, anticommute
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

_ONE = np.uint64(1)
_ZERO = np.uint64(0)
#: Operators that are drawn blindly, and picked from the list, before a draw is given up.
_TRIES, _TRIES_CSS, _PICKS = 512, 8, 64
#: Draws of the part that is drawn blindly, before a draw is given up.
_PARTS = 4
#: Mirrors that are tried for one X part.
_MIRRORS = 24
#: Operators that are expected to commute with that part, at most.
_MOST_BESIDE = 1 << 12
#: A symmetry may leave one qubit in so many out of its cycles of full length.
_LEFT_OVER = 4


class DrawScratch(NamedTuple):
    """Room to draw codes in.

    Attributes:
        checks: `(2, 64) uint64`, X and Z parts.
        words: `(4, 128) uint64`, the checks under elimination.
        columns: `(64, 3) uint64` syndromes of X, Z and Y on each qubit.
        marks: `(64, 3) uint64`, zeros.
        images: `(64,) int64`, where the symmetry takes each qubit.
        mirror: `(64,) int64`, where the mirror takes each qubit.
        starts: `(64,) int64`, where the mirror takes the cycle that begins at a qubit.
        table: of half-operators.
        found: light operators.
        streams: `(1,) uint64`, the random numbers.
    """

    checks: NDArray[np.uint64]
    words: NDArray[np.uint64]
    columns: NDArray[np.uint64]
    marks: NDArray[np.uint64]
    images: NDArray[np.int64]
    mirror: NDArray[np.int64]
    starts: NDArray[np.int64]
    table: HalfTable
    found: PauliList
    streams: Words


class SymmetricCodes:
    """Draws codes with a cyclic symmetry, each from a seed of its own."""

    def __init__(self) -> None:
        self._scratch = DrawScratch(
            checks=np.zeros((2, 64), dtype=np.uint64),
            words=np.zeros((4, 128), dtype=np.uint64),
            columns=np.zeros((64, 3), dtype=np.uint64),
            marks=np.zeros((64, 3), dtype=np.uint64),
            images=np.zeros(64, dtype=np.int64),
            mirror=np.zeros(64, dtype=np.int64),
            starts=np.zeros(64, dtype=np.int64),
            table=half_table(),
            found=pauli_list(),
            streams=np.zeros(1, dtype=np.uint64),
        )

    def draw(
        self, n: int, r: int, distance: int, max_weight: int, css: bool, seed: int
    ) -> BinaryMatrix | None:
        """Draw a code once, which seldom succeeds.

        Args:
            n: qubits, at most 64.
            r: independent checks, 1 to n - 1.
            distance: asked for.
            max_weight: most that a check may weigh.
            css: draw checks of X and of Z type only.
            seed: of the draw, below 2^64.

        Returns:
            `(r, 2n) uint8` independent commuting checks [X|Z] of limited weight. No logical
            operator is lighter than the distance, as far as operators were listed. `None` if the
            draw came to nothing.
        """
        s = self._scratch
        s.streams[0] = np.uint64(seed)
        if not draw_code(s, n, r, distance, min(max_weight, n), css):
            return None
        bits = np.arange(n, dtype=np.uint64)
        parts = [(s.checks[kind, :r, np.newaxis] >> bits) & _ONE for kind in range(2)]
        return np.hstack(parts).astype(np.uint8)


@kernel
def draw_code(s: DrawScratch, n: int, r: int, distance: int, limit: int, css: bool) -> bool:
    """Draw a code as `SymmetricCodes.draw` does, into the scratch space."""
    if css and r % 2 == 0 and _draw(s, 2) == 0:
        if not _draw_mirrored(s, n, r, limit):
            return False
        first = r // 2
    else:
        first = _draw_completed(s, n, r, distance, limit, css)
        if first == 0 or not css:
            return bool(first > 0)
    # A loop, since numba compiles a kernel once more for every literal that it is called with.
    for kind in range(2):
        begin, end = (0, first) if kind == 1 else (first, r)
        up_to = reach(n, 1, distance - 1)
        _list_beside(s, n, begin, end, kind, up_to, up_to)
        if s.found.sizes[1] != 0 or not _is_spanned(s, r, distance):
            return False
    return True


@kernel
def _draw_completed(s: DrawScratch, n: int, r: int, distance: int, limit: int, css: bool) -> int:
    """Draw a part of the checks blindly, and complete them from the list of what commutes with it.

    Returns:
        How many checks the part has, in a CSS code all of X type; 0 if nothing comes of the draw.
        All but a CSS code has no logical operator lighter than the distance then.
    """
    kinds = 1 if css else 3
    up_to = reach(n, kinds, max(limit, distance - 1))
    order, first = n, 0
    for _ in range(_PARTS):
        order = _draw_symmetry(s, n)
        wanted = _first_part(s, n, r, kinds, up_to)
        first = _draw_blindly(s, n, order, wanted, r - 1 if css else r, limit, css)
        if first > 0:
            break
    if first == 0:
        return 0
    _list_beside(s, n, 0, first, 1 if css else 2, min(up_to, distance - 1), up_to)
    if s.found.sizes[1] != 0 or _complete(s, n, order, first, r, distance, limit, css) < r:
        return 0
    return first if css or _is_spanned(s, r, distance) else 0


@kernel
def _draw_mirrored(s: DrawScratch, n: int, r: int, limit: int) -> bool:
    """Draw the X part of a CSS code whose Z part is its mirror image; say whether there is one.

    A mirror takes the cycles of the symmetry to one another, turned and mostly reversed. Bicycle
    codes are of this kind: their X and Z parts always commute.
    """
    half = r // 2
    for _ in range(_PARTS):
        order = _draw_symmetry(s, n)
        if _draw_blindly(s, n, order, half, half, limit, True) != half:
            continue
        for _ in range(_MIRRORS):
            _draw_mirror(s, n)
            if not _commutes_with_mirror(s, half):
                continue
            for check in range(half):
                image = _moved(s.mirror, s.checks[0, check])
                s.checks[0, half + check], s.checks[1, half + check] = _ZERO, image
                add_reduced(s.words, half + check, _ZERO, image)
            return True
    return False


@kernel
def _draw_mirror(s: DrawScratch, n: int) -> None:
    """Draw a permutation that takes each cycle to one of its length."""
    s.starts[:n] = np.arange(n)
    backward = _draw(s, 4) > 0
    start = 0
    while start < n:
        length = _cycle_length(s, start)
        # Cycles of one length follow upon each other: swap this one with one before it.
        other = start - length * _draw(s, 1 + _before(s, start, length))
        s.starts[start], s.starts[other] = s.starts[other], s.starts[start]
        start += length
    start = 0
    while start < n:
        length = _cycle_length(s, start)
        turn = _draw(s, length)
        for place in range(length):
            image = (turn - place if backward else turn + place) % length
            s.mirror[start + place] = s.starts[start] + image
        start += length


@kernel
def _cycle_length(s: DrawScratch, start: int) -> int:
    """Return the length of the cycle that begins at a qubit."""
    length = 1
    while s.images[start + length - 1] != start:
        length += 1
    return length


@kernel
def _before(s: DrawScratch, start: int, length: int) -> int:
    """Return how many cycles of a length come right before the one that begins at a qubit."""
    count = 0
    # The last qubit of a cycle is taken to its first one.
    while start > 0 and start - s.images[start - 1] == length:
        start -= length
        count += 1
    return count


@kernel
def _commutes_with_mirror(s: DrawScratch, half: int) -> bool:
    """Say whether the first checks, of X type, commute with their mirror images of Z type."""
    for check in range(half):
        image = _moved(s.mirror, s.checks[0, check])
        for other in range(half):
            if popcount(image & s.checks[0, other]) & 1:
                return False
    return True


@kernel
def _first_part(s: DrawScratch, n: int, r: int, kinds: int, weight: int) -> int:
    """Draw how many checks to draw blindly: so many that not too many operators are left to list.

    Args:
        s: the scratch space.
        n: qubits.
        r: checks in all.
        kinds: Paulis that may act on a qubit, 1 or 3.
        weight: up to which operators are listed.
    """
    least = max(1, r // 4)
    halvings = 0
    left = count_halves(n, kinds, weight)
    while left > _MOST_BESIDE:
        left //= 2
        halvings += 1
    least = min(max(least, halvings), max(1, r - 1))
    return least + _draw(s, max(1, 3 * r // 4 - least + 1))


@kernel
def _draw(s: DrawScratch, bound: int) -> int:
    """Return a uniform integer in `[0, bound)`, as a signed one whether compiled or not."""
    return int(np.int64(below(s.streams, 0, bound)))


@kernel
def _draw_symmetry(s: DrawScratch, n: int) -> int:
    """Draw a permutation: cycles of one length, and of its divisors for what is left over.

    Returns:
        Its order.
    """
    order = n
    for _ in range(n):
        guess = 2 + _draw(s, n - 1)
        if _LEFT_OVER * (n % guess) <= n:
            order = guess
            break
    start = 0
    while start < n:
        length = order
        while length > n - start or order % length != 0:
            length = 1 + _draw(s, n - start)
        for place in range(length):
            s.images[start + place] = start + (place + 1 if place + 1 < length else 0)
        start += length
    return order


@kernel
def _moved(images: NDArray[np.int64], word: np.uint64) -> np.uint64:
    """Return where a permutation takes a set of qubits."""
    result = _ZERO
    while word:
        result |= _ONE << np.uint64(images[trailing_zeros(word)])
        word &= word - _ONE
    return result


@kernel
def _draw_blindly(
    s: DrawScratch, n: int, order: int, wanted: int, most: int, limit: int, css: bool
) -> int:
    """Draw operators until their orbits give so many checks.

    Returns:
        How many there are; 0 if there are too few, or too many, or none of them sees some qubit of
        a CSS code.
    """
    count = 0
    seen = _ZERO
    for _ in range(_TRIES_CSS if css else _TRIES):
        weight = max(2, limit - _draw(s, 3)) if limit > 2 else limit
        x, z = _draw_operator(s, n, min(weight, n), css)
        if css or _orbit_commutes(s, order, x, z, count):
            grown = _add_orbit(s, order, x, z, count)
            if grown <= most:
                count = grown
        if count >= wanted:
            break
    for check in range(count):
        seen |= s.checks[0, check]
    return count if count >= wanted and (not css or popcount(seen) == n) else 0


@kernel
def _draw_operator(s: DrawScratch, n: int, weight: int, css: bool) -> tuple[np.uint64, np.uint64]:
    """Draw an operator of a weight, of X type in a CSS code."""
    x, z, left = _ZERO, _ZERO, weight
    while left > 0:
        bit = _ONE << np.uint64(_draw(s, n))
        if (x | z) & bit:
            continue
        pauli = 0 if css else _draw(s, 3)
        if pauli != 1:
            x |= bit
        if pauli != 0:
            z |= bit
        left -= 1
    return x, z


@kernel
def _orbit_commutes(s: DrawScratch, order: int, x: np.uint64, z: np.uint64, count: int) -> bool:
    """Say whether the images of an operator commute with it and with the first checks."""
    other_x, other_z = x, z
    for _ in range(order):
        if anticommute(x, z, other_x, other_z):
            return False
        for check in range(count):
            if anticommute(s.checks[0, check], s.checks[1, check], other_x, other_z):
                return False
        other_x, other_z = _moved(s.images, other_x), _moved(s.images, other_z)
    return True


@kernel
def _add_orbit(s: DrawScratch, order: int, x: np.uint64, z: np.uint64, count: int) -> int:
    """Put the images of an operator behind the first checks; return how many checks that makes.

    To take them back, go on with as many checks as before.
    """
    for _ in range(order):
        if count < 64 and add_reduced(s.words, count, x, z):
            s.checks[0, count], s.checks[1, count] = x, z
            count += 1
        x, z = _moved(s.images, x), _moved(s.images, z)
    return count


@kernel
def _list_beside(
    s: DrawScratch, n: int, begin: int, end: int, kind: int, wanted: int, most: int
) -> None:
    """List the light operators of X type (kind 0), Z type (1) or all (2) beside some checks."""
    s.columns[:n] = 0
    for check in range(begin, end):
        mark = _ONE << np.uint64(check)
        x, z = s.checks[0, check], s.checks[1, check]
        while x:
            s.columns[trailing_zeros(x), 1] |= mark
            x &= x - _ONE
        while z:
            s.columns[trailing_zeros(z), 0] |= mark
            z &= z - _ONE
    for qubit in range(n):
        s.columns[qubit, 2] = s.columns[qubit, 0] ^ s.columns[qubit, 1]
    clear(s.found, wanted, most)
    first, last = (0, 3) if kind == 2 else (kind, kind + 1)
    list_paulis(s.columns, s.marks, n, first, last, most, s.table, s.found)


@kernel
def _complete(
    s: DrawScratch, n: int, order: int, count: int, r: int, distance: int, limit: int, css: bool
) -> int:
    """Add orbits of listed operators until there are r checks; return how many there are."""
    found = s.found
    if css:
        # No check of X type will come, so that these are checks or logical operators.
        for index in range(found.sizes[0]):
            if found.weights[index] < min(distance, limit + 1) and count <= r:
                count = _add_orbit(s, order, found.xs[index], found.zs[index], count)
    for _ in range(_PICKS):
        if count >= r or found.sizes[0] == 0:
            break
        index = _draw(s, found.sizes[0])
        x, z = found.xs[index], found.zs[index]
        if popcount(x | z) > limit or not (css or _orbit_commutes(s, order, x, z, count)):
            continue
        grown = _add_orbit(s, order, x, z, count)
        if grown > r:
            continue
        if not css:
            _keep_commuting(s, count, grown)
        count = grown
    return count


@kernel
def _keep_commuting(s: DrawScratch, begin: int, end: int) -> None:
    """Take operators off the list that anticommute with some of the checks."""
    found, kept = s.found, 0
    for index in range(found.sizes[0]):
        x, z = found.xs[index], found.zs[index]
        commutes = True
        for check in range(begin, end):
            if anticommute(s.checks[0, check], s.checks[1, check], x, z):
                commutes = False
                break
        if commutes:
            found.xs[kept], found.zs[kept] = x, z
            found.weights[kept] = found.weights[index]
            kept += 1
    found.sizes[0] = kept


@kernel
def _is_spanned(s: DrawScratch, r: int, distance: int) -> bool:
    """Say whether all listed operators lighter than the distance are products of checks."""
    for index in range(s.found.sizes[0]):
        light = s.found.weights[index] < distance
        if light and add_reduced(s.words, r, s.found.xs[index], s.found.zs[index]):
            return False
    return True
