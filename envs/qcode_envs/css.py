"""`qcode/CSS-v0`: edit a CSS code by moves that keep it one."""

from typing import Any

from qcode_envs.base import EditEnv, EditVectorEnv
from qcode_envs.codes import CodeFamily, code_metadata


class CSSFamily(CodeFamily):
    """The arguments of both forms, and what they are by default."""

    metadata = code_metadata(("X", "Z"))
    css = True

    def __init__(
        self,
        qubits: int = 12,
        logicals: int = 2,
        distance: int = 3,
        max_weight: int = 6,
        max_degree: int | None = None,
        seed_code: Any = None,
        reward: str = "shaped",
        reward_options: dict[str, float] | None = None,
        max_steps: int = 60,
        max_qubits: int | None = None,
        max_checks: int | None = None,
        layout: Any = None,
        radius: float | None = None,
        render_mode: str | None = None,
    ) -> None:
        self._set_up(
            qubits, logicals, distance, max_weight, max_degree, seed_code, reward, reward_options,
            max_steps, max_qubits, max_checks, layout, radius, render_mode,
        )  # fmt: skip


class CSSEnv(EditEnv, CSSFamily):
    """Edit a CSS code until it meets a request.

    ## Description
    The state is r = n - k independent commuting checks on n qubits, each of X or of Z type. The
    request is a distance within limits on check weight and qubit degree. All edits keep the code a
    CSS code of the same n and k. After a gate and at a start the checks are replaced by a
    generating set of least total weight, as far as sums of checks are light enough to be listed.

    ## Action Space
    `Discrete(N^2 + 3 M + 1)`, M and N being the padded numbers of checks and qubits. Action
    `control * N + target` is a CNOT: X parts of checks spread from control to target, Z parts back.
    Action `N^2 + 3 * check + level` gives a check another operator: without the check the code has
    one more logical qubit, and every operator of limited weight, of X or of Z type, that commutes
    with the checks left and is no sum of them could be the check. One listing of light operators,
    which is one evaluation, tells the distance that each of these would give. The check becomes the
    best of them (level 0) or one drawn from a heat bath, colder (level 1) or hotter (level 2).
    Where there are very many, those judged are a sample, and the check as it is. The last action
    starts afresh within the episode. `info["action_mask"]` and `action_masks()` tell which are
    legal; an illegal action changes nothing, costs a fixed penalty and sets `info["illegal"]`.

    ## Observation Space
    A `Dict` of padded arrays, flattened; M checks, N qubits, E edges. `checks (M * 9,)`: present,
    weight / limit, room / limit, share of its qubits in the light logical operators, never
    replaced, changes of the code since it was last replaced over r, whether that is none, 0, and
    the soft distance gained then. `bits (N * 4,)` holds qubits: present, checks on it / limit, room
    / limit, share in the light logical operators. `edges (E * 3,)` are rows (check, qubit, pauli)
    with pauli 1 for X, 2 for Z and 0 for padding. `overall (14,)`: distance and soft distance over
    the target, excess weight, time left, n, r, target, both limits (all scaled), the target over
    the largest distance that r allows, 1, changes since the start, tries since the last gain, and
    how near the target is.

    ## Starting State
    Single qubits, about half of them fixed by X and half by Z, behind a random circuit of CNOTs; or
    a code of the shifts of a few light operators around one cycle of the qubits or several of one
    length (as nearly as k allows); or (half of the episodes, if there is a seed code) the seed.

    ## Rewards
    `shaped`, the only one: discount * potential after - potential before, scaled, less a small cost
    a step, plus a bonus when the request is met. The potential is the soft distance (a soft minimum
    over the weights of all logical operators lighter than the target, and the target), less
    `weight_cost` for each unit of check weight and `degree_cost` for each unit of qubit degree
    beyond the limits; a check of qubits too far apart counts as one unit of weight. Constants are
    those of `qcode_rl.edits.rewards.RewardOptions`.

    ## Episode End
    Terminates when the request is met, and after `max_steps` actions; the time left is part of the
    observation, so nothing is ever truncated. An episode whose start meets the request ends at its
    first step, whatever the action. Met means proved: all operators lighter than the target have
    been listed, and none of them is a logical operator.

    ## Information
    `action_mask (N^2 + 3 M + 1,) bool`, `distance` (exact if it is at most the weight up to which
    operators are listed, that of the target less one or more; else one more than that, a proved
    lower bound), `met`, `illegal`, `evaluations` (codes, whole or without the checks that are
    replaced, whose light operators were listed for the first time), and `checks`, the `(r, 2n)`
    symplectic rows [X|Z], once the request is met.

    ## Arguments
    `qubits` n (at most 64) and `logicals` k, which every edit keeps (at most 30), `distance` asked
    for, `max_weight` of a check, `max_degree` of a qubit (most checks on it of X type, or of Z
    type; default: no limit), `seed_code` (a `CSSCode`, or an (r, 2n) matrix of that n and k),
    `reward`, `reward_options`, `max_steps`, `max_qubits` and `max_checks` to pad to. `layout` says
    where the padded number of qubits are, of which smaller codes take the first: "grid" (row by
    row, as square as possible), "torus" (the same with edges joined), a sequence of coordinates, or
    a file of them; with `radius`, qubits farther apart than that share no check and no gate. A
    layout without a radius is an (n, n) matrix of 0 and 1 that says outright who is near whom.
    `reset(options=...)` takes new `qubits`, `logicals`, `distance` and `seed_code`.

    ## References
    He and Liu, arXiv:2502.14372; Olle et al., arXiv:2311.04750 (codes from gates); Aaronson and
    Gottesman, arXiv:quant-ph/0406196 (destabilizers); Ng, Harada and Russell, ICML 1999 (shaping).

    ## Version History
    v0: first version.
    """


class CSSVectorEnv(EditVectorEnv, CSSFamily):
    """The batched form of `CSSEnv`, with the same arguments; see `EditVectorEnv`."""
