"""A pool of judges: the same numbers whatever happens to its workers."""

import ctypes
import os
import pickle
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from qcode_rl.decoding.judging.capacity import product_rate
from qcode_rl.decoding.judging.options import LogicalErrorOptions
from qcode_rl.decoding.judging.pool import JudgeCrash, JudgePool
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

#: What the judges below take for the code that kills.
DEADLY = np.array([[1, 1, 0], [0, 1, 1]], dtype=np.uint8)


def codes(count: int) -> list[BinaryMatrix]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 2, (3, 5), dtype=np.uint8) for _ in range(count)]


def weigh(matrix: BinaryMatrix) -> float:
    return float(matrix.sum())


def tell_process(matrix: BinaryMatrix) -> float:
    return float(os.getpid())


def die_at_deadly(matrix: BinaryMatrix, folder: Path, times: int, how: str) -> float:
    """Weigh, but die at one code, so many times over all processes."""
    if matrix.shape == DEADLY.shape and len(list(folder.iterdir())) < times:
        (folder / str(time.monotonic_ns())).touch()
        if how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif how == "segfault":
            ctypes.string_at(0)
        raise MemoryError
    return weigh(matrix)


def fail(matrix: BinaryMatrix) -> float:
    raise ValueError("no such thing")


def test_the_numbers_do_not_depend_on_workers_or_order() -> None:
    judge = partial(product_rate, options=LogicalErrorOptions(p=0.1, shots=40))
    matrices = codes(12)
    plain = JudgePool(judge).rates(matrices)
    assert plain.dtype == np.float64
    assert len(set(plain.tolist())) > 3
    for workers in (1, 2):
        pool = JudgePool(judge, workers)
        assert np.array_equal(pool.rates(matrices[::-1]), plain[::-1])
        assert np.array_equal(pool.rates(matrices), plain)
        pool.close()
    assert JudgePool(judge).rates([]).shape == (0,)


@pytest.mark.parametrize("how", ["kill", "segfault", "memory"])
def test_a_worker_that_dies_in_the_middle_is_replaced(tmp_path: Path, how: str) -> None:
    matrices = [*codes(6), DEADLY, *codes(9)[6:]]
    judge = partial(die_at_deadly, folder=tmp_path, times=1, how=how)
    pool = JudgePool(judge, 2)
    assert pool.rates(matrices).tolist() == [weigh(matrix) for matrix in matrices]
    assert len(list(tmp_path.iterdir())) == 1
    pool.close()


@pytest.mark.parametrize("how", ["kill", "memory"])
def test_a_code_that_kills_every_time_is_named(tmp_path: Path, how: str) -> None:
    judge = partial(die_at_deadly, folder=tmp_path, times=1000, how=how)
    pool = JudgePool(judge, 2)
    message = (
        r"^judging ClassicalCode\[3,1\].* with checks 110/011: its worker process died each time$"
    )
    with pytest.raises(JudgeCrash, match=message):
        pool.rates([*codes(4), DEADLY])
    # Twice; once more if others were still to be done after the first time.
    deaths = len(list(tmp_path.iterdir()))
    assert deaths in (2, 3)
    with pytest.raises(JudgeCrash, match=message):
        pool.rates([DEADLY])
    assert len(list(tmp_path.iterdir())) == deaths + 2
    # Others can be judged as before.
    assert pool.rates(codes(3)).tolist() == [weigh(matrix) for matrix in codes(3)]
    pool.close()


def test_a_worker_killed_while_idle_is_replaced() -> None:
    pool = JudgePool(tell_process, 1)
    first, second = codes(2)
    pid = int(pool.rates([first])[0])
    assert pid != os.getpid()
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    assert int(pool.rates([second])[0]) not in (pid, os.getpid())
    pool.close()


def test_other_errors_are_passed_on_with_and_without_workers() -> None:
    for workers in (0, 1):
        pool = JudgePool(fail, workers)
        with pytest.raises(ValueError, match="no such thing"):
            pool.rates(codes(2))
        pool.close()


def test_pools_share_processes_which_end_with_the_last_of_them() -> None:
    one, other = JudgePool(tell_process, 1), JudgePool(tell_process, 1)
    pids = {int(pool.rates(codes(1))[0]) for pool in (one, other)}
    assert len(pids) == 1
    one.close()
    one.close()
    assert int(other.rates(codes(2))[1]) in pids
    other.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pids.pop(), 0)
    # A closed pool may be used again.
    assert one.rates(codes(3))[2] > 0
    del one  # and one that nobody closes lets go of the workers as well


def test_a_code_is_judged_once_while_it_is_remembered() -> None:
    calls = []

    def judge(matrix: BinaryMatrix) -> float:
        calls.append(matrix)
        return weigh(matrix)

    pool = JudgePool(judge, remember=3)
    a, b, c, d = codes(4)
    pool.rates([a, b, a])
    assert len(calls) == 2
    pool.rates([a, c])
    assert len(calls) == 3
    # b was used least recently, so it goes when there are four.
    pool.rates([d, a, c])
    assert len(calls) == 4
    assert pool.rates([b]).tolist() == [weigh(b)]
    assert len(calls) == 5
    # A batch may be larger than the memory, which held three of it; the same entries
    # in another shape are another code.
    assert pool.rates(codes(9)).tolist() == [weigh(matrix) for matrix in codes(9)]
    pool.rates([a, a.reshape(5, 3)])
    assert len(calls) == 5 + 6 + 2


def test_a_pickled_pool_knows_its_numbers_and_comes_by_workers_of_its_own() -> None:
    pool = JudgePool(weigh, 1)
    matrices = codes(3)
    expected = pool.rates(matrices)
    copy = pickle.loads(pickle.dumps(pool))
    pool.close()
    assert np.array_equal(copy.rates(matrices), expected)
    assert copy.rates([DEADLY]).tolist() == [4.0]
    copy.close()


def test_workers_end_with_a_parent_that_is_killed() -> None:
    script = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); import test_judging_pool as t\n"
        "if __name__ == '__main__':\n"
        "    print(int(t.JudgePool(t.tell_process, 1).rates(t.codes(1))[0]), flush=True)\n"
        "    time.sleep(60)\n"
    )
    folder = str(Path(__file__).parent)
    command = [sys.executable, "-c", script, folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
    for _ in range(100):
        if not running(worker):
            return
        time.sleep(0.1)
    pytest.fail("the worker goes on without its parent")


def running(pid: int) -> bool:
    """Say whether a process runs; one that only waits to be collected does not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("workers", [-1, 1.0, True, "2"])
def test_a_number_of_workers_must_be_one(workers: object) -> None:
    with pytest.raises(InputError) as caught:
        JudgePool(weigh, workers)  # type: ignore[arg-type]
    expected = f"judge_workers: must be a whole number from 0 on, got {workers!r}"
    assert str(caught.value) == expected
