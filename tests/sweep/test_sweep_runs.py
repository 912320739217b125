"""Sweeps that are stopped and killed in every way, and what they come to all the same.

One sweep is told to stop, loses workers, loses its parent, is run twice at the same time and comes
to its end; what tests look at was noted on the way.
"""

import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from running_sweeps import (
    SPEC,
    Found,
    Run,
    await_that,
    codes_in,
    ending_all,
    events,
    found_in,
    kill,
    leftovers,
    logs_of,
    points_in,
    runs_on,
    search_one_by_one,
)

from qcode_rl.archive import Archive
from qcode_rl.search.checkpoint import Checkpoint
from qcode_rl.search.files import spec_from
from qcode_rl.sweep.files import read_sweep
from qcode_rl.sweep.ledger import Ledger
from qcode_rl.sweep.local import prepare, run_here
from qcode_rl.sweep.points import Point, points_of

# Processes start slowly on a machine that is busy.
pytestmark = pytest.mark.timeout(900)

#: Two searches of some seconds, so that they are in the middle of it when something happens, and
#: eight short ones.
POINTS = """
[[zip]]
seed = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
evaluations = [9000, 9000, 600, 600, 600, 600, 600, 600, 600, 600]
distance = [4, 5, 4, 5, 4, 5, 4, 5, 4, 5]
"""
#: Starts of the parent, and of two workers with it.
SPAN = 3.0


@dataclass
class Story:
    """What was noted while a sweep went through everything."""

    folder: Path
    archive: Path
    file: Path
    points: list[Point]
    runs: dict[str, Run] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    #: After the sweep was told to stop: checkpoints by key, claims and checkpoints, events.
    slices: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    stopped: list[dict[str, Any]] = field(default_factory=list)
    orphans: list[int] = field(default_factory=list)
    orphan_seconds: float = 0.0
    claims_of_orphans: list[str] = field(default_factory=list)
    at_last: list[dict[str, Any]] = field(default_factory=list)

    def run(self, *options: object) -> Run:
        return Run.start(
            self.folder, "sweep", "run", self.file, "--archive", self.archive, *options
        )


def started(story: Story, run: Run, before: int, count: int = 2) -> list[int]:
    """Wait until workers of a run have begun points, and return their numbers."""
    await_that(lambda: len(points_in(story.archive, "start")) >= before + count, "points are begun")
    return run.workers()


def begun(story: Story) -> int:
    return len(points_in(story.archive, "start"))


def is_told_to_stop(story: Story, runs: list[Run]) -> None:
    run = story.run("--max-parallel", 2)
    runs.append(run)
    await_that(lambda: codes_in(story.archive) >= 8, "codes are found")
    time.sleep(0.5)
    # As Ctrl-C does: to the workers as well, who leave it to their parent.
    os.killpg(run.process.pid, signal.SIGINT)
    story.statuses["told to stop"], story.runs["told to stop"] = run.end(), run
    story.left = leftovers(story.archive)
    story.stopped = events(story.archive, "stopped")
    for point in story.points:
        path = story.archive / "checkpoints" / f"{point.key}.safetensors"
        if path.exists():
            story.slices[point.key] = Checkpoint.read(path, spec_from(point.values)).slices


def loses_workers_and_then_its_parent(story: Story, runs: list[Run], rng: random.Random) -> None:
    before = begun(story)
    run = story.run("--max-parallel", 2)
    runs.append(run)
    workers = started(story, run, before)
    time.sleep(rng.uniform(0, 1))
    kill(rng.choice(workers))
    await_that(lambda: len(run.workers()) == 2 and workers != run.workers(), "a worker follows")
    time.sleep(rng.uniform(0, SPAN))
    story.orphans = run.workers()
    kill(run.process.pid)
    story.statuses["killed"], story.runs["killed"] = run.end(), run
    began = time.monotonic()
    await_that(lambda: not any(map(runs_on, story.orphans)), "orphans end")
    story.orphan_seconds = time.monotonic() - began
    story.claims_of_orphans = [name for name in leftovers(story.archive) if len(name) == 64]


def is_run_twice_at_a_time(story: Story, runs: list[Run], rng: random.Random) -> None:
    before = begun(story)
    pair = [story.run("--max-parallel", 1) for _ in range(2)]
    runs += pair
    workers = started(story, pair[0], before, count=1)
    time.sleep(rng.uniform(0, 1))
    for pid in workers:
        kill(pid)
    for name, run in zip(("one of two", "other of two"), pair, strict=True):
        story.statuses[name], story.runs[name] = run.end(), run


