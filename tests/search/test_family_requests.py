"""Requests of single families: what is refused at once, and what a walk can make of the others."""

from typing import Any

import pytest

from qcode_rl.codes import named_code
from qcode_rl.errors import InputError
from qcode_rl.search.families.quantum import CSSCodes, StabilizerCodes, with_idle_qubits
from qcode_rl.search.spec import SearchSpec


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"family": "css", "logicals": 40}, "logicals: must be at most 30 for family css, got 40"),
        (
            {"family": "css", "seed_code": "steane", "qubits": (5, 6)},
            "qubits: must be at least the seed code's 7, got 6",
        ),
        (
            {"family": "two-block", "qubits": (13, 13)},
            "qubits: must be an even number for family two-block, got 13",
        ),
        (
            {"family": "two-block", "max_weight": 40, "qubits": (10, 20)},
            "qubits: two-block codes of 20 + 20 terms have at least 40, got 20",
        ),
        (
            {"family": "two-block", "seed_code": "bicycle-72-12", "max_weight": 5},
            "max_weight: two-block edits keep the seed code's check weight 6, got 5",
        ),
        (
            {"family": "two-block", "seed_code": "bicycle-72-12", "max_degree": 2},
            "max_degree: two-block edits keep the seed code's degree 3, got 2",
        ),
        (
            {"family": "two-block", "seed_code": "bicycle-72-12", "qubits": (80, 90)},
            "qubits: two-block edits keep the seed code's 72, got at least 80",
        ),
        ({"family": "css", "seed_code": "steene"}, "seed_code: no code is called 'steene'"),
    ],
)
def test_requests_that_no_environment_could_be_made_for_are_refused(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        SearchSpec(**{"max_weight": 6, "distance": 3} | change)
    assert str(caught.value).startswith(message)


def test_every_row_that_is_opened_has_environments() -> None:
    family = CSSCodes(SearchSpec(64, 2, family="css"))
    family.walk.open_up_to(64)
    row = family.walk.rows[-1]
    assert row.dimension == 30
    family.make_batch(family.size(row)).close()


@pytest.mark.parametrize("name", ["steane", "five-qubit"])
def test_a_seed_is_looked_at_with_further_qubits_where_its_own_do_not_do(name: str) -> None:
    seed = named_code(name)
    family = StabilizerCodes(SearchSpec(3, 3, family="stabilizer", seed_code=name))
    row = family.walk.rows[0]
    assert row.length == seed.num_qubits
    row.fail()
    assert row.length == seed.num_qubits + 1
    batch = family.make_batch(family.size(row))
    batch.close()
    for n in (seed.num_qubits, row.length, 12):
        longer = with_idle_qubits(seed, n)
        assert isinstance(longer, type(seed))
        assert (longer.num_qubits, longer.num_logicals) == (n, seed.num_logicals)
        distance, known = longer.distance(), seed.distance()
        assert distance is not None
        assert known is not None
        assert distance.lower == known.lower


def test_a_seed_keeps_all_its_logical_qubits_when_fewer_are_asked_for() -> None:
    spec = SearchSpec(6, 2, family="css", seed_code="toric-3", logicals=1)
    seed = spec.seed_quantum
    assert seed is not None
    family = CSSCodes(spec)
    assert [row.dimension for row in family.walk.rows] == [seed.num_logicals]
    family.make_batch(family.size(family.walk.rows[0])).close()
