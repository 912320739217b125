"""Decoders: a small specification, and what it compiles to for sinter.

Importing this is cheap: sinter, stim and the packages that decode are imported where they are used.
"""

from typing import TYPE_CHECKING, Any

from qcode_rl.decoding.decoders.failures import DecodingFailed
from qcode_rl.decoding.decoders.registry import DECODERS, DecoderFamily
from qcode_rl.decoding.decoders.settings import Setting
from qcode_rl.decoding.decoders.spec import DecoderSpec

if TYPE_CHECKING:
    from qcode_rl.decoding.decoders.adapter import CompiledDecoder, SinterDecoder, sinter_decoders

__all__ = [
    "DECODERS",
    "CompiledDecoder",
    "DecoderFamily",
    "DecoderSpec",
    "DecodingFailed",
    "Setting",
    "SinterDecoder",
    "sinter_decoders",
]

_LAZY = {"CompiledDecoder", "SinterDecoder", "sinter_decoders"}


def __getattr__(name: str) -> Any:
    # Their base classes are sinter's, whose import takes ten times as long as all the rest.
    if name in _LAZY:
        from qcode_rl.decoding.decoders import adapter

        return getattr(adapter, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
