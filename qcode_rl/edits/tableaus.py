"""Symplectic bases around the checks of a code: what completes them to all Pauli operators.

For independent commuting checks g_1 .. g_r on n qubits, a tableau holds destabilizers d_i, each of
which anticommutes with g_i alone among the checks, and pairs of logical operators that commute with
all of these (Aaronson and Gottesman, arXiv:quant-ph/0406196). Operators are pairs of words, one for
the qubits that X (or Y) acts on and one for Z (or Y).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.gf2.jit import kernel, popcount
from qcode_rl.gf2.packing import Words

_ONE = np.uint64(1)


class Tableau(NamedTuple):
    """Destabilizers and logical operators, with room to work in.

    Attributes:
        dx: `(64,) uint64`, X parts of the destabilizers.
        dz: `(64,) uint64`, Z parts.
        lx: `(128,) uint64`, X parts of the logical operators; 2 j and 2 j + 1 are a pair.
        lz: `(128,) uint64`, Z parts.
        gx: `(64,) uint64`, checks under elimination.
        gz: `(64,) uint64`.
        px: `(128,) uint64`, the operators that are left.
        pz: `(128,) uint64`.
        alive: `(128,) bool`, which of them are.
    """

    dx: Words
    dz: Words
    lx: Words
    lz: Words
    gx: Words
    gz: Words
    px: Words
    pz: Words
    alive: NDArray[np.bool_]


def tableau() -> Tableau:
    """Return an empty tableau."""

    def words(size: int) -> Words:
        return np.zeros(size, dtype=np.uint64)

    return Tableau(
        dx=words(64),
        dz=words(64),
        lx=words(128),
        lz=words(128),
        gx=words(64),
        gz=words(64),
        px=words(128),
        pz=words(128),
        alive=np.zeros(128, dtype=np.bool_),
    )


@kernel
def anticommute(x: np.uint64, z: np.uint64, other_x: np.uint64, other_z: np.uint64) -> bool:
    """Say whether two operators anticommute."""
    return popcount((x & other_z) ^ (z & other_x)) & 1 != 0


@kernel
def complete(xs: Words, zs: Words, r: int, n: int, t: Tableau) -> bool:
    """Find destabilizers and logical operators by symplectic Gram-Schmidt.

    Args:
        xs: `(>= r,) uint64` X parts of the checks.
        zs: `(>= r,) uint64` Z parts.
        r: how many checks there are.
        n: qubits.
        t: filled; 2 (n - r) logical operators.

    Returns:
        Whether the checks are independent and commute; the tableau is of no use otherwise.
    """
    for qubit in range(n):
        bit = _ONE << np.uint64(qubit)
        t.px[2 * qubit], t.pz[2 * qubit] = bit, 0
        t.px[2 * qubit + 1], t.pz[2 * qubit + 1] = 0, bit
    t.alive[: 2 * n] = True
    for i in range(r):
        t.gx[i], t.gz[i] = xs[i], zs[i]
        for j in range(i):
            if anticommute(xs[i], zs[i], xs[j], zs[j]):
                return False
    for i in range(r):
        partner = _partner(t, 2 * n, t.gx[i], t.gz[i])
        if partner < 0:
            return False
        t.dx[i], t.dz[i] = t.px[partner], t.pz[partner]
        t.alive[partner] = False
        _project(t, 2 * n, t.gx[i], t.gz[i], t.dx[i], t.dz[i])
        for j in range(i + 1, r):
            if anticommute(t.gx[j], t.gz[j], t.dx[i], t.dz[i]):
                t.gx[j] ^= t.gx[i]
                t.gz[j] ^= t.gz[i]
    for i in range(r):
        # The destabilizers are dual to checks that were summed; sums make them dual to the given.
        for j in range(i + 1, r):
            if anticommute(t.dx[i], t.dz[i], xs[j], zs[j]):
                t.dx[i] ^= t.dx[j]
                t.dz[i] ^= t.dz[j]
    _pair_up(t, 2 * n)
    return True


@kernel
def _partner(t: Tableau, size: int, x: np.uint64, z: np.uint64) -> int:
    """Return an operator that is left and anticommutes with a given one, -1 if there is none."""
    for u in range(size):
        if t.alive[u] and anticommute(t.px[u], t.pz[u], x, z):
            return u
    return -1


@kernel
def _project(
    t: Tableau, size: int, x: np.uint64, z: np.uint64, dx: np.uint64, dz: np.uint64
) -> None:
    """Make what is left commute with a pair of operators that anticommute."""
    for u in range(size):
        if not t.alive[u]:
            continue
        with_first = anticommute(t.px[u], t.pz[u], x, z)
        with_second = anticommute(t.px[u], t.pz[u], dx, dz)
        if with_first:
            t.px[u] ^= dx
            t.pz[u] ^= dz
        if with_second:
            t.px[u] ^= x
            t.pz[u] ^= z


@kernel
def _pair_up(t: Tableau, size: int) -> None:
    """Make pairs of logical operators of what is left."""
    count = 0
    for u in range(size):
        if not t.alive[u]:
            continue
        t.alive[u] = False
        x, z = t.px[u], t.pz[u]
        partner = _partner(t, size, x, z)
        if partner < 0:
            continue  # It is the identity.
        dx, dz = t.px[partner], t.pz[partner]
        t.alive[partner] = False
        t.lx[count], t.lz[count], t.lx[count + 1], t.lz[count + 1] = x, z, dx, dz
        count += 2
        _project(t, size, x, z, dx, dz)


@kernel
def add_reduced(reduced: Words, count: int, x: np.uint64, z: np.uint64) -> bool:
    """Reduce an operator by `count` others, and keep it beside them if anything is left.

    Args:
        reduced: `(4, >= count + 1) uint64`: X and Z parts of operators, and one bit of each that
            no later one has, in the X or in the Z part.
        count: how many there are.
        x: X part.
        z: Z part.

    Returns:
        Whether it is independent of the others.
    """
    for row in range(count):
        if (x & reduced[2, row]) | (z & reduced[3, row]):
            x ^= reduced[0, row]
            z ^= reduced[1, row]
    if x == 0 and z == 0:
        return False
    reduced[0, count], reduced[1, count] = x, z
    reduced[2, count] = x & ~(x - _ONE) if x else np.uint64(0)
    reduced[3, count] = np.uint64(0) if x else z & ~(z - _ONE)
    return True
