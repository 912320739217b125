"""Bivariate bicycle codes: the published table, and recognising their form."""

import numpy as np
import pytest

from qcode_rl.codes import CSSCode
from qcode_rl.codes.bicycle import (
    PUBLISHED,
    bicycle_polynomials,
    bivariate_bicycle,
    published_bicycle,
)
from qcode_rl.codes.named import named_code
from qcode_rl.errors import InputError


# Table 3 of arXiv:2308.07915.
@pytest.mark.parametrize(("n", "k"), list(PUBLISHED))
def test_published_codes_have_their_parameters(n: int, k: int) -> None:
    code = published_bicycle(n, k)
    assert (code.num_qubits, code.num_logicals) == (n, k)
    assert (code.max_weight, code.max_degree) == (6, 3)
    assert code.x_checks.shape == code.z_checks.shape == (n // 2, n)


@pytest.mark.parametrize(("n", "k", "d"), [(72, 12, 6), (90, 8, 10), (108, 8, 10)])
def test_small_published_codes_have_their_distance(n: int, k: int, d: int) -> None:
    found = named_code(f"bicycle-{n}-{k}").distance()
    assert str(found) == str(d)


@pytest.mark.parametrize(("n", "k"), list(PUBLISHED))
def test_the_polynomials_of_a_code_are_found_again(n: int, k: int) -> None:
    held = bicycle_polynomials(published_bicycle(n, k))
    assert held is not None
    assert held[:2] == PUBLISHED[n, k][:2]
    assert [set(terms) for terms in held[2:]] == [set(terms) for terms in PUBLISHED[n, k][2:]]
    assert held[2][0] == PUBLISHED[n, k][2][0], "the monomial of x comes first in A"
    assert bivariate_bicycle(*held) == published_bicycle(n, k)


def test_codes_of_another_form_have_no_polynomials() -> None:
    code = published_bicycle(72, 12)
    shuffled = np.random.default_rng(0).permutation(72)
    assert bicycle_polynomials(named_code("rotated-surface-4")) is None  # type: ignore[arg-type]
    assert bicycle_polynomials(named_code("steane")) is None  # type: ignore[arg-type]
    moved = CSSCode(code.x_checks[:, shuffled], code.z_checks[:, shuffled])
    assert bicycle_polynomials(moved) is None


def test_exchanging_x_and_z_gives_a_bicycle_code_again() -> None:
    code = published_bicycle(72, 12)
    held = bicycle_polynomials(CSSCode(code.z_checks, code.x_checks))
    assert held is not None
    assert np.array_equal(bivariate_bicycle(*held).x_checks, code.z_checks)


def test_terms_that_meet_cancel() -> None:
    assert not bivariate_bicycle(2, 2, [(0, 0), (2, 0)], [(1, 0)]).x_checks[:, :4].any()


def test_a_torus_without_points_is_refused() -> None:
    with pytest.raises(InputError, match="l and m: must be positive, got 0 and 3"):
        bivariate_bicycle(0, 3, [(0, 0)], [(0, 0)])
