"""What the families have in common: batches of environments for a request, and proofs."""

from typing import Any

from qcode_rl.codes import Code
from qcode_rl.distance import Distance, distance_of
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.spec import ENVIRONMENTS, AgentOptions, SearchSpec


def batch_for(family: str, spec: SearchSpec, agent: AgentOptions, **arguments: Any) -> CodeVecEnv:
    """Return a batch of environments for what a request says of every size.

    Args:
        family: whose environment it is.
        spec: the request.
        agent: settings of the agent in this family.
        **arguments: of the environment, those that say what the size is among them.
    """
    return CodeVecEnv(
        ENVIRONMENTS[family],
        agent.num_envs,
        distance=spec.distance,
        max_weight=spec.max_weight,
        max_degree=spec.max_degree,
        reward=spec.reward,
        reward_options=vars(spec.reward_options),
        max_steps=agent.episode,
        **arguments,
    )


def distance_or_interrupt(code: Code, **settings: Any) -> Distance | None:
    """Compute a distance as `distance_of` does; an interrupt is one of the search.

    Args:
        code: any code.
        **settings: of `distance_of`.

    Returns:
        What is known of the distance; `None` without logical qubits.

    Raises:
        KeyboardInterrupt: if the computation was interrupted.
    """
    found = distance_of(code, **settings)
    if found is not None and found.stopped == "interrupted":
        raise KeyboardInterrupt
    return found
