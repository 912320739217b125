"""A categorical distribution over legal actions, without the checks that cost 10-35% of PPO."""

import torch
from torch import Tensor


class MaskedCategorical:
    """Categorical distribution of which some outcomes are impossible.

    Args:
        logits: `(B, A)` unnormalized.
        masks: `(B, A) bool`, outcomes that may occur; every row has at least one. `None`: all.
    """

    def __init__(self, logits: Tensor, masks: Tensor | None = None) -> None:
        if masks is not None:
            logits = torch.where(masks, logits, -1e8)
        self.log_probabilities = torch.log_softmax(logits, dim=-1)

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
