"""Compiling kernels in other processes: which, how many at a time, and when nobody waits."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from qcode_rl.search import ahead
from qcode_rl.search.ahead import Ahead
from qcode_rl.search.runner import run_search
from qcode_rl.search.spec import AgentOptions, RunOptions, SearchSpec

ALL = ("hgp", "css", "stabilizer", "two-block")


class Processes:
    """Starts processes that do nothing, until they are ended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.started: dict[str, subprocess.Popen[bytes]] = {}
        self.cold = set(ALL)
        monkeypatch.setattr(ahead, "is_cold", self.cold.__contains__)

    def start(self, name: str) -> "subprocess.Popen[bytes]":
        self.started[name] = subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1)
        return self.started[name]

    def end(self, name: str) -> None:
        self.started[name].kill()
        self.started[name].wait()


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Processes:
    return Processes(monkeypatch)


def test_families_are_compiled_so_many_at_a_time_and_those_with_the_same_kernels_once(
    processes: Processes,
) -> None:
    compiling = Ahead(ALL, 2, processes.start)
    assert list(processes.started) == ["hgp", "css"]
    assert not any(map(compiling.ready, ALL))
    processes.cold -= {"css", "stabilizer"}
    assert [name for name in ALL if compiling.ready(name)] == ["css", "stabilizer"]
    processes.end("css")
    assert not compiling.ready("two-block")
    assert list(processes.started) == ["hgp", "css", "two-block"]
    compiling.close()
    assert all(process.poll() is not None for process in processes.started.values())
    assert compiling.ready("two-block")


def test_a_process_that_fails_is_not_waited_for(processes: Processes) -> None:
    compiling = Ahead(["hgp"], 1, processes.start)
    assert not compiling.ready("hgp")
    processes.end("hgp")
    assert compiling.ready("hgp")


def test_where_no_process_starts_everything_is_ready(processes: Processes) -> None:
    def start(name: str) -> "subprocess.Popen[bytes]":
        raise PermissionError(name)

    assert all(map(Ahead(ALL, 2, start).ready, ALL))
    assert all(map(Ahead(ALL, 0, processes.start).ready, ALL))
    processes.cold.clear()
    assert all(map(Ahead(ALL, 2, processes.start).ready, ALL))
    assert not processes.started


def test_a_search_heeds_its_clock_while_kernels_are_compiled(
    processes: Processes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ahead, "_compile_apart", processes.start)
    told = []
    spec = SearchSpec(max_weight=6, distance=3, family="hgp", logicals=1)
    options = RunOptions(tmp_path, seconds=3.0, compile_apart=True)
    found = run_search(spec, options, lambda progress: told.append(progress.looking_at))
    assert found.evaluations == 0
    assert told[-1].endswith("once their kernels are compiled")
    assert processes.started["hgp"].poll() is not None


@pytest.mark.parametrize("name", ALL)
def test_compiling_a_family_calls_the_kernels_that_are_waited_for(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, called = ahead._STEPPING[name], []
    batch = ahead._batch(name)
    for one in ("step_batch", "observe_batch"):
        assert callable(getattr(module, one))
    batch.seed_streams([1])
    monkeypatch.setattr(batch, "_advance", lambda actions: called.append("step"))
    monkeypatch.setattr(batch, "observe", lambda: called.append("observe"))
    monkeypatch.setattr(ahead, "_batch", lambda name: batch)
    monkeypatch.setattr(ahead, "distance_of", lambda *args, **kwargs: called.append("prove"))
    ahead.compile_kernels(name)
    assert called == ["step", "observe", "step", "observe", "prove"]


def test_while_a_family_is_compiled_others_have_its_turns_unless_evaluations_are_counted(
    processes: Processes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ahead, "_compile_apart", processes.start)
    processes.cold -= {"css", "stabilizer", "two-block"}
    agent = AgentOptions(width=8, rounds=1, num_envs=8, rollout=8, batch_size=64, epochs=1)
    spec = SearchSpec(max_weight=6, distance=9, logicals=2, agent=agent)
    for counted in (None, 10**6):
        told = []
        options = RunOptions(tmp_path / str(counted), seconds=4.0, compile_apart=True)
        run_search(
            replace(spec, evaluations=counted),
            options,
            lambda progress, told=told: told.append(progress.looking_at.split(",")[0]),
        )
        waited = [name for name in told if name == "hgp"]
        assert ("two-block" in told) == (counted is None)
        assert bool(waited) == (counted is not None)
