"""File formats, one module each. Files from others are never unpickled or evaluated.

The suffix of a file says which format it is. Every file that cannot be used is refused with an
`InputError` of one line: which file, which rule, which value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qcode_rl.codes.base import Code
from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.io import alist, json_supports, mtx, npz, pauli_text, stim_text
from qcode_rl.codes.io.files import AnyCode, naming, require_size, shown
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.errors import InputError

__all__ = [
    "FORMATS",
    "Format",
    "read_classical",
    "read_code",
    "read_css",
    "read_stabilizer",
    "write_code",
]


@dataclass(frozen=True)
class Format:
    """A file format.

    Attributes:
        suffix: what names of its files end in.
        read: returns the code in a file.
        write: writes a code and returns the files written.
        read_classical: reads a file as a classical code where `read` would take it for half of a
            CSS code; `None` where files say what they hold.
    """

    suffix: str
    read: Callable[[Path], AnyCode]
    write: Callable[[AnyCode, Path], tuple[Path, ...]]
    read_classical: Callable[[Path], ClassicalCode] | None = None


#: All formats by name; a file belongs to the one whose suffix it has, in any case of its letters.
FORMATS: dict[str, Format] = {
    "npz": Format(".npz", npz.read, npz.write),
    "alist": Format(".alist", alist.read, alist.write, alist.read_classical),
    "mtx": Format(".mtx", mtx.read, mtx.write, mtx.read_classical),
    "text": Format(".txt", pauli_text.read, pauli_text.write),
    "stim": Format(".stim", stim_text.read, stim_text.write),
    "json": Format(".json", json_supports.read, json_supports.write),
}


def read_code(path: str | Path) -> AnyCode:
    """Read a code of any kind from a file, whose suffix says the format.

    Args:
        path: the file; for a CSS code in alist or Matrix Market either of its two files, or their
            common name without the X or Z.

    Returns:
        A `ClassicalCode`, `CSSCode` or `StabilizerCode`, by what the file says it holds. Formats
        of Pauli operators do not say: there, checks that are all of X or of Z type make a
        `CSSCode`.

    Raises:
        InputError: if the file is missing or damaged, naming the file, the rule and the value.
    """
    return _format_of(Path(path)).read(Path(path))


def read_classical(path: str | Path) -> ClassicalCode:
    """Read a classical code; of a CSS pair in alist or Matrix Market, the matrix of the one file.

    Raises:
        InputError: if the file is missing, damaged or holds something else.
    """
    format_ = _format_of(Path(path))
    if format_.read_classical is not None:
        return format_.read_classical(Path(path))
    code = format_.read(Path(path))
    if not isinstance(code, ClassicalCode):
        with naming(Path(path)):
            raise InputError(f"must hold a classical code, got {code!r}")
    return code


def read_css(path: str | Path) -> CSSCode:
    """Read a CSS code, also one that the file holds as symplectic rows or Pauli strings.

    Raises:
        InputError: if the file is missing, damaged or holds something else.
    """
    code = read_code(path)
    with naming(Path(path)):
        if isinstance(code, ClassicalCode):
            raise InputError(f"must hold a CSS code, got {code!r}")
        return code if isinstance(code, CSSCode) else code.to_css()


def read_stabilizer(path: str | Path) -> StabilizerCode:
    """Read a stabilizer code, also one that the file holds as a CSS code.

    Raises:
        InputError: if the file is missing, damaged or holds something else.
    """
    code = read_code(path)
    with naming(Path(path)):
        if isinstance(code, ClassicalCode):
            raise InputError(f"must hold a quantum code, got {code!r}")
        return StabilizerCode.from_css(code) if isinstance(code, CSSCode) else code


def write_code(code: Code, path: str | Path, format: str | None = None) -> tuple[Path, ...]:
    """Write a code to a file.

    Args:
        code: the code; `read_code` (for codes of pure X and Z checks in formats of Pauli operators,
            `read_css` or `read_stabilizer`) gives an equal one back.
        path: the file. A CSS code in alist or Matrix Market goes to two, whose names get an X and
            a Z before the suffix.
        format: name of a format in `FORMATS`; default: by the suffix.

    Returns:
        The files written.

    Raises:
        InputError: if the code has no checks or is too large, the format does not exist or does not
            hold such codes, or the file cannot be written.
    """
    target = Path(path)
    if format is not None and format not in FORMATS:
        raise InputError(f"format: must be one of {', '.join(FORMATS)}, got {shown(format)}")
    chosen = FORMATS[format] if format is not None else _format_by_suffix(target)
    with naming(target):
        writable = _writable(code)
    return chosen.write(writable, target)


def _writable(code: Code) -> AnyCode:
    if isinstance(code, CSSCode):
        matrices = [code.x_checks, code.z_checks]
    elif isinstance(code, ClassicalCode | StabilizerCode):
        matrices = [code.checks]
    else:
        raise InputError(f"must be given a classical, CSS or stabilizer code, got {shown(code)}")
    if not any(len(matrix) for matrix in matrices):
        raise InputError("a code in a file must have at least one check, got none")
    for matrix in matrices:
        require_size(*matrix.shape)
    return code


def _format_of(path: Path) -> Format:
    with naming(path):
        # A directory is named as one, whatever its suffix.
        if path.is_dir():
            raise InputError("must be a file, is a directory")
    return _format_by_suffix(path)


def _format_by_suffix(path: Path) -> Format:
    for format_ in FORMATS.values():
        if path.suffix.lower() == format_.suffix:
            return format_
    with naming(path):
        suffixes = ", ".join(format_.suffix for format_ in FORMATS.values())
        raise InputError(f"suffix must be one of {suffixes}, got {shown(path.suffix)}")
