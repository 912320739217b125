"""`qcode/TwoBlock-v0`: edit the supports of a two-block group-algebra code."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qcode_envs.arguments import family_metadata, options_of, require_whole, require_whole_or_none
from qcode_envs.base import EditEnv, EditFamily, EditVectorEnv
from qcode_envs.rendering import as_picture
from qcode_rl.codes.group_names import group_of
from qcode_rl.edits.hypergraph_product import split_limits
from qcode_rl.edits.rewards import RewardOptions
from qcode_rl.edits.rewired_product import LEVELS
from qcode_rl.edits.two_block import TwoBlockBatch
from qcode_rl.edits.two_block_state import TwoBlockTask, check_seed


class TwoBlockFamily(EditFamily):
    """What both forms have in common, and their arguments."""

    metadata = family_metadata(
        TwoBlockBatch,
        # Terms of a and b are joined to the elements that they are at.
        ("X", "Z"),
        # Moves of terms to elements, terms resampled at each level, then starting afresh.
        ("check-bit", f"check*{LEVELS}", "stop"),
    )
    batch: TwoBlockBatch

    def __init__(
        self,
        group: Any = (6, 6),
        logicals: int = 12,
        distance: int = 6,
        max_weight: int = 6,
        max_degree: int | None = None,
        seed_code: Any = None,
        reward: str = "shaped",
        reward_options: dict[str, float] | None = None,
        max_steps: int = 60,
        render_mode: str | None = None,
    ) -> None:
        require_whole(max_weight=max_weight, max_steps=max_steps)
        require_whole_or_none(max_degree=max_degree)
        self._limits = max_weight, max_degree
        self._even_terms = split_limits(max_weight, max_degree)
        batch = TwoBlockBatch(
            self._size,
            group_of(group),
            max_weight,
            reward=reward,
            options=options_of(RewardOptions, "reward_options", reward_options),
            max_steps=max_steps,
            same_step=self._same_step,
        )
        self._begin(batch, render_mode, logicals=logicals, distance=distance, seed_code=seed_code)

    def _ask(self, i: int, logicals: int, distance: int, seed_code: Any) -> None:
        terms, seed = self._even_terms, None
        if seed_code is not None:
            seed = check_seed(self.batch.group, seed_code, *self._limits)
            terms = len(seed[0]), len(seed[1])
        self.batch.assign(i, TwoBlockTask(logicals, distance, terms), seed)

    def _as_text(self, i: int) -> str:
        """Return code i as its parameters above the rows of its checks."""
        graphs = self.batch.graphs
        checks, distance = self.batch.checks(i), int(graphs.distances[i])
        found = f"distance at most {distance}" if distance else "distance not searched"
        title = (
            f"{2 * self.batch.group.order} qubits over {self.batch.group.name}, "
            f"{graphs.dimensions[i]} logical (asked: {graphs.logicals[i]}), "
            f"{found} (asked: {graphs.targets[i]})"
        )
        return "\n".join([title, *("".join(".1"[int(v)] for v in row) for row in checks)])

    def _as_picture(self, i: int) -> NDArray[np.uint8]:
        """Return the checks of code i, the share of each qubit in light operators on top."""
        return as_picture(self.batch.checks(i), np.tile(self.batch.graphs.participation[i], 2))


class TwoBlockEnv(EditEnv, TwoBlockFamily):
    """Edit the supports of a two-block group-algebra code so that it meets a request.

    ## Description
    The state is two supports a and b, sets of elements ("terms") of a finite group of order g. The
    code that is judged has HX = [L(a) | R(b)] and HZ = [R(b)^T | L(a)^T] on n = 2 g qubits, a
    multiplying from the left and b from the right: its checks commute whatever the supports, weigh
    as much as both together, and moving one term moves a whole orbit of edges. Generalized and
    bivariate bicycle codes are of this kind. The request is a number of logical qubits and a
    distance within limits on check weight and qubit degree.

    ## Action Space
    `Discrete(M * N + 3 M + 1)`, M being the largest number of terms (`max_weight`) and N = g. Terms
    of a come first, then those of b. Action `term * N + element` moves a term to an element, which
    no term of its block may be at. Action `M * N + 3 * term + level` resamples a term: the logical
    qubits are counted for every place that it could go to, and of the places that keep enough of
    them (or, if none does, most) its own and up to eight others are searched for light logical
    operators. It goes to the best of them (level 0), or to one drawn from a heat bath at
    temperature 0.15 (level 1) or 0.5 (level 2), in units of the distance. The last action starts
    afresh within the episode. `info["action_mask"]` and `action_masks()` tell which are legal; an
    illegal action changes nothing, costs a fixed penalty and sets `info["illegal"]`.

    ## Observation Space
    A `Dict` of padded arrays, flattened. `checks (M * 9,)` holds terms: present, share of the
    weight in its block, share in the other, part of its block's qubits in light logical operators,
    never resampled, changes since it was last resampled, whether that is none, most logical qubits
    that it could then give over those asked for, and gain when last edited. `bits (N * 4,)` holds
    elements: present, terms there / 2, order / g, and the logical qubits that the term resampled
    last would give there over those asked for (0 before). `edges (M * 3,)` holds rows (term,
    element, pauli) with pauli 1 for a's terms, 2 for b's and 0 for padding. `overall (14,)`:
    distance and soft distance over the target, missing logical qubits, time left, n, logical qubits
    and distance asked for, terms of a and of b (all scaled), logical qubits over those asked for,
    whether there has been a search, changes since the start, tries since the last gain, and how
    near the target is.

    ## Starting State
    Random supports that hold the identity, some terms of which have been moved to random places
    that raise the number of logical qubits, if possible to what is asked for; or (half of the
    episodes, if there is a seed code) the seed's supports. A start searches nothing.

    ## Rewards
    `shaped`, the only one: discount * potential after - potential before, scaled, less a small cost
    a step, plus a bonus when the request is met. The potential is the soft distance (of the light
    logical operators that a short search through random information sets has found; those that
    shifts of the group take to each other count once, where it is abelian), less `rank_cost` for
    each logical qubit missing. A code without logical qubits, or one that is several copies of a
    shorter code, has soft distance 0 and misses all. What starting afresh costs is charged at the
    step after it. Constants are those of `qcode_rl.edits.rewards.RewardOptions`.

    ## Episode End
    Terminates when the request seems met, and after `max_steps` actions; the time left is part of
    the observation, so nothing is ever truncated. Met means that the logical qubits, counted
    exactly, are enough, that the code is connected, and that a longer search has found no logical
    operator below the target: a claim, since a search bounds the distance from above alone.

    ## Information
    `action_mask (M * N + 3 M + 1,) bool`, `distance` (the least weight found of a logical operator,
    0 if none was looked for), `met`, `illegal`, `evaluations` (searches of codes not seen before,
    up to shifts of a and b), and `checks`, the `(2 g, 4 g)` symplectic rows [X|Z], X checks first,
    once the request seems met.

    ## Arguments
    `group` (orders of a product of cyclic groups such as `(6, 6)`, a name that
    `qcode_rl.codes.group_names.group_of` reads, such as `"dihedral-6"`, or a multiplication table),
    `logicals` k and `distance` asked for, `max_weight` of a check, shared evenly by the two blocks,
    and `max_degree` of a qubit, which is the larger share; `seed_code` (a pair of supports, as
    numbers of elements, which also says how the weight is shared), `reward`, `reward_options` and
    `max_steps`. `reset(options=...)` takes new `logicals`, `distance` and `seed_code`.

    ## References
    Lin and Pryadko, arXiv:2306.16400; Wang, Lin and Pryadko, arXiv:2305.06890; Bravyi et al.,
    arXiv:2308.07915; Ng, Harada and Russell, ICML 1999 (shaping).

    ## Version History
    v0: first version.
    """


class TwoBlockVectorEnv(EditVectorEnv, TwoBlockFamily):
    """The batched form of `TwoBlockEnv`, with the same arguments; see `EditVectorEnv`."""
