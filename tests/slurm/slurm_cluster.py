"""A real Slurm of one node on loopback, started and stopped by `cluster.sh`."""

import ipaddress
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CLUSTER = Path(__file__).with_name("cluster.sh")
#: The state of a listening socket in `/proc/net/tcp`.
LISTENING = "0A"

Address = tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]


@dataclass(frozen=True)
class Cluster:
    """A running cluster; `environment` is what its clients need besides their own."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"SLURM_CONF": str(self.folder / "slurm.conf")}

    def run(self, *command: str, stdin: str = "") -> str:
        """Return what a client, such as squeue, prints; it must succeed."""
        environment = os.environ | self.environment
        done = subprocess.run(
            command, input=stdin, env=environment, text=True, capture_output=True, timeout=60
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    def submit(self, script: str, *options: str) -> str:
        """Return the number of a job that runs these lines of bash."""
        return self.run("sbatch", "--parsable", *options, stdin=f"#!/bin/bash\n{script}\n").strip()

    def states(self, *options: str) -> dict[str, str]:
        """Return what squeue knows: the state of each job, array tasks as `JOB_TASK`."""
        lines = self.run("squeue", "--noheader", "--array", "--format=%i %T", *options).splitlines()
        return dict(line.split() for line in lines)

    def cancel_all(self) -> None:
        """Cancel every job, and wait until squeue knows of none."""
        self.run("scancel", "--user=root")
        await_that(lambda: not self.states())

    def pids(self) -> list[int]:
        return [int(pid) for pid in call("pids", self.folder).stdout.split()]

    def listens_on(self) -> set[Address]:
        """Return the addresses and ports on which its daemons, steps and jobs listen."""
        sockets = {name for pid in self.pids() for name in open_files(pid)}
        return {address for inode, address in listeners() if f"socket:[{inode}]" in sockets}


def call(verb: str, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Return how `cluster.sh` ended, with these settings besides the caller's."""
    return subprocess.run(
        ["/bin/bash", str(CLUSTER), verb, *map(str, arguments)],
        env=os.environ | environment,
        text=True,
        capture_output=True,
        timeout=120,
    )


def obstacle() -> str:
    """Return why no cluster can be started here; empty if it can."""
    return call("check").stdout.strip()


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """Start a cluster whose state lies in a new folder, and stop it at the end.

    It ends as well if this process is killed.
    """
    try:
        started = call("start", folder, str(os.getpid()))
        assert started.returncode == 0, started.stderr
        yield Cluster(folder)
    finally:
        stopped = call("stop", folder)
        assert stopped.returncode == 0, stopped.stderr


def await_that(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait until a condition holds, for a bounded time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.1)


def open_files(pid: int) -> list[str]:
    try:
        return [os.readlink(entry) for entry in os.scandir(f"/proc/{pid}/fd")]
    except FileNotFoundError:  # it ended, or closed a file, meanwhile
        return []


def listeners() -> Iterator[tuple[str, Address]]:
    """Yield the inode and address of every TCP socket of this machine that listens."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if Path(table).exists():
            for line in Path(table).read_text().splitlines()[1:]:
                _, local, _, state, *_, inode = line.split()[:10]
                if state == LISTENING:
                    host, port = local.split(":")
                    yield inode, (address_of(host), int(port, 16))


def address_of(digits: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the address that the kernel prints as words of the machine's byte order."""
    words = [bytes.fromhex(digits[i : i + 8])[::-1] for i in range(0, len(digits), 8)]
    return ipaddress.ip_address(b"".join(words))
