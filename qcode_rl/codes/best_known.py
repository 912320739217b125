"""The best binary linear codes of length up to 30, one for each length and dimension.

No linear code of these lengths has a larger distance than the one given here: up to length 31 the
known lower and upper bounds agree (`qcode_rl.codes.bounds`). The codes were found and proved by
`qcode_rl.codes.data.build_best_known`, which wrote the data file read here.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from qcode_rl.codes.bounds import require_length_and_dimension
from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.gf2 import BinaryMatrix, unpack_rows

#: Largest length in the data file.
LONGEST_BEST_KNOWN = 30


def best_known_linear_code(n: int, k: int) -> ClassicalCode:
    """Return a binary linear code with the largest minimum distance for its length and dimension.

    Args:
        n: length, 1..30.
        k: dimension, 1..n.

    Returns:
        A code whose distance is `linear_code_bounds(n, k)[0]`, with n - k independent checks.

    Raises:
        InputError: if n or k is out of range.

    Example:
        >>> str(best_known_linear_code(24, 12).distance())
        '8'
    """
    require_length_and_dimension(n, k, LONGEST_BEST_KNOWN)
    entry = _table()[f"{n},{k}"]
    if "checks" in entry:
        return ClassicalCode(_rows(entry["checks"], n))
    return ClassicalCode.from_generator(_rows(entry["generator"], n))


def best_known_origin(n: int, k: int) -> str:
    """Say how the code that `best_known_linear_code` returns was made, in a few words.

    Args:
        n: length, 1..30.
        k: dimension, 1..n.

    Raises:
        InputError: if n or k is out of range.

    Example:
        >>> best_known_origin(5, 1)
        'repetition'
    """
    require_length_and_dimension(n, k, LONGEST_BEST_KNOWN)
    return str(_table()[f"{n},{k}"]["origin"])


def _rows(text: str, n: int) -> BinaryMatrix:
    """Read hexadecimal rows, bit j for column j."""
    words = np.array([int(row, 16) for row in text.split()], dtype=np.uint64)
    return unpack_rows(words.reshape(-1, 1), n)


@cache
def _table() -> dict[str, dict[str, Any]]:
    """Read the data file: "n,k" to d, rows and origin."""
    text = files("qcode_rl.codes.data").joinpath("best_known_linear.json").read_text("utf-8")
    codes: dict[str, dict[str, Any]] = json.loads(text)["codes"]
    return codes
