"""Distances of archived two-block codes, looked at again with budgets ten times as large."""

import time
from itertools import product
from pathlib import Path

import pytest

from qcode_rl.archive import Archive, CodeRecord
from qcode_rl.codes import CSSCode
from qcode_rl.distance import distance_of
from qcode_rl.distance.budget import Budget
from qcode_rl.search.families.quantum import PROOF_WORK
from qcode_rl.search.runner import run_search
from qcode_rl.search.spec import AgentOptions, RunOptions, SearchSpec

#: Numbers of logical qubits and distances that are searched for, at each number of qubits.
REQUESTS = [(4, 4), (2, 6), (6, 4), (4, 6), (4, 8), (8, 6)]
#: Those with groups that have such codes.
QUBITS = (36, 48, 56, 60, 72, 84, 96, 100, 108, 112, 120)
WANTED = 200
#: Small batches: most of these codes are found within a few steps.
AGENT = AgentOptions(num_envs=16, rollout=16, slice_rollouts=2, batch_size=256)
#: Seconds that information sets get at least.
LEAST_SECONDS = 0.5


def archived_codes(folder: Path) -> list[CodeRecord]:
    """Search for two-block codes until enough of them are archived, each search for itself."""
    held: dict[str, CodeRecord] = {}
    for seed in range(12):
        for qubits, (logicals, distance) in product(QUBITS, REQUESTS):
            spec = SearchSpec(
                max_weight=6, distance=distance, family="two-block", seed=seed, logicals=logicals,
                qubits=(qubits, qubits), evaluations=400, agent=AGENT,
            )  # fmt: skip
            own = folder / f"{qubits}-{logicals}-{distance}-{seed}"
            run_search(spec, RunOptions(own, seconds=20.0))
            archive = Archive(own)
            held |= {one.key: archive.get(one.key) for one in archive.records()}
            if len(held) >= WANTED:
                return list(held.values())[:WANTED]
    pytest.fail(f"only {len(held)} codes were found")


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_no_distance_of_an_archived_code_is_refuted_by_ten_times_the_budget(tmp_path: Path) -> None:
    records = archived_codes(tmp_path)
    for record in records:
        code, told = record.code, record.distance
        assert isinstance(code, CSSCode)
        assert told.lower >= 4
        started = time.monotonic()
        again = distance_of(code, budget=Budget(work=10 * PROOF_WORK), seed=1)
        seconds = max(LEAST_SECONDS, 10 * (time.monotonic() - started))
        assert again is not None
        assert told.lower <= again.upper
        assert again.lower <= told.upper
        # The other road: nothing but a search for light operators, with seeds of its own.
        found = distance_of(code, budget=min(60.0, seconds), seed=2, method="information-sets")
        assert found is not None
        assert found.upper >= told.lower
