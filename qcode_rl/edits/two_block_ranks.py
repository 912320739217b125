"""How many logical qubits two-block codes have: of one code, and of all that differ in one term.

With b fixed, v [L(a) | R(b)] = 0 says that v is one of the few left null vectors of R(b), and that
v L(a) = 0. So once those null vectors are known, the rank for every place of one term of a is that
of a matrix with few rows, and all places together cost about as much as one rank from scratch.
"""

from typing import NamedTuple

import numpy as np

from qcode_rl.codes.groups import FiniteGroup
from qcode_rl.edits.graphs import Integers
from qcode_rl.gf2.elimination import kernel_basis, rank_in_place
from qcode_rl.gf2.jit import kernel, trailing_zeros
from qcode_rl.gf2.packing import Words

_ONE = np.uint64(1)


class GroupTables(NamedTuple):
    """A group as kernels read it.

    Attributes:
        left: `(g, g) int64`: `left[x, y]` is x y.
        right: `(g, g) int64`: `right[x, y]` is y x.
        inverse: `(g,) int64`.
        orders: `(g,) int64` order of each element.
        identity: number of the identity.
        abelian: whether all elements commute; X and Z checks are then alike.
    """

    left: Integers
    right: Integers
    inverse: Integers
    orders: Integers
    identity: int
    abelian: bool


def group_tables(group: FiniteGroup) -> GroupTables:
    """Return a group's tables."""
    return GroupTables(
        left=group.table.copy(),
        right=group.table.T.copy(),
        inverse=group.inverse.copy(),
        orders=group.element_orders.copy(),
        identity=group.identity,
        abelian=group.is_abelian,
    )


@kernel
def check_rows(tables: GroupTables, a: Integers, b: Integers, sector: int) -> Words:
    """Return the packed checks of a code, `(g, words) uint64`.

    Args:
        tables: the group.
        a: terms of the first block.
        b: terms of the second block.
        sector: 0 for HX = [L(a) | R(b)], 1 for HZ = [R(b)^T | L(a)^T].
    """
    size = tables.inverse.shape[0]
    rows = np.zeros((size, (2 * size + 63) >> 6), dtype=np.uint64)
    for term in range(a.shape[0]):
        if sector == 0:
            _add_images(rows, tables.left[a[term]], 0)
        else:
            _add_images(rows, tables.left[tables.inverse[a[term]]], size)
    for term in range(b.shape[0]):
        if sector == 0:
            _add_images(rows, tables.right[b[term]], size)
        else:
            _add_images(rows, tables.right[tables.inverse[b[term]]], 0)
    return rows


@kernel
def _add_images(rows: Words, images: Integers, first: int) -> None:
    """Add a permutation matrix whose row x has its one at column `first + images[x]`."""
    for x in range(images.shape[0]):
        column = first + images[x]
        rows[x, column >> 6] ^= _ONE << np.uint64(column & 63)


@kernel
def count_logicals(tables: GroupTables, a: Integers, b: Integers) -> int:
    """Return k = 2 g - rank(HX) - rank(HZ).

    Args:
        tables: the group. In an abelian one the two ranks agree: taking inverses swaps the blocks.
        a: terms of the first block.
        b: terms of the second block.
    """
    size = tables.inverse.shape[0]
    first = size - rank_in_place(check_rows(tables, a, b, 0))
    if tables.abelian:
        return int(2 * first)
    return int(first + size - rank_in_place(check_rows(tables, a, b, 1)))


@kernel
def count_everywhere(
    tables: GroupTables, a: Integers, b: Integers, term: int, logicals: Integers
) -> None:
    """Count the logical qubits for every place of one term.

    Args:
        tables: the group.
        a: terms of the first block.
        b: terms of the second block.
        term: which one moves: those of a come first, then those of b.
        logicals: `(g,) int64`, receives k for each place, -1 where another term of the block is.
    """
    in_a = term < a.shape[0]
    block, other = (a, b) if in_a else (b, a)
    moving = term if in_a else term - a.shape[0]
    # `np.delete` takes three seconds to compile.
    own = np.empty(block.shape[0] - 1, dtype=np.int64)
    for index in range(own.shape[0]):
        own[index] = block[index if index < moving else index + 1]
    moves, fixed = (tables.left, tables.right) if in_a else (tables.right, tables.left)
    logicals[:] = 0
    for index in range(own.shape[0]):
        logicals[own[index]] = -1
    sectors = 1 if tables.abelian else 2
    for sector in range(sectors):
        _add_nullities(tables, moves, fixed, own, other, sector, logicals)
    if tables.abelian:
        for place in range(logicals.shape[0]):
            logicals[place] *= 2 if logicals[place] > 0 else 1


@kernel
def _add_nullities(
    tables: GroupTables,
    moves: Integers,
    fixed: Integers,
    own: Integers,
    other: Integers,
    sector: int,
    logicals: Integers,
) -> None:
    """Add to every free place the number of dependent checks of one sector."""
    size = tables.inverse.shape[0]
    across = np.zeros((size, (size + 63) >> 6), dtype=np.uint64)
    for index in range(other.shape[0]):
        # The transpose: the null vectors wanted are on the side of the checks.
        element = tables.inverse[other[index]] if sector == 0 else other[index]
        _add_images(across, fixed[element], 0)
    null = kernel_basis(across, size)
    if null.shape[0] == 0:
        return
    base = np.zeros_like(null)
    for index in range(own.shape[0]):
        element = own[index] if sector == 0 else tables.inverse[own[index]]
        _add_moved(null, moves[element], base)
    for place in range(size):
        if logicals[place] < 0:
            continue
        rows = base.copy()
        element = place if sector == 0 else tables.inverse[place]
        _add_moved(null, moves[element], rows)
        logicals[place] += null.shape[0] - rank_in_place(rows)


@kernel
def _add_moved(vectors: Words, images: Integers, out: Words) -> None:
    """Add to each row of `out` a vector with its ones moved to their images."""
    for row in range(vectors.shape[0]):
        for word in range(vectors.shape[1]):
            bits = vectors[row, word]
            while bits:
                column = images[64 * word + trailing_zeros(bits)]
                out[row, column >> 6] ^= _ONE << np.uint64(column & 63)
                bits &= bits - _ONE


@kernel
def connects(tables: GroupTables, a: Integers, b: Integers) -> bool:
    """Say whether the Tanner graph of a code is connected, as `two_block.is_connected` does."""
    size = tables.inverse.shape[0]
    reached = np.zeros(size, dtype=np.bool_)
    waiting = np.empty(size, dtype=np.int64)
    waiting[0] = tables.identity
    reached[tables.identity] = True
    count, done = 1, 0
    from_left, from_right = tables.inverse[a[0]], tables.inverse[b[0]]
    while done < count:
        x = waiting[done]
        done += 1
        for index in range(1, a.shape[0] + b.shape[0]):
            if index < a.shape[0]:
                y = tables.left[tables.left[from_left, a[index]], x]
            else:
                y = tables.left[x, tables.left[b[index - a.shape[0]], from_right]]
            if not reached[y]:
                reached[y] = True
                waiting[count] = y
                count += 1
    return bool(count == size)
