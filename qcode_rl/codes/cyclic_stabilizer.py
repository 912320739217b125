"""Cyclic stabilizer codes: additive and linear cyclic codes over GF(4).

Calderbank, Rains, Shor and Sloane (quant-ph/9608006) write a check as a word over GF(4), with I, X,
Z and Y for 0, 1, w and w^2: checks commute if the words are orthogonal by the trace form.
"""

import numpy as np

from qcode_rl import gf2
from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.cyclic import divide, power, primitive_polynomial
from qcode_rl.codes.lightest import MAX_RANK, with_lightest_checks
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.codes.textbook import require_between
from qcode_rl.errors import InputError

#: Largest length of a quadratic residue code.
MAX_PRIME = 400
#: Largest extension of GF(2) that roots of unity are looked for in.
_MAX_EXTENSION = 20


def shifts_of(check: str) -> StabilizerCode:
    """Return the stabilizer code whose checks are all cyclic shifts of a Pauli string.

    Args:
        check: letters I, X, Y, Z.

    Raises:
        InputError: for other letters, or if two shifts anticommute.

    Example:
        >>> shifts_of("XZZXI")
        StabilizerCode[[5,1]](4,4)
    """
    return StabilizerCode.from_pauli_strings(
        check[len(check) - i :] + check[: len(check) - i] for i in range(len(check))
    )


def quadratic_residue(p: int) -> CSSCode | StabilizerCode:
    """Return the code [[p, 1, d]] of the quadratic residue code of prime length p over GF(4).

    For p = 5 modulo 8 (section 6 of quant-ph/9608006) checks are the shifts of the word that has X
    at residues and Z at nonresidues; for p = 7 modulo 8, where 2 is a residue and the code is
    binary, those of the word with X at 0 and at residues, and of that with Z. So 5 gives the
    five-qubit code, 7 Steane's, 13 [[13, 1, 5]], 23 Golay's [[23, 1, 7]], 29 [[29, 1, 11]];
    d^2 >= p. Up to 13 (CSS: 31) the checks are the lightest ones that the code has.

    Args:
        p: a prime, 5 or 7 modulo 8, up to 400.

    Raises:
        InputError: if p breaks these rules.

    Example:
        >>> quadratic_residue(13)
        StabilizerCode[[13,1]](6,7)
    """
    require_between("p", p, 5, MAX_PRIME)
    if p % 8 not in (5, 7) or any(p % q == 0 for q in range(2, p)):
        raise InputError(f"p: must be a prime that is 5 or 7 modulo 8, got {p}")
    residues = {i * i % p for i in range(1, p)}
    if p % 8 == 5:
        code = shifts_of("I" + "".join("X" if i in residues else "Z" for i in range(1, p)))
        return with_lightest_checks(code) if p - 1 <= MAX_RANK else code
    word = np.array([[i == 0 or i in residues for i in range(p)]], dtype=np.uint8)
    shifts = np.vstack([np.roll(word, i, axis=1) for i in range(p)])
    binary = CSSCode(shifts, shifts)
    return with_lightest_checks(binary) if p // 2 <= MAX_RANK else binary


def hermitian_cyclic(n: int, exponents: set[int]) -> StabilizerCode:
    """Return the code [[n, n - 2 z]] of a cyclic code over GF(4) with z given zeros.

    Its checks are the words tr(a b^(e j)) at j, for the exponents e and all a in an extension of
    GF(4), with b a primitive n-th root of unity there and tr the trace down to GF(4).

    Args:
        n: an odd length that divides 4^m - 1 for some m up to 10.
        exponents: closed under multiplication by 4 modulo n, with no element -2 times another.

    Raises:
        InputError: if n or the exponents break these rules.

    Example:
        >>> hermitian_cyclic(17, {1, 4, 13, 16}).num_logicals
        9
    """
    degree = _extension(n)
    zeros = {exponent % n for exponent in exponents}
    if {4 * e % n for e in zeros} != zeros or {-2 * e % n for e in zeros} & zeros:
        rule = f"must be closed under 4 and hold no element -2 times another modulo {n}"
        raise InputError(f"exponents: {rule}, got {sorted(zeros)}")
    modulus = primitive_polynomial(degree)
    root = power(0b10, ((1 << degree) - 1) // n, modulus)
    # Traces of a c, for the a = x^i of a basis over GF(2), with c each power of the root.
    powers = [power(root, j, modulus) for j in range(n)]
    rows = [
        [_trace(powers[e * j % n] << i, modulus) for j in range(n)]
        for e in sorted(zeros)
        for i in range(degree)
    ]
    omega = power(0b10, ((1 << degree) - 1) // 3, modulus)
    letters = {0: "I", 1: "X", omega: "Z", omega ^ 1: "Y"}
    code = StabilizerCode.from_pauli_strings("".join(letters[c] for c in row) for row in rows)
    return StabilizerCode(gf2.row_reduce(code.checks)[0])


def seventeen() -> StabilizerCode:
    """Return the code [[17, 9, 4]] of quant-ph/9608006, cyclic and linear over GF(4).

    The zeros are the conjugates of a 17th root of unity; the checks are the ovoid code [17, 4, 12].

    Example:
        >>> seventeen()
        StabilizerCode[[17,9]](12,6)
    """
    return with_lightest_checks(hermitian_cyclic(17, {1, 4, 13, 16}))


def eleven() -> StabilizerCode:
    """Return the code [[11, 1, 5]] of quant-ph/9608006, from the dodecacode [[12, 0, 6]].

    The dodecacode's checks are the shifts of w10100100101; those that are the identity on the last
    qubit, without it, are the stabilizers of this code (theorem 6 there), given by its lightest.

    Example:
        >>> eleven()
        StabilizerCode[[11,1]](6,6)
    """
    dodecacode = shifts_of("ZXIXIIXIIXIX")
    last = dodecacode.checks[:, [11, 23]]
    kept = gf2.null_space(np.ascontiguousarray(last.T)).astype(np.int64) @ dodecacode.checks % 2
    rest = np.delete(kept, [11, 23], axis=1).astype(np.uint8)
    return with_lightest_checks(StabilizerCode(rest))


def _extension(n: int) -> int:
    """Return the least even m such that GF(2^m) has the n-th roots of unity.

    Raises:
        InputError: if n is even, less than 3, or m exceeds 20.
    """
    fitting = (m for m in range(2, _MAX_EXTENSION + 1, 2) if n > 2 and ((1 << m) - 1) % n == 0)
    degree = next(fitting, 0)
    if not degree:
        raise InputError(f"n: must divide 4^m - 1 for some m up to {_MAX_EXTENSION // 2}, got {n}")
    return degree


def _trace(element: int, modulus: int) -> int:
    """Return the trace of an element of GF(2^m), m even, down to GF(4): the sum of a^(4^i)."""
    degree = modulus.bit_length() - 1
    conjugate = divide(element, modulus)[1]
    total = 0
    for _ in range(degree // 2):
        total ^= conjugate
        conjugate = power(conjugate, 4, modulus)
    return total
