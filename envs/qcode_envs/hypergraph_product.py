"""`qcode/HypergraphProduct-v0`: edit a classical Tanner graph, judge its hypergraph product."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

from qcode_envs.arguments import family_metadata, options_of, require_whole, require_whole_or_none
from qcode_envs.base import EditEnv, EditFamily, EditVectorEnv
from qcode_envs.judging import make_judge
from qcode_rl.codes import ClassicalCode
from qcode_rl.decoding.judging.options import LogicalErrorOptions
from qcode_rl.edits.hypergraph_product import ProductBatch, ProductTask, split_limits
from qcode_rl.edits.rewards import RewardOptions
from qcode_rl.errors import InputError

ErrorOptions: TypeAlias = LogicalErrorOptions | Mapping[str, Any] | None


class ProductFamily(EditFamily):
    """What the environments of products have in common; the arguments of all their forms."""

    metadata = family_metadata(ProductBatch, ("X",), ("check-bit", "stop"))
    batch: ProductBatch
    batch_type: ClassVar[type[ProductBatch]] = ProductBatch

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
        require_whole(
            bits=bits, dimension=dimension, distance=distance, max_weight=max_weight,
            max_steps=max_steps,
        )  # fmt: skip
        require_whole_or_none(max_degree=max_degree, max_bits=max_bits, max_checks=max_checks)
        if not 1 <= dimension < bits:
            raise InputError(f"dimension: must be between 1 and bits - 1, got {dimension}")
        self._limits = split_limits(max_weight, max_degree)
        batch = self.batch_type(
            self._size,
            max_checks or bits - dimension,
            max_bits or bits,
            max_row_limit=self._limits[0],
            reward=reward,
            options=options_of(RewardOptions, "reward_options", reward_options),
            max_steps=max_steps,
            same_step=self._same_step,
        )
        seed = _as_code(seed_code)
        self._begin(
            batch, render_mode, bits=bits, dimension=dimension, distance=distance, seed_code=seed
        )
        self._judge = make_judge(self._size, reward, logical_error, judge_workers)

    def _ask(self, i: int, bits: int, dimension: int, distance: int, seed_code: Any) -> None:
        task = ProductTask(bits, bits - dimension, distance, *self._limits)
        self.batch.assign(i, task, _as_code(seed_code))


class HypergraphProductEnv(EditEnv, ProductFamily):
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


class HypergraphProductVectorEnv(EditVectorEnv, ProductFamily):
    """The batched form of `HypergraphProductEnv`, with the same arguments; see `EditVectorEnv`."""


def _as_code(seed: Any) -> ClassicalCode | None:
    return seed if seed is None or isinstance(seed, ClassicalCode) else ClassicalCode(seed)
