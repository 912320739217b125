"""The Tanner-graph network as a policy class for sb3-contrib's MaskablePPO."""

from collections.abc import Sequence
from typing import Any

import torch
from gymnasium import spaces
from numpy.typing import NDArray
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
from stable_baselines3.common.type_aliases import Schedule
from torch import Tensor

from qcode_rl.search.agent.distribution import MaskedCategorical, log_prob_and_entropy
from qcode_rl.search.agent.graphs import GraphLayout, GraphTensors, unflatten
from qcode_rl.search.agent.network import TannerNetwork

# Stable-Baselines3 types observations as single tensors; dictionaries of them arrive here.
Observations = Any


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
        """Return values, log-probabilities of given actions, and entropies, each `(B,)`."""
        logits, values = self.network(self._graphs(obs))
        return values, *log_prob_and_entropy(logits, actions, _on(logits.device, action_masks))

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

    def _graphs(self, obs: Observations) -> GraphTensors:
        return unflatten(obs, self._shape[0])


def _on(device: torch.device, masks: NDArray[Any] | Tensor | None) -> Tensor | None:
    """Return masks, of numbers or of truth values, as truth values on a device."""
    if masks is None:
        return None
    tensor = torch.as_tensor(masks, device=device)
    return tensor if tensor.dtype == torch.bool else tensor > 0.5