def has_nothing_left(story: Story, runs: list[Run]) -> None:
    count = len(events(story.archive))
    began = time.monotonic()
    run = story.run()
    runs.append(run)
    story.statuses["finished"], story.runs["finished"] = run.end(), run
    story.seconds["finished"] = time.monotonic() - began
    story.at_last = events(story.archive)[count:]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("sweep")
    file = folder / "eventful.toml"
    file.write_text(SPEC + POINTS)
    story = Story(folder, folder / "archive", file, points_of(read_sweep(file)))
    rng = random.Random(7)
    with ending_all() as runs:
        is_told_to_stop(story, runs)
        loses_workers_and_then_its_parent(story, runs, rng)
        is_run_twice_at_a_time(story, runs, rng)
        has_nothing_left(story, runs)
        yield story


@pytest.fixture(scope="module")
def one_by_one(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What searches of the same specs find, one after the other in one process."""
    archive = tmp_path_factory.mktemp("one-by-one")
    search_one_by_one(archive, story.points)
    return found_in(archive)


def test_a_sweep_that_is_told_to_stop_ends_as_interrupted_with_checkpoints(story: Story) -> None:
    assert story.statuses["told to stop"] == 130
    said = story.runs["told to stop"].said
    assert said[0] == f"eventful: 10 of 10 points to run, into {story.archive}"
    assert "stopping: searches write their checkpoints (again to kill them)" in said
    assert said[-1] == "interrupted; the same command goes on from here"
    # Claims are given back; a checkpoint is left of each search that was in the middle.
    stopped = [event["point"] for event in story.stopped]
    assert 1 <= len(stopped) <= 2
    assert all(event["seconds"] > 0 for event in story.stopped)
    assert sorted(story.left) == sorted(f"{key}.safetensors" for key in story.slices)
    assert story.slices.keys() <= set(stopped)
    assert story.slices
    assert all(slices > 0 for slices in story.slices.values())


def test_workers_whose_parent_is_killed_end_by_themselves(story: Story) -> None:
    assert story.statuses["killed"] == -signal.SIGKILL
    assert len(story.orphans) == 2
    assert story.orphan_seconds < 60
    # They had the time to give back what they had claimed, and to say so.
    assert story.claims_of_orphans == []


def test_a_worker_that_is_killed_is_told_of_and_its_point_done_by_another(story: Story) -> None:
    lost = events(story.archive, "lost")
    assert lost
    done = points_in(story.archive, "done")
    labels = {point.key: point.label for point in story.points}
    reason = "the worker is gone: it was ended by SIGKILL (out of memory, or by hand)"
    for event in lost:
        assert event["point"] in done
        # Of two runs, the other may have taken the point over before this one told of it.
        assert event["reason"] == reason or re.fullmatch(
            r"process \d+ on \S+ is gone", event["reason"]
        )
    assert lost[0]["reason"] == reason
    said = story.runs["killed"].said
    assert f"lost  {labels[lost[0]['point']]}: {reason}" in said


def test_a_stopped_search_goes_on_from_its_checkpoint(story: Story) -> None:
    ends = {event["point"]: event for event in events(story.archive, "done")}
    assert all(ends[key]["resumed_at"] > 0 for key in story.slices)
    # Who watches is told, of those at least that resume before the next kill.
    labels = {point.key: point.label for point in story.points}
    resumed = "|".join(re.escape(labels[key]) for key in story.slices)
    note = rf"note  ({resumed}): resumed at [\d,]+ evaluations with \d+ codes found"
    assert any(re.fullmatch(note, line) for run in story.runs.values() for line in run.said)


def test_whatever_is_killed_each_point_is_done_exactly_once(story: Story) -> None:
    done = Counter(points_in(story.archive, "done"))
    assert done == Counter(point.key for point in story.points)
    assert points_in(story.archive, "failed") == []


def test_two_runs_at_a_time_share_the_points(story: Story) -> None:
    for name in ("one of two", "other of two"):
        assert story.statuses[name] == 0, story.runs[name].said
        assert "10 of 10 points done" in story.runs[name].printed


def test_no_two_workers_run_a_point_at_the_same_time(story: Story) -> None:
    runs: dict[str, list[list[float]]] = {}
    for log in logs_of(story.archive):
        times: dict[str, list[list[float]]] = {}
        for event in log:
            if event["what"] == "start":
                times.setdefault(event["point"], []).append([event["time"]])
            elif event["what"] in ("beat", "stopped", "done") and event["point"] in times:
                times[event["point"]][-1].append(event["time"])
        for key, held in times.items():
            runs.setdefault(key, []).extend(held)
    assert len(runs) == 10
    for held in runs.values():
        ordered = sorted(held)
        for one, following in pairwise(ordered):
            assert max(one) <= following[0]


def test_the_archive_holds_what_searches_one_by_one_find(story: Story, one_by_one: Found) -> None:
    assert len(one_by_one) == 10
    assert found_in(story.archive) == one_by_one


def test_nothing_in_the_archive_is_wrong_and_nothing_is_left_behind(story: Story) -> None:
    archive = Archive(story.archive)
    assert archive.verify() == []
    assert archive.damage == []
    assert archive.conflicts == []
    assert leftovers(story.archive) == []
    assert not [path for path in story.archive.rglob("*") if path.suffix in (".tmp", ".part")]


def test_logs_name_the_codes_of_each_point(story: Story, one_by_one: Found) -> None:
    held = Ledger(story.archive).refresh()
    for point in story.points:
        done = held.state(point.key).done
        assert done is not None
        expected = {found[0][:16] for found in one_by_one[point.key]}
        assert expected <= set(done["codes"])
        assert done["found"] >= len(expected)
        assert done["evaluations"] >= point.values["evaluations"]
        best = max(one_by_one[point.key], key=lambda found: found[2] * found[3] ** 2 / found[1])
        assert done["best"]["kd2/n"] >= round(best[2] * best[3] ** 2 / best[1], 4)


def test_a_sweep_that_is_finished_is_over_at_once(story: Story) -> None:
    run = story.runs["finished"]
    assert story.statuses["finished"] == 0
    assert run.said == [f"eventful: 0 of 10 points to run, into {story.archive}"]
    assert run.printed.startswith("10 of 10 points done")
    assert story.at_last == []
    # No worker starts; what takes its time is reading the specs, on a machine that is busy.
    assert story.seconds["finished"] < 30


def half(story: Story, archive: Path, points: Sequence[Point]) -> Archive:
    sweep = read_sweep(story.file)
    prepare(sweep, archive, story.points)
    ending = run_here(archive, sweep.name, points, size=1)
    assert (ending.done, ending.failed, ending.left) == (len(points), 0, 0)
    return Archive(archive)


def test_archives_of_two_halves_merge_into_the_same_whichever_comes_first(
    story: Story, one_by_one: Found, tmp_path: Path
) -> None:
    # The long ones apart: what they find was compared already.
    points = story.points[2:]
    expected = {point.key: one_by_one[point.key] for point in points}
    one = half(story, tmp_path / "one", points[::2])
    other = half(story, tmp_path / "other", points[::-1][::2])
    for name, first, second in (("forth", one, other), ("back", other, one)):
        whole = Archive(tmp_path / name)
        whole.merge(first)
        whole.merge(second)
        assert found_in(whole.path) == expected
        assert whole.verify() == []
    assert Archive(tmp_path / "forth").listing() == Archive(tmp_path / "back").listing()


@pytest.mark.long
def test_a_sweep_that_is_killed_again_and_again_comes_to_the_same_end(
    story: Story, one_by_one: Found, tmp_path: Path
) -> None:
    rng = random.Random(11)
    archive = tmp_path / "archive"
    again = Story(tmp_path, archive, story.file, story.points)
    kills = 0
    with ending_all() as runs:
        while len(points_in(archive, "done")) < len(story.points) and kills < 12:
            run = again.run("--max-parallel", 2)
            runs.append(run)
            for _ in range(rng.randint(1, 3)):
                before = begun(again)
                await_that(
                    lambda run=run, n=before: begun(again) > n or run.process.poll() is not None,
                    "a point is begun",
                )
                time.sleep(rng.uniform(0, 2))
                victims = [*run.workers(), run.process.pid]
                kill(rng.choice(victims), rng.choice([signal.SIGKILL, signal.SIGTERM]))
                kills += 1
            # Slurm and others tell all processes at once; some tell the parent, or kill it.
            if rng.random() < 0.5:
                os.killpg(run.process.pid, signal.SIGTERM)
            else:
                kill(run.process.pid, rng.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT]))
            run.end()
            # Whoever is still at work has claims: the next run waits for it.
        run = again.run("--max-parallel", 2)
        runs.append(run)
        assert run.end() == 0, run.said
    assert Counter(points_in(archive, "done")) == Counter(point.key for point in story.points)
    assert found_in(archive) == one_by_one
    assert Archive(archive).verify() == []
    assert leftovers(archive) == []
