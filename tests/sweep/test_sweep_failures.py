"""Sweeps on machines where things go wrong: what is told, what is left, and how they go on."""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from running_sweeps import (
    SPEC,
    Run,
    await_that,
    done_with,
    ending_all,
    events,
    found_in,
    kill,
    leftovers,
    points_in,
    search_one_by_one,
)

from qcode_rl.archive import Archive
from qcode_rl.sweep.files import read_sweep
from qcode_rl.sweep.points import Point, points_of

# Processes start slowly on a machine that is busy.
pytestmark = pytest.mark.timeout(900)

#: A short search, one in whose middle things happen, and another short one.
THREE = """
[[zip]]
seed = [0, 1, 2]
evaluations = [300, 6000, 300]
"""
#: One that nothing ails; one with a checkpoint that is none; one that wants all memory there is.
AILING = """
[[list]]
seed = 0
[[list]]
seed = 1
[[list]]
"agent.num_envs" = 100_000_000_000
[[list]]
seed = 2
"""
AGAIN = "; the same command goes on from here"
#: Takes away a worker's memory before it can load what a search needs.
WITHOUT_MEMORY = """
import resource, sys
if "qcode_rl.sweep.worker" in sys.orig_argv:
    resource.setrlimit(resource.RLIMIT_AS, (300 << 20,) * 2)
"""


class Scene:
    """A sweep file and an archive."""

    def __init__(self, folder: Path, text: str, archive: Path | None = None) -> None:
        self.folder, self.archive = folder, archive or folder / "archive"
        self.file = folder / "some.toml"
        self.file.write_text(text)
        self.points: list[Point] = points_of(read_sweep(self.file))

    def arguments(self, verb: str) -> list[object]:
        return ["sweep", verb, self.file, "--archive", self.archive]

    def start(self, *options: object, **how: Any) -> Run:
        return Run.start(self.folder, *self.arguments("run"), *options, **how)

    def does(self, verb: str, *options: object, **how: Any) -> tuple[int, Run]:
        return done_with(self.folder, *self.arguments(verb), *options, **how)

    def status(self) -> dict[str, Any]:
        status, run = self.does("status", "--json")
        assert status == 0
        return run.json()

    def comes_to_its_end(self, **how: Any) -> Run:
        """Run the same command again, and compare what there is then with searches one by one."""
        status, run = self.does("run", "--max-parallel", 1, **how)
        assert status == 0, run.said
        assert Counter(points_in(self.archive, "done")) == Counter(p.key for p in self.points)
        assert leftovers(self.archive) == []
        archive = Archive(self.archive)
        assert archive.verify() == []
        assert archive.damage == []
        search_one_by_one(self.folder / "one-by-one", self.points)
        assert found_in(self.archive) == found_in(self.folder / "one-by-one")
        return run


def await_start_of(scene: Scene, number: int, times: int = 1) -> None:
    key = scene.points[number].key
    await_that(lambda: points_in(scene.archive, "start").count(key) >= times, "a point is begun")


@dataclass
class Ailing:
    """What a sweep came to of which two points fail, run by run."""

    scene: Scene
    statuses: dict[str, int] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    json: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def does(self, name: str, verb: str, *options: object) -> None:
        before = events(self.scene.archive) if self.scene.archive.exists() else []
        # Not that a machine with that much memory is used up by this.
        limited = ["bash", "-c", 'ulimit -v 16000000; exec "$@"', "bash"]
        self.statuses[name], self.runs[name] = self.scene.does(verb, *options, before=limited)
        self.json[name] = self.scene.status()
        self.events[name] = [e for e in events(self.scene.archive) if e not in before]

    def checkpoint(self, number: int) -> Path:
        key = self.scene.points[number].key
        return self.scene.archive / "checkpoints" / f"{key}.safetensors"


@pytest.fixture(scope="module")
def ailing(tmp_path_factory: pytest.TempPathFactory) -> Ailing:
    story = Ailing(Scene(tmp_path_factory.mktemp("ailing"), SPEC + AILING))
    broken = story.checkpoint(1)
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no checkpoint at all")
    story.does("first", "run", "--max-parallel", 1)
    story.does("again", "run")
    broken.unlink()
    story.does("retried", "retry", "--max-parallel", 1)
    return story


