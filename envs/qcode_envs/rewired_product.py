"""`qcode/RewiredProduct-v0`: rewire the checks of a classical code, judge its product."""

from qcode_envs.arguments import family_metadata
from qcode_envs.base import EditEnv, EditVectorEnv
from qcode_envs.hypergraph_product import ProductFamily
from qcode_rl.edits.rewired_product import LEVELS, RewireBatch


class RewiredFamily(ProductFamily):
    """The arguments are those of all products."""

    # Every check at each level, then starting afresh.
    metadata = family_metadata(RewireBatch, ("X",), (f"check*{LEVELS}", "stop"))
    batch_type = RewireBatch


class RewiredProductEnv(EditEnv, RewiredFamily):
    """Rewire the checks of a classical code so that its square hypergraph product meets a request.

    ## Description
    The state is a classical check matrix H of m checks on n bits. The code that is judged is the
    hypergraph product of H with itself, on n^2 + m^2 qubits. The request is a distance within
    limits on check weight and qubit degree. An edit opens a check: the light words of the code
    without it tell for every support that the check could get which of them would stay, so that
    one evaluation finds the best of thousands of supports.

    ## Action Space
    `Discrete(3 M + 1)`, M being the padded number of checks. Action `3 * check + level` gives the
    check a new support within the limits: the best one (level 0), or one drawn from a heat bath at
    temperature 0.15 (level 1) or 0.5 (level 2), in units of the distance. The last action starts
    afresh within the episode. `info["action_mask"]` and `action_masks()` tell which are legal; an
    illegal action changes nothing, costs a fixed penalty and sets `info["illegal"]`. The best
    support again, when nothing has changed since, is masked but not illegal.

    ## Observation Space
    A `Dict` of padded arrays, flattened: `checks (M * 9,)` (present, weight / limit, room / limit,
    share in light codewords, never opened, changes since it was last opened, whether that is none,
    soft distance without it and gain when last opened), `bits (N * 4,)` (present, degree / limit,
    room / limit, share in light codewords), `edges (E * 3,)` rows (check, bit, pauli) with pauli 1
    for X and 0 for padding, and `overall (14,)`: distance and soft distance over the target,
    dependent checks, time left, n, m, target, the two limits, target over the best distance that
    any linear code could have, whether there has been a census, changes since the start, tries
    since the last gain, and how near the target is.

    ## Starting State
    A random graph within the limits with even degrees, or (half of the episodes, if there is a seed
    code) a random sparse presentation of the seed code, padded and trimmed to the limits. A start
    takes no census.

    ## Rewards
    `shaped`: discount * potential after - potential before, of a potential made of the soft
    distance, excess weight and degree, and dependent checks, scaled, less a small cost a step, plus
    a bonus when the request is met. `paper`: the same with a potential made of node degrees and the
    distance as in arXiv:2502.14372. What starting afresh costs is charged at the step after it.
    Constants are those of `qcode_rl.edits.rewards.RewardOptions`; scale 0 leaves no shaping.
    `logical-error`: `shaped`, plus `weight` times -log10 of the logical error rate of the code as
    it stands when the episode ends, met or not: decoded by BP+OSD under depolarizing code-capacity
    noise, in a fixed number of shots, with the same errors for all codes of one length; a code
    without logical qubits has rate 1. With `every` = N it is judged after every N steps too, and
    paid the change since the last judgement, so that the sum over an episode stays the same.

    ## Episode End
    Terminates when the request is met and after `max_steps` actions; the time left is part of the
    observation, so nothing is ever truncated.

    ## Information
    `action_mask (3 M + 1,) bool`, `distance` (of the product: exact if it meets the target, else
    that of the classical code, 0 before the first census), `met`, `illegal`, `evaluations`
    (censuses of matrices not seen before, whole or without a check), and `checks`, the matrix H,
    once the request is met. At steps that are judged for `logical-error`, `logical_error_rate`.

    ## Arguments
    Those of `qcode/HypergraphProduct-v0`, which edits single edges: `bits` n and `dimension` k of
    the classical code, `distance`, `max_weight` and `max_degree` of the product, `seed_code` (a
    matrix or `ClassicalCode`), `reward`, `reward_options`, `max_steps`, `max_bits` and `max_checks`
    to pad to. For `logical-error`, `logical_error` (`p`, `shots`, `seed`, `every` and `weight` of
    `qcode_rl.decoding.judging.options.LogicalErrorOptions`) and `judge_workers`, processes that
    decode (0: this one), which changes no result; with workers, `close()` ends them.
    `reset(options=...)` takes new `bits`, `dimension`, `distance` and `seed_code`.

    ## References
    He and Liu, arXiv:2502.14372; Tillich and Zemor, arXiv:0903.0566; Ng, Harada and Russell, ICML
    1999 (shaping).

    ## Version History
    v0: first version.
    """


class RewiredProductVectorEnv(EditVectorEnv, RewiredFamily):
    """The batched form of `RewiredProductEnv`, with the same arguments; see `EditVectorEnv`."""
