"""What a search must find within three minutes on one core: the promises of the front door."""

from pathlib import Path

import pytest

from qcode_rl.search.comparison import Plan, compare
from qcode_rl.search.runner import run_search
from qcode_rl.search.spec import RunOptions, SearchSpec
from qcode_rl.search.targets import read_targets

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_weight_six_distance_nine_reaches_what_annealing_does(tmp_path: Path, seed: int) -> None:
    # [[485,9,9]] and [[586,16,9]] are what simulated annealing is known to reach.
    spec = SearchSpec(6, 9, max_degree=3, family="hgp", seed=seed, evaluations=200_000)
    result = run_search(spec, RunOptions(tmp_path, seconds=180))
    assert any(record.k >= 9 and record.n <= 549 for record in result.records)
    assert any(record.k >= 16 and record.n <= 656 for record in result.records)
    assert all(record.w <= 6 and record.q <= 3 and record.d >= 9 for record in result.records)


def test_distance_sixteen_with_nine_logicals_beats_the_paper(tmp_path: Path) -> None:
    # arXiv:2502.14372, Table II: n = 1745; no square product of a [n, 3, 16] code is below 1409.
    spec = SearchSpec(6, 16, max_degree=3, logicals=9, family="hgp")
    result = run_search(spec, RunOptions(tmp_path, seconds=180))
    assert min(record.n for record in result.records) <= 1745
    assert all(record.d >= 16 for record in result.records)


def test_the_shipped_policy_needs_fewer_evaluations_than_the_best_annealing() -> None:
    targets = tuple(read_targets())
    results = compare(
        Plan(targets, ("pretrained", "annealing"), seeds=20, budget=20_000, seed=1000)
    )
    ratio = results.as_json()["summary"]["pretrained/annealing"]
    assert ratio["targets"] >= 20
    assert ratio["interval"][1] < 1


@pytest.mark.parametrize(("k", "d", "least"), [(4, 16, 1576), (5, 15, 1525)])
def test_rows_of_the_paper_are_reduced_to_the_shortest_square_there_can_be_or_below(
    tmp_path: Path, k: int, d: int, least: int
) -> None:
    # arXiv:2502.14372, Table II, has n = 1930 and 2125. Products of two different codes, or of
    # circulants, may be shorter than any square.
    spec = SearchSpec(6, d, max_degree=3, logicals=k * k, family="hgp")
    result = run_search(spec, RunOptions(tmp_path, seconds=180))
    assert min(record.n for record in result.records) <= least
