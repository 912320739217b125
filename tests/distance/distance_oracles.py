"""Codes at random, and distances by trying every operator: slow, plain, and independent."""

import itertools

import numpy as np
from numpy.typing import NDArray

from qcode_rl import gf2
from qcode_rl.codes import ClassicalCode, CSSCode
from qcode_rl.codes.stabilizer import StabilizerCode

Bits = NDArray[np.uint8]


def random_rows(rng: np.random.Generator, count: int, space: Bits) -> Bits:
    """Return random sums of the rows of a matrix; some repeat or are zero."""
    choice = rng.integers(0, 2, (count, len(space)), dtype=np.int64)
    return (choice @ space.astype(np.int64) % 2).astype(np.uint8)


def random_classical(rng: np.random.Generator, n: int, m: int, density: float) -> ClassicalCode:
    return ClassicalCode((rng.random((m, n)) < density).astype(np.uint8))


def random_sparse(rng: np.random.Generator, n: int, m: int, degree: int) -> ClassicalCode:
    """Return a code with the same number of checks on every position."""
    checks = np.zeros((m, n), dtype=np.uint8)
    for position in range(n):
        checks[rng.choice(m, min(m, degree), replace=False), position] = 1
    return ClassicalCode(checks)


def relabelled_paulis(rng: np.random.Generator, code: CSSCode) -> StabilizerCode:
    """Return a CSS code as a stabilizer code, X, Y and Z exchanged at random on every qubit."""
    checks = StabilizerCode.from_css(code).checks.copy()
    n = code.num_qubits
    for qubit in range(n):
        x, z = checks[:, qubit].copy(), checks[:, n + qubit].copy()
        choices = [x, z, x ^ z]
        first, second = rng.choice(3, 2, replace=False)
        checks[:, qubit], checks[:, n + qubit] = choices[first], choices[second]
    return StabilizerCode(checks)


def random_css(rng: np.random.Generator, n: int, rx: int, rz: int, density: float) -> CSSCode:
    x_checks = (rng.random((rx, n)) < density).astype(np.uint8)
    return CSSCode(x_checks, random_rows(rng, rz, gf2.null_space(x_checks)))


def random_stabilizer(rng: np.random.Generator, n: int, r: int) -> StabilizerCode:
    checks = np.zeros((1, 2 * n), dtype=np.uint8)
    for _ in range(r):
        centralizer = gf2.null_space(np.roll(checks, n, axis=1))
        checks = np.vstack([checks, random_rows(rng, 1, centralizer)])
    return StabilizerCode(checks)


def words_by_weight(n: int) -> Bits:
    """Return all words of length n, the lightest first."""
    words = np.array(list(itertools.product((0, 1), repeat=n)), dtype=np.uint8)
    return words[np.argsort(words.sum(axis=1), kind="stable")]


def brute_classical(code: ClassicalCode) -> int | None:
    words = words_by_weight(code.n)[1:]
    good = ~(words.astype(np.int64) @ code.checks.T % 2).any(axis=1)
    return int(words[good][0].sum()) if good.any() else None


def brute_css_type(commuting: Bits, stabilizers: Bits) -> int | None:
    """Return the least weight of a word that commutes with checks and is no stabilizer."""
    words = words_by_weight(commuting.shape[1])
    good = words[~(words.astype(np.int64) @ commuting.T % 2).any(axis=1)]
    for word in good:
        if not gf2.in_row_space(stabilizers, word):
            return int(word.sum())
    return None


def brute_stabilizer(code: StabilizerCode) -> int | None:
    n = code.num_qubits
    words = np.array(list(itertools.product((0, 1), repeat=2 * n)), dtype=np.uint8)
    weights = (words[:, :n] | words[:, n:]).sum(axis=1)
    order = np.argsort(weights, kind="stable")
    swapped = np.roll(code.checks, n, axis=1)
    commutes = ~(words.astype(np.int64) @ swapped.T % 2).any(axis=1)
    for i in order[commutes[order]]:
        if not gf2.in_row_space(code.checks, words[i]):
            return int(weights[i])
    return None
