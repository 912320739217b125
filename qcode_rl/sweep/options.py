"""What a sweep file says to Slurm."""

import re
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from qcode_rl.errors import InputError

_WHOLE = ("time", "cpus_per_task", "gpus_per_node", "points_per_job", "signal_seconds")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TEXT = ("partition", "account", "qos", "constraint", "mem", "numba_cache")


@dataclass(frozen=True)
class SlurmOptions:
    """How array jobs are submitted.

    Attributes:
        time: minutes that a task may run; it is requeued and goes on where it was.
        cpus_per_task: cores of a task, each of which runs one search at a time.
        gpus_per_node: GPUs of a task.
        mem: memory of a task, such as `4GB`.
        partition: where tasks run.
        account: who pays.
        qos: quality of service.
        constraint: features that nodes must have.
        points_per_job: points of a task; default: so that there are at most 500 tasks.
        signal_seconds: how long before its time is over a task is told to write checkpoints.
        setup: shell lines that run in the job before anything else, such as `module load`.
        environment: variables that the job's searches get.
        numba_cache: a folder of compiled kernels on the shared file system, only read: nodes copy
            it to a disk of their own, so that they need not compile.
        extra: other options of sbatch by long name.
    """

    time: int = 60
    cpus_per_task: int = 1
    gpus_per_node: int | None = None
    mem: str | None = None
    partition: str | None = None
    account: str | None = None
    qos: str | None = None
    constraint: str | None = None
    points_per_job: int | None = None
    signal_seconds: int = 90
    setup: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    numba_cache: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, values: dict[str, Any]) -> "SlurmOptions":
        """Return the options that a table gives.

        Raises:
            InputError: for an unknown option (the nearest is named) or a wrong value.
        """
        known = [item.name for item in fields(cls)]
        for name in values:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"; nearest: {near[0]}" if near else "; other options of sbatch: slurm.extra"
                raise InputError(f"slurm.{name}: no such option{hint}")
        setup = values.get("setup", ())
        return cls(**(values | {"setup": tuple(setup) if isinstance(setup, list) else setup}))

    def __post_init__(self) -> None:
        for name in _WHOLE:
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value < 1):
                raise InputError(f"slurm.{name}: must be a whole number from 1, got {value!r}")
        for name in _TEXT:
            value = getattr(self, name)
            # What is written into a batch script must not begin another line of it.
            if value is not None and not (isinstance(value, str) and value.isprintable()):
                raise InputError(f"slurm.{name}: must be text of one line, got {value!r}")
        if not isinstance(self.setup, tuple) or not all(isinstance(s, str) for s in self.setup):
            raise InputError(f"slurm.setup: must be a list of shell lines, got {self.setup!r}")
        named = isinstance(self.environment, dict) and all(
            _VARIABLE.fullmatch(name) and isinstance(value, str) and "\0" not in value
            for name, value in self.environment.items()
        )
        if not named:
            rule = "must be a table of texts by names of variables"
            raise InputError(f"slurm.environment: {rule}, got {self.environment!r}")
        if not isinstance(self.extra, dict):
            raise InputError(f"slurm.extra: must be a table, got {self.extra!r}")
        for name, value in self.extra.items():
            if not name.isprintable() or not str(value).isprintable():
                raise InputError(f"slurm.extra.{name}: must be text of one line, got {value!r}")
