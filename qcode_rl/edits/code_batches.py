"""Batches of CSS and general stabilizer codes under edit.

`CodeBatch` is what the environments, the search and the baselines drive; it only holds arrays and
calls the kernels of `code_stepping`.
"""

from dataclasses import astuple, dataclass

import numpy as np

from qcode_rl import gf2
from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.distance.light_paulis import reach
from qcode_rl.edits import code_stepping
from qcode_rl.edits.batches import REMEMBERED, EditBatch
from qcode_rl.edits.code_census import code_scratch
from qcode_rl.edits.code_state import CodeGraphs, code_graphs
from qcode_rl.edits.code_stepping import FEATURES, CodeOutcome, CodePools
from qcode_rl.edits.graphs import Integers
from qcode_rl.edits.rewards import RewardOptions, reward_code
from qcode_rl.edits.rewired_product import LEVELS
from qcode_rl.edits.stepping import Observations, Rules
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix, pack_rows, unpack_rows

#: A check and its qubits are bits of one machine word.
MAX_QUBITS = 64
#: So is a class of logical operators, two bits for each logical qubit and each check opened.
MAX_LOGICALS = 30


@dataclass(frozen=True)
class CodeTask:
    """What one code is asked to become.

    Attributes:
        qubits: n, at most 64.
        checks: n - k independent checks; k is at most 30.
        distance: distance asked for.
        weight: largest weight of a check.
        degree: most checks on a qubit, for CSS codes of each type; `None`: no limit.
    """

    qubits: int
    checks: int
    distance: int
    weight: int
    degree: int | None = None

    def __post_init__(self) -> None:
        n, r = self.qubits, self.checks
        if not 2 <= n <= MAX_QUBITS:
            raise InputError(f"qubits: must be between 2 and {MAX_QUBITS}, got {n}")
        most = min(n - 1, MAX_LOGICALS)
        if not 1 <= n - r <= most:
            raise InputError(f"logicals: must be between 1 and {most}, got {n - r}")
        if not 1 <= self.distance <= n:
            raise InputError(f"distance: must be between 1 and qubits, got {self.distance}")
        if self.weight < 2:
            raise InputError(f"max_weight: must be at least 2, got {self.weight}")
        if self.degree is not None and self.degree < 1:
            raise InputError(f"max_degree: must be at least 1, got {self.degree}")


