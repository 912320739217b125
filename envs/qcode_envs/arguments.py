"""What environments require of their arguments, and what their metadata say."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from gymnasium.vector import AutoresetMode

from qcode_rl.edits.batches import EditBatch
from qcode_rl.errors import InputError

Options = TypeVar("Options")


def require_known(argument: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Refuse names that are not among those known.

    Raises:
        InputError: for the first that is not.
    """
    known = list(known)
    for name in names:
        if name not in known:
            raise InputError(f"{argument}: must be of {', '.join(known)}, got {name!r}")


def require_whole(**values: Any) -> None:
    """Refuse arguments that are not whole numbers, of Python or of numpy.

    Raises:
        InputError: for the first that is not.
    """
    for name, value in values.items():
        if isinstance(value, bool) or not hasattr(value, "__index__"):
            raise InputError(f"{name}: must be a whole number, got {value!r}")


def require_whole_or_none(**values: Any) -> None:
    """Refuse arguments that are neither whole numbers nor `None`.

    Raises:
        InputError: for the first that is neither.
    """
    require_whole(**{name: value for name, value in values.items() if value is not None})


def options_of(
    kind: type[Options], argument: str, given: Options | Mapping[str, Any] | None
) -> Options:
    """Return options of a kind from an argument that may be a mapping of some of them.

    Args:
        kind: a dataclass with defaults.
        argument: what the argument is called.
        given: the options themselves, or any of them by name; `None`: defaults.

    Raises:
        InputError: if one is not known or not possible.
    """
    if isinstance(given, kind):
        return given
    chosen = {} if given is None else given
    if not isinstance(chosen, Mapping):
        raise InputError(f"{argument}: must be a mapping or {kind.__name__}, got {given!r}")
    require_known(argument, chosen, kind.__dataclass_fields__)  # type: ignore[attr-defined]
    return kind(**chosen)


def autoreset_mode_of(value: AutoresetMode | str) -> AutoresetMode:
    """Return a mode of restarting, given as such or by its value.

    Raises:
        InputError: if it is neither of the two that there are.
    """
    modes = AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP
    for mode in modes:
        if value in (mode, mode.value):
            return mode
    names = " or ".join(mode.value for mode in modes)
    raise InputError(f"autoreset_mode: must be {names}, got {value!r}")


def family_metadata(
    batch_type: type[EditBatch], edge_types: tuple[str, ...], action_blocks: tuple[str, ...]
) -> dict[str, Any]:
    """Return a family's metadata: how it is rendered, and what a policy over it needs to know.

    Args:
        batch_type: what is driven; it knows the sizes of features.
        edge_types: the Pauli operators by which checks act.
        action_blocks: what actions name, in their order.
    """
    check_features, bit_features, _ = batch_type.feature_sizes
    return {
        "render_modes": ["ansi", "rgb_array"],
        "render_fps": 4,
        "edge_types": edge_types,
        "action_blocks": action_blocks,
        "check_features": check_features,
        "bit_features": bit_features,
    }
