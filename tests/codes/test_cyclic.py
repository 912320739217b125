"""Polynomials over GF(2) and cyclic codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.codes import ClassicalCode
from qcode_rl.codes.cyclic import (
    cyclic_checks,
    divide,
    generator_polynomials,
    irreducible_factors,
    multiply,
    polynomial_with_roots,
    primitive_polynomial,
)
from qcode_rl.errors import InputError

POLYNOMIALS = st.integers(1, 2**12)


@given(a=POLYNOMIALS, b=POLYNOMIALS)
def test_division_undoes_multiplication(a: int, b: int) -> None:
    assert divide(multiply(a, b), b) == (a, 0)
    quotient, remainder = divide(a, b)
    assert multiply(quotient, b) ^ remainder == a
    assert remainder.bit_length() < b.bit_length()


@given(polynomial=POLYNOMIALS)
def test_irreducible_factors_multiply_to_the_polynomial_and_do_not_factor(polynomial: int) -> None:
    product = 1
    for factor in irreducible_factors(polynomial):
        assert irreducible_factors(factor) == [factor]
        product = multiply(product, factor)
    assert product == polynomial


# The usual choices: MacWilliams and Sloane (1977), chapter 4.
@pytest.mark.parametrize(
    ("degree", "expected"),
    [(1, 0b11), (2, 0b111), (3, 0b1011), (4, 0b10011), (5, 0b100101), (8, 0b100011101)],
)
def test_primitive_polynomials_are_the_least_ones(degree: int, expected: int) -> None:
    assert primitive_polynomial(degree) == expected


def test_there_are_as_many_cyclic_codes_as_divisors() -> None:
    # x^7 + 1 has three different irreducible factors, x^8 + 1 = (x + 1)^8.
    assert len(generator_polynomials(7)) == 8
    assert generator_polynomials(8) == sorted(
        {1, 0b11, 0b101, 0b1111, 0b10001, 0b110011, 0b1010101, 0b11111111, 0b100000001}
    )


def test_the_polynomial_with_all_roots_of_unity_is_the_whole_cycle() -> None:
    assert polynomial_with_roots(set(range(15)), 15) == 1 << 15 | 1


@pytest.mark.parametrize("n", [7, 9, 12, 15])
def test_cyclic_checks_have_full_rank_and_give_back_the_generator(n: int) -> None:
    for generator in generator_polynomials(n)[:-1]:
        code = ClassicalCode(cyclic_checks(generator, n))
        word = [generator >> i & 1 for i in range(n)]
        assert code.k == n - len(code.checks) == n + 1 - generator.bit_length()
        assert not (code.checks @ word % 2).any()


def test_a_generator_that_does_not_divide_the_cycle_is_refused() -> None:
    with pytest.raises(InputError, match=r"^generator: must divide x\^7 \+ 1, got 0b111$"):
        cyclic_checks(0b111, 7)
