"""Judging many codes in worker processes, some of which may die.

All pools with the same number of workers share their processes, so that a search may keep one
environment for each size.
"""

import multiprocessing
import os
import signal
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qcode_rl.codes import ClassicalCode
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

#: Gives a code, by its check matrix, a number; pickled by reference for the workers.
Judge: TypeAlias = Callable[[BinaryMatrix], float]
_Key: TypeAlias = tuple[tuple[int, ...], bytes]
_Jobs: TypeAlias = dict[_Key, BinaryMatrix]
#: Executors and how many pools use each, by process (a forked one must not use its parent's) and
#: number of workers.
_executors: dict[tuple[int, int], ProcessPoolExecutor] = {}
_users: dict[tuple[int, int], int] = {}


class JudgeCrash(RuntimeError):
    """A code whose judging kills the process that does it."""


class JudgePool:
    """Judges codes, each once, in this process or in workers.

    What is returned depends on the codes alone: not on the number of workers, nor on the order, nor
    on workers that die (killed, out of memory, by a fault of a library) and are replaced. A program
    that uses workers must be importable (`if __name__ == "__main__"`), since they are spawned: a
    forked process would share the locks of numba's and torch's threads.

    Args:
        judge: a function of a module, or a `functools.partial` of one.
        workers: number of processes; 0: judge in this process, and die with it.
        remember: numbers kept, those used least recently being dropped.

    Raises:
        InputError: if `workers` is no whole number from 0 on.
    """

    def __init__(self, judge: Judge, workers: int = 0, remember: int = 4096) -> None:
        if isinstance(workers, bool) or not isinstance(workers, int) or workers < 0:
            raise InputError(f"judge_workers: must be a whole number from 0 on, got {workers!r}")
        self.judge, self.workers, self.remember = judge, workers, remember
        self._known: OrderedDict[_Key, float] = OrderedDict()
        self._leave: weakref.finalize[[tuple[int, int]], JudgePool] | None = None

    def rates(self, matrices: Sequence[BinaryMatrix]) -> NDArray[np.float64]:
        """Judge codes.

        Args:
            matrices: check matrices. They count as given: two presentations of one code may decode
                differently.

        Returns:
            `(len(matrices),) float64`.

        Raises:
            JudgeCrash: naming a code that kills every worker it is given to.
        """
        keys = [(matrix.shape, matrix.tobytes()) for matrix in matrices]
        jobs = {
            key: matrix
            for key, matrix in zip(keys, matrices, strict=True)
            if key not in self._known
        }
        found = {key: self._known[key] for key in keys if key in self._known}
        found |= self._judge(jobs)
        for key in keys:
            self._known[key] = found[key]
            self._known.move_to_end(key)
        while len(self._known) > self.remember:
            self._known.popitem(last=False)
        return np.array([found[key] for key in keys], dtype=np.float64)

    def close(self) -> None:
        """Let go of the workers; they end with the last pool that uses them. Others may follow."""
        if self._leave is not None:
            self._leave()
            self._leave = None

    def _judge(self, jobs: _Jobs) -> dict[_Key, float]:
        if not self.workers:
            return {key: self.judge(matrix) for key, matrix in jobs.items()}
        # A crash fails all that is under way, whatever code it was. So what it leaves is done
        # again, and what another crash leaves one by one, so that the culprit is known.
        found = self._together(jobs)
        left = {key: matrix for key, matrix in jobs.items() if key not in found}
        if len(left) > 1:
            found |= self._together(left)
        for key, matrix in jobs.items():
            if key not in found:
                found |= self._alone(key, matrix)
        return found

    def _alone(self, key: _Key, matrix: BinaryMatrix) -> dict[_Key, float]:
        found = self._together({key: matrix})
        if not found:
            rows = "/".join("".join(map(str, row)) for row in matrix.tolist())
            raise JudgeCrash(
                f"judging {ClassicalCode(matrix)!r} with checks {rows}: "
                "its worker process died each time"
            )
        return found

    def _together(self, jobs: _Jobs) -> dict[_Key, float]:
        """Judge codes in the workers; those that a crash left without a number are missing."""
        found: dict[_Key, float] = {}
        futures: dict[_Key, Future[float]] = {}
        broken = False
        try:
            executor = self._executor()
            for key, matrix in jobs.items():
                futures[key] = executor.submit(self.judge, matrix)
        except BrokenProcessPool:
            broken = True  # a worker died since the last time
        try:
            for key, future in futures.items():
                try:
                    found[key] = future.result()
                except (BrokenProcessPool, MemoryError):
                    broken = True
        finally:
            for future in futures.values():
                future.cancel()
        if broken:
            _stop((os.getpid(), self.workers))
        return found

    def _executor(self) -> ProcessPoolExecutor:
        """Return the shared executor, started if this is its first use."""
        place = os.getpid(), self.workers
        if self._leave is None:
            _users[place] = _users.get(place, 0) + 1
            self._leave = weakref.finalize(self, _leave, place)
            # At the end of the process the executors stop by themselves.
            self._leave.atexit = False
        if place not in _executors:
            _executors[place] = ProcessPoolExecutor(
                self.workers, multiprocessing.get_context("spawn"), initializer=_begin_worker
            )
        return _executors[place]

    def __getstate__(self) -> dict[str, Any]:
        # A copy has numbers of its own and comes by workers when it needs them.
        return vars(self) | {"_leave": None}


def _leave(place: tuple[int, int]) -> None:
    """Note that a pool needs its workers no more, and stop them if no other one does."""
    _users[place] -= 1
    if not _users[place]:
        _stop(place)


def _stop(place: tuple[int, int]) -> None:
    executor = _executors.pop(place, None)
    if executor is not None:
        executor.shutdown(wait=True, cancel_futures=True)


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, and end with it even if it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
