"""The pretrained policy that ships with the package."""

from functools import cache
from importlib.resources import as_file, files

import torch
from safetensors.torch import load_file
from torch import nn

#: Its file, made by `qcode-rl pretrain search_runs/pretrain.toml`.
SHIPPED = "policy.safetensors"


def load_shipped(policy: nn.Module) -> bool:
    """Put the shipped weights into a policy, if its network has their shape.

    Args:
        policy: a `TannerPolicy`.

    Returns:
        Whether they fit; otherwise the policy is as it was.
    """
    weights = _shipped()
    shapes = {name: value.shape for name, value in policy.state_dict().items()}
    if {name: value.shape for name, value in weights.items()} != shapes:
        return False
    policy.load_state_dict(weights)
    return True


@cache
def _shipped() -> dict[str, torch.Tensor]:
    """Return the shipped weights by name, none in a checkout that has not got them yet."""
    resource = files("qcode_rl.search.data").joinpath(SHIPPED)
    if not resource.is_file():
        return {}
    with as_file(resource) as path:
        return load_file(path)
