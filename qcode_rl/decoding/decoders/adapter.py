"""Decoders as sinter takes them. Imports sinter: import this module where it is used."""

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
import sinter
from numpy.typing import NDArray

from qcode_rl.decoding.decoders.failures import DecodingFailed, cause_of
from qcode_rl.decoding.decoders.packed import PackedDecoder
from qcode_rl.decoding.decoders.registry import decoder_family
from qcode_rl.decoding.decoders.spec import DecoderSpec
from qcode_rl.errors import InputError

if TYPE_CHECKING:
    import stim


class SinterDecoder(sinter.Decoder):  # type: ignore[misc]  # sinter has no type marker
    """A decoder for `sinter.collect`. It is small and pickles: workers set up their own.

    Attributes:
        spec: which decoder, with which settings.
        code: what is decoded, for messages.
    """

    def __init__(self, spec: DecoderSpec, *, code: str) -> None:
        self.spec = spec
        self.code = code

    def compile_decoder_for_dem(self, *, dem: "stim.DetectorErrorModel") -> "CompiledDecoder":
        """Set the decoder up for a detector error model.

        Raises:
            DecodingFailed: if it does not take that model.
        """
        try:
            module = import_module(f"{__package__}.{decoder_family(self.spec.name).module}")
            decode: PackedDecoder = module.compile_model(dem, self.spec.settings)
        except Exception as error:
            raise DecodingFailed(self.spec.label, self.code, cause_of(error)) from error
        return CompiledDecoder(self, decode, dem)


class CompiledDecoder(sinter.CompiledDecoder):  # type: ignore[misc]  # as above
    """A decoder that is set up for one detector error model.

    Attributes:
        decoder: what it was made by.
        num_detectors: of the model.
        num_observables: of the model.
    """

    def __init__(
        self, decoder: SinterDecoder, decode: PackedDecoder, dem: "stim.DetectorErrorModel"
    ) -> None:
        self.decoder = decoder
        self.num_detectors = dem.num_detectors
        self.num_observables = dem.num_observables
        self._decode = decode

    def decode_shots_bit_packed(
        self, *, bit_packed_detection_event_data: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        """Predict which observables flipped.

        Args:
            bit_packed_detection_event_data: `(shots, ceil(num_detectors / 8))` uint8, bits in
                little order.

        Returns:
            `(shots, ceil(num_observables / 8))` uint8, likewise.

        Raises:
            DecodingFailed: if a shot cannot be decoded, or the array is not of that shape.
        """
        shots = bit_packed_detection_event_data
        wanted = -(-self.num_detectors // 8)
        try:
            if shots.dtype != np.uint8 or shots.ndim != 2 or shots.shape[1] != wanted:
                rule = f"shots must be (shots, {wanted}) uint8"
                raise InputError(f"{rule}, got {shots.shape} {shots.dtype}")
            return self._decode(shots)
        except Exception as error:
            spec, code = self.decoder.spec, self.decoder.code
            raise DecodingFailed(spec.label, code, cause_of(error)) from error


def sinter_decoders(specs: Iterable[DecoderSpec], code: str) -> dict[str, sinter.Decoder]:
    """Return decoders by label, for `sinter.collect(custom_decoders=...)`.

    Args:
        specs: which decoders.
        code: what they decode, for messages.

    Raises:
        InputError: if the package behind one is not installed.
    """
    decoders: dict[str, sinter.Decoder] = {}
    for spec in specs:
        decoder_family(spec.name).require_installed()
        decoders[spec.label] = SinterDecoder(spec, code=code)
    return decoders
