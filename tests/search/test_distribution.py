"""The lean masked categorical against torch's own."""

import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical

from qcode_rl.search.agent.distribution import MaskedCategorical, log_prob_and_entropy


def problem(rows: int = 40, columns: int = 60, scale: float = 3.0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    logits = scale * torch.randn(rows, columns, generator=generator)
    masks = torch.rand(rows, columns, generator=generator) < 0.4
    masks[:, -1] = True
    masks[0, :-1] = False  # a single legal action
    masks[1] = True
    return logits, masks


def reference(logits: Tensor, masks: Tensor) -> Categorical:
    return Categorical(logits=logits.masked_fill(~masks, -torch.inf))


def entropy_of(distribution: Categorical) -> Tensor:
    # torch's own entropy() is NaN for logits of -inf in some versions; this is its definition.
    return -torch.special.xlogy(distribution.probs, distribution.probs).sum(-1)


def test_log_probabilities_and_entropies_are_those_of_torch() -> None:
    logits, masks = problem()
    lean, full = MaskedCategorical(logits, masks), reference(logits, masks)
    for action in range(logits.shape[1]):
        legal = masks[:, action]
        actions = torch.full((len(logits),), action)
        torch.testing.assert_close(
            lean.log_prob(actions)[legal], full.log_prob(actions)[legal], atol=1e-6, rtol=1e-6
        )
        assert (lean.log_prob(actions)[~legal] < -1e6).all()
    torch.testing.assert_close(lean.entropy(), entropy_of(full), atol=1e-6, rtol=1e-6)
    assert lean.entropy()[0] == 0


def test_without_masks_every_action_is_legal() -> None:
    logits, _ = problem()
    lean, full = MaskedCategorical(logits), Categorical(logits=logits)
    actions = torch.arange(len(logits))
    torch.testing.assert_close(lean.log_prob(actions), full.log_prob(actions))
    torch.testing.assert_close(lean.entropy(), full.entropy(), atol=1e-6, rtol=1e-6)


def test_gradients_are_those_of_torch_and_none_reaches_illegal_actions() -> None:
    logits, masks = problem()
    actions = masks.float().argmax(dim=1)
    weights = torch.linspace(-1, 1, len(logits))

    def gradient(log_prob: Tensor, entropy: Tensor, source: Tensor) -> Tensor:
        loss = (weights * log_prob).sum() + 0.3 * (weights * entropy).sum()
        return torch.autograd.grad(loss, source)[0]

    one = logits.clone().requires_grad_()
    lean = MaskedCategorical(one, masks)
    other = logits.clone().requires_grad_()
    # Over legal actions only, so that no infinity enters the graph.
    log_sum = torch.where(masks, other, -1e30).logsumexp(-1)
    log_probabilities = other - log_sum.unsqueeze(-1)
    p = torch.where(masks, log_probabilities.exp(), 0.0)
    entropy = -(p * torch.where(masks, log_probabilities, 0.0)).sum(-1)
    chosen = log_probabilities.gather(1, actions.unsqueeze(-1)).squeeze(-1)
    found = gradient(lean.log_prob(actions), lean.entropy(), one)
    torch.testing.assert_close(found, gradient(chosen, entropy, other), atol=1e-6, rtol=1e-5)
    assert (found[~masks] == 0).all()
    assert torch.isfinite(found).all()


def test_samples_occur_as_often_as_they_should_and_illegal_ones_never() -> None:
    torch.manual_seed(0)
    logits, masks = problem(rows=6, columns=12, scale=1.5)
    count = 20_000
    lean = MaskedCategorical(logits.repeat(count, 1), masks.repeat(count, 1))
    actions = lean.get_actions().view(count, 6)
    expected = reference(logits, masks).probs
    for row in range(6):
        observed = torch.bincount(actions[:, row], minlength=12) / count
        assert (observed[~masks[row]] == 0).all()
        # Five standard deviations.
        margin = 5 * (expected[row] * (1 - expected[row]) / count).sqrt() + 1e-9
        assert ((observed - expected[row]).abs() <= margin).all()


@pytest.mark.parametrize("uniform", [0.0, 1e-8, 0.5, 1 - 2**-24, 1.0])
def test_no_random_number_leads_to_an_illegal_action(
    uniform: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The ends of the interval are where inversion goes wrong, if it does; a product just below the
    # total may round to it.
    monkeypatch.setattr(torch, "rand_like", lambda like: torch.full_like(like, uniform))
    for columns, scale in ((3, 1.0), (60, 3.0), (1025, 30.0), (4097, 0.01)):
        logits, masks = problem(columns=columns, scale=scale)
        masks[2, -1] = not masks[2, :-1].any()  # the last action illegal
        masks[3, 0] = False
        actions = MaskedCategorical(logits, masks).get_actions()
        assert masks.gather(1, actions.unsqueeze(-1)).all()


def test_the_likeliest_legal_action_is_chosen_without_chance() -> None:
    logits, masks = problem()
    best = MaskedCategorical(logits, masks).get_actions(deterministic=True)
    assert torch.equal(best, reference(logits, masks).probs.argmax(dim=-1))


def test_samples_follow_from_the_seed_of_torch() -> None:
    logits, masks = problem()
    draws = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        draws.append(MaskedCategorical(logits, masks).get_actions())
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


def test_the_lean_gradient_is_that_of_the_distribution() -> None:
    torch.manual_seed(5)
    logits = torch.randn(40, 13, dtype=torch.float64, requires_grad=True)
    masks = torch.rand(40, 13) < 0.6
    masks[:, 4] = True
    distribution = MaskedCategorical(logits, masks)
    actions = distribution.get_actions()
    weights = torch.randn(2, 40, dtype=torch.float64)
    expected = distribution.log_prob(actions), distribution.entropy()
    (gradient,) = torch.autograd.grad((weights * torch.stack(expected)).sum(), logits)
    lean = log_prob_and_entropy(logits, actions, masks)
    (lean_gradient,) = torch.autograd.grad((weights * torch.stack(lean)).sum(), logits)
    for one, other in zip(lean, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-6)
    torch.testing.assert_close(lean_gradient, gradient, rtol=0, atol=1e-6)
