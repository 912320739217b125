"""What is evaluated: a code by file, key or name, and surface codes beside it."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from qcode_rl.archive import Archive
from qcode_rl.codes import ClassicalCode, Code, CSSCode, StabilizerCode
from qcode_rl.codes.io import FORMATS, read_code
from qcode_rl.codes.named import named_code
from qcode_rl.codes.surfaces import rotated_surface
from qcode_rl.decoding.decoders import DecoderSpec
from qcode_rl.decoding.experiments import QuantumCode, Setup, nearest_surface
from qcode_rl.distance import distance_of
from qcode_rl.errors import InputError

#: Seconds for the distance of a code that comes without one.
_DISTANCE_SECONDS = 10.0
_HEX = set("0123456789abcdef")


@dataclass(frozen=True)
class Subject:
    """A code to be evaluated, and how.

    Attributes:
        code: the code.
        name: what to call it.
        setup: how it is examined.
        distance: as far as known, an upper bound; `None` if unknown.
        patches: how many of it stand side by side.
    """

    code: QuantumCode
    name: str
    setup: Setup
    distance: int | None = None
    patches: int = 1


def subject_of(text: str, archive: Archive, setup: Setup) -> Subject:
    """Return a subject as the command line names it.

    Args:
        text: a file of any format of `qcode_rl.codes.io`, the beginning of a key in the archive, or
            a name of `qcode_rl.codes.named`.
        archive: where keys are looked up.
        setup: how it is examined.

    Returns:
        The subject; its distance is that of the archive, or what ten seconds find out.

    Raises:
        InputError: if there is no such file, key or name, or it is no quantum code.
    """
    if _looks_like_a_file(text):
        code = read_code(text)
    elif _is_key(text):
        record = archive.get(text)
        if record.distance:
            return Subject(record.code, record.label, setup, record.distance.upper)
        code = record.code
    else:
        code = named_code(text)
    quantum = require_quantum(code, text)
    if quantum.num_logicals == 0:
        raise InputError(f"code: must have logical qubits to protect, {text!r} has k = 0")
    found = distance_of(quantum, budget=_DISTANCE_SECONDS)
    label = f"[[{quantum.num_qubits},{quantum.num_logicals},{found}]]"
    label += f"({quantum.max_weight},{quantum.max_degree})"
    return Subject(quantum, label, setup, found.upper if found else None)


def require_quantum(code: Code, name: str) -> QuantumCode:
    """Return a quantum code, as a CSS code if each of its checks is of one type.

    Raises:
        InputError: if it is a classical code.
    """
    if isinstance(code, ClassicalCode):
        raise InputError(f"code: must be a quantum code, {name!r} is {code!r}")
    if isinstance(code, CSSCode):
        return code
    assert isinstance(code, StabilizerCode)
    try:
        return code.to_css()
    except InputError:
        return code


def surface_beside(subject: Subject, decoder: DecoderSpec) -> Subject:
    """Return patches of the rotated surface code to compare a code with.

    Args:
        subject: the code.
        decoder: decoder of the patches.

    Returns:
        As many patches as the code has logical qubits, of the distance that brings the number of
        data qubits nearest, with the schedule that suits them.
    """
    n, k = subject.code.num_qubits, subject.code.num_logicals
    d = nearest_surface(n, k)
    schedule = "zigzag" if subject.setup.model == "circuit" else "auto"
    setup = replace(subject.setup, decoder=decoder, schedule=schedule)
    label = f"{k} x rotated-surface-{d}" if k > 1 else f"rotated-surface-{d}"
    return Subject(rotated_surface(d), label, setup, d, k)


def _looks_like_a_file(text: str) -> bool:
    suffixes = {form.suffix for form in FORMATS.values()}
    # os.path answers no to what cannot be a path, where pathlib raises. A folder is not meant.
    return "/" in text or Path(text).suffix.lower() in suffixes or os.path.isfile(text)


def _is_key(text: str) -> bool:
    """Say whether a text can only be a key: names of families have other letters."""
    return bool(text) and set(text.lower()) <= _HEX
