"""One length of one cell: the search itself, and annealing with as many evaluations."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from qcode_rl.edits.code_batches import CodeTask, independent_checks
from qcode_rl.search.baselines import Run, run_codes
from qcode_rl.search.baselines.code_runs import prove_code
from qcode_rl.search.runner import run_search
from qcode_rl.search.spec import AgentOptions, RunOptions, SearchSpec

#: From `css`, n, k, d, w, evaluations and a seed to a run, whose checks are proved.
Searcher: TypeAlias = Callable[[bool, int, int, int, int, int, int], Run]
#: Small batches: a length has some ten thousand evaluations, and the policy is to learn from them.
AGENT = AgentOptions(num_envs=32, rollout=16, batch_size=512)


def search_length(css: bool, n: int, k: int, d: int, w: int, evaluations: int, seed: int) -> Run:
    """Look for a code of n qubits by a search of its own, which ends with the first."""
    spec = SearchSpec(
        w, d, logicals=k, family="css" if css else "stabilizer", qubits=(n, n),
        evaluations=evaluations, seed=seed, agent=AGENT,
    )  # fmt: skip
    with TemporaryDirectory() as archive:
        result = run_search(spec, RunOptions(Path(archive), device="cpu", alone=True))
    if result.interrupted:
        raise KeyboardInterrupt
    checks = independent_checks(result.records[0].code) if result.records else None
    if checks is not None:
        prove_code(CodeTask(n, n - k, d, w), checks, css)
    return Run(result.evaluations, 0, checks is not None, result.seconds, checks)


def anneal_length(css: bool, n: int, k: int, d: int, w: int, evaluations: int, seed: int) -> Run:
    """Look for a code of n qubits by annealing over gates."""
    return run_codes(CodeTask(n, n - k, d, w), css, [seed], evaluations)[0]


SEARCHERS: dict[str, Searcher] = {"ours": search_length, "annealing": anneal_length}
