"""Runs of annealing over gates from Python: each on a count of its own, each success proved."""

import time
from collections.abc import Sequence

import numpy as np

from qcode_rl.codes import StabilizerCode
from qcode_rl.distance import distance_of
from qcode_rl.edits.code_batches import CodeBatch, CodeTask
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.baselines.codes import CodeSchedule, anneal_codes, code_work
from qcode_rl.search.baselines.runs import Run, empty_table


def run_codes(
    task: CodeTask,
    css: bool,
    seeds: Sequence[int],
    budget: int,
    schedule: CodeSchedule | None = None,
) -> list[Run]:
    """Anneal over gates, once for each seed.

    Args:
        task: what to look for.
        css: whether it is to be a CSS code.
        seeds: one for each run, in [0, 2^63).
        budget: most reward evaluations of a run.
        schedule: how to anneal; default: the best found.

    Returns:
        A run for each seed; its checks are `(r, 2n) uint8` rows `[X|Z]`, proved.

    Raises:
        InputError: if the distance is beyond what can be listed on so many qubits.
        AssertionError: if what was found is not what was asked for.
    """
    batch = CodeBatch(
        1, task.checks, task.qubits, css=css, max_weight=task.weight, cyclic_share=0.0
    )
    batch.assign(0, task)
    work = code_work(task.checks, task.qubits)
    schedule = schedule or CodeSchedule()
    runs = []
    for seed in seeds:
        started = time.perf_counter()
        batch.seed_streams([seed])
        batch.outcome.counters[:] = 0
        met = anneal_codes(
            batch.graphs, 0, css, batch.pools, batch.rules, batch.outcome.counters,
            empty_table(budget), batch.scratch, schedule, work, budget,
        )  # fmt: skip
        seconds = time.perf_counter() - started
        checks = batch.checks(0) if met else None
        if checks is not None:
            prove_code(task, checks, css)
        runs.append(Run(batch.evaluations, 0, met, seconds, checks))
    return runs


def prove_code(task: CodeTask, checks: BinaryMatrix, css: bool) -> StabilizerCode:
    """Return the code of some checks if, proved from scratch, it is what a task asks for.

    Args:
        task: what was asked for.
        checks: `(r, 2n) uint8` rows `[X|Z]`.
        css: whether it must be a CSS code.

    Raises:
        AssertionError: if it is not.
    """
    n, limit = checks.shape[1] // 2, task.degree or task.checks
    code = StabilizerCode(checks)
    x, z = checks[:, :n], checks[:, n:]
    good = (code.num_qubits, code.num_logicals) == (task.qubits, n - task.checks)
    good &= (x | z).sum(axis=1, dtype=np.int64).max() <= task.weight
    if css:
        good &= not (x.any(axis=1) & z.any(axis=1)).any()
        degrees = [half.sum(axis=0, dtype=np.int64).max() for half in (x, z)]
    else:
        degrees = [(x | z).sum(axis=0, dtype=np.int64).max()]
    good &= max(degrees) <= limit
    if good:
        found = distance_of(code, target=task.distance)
        if found is None or found.stopped == "interrupted":
            raise KeyboardInterrupt
        good = found.lower >= task.distance
    if not good:
        raise AssertionError(f"no code that meets {task}: {code.pauli_strings}")
    return code
