"""A categorical distribution over legal actions, without the checks that cost 10-35% of PPO."""

from typing import Any

import torch
from torch import Tensor


def _masked(logits: Tensor, masks: Tensor | None) -> Tensor:
    """Return logits that give impossible outcomes a probability of 0."""
    return logits if masks is None else torch.where(masks, logits, -1e8)


class MaskedCategorical:
    """Categorical distribution of which some outcomes are impossible.

    Args:
        logits: `(B, A)` unnormalized.
        masks: `(B, A) bool`, outcomes that may occur; every row has at least one. `None`: all.
    """

    def __init__(self, logits: Tensor, masks: Tensor | None = None) -> None:
        self.log_probabilities = torch.log_softmax(_masked(logits, masks), dim=-1)

    def get_actions(self, deterministic: bool = False) -> Tensor:
        """Return the likeliest outcomes, or sampled ones, `(B,)`."""
        if deterministic:
            return self.log_probabilities.argmax(dim=-1)
        # Inversion: the first outcome whose cumulated probability exceeds a uniform number. That is
        # one random number a row, not one an outcome; rounding must not carry it past the total.
        cumulated = self.log_probabilities.exp().cumsum(dim=-1)
        total = cumulated[:, -1:]
        uniform = torch.rand_like(total) * total
        return (cumulated <= uniform.clamp(max=(1 - 1e-6) * total)).sum(dim=-1)

    def log_prob(self, actions: Tensor) -> Tensor:
        """Return the log-probabilities of outcomes, `(B,)`."""
        return self.log_probabilities.gather(1, actions.long().unsqueeze(-1)).squeeze(-1)

    def entropy(self) -> Tensor:
        """Return the entropies in nats, `(B,)`; impossible outcomes add nothing."""
        return -(self.log_probabilities.exp() * self.log_probabilities).sum(dim=-1)


class _LogProbAndEntropy(torch.autograd.Function):
    """Log-probabilities and entropies with their gradient in one pass.

    With p the probabilities, H the entropy and a the outcome, d log p_a / d logits is
    onehot(a) - p, and dH / d logits is -p (log p + H).
    """

    @staticmethod
    def forward(
        ctx: Any, logits: Tensor, actions: Tensor, masks: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Return the log-probabilities of the outcomes and the entropies, each `(B,)`."""
        # Impossible outcomes get probability 0 and with it gradient 0, as `torch.where` would give.
        logs = torch.log_softmax(_masked(logits, masks), dim=-1)
        probabilities = logs.exp()
        entropy = -torch.linalg.vecdot(probabilities, logs)
        ctx.save_for_backward(logs, probabilities, entropy, actions)
        return logs.gather(1, actions.unsqueeze(-1)).squeeze(-1), entropy

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        """Return the gradient by the logits, `(B, A)`."""
        logs, probabilities, entropy, actions = ctx.saved_tensors
        by_log, by_entropy = (gradient.unsqueeze(-1) for gradient in gradients)
        result = torch.addcmul(-by_log - by_entropy * entropy.unsqueeze(-1), logs, -by_entropy)
        result.mul_(probabilities)
        return result.scatter_add_(1, actions.unsqueeze(-1), by_log), None, None


def log_prob_and_entropy(
    logits: Tensor, actions: Tensor, masks: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Return log-probabilities of outcomes and entropies, with a lean gradient.

    Args:
        logits: `(B, A)` unnormalized.
        actions: `(B,)` outcomes.
        masks: `(B, A) bool`, outcomes that may occur; `None`: all.

    Returns:
        Two tensors `(B,)`, those of `MaskedCategorical.log_prob` and `.entropy`.
    """
    # torch leaves `apply` untyped.
    apply: Any = _LogProbAndEntropy.apply
    result: tuple[Tensor, Tensor] = apply(logits, actions.long(), masks)
    return result
