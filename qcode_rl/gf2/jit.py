"""How every kernel of the project is declared: one decorator, one set of flags (`compiling`)."""

import os
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import types
from numba.extending import intrinsic, overload

from qcode_rl.gf2.compiling import KernelDispatcher

Function = TypeVar("Function", bound=Callable[..., Any])

#: True when NUMBA_DISABLE_JIT leaves kernels as the plain Python they are written in.
INTERPRETED = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")


def kernel(function: Function) -> Function:
    """Compile a pure array function with numba (nopython, cached on disk, GIL released)."""
    compiled: Any = function if INTERPRETED else KernelDispatcher(function)
    return cast(Function, compiled)


def popcount(word: np.uint64) -> int:
    """Return the number of ones in a 64-bit word.

    Called from a kernel this is one machine instruction; interpreted it is `int.bit_count`.
    """
    return int(word).bit_count()


def trailing_zeros(word: np.uint64) -> int:
    """Return the index of the lowest one of a 64-bit word, 64 for the zero word."""
    value = int(word)
    return (value & -value).bit_length() - 1 if value else 64


@intrinsic
def _count_ones(_typing: Any, word: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@intrinsic
def _count_trailing_zeros(_typing: Any, word: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], context.get_constant(types.boolean, False))

    return types.uint64(types.uint64), generate


@overload(popcount, inline="always")
def _popcount_compiled(word: Any) -> Any:
    def implementation(word: Any) -> Any:
        # numba supplies the typing context that mypy misses here.
        return np.int64(_count_ones(np.uint64(word)))  # type: ignore[call-arg]

    return implementation


@overload(trailing_zeros, inline="always")
def _trailing_zeros_compiled(word: Any) -> Any:
    def implementation(word: Any) -> Any:
        return np.int64(_count_trailing_zeros(np.uint64(word)))  # type: ignore[call-arg]

    return implementation
