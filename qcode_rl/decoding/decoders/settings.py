"""Settings of decoders: what each may be, and how it is read and written."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from qcode_rl.errors import InputError

Value = bool | int | float | str
Settings = Mapping[str, Any]

_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Setting:
    """One setting of a decoder. Its default also says its type.

    Attributes:
        name: as in Python, in `name=value` and in JSON.
        default: what it is when nothing is said.
        summary: one line for help texts.
        low: least value of a number.
        high: greatest value of a number.
        choices: the words there are, for a word.
    """

    name: str
    default: Value
    summary: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """What a value must be, in words."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if isinstance(self.default, bool):
            return "true or false"
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        return f"{kind} from {self.low:g} to {self.high:g}"

    def check(self, value: Any, decoder: str) -> Value:
        """Return a value, as the type that this setting has.

        Raises:
            InputError: if it is of another type, or out of range.
        """
        kind = type(self.default)
        # A bool is an int to Python, and a whole number is a number to everybody.
        fits = type(value) is kind or (kind is float and type(value) is int)
        if not fits or not self._in_range(value):
            raise InputError(f"{decoder}.{self.name}: must be {self.rule}, got {value!r}")
        return kind(value)

    def parse(self, text: str, decoder: str) -> Value:
        """Return the value that a text stands for.

        Raises:
            InputError: if it stands for none that this setting may have.
        """
        kind = type(self.default)
        try:
            value = _WORDS[text.lower()] if kind is bool else kind(text)
        except (KeyError, ValueError):
            value = text
        return self.check(value, decoder)

    def _in_range(self, value: Any) -> bool:
        if self.choices:
            return value in self.choices
        return isinstance(value, str) or self.low <= value <= self.high


def write_value(value: Value) -> str:
    """Return a value as `Setting.parse` reads it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def split_settings(text: str, decoder: str) -> dict[str, str]:
    """Split `name=value,name=value` into names and texts; an empty text has none.

    Args:
        text: what a user wrote.
        decoder: whose settings they are, for messages.

    Raises:
        InputError: if a part has no `=`, or a name comes twice.
    """
    parts: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not name or not value:
            raise InputError(f"{decoder}: settings must be written name=value, got {part!r}")
        if name in parts:
            raise InputError(f"{decoder}.{name}: must be given once, got {text!r}")
        parts[name] = value
    return parts


def nearest_names(name: str, known: list[str]) -> str:
    """Return what to say about a name that is unknown: the nearest, and what there is."""
    near = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    listed = f"there is {', '.join(known)}" if known else "there is none"
    return f"nearest: {near[0]}; {listed}" if near else listed