class CodeBatch(EditBatch):
    """A batch of stabilizer codes under edit.

    Args:
        size: B, the number of codes.
        max_checks: M, checks that every graph is padded to.
        max_qubits: N, qubits that every graph is padded to, at most 64.
        css: edit CSS codes by CNOTs and checks of one type; else any stabilizer codes.
        max_weight: largest check weight of any task; observations have room for M times three
            times as many edges.
        reward: `shaped`.
        options: constants of the reward.
        max_steps: edits in an episode.
        same_step: restart finished episodes within the step that ended them.
        seed_share: share of episodes of a code with a seed that start from it.
        cyclic_share: share of the other episodes that start from a code with a cyclic symmetry.
        balls: `(N,) uint64` for each qubit, those near enough to share a check; `None`: all.
        remember: as for `EditBatch`.
    """

    feature_sizes = FEATURES
    outcome: CodeOutcome
    graphs: CodeGraphs

    def __init__(
        self,
        size: int,
        max_checks: int,
        max_qubits: int,
        *,
        css: bool,
        max_weight: int,
        reward: str = "shaped",
        options: RewardOptions | None = None,
        max_steps: int = 120,
        same_step: bool = False,
        seed_share: float = 0.5,
        cyclic_share: float = 0.5,
        balls: "np.ndarray[tuple[int], np.dtype[np.uint64]] | None" = None,
        remember: int = REMEMBERED,
    ) -> None:
        super().__init__(
            size, max_checks, max_qubits, max_checks * min(max_qubits, 3 * max_weight), remember
        )
        if reward != "shaped":
            reward_code(reward)
            raise InputError(f"reward: must be shaped for this family, got {reward!r}")
        options = options or RewardOptions()
        self.css = css
        self.graphs = code_graphs(size, max_checks, max_qubits)
        if balls is not None:
            self.graphs.balls[:] = balls
        self.rules = Rules(0, options.as_array(), max_steps, same_step)
        self.scratch = code_scratch(options.beta)
        self.outcome = _outcome(size, max_checks)
        self._seeds: dict[str, int] = {}
        self.pools = CodePools(
            tasks=np.zeros((size, 5), dtype=np.int64),
            xs=np.zeros((0, max_checks), dtype=np.uint64),
            zs=np.zeros((0, max_checks), dtype=np.uint64),
            chosen=np.full(size, -1, dtype=np.int64),
            seed_share=round(1024 * seed_share),
            cyclic_share=round(1024 * cyclic_share),
        )

    def count_actions(self) -> int:
        """Return the number of actions: pairs of qubits, checks at each level, and one more."""
        return self.max_bits**2 + self.max_checks * LEVELS + 1

    def assign(
        self, i: int, task: CodeTask, seed_code: CSSCode | StabilizerCode | None = None
    ) -> None:
        """Give code i a task, which holds from its next restart on.

        Args:
            i: which code.
            task: its size, limits and distance.
            seed_code: where half of the episodes start: a code of the task's n and k.

        Raises:
            InputError: if the task does not fit, or its distance is beyond what can be listed.
        """
        if task.qubits > self.max_bits or task.checks > self.max_checks:
            raise InputError(
                f"task: must fit {self.max_checks} checks and {self.max_bits} qubits, "
                f"got {task.checks} and {task.qubits}"
            )
        listed = reach(task.qubits, 1 if self.css else 3, task.distance - 1)
        if task.distance > listed + 1:
            raise InputError(
                f"distance: at most {listed + 1} can be judged on {task.qubits} qubits, "
                f"got {task.distance}"
            )
        self.pools.chosen[i] = -1 if seed_code is None else self._seed_of(seed_code, task)
        # Only noted here: the episode under way must not lose its code or change its size.
        none = self.max_checks + 1
        self.pools.tasks[i] = (*astuple(task)[:4], task.degree or none)

    def _seed_of(self, code: CSSCode | StabilizerCode, task: CodeTask) -> int:
        """Return the place of a seed code, put among the seeds at its first use."""
        n, k = task.qubits, task.qubits - task.checks
        if (code.num_qubits, code.num_logicals) != (n, k):
            raise InputError(
                f"seed code: must be [[{n},{k}]], got [[{code.num_qubits},{code.num_logicals}]]"
            )
        if self.css and not isinstance(code, CSSCode):
            raise InputError("seed code: must be a CSS code")
        if code.key not in self._seeds:
            self._seeds[code.key] = len(self._seeds)
            checks = independent_checks(code)
            halves = [np.zeros((1, self.max_checks), dtype=np.uint64) for _ in range(2)]
            for half, part in zip(halves, (checks[:, :n], checks[:, n:]), strict=True):
                half[0, : len(checks)] = pack_rows(part)[:, 0]
            self.pools = self.pools._replace(
                xs=np.concatenate([self.pools.xs, halves[0]]),
                zs=np.concatenate([self.pools.zs, halves[1]]),
            )
        return self._seeds[code.key]

    def _restart_one(self, i: int) -> None:
        code_stepping.restart(
            self.graphs, i, self.css, self.pools, self.rules, self.outcome.counters, self.seen,
            self.scratch,
        )  # fmt: skip

    def _advance(self, actions: Integers) -> None:
        code_stepping.step_batch(
            self.graphs, actions, self.css, self.waiting, self.pools, self.rules, self.outcome,
            self.seen, self.scratch, self.final,
        )  # fmt: skip

    def observe(self) -> Observations:
        """Refresh and return the observation arrays."""
        code_stepping.observe_batch(self.graphs, self.rules, self.observations)
        return self.observations

    def checks(self, i: int) -> BinaryMatrix:
        """Return the checks of code i, `(r, 2n) uint8` rows `[X|Z]`."""
        r, n = int(self.graphs.num_checks[i]), int(self.graphs.num_bits[i])
        return _unpacked(self.graphs.xs[i, :r], self.graphs.zs[i, :r], n)

    def final_checks(self, i: int) -> BinaryMatrix:
        """Return the checks of code i as the last step left them, before any restart."""
        r, n = (int(size) for size in self.outcome.final_sizes[i])
        return _unpacked(self.outcome.final_xs[i, :r], self.outcome.final_zs[i, :r], n)


def independent_checks(code: CSSCode | StabilizerCode) -> BinaryMatrix:
    """Return independent checks of a code that generate all, light ones first, `(r, 2n) uint8`."""
    if isinstance(code, CSSCode):
        x, z = code.x_checks, code.z_checks
        checks = np.vstack([np.hstack([x, 0 * x]), np.hstack([0 * z, z])])
    else:
        checks = code.checks
    n = code.num_qubits
    order = np.argsort((checks[:, :n] | checks[:, n:]).sum(axis=1, dtype=np.int64), kind="stable")
    chosen: list[int] = []
    for index in order.tolist():
        if gf2.rank(checks[[*chosen, index]]) == len(chosen) + 1:
            chosen.append(index)
    return checks[chosen]


def _unpacked(
    xs: "np.ndarray[tuple[int], np.dtype[np.uint64]]",
    zs: "np.ndarray[tuple[int], np.dtype[np.uint64]]",
    n: int,
) -> BinaryMatrix:
    return np.hstack([unpack_rows(half[:, np.newaxis], n) for half in (xs, zs)])


def _outcome(size: int, max_checks: int) -> CodeOutcome:
    def flags() -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        return np.zeros(size, dtype=np.bool_)

    return CodeOutcome(
        rewards=np.zeros(size),
        ended=flags(),
        met=flags(),
        illegal=flags(),
        distances=np.zeros(size, dtype=np.int64),
        final_xs=np.zeros((size, max_checks), dtype=np.uint64),
        final_zs=np.zeros((size, max_checks), dtype=np.uint64),
        final_sizes=np.zeros((size, 2), dtype=np.int64),
        counters=np.zeros(3, dtype=np.int64),
    )
