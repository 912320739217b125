"""Copies of codes that are the same code, and the slow way of telling whether codes are."""

import itertools

import numpy as np
from numpy.typing import NDArray

from qcode_rl import gf2
from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.identity import Equivalence, apply, maps_to
from qcode_rl.identity.subjects import QuantumCode

Bits = NDArray[np.uint8]
ROTATIONS = ["".join(letters) for letters in itertools.permutations("XYZ")]


def random_rows(rng: np.random.Generator, count: int, space: Bits) -> Bits:
    choice = rng.integers(0, 2, (count, len(space)), dtype=np.int64)
    return (choice @ space.astype(np.int64) % 2).astype(np.uint8)


def random_css(rng: np.random.Generator, n: int) -> CSSCode:
    rx, rz = rng.integers(0, n, 2)
    x_checks = (rng.random((rx, n)) < 0.5).astype(np.uint8)
    return CSSCode(x_checks, random_rows(rng, rz, gf2.null_space(x_checks)))


def random_stabilizer(rng: np.random.Generator, n: int) -> StabilizerCode:
    checks = np.zeros((1, 2 * n), dtype=np.uint8)
    for _ in range(rng.integers(0, n + 1)):
        centralizer = gf2.null_space(np.roll(checks, n, axis=1))
        checks = np.vstack([checks, random_rows(rng, 1, centralizer)])
    return StabilizerCode(checks)


def mixed_rows(rng: np.random.Generator, rows: Bits) -> Bits:
    """Return other generators of the same space, and one more row."""
    basis, _ = gf2.row_reduce(rows)
    result = basis[rng.permutation(len(basis))]
    for _ in range(3 * len(result) if len(result) > 1 else 0):
        i, j = rng.choice(len(result), 2, replace=False)
        result[i] ^= result[j]
    return np.vstack([result, random_rows(rng, 1, result)])


def regenerated(rng: np.random.Generator, code: QuantumCode) -> QuantumCode:
    if isinstance(code, CSSCode):
        return CSSCode(mixed_rows(rng, code.x_checks), mixed_rows(rng, code.z_checks))
    return StabilizerCode(mixed_rows(rng, code.checks))


def random_map(rng: np.random.Generator, n: int, exchange: bool, rotate: bool) -> Equivalence:
    return Equivalence(
        tuple(rng.permutation(n).tolist()),
        exchanged=exchange and bool(rng.integers(2)),
        cliffords=tuple(rng.choice(ROTATIONS, n).tolist()) if rotate else (),
    )


def scrambled(rng: np.random.Generator, code: QuantumCode, rotate: bool = False) -> QuantumCode:
    """Relabel, exchange or rotate, and regenerate."""
    chosen = random_map(rng, code.num_qubits, exchange=not rotate, rotate=rotate)
    return regenerated(rng, apply(chosen, code))


def same_by_brute_force(one: QuantumCode, other: QuantumCode, rotate: bool = False) -> bool:
    """Try all permutations, with the exchange of X and Z or with all rotations."""
    n = one.num_qubits
    if other.num_qubits != n or other.num_logicals != one.num_logicals:
        return False
    rotations = list(itertools.product(ROTATIONS, repeat=n)) if rotate else [()]
    exchanges = (False,) if rotate else (False, True)
    return any(
        maps_to(Equivalence(permutation, exchanged, cliffords), one, other)
        for permutation in itertools.permutations(range(n))
        for exchanged in exchanges
        for cliffords in rotations
    )


def light_by_definition(space: Bits, columns_per_qubit: int = 1) -> tuple[int, set[bytes]]:
    """Return w and the light words of a space, by their definition, from a list of all words."""
    words = np.zeros((1, space.shape[1]), dtype=np.uint8)
    for row in gf2.row_reduce(space)[0]:
        words = np.concatenate([words, words ^ row])
    words = words[words.any(axis=1)]
    n = space.shape[1] // columns_per_qubit
    on = words.reshape(len(words), columns_per_qubit, n).any(axis=1)
    weights = on.sum(axis=1)
    enough = next(
        (w for w in range(on.shape[1] + 1) if gf2.rank(words[weights <= w]) == gf2.rank(space)), 0
    )
    keep = weights <= enough
    words, on = words[keep], on[keep]
    there = {word.tobytes() for word in words}

    def composite(word: Bits, support: Bits) -> bool:
        return any(
            not (support & part_support == 0).all()
            and (word ^ part).tobytes() in there
            and not ((word ^ part).reshape(columns_per_qubit, -1).any(axis=0) & part_support).any()
            for part, part_support in zip(words, on, strict=True)
        )

    return enough, {
        word.tobytes()
        for word, support in zip(words, on, strict=True)
        if not composite(word, support)
    }
