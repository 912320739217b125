"""Sweeps as array jobs on a real Slurm; the short ones run wherever its packages are installed."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from slurm_cluster import Cluster, await_that

from qcode_rl.archive import Archive
from qcode_rl.search.files import spec_from
from qcode_rl.search.runner import run_search
from qcode_rl.search.spec import RunOptions
from qcode_rl.sweep.files import read_sweep
from qcode_rl.sweep.ledger import Ledger
from qcode_rl.sweep.points import points_of

pytestmark = pytest.mark.timeout(900)
PROGRAM = Path(sys.executable).with_name("qcode-rl")
SMOKE = Path(__file__).parents[2] / "search_runs" / "smoke.toml"
#: One search that takes long enough to be signalled, in slices short enough to be cut between.
ONE = """time = "10m"
[spec]
max_weight = 6
family = "hgp"
distance = 18
logicals = 196
evaluations = 60_000
[spec.agent]
num_envs = 32
rollout = 16
batch_size = 512
slice_rollouts = 2
"""
#: Searches of a second.
SMALL = """seeds = 6
[spec]
max_weight = 6
family = "hgp"
distance = 4
max_degree = 3
evaluations = 1500
[spec.agent]
num_envs = 32
rollout = 16
batch_size = 512
[slurm]
time = 5
points_per_job = 2
"""


def qcode_rl(*arguments: str | Path) -> str:
    """Return what a command prints; it must succeed."""
    command = [str(PROGRAM), *map(str, arguments)]
    done = subprocess.run(command, text=True, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def status(file: Path, archive: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(
        qcode_rl("sweep", "status", file, "--archive", archive, "--json")
    )
    return told


def events(archive: Path, what: str) -> list[dict[str, Any]]:
    lines = (archive / "sweeps").glob("*/*.jsonl")
    held = [json.loads(line) for path in lines for line in path.read_text().splitlines()]
    return [event for event in held if event["what"] == what]


def facts(archive: Path) -> list[tuple[Any, ...]]:
    """Return all that is the same whoever ran the searches, and in whatever order."""
    held = Archive(archive)
    # Several searches may find one code: which of them a record names is a matter of dates.
    return sorted(
        (r.key, r.n, r.k, str(r.distance), r.w, r.q, told.provenance.spec_key, told.provenance.seed)
        for r in held.records()
        for told in held.found(r.key)
    )


def submit(file: Path, archive: Path) -> list[str]:
    command = ("sweep", "run", file, "--executor", "slurm", "--archive", archive, "--json")
    tasks: list[str] = json.loads(qcode_rl(*command))["tasks"]
    return tasks


@pytest.mark.long
def test_the_smoke_sweep_runs_as_a_job_array(slurm: Cluster, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    tasks = submit(SMOKE, archive)
    assert len(tasks) == len(points_of(read_sweep(SMOKE))) >= 8
    assert submit(SMOKE, archive) == []  # all of it is in the queue
    now = status(SMOKE, archive)
    assert now["running"] + now["queued"] + now["done"] == len(tasks)
    await_that(lambda: status(SMOKE, archive)["done"] == len(tasks), seconds=800)
    await_that(lambda: not slurm.states(), seconds=60)
    done = Counter(event["point"] for event in events(archive, "done"))
    assert set(done.values()) == {1}
    assert Archive(archive).verify() == []
    assert not list((archive / "claims").iterdir())
    assert not list((archive / "checkpoints").glob("*.safetensors"))


@pytest.mark.parametrize("signal", ["USR1", pytest.param("USR2", marks=pytest.mark.long)])
def test_a_job_that_is_signalled_requeues_itself_and_goes_on_from_its_checkpoint(
    slurm: Cluster, tmp_path: Path, signal: str
) -> None:
    file, archive = tmp_path / "one.toml", tmp_path / "archive"
    file.write_text(ONE)
    (task,) = submit(file, archive)
    await_that(lambda: _evaluations(archive, file) > 5000, seconds=300)
    slurm.run("scancel", f"--signal={signal}", task)
    await_that(lambda: events(archive, "stopped"), seconds=60)
    await_that(lambda: status(file, archive)["done"] == 1, seconds=400)
    assert len(events(archive, "start")) == 2
    (end,) = events(archive, "done")
    assert end["resumed_at"] >= 512
    whole = run_search(*_alone(file, tmp_path / "whole"))
    assert (end["evaluations"], end["found"]) == (whole.evaluations, len(whole.records))


@pytest.mark.long
def test_a_job_that_is_cancelled_stays_away_and_leaves_its_points_open(
    slurm: Cluster, tmp_path: Path
) -> None:
    file, archive = tmp_path / "one.toml", tmp_path / "archive"
    file.write_text(ONE)
    (task,) = submit(file, archive)
    await_that(lambda: _evaluations(archive, file) > 5000, seconds=300)
    slurm.run("scancel", task)
    await_that(lambda: not slurm.states(), seconds=60)
    now = status(file, archive)
    assert (now["done"], now["running"], now["queued"], now["failed"]) == (0, 0, 0, 0)
    assert len(submit(file, archive)) == 1  # the same command goes on


def test_two_executors_fill_archives_that_merge_to_what_one_run_after_the_other_finds(
    slurm: Cluster, tmp_path: Path
) -> None:
    file = tmp_path / "small.toml"
    file.write_text(SMALL)
    other = tmp_path / "other.toml"
    other.write_text(SMALL.replace("seeds = 6", "seeds = [5, 4, 3]"))
    here, there, alone = (tmp_path / name for name in ("here", "there", "alone"))
    qcode_rl("sweep", "run", other, "--archive", here)
    half = tmp_path / "half.toml"
    half.write_text(SMALL.replace("seeds = 6", "seeds = [0, 1, 2]"))
    assert len(submit(half, there)) == 2
    await_that(lambda: status(half, there)["done"] == 3, seconds=300)
    merged = Archive(tmp_path / "merged")
    merged.merge(here, there)
    for point in points_of(read_sweep(file)):
        run_search(spec_from(point.values), RunOptions(alone, alone=True))
    assert facts(merged.path) == facts(alone)
    # What either has finished is not run again.
    assert status(file, merged.path)["done"] == 6


def _evaluations(archive: Path, file: Path) -> int:
    """Return how far the one point has come, by its last heart-beat."""
    held = Ledger(archive).refresh()
    return max(held.state(p.key).last.get("evaluations", 0) for p in points_of(read_sweep(file)))


def _alone(file: Path, archive: Path) -> tuple[Any, RunOptions]:
    (point,) = points_of(read_sweep(file))
    return spec_from(point.values), RunOptions(archive, alone=True)
