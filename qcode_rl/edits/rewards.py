"""What an edit is worth: the shaped potential, and the reward of arXiv:2502.14372.

Both judge the square hypergraph product of the graph under edit. Constants sit in `RewardOptions`;
kernels read them as an array in the order of its fields. What `logical-error` adds to the shaped
reward comes from decoders, which kernels know nothing of: the environments add it.
"""

from dataclasses import astuple, dataclass

import numpy as np

from qcode_rl.edits.graphs import Floats, GraphBatch
from qcode_rl.errors import InputError
from qcode_rl.gf2.jit import kernel, popcount

#: Names of rewards, with the codes that kernels use.
REWARDS = {"shaped": 0, "paper": 1, "logical-error": 0}


@dataclass(frozen=True)
class RewardOptions:
    """Constants of the rewards.

    Attributes:
        beta: inverse temperature of the soft distance (shaped).
        success_bonus: added when the request is met.
        step_cost: subtracted at every edit.
        illegal_cost: subtracted for an illegal action.
        weight_cost: potential lost for each unit of check weight over the limit (shaped).
        degree_cost: potential lost for each unit of bit degree over the limit (shaped).
        rank_cost: potential lost for each dependent check (shaped).
        ceiling: reward of a node within its limit, V_max (paper).
        decay: exponential rate at which the reward of a node falls beyond its limit (paper).
        distance_weight: reward for each unit by which the distance grows (paper).
        scale: by how much the potential is multiplied (rewiring).
        discount: of the learner, so that shaping leaves the best policy what it is (rewiring).
    """

    beta: float = 0.7
    success_bonus: float = 3.0
    step_cost: float = 0.01
    illegal_cost: float = 0.1
    weight_cost: float = 0.5
    degree_cost: float = 0.5
    rank_cost: float = 1.0
    ceiling: float = 1.0
    decay: float = 0.5
    distance_weight: float = 1.0
    scale: float = 0.2
    discount: float = 0.99

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InputError(f"reward option {name}: must be a number, got {value!r}")
            if not (np.isfinite(value) and value >= 0):
                raise InputError(f"reward option {name}: must be finite and >= 0, got {value}")
            # 1 and 1.0 are one setting: they must not make two keys of a search.
            object.__setattr__(self, name, float(value))
        if self.beta == 0:
            raise InputError(f"reward option beta: must be positive, got {self.beta}")

    def as_array(self) -> Floats:
        """Return the constants in field order, for kernels."""
        return np.array(astuple(self), dtype=np.float64)


_BETA, _BONUS, _STEP, _ILLEGAL, _WEIGHT, _DEGREE, _RANK, _CEILING, _DECAY, _DISTANCE = range(10)
_SCALE, _DISCOUNT = 10, 11


def reward_code(name: str) -> int:
    """Return the code of a reward for kernels.

    Raises:
        InputError: for an unknown name.
    """
    if name not in REWARDS:
        raise InputError(f"reward: must be one of {', '.join(REWARDS)}, got {name!r}")
    return REWARDS[name]


@kernel
def soft_distance(mass: float, target: int, beta: float) -> float:
    """Return the soft minimum over the weights of light words and the target itself.

    With `mass` the sum of exp(beta (target - w)) over words of weight w < target, this is
    target - log(1 + mass) / beta: the target when no word is lighter, and one of many equally light
    words removed already counts.
    """
    return float(target - np.log1p(mass) / beta)


@kernel
def potential(graphs: GraphBatch, i: int, code: int, constants: Floats) -> float:
    """Return the potential of graph i, whose differences are the reward (codes as in `REWARDS`)."""
    if code == 0:
        return float(
            graphs.soft[i]
            - constants[_WEIGHT] * graphs.excess[i, 0]
            - constants[_DEGREE] * graphs.excess[i, 1]
            - constants[_RANK] * graphs.dimensions[i, 1]
        )
    return float(node_reward(graphs, i, constants) + constants[_DISTANCE] * graphs.distances[i])


@kernel
def node_reward(graphs: GraphBatch, i: int, constants: Floats) -> float:
    """Return the mean reward of checks plus that of bits, each between 0 and the ceiling.

    After the description of arXiv:2502.14372, equations (2) and (3): a node within its limit earns
    the ceiling, one beyond it exponentially less; the two kinds of node count alike. The constants
    are options, and their defaults are not the paper's.
    """
    m, n = graphs.num_checks[i], graphs.num_bits[i]
    checks = 0.0
    for check in range(m):
        over = max(0, popcount(graphs.rows[i, check]) - graphs.row_limits[i])
        checks += np.exp(-constants[_DECAY] * over)
    bits = 0.0
    for bit in range(n):
        over = max(0, graphs.degrees[i, bit] - graphs.column_limits[i])
        bits += np.exp(-constants[_DECAY] * over)
    return float(constants[_CEILING] * (checks / m + bits / n))


@kernel
def step_reward(before: float, after: float, met: bool, constants: Floats) -> float:
    """Return the reward of one legal edit, given the potentials around it.

    For `paper` the distance term of equation (4) has the sign that the paper's prose gives it: a
    decrease costs.
    """
    return float(after - before - constants[_STEP] + (constants[_BONUS] if met else 0.0))


@kernel
def shaping_reward(before: float, after: float, target: int, met: bool, constants: Floats) -> float:
    """Return the reward of one rewiring, given the potentials around it.

    Shaping is discount * after - before, with potentials counted from the target and 0 once the
    request is met: such rewards leave the best policy what it is (Ng, Harada and Russell, ICML
    1999). Starting afresh pays nothing at once; the step after it is charged for the potential
    given up, so that it telescopes too, but for the discount of one step.
    """
    then = 0.0 if met else after - target
    change = constants[_SCALE] * (constants[_DISCOUNT] * then - (before - target))
    return float(change - constants[_STEP] + (constants[_BONUS] if met else 0.0))


@kernel
def illegal_reward(constants: Floats) -> float:
    """Return the reward of an illegal action."""
    return float(-constants[_ILLEGAL])
