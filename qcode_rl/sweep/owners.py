"""Who is at work, and whether it still is: processes here, jobs of Slurm, hosts elsewhere."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

#: Seconds between heart-beats, and after how many without one a worker elsewhere counts as dead.
BEAT_SECONDS = 20.0
STALE_SECONDS = 300.0
_SQUEUE_SECONDS = 30.0
#: States of jobs whose processes are over, or begin anew.
_NOT_RUNNING = ("PENDING", "COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "PREEMPTED", "NODE_FAIL")


@dataclass(frozen=True)
class Owner:
    """A process.

    Attributes:
        host: name of its machine.
        space: what its number counts in: the boot of its machine and the namespace of processes.
        pid: its number.
        began: when it began, in clock ticks since the boot: numbers are used again.
        job: the task of Slurm that it belongs to, such as `12_3`, "" for none.
    """

    host: str
    space: str
    pid: int
    began: int
    job: str = ""

    @classmethod
    def here(cls) -> Owner:
        """Return this process."""
        pid = os.getpid()
        return cls(socket.gethostname(), _space(), pid, _began(pid) or 0, slurm_task())

    def to_json(self) -> dict[str, Any]:
        """Return the owner as plain values."""
        return asdict(self)

    @classmethod
    def of(cls, value: Any) -> Owner | None:
        """Return the owner that plain values tell of, `None` if they tell of none."""
        if not isinstance(value, dict):
            return None
        held: dict[str, Any] = {item.name: value.get(item.name) for item in fields(cls)}
        whole = all(type(held[name]) is int for name in ("pid", "began"))
        text = all(isinstance(held[name], str) for name in ("host", "space", "job"))
        return cls(**held) if whole and text else None

    @property
    def nearby(self) -> bool:
        """Whether this machine can tell for certain if it lives."""
        return self.space == _space() and self.space != ""

    @property
    def _elsewhere(self) -> bool:
        """Whether it surely counts from another boot: containers of one machine differ less."""
        mine, its = (space.partition(" ")[0] for space in (_space(), self.space))
        return "" not in (mine, its) and mine != its

    def lives(self, silent: float | None, jobs: frozenset[str] | None = None) -> bool:
        """Say whether it is still at work.

        Args:
            silent: seconds since it last gave a sign, `None` if it never did.
            jobs: tasks of Slurm that run now, `None` if nobody knows.
        """
        if self.nearby:
            return _began(self.pid) == self.began
        if self.job and self.job == slurm_task() and _has_one_node() and self._elsewhere:
            return False  # this very task, before it was requeued on another node
        if self.job and jobs is not None and self.job not in jobs:
            return False
        return silent is not None and silent < STALE_SECONDS

    def __str__(self) -> str:
        return (
            f"job {self.job} on {self.host}" if self.job else f"process {self.pid} on {self.host}"
        )


def slurm_task() -> str:
    """Return the task of Slurm that this process belongs to, "" for none."""
    array, index = (os.environ.get(f"SLURM_ARRAY_{name}", "") for name in ("JOB_ID", "TASK_ID"))
    return f"{array}_{index}" if array and index else os.environ.get("SLURM_JOB_ID", "")


def _has_one_node() -> bool:
    """Say whether this process's job surely has no other node than this one.

    Other nodes' processes bear the same job's name, in arrays too: it tells nothing of them. Steps
    of a job may see some of these variables changed to the step's own, so all of them must agree.
    """
    count, nodes = (os.environ.get(f"SLURM_JOB_{name}", "") for name in ("NUM_NODES", "NODELIST"))
    parts = os.environ.get("SLURM_HET_SIZE", "1")
    return count == parts == "1" and nodes != "" and not set(nodes) & set(",[")


def queued_jobs(running: bool = False) -> frozenset[str] | None:
    """Return the tasks that `squeue` lists of this user, `None` if it cannot be asked.

    Args:
        running: only those whose processes may be alive; default: those that wait too.
    """
    if shutil.which("squeue") is None:
        return None
    command = ["squeue", "--noheader", "--array", "--me", "--format=%i %T"]
    try:
        told = subprocess.run(
            command, capture_output=True, text=True, timeout=_SQUEUE_SECONDS, check=True
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return frozenset(_tasks(told.stdout.splitlines(), running))


def _tasks(lines: Iterable[str], running: bool) -> Iterable[str]:
    for line in lines:
        task, _, state = line.strip().partition(" ")
        if task and not (running and state in _NOT_RUNNING):
            yield task


def _space() -> str:
    """Return what tells this machine's processes from others' that have the same numbers."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _began(pid: int) -> int | None:
    """Return when a process began, `None` if there is none or it is a zombie."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name may hold spaces and brackets: fields count from after its end.
    state, *rest = told.rpartition(")")[2].split()
    return None if state in ("Z", "X") else int(rest[18])
