"""What the environments of CSS and of general stabilizer codes have in common."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from qcode_envs.arguments import family_metadata, options_of, require_whole, require_whole_or_none
from qcode_envs.base import EditFamily
from qcode_envs.rendering import as_pauli_picture
from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.edits.code_batches import MAX_QUBITS, CodeBatch, CodeTask
from qcode_rl.edits.code_census import listed_weight
from qcode_rl.edits.layouts import layout_balls
from qcode_rl.edits.rewards import RewardOptions
from qcode_rl.edits.rewired_product import LEVELS
from qcode_rl.errors import InputError


def code_metadata(edge_types: tuple[str, ...]) -> dict[str, Any]:
    """Return the metadata of a family whose checks act by these Pauli operators."""
    # Gates on pairs of qubits, other operators for checks at each level, starting afresh.
    return family_metadata(CodeBatch, edge_types, ("bit-bit", f"check*{LEVELS}", "stop"))


class CodeFamily(EditFamily):
    """What both families have in common, apart from the defaults of their arguments."""

    batch: CodeBatch
    #: Whether codes are CSS codes and stay so.
    css: ClassVar[bool]

    def _set_up(
        self,
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
        render_mode: str | None,
    ) -> None:
        require_whole(
            qubits=qubits, logicals=logicals, distance=distance, max_weight=max_weight,
            max_steps=max_steps,
        )  # fmt: skip
        require_whole_or_none(max_degree=max_degree, max_qubits=max_qubits, max_checks=max_checks)
        self._limits = max_weight, max_degree
        task = CodeTask(qubits, qubits - logicals, distance, *self._limits)
        room = qubits if max_qubits is None else max_qubits
        if room > MAX_QUBITS:
            raise InputError(f"max_qubits: must be at most {MAX_QUBITS}, got {room}")
        batch = CodeBatch(
            self._size,
            task.checks if max_checks is None else max_checks,
            room,
            css=self.css,
            max_weight=max_weight,
            reward=reward,
            options=options_of(RewardOptions, "reward_options", reward_options),
            max_steps=max_steps,
            same_step=self._same_step,
            balls=layout_balls(layout, radius, room),
        )
        seed = self._as_code(seed_code)
        self._begin(
            batch, render_mode, qubits=qubits, logicals=logicals, distance=distance, seed_code=seed
        )

    def _ask(self, i: int, qubits: int, logicals: int, distance: int, seed_code: Any) -> None:
        task = CodeTask(qubits, qubits - logicals, distance, *self._limits)
        self.batch.assign(i, task, self._as_code(seed_code))

    def _as_code(self, seed: Any) -> CSSCode | StabilizerCode | None:
        """Return a seed, a code or its symplectic checks, as a code of the family."""
        if seed is None:
            return None
        code = seed if isinstance(seed, CSSCode | StabilizerCode) else StabilizerCode(seed)
        return code.to_css() if self.css and isinstance(code, StabilizerCode) else code

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
