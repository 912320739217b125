"""The Tanner-graph network as a policy class for sb3-contrib's MaskablePPO."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from gymnasium import spaces
from numpy.typing import NDArray
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
from stable_baselines3.common.type_aliases import Schedule
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from qcode_rl.errors import InputError
from qcode_rl.search.agent.distribution import MaskedCategorical, log_prob_and_entropy
from qcode_rl.search.agent.graphs import GraphLayout, GraphTensors, unflatten
from qcode_rl.search.agent.network import TannerNetwork

# Stable-Baselines3 types observations as single tensors; dictionaries of them arrive here.
Observations = Any
#: Most nodes, of all graphs together, that a CPU has under way at once in an update. Some 2 KiB
#: a node (width 24, two rounds) would otherwise make updates on larger graphs take more memory.
MAX_NODES = 90_000


class TannerPolicy(MaskableActorCriticPolicy):
    """Actor and critic on one message-passing network.

    Args:
        observation_space: of a code environment (`checks`, `bits`, `edges`, `overall`).
        action_space: discrete.
        lr_schedule: learning rate.
        layout: how observations are shaped.
        blocks: the family's blocks of actions.
        width: size of a node's embedding.
        rounds: rounds of message passing.
        **options: passed on to Stable-Baselines3.
    """

    def __init__(
        self,
        observation_space: spaces.Dict,
        action_space: spaces.Discrete,
        lr_schedule: Schedule,
        layout: GraphLayout,
        blocks: Sequence[str],
        width: int = 16,
        rounds: int = 2,
        **options: Any,
    ) -> None:
        self._shape = (layout, tuple(blocks), width, rounds)
        super().__init__(observation_space, action_space, lr_schedule, **options)

    def _build(self, lr_schedule: Schedule) -> None:
        """Make the network in place of Stable-Baselines3's extractor and heads."""
        layout, blocks, width, rounds = self._shape
        self.network = TannerNetwork(layout, blocks, width, rounds)
        options = {"lr": lr_schedule(1), **self.optimizer_kwargs}
        self.optimizer = self.optimizer_class(self.network.parameters(), **options)

    def serve(self, layout: GraphLayout, blocks: Sequence[str]) -> None:
        """Go on with environments of a family, whose weights are those of all families.

        Args:
            layout: how its observations are shaped.
            blocks: its blocks of actions.

        Raises:
            InputError: if its numbers of features are not those that the network was made for.
        """
        before, _, width, rounds = self._shape
        if replace(layout, edge_types=before.edge_types) != before:
            raise InputError(
                f"environment: must have {_features(before)} features of checks, bits and graphs, "
                f"got {_features(layout)}"
            )
        self._shape = (layout, tuple(blocks), width, rounds)
        self.network.layout, self.network.blocks = layout, tuple(blocks)

    def forward(
        self,
        obs: Observations,
        deterministic: bool = False,
        action_masks: NDArray[Any] | Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return actions, values and log-probabilities, each `(B,)`."""
        logits, values = self.network(self._graphs(obs))
        distribution = MaskedCategorical(logits, _on(logits.device, action_masks))
        actions = distribution.get_actions(deterministic)
        return actions, values, distribution.log_prob(actions)

    def evaluate_actions(
        self, obs: Observations, actions: Tensor, action_masks: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return values, log-probabilities of given actions, and entropies, each `(B,)`.

        Large graphs are taken in pieces of the batch (`MAX_NODES`), each computed once more when
        its gradient is: Chen et al., arXiv:1604.06174.
        """
        masks = _on(actions.device, action_masks)
        size = self._piece(obs)
        if size >= len(actions):
            return self._evaluate(obs, actions, masks)
        # Nothing here is random, so that no generator's state need be kept for the second time. The
        # reentrant kind frees what it holds at once, the other kind only when cycles are collected.
        evaluate = partial(checkpoint, self._evaluate, use_reentrant=True, preserve_rng_state=False)
        pieces = []
        for start in range(0, len(actions), size):
            rows = slice(start, start + size)
            part = {name: values[rows] for name, values in obs.items()}
            legal = None if masks is None else masks[rows]
            pieces.append(evaluate(part, actions[rows], legal, torch.empty(0, requires_grad=True)))
        values, log_probs, entropies = (torch.cat(parts) for parts in zip(*pieces, strict=True))
        return values, log_probs, entropies

    def get_distribution(
        self, obs: Observations, action_masks: NDArray[Any] | Tensor | None = None
    ) -> Any:
        """Return the distribution of actions."""
        logits, _ = self.network(self._graphs(obs))
        return MaskedCategorical(logits, _on(logits.device, action_masks))

    def predict_values(self, obs: Observations) -> Tensor:
        """Return state values, `(B,)`."""
        values: Tensor = self.network.values(self._graphs(obs))
        return values

    def _evaluate(
        self, obs: Observations, actions: Tensor, masks: Tensor | None, _: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Evaluate a piece; the last argument only tells autograd that there is a gradient."""
        logits, values = self.network(self._graphs(obs))
        return values, *log_prob_and_entropy(logits, actions, masks)

    def _piece(self, obs: Observations) -> int:
        """Return how many graphs are evaluated at once."""
        rows, check_values = obs["checks"].shape
        if obs["checks"].device.type != "cpu":
            return int(rows)
        layout = self._shape[0]
        bit_values = obs["bits"].shape[1]
        nodes = check_values // layout.check_features + bit_values // layout.bit_features
        return max(1, MAX_NODES // int(nodes))

    def _graphs(self, obs: Observations) -> GraphTensors:
        return unflatten(obs, self._shape[0])


def _features(layout: GraphLayout) -> str:
    return f"{layout.check_features}, {layout.bit_features} and {layout.overall_features}"


def _on(device: torch.device, masks: NDArray[Any] | Tensor | None) -> Tensor | None:
    """Return masks, of numbers or of truth values, as truth values on a device."""
    if masks is None:
        return None
    tensor = torch.as_tensor(masks, device=device)
    return tensor if tensor.dtype == torch.bool else tensor > 0.5
