"""`qcode/HypergraphProduct-v0`: edit a classical Tanner graph, judge its hypergraph product."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from gymnasium.vector import AutoresetMode

from qcode_envs.base import EditEnv, EditFamily, EditVectorEnv
from qcode_envs.judging import make_judge
from qcode_rl.codes import ClassicalCode
from qcode_rl.decoding.judging.options import LogicalErrorOptions
from qcode_rl.edits import stepping
from qcode_rl.edits.hypergraph_product import ProductBatch, ProductTask, split_limits
from qcode_rl.edits.rewards import RewardOptions
from qcode_rl.errors import InputError

ErrorOptions: TypeAlias = LogicalErrorOptions | Mapping[str, Any] | None
_METADATA: dict[str, Any] = {
    "render_modes": ["ansi", "rgb_array"],
    "render_fps": 4,
    # What a policy over this family needs: which edges exist and which pairs its actions name.
    "edge_types": ("X",),
    "action_blocks": ("check-bit", "stop"),
    "check_features": stepping.CHECK_FEATURES,
    "bit_features": stepping.BIT_FEATURES,
}


class ProductFamily(EditFamily):
    """What the single and the batched environments have in common."""

    batch: ProductBatch
    #: The batch of graphs that is driven.
    batch_type: type[ProductBatch] = ProductBatch

    def _set_up(
        self,
        size: int,
        same_step: bool,
        bits: int,
        dimension: int,
        distance: int,
        max_weight: int,
        max_degree: int | None,
        seed_code: Any,
        reward: str,
        reward_options: dict[str, float] | None,
        max_steps: int,
        max_bits: int | None,
        max_checks: int | None,
        logical_error: ErrorOptions,
        judge_workers: int,
    ) -> None:
        if not 1 <= dimension < bits:
            raise InputError(f"dimension: must be between 1 and bits - 1, got {dimension}")
        if max_steps < 1:
            raise InputError(f"max_steps: must be at least 1, got {max_steps}")
        row_limit, column_limit = split_limits(max_weight, max_degree)
        task = ProductTask(bits, bits - dimension, distance, row_limit, column_limit)
        self.tasks = [task] * size
        self.batch = self.batch_type(
            size,
            max_checks or task.checks,
            max_bits or task.bits,
            max_row_limit=row_limit,
            reward=reward,
            options=RewardOptions(**(reward_options or {})),
            max_steps=max_steps,
            same_step=same_step,
        )
        self._seed_codes = [None if seed_code is None else _as_code(seed_code)] * size
        for i in range(size):
            self.batch.assign(i, task, self._seed_codes[i])
        self._judge = make_judge(size, reward, logical_error, judge_workers)

    def _assign(self, i: int, options: dict[str, Any]) -> None:
        """Change what graph i is asked for, from reset options."""
        task = self.tasks[i]
        bits = int(options.get("bits", task.bits))
        dimension = int(options.get("dimension", task.bits - task.checks))
        distance = int(options.get("distance", task.distance))
        task = ProductTask(bits, bits - dimension, distance, task.row_limit, task.column_limit)
        code = options.get("seed_code", self._seed_codes[i])
        code = None if code is None else _as_code(code)
        self.batch.assign(i, task, code)
        self.tasks[i], self._seed_codes[i] = task, code


class HypergraphProductEnv(ProductFamily, EditEnv):
    """Edit a classical Tanner graph so that its square hypergraph product meets a request.

    ## Description
    The state is a classical check matrix H of m checks on n bits. The code that is judged is the
    hypergraph product of H with itself, on n^2 + m^2 qubits: its checks weigh a row plus a column
    of H, and its distance follows from the code of H and that of its transpose. The request is a
    distance within limits on check weight and qubit degree.

    ## Action Space
    `Discrete(M * N + 1)`, M and N being the padded numbers of checks and bits. Action
    `check * N + bit` removes that edge if it is there. Otherwise it adds it, and each end that was
    full gives up its least useful edge; where both did, the two nodes left behind are joined. The
    last action stops the episode. `info["action_mask"]` and `action_masks()` tell which are legal;
    an illegal action changes nothing, costs a fixed penalty and sets `info["illegal"]`.

    ## Observation Space
    A `Dict` of padded arrays, flattened: `checks (M * 4,)` (present, weight / limit, room / limit,
    share in light codewords), `bits (N * 4,)` (the same for degrees), `edges (E * 3,)` rows (check,
    bit, pauli) with pauli 1 for X and 0 for padding, and `overall (9,)`: distance and soft distance
    over the target, dependent checks, time left, n, m, target, and the two limits, all scaled.

    ## Starting State
    A random graph within the limits with even degrees, or (half of the episodes, if there is a seed
    code) a random sparse presentation of the seed code, padded and trimmed to the limits.

    ## Rewards
    `shaped`: the change of a potential made of the soft distance, excess weight and degree, and
    dependent checks, less a small cost a step, plus a bonus when the request is met. `paper`: the
    reward of arXiv:2502.14372 from node degrees and the change of the distance. Constants are those
    of `qcode_rl.edits.rewards.RewardOptions`. `logical-error`: `shaped`, plus `weight` times -log10
    of the logical error rate of the code as it stands when the episode ends, met or not: decoded by
    BP+OSD under depolarizing code-capacity noise, in a fixed number of shots, with the same errors
    for all codes of one length; a code without logical qubits has rate 1. With `every` = N it is
    judged after every N steps too, and paid the change since the last judgement, so that the sum
    over an episode stays the same.

    ## Episode End
    Terminates when the request is met, at the stop action, and after `max_steps` edits; the time
    left is part of the observation, so nothing is ever truncated. An episode whose start meets the
    request ends at its first step, whatever the action.

    ## Information
    `action_mask (M * N + 1,) bool`, `distance` (of the product, 0 if it has none), `met`,
    `illegal`, `evaluations` (distances computed of matrices not seen before), and `checks`, the
    matrix H, once the request is met. At steps that are judged for `logical-error`,
    `logical_error_rate`.

    ## Arguments
    `bits` n and `dimension` k of the classical code, `distance`, `max_weight` and `max_degree` of
    the product, `seed_code` (a matrix or `ClassicalCode`), `reward`, `reward_options`, `max_steps`,
    `max_bits` and `max_checks` to pad to. For `logical-error`, `logical_error` (`p`, `shots`,
    `seed`, `every` and `weight` of `qcode_rl.decoding.judging.options.LogicalErrorOptions`) and
    `judge_workers`, processes that decode (0: this one), which changes no result; with workers,
    `close()` ends them. `reset(options=...)` takes new `bits`, `dimension`, `distance` and
    `seed_code`.

    ## References
    He and Liu, arXiv:2502.14372; Tillich and Zemor, arXiv:0903.0566.

    ## Version History
    v0: first version.
    """

    metadata = _METADATA

    def __init__(
        self,
        bits: int = 17,
        dimension: int = 3,
        distance: int = 9,
        max_weight: int = 6,
        max_degree: int | None = 3,
        seed_code: Any = None,
        reward: str = "shaped",
        reward_options: dict[str, float] | None = None,
        max_steps: int = 250,
        max_bits: int | None = None,
        max_checks: int | None = None,
        logical_error: ErrorOptions = None,
        judge_workers: int = 0,
        render_mode: str | None = None,
    ) -> None:
        self._set_up(
            1, False, bits, dimension, distance, max_weight, max_degree, seed_code, reward,
            reward_options, max_steps, max_bits, max_checks, logical_error, judge_workers,
        )  # fmt: skip
        self._finish(render_mode)


class HypergraphProductVectorEnv(ProductFamily, EditVectorEnv):
    """The batched form of `HypergraphProductEnv`: the same kernel, spaces, rewards and arguments.

    Environment i seeded s behaves as a single one seeded s + i. Finished episodes restart at the
    next step; with `autoreset_mode=AutoresetMode.SAME_STEP`, within the step that ended them, whose
    last observations are then in `infos["final_obs"]`. `infos["logical_error_rate"]` is there when
    any environment was judged, NaN for the others.

    Args:
        num_envs: B.
        autoreset_mode: when finished episodes restart.
        **arguments: as for `HypergraphProductEnv`.
    """

    metadata = _METADATA | {"autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(
        self,
        num_envs: int = 1,
        bits: int = 17,
        dimension: int = 3,
        distance: int = 9,
        max_weight: int = 6,
        max_degree: int | None = 3,
        seed_code: Any = None,
        reward: str = "shaped",
        reward_options: dict[str, float] | None = None,
        max_steps: int = 250,
        max_bits: int | None = None,
        max_checks: int | None = None,
        logical_error: ErrorOptions = None,
        judge_workers: int = 0,
        render_mode: str | None = None,
        autoreset_mode: AutoresetMode = AutoresetMode.NEXT_STEP,
    ) -> None:
        same_step = self._begin(num_envs, render_mode, autoreset_mode)
        self._set_up(
            num_envs, same_step, bits, dimension, distance, max_weight, max_degree, seed_code,
            reward, reward_options, max_steps, max_bits, max_checks, logical_error, judge_workers,
        )  # fmt: skip
        self._finish()


def _as_code(value: Any) -> ClassicalCode:
    return value if isinstance(value, ClassicalCode) else ClassicalCode(value)
