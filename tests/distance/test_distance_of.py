"""What the door to the distance algorithms promises: options, limits, intervals, witnesses."""

import numpy as np
import pytest
from distance_oracles import random_classical, random_css

from qcode_rl.codes import ClassicalCode, CSSCode, hypergraph_product
from qcode_rl.distance import distance_of
from qcode_rl.distance.budget import Budget
from qcode_rl.distance.provers import ClusterProver
from qcode_rl.distance.witness import is_logical_operator
from qcode_rl.errors import InputError

SHIFT = np.roll(np.eye(12, dtype=np.uint8), 1, axis=1)


def power(shift: np.ndarray, exponent: int) -> np.ndarray:
    return np.linalg.matrix_power(shift, exponent)


def gross_code() -> CSSCode:
    """The [[144,12,12]] code of Bravyi et al., arXiv:2308.07915: x^3 + y + y^2, y^3 + x + x^2."""
    six = np.roll(np.eye(6, dtype=np.uint8), 1, axis=1)
    x = np.kron(SHIFT, np.eye(6, dtype=np.uint8))
    y = np.kron(np.eye(12, dtype=np.uint8), six)
    a = (power(x, 3) + y + power(y, 2)) % 2
    b = (power(y, 3) + x + power(x, 2)) % 2
    return CSSCode(np.hstack([a, b]), np.hstack([b.T, a.T]))


@pytest.fixture(scope="module")
def gross() -> CSSCode:
    return gross_code()


def test_the_gross_code_is_proved_with_a_witness_of_each_type(gross: CSSCode) -> None:
    distance = distance_of(gross)
    assert (str(distance), str(distance.dx), str(distance.dz)) == ("12", "12", "12")
    assert distance.method == "clusters"
    for part in (distance, distance.dx, distance.dz):
        assert is_logical_operator(gross, part.witness, 12)
    assert distance.dx.witness.z == () == distance.dz.witness.x


@pytest.mark.parametrize(("target", "bounds"), [(8, "at least"), (12, "at least"), (13, "less")])
def test_a_target_is_decided_with_no_more_work_than_needed(
    gross: CSSCode, target: int, bounds: str
) -> None:
    distance = distance_of(gross, target=target)
    if bounds == "at least":
        assert distance.lower >= target
    else:
        assert distance.upper < target
    assert distance.exact or distance.stopped == "target"


def test_a_budget_of_work_leaves_the_same_interval_every_time(gross: CSSCode) -> None:
    first, second = (distance_of(gross, budget=Budget(work=300_000), seed=5) for _ in range(2))
    assert (first.lower, first.upper, first.witness) == (second.lower, second.upper, second.witness)
    assert first.stopped == "budget"
    assert 1 < first.lower < 12 <= first.upper


def test_a_budget_in_seconds_ends_a_hopeless_proof() -> None:
    code = random_classical(np.random.default_rng(1), 220, 110, 0.5)
    distance = distance_of(code, budget=0.3)
    assert not distance.exact
    assert distance.stopped == "budget"
    assert is_logical_operator(code, distance.witness, distance.upper)
    assert distance.seconds < 3


def test_an_interrupt_leaves_the_interval_reached(
    gross: CSSCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = ClusterProver.advance
    calls = iter(range(100))

    def interrupted(self: ClusterProver, work: int) -> int:
        if next(calls) == 8:
            raise KeyboardInterrupt
        return advance(self, work)

    monkeypatch.setattr(ClusterProver, "advance", interrupted)
    distance = distance_of(gross, method="clusters")
    assert distance.stopped == "interrupted"
    assert 1 < distance.lower < distance.upper
    assert is_logical_operator(gross, distance.witness, distance.upper)


@pytest.mark.parametrize("method", ["clusters", "enumeration", None])
def test_threads_change_nothing_but_the_time(method: str | None) -> None:
    for seed in range(5):
        code = random_css(np.random.default_rng(seed), 24, 8, 8, 0.3)
        one, two = (distance_of(code, threads=t, method=method) for t in (1, 3))
        assert (str(one.dx), str(one.dz)) == (str(two.dx), str(two.dz))


def test_threads_share_a_long_proof(gross: CSSCode) -> None:
    assert str(distance_of(gross, threads=2, method="clusters")) == "12"


def test_light_words_alone_prove_nothing(gross: CSSCode) -> None:
    distance = distance_of(gross, budget=Budget(work=2_000_000), method="information-sets")
    assert str(distance) == "2..12"
    assert distance.method == "information-sets"


def test_a_product_of_large_factors_gives_an_honest_interval() -> None:
    rng = np.random.default_rng(7)
    factor = random_classical(rng, 150, 70, 0.5)
    product = hypergraph_product(factor, np.eye(3, 4, dtype=np.uint8))
    distance = distance_of(product, budget=0.4)
    assert distance.lower <= distance.upper
    assert is_logical_operator(product, distance.witness, distance.upper)
    assert distance.method.startswith("product of ")


def test_products_agree_with_themselves_as_plain_css_codes() -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        first, second = (random_classical(rng, 5, 4, 0.4) for _ in range(2))
        product = hypergraph_product(first, second)
        plain = distance_of(CSSCode(product.x_checks, product.z_checks))
        distance = distance_of(product)
        if plain is None:
            assert distance is None
            continue
        assert (distance.dx.upper, distance.dz.upper) == (plain.dx.upper, plain.dz.upper)
        assert distance.exact
        assert is_logical_operator(product, distance.witness, distance.upper)


def test_dense_codes_of_dimension_beyond_enumeration_are_proved() -> None:
    code = random_classical(np.random.default_rng(3), 80, 44, 0.5)
    distance = distance_of(code)
    assert code.k == 36
    assert distance.exact
    assert distance.method == "brouwer-zimmermann"
    assert is_logical_operator(code, distance.witness, distance.upper)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": 0}, "target: must be at least 1, got 0"),
        ({"threads": 0}, "threads: must be at least 1, got 0"),
        ({"budget": -1.0}, "budget: seconds must be positive, got -1.0"),
        ({"budget": float("nan")}, "budget: seconds must be positive, got nan"),
        ({"method": "magic"}, "method: must be one of enumeration, clusters, .*, got magic"),
        ({"method": "information-sets"}, "budget: must be given for method information-sets"),
    ],
)
def test_bad_options_are_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        distance_of(ClassicalCode([[1, 1]]), **options)


def test_a_budget_of_no_work_is_refused() -> None:
    with pytest.raises(InputError, match="budget: work must be positive, got 0"):
        Budget(work=0)


def test_other_things_than_codes_are_refused() -> None:
    with pytest.raises(InputError, match="code: no distance algorithm for str"):
        distance_of("code")
