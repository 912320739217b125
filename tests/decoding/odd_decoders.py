"""Decoders that misbehave, in a module of their own: sinter's workers import it."""

import os
import time
from typing import Any

import numpy as np
import sinter


class _Odd(sinter.Decoder):  # type: ignore[misc]
    """Stands in for `SinterDecoder`, whose attribute `code` messages use."""

    code = "a code"


class Slow(_Odd):
    """Takes a minute to set up."""

    def compile_decoder_for_dem(self, *, dem: Any) -> Any:
        time.sleep(60)


class Dying(_Odd):
    """Dies at its first shots, as by a fault in compiled code or for lack of memory."""

    def compile_decoder_for_dem(self, *, dem: Any) -> Any:
        return self

    def decode_shots_bit_packed(self, **_: Any) -> Any:
        os._exit(9)


class Unspeakable(_Odd):
    """Raises what does not survive the way out of a worker."""

    def compile_decoder_for_dem(self, *, dem: Any) -> Any:
        raise RuntimeError("cannot be told", lambda: None)


class Misshapen(_Odd):
    """Returns predictions for fewer shots than it was given, which sinter itself refuses."""

    def compile_decoder_for_dem(self, *, dem: Any) -> Any:
        return self

    def decode_shots_bit_packed(self, **_: Any) -> Any:
        return np.zeros((0, 1), dtype=np.uint8)
