"""When checkpoints are written and read: what a run does with its checkpoint file."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from qcode_rl.errors import InputError
from qcode_rl.search.checkpoint import Checkpoint
from qcode_rl.search.spec import SearchSpec

#: Least time between checkpoints, in times that the last one took.
_PAUSE = 20.0


def checkpoint_path(archive: Path, spec: SearchSpec) -> Path:
    """Return where an archive keeps the checkpoint of a spec."""
    return archive / "checkpoints" / f"{spec.key}.safetensors"


class CheckpointKeeper:
    """Holds how a run stood at its last boundary between slices, and writes it when it is time.

    Args:
        path: the file.
        seconds: least time between two checkpoints.
        on_note: called with lines for whoever watches.
    """

    def __init__(self, path: Path, seconds: float, on_note: Callable[[str], None]) -> None:
        self.path, self.seconds, self.on_note = path, seconds, on_note
        self._held: Checkpoint | None = None
        self._saved_slices = 0
        self._next_time = time.monotonic() + seconds

    @property
    def origin(self) -> str:
        """How a refusal names the file."""
        return f"checkpoint: {str(self.path)!r}"

    def read(self, spec: SearchSpec, surroundings: Mapping[str, str]) -> Checkpoint | None:
        """Return the checkpoint to resume from, and note what there is to say about it.

        Args:
            spec: what it must be a checkpoint of.
            surroundings: what else the numbers depend on here.

        Returns:
            The checkpoint, `None` if there is no file.

        Raises:
            InputError: if the file is not a checkpoint of the spec.
        """
        if not os.path.lexists(self.path):
            folder = str(self.path.parent)
            self.on_note(f"no checkpoint of this search in {folder}: starting from the beginning")
            return None
        held = Checkpoint.read(self.path, spec)
        self._saved_slices = held.slices
        self.on_note(
            f"resumed at {held.evaluations:,} evaluations with {len(held.records)} codes found"
        )
        for name in sorted(held.surroundings.keys() | surroundings.keys()):
            there, here = held.surroundings.get(name), surroundings.get(name)
            if there != here:
                self.on_note(f"{name} was {there} and is {here}: the end may differ from one run's")
        return held

    def note(self, boundary: Checkpoint) -> None:
        """Hold how the run stands at a boundary, in place of the last one."""
        # In one assignment: an interruption finds either the one boundary or the other.
        self._held = boundary

    def save_if_due(self) -> None:
        """Write the boundary if the last checkpoint is old enough."""
        if time.monotonic() >= self._next_time:
            self.save()

    def save(self) -> None:
        """Write the boundary, unless it is written already or nothing had happened by then.

        What keeps it from being written is noted: a search does not end for that.
        """
        boundary = self._held
        if boundary is None or boundary.slices == self._saved_slices:
            return
        began = time.monotonic()
        try:
            boundary.write(self.path)
        except InputError as error:
            self.on_note(str(error))
        now = time.monotonic()
        self._saved_slices = boundary.slices
        self._next_time = now + max(self.seconds, _PAUSE * (now - began))
