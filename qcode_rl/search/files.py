"""Search specifications from plain values, as TOML files and flags give them."""

from dataclasses import fields
from difflib import get_close_matches
from typing import Any, TypeVar

from qcode_rl.decoding.judging.options import LogicalErrorOptions
from qcode_rl.edits.rewards import RewardOptions
from qcode_rl.errors import InputError
from qcode_rl.search.requests import qubit_range
from qcode_rl.search.spec import AgentOptions, SearchSpec

Part = TypeVar("Part", AgentOptions, LogicalErrorOptions, RewardOptions, SearchSpec)


def spec_from(values: dict[str, Any]) -> SearchSpec:
    """Make a spec from plain values, as TOML files and flags give them.

    Args:
        values: by field name; `agent`, `reward_options` and `logical_error` are tables.

    Raises:
        InputError: for an unknown key (the nearest is named), a missing or a wrong value.
    """
    values = dict(values)
    for required, flag in (("max_weight", "--max-weight"), ("distance", "--distance")):
        if required not in values:
            raise InputError(f"{flag}: must be given")
    for name in ("agent", "reward_options", "logical_error"):
        if not isinstance(values.get(name, {}), dict):
            raise InputError(f"{name}: must be a table, got {values[name]!r}")
    if "agent" in values:
        values["agent"] = _make(AgentOptions, values["agent"], "agent.")
    if "reward_options" in values:
        values["reward_options"] = _make(RewardOptions, values["reward_options"], "reward_options.")
    if "logical_error" in values:
        given = values["logical_error"]
        values["logical_error"] = _make(LogicalErrorOptions, given, "logical_error.")
    if isinstance(values.get("seed_checks"), list):
        values["seed_checks"] = tuple(str(row) for row in values["seed_checks"])
    if "qubits" in values:
        values["qubits"] = qubit_range(values["qubits"])
    for name in ("family", "reward", "seed_code", "layout"):
        if not isinstance(values.get(name, ""), str):
            raise InputError(f"{name}: must be text, got {values[name]!r}")
    return _make(SearchSpec, values, "")


def _make(kind: type[Part], values: dict[str, Any], prefix: str) -> Part:
    known = [item.name for item in fields(kind)]
    for name in values:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; nearest: {near[0]}" if near else ""
            raise InputError(f"{prefix}{name}: no such setting{hint}")
    return kind(**values)
