"""The shipped policy at work: its runs stand alone, count honestly and find what was asked for."""

import numpy as np
import pytest
import torch

from qcode_rl.edits.rewired_product import (
    BIT_FEATURES,
    CHECK_FEATURES,
    GLOBAL_FEATURES,
    LEVELS,
)
from qcode_rl.search.acting import act, run_finetuned, run_pretrained
from qcode_rl.search.agent.graphs import GraphLayout
from qcode_rl.search.agent.network import TannerNetwork
from qcode_rl.search.spec import AgentOptions
from qcode_rl.search.targets import Target, prove_met
from qcode_rl.search.weights import load_shipped

EASY = Target(17, 3, 8)


def network(width: int = AgentOptions.width) -> TannerNetwork:
    torch.manual_seed(0)
    layout = GraphLayout(CHECK_FEATURES, BIT_FEATURES, GLOBAL_FEATURES)
    return TannerNetwork(layout, (f"check*{LEVELS}", "stop"), width, AgentOptions.rounds)


def test_every_run_meets_an_easy_target_and_each_claim_holds() -> None:
    runs = run_pretrained(EASY, range(20), 2000)
    assert all(run.success for run in runs)
    for run in runs:
        prove_met(EASY, run.checks)
        assert 1 <= run.evaluations <= 2000
        assert run.seconds > 0


def test_a_run_comes_out_alike_whatever_stands_beside_it() -> None:
    seeds = [3, 1, 4, 15, 92]
    together = act(network(), EASY.task, seeds, 300, 50)
    for seed, run in zip(seeds, together, strict=True):
        alone = act(network(), EASY.task, [seed], 300, 50)[0]
        assert (alone.evaluations, alone.success) == (run.evaluations, run.success)
        if run.checks is not None and alone.checks is not None:
            assert np.array_equal(run.checks, alone.checks)


def test_different_seeds_give_different_runs() -> None:
    runs = act(network(), EASY.task, range(8), 300, 50)
    assert len({(run.evaluations, str(run.checks)) for run in runs}) > 4


def test_a_budget_ends_runs_that_find_nothing() -> None:
    hopeless = Target(20, 5, 9, w=4, q=2)
    runs = act(network(), hopeless.task, range(4), 40, 30)
    for run in runs:
        assert not run.success
        assert run.checks is None
        # The last action may take two censuses.
        assert 40 <= run.evaluations <= 41


def test_tuning_is_paid_for_by_its_runs() -> None:
    few, many = (run_finetuned(EASY, range(count), 2000) for count in (2, 20))
    assert all(run.success for run in few + many)
    # The same tuning, shared by ten times as many runs.
    assert min(run.evaluations for run in few) > 5 * max(run.evaluations for run in many) > 0


def test_weights_of_another_size_are_left_alone() -> None:
    other = network(width=8)
    before = {name: value.clone() for name, value in other.state_dict().items()}
    assert not load_shipped(other)
    assert all(torch.equal(before[name], value) for name, value in other.state_dict().items())


def test_the_policy_needs_far_fewer_evaluations_than_an_untrained_one() -> None:
    # [30,4,15]: the best that any linear code of that size could do.
    target = Target(30, 4, 15)
    untrained = act(network(), target.task, range(30), 2000, AgentOptions.episode)
    trained = run_pretrained(target, range(30), 2000)
    assert all(run.success for run in trained)
    ratio = sum(run.evaluations for run in trained) / sum(run.evaluations for run in untrained)
    assert ratio < 0.7
    with pytest.raises(AssertionError):
        prove_met(Target(30, 4, 14), None)
