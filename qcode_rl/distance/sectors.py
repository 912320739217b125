"""The one problem behind all distances: the lightest nontrivial word of a binary space.

A classical code is one such problem (sector), a CSS code one for each Pauli type, another
stabilizer code one in which an operator is the binary word (x | z | x + z) of length 3n, whose
weight is twice the operator's. So every algorithm exists once, for plain binary words.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.gf2.elimination import kernel_basis, rank_in_place
from qcode_rl.gf2.jit import kernel, popcount
from qcode_rl.gf2.packing import BinaryMatrix, Words, pack_rows, unpack_rows


class Sector(NamedTuple):
    """Words to weigh, and the checks they satisfy; n positions, N = n or 3n columns.

    Attributes:
        basis: `(k, w) uint64` independent words of N columns that span the space; the first
            `num_trivial` span the trivial ones (zero for classical codes, stabilizers otherwise).
        num_trivial: how many basis words are trivial. If all are, there is no distance.
        flips: `(m, N) uint8`, which option violates which check. For N = n an option is a position,
            for N = 3n the columns are X, Z and Y on each position.
        observables: `(N, l) uint64`, for each option a bit for each of the logical operators that
            it anticommutes with; no columns for classical codes.
        trivial: `(r, n or 2n) uint8`, the stabilizers as they were given (no rows: classical).
        options: N / n.
    """

    basis: Words
    num_trivial: int
    flips: BinaryMatrix
    observables: Words
    trivial: BinaryMatrix
    options: int


@kernel
def split_space(trivial: Words, space: Words) -> tuple[Words, int]:
    """Return a basis of a space whose first rows span a subspace.

    Args:
        trivial: `(a, w) uint64` rows that span the subspace, dependent or not.
        space: `(b, w) uint64` rows that span the space, dependent or not.

    Returns:
        `(dimension, w) uint64` rows, and the dimension of the subspace.
    """
    rows = np.concatenate((trivial, space))
    dimension = rank_in_place(rows)
    basis = np.empty((dimension, rows.shape[1]), dtype=np.uint64)
    count = 0
    num_trivial = 0
    # Elimination only ever added earlier rows to later ones, so what is left of a row outside the
    # subspace is still outside it.
    for i in range(rows.shape[0]):
        nonzero = False
        for w in range(rows.shape[1]):
            nonzero |= rows[i, w] != 0
        if nonzero:
            basis[count] = rows[i]
            count += 1
            if i < trivial.shape[0]:
                num_trivial += 1
    return basis, num_trivial


@kernel
def transposed_bits(words: Words, num_columns: int) -> Words:
    """Transpose packed rows: `(m, ceil(n / 64))` to `(n, ceil(m / 64)) uint64`."""
    num_rows = words.shape[0]
    result = np.zeros((num_columns, (num_rows + 63) // 64), dtype=np.uint64)
    for i in range(num_rows):
        for j in range(num_columns):
            bit = (words[i, j >> 6] >> np.uint64(j & 63)) & np.uint64(1)
            result[j, i >> 6] |= bit << np.uint64(i & 63)
    return result


@kernel
def classical_sector(checks: BinaryMatrix) -> Sector:
    """Return the sector of a classical code with parity checks `(m, n) uint8`."""
    num_columns = checks.shape[1]
    basis = kernel_basis(pack_rows(checks), num_columns)
    none = np.zeros((num_columns, 0), dtype=np.uint64)
    trivial = np.zeros((0, num_columns), dtype=np.uint8)
    return Sector(basis, 0, checks.copy(), none, trivial, 1)


@kernel
def css_sectors(x_checks: BinaryMatrix, z_checks: BinaryMatrix) -> tuple[Sector, Sector]:
    """Return the sectors of X-type and of Z-type logical operators of a CSS code.

    Args:
        x_checks: `(rx, n) uint8`; commutes with
        z_checks: `(rz, n) uint8`.
    """
    n = x_checks.shape[1]
    # Copies make one array type of read-only and other arrays, so that kernels compile once.
    x_own, z_own = x_checks.copy(), z_checks.copy()
    x_words, z_words = pack_rows(x_own), pack_rows(z_own)
    x_basis, num_x = split_space(x_words, kernel_basis(z_words, n))
    z_basis, num_z = split_space(z_words, kernel_basis(x_words, n))
    return (
        Sector(x_basis, num_x, z_own, transposed_bits(z_basis[num_z:], n), x_own, 1),
        Sector(z_basis, num_z, x_own, transposed_bits(x_basis[num_x:], n), z_own, 1),
    )


@kernel
def swapped_flips(rows: BinaryMatrix) -> BinaryMatrix:
    """Say which of X, Z, Y on each position anticommutes with which symplectic row.

    Args:
        rows: `(r, 2n) uint8`, `[X|Z]`.

    Returns:
        `(r, 3n) uint8`, `[Z | X | X + Z]`: an X anticommutes with a Z, and so on.
    """
    n = rows.shape[1] // 2
    flips = np.empty((rows.shape[0], 3 * n), dtype=np.uint8)
    flips[:, :n] = rows[:, n:]
    flips[:, n : 2 * n] = rows[:, :n]
    flips[:, 2 * n :] = rows[:, :n] ^ rows[:, n:]
    return flips


@kernel
def stabilizer_sector(checks: BinaryMatrix) -> Sector:
    """Return the sector of a stabilizer code with checks `(r, 2n) uint8`, `[X|Z]`."""
    n = checks.shape[1] // 2
    flips = swapped_flips(checks)
    centralizer = kernel_basis(pack_rows(flips[:, : 2 * n].copy()), 2 * n)
    pairs, num_trivial = split_space(pack_rows(checks), centralizer)
    rows = unpack_rows(pairs, 2 * n)
    tripled = np.empty((rows.shape[0], 3 * n), dtype=np.uint8)
    tripled[:, : 2 * n] = rows
    tripled[:, 2 * n :] = rows[:, :n] ^ rows[:, n:]
    observables = transposed_bits(pack_rows(swapped_flips(rows[num_trivial:])), 3 * n)
    return Sector(pack_rows(tripled), num_trivial, flips, observables, checks.copy(), 3)


@kernel
def word_from_options(sector: Sector, chosen: NDArray[np.int64]) -> Words:
    """Return the packed word of N columns of some options.

    Args:
        sector: tells what an option is.
        chosen: `(count,) int64`, the options, on distinct positions.
    """
    num_columns = sector.flips.shape[1]
    n = num_columns // sector.options
    bits = np.zeros((1, num_columns), dtype=np.uint8)
    for option in chosen:
        if sector.options == 1:
            bits[0, option] = 1
            continue
        # X is x and x + z, Z is z and x + z, Y is x and z.
        letter, position = option // n, option % n
        bits[0, position] = letter != 1
        bits[0, n + position] = letter != 0
        bits[0, 2 * n + position] = letter != 2
    words: Words = pack_rows(bits)[0]
    return words


@kernel
def is_witness(sector: Sector, word: Words, weight: int) -> bool:
    """Check a word against the checks and stabilizers as they were given.

    Args:
        sector: the problem; only `flips`, `trivial` and `options` are looked at.
        word: `(w,) uint64`, N columns.
        weight: what the operator (for N = 3n, half the word) is said to weigh.

    Returns:
        Whether it satisfies all checks, is nontrivial, and has that weight.
    """
    num_columns = sector.flips.shape[1]
    bits = unpack_rows(word.reshape(1, -1), num_columns)[0]
    n = num_columns // sector.options
    length = n if sector.options == 1 else 2 * n
    acting = 0
    for position in range(n):
        acting += (bits[position] | bits[length - n + position]) != 0
    if acting != weight or weight == 0:
        return False
    head = pack_rows(bits[:length].copy().reshape(1, -1))
    checks = pack_rows(sector.flips[:, :length].copy())
    for i in range(checks.shape[0]):
        ones = 0
        for w in range(checks.shape[1]):
            ones += popcount(checks[i, w] & head[0, w])
        if ones & 1:
            return False
    stabilizers = pack_rows(sector.trivial)
    with_word = np.concatenate((stabilizers, head))
    return rank_in_place(with_word) > rank_in_place(stabilizers)
