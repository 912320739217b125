"""A message-passing network over Tanner graphs with typed edges and logits for pairs of nodes.

Its weights do not depend on the size of the graph nor on the family of codes: one set serves every
number of checks and bits, every subset of edge types, and actions that name a check and a bit, two
bits or two checks.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from qcode_rl.search.agent.graphs import EDGE_TYPES, GraphLayout, GraphTensors

#: Blocks of actions that name pairs of nodes.
PAIR_BLOCKS = ("check-bit", "bit-bit", "check-check")
#: Most levels at which an action can name a single check: block `check*3` has three.
MAX_LEVELS = 4


class MessagePassing(nn.Module):
    """One round: checks hear from their bits, then bits from their checks.

    Args:
        width: size of a node's embedding.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.keep_checks = nn.Linear(width, width)
        self.keep_bits = nn.Linear(width, width)
        self.to_checks = nn.ModuleDict({t: nn.Linear(width, width, False) for t in EDGE_TYPES})
        self.to_bits = nn.ModuleDict({t: nn.Linear(width, width, False) for t in EDGE_TYPES})

    def forward(
        self, checks: Tensor, bits: Tensor, adjacency: Sequence[Tensor], types: Sequence[str]
    ) -> tuple[Tensor, Tensor]:
        """Return the new embeddings of checks `(B, M, W)` and bits `(B, N, W)`."""
        heard = self.keep_checks(checks)
        for kind, edges in zip(types, adjacency, strict=True):
            # Both maps act on checks, of which there are fewer than bits.
            heard = heard + self.to_checks[kind](edges @ bits)
        checks = checks + torch.relu(heard)
        heard = self.keep_bits(bits)
        for kind, edges in zip(types, adjacency, strict=True):
            heard = torch.baddbmm(heard, edges.transpose(1, 2), self.to_bits[kind](checks))
        return checks, bits + torch.relu(heard)


class PairLogits(nn.Module):
    """Logits for pairs of nodes, bilinear in their embeddings, apart for joined and other pairs.

    Args:
        width: size of a node's embedding.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        size = width // 2
        self.apart = nn.ModuleList(nn.Linear(width, size) for _ in range(2))
        self.joined = nn.ModuleList(nn.Linear(width, size) for _ in range(2))
        self.scale = size**-0.5

    def forward(self, left: Tensor, right: Tensor, joined: Tensor | None) -> Tensor:
        """Return logits `(B, L * R)` for embeddings `(B, L, W)`, `(B, R, W)`.

        `joined` is `(B, L, R)`, 1 for pairs that share an edge; `None` if no pair can.
        """
        logits = _bilinear(self.apart, left, right)
        if joined is not None:
            logits = torch.where(joined > 0, _bilinear(self.joined, left, right), logits)
        scaled: Tensor = self.scale * logits.flatten(1)
        return scaled


class SingleLogits(nn.Module):
    """Logits for single checks at each level, from their embeddings and the whole graph's.

    Args:
        width: size of a node's embedding.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.own = nn.Linear(width, 2 * width)
        self.whole = nn.Linear(3 * width, 2 * width, False)
        self.levels = nn.Linear(2 * width, MAX_LEVELS)

    def forward(self, checks: Tensor, pooled: Tensor) -> Tensor:
        """Return logits `(B, M, MAX_LEVELS)` for embeddings `(B, M, W)` and `(B, 3 W)`."""
        hidden = torch.relu(self.own(checks) + self.whole(pooled).unsqueeze(1))
        logits: Tensor = self.levels(hidden)
        return logits


def _bilinear(maps: nn.ModuleList, left: Tensor, right: Tensor) -> Tensor:
    """Return the products `(B, L, R)` of mapped embeddings."""
    return torch.bmm(maps[0](left), maps[1](right).transpose(1, 2))


class TannerNetwork(nn.Module):
    """Policy logits and state values for batches of Tanner graphs.

    Args:
        layout: numbers of features, which shape the weights, and the family's edge types.
        blocks: the family's blocks of actions, in the order of its action numbers.
        width: size of a node's embedding.
        rounds: rounds of message passing.
    """

    def __init__(
        self, layout: GraphLayout, blocks: Sequence[str], width: int = 16, rounds: int = 2
    ) -> None:
        super().__init__()
        self.layout = layout
        self.blocks = tuple(blocks)
        self.encode_checks = nn.Linear(layout.check_features, width)
        self.encode_bits = nn.Linear(layout.bit_features, width)
        self.encode_overall = nn.Linear(layout.overall_features, width)
        self.rounds = nn.ModuleList(MessagePassing(width) for _ in range(rounds))
        self.pairs = nn.ModuleDict({block: PairLogits(width) for block in PAIR_BLOCKS})
        self.single = SingleLogits(width)
        self.stop = nn.Linear(3 * width, 1)
        self.value = nn.Sequential(
            nn.Linear(3 * width, 2 * width), nn.Tanh(), nn.Linear(2 * width, 1)
        )

    def forward(self, graphs: GraphTensors) -> tuple[Tensor, Tensor]:
        """Return logits `(B, A)` and values `(B,)`."""
        checks, bits, pooled = self.embed(graphs)
        return self.logits(graphs, checks, bits, pooled), self.value(pooled).squeeze(-1)

    def values(self, graphs: GraphTensors) -> Tensor:
        """Return state values `(B,)` alone."""
        values: Tensor = self.value(self.embed(graphs)[2]).squeeze(-1)
        return values

    def embed(self, graphs: GraphTensors) -> tuple[Tensor, Tensor, Tensor]:
        """Return embeddings of checks `(B, M, W)`, bits `(B, N, W)` and graphs `(B, 3 W)`."""
        overall = self.encode_overall(graphs.overall)
        checks = torch.relu(self.encode_checks(graphs.checks) + overall.unsqueeze(1))
        bits = torch.relu(self.encode_bits(graphs.bits) + overall.unsqueeze(1))
        for passing in self.rounds:
            checks, bits = passing(checks, bits, graphs.adjacency, self.layout.edge_types)
        pooled = [_mean(checks, graphs.checks), _mean(bits, graphs.bits), torch.relu(overall)]
        return checks, bits, torch.cat(pooled, dim=-1)

    def logits(self, graphs: GraphTensors, checks: Tensor, bits: Tensor, pooled: Tensor) -> Tensor:
        """Return the logits of all blocks, side by side, `(B, A)`."""
        joined = graphs.adjacency[0] if len(graphs.adjacency) == 1 else sum(graphs.adjacency)
        nodes = {"check": checks, "bit": bits}
        features = {"check": graphs.checks, "bit": graphs.bits}
        parts = []
        for block in self.blocks:
            if block == "stop":
                parts.append(self.stop(pooled))
                continue
            if "*" in block:
                levels = int(block.split("*")[1])
                parts.append(self.single(checks, pooled)[:, :, :levels].flatten(1))
                continue
            left, right = block.split("-")
            pair_joined = joined if left != right else None
            logits = self.pairs[block](nodes[left], nodes[right], pair_joined)
            # All pairs of one node together weigh as much as one action of a single check: there
            # are so many that nothing else would be tried before the network has learned.
            parts.append(logits - features[right][:, :, 0].sum(1, keepdim=True).clamp(min=1).log())
        return torch.cat(parts, dim=-1)


def _mean(embeddings: Tensor, features: Tensor) -> Tensor:
    """Average over nodes that exist, whose first feature is 1 (padding: 0)."""
    present = features[:, :, :1]
    return (embeddings * present).sum(1) / present.sum(1).clamp(min=1)