def test_a_search_that_fails_is_told_and_left_and_the_others_go_on(ailing: Ailing) -> None:
    assert ailing.statuses["first"] == 1
    assert Counter(e["what"] for e in ailing.events["first"] if "point" in e) == {
        "start": 4,
        "done": 2,
        "failed": 2,
    }
    told = ailing.json["first"]
    assert (told["points"], told["done"], told["running"], told["failed"]) == (4, 2, 0, 2)
    [checkpoint, memory] = told["failures"]
    assert checkpoint["label"] == "seed=1"
    assert checkpoint["reason"].startswith(f"checkpoint: {str(ailing.checkpoint(1))!r}: ")
    assert memory["label"] == "num_envs=100000000000"
    assert memory["reason"].startswith("out of memory")
    run = ailing.runs["first"]
    for failure in told["failures"]:
        assert "\n" not in failure["reason"]
        assert f"failed  {failure['label']}: {failure['reason']}" in run.said
        assert f"  failed   {failure['label']}: {failure['reason']}" in run.printed.splitlines()


def test_what_failed_is_left_by_the_same_command_and_its_status_tells(ailing: Ailing) -> None:
    assert ailing.statuses["again"] == 1
    assert ailing.runs["again"].said[0].startswith("some: 0 of 4 points to run")
    assert ailing.events["again"] == []
    assert ailing.json["again"] == ailing.json["first"]


def test_a_retry_runs_what_failed_and_that_alone(ailing: Ailing) -> None:
    assert ailing.statuses["retried"] == 1  # that one still wants all memory there is
    assert ailing.runs["retried"].said[0].startswith("some: 2 of 4 points to run")
    told = ailing.json["retried"]
    assert (told["done"], told["failed"]) == (3, 1)
    assert told["failures"][0]["label"] == "num_envs=100000000000"
    points = ailing.scene.points
    begun = [e["point"] for e in ailing.events["retried"] if e["what"] == "start"]
    assert sorted(begun) == sorted(points[i].key for i in (1, 2))
    assert points_in(ailing.scene.archive, "done").count(points[0].key) == 1


def test_of_a_sweep_with_failures_all_is_kept_that_was_found(ailing: Ailing) -> None:
    scene = ailing.scene
    healthy = [scene.points[i] for i in (0, 1, 3)]
    search_one_by_one(scene.folder / "one-by-one", healthy)
    assert found_in(scene.archive) == found_in(scene.folder / "one-by-one")
    assert Archive(scene.archive).verify() == []
    assert leftovers(scene.archive) == []


