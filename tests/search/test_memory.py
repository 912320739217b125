"""A long search keeps to its memory: the bound over all sizes, and an hour looked at from outside.

The bound of a single batch is tested in tests/edits/test_forgetting.py.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from qcode_rl.edits.tallies import Tally, check_tally, empty_tally
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.batches import Batches, Size
from qcode_rl.search.runner import run_search
from qcode_rl.search.spec import AgentOptions, RunOptions, SearchSpec

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
# The programs import what they share from their own folder, as `qcode-rl bench` has it.
sys.path.insert(0, str(BENCHMARKS))

import memory  # noqa: E402
from memory import Sample  # noqa: E402


class Plain:
    """Stands in for a batch: it has a tally, and nothing else."""

    open = 0

    def __init__(self) -> None:
        self.held = empty_tally()
        Plain.open += 1

    def see(self, count: int) -> None:
        """Evaluate so many new matrices."""
        before = self.held["counters"][0]
        new = 2 * np.arange(before, before + count, dtype=np.uint64) + 1
        counters = self.held["counters"] + count
        self.held |= {"seen": np.append(self.held["seen"], new), "counters": counters}

    def tally(self) -> Tally:
        return {name: array.copy() for name, array in self.held.items()}

    def restore_tally(self, tally: Tally) -> None:
        check_tally(tally)
        self.held = dict(tally)

    def close(self) -> None:
        Plain.open -= 1


def batches(tallies: dict[Size, Tally] | None = None, **options: int) -> Batches:
    Plain.open = 0
    return Batches(lambda size: cast(CodeVecEnv, Plain()), tallies, **options)


def play(held: Batches, size: Size, count: int) -> dict[Size, Tally]:
    """Play a slice in which so many new matrices are seen; return the tallies after it."""
    cast(Any, held.take(size)).see(count)
    return held.tallies()


def lengths(tallies: dict[Size, Tally]) -> dict[Size, int]:
    return {size: len(tally["seen"]) for size, tally in tallies.items()}


def test_a_size_goes_on_from_what_it_had_seen_whether_its_batch_was_kept_or_not() -> None:
    held = batches(kept=2)
    for _ in range(3):
        for bits in range(5):
            tallies = play(held, (bits, 1), 10 + bits)
            assert Plain.open == min(2, len(tallies))
    assert lengths(tallies) == {(bits, 1): 3 * (10 + bits) for bits in range(5)}
    assert all(tally["counters"][0] == len(tally["seen"]) for tally in tallies.values())
    held.close()
    assert Plain.open == 0


def test_the_batch_taken_last_is_taken_again_as_it_is() -> None:
    held = batches(kept=1)
    one = held.take((9, 2))
    cast(Any, one).see(4)
    held.tallies()
    assert held.take((9, 2)) is one
    assert len(one.tally()["seen"]) == 4


def test_batches_that_are_not_in_use_hold_no_tables() -> None:
    held = batches(kept=3)
    taken = [held.take((bits, 1)) for bits in range(3)]
    for bits, env in enumerate(taken):
        play(held, (bits, 1), 5)
        held.take((7, 7))
        assert len(env.tally()["seen"]) == 0


def test_the_largest_tally_is_forgotten_once_all_hold_too_much() -> None:
    held = batches(remember=100)
    play(held, (5, 1), 30)
    play(held, (6, 1), 45)
    assert lengths(play(held, (7, 1), 25)) == {(5, 1): 30, (6, 1): 45, (7, 1): 25}
    tallies = play(held, (7, 1), 1)
    assert lengths(tallies) == {(5, 1): 30, (6, 1): 0, (7, 1): 26}
    # Its evaluations still count, and go on from there.
    assert tallies[6, 1]["counters"].tolist() == [45, 45, 45]
    assert tallies[6, 1]["forgotten"].tolist() == [45]
    tallies = play(held, (6, 1), 3)
    assert (len(tallies[6, 1]["seen"]), tallies[6, 1]["counters"][0]) == (3, 48)


def test_the_size_in_turn_can_be_the_one_to_forget() -> None:
    held = batches(remember=100)
    play(held, (5, 1), 30)
    assert lengths(play(held, (6, 1), 80)) == {(5, 1): 30, (6, 1): 0}
    tallies = play(held, (6, 1), 2)
    assert lengths(tallies) == {(5, 1): 30, (6, 1): 2}
    assert tallies[6, 1]["counters"][0] == 82


def test_tallies_handed_out_stay_as_they_are() -> None:
    held = batches(remember=60)
    first = play(held, (5, 1), 40)
    play(held, (5, 1), 10)
    play(held, (6, 1), 30)
    assert lengths(first) == {(5, 1): 40}
    assert first[5, 1]["seen"].flags.owndata


def test_batches_that_begin_with_tallies_go_on_as_those_that_made_them() -> None:
    rng = np.random.default_rng(0)
    slices = [((int(rng.integers(5)), 1), int(rng.integers(1, 60))) for _ in range(60)]
    whole = batches(kept=2, remember=200)
    after = [play(whole, size, count) for size, count in slices]
    assert any(lengths(tallies).values() != lengths(after[0]).values() for tallies in after)
    for cut in range(1, 60, 7):
        resumed = batches(after[cut - 1], kept=2, remember=200)
        for (size, count), expected in zip(slices[cut:], after[cut:], strict=True):
            tallies = play(resumed, size, count)
            assert lengths(tallies) == lengths(expected)
            for one, other in zip(sorted(tallies), sorted(expected), strict=True):
                assert one == other
                assert all(
                    np.array_equal(tallies[one][name], expected[one][name]) for name in tallies[one]
                )


def test_codes_found_are_held_without_their_matrices(tmp_path: Path) -> None:
    agent = AgentOptions(width=8, rounds=1, num_envs=16, rollout=16, batch_size=128, episode=40)
    spec = SearchSpec(6, 4, 3, family="hgp", agent=agent, evaluations=600)
    for resume in (False, True):
        result = run_search(spec, RunOptions(tmp_path, device="cpu", resume=resume))
        assert result.as_json()["found"] == len(result.records) > 3
        assert not any("code" in vars(record) for record in result.records)
    # They are built when somebody asks.
    assert all(record.code.num_logicals == record.k for record in result.records)


def test_growth_is_told_from_the_second_sixth_to_the_last() -> None:
    samples = [Sample(second, 100.0 if second < 3000 else 130.0) for second in range(0, 3601, 5)]
    grown = memory.growth([Sample(0.0, 5000.0), *samples[1:]])
    assert (grown.before, grown.after) == (100.0, 130.0)
    assert (grown.mebibytes, grown.percent) == (30.0, 30.0)
    assert memory.by_minute(samples)[48:52] == [100.0, 100.0, 130.0, 130.0]


def test_the_memory_of_a_process_is_seen_from_outside(tmp_path: Path) -> None:
    # It takes 64 MiB more after half a second.
    program = "import time; time.sleep(0.5); held = bytearray(b'1') * (64 << 20); time.sleep(0.5)"
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        samples = memory.watch(process, every=0.05)
    assert process.returncode == 0
    held = [sample.mebibytes for sample in samples]
    assert 63 < max(held) - min(held) < 100
    assert memory.resident(process.pid) is None
    memory.draw(samples, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 10_000


def test_a_search_is_watched_to_its_end(tmp_path: Path) -> None:
    samples, found = memory.watch_search(1.0, tmp_path / "archive", every=0.1)
    assert found["request"]["distance"] == 9
    assert max(sample.mebibytes for sample in samples) > 100


@pytest.mark.long
@pytest.mark.timeout(4200)
def test_the_memory_of_an_hour_of_searching_stays_flat(tmp_path: Path) -> None:
    samples, found = memory.watch_search(3600.0, tmp_path / "archive")
    grown = memory.growth(samples)
    assert found["met"]
    assert samples[-1].seconds > 3400
    assert grown.mebibytes <= max(30.0, 0.05 * grown.before), grown
