"""How every kernel of the project is compiled: one decorator, one set of flags.

numba's on-disk cache does not see `parallel=`, so two variants of one function would share a cache
entry; with a single decorator that never sets it, that cannot happen. Nor does it see that a kernel
calls one of another file, so an edit there would leave the caller as it was compiled before:
entries here carry a digest of the sources of every module that theirs imports.
"""

import hashlib
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit, types
from numba.core.caching import FunctionCache
from numba.extending import intrinsic, overload

Function = TypeVar("Function", bound=Callable[..., Any])

#: True when NUMBA_DISABLE_JIT leaves kernels as the plain Python they are written in.
INTERPRETED = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")


_IMPORT = re.compile(r"^from (qcode_rl(?:\.\w+)+) import", re.MULTILINE)


@cache
def sources_digest(module: str) -> str:
    """Return a digest of a module's source and of all it imports from this package.

    Args:
        module: its full name.
    """
    texts: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        # A kernel is compiled when it is called: all that its module imports is loaded by then. The
        # file is asked of the module, since a script (`__main__`) may have no import spec.
        source = getattr(sys.modules.get(name), "__file__", None)
        if source is not None and name not in texts:
            texts[name] = Path(source).read_text("utf-8")
            waiting += _IMPORT.findall(texts[name])
    return hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest()


class _KernelCache(FunctionCache):
    def _index_key(self, sig: Any, codegen: Any) -> Any:
        inherited: Any = super()
        key = inherited._index_key(sig, codegen)
        return (*key, sources_digest(self._py_func.__module__))


def kernel(function: Function) -> Function:
    """Compile a pure array function with numba (nopython, cached on disk, GIL released)."""
    compiled: Any = njit(nogil=True, error_model="numpy")(function)
    if not INTERPRETED:
        # What `cache=True` would do, with a key that knows of other files.
        make_cache: Any = _KernelCache
        # Where no folder can be written, as on nodes without one, kernels are compiled each time.
        with suppress(RuntimeError):
            compiled._cache = make_cache(function)
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
