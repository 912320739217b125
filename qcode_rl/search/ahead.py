"""Compiling kernels in other processes, while the search waits for those of one family or plays.

numba compiles under one lock, for up to a minute a family the first time, and heeds no clock. In a
process of its own each family is compiled while another one has its turn, and what a search waits
for it can stop waiting for. What is compiled goes to the cache on disk, so that this happens once.

Run: python -m qcode_rl.search.ahead FAMILY
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from qcode_rl.codes import ClassicalCode
from qcode_rl.codes.group_names import group_of
from qcode_rl.codes.named import named_code
from qcode_rl.distance import distance_of
from qcode_rl.edits import code_stepping, rewired_product, two_block_stepping
from qcode_rl.edits.batches import EditBatch
from qcode_rl.edits.code_batches import CodeBatch, CodeTask
from qcode_rl.edits.hypergraph_product import ProductTask
from qcode_rl.edits.rewired_product import RewireBatch
from qcode_rl.edits.symmetric_codes import SymmetricCodes
from qcode_rl.edits.two_block import TwoBlockBatch
from qcode_rl.edits.two_block_state import TwoBlockTask

#: Modules with the kernels that step codes of a family.
_STEPPING: dict[str, Any] = {
    "hgp": rewired_product,
    "css": code_stepping,
    "stabilizer": code_stepping,
    "two-block": two_block_stepping,
}


class Ahead:
    """Compiles the kernels of families that are not on disk yet; to be closed.

    Args:
        names: of families, in the order in which they are needed.
        cores: how many processes there may be at a time; default: as many as there are cores to
            use. With 0, all families are ready: whoever calls their kernels compiles them.
        start: starts the process that compiles a family.
    """

    def __init__(
        self,
        names: Sequence[str],
        cores: int | None = None,
        start: "Callable[[str], subprocess.Popen[bytes]] | None" = None,
    ) -> None:
        self.cores = _cores() if cores is None else cores
        self._start = start or _compile_apart
        # Families that share their kernels share the process that compiles them.
        firsts = {id(_STEPPING[name]): name for name in reversed(names)}
        wanted = [name for name in names if name in firsts.values() and is_cold(name)]
        self._waiting = wanted if self.cores > 0 else []
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._fill()

    def ready(self, name: str) -> bool:
        """Say whether there is nothing to wait for before a family's kernels are called.

        That is so once they are on disk, and also where a process has failed to put them there.
        """
        self._fill()
        place = id(_STEPPING[name])
        awaited = place in self._running or place in {id(_STEPPING[one]) for one in self._waiting}
        return not awaited or not is_cold(name)

    def close(self) -> None:
        """End what is still being compiled; what is done stays on disk."""
        self._waiting = []
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            process.wait()
        self._running = {}

    def _fill(self) -> None:
        """Forget processes that have ended, and start those that there is room for."""
        self._running = {
            place: process for place, process in self._running.items() if process.poll() is None
        }
        while self._waiting and len(self._running) < self.cores:
            name = self._waiting.pop(0)
            try:
                self._running[id(_STEPPING[name])] = self._start(name)
            except OSError:
                self._waiting = []


def is_cold(name: str) -> bool:
    """Say whether a family's kernels have to be compiled, and can be kept when they are."""
    module = _STEPPING[name]
    return any(getattr(one, "cold", False) for one in (module.step_batch, module.observe_batch))


def compile_kernels(name: str) -> None:
    """Call the kernels of a family: of what it draws, of its steps, and some of its proofs.

    Whoever waits does so for those of steps.
    """
    if name in ("css", "stabilizer"):
        SymmetricCodes().draw(7, 6, 3, 4, name == "css", 0)
    batch = _batch(name)
    batch.seed_streams([1])
    batch.restart([0])
    batch.step(np.zeros(1, dtype=np.int64))
    if name == "hgp":
        distance_of(ClassicalCode(np.eye(3, dtype=np.uint8)[:2]), method="enumeration")
    else:
        distance_of(named_code("bicycle-72-12"), target=6)


def _batch(name: str) -> EditBatch:
    """Return a small batch of a family; kernels are the same for all sizes."""
    if name == "hgp":
        products = RewireBatch(1, 3, 4, max_row_limit=3, same_step=True)
        products.assign(0, ProductTask(4, 3, 3, 3, 3))
        return products
    if name == "two-block":
        blocks = TwoBlockBatch(1, group_of("cyclic-6"), 6, same_step=True)
        blocks.assign(0, TwoBlockTask(2, 3))
        return blocks
    codes = CodeBatch(1, 4, 5, css=name == "css", max_weight=4, same_step=True)
    codes.assign(0, CodeTask(5, 4, 2, 4))
    return codes


def _compile_apart(name: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "qcode_rl.search.ahead", name]
    silent = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent)


def _cores() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return cores or 1


if __name__ == "__main__":
    compile_kernels(sys.argv[1])
