"""The environments under test: all of this project's namespace, with small arguments for each."""

import inspect
from typing import Any

import gymnasium as gym
import numpy as np
import qcode_envs
from gymnasium.envs.registration import registry

MODULE = qcode_envs.__name__
IDS = sorted(spec.id for spec in registry.values() if spec.namespace == "qcode")
#: Arguments that make an environment small enough for tests, and its request too hard to be met.
SMALL: dict[str, dict[str, Any]] = {
    # No [[8,2]] code has distance 4, nor has any [[6,1]] code.
    "qcode/CSS-v0": {"qubits": 8, "logicals": 2, "distance": 4, "max_steps": 12},
    "qcode/Stabilizer-v0": {"qubits": 6, "logicals": 1, "distance": 4, "max_steps": 12},
    "qcode/HypergraphProduct-v0": {"bits": 9, "dimension": 2, "distance": 9, "max_steps": 12},
    "qcode/RewiredProduct-v0": {"bits": 9, "dimension": 2, "distance": 9, "max_steps": 12},
    "qcode/TwoBlock-v0": {"group": (3, 3), "logicals": 4, "distance": 9, "max_steps": 12},
}
#: Distances that some episodes of eight steps reach and others do not.
MIDDLING = {
    "qcode/CSS-v0": 2,
    "qcode/Stabilizer-v0": 3,
    "qcode/HypergraphProduct-v0": 4,
    "qcode/RewiredProduct-v0": 6,
    "qcode/TwoBlock-v0": 4,
}
#: Arguments that leave room in the padded arrays.
PADDED: dict[str, dict[str, Any]] = {
    "qcode/CSS-v0": {"max_checks": 9, "max_qubits": 10},
    "qcode/Stabilizer-v0": {"max_checks": 9, "max_qubits": 10},
    "qcode/HypergraphProduct-v0": {"max_checks": 9, "max_bits": 10},
    "qcode/RewiredProduct-v0": {"max_checks": 9, "max_bits": 10},
    "qcode/TwoBlock-v0": {"max_degree": 2},
}


def accepting(argument: str) -> list[str]:
    """Return the environments that take an argument."""
    classes = {env_id: type(make(env_id)) for env_id in IDS}
    return [i for i, c in classes.items() if argument in inspect.signature(c.__init__).parameters]


def make(env_id: str, **arguments: Any) -> Any:
    """Return a single environment, without wrappers."""
    return gym.make(f"{MODULE}:{env_id}", **SMALL.get(env_id, {}) | arguments).unwrapped


def make_vector(env_id: str, num_envs: int, **arguments: Any) -> Any:
    """Return a batched environment."""
    return gym.make_vec(
        f"{MODULE}:{env_id}",
        num_envs=num_envs,
        vectorization_mode="vector_entry_point",
        **SMALL.get(env_id, {}) | arguments,
    ).unwrapped


def choose_action(rng: np.random.Generator, mask: Any) -> int:
    """Choose an action: mostly legal, now and then an illegal one or a stop."""
    if rng.random() < 0.1:
        return int(rng.integers(len(mask)))
    legal = np.flatnonzero(mask)
    # The last action stops the episode or starts afresh; one in twenty is enough of it.
    return int(rng.choice(legal[:-1] if len(legal) > 1 and rng.random() > 0.05 else legal))


def refused(env: Any, mask: Any) -> Any:
    """Return the actions that a single environment must flag as illegal, given its mask."""
    block = env.metadata["action_blocks"][0]
    if block in ("check-bit", "bit-bit"):
        return np.flatnonzero(~mask)
    # Only checks that are not there are illegal: any check that is may be opened at any level.
    assert block == "check*3"
    outside = np.arange(3 * env.batch.graphs.num_checks[0], len(mask) - 1)
    assert not mask[outside].any()
    # What else is masked is the first level of a check.
    assert not (np.setdiff1d(np.flatnonzero(~mask), outside) % 3).any()
    return outside


def assert_same_observation(one: Any, other: Any) -> None:
    """Require two observations to agree in every bit."""
    assert one.keys() == other.keys()
    for name in one:
        assert one[name].dtype == other[name].dtype
        np.testing.assert_array_equal(one[name], other[name])
