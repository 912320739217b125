"""What a decoder says when it cannot decode."""

from collections.abc import Iterable


class DecodingFailed(RuntimeError):
    """A decoder could not be set up, or could not decode a shot.

    There is no falling back: one shot that cannot be decoded ends the job, in one line.

    Attributes:
        decoder: label of the decoder and its settings.
        code: what was being decoded.
        cause: what went wrong.
    """

    def __init__(self, decoder: str, code: str, cause: str) -> None:
        # All three are arguments of the exception, so that it survives the way out of a worker.
        super().__init__(decoder, code, cause)
        self.decoder = decoder
        self.code = code
        self.cause = cause

    def __str__(self) -> str:
        return f"{self.decoder} on {self.code}: {self.cause}"


class Undecodable(Exception):
    """Why a model or a shot cannot be decoded; becomes the cause of a `DecodingFailed`."""


def cause_of(error: BaseException) -> str:
    """Return in one line what an exception says, with its type where it is somebody else's."""
    text = " ".join(str(error).split())
    return text if isinstance(error, Undecodable) else f"{type(error).__name__}: {text}"


def name_detectors(detectors: Iterable[int]) -> str:
    """Return detectors as stim writes them, the first eight of them.

    Example:
        >>> name_detectors([0, 5])
        'D0 D5'
    """
    names = [f"D{detector}" for detector in detectors]
    return " ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
