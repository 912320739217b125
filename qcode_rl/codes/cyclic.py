"""Cyclic codes: polynomials over GF(2) as integers, and codes from generator polynomials.

Bit i of an integer is the coefficient of x^i; a word of length n is a polynomial modulo x^n + 1.
See MacWilliams and Sloane, The Theory of Error-Correcting Codes (1977), chapter 7.
"""

import numpy as np

from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix


def multiply(a: int, b: int) -> int:
    """Return the product of two polynomials.

    Example:
        >>> bin(multiply(0b11, 0b111))  # (x + 1)(x^2 + x + 1) = x^3 + 1
        '0b1001'
    """
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        b >>= 1
    return product


def divide(a: int, b: int) -> tuple[int, int]:
    """Return quotient and remainder of two polynomials, the second not zero."""
    quotient = 0
    while (shift := a.bit_length() - b.bit_length()) >= 0:
        quotient |= 1 << shift
        a ^= b << shift
    return quotient, a


def irreducible_factors(polynomial: int) -> list[int]:
    """Return the irreducible factors of a polynomial, repeated as often as they divide it.

    By trial division: quick while all but one factor have a degree up to about 15.
    """
    factors = []
    trial = 0b10
    while 2 * (trial.bit_length() - 1) <= polynomial.bit_length() - 1:
        quotient, remainder = divide(polynomial, trial)
        if remainder:
            trial += 1
        else:
            factors.append(trial)
            polynomial = quotient
    return factors + [polynomial] * (polynomial > 1)


def generator_polynomials(n: int) -> list[int]:
    """Return the generator polynomials of all cyclic codes of a length, the divisors of x^n + 1."""
    divisors = {1}
    for factor in irreducible_factors(1 << n | 1):
        divisors |= {multiply(divisor, factor) for divisor in divisors}
    return sorted(divisors)


def shifts(polynomial: int, count: int) -> list[int]:
    """Return a polynomial times 1, x, ..., x^(count - 1)."""
    return [polynomial << i for i in range(count)]


def cyclic_checks(generator: int, n: int) -> BinaryMatrix:
    """Return parity checks of the cyclic code with a generator polynomial g.

    Args:
        generator: a divisor of x^n + 1, of degree n - k.
        n: length.

    Returns:
        `(n - k, n) uint8`: the shifts of the reversed check polynomial (x^n + 1) / g.

    Raises:
        InputError: if the polynomial does not divide x^n + 1.

    Example:
        >>> cyclic_checks(0b111, 3)
        array([[1, 1, 0],
               [0, 1, 1]], dtype=uint8)
    """
    check_polynomial, remainder = divide(1 << n | 1, generator)
    if remainder:
        raise InputError(f"generator: must divide x^{n} + 1, got {generator:#b}")
    reversed_bits = [int(bit) for bit in f"{check_polynomial:b}"]
    checks = np.zeros((generator.bit_length() - 1, n), dtype=np.uint8)
    for i, row in enumerate(checks):
        row[i : i + len(reversed_bits)] = reversed_bits
    return checks


def cyclotomic_coset(exponent: int, n: int) -> list[int]:
    """Return `exponent * 2^j mod n` for all j, sorted: conjugates of a power of a root of unity.

    Example:
        >>> cyclotomic_coset(3, 15)
        [3, 6, 9, 12]
    """
    coset = {exponent % n}
    while (exponent := 2 * exponent % n) not in coset:
        coset.add(exponent)
    return sorted(coset)


def primitive_polynomial(degree: int) -> int:
    """Return the least polynomial modulo which x generates all of GF(2^degree) but zero.

    Example:
        >>> bin(primitive_polynomial(4))
        '0b10011'
    """
    order = (1 << degree) - 1
    primes = [p for p in range(2, order + 1) if order % p == 0 and all(p % q for q in range(2, p))]
    candidates = range(1 << degree | 1, 2 << degree, 2)
    return next(
        modulus
        for modulus in candidates
        if power(0b10, order, modulus) == 1
        and all(power(0b10, order // p, modulus) != 1 for p in primes)
    )


def power(base: int, exponent: int, modulus: int) -> int:
    """Return a polynomial's power modulo another, by repeated squaring."""
    result = divide(1, modulus)[1]
    while exponent:
        if exponent & 1:
            result = divide(multiply(result, base), modulus)[1]
        base = divide(multiply(base, base), modulus)[1]
        exponent >>= 1
    return result


def polynomial_with_roots(exponents: set[int], n: int) -> int:
    """Return the polynomial over GF(2) whose roots are powers of a primitive n-th root of unity.

    Args:
        exponents: which powers; closed under doubling modulo n.
        n: an odd length.
    """
    degree = len(cyclotomic_coset(1, n))
    modulus = primitive_polynomial(degree)
    step = ((1 << degree) - 1) // n
    # Coefficients are elements of GF(2^degree), lowest first; the product ends up in GF(2).
    coefficients = [1]
    for exponent in exponents:
        root = power(0b10, step * exponent, modulus)
        scaled = [divide(multiply(root, c), modulus)[1] for c in coefficients]
        coefficients = [a ^ b for a, b in zip([*scaled, 0], [0, *coefficients], strict=True)]
    return sum(coefficient << i for i, coefficient in enumerate(coefficients))
