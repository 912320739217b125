"""The whole search with small budgets: what it finds, keeps, and repeats."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from qcode_rl.archive import Archive
from qcode_rl.codes import ClassicalCode, classical_code
from qcode_rl.distance.witness import is_logical_operator
from qcode_rl.errors import InputError
from qcode_rl.search.families import products
from qcode_rl.search.runner import Progress, SearchResult, run_search
from qcode_rl.search.spec import AgentOptions, RunOptions, SearchSpec

AGENT = AgentOptions(
    width=8, rounds=1, num_envs=32, rollout=16, batch_size=512, epochs=1, episode=40
)
#: Easy enough to be met many times within seconds.
SPEC = SearchSpec(6, 4, 3, family="hgp", agent=AGENT, evaluations=4000)
#: Not met within any budget of these tests.
HARD = replace(SPEC, distance=18, logicals=196)


def search(
    spec: SearchSpec,
    folder: Path,
    seconds: float | None = None,
    hook: Callable[[Progress], None] = lambda progress: None,
) -> SearchResult:
    return run_search(spec, RunOptions(folder, seconds, "cpu"), hook)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[SearchResult, Archive]:
    folder = tmp_path_factory.mktemp("first") / "archive"
    return search(SPEC, folder), Archive(folder)


def keys(result: SearchResult) -> list[str]:
    return [record.key for record in result.records]


def test_a_small_budget_finds_codes_that_meet_the_request(
    first: tuple[SearchResult, Archive],
) -> None:
    result, _ = first
    assert result.met
    assert len({record.k for record in result.records}) >= 3
    for record in result.records:
        assert (record.w <= 6, record.q <= 3, record.d >= 4) == (True, True, True)
        assert record.distance is not None
        assert record.distance.exact
        assert record.family == "hgp"
        assert record.provenance.spec_key == SPEC.key
        assert record.provenance.seed == 0
        assert 0 < (record.provenance.evaluations or 0) <= result.evaluations


def test_the_archive_holds_exactly_the_codes_reported_and_their_proofs(
    first: tuple[SearchResult, Archive],
) -> None:
    result, archive = first
    assert {record.key for record in archive.records()} == set(keys(result))
    assert archive.verify() == []
    assert archive.damage == []
    assert len(list(archive.path.rglob("*.jsonl"))) == 1
    for record in result.records:
        held = archive.get(record.key)
        assert held.label == record.label
        assert held.code is not None
        assert held.distance is not None
        assert held.distance.witness is not None
        assert held.distance.exact
        assert is_logical_operator(held.code, held.distance.witness, record.d)


def test_the_pareto_set_holds_the_shortest_code_of_each_k(
    first: tuple[SearchResult, Archive],
) -> None:
    result, _ = first
    best = result.pareto
    assert [record.k for record in best] == sorted(record.k for record in best)
    for record in result.records:
        others = [other for other in best if other.k >= record.k and other.d >= record.d]
        assert min(other.n for other in others) <= record.n


def test_the_result_as_json_holds_what_the_command_prints(
    first: tuple[SearchResult, Archive],
) -> None:
    result, _ = first
    values = result.as_json()
    assert list(values) == ["request", "met", "found", "evaluations", "seconds", "codes"]
    assert values["request"] == SPEC.as_dict()
    assert values["met"] is True
    assert values["found"] == len(result.records)
    assert [code["key"] for code in values["codes"]] == [record.key for record in result.pareto]


def test_the_same_seed_and_evaluations_give_the_same_codes_twice(
    first: tuple[SearchResult, Archive], tmp_path: Path
) -> None:
    result, _ = first
    # Whatever happened in the process before, and whatever the archive already holds.
    torch.manual_seed(99)
    np.random.seed(99)  # noqa: NPY002 the legacy generator is what a library might have used
    again = search(SPEC, tmp_path)
    assert keys(again) == keys(result)
    assert again.evaluations == result.evaluations
    third = search(SPEC, tmp_path, seconds=600.0)
    assert keys(third) == keys(result)


def test_another_seed_gives_other_codes(
    first: tuple[SearchResult, Archive], tmp_path: Path
) -> None:
    result, _ = first
    other = search(replace(SPEC, seed=1), tmp_path)
    assert set(keys(other)) != set(keys(result))


def test_a_second_run_adds_nothing_that_is_archived_already(
    first: tuple[SearchResult, Archive], tmp_path: Path
) -> None:
    result, _ = first
    search(SPEC, tmp_path)
    search(SPEC, tmp_path)
    archive = Archive(tmp_path)
    assert {record.key for record in archive.records()} == set(keys(result))
    # The second run had nothing to write, so it made no file.
    assert len(list(tmp_path.rglob("*.jsonl"))) == 1


def test_the_evaluations_are_kept_to_within_one_step_of_the_batch(
    first: tuple[SearchResult, Archive],
) -> None:
    result, _ = first
    # A step of the batch makes at most two evaluations in each environment.
    assert SPEC.evaluations is not None
    assert SPEC.evaluations <= result.evaluations <= SPEC.evaluations + 2 * AGENT.num_envs


def test_a_budget_spent_without_a_code_leaves_no_more_than_a_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    result = search(replace(HARD, evaluations=1), folder)
    assert not result.met
    assert not result.complete
    assert not result.interrupted
    assert result.records == result.pareto == []
    assert result.as_json()["met"] is False
    assert [path.name for path in folder.iterdir()] == ["checkpoints"]
    assert Archive(folder).records() == []


def test_the_clock_stops_a_search(tmp_path: Path) -> None:
    spec = replace(HARD, evaluations=None)
    search(replace(spec, evaluations=1), tmp_path)  # compiled and loaded before the clock runs
    began = time.monotonic()
    result = search(spec, tmp_path, seconds=2.0)
    # The margin is for a busy machine; an update of this agent takes a tenth of a second.
    assert 1.0 < time.monotonic() - began < 6.0
    assert not result.complete
    assert result.evaluations > 100


def test_the_clock_may_have_started_before_the_search(tmp_path: Path) -> None:
    spec = replace(HARD, evaluations=None)
    options = RunOptions(tmp_path, seconds=30.0, device="cpu")
    result = run_search(spec, options, started=time.monotonic() - 60.0)
    assert result.evaluations == 0
    assert result.seconds > 60.0


def test_an_interrupt_keeps_what_was_found(tmp_path: Path) -> None:
    def interrupt(progress: Progress) -> None:
        if len(progress.records) >= 2:
            raise KeyboardInterrupt

    result = search(SPEC, tmp_path, hook=interrupt)
    assert result.interrupted
    assert not result.complete
    # The second square, and perhaps products with the first that came with it.
    assert 2 <= len(result.records) <= 4
    assert {record.key for record in Archive(tmp_path).records()} == set(keys(result))


def test_progress_tells_how_the_search_stands(tmp_path: Path) -> None:
    told: list[tuple[int, int, int, float, float | None]] = []

    def note(progress: Progress) -> None:
        assert progress.looking_at.endswith(",4] factors")
        assert progress.evaluations_wanted == 2000
        left = progress.seconds_left
        told.append(
            (progress.evaluations, progress.steps, len(progress.records), progress.seconds, left)
        )

    result = search(replace(SPEC, evaluations=2000), tmp_path, seconds=600.0, hook=note)
    assert told == sorted(told, key=lambda one: one[:4])
    assert sorted({one[1] for one in told} - {0}) == [
        32 * (i + 1) for i in range(told[-1][1] // 32)
    ]
    assert told[-1][0] == result.evaluations
    assert told[-1][2] == len(result.records)
    assert all(abs(600.0 - one[3] - (one[4] or 0.0)) < 1e-6 for one in told)


def test_a_given_number_of_logicals_is_kept_to(tmp_path: Path) -> None:
    result = search(replace(SPEC, logicals=4, evaluations=3000), tmp_path)
    assert result.met
    assert min(record.k for record in result.records) == 4
    # What has more is no longer than as many copies of a code with fewer would be.
    for record in result.pareto:
        others = [other for other in result.pareto if other.w <= record.w and other.k < record.k]
        assert all(other.n * -(-record.k // other.k) > record.n for other in others)


def test_a_seed_code_gives_k_and_the_least_length(tmp_path: Path) -> None:
    seed = classical_code("hamming-3")
    spec = replace(SPEC, seed_code="hamming-3", distance=3, max_weight=8, max_degree=4)
    result = search(replace(spec, evaluations=2000), tmp_path)
    assert result.met
    assert {record.k for record in result.records} == {seed.k**2}
    assert min(record.n for record in result.records) == 7**2 + 3**2
    assert result.complete


def test_the_paper_reward_searches_as_well(tmp_path: Path) -> None:
    result = search(replace(SPEC, reward="paper", evaluations=3000), tmp_path)
    assert result.met


def test_a_search_that_reaches_the_bound_is_complete(tmp_path: Path) -> None:
    # The repetition code of 3 bits is the shortest for k = 1 and d = 3, and found at once.
    spec = SearchSpec(4, 3, family="hgp", seed_code="repetition-3", agent=AGENT)
    result = search(spec, tmp_path, seconds=60.0)
    assert result.complete
    assert [record.label for record in result.pareto] == ["[[13,1,3]](4,2)"]


def test_what_the_environment_reports_is_not_taken_on_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A kernel gone wrong must not fill an archive: the code is built and judged again.
    wrong = ClassicalCode([[1, 1, 0], [0, 1, 1]])
    monkeypatch.setattr(products, "ClassicalCode", lambda checks: wrong)
    with pytest.raises(AssertionError, match=r"the environment reported .* as meeting"):
        search(SPEC, tmp_path)
    assert Archive(tmp_path).records() == []


def test_a_folder_that_cannot_be_written_is_refused_before_the_search(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")

    def never(progress: Progress) -> None:
        raise AssertionError("the search began")

    with pytest.raises(InputError, match=r"^archive: "):
        search(SPEC, tmp_path / "file" / "archive", hook=never)
    assert (tmp_path / "file").read_text() == "mine"
