"""What the environments of CSS and of general stabilizer codes have in common."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from qcode_envs.base import EditFamily
from qcode_envs.rendering import as_pauli_picture
from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.edits.code_batches import MAX_QUBITS, CodeBatch, CodeTask
from qcode_rl.edits.code_census import listed_weight
from qcode_rl.edits.code_stepping import FEATURES
from qcode_rl.edits.layouts import layout_balls
from qcode_rl.edits.rewards import RewardOptions
from qcode_rl.edits.rewired_product import LEVELS
from qcode_rl.errors import InputError


def code_metadata(edge_types: tuple[str, ...]) -> dict[str, Any]:
    """Return the metadata of a family whose checks act by these Pauli operators."""
    return {
        "render_modes": ["ansi", "rgb_array"],
        "render_fps": 4,
        "edge_types": edge_types,
        # Gates on pairs of qubits, other operators for checks at each level, starting afresh.
        "action_blocks": ("bit-bit", f"check*{LEVELS}", "stop"),
        "check_features": FEATURES[0],
        "bit_features": FEATURES[1],
    }


class CodeFamily(EditFamily):
    """What the single and the batched environments of both families have in common."""

    batch: CodeBatch
    #: Whether codes are CSS codes and stay so.
    css: ClassVar[bool]

    def _set_up(
        self,
        size: int,
        same_step: bool,
        qubits: int,
        logicals: int,
        distance: int,
        max_weight: int,
        max_degree: int | None,
        seed_code: Any,
        reward: str,
        reward_options: dict[str, float] | None,
        max_steps: int,
        max_qubits: int | None,
        max_checks: int | None,
        layout: Any,
        radius: float | None,
    ) -> None:
        if max_steps < 1:
            raise InputError(f"max_steps: must be at least 1, got {max_steps}")
        task = CodeTask(qubits, qubits - logicals, distance, max_weight, max_degree)
        room = qubits if max_qubits is None else max_qubits
        if room > MAX_QUBITS:
            raise InputError(f"max_qubits: must be at most {MAX_QUBITS}, got {room}")
        self.batch = CodeBatch(
            size,
            task.checks if max_checks is None else max_checks,
            room,
            css=self.css,
            max_weight=max_weight,
            reward=reward,
            options=RewardOptions(**(reward_options or {})),
            max_steps=max_steps,
            same_step=same_step,
            balls=layout_balls(layout, radius, room),
        )
        self.tasks = [task] * size
        self._seed_codes: list[CSSCode | StabilizerCode | None] = [None] * size
        for i in range(size):
            self._assign(i, {"seed_code": seed_code})

    def _assign(self, i: int, options: dict[str, Any]) -> None:
        """Change what code i is asked for, from reset options."""
        task = self.tasks[i]
        qubits = int(options.get("qubits", task.qubits))
        logicals = int(options.get("logicals", task.qubits - task.checks))
        distance = int(options.get("distance", task.distance))
        task = CodeTask(qubits, qubits - logicals, distance, task.weight, task.degree)
        seed = options.get("seed_code", self._seed_codes[i])
        code = None if seed is None else self._as_code(seed)
        self.batch.assign(i, task, code)
        self.tasks[i], self._seed_codes[i] = task, code

    def _as_code(self, seed: Any) -> CSSCode | StabilizerCode:
        """Return a seed, a code or its symplectic checks, as a code of the family."""
        code = seed if isinstance(seed, CSSCode | StabilizerCode) else StabilizerCode(seed)
        if self.css and isinstance(code, StabilizerCode):
            return code.to_css()
        return code

    def _as_text(self, i: int) -> str:
        """Return code i as its parameters above its checks, one Pauli string each."""
        graphs, code = self.batch.graphs, StabilizerCode(self.batch.checks(i))
        distance, target = int(graphs.distances[i]), int(graphs.targets[i])
        limit = int(graphs.row_limits[i])
        listed = listed_weight(code.num_qubits, self.css, target, limit)
        found = f"distance at least {distance}" if distance > listed else f"distance {distance}"
        title = (
            f"{code.num_qubits} qubits, {code.num_logicals} logical, {found} (asked: {target}), "
            f"check weight {code.max_weight} (at most: {limit})"
        )
        return "\n".join([title, *code.pauli_strings])

    def _as_picture(self, i: int) -> NDArray[np.uint8]:
        """Return the checks of code i, and the share of each qubit in light operators on top."""
        return as_pauli_picture(self.batch.checks(i), self.batch.graphs.participation[i])
