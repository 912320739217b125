"""Who lives: processes here by what the system knows, others by the signs that they give."""

import os
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qcode_rl.sweep import owners
from qcode_rl.sweep.owners import STALE_SECONDS, Owner, queued_jobs, slurm_task

ELSEWHERE = Owner(host="node7", space="another boot pid:[1]", pid=os.getpid(), began=5)


@pytest.fixture(autouse=True)
def outside_of_slurm(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("SLURM_"):
            monkeypatch.delenv(name)


def in_job(monkeypatch: pytest.MonkeyPatch, job: str, count: str, nodes: str) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", job)
    monkeypatch.setenv("SLURM_JOB_NUM_NODES", count)
    monkeypatch.setenv("SLURM_JOB_NODELIST", nodes)


def in_task(monkeypatch: pytest.MonkeyPatch, job: str, index: str) -> None:
    in_job(monkeypatch, "99", "1", "node8")
    monkeypatch.setenv("SLURM_ARRAY_JOB_ID", job)
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", index)


def fake_squeue(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a squeue before all others on the PATH."""
    folder.mkdir(exist_ok=True)
    program = folder / "squeue"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def owner_of(process: "subprocess.Popen[Any]") -> Owner:
    # The name of a program is in brackets, and may hold brackets and spaces.
    told = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return replace(Owner.here(), pid=process.pid, began=int(told[19]))


def test_this_process_lives_whatever_its_silence() -> None:
    here = Owner.here()
    assert here.pid == os.getpid()
    assert here.nearby
    for silent in (None, 0.0, 1e9):
        assert here.lives(silent)
        assert here.lives(silent, frozenset())


def test_an_owner_is_read_back_from_plain_values() -> None:
    for owner in (Owner.here(), ELSEWHERE, replace(ELSEWHERE, job="12_3")):
        assert Owner.of(owner.to_json()) == owner
        assert Owner.of(owner.to_json() | {"of a later version": 1}) == owner


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "me",
        {},
        *(
            ELSEWHERE.to_json() | {name: value}
            for name, value in [
                ("pid", "1"),
                ("pid", True),
                ("pid", 1.0),
                ("began", None),
                ("host", 1),
                ("space", None),
                ("job", []),
            ]
        ),
    ],
)
def test_what_tells_of_no_owner_is_none(value: Any) -> None:
    assert Owner.of(value) is None


def test_a_number_that_is_used_again_is_another_process() -> None:
    assert not replace(Owner.here(), began=Owner.here().began - 1).lives(0.0)
    assert not replace(Owner.here(), pid=1 << 30).lives(0.0)


def test_a_process_lives_until_it_ends_even_as_a_zombie() -> None:
    process = subprocess.Popen(["sleep", "60"])
    owner = owner_of(process)
    assert owner.lives(None)
    process.kill()
    deadline = time.monotonic() + 20
    while " Z " not in Path(f"/proc/{process.pid}/stat").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert not owner.lives(None)
    process.wait()
    assert not owner.lives(None)


def test_a_program_may_have_any_name(tmp_path: Path) -> None:
    program = tmp_path / "a) Z 1 (b"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    with subprocess.Popen([program, "60"]) as process:
        owner = owner_of(process)
        assert owner.lives(None)
        assert not replace(owner, began=owner.began + 1).lives(None)
        process.kill()


def test_elsewhere_a_sign_of_life_counts_for_five_minutes() -> None:
    assert not ELSEWHERE.nearby
    assert STALE_SECONDS == 300
    for silent, lives in ((0.0, True), (299.0, True), (301.0, False), (None, False)):
        assert ELSEWHERE.lives(silent) == lives


def test_where_nothing_tells_machines_apart_signs_of_life_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(owners, "_space", lambda: "")
    here = Owner.here()
    assert not here.nearby
    assert here.lives(10.0)
    assert not here.lives(None)


def test_a_job_that_is_not_in_the_queue_is_gone_at_once() -> None:
    owner = replace(ELSEWHERE, job="12_3")
    assert owner.lives(10.0, None)
    assert owner.lives(10.0, frozenset({"12_3", "12_4"}))
    assert not owner.lives(10.0, frozenset({"12_4"}))
    assert not owner.lives(400.0, frozenset({"12_3"}))
    # Without a job, a queue says nothing about it.
    assert ELSEWHERE.lives(10.0, frozenset())


def test_what_this_task_was_on_another_node_before_it_was_requeued_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = replace(ELSEWHERE, job="12_3")
    in_task(monkeypatch, "12", "4")
    assert owner.lives(10.0, frozenset({"12_3", "12_4"}))
    in_task(monkeypatch, "12", "3")
    assert not owner.lives(10.0, frozenset({"12_3"}))
    # A process of this task on this node is seen for what it is.
    assert Owner.here().job == "12_3"
    assert Owner.here().lives(None)


@pytest.mark.parametrize(
    ("count", "nodes", "parts"),
    [
        ("2", "node[7-8]", None),
        ("2", "node7,other1", None),
        # Within a step of one node of a larger job, by either variable; and components of a job.
        ("1", "node[7-8]", None),
        ("2", "node8", None),
        ("1", "node8", "2"),
        # Where nothing tells.
        (None, "node8", None),
        ("1", None, None),
    ],
)
@pytest.mark.parametrize("index", [None, "3"])
def test_of_a_job_of_several_nodes_those_on_other_nodes_live(
    monkeypatch: pytest.MonkeyPatch,
    count: str | None,
    nodes: str | None,
    parts: str | None,
    index: str | None,
) -> None:
    variables = {"JOB_ID": "12", "JOB_NUM_NODES": count, "JOB_NODELIST": nodes, "HET_SIZE": parts}
    if index is not None:
        variables |= {"ARRAY_JOB_ID": "12", "ARRAY_TASK_ID": index}
    for name, value in variables.items():
        if value is not None:
            monkeypatch.setenv(f"SLURM_{name}", value)
    # Its number may be that of a process here, or of none.
    for pid in (os.getpid(), 1 << 30):
        owner = replace(ELSEWHERE, job=slurm_task(), pid=pid)
        assert owner.lives(10.0)
        assert owner.lives(10.0, frozenset({slurm_task()}))
        assert not owner.lives(400.0)
        assert not owner.lives(10.0, frozenset())


def test_of_a_job_of_one_node_what_ran_on_another_machine_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_job(monkeypatch, "12", "1", "node8")
    assert not replace(ELSEWHERE, job="12").lives(10.0)
    assert replace(ELSEWHERE, job="13").lives(10.0)
    boot = Owner.here().space.partition(" ")[0]
    # In another container of this machine, with another host's name even, or nobody knows where.
    for space in (f"{boot} pid:[1]", ""):
        owner = replace(ELSEWHERE, job="12", space=space)
        assert owner.lives(10.0)
        assert not owner.lives(400.0)
    monkeypatch.setattr(owners, "_space", lambda: "")
    assert replace(ELSEWHERE, job="12").lives(10.0)


def test_a_task_has_the_name_that_squeue_gives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert slurm_task() == ""
    monkeypatch.setenv("SLURM_JOB_ID", "99")
    assert slurm_task() == "99"
    in_task(monkeypatch, "12", "0")
    assert slurm_task() == "12_0"


def test_owners_are_named_so_that_they_can_be_looked_for() -> None:
    assert str(replace(ELSEWHERE, pid=12)) == "process 12 on node7"
    assert str(replace(ELSEWHERE, job="12_3")) == "job 12_3 on node7"


def test_squeue_lists_tasks_and_those_that_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = "12_0 RUNNING\n12_1 COMPLETING\n12_2 PENDING\n  13 SUSPENDED  \n14 PREEMPTED\n\n"
    (tmp_path / "listed").write_text(listed)
    told = tmp_path / "arguments"
    fake_squeue(tmp_path / "bin", monkeypatch, f'echo "$@" > {told}\ncat {tmp_path / "listed"}')
    assert queued_jobs() == {"12_0", "12_1", "12_2", "13", "14"}
    assert queued_jobs(running=True) == {"12_0", "12_1", "13"}
    # Arrays one task a line, only one's own, without a header.
    assert told.read_text().split() == ["--noheader", "--array", "--me", "--format=%i", "%T"]


def test_an_empty_queue_is_not_an_unknown_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_squeue(tmp_path, monkeypatch, "exit 0")
    assert queued_jobs() == frozenset()


@pytest.mark.parametrize(
    "script",
    ["echo 12_0 RUNNING; exit 1", "exec sleep 60", "kill -9 $$", "printf '\\377\\n'"],
)
def test_a_squeue_that_fails_knows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(owners, "_SQUEUE_SECONDS", 0.5)
    fake_squeue(tmp_path, monkeypatch, script)
    assert queued_jobs() is None


def test_without_squeue_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert queued_jobs() is None
    program = tmp_path / "squeue"
    program.write_text("no program\n")
    program.chmod(0o755)
    assert queued_jobs() is None
