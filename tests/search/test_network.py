"""The Tanner-graph network: one set of weights for all sizes, families and orders of nodes."""

from itertools import product

import pytest
import torch
from torch import Tensor

from qcode_rl.search.agent.graphs import EDGE_TYPES, GraphLayout, GraphTensors, unflatten
from qcode_rl.search.agent.network import PAIR_BLOCKS, TannerNetwork

ACTION_BLOCKS = (*PAIR_BLOCKS, "check*3", "stop")

LAYOUT = GraphLayout(check_features=4, bit_features=3, overall_features=5, edge_types=("X", "Z"))


def network(
    blocks: tuple[str, ...] = ACTION_BLOCKS, layout: GraphLayout = LAYOUT, seed: int = 0
) -> TannerNetwork:
    torch.manual_seed(seed)
    return TannerNetwork(layout, blocks, width=8, rounds=2).double().eval()


def graphs(checks: int, bits: int, size: int = 2, types: int = 2, seed: int = 0) -> GraphTensors:
    generator = torch.Generator().manual_seed(seed)

    def noise(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    check_features, bit_features = noise(size, checks, 4), noise(size, bits, 3)
    check_features[:, :, 0] = bit_features[:, :, 0] = 1.0
    adjacency = tuple((noise(size, checks, bits) > 0.7).double() for _ in range(types))
    return GraphTensors(check_features, bit_features, adjacency, noise(size, 5))


def split(logits: Tensor, blocks: tuple[str, ...], checks: int, bits: int) -> dict[str, Tensor]:
    """Cut logits into their blocks, one axis a node."""
    count = {"check": checks, "bit": bits}
    parts, start = {}, 0
    for block in blocks:
        kinds, _, levels = block.partition("*")
        shape = [1] if block == "stop" else [count[kind] for kind in kinds.split("-")]
        shape += [int(levels)] if levels else []
        end = start + torch.Size(shape).numel()
        parts[block] = logits[:, start:end].view(len(logits), *shape)
        start = end
    assert start == logits.shape[1]
    return parts


@pytest.mark.parametrize(
    "blocks",
    [ACTION_BLOCKS, ("check-bit", "stop"), ("bit-bit",), ("check-check", "bit-bit", "stop")],
)
@pytest.mark.parametrize("size", [(1, 1), (3, 5), (7, 4)])
def test_every_family_of_actions_has_its_logits_at_every_size(
    blocks: tuple[str, ...], size: tuple[int, int]
) -> None:
    checks, bits = size
    logits, values = network(blocks)(graphs(checks, bits))
    assert values.shape == (2,)
    parts = split(logits, blocks, checks, bits)
    assert all(torch.isfinite(part).all() for part in parts.values())


def test_weights_depend_on_neither_size_nor_actions_nor_edge_types() -> None:
    shapes = {name: tensor.shape for name, tensor in network().state_dict().items()}
    for blocks, types in product([("check-bit", "stop"), ("bit-bit",)], [("X",), EDGE_TYPES]):
        layout = GraphLayout(4, 3, 5, types)
        other = network(blocks, layout, seed=1)
        assert {name: tensor.shape for name, tensor in other.state_dict().items()} == shapes
        other.load_state_dict(network().state_dict())
    # The same weights give the same logits whatever other actions a family has.
    one = network(("check-bit", "stop"))
    some, value = one(graphs(3, 5))
    every, same_value = network()(graphs(3, 5))
    parts = split(every, ACTION_BLOCKS, 3, 5)
    expected = torch.cat([parts["check-bit"].flatten(1), parts["stop"]], dim=1)
    torch.testing.assert_close(some, expected)
    torch.testing.assert_close(value, same_value)


def test_permuting_nodes_permutes_logits_and_keeps_values() -> None:
    net, original = network(), graphs(4, 6)
    rows, columns = torch.tensor([2, 0, 3, 1]), torch.tensor([5, 2, 0, 4, 1, 3])
    permuted = GraphTensors(
        original.checks[:, rows],
        original.bits[:, columns],
        tuple(edges[:, rows][:, :, columns] for edges in original.adjacency),
        original.overall,
    )
    (logits, values), (other_logits, other_values) = net(original), net(permuted)
    torch.testing.assert_close(values, other_values)
    before = split(logits, ACTION_BLOCKS, 4, 6)
    after = split(other_logits, ACTION_BLOCKS, 4, 6)
    torch.testing.assert_close(after["check-bit"], before["check-bit"][:, rows][:, :, columns])
    torch.testing.assert_close(after["bit-bit"], before["bit-bit"][:, columns][:, :, columns])
    torch.testing.assert_close(after["check-check"], before["check-check"][:, rows][:, :, rows])
    torch.testing.assert_close(after["check*3"], before["check*3"][:, rows])
    torch.testing.assert_close(after["stop"], before["stop"])
    # The permutation was not without effect.
    assert not torch.allclose(after["check-bit"], before["check-bit"])


def test_padding_changes_neither_logits_of_real_nodes_nor_values() -> None:
    net, original = network(), graphs(3, 5)
    pad = torch.nn.functional.pad
    padded = GraphTensors(
        pad(original.checks, (0, 0, 0, 2)),
        pad(original.bits, (0, 0, 0, 4)),
        tuple(pad(edges, (0, 4, 0, 2)) for edges in original.adjacency),
        original.overall,
    )
    (logits, values), (more, same_values) = net(original), net(padded)
    torch.testing.assert_close(values, same_values)
    real = split(logits, ACTION_BLOCKS, 3, 5)
    wide = split(more, ACTION_BLOCKS, 5, 9)
    torch.testing.assert_close(wide["check-bit"][:, :3, :5], real["check-bit"])
    torch.testing.assert_close(wide["bit-bit"][:, :5, :5], real["bit-bit"])
    torch.testing.assert_close(wide["check-check"][:, :3, :3], real["check-check"])
    torch.testing.assert_close(wide["check*3"][:, :3], real["check*3"])
    torch.testing.assert_close(wide["stop"], real["stop"])


def test_graphs_of_a_batch_do_not_mix() -> None:
    net, both = network(), graphs(3, 5, size=2)
    logits, values = net(both)
    for i in range(2):
        alone = GraphTensors(
            both.checks[i : i + 1],
            both.bits[i : i + 1],
            tuple(edges[i : i + 1] for edges in both.adjacency),
            both.overall[i : i + 1],
        )
        one_logits, one_value = net(alone)
        torch.testing.assert_close(one_logits[0], logits[i])
        torch.testing.assert_close(one_value[0], values[i])


def test_types_of_edges_are_told_apart() -> None:
    net, original = network(), graphs(3, 5)
    x, z = original.adjacency
    swapped = GraphTensors(original.checks, original.bits, (z, x), original.overall)
    assert not torch.allclose(net(original)[0], net(swapped)[0])
    # An edge type that a family lacks is as good as one without edges.
    only_x = GraphTensors(original.checks, original.bits, (x,), original.overall)
    no_z = GraphTensors(original.checks, original.bits, (x, torch.zeros_like(z)), original.overall)
    single = network(layout=GraphLayout(4, 3, 5, ("X",)))
    torch.testing.assert_close(single(only_x)[0], net(no_z)[0])


def test_a_pair_that_shares_an_edge_has_a_logit_of_its_own_kind() -> None:
    net, original = network(("check-bit",)), graphs(3, 5)
    checks, bits, pooled = net.embed(original)
    with_edges = net.logits(original, checks, bits, pooled)
    none = tuple(torch.zeros_like(edges) for edges in original.adjacency)
    without = GraphTensors(original.checks, original.bits, none, original.overall)
    apart = net.logits(without, checks, bits, pooled)
    joined = sum(original.adjacency).flatten(1) > 0
    torch.testing.assert_close(with_edges[~joined], apart[~joined])
    assert not torch.isclose(with_edges[joined], apart[joined]).any()


def test_values_alone_are_those_of_the_whole_network() -> None:
    net, original = network(), graphs(3, 5)
    torch.testing.assert_close(net.values(original), net(original)[1])


def test_every_weight_in_use_learns() -> None:
    net = network(layout=GraphLayout(4, 3, 5, EDGE_TYPES))
    logits, values = net(graphs(6, 9, size=8, types=3))
    (logits.square().mean() + values.square().mean()).backward()
    # Pairs of like nodes never share an edge.
    unused = {f"pairs.{b}.joined" for b in ("bit-bit", "check-check")}
    for name, weight in net.named_parameters():
        if any(name.startswith(prefix) for prefix in unused):
            continue
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name


def test_observations_become_adjacency_by_edge_type_and_padding_no_edge() -> None:
    edges = torch.zeros(1, 4, 3)
    edges[0, 0] = torch.tensor([0.0, 2.0, 1.0])  # X between check 0 and bit 2
    edges[0, 1] = torch.tensor([1.0, 0.0, 3.0])  # Y between check 1 and bit 0
    edges[0, 2] = torch.tensor([0.0, 0.0, 2.0])  # Z between check 0 and bit 0
    layout = GraphLayout(
        check_features=2, bit_features=1, overall_features=1, edge_types=EDGE_TYPES
    )
    tensors = unflatten(
        {
            "checks": torch.arange(4.0).view(1, 4),
            "bits": torch.arange(3.0).view(1, 3),
            "edges": edges.view(1, -1).to(torch.int16),
            "overall": torch.ones(1, 1),
        },
        layout,
    )
    assert tensors.checks.tolist() == [[[0, 1], [2, 3]]]
    assert tensors.bits.tolist() == [[[0], [1], [2]]]
    x, z, y = (kind[0].tolist() for kind in tensors.adjacency)
    assert x == [[0, 0, 1], [0, 0, 0]]
    assert z == [[1, 0, 0], [0, 0, 0]]
    assert y == [[0, 0, 0], [1, 0, 0]]