def test_workers_without_memory_end_the_run_and_without_a_cache_they_do_their_work(
    tmp_path: Path,
) -> None:
    scene = Scene(tmp_path, "seeds = 2\n" + SPEC)
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(WITHOUT_MEMORY)
    status, run = scene.does("run", environment={"PYTHONPATH": str(hook)})
    assert status == 1
    errors = [line for line in run.said if line.startswith("error:")]
    assert len(errors) == 1
    assert errors[0].startswith("error: sweep: workers do not start: it ")
    assert errors[0].endswith(AGAIN)
    assert run.said[-1] == errors[0]
    assert "Traceback" not in run.err.read_text()
    assert events(scene.archive) == []
    nowhere = dict.fromkeys(("NUMBA_CACHE_DIR", "HOME", "TMPDIR", "XDG_CACHE_HOME"), "/proc/none")
    scene.comes_to_its_end(environment=nowhere)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of two megabytes, which is gone at the end."""
    disk = folder / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(disk)]
    if os.getuid() or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(command, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted: {mounted.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path, name: str = "filler") -> Path:
    """Write a file until there is no room for another byte of it."""
    filler = disk / name
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


def test_a_disk_that_is_full_ends_the_run_and_costs_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk, ending_all() as runs:
        scene = Scene(tmp_path, SPEC + THREE, disk / "archive")
        run = scene.start("--max-parallel", 1)
        runs.append(run)
        await_start_of(scene, 1)
        filler = fill(disk)
        assert run.end() == 1, run.said
        errors = [line for line in run.said if line.startswith("error:")]
        assert len(errors) == 1
        assert errors[0].startswith(f"error: archive: cannot write to '{scene.archive}/")
        assert errors[0].endswith(f": No space left on device{AGAIN}")
        assert run.said[-1] == errors[0]
        assert "Traceback" not in run.err.read_text()
        assert points_in(scene.archive, "failed", "lost") == []
        assert points_in(scene.archive, "done") == [scene.points[0].key]
        assert leftovers(scene.archive) == []
        told = scene.status()
        assert (told["done"], told["running"], told["failed"]) == (1, 0, 0)
        # As long as there is no room at all, the same command says so at once.
        more = fill(disk, "more")
        status, again = scene.does("run")
        assert status == 2
        [error] = again.said
        assert error.startswith(f"error: archive: cannot write to '{scene.archive}")
        assert error.endswith(": No space left on device")
        filler.unlink()
        more.unlink()
        run = scene.comes_to_its_end()
        assert run.said[0].startswith("some: 2 of 3 points to run")


def test_an_archive_that_vanishes_ends_the_run_and_the_next_one_begins_anew(
    tmp_path: Path,
) -> None:
    with ending_all() as runs:
        scene = Scene(tmp_path, SPEC + THREE)
        run = scene.start("--max-parallel", 1)
        runs.append(run)
        await_start_of(scene, 1)
        while scene.archive.exists():
            subprocess.run(["rm", "-rf", str(scene.archive)], check=False, timeout=60)
        assert run.end() == 1, run.said
        errors = [line for line in run.said if line.startswith("error:")]
        assert len(errors) == 1
        assert errors[0].startswith(f"error: archive: cannot write to '{scene.archive}/")
        assert errors[0].endswith(AGAIN)
        assert "Traceback" not in run.err.read_text()
        # Whatever was made there since: nothing of it says that anything is done, or failed.
        assert points_in(scene.archive, "done", "failed") == []
        run = scene.comes_to_its_end()
        assert run.said[0].startswith("some: 3 of 3 points to run")


@pytest.mark.long
def test_a_point_over_which_three_workers_are_killed_is_given_up_until_the_next_run(
    tmp_path: Path,
) -> None:
    scene = Scene(tmp_path, SPEC + THREE)
    victim = scene.points[1]
    with ending_all() as runs:
        run = scene.start("--max-parallel", 1)
        runs.append(run)
        for times in range(1, 4):
            await_start_of(scene, 1, times)
            [worker] = run.workers()
            kill(worker)
        assert run.end() == 1
    reason = "the worker is gone: it was ended by SIGKILL (out of memory, or by hand)"
    for line in (f"lost  {victim.label}: {reason}", f"failed  {victim.label}: {reason}"):
        assert run.said.count(line) == (2 if line.startswith("lost") else 1)
    assert points_in(scene.archive, "start").count(victim.key) == 3
    told = scene.status()
    assert (told["done"], told["running"], told["failed"]) == (2, 0, 1)
    assert told["failures"] == [{"key": victim.key, "label": victim.label, "reason": reason}]
    run = scene.comes_to_its_end()
    assert run.said[0].startswith("some: 1 of 3 points to run")


#: A node all of whose folders can only be read, but for the one that it runs in.
BARE_NODE = """
set -e
mount --bind "$1" /mnt
for folder in /tmp /var/tmp /dev/shm "$2"; do
    [ -d "$folder" ] || continue
    mount --bind "$folder" "$folder"
    mount -o remount,bind,ro "$folder"
done
cd /mnt
shift 2
exec "$@"
"""


@pytest.mark.long
def test_a_node_that_can_keep_no_compiled_kernels_compiles_them_anew(tmp_path: Path) -> None:
    if os.getuid() or shutil.which("unshare") is None:
        pytest.skip("only root can make such a node")
    if subprocess.run(["unshare", "--mount", "mount", "--bind", str(tmp_path), "/mnt"]).returncode:
        pytest.skip("no node of its own mounts can be made here")
    scene = Scene(tmp_path, SPEC)
    package = Path(read_sweep.__code__.co_filename).parents[1]
    node = ["unshare", "--mount", "bash", "-c", BARE_NODE, "node", str(tmp_path), str(package)]
    status, run = done_with(
        tmp_path,
        *("sweep", "run", "/mnt/some.toml", "--archive", "/mnt/archive"),
        before=node,
        environment={"HOME": "/proc/none", "TMPDIR": "/tmp"},
    )
    assert status == 0, run.said
    assert len(points_in(scene.archive, "done")) == 1
    search_one_by_one(tmp_path / "one-by-one", scene.points)
    assert found_in(scene.archive) == found_in(tmp_path / "one-by-one")
