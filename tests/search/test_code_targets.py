"""Quantum codes as targets of comparisons: what they ask for, and methods at work on them."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from qcode_rl.codes import StabilizerCode
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.acting import run_pretrained
from qcode_rl.search.agent.graphs import GraphLayout
from qcode_rl.search.agent.network import TannerNetwork
from qcode_rl.search.agent.vec_env import CodeVecEnv, layout_of
from qcode_rl.search.choosing import act_apart
from qcode_rl.search.code_targets import CodeTarget, prove_code_met
from qcode_rl.search.comparison import Plan, compare
from qcode_rl.search.methods import METHODS, find_method, serves
from qcode_rl.search.spec import ENVIRONMENTS
from qcode_rl.search.targets import HELD_OUT, Target, read_targets

STEANE = CodeTarget("css", 7, 1, 3, w=4)
FIVE = CodeTarget("stabilizer", 5, 1, 3, w=4)
BLOCKS = CodeTarget("two-block", 36, 4, 4, group="6x3")
HOPELESS = CodeTarget("css", 8, 2, 3, w=4)


def environments(target: CodeTarget, count: int) -> list[CodeVecEnv]:
    return [
        CodeVecEnv(
            ENVIRONMENTS[target.family], 1, qubits=target.n, logicals=target.k,
            distance=target.d, max_weight=target.w, max_steps=20,
        )
        for _ in range(count)
    ]  # fmt: skip


def acted(target: CodeTarget, seeds: list[int], budget: int) -> list[Any]:
    torch.manual_seed(0)
    envs = environments(target, len(seeds))
    layout: GraphLayout = layout_of(envs[0])
    network = TannerNetwork(layout, envs[0].native.metadata["action_blocks"], 8, 1)
    batches = [env.native.batch for env in envs]
    return act_apart(network, batches, seeds, budget, lambda checks: True)


def test_targets_of_all_families_are_read(tmp_path: Path) -> None:
    path = tmp_path / "targets.toml"
    path.write_text(
        'targets = [{n=17, k=3, d=9, family="hgp"}, {family="css", n=7, k=1, d=3, w=4, q=3},'
        ' {family="two-block", n=72, k=12, d=6, group="6x6"}]'
    )
    product, css, blocks = read_targets(path)
    assert product == Target(17, 3, 9)
    assert css == CodeTarget("css", 7, 1, 3, 4, 3)
    assert isinstance(blocks, CodeTarget)
    assert str(css) == "css [[7,1,3]](4,3)"
    assert str(blocks) == "two-block [[72,12,6]](6) over 6x6"
    assert (blocks.over.name, blocks.over.order) == ("6x6", 36)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('family="ccs", n=7, k=1, d=3', "family: must be one of hgp, css, stabilizer, two-block"),
        ('family="css", n=65, k=1, d=3', "n: must be from 2 to 64 in css [[65,1,3]](6), got 65"),
        ('family="css", n=7, k=7, d=1', "k: must be from 1 to 6 in css [[7,7,1]](6), got 7"),
        # No stabilizer code is better than [[5,1,3]], by linear programming.
        ('family="stabilizer", n=5, k=1, d=4, w=4', "d: must be from 1 to 3 in stabilizer [[5,1,"),
        ('family="css", n=7, k=1, d=3, w=1', "w: must be from 2 to 7"),
        ('family="css", n=7, k=1, d=3, q=0', "q: must be from 1 to 7"),
        ('family="css", n=7, k=1, d=3.0', "d: must be a whole number, got 3.0"),
        ('family="css", n=7, k=1, d=3, group="7"', "group: is for family two-block, got '7'"),
        ('n=17, k=3, d=9, group="7"', "group: is for family two-block, got '7'"),
        ('family="two-block", n=25, k=2, d=4', "n: must be even in two-block [[25,2,4]](6)"),
        (
            'family="two-block", n=36, k=2, d=4, group="6x6"',
            "group: must be of order 18 in two-block [[36,2,4]](6) over 6x6, got '6x6'",
        ),
    ],
)
def test_targets_that_cannot_be_are_refused(tmp_path: Path, entry: str, message: str) -> None:
    path = tmp_path / "targets.toml"
    path.write_text(f"targets = [{{{entry}}}]")
    with pytest.raises(InputError) as caught:
        read_targets(path)
    told = str(caught.value)
    assert message in told
    assert "\n" not in told


@pytest.mark.parametrize("target", [STEANE, FIVE, BLOCKS], ids=str)
def test_the_policy_meets_easy_targets_and_each_claim_is_proved(target: CodeTarget) -> None:
    runs = run_pretrained(target, range(4), 2000)
    assert all(run.success for run in runs)
    assert len({run.evaluations for run in runs}) > 1
    for run in runs:
        assert run.checks is not None
        prove_code_met(target, run.checks)
        assert 1 <= run.evaluations <= 2100


@pytest.mark.parametrize("target", [STEANE, FIVE], ids=str)
def test_annealing_over_gates_serves_codes(target: CodeTarget) -> None:
    runs = METHODS["annealing"](target, range(3), 2000)
    assert all(run.success for run in runs)


def test_a_run_on_a_code_comes_out_alike_whatever_stands_beside_it() -> None:
    seeds = [3, 1, 4]
    for seed, run in zip(seeds, acted(STEANE, seeds, 200), strict=True):
        alone = acted(STEANE, [seed], 200)[0]
        assert (alone.evaluations, alone.success) == (run.evaluations, run.success)
        assert np.array_equal(alone.checks, run.checks)


def test_a_budget_ends_runs_on_codes_and_so_does_having_seen_all() -> None:
    for run in acted(HOPELESS, [1, 2], 60):
        assert not run.success
        assert run.checks is None
        assert run.evaluations < 80
    # On four qubits there are few codes of such checks: what was seen before costs nothing.
    few = acted(CodeTarget("css", 4, 1, 2, w=2), [1], 40)[0]
    assert not few.success
    assert few.evaluations <= 60


def test_what_falls_short_of_a_target_is_no_proof() -> None:
    checks = METHODS["annealing"](STEANE, [1], 2000)[0].checks
    with pytest.raises(AssertionError):
        prove_code_met(CodeTarget("css", 7, 1, 3, w=4, q=1), checks)
    found = run_pretrained(BLOCKS, [1], 2000)[0].checks
    assert found is not None
    for wrong in (CodeTarget("two-block", 36, 4, 8), CodeTarget("two-block", 36, 4, 4, w=5)):
        with pytest.raises(AssertionError):
            prove_code_met(wrong, found)
    with pytest.raises(AssertionError):
        prove_code_met(BLOCKS, twice(found))


def twice(checks: BinaryMatrix) -> BinaryMatrix:
    """Return the checks of two copies of a code, side by side."""
    n = checks.shape[1] // 2
    x, z = checks[:, :n], checks[:, n:]
    pair = np.block([[x, 0 * x, z, 0 * z], [0 * x, x, 0 * z, z]])
    assert StabilizerCode(pair[pair.any(axis=1)]).num_qubits == 2 * n
    return pair


def test_a_comparison_runs_what_there_is_for_each_family() -> None:
    shipped = f"weights:{HELD_OUT.with_name('policy.safetensors')}"
    methods = ("pretrained", shipped, "annealing")
    found = compare(Plan((STEANE, BLOCKS), methods, seeds=3, budget=500))
    assert [list(row) for row in found.cells.values()] == [list(methods), list(methods[:2])]
    figures = found.as_json()
    assert figures["targets"][0].keys() >= {"family", "n", "k", "d", "w"}
    assert "q" not in figures["targets"][0]
    for row in found.cells.values():
        # The same weights, from a file.
        assert np.array_equal(row["pretrained"].costs, row[shipped].costs)
    summary = figures["summary"]
    assert summary.keys() == {
        "pretrained/annealing", f"{shipped}/annealing", f"{shipped}/pretrained"
    }  # fmt: skip
    assert summary["pretrained/annealing"]["targets"] == 1
    alike = {"ratio": 1.0, "targets": 2, "served": 2}
    assert summary[f"{shipped}/pretrained"].items() >= alike.items()
    families = figures["families"]
    assert families.keys() == {"css", "two-block"}
    assert families["css"]["pretrained/annealing"] == summary["pretrained/annealing"]
    assert families["two-block"]["pretrained/annealing"]["served"] == 0


def test_a_target_that_no_method_serves_is_refused() -> None:
    assert not serves("annealing", BLOCKS)
    with pytest.raises(InputError, match="methods: must have one that serves two-block"):
        Plan((STEANE, BLOCKS), ("annealing",))
    method = find_method("weights:none.safetensors")
    with pytest.raises(InputError, match=r"none\.safetensors: must be a file of weights"):
        method(STEANE, [1], 1)


def test_a_claim_about_a_two_block_code_that_is_refuted_does_not_end_a_run() -> None:
    torch.manual_seed(0)
    env = CodeVecEnv(ENVIRONMENTS["two-block"], 1, group="6x3", logicals=4, distance=4)
    network = TannerNetwork(layout_of(env), env.native.metadata["action_blocks"], 8, 1)
    told: list[int] = []

    def third(told: list[int], checks: BinaryMatrix) -> bool:
        told.append(len(checks))
        return len(told) == 3

    run = act_apart(network, [env.native.batch], [1], 5000, partial(third, told))[0]
    assert run.success
    assert told == [36, 36, 36]
