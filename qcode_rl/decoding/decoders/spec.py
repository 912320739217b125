"""What decodes: a decoder's name and all of its settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qcode_rl.decoding.decoders.registry import decoder_family
from qcode_rl.decoding.decoders.settings import Value, split_settings, write_value
from qcode_rl.errors import InputError


@dataclass(frozen=True)
class DecoderSpec:
    """A decoder and its settings, every default filled in: two equal ones decode alike.

    Made by `of`, `parse` and `from_json`.

    Attributes:
        name: a name in `DECODERS`.
        items: settings in order of their names; defaults may be left out on the way in.

    Example:
        >>> DecoderSpec.of("matching").label
        'matching(correlated=false)'
    """

    name: str
    items: tuple[tuple[str, Value], ...] = ()

    def __post_init__(self) -> None:
        values = decoder_family(self.name).complete(dict(self.items))
        object.__setattr__(self, "items", tuple(values.items()))

    @classmethod
    def of(cls, name: str, **settings: Value) -> "DecoderSpec":
        """Return a decoder, ready to be used.

        Args:
            name: a name in `DECODERS`.
            settings: those that are not to be the default.

        Raises:
            InputError: if the name or a setting is unknown, a value breaks its rule, or the package
                behind the decoder is not installed.
        """
        spec = cls(name, tuple(settings.items()))
        decoder_family(name).require_installed()
        return spec

    @classmethod
    def parse(cls, name: str, settings: str = "") -> "DecoderSpec":
        """Return a decoder as the command line names it.

        Args:
            name: a name in `DECODERS`.
            settings: such as `osd_order=10,max_iter=50`.

        Raises:
            InputError: as `of`, and if the settings are not written like that.
        """
        family = decoder_family(name)
        texts = split_settings(settings, name)
        return cls.of(
            name, **{key: family.setting(key).parse(text, name) for key, text in texts.items()}
        )

    @classmethod
    def from_json(cls, value: Any) -> "DecoderSpec":
        """Return what `as_json` gave. The package need not be installed: results are for reading.

        Raises:
            InputError: if it is something else, or has names or values that are not known here.
        """
        if not isinstance(value, Mapping) or set(value) != {"name", "settings"}:
            raise InputError(f"decoder: must be an object with name and settings, got {value!r}")
        if not isinstance(value["settings"], Mapping):
            raise InputError(f"decoder: settings must be an object, got {value['settings']!r}")
        return cls(value["name"], tuple(value["settings"].items()))

    @property
    def settings(self) -> dict[str, Value]:
        """All settings by name."""
        return dict(self.items)

    @property
    def label(self) -> str:
        """Name and settings in one string, the same for equal ones; sinter's name for it."""
        written = ",".join(f"{name}={write_value(value)}" for name, value in self.items)
        return f"{self.name}({written})"

    def as_json(self) -> dict[str, Any]:
        """Return name and settings as plain values, for metadata and archives."""
        return {"name": self.name, "settings": self.settings}
