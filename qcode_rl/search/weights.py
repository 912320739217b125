"""Weights of policies: those that ship with the package, and those in files."""

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from qcode_rl.errors import InputError

#: The file of those that ship, made by `qcode-rl pretrain search_runs/pretrain_families.toml`.
SHIPPED = "policy.safetensors"


def load_shipped(policy: nn.Module) -> bool:
    """Put the shipped weights into a policy, if its network has their shape.

    Args:
        policy: a `TannerPolicy`.

    Returns:
        Whether they fit; otherwise the policy is as it was.
    """
    return _fill(policy, _shipped())


def load_weights(policy: nn.Module, path: Path) -> None:
    """Put the weights of a file into a policy.

    Args:
        policy: a `TannerPolicy`.
        path: a safetensors file, as `qcode-rl pretrain` writes it.

    Raises:
        InputError: if the file cannot be read, or its weights do not fit.
    """
    if not _fill(policy, read_weights(path)):
        raise InputError(f"{path}: must have the weights of this network, got others")


def read_weights(path: Path) -> dict[str, torch.Tensor]:
    """Return the weights of a safetensors file by name.

    Raises:
        InputError: if it cannot be read.
    """
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path}: must be a file of weights (safetensors): {reason}") from None


def _fill(policy: nn.Module, weights: dict[str, torch.Tensor]) -> bool:
    """Put weights into a policy, if they have the shapes of its own; return whether they do."""
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
