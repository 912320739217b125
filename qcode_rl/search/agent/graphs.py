"""From padded observation arrays to the tensors that the network reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

#: Edge types in the order of their codes in observations (1, 2, 3).
EDGE_TYPES = ("X", "Z", "Y")


@dataclass(frozen=True)
class GraphLayout:
    """What a family's observations hold; sizes follow from the arrays themselves.

    Attributes:
        check_features: features of a check.
        bit_features: features of a bit (qubit).
        overall_features: features of the whole graph.
        edge_types: those that occur in this family.
    """

    check_features: int
    bit_features: int
    overall_features: int
    edge_types: tuple[str, ...] = ("X",)


@dataclass(frozen=True)
class GraphTensors:
    """A batch of graphs.

    Attributes:
        checks: `(B, M, Fc)`.
        bits: `(B, N, Fb)`.
        adjacency: one `(B, M, N)` tensor of zeros and ones for each edge type of the layout.
        overall: `(B, G)`.
    """

    checks: Tensor
    bits: Tensor
    adjacency: tuple[Tensor, ...]
    overall: Tensor


def unflatten(observations: Mapping[str, Tensor], layout: GraphLayout) -> GraphTensors:
    """Shape a batch of flat observations (any dtype) into graph tensors.

    Args:
        observations: `checks (B, M * Fc)`, `bits (B, N * Fb)`, `edges (B, E * 3)` and
            `overall (B, G)`.
        layout: numbers of features and the edge types.
    """
    size = len(observations["overall"])
    checks = observations["checks"].float().reshape(size, -1, layout.check_features)
    bits = observations["bits"].float().reshape(size, -1, layout.bit_features)
    edges = observations["edges"].reshape(size, -1, 3).long()
    cells = edges[:, :, 0] * bits.shape[1] + edges[:, :, 1]
    adjacency = []
    for name in layout.edge_types:
        present = (edges[:, :, 2] == EDGE_TYPES.index(name) + 1).float()
        flat = checks.new_zeros(size, checks.shape[1] * bits.shape[1])
        flat = flat.scatter_add(1, cells, present)
        adjacency.append(flat.view(size, checks.shape[1], bits.shape[1]))
    return GraphTensors(checks, bits, tuple(adjacency), observations["overall"].float())
