"""How kernels are compiled: as seldom and as little as their callers need.

Most kernels are only ever called by other kernels. numba gives each the means to be called from
Python as well, which for the large tuples of arrays that are handed around here is as much code as
all else; and it compiles a kernel anew for each constant that it is called with, though the code is
the same. Both together took half of the time of a first run.

numba's on-disk cache does not see that a kernel calls one of another file, so an edit there would
leave the caller as it was compiled before: entries here carry a digest of the sources of every
module that theirs imports.
"""

import hashlib
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher
from numba.core.types import unliteral

_IMPORT = re.compile(r"^from (qcode_rl(?:\.\w+)+) import", re.MULTILINE)
#: numba has no types of its own for mypy to see here.
_unliteral: Any = unliteral
#: `parallel=` is never set: two variants of one function would share an entry of numba's cache.
_OPTIONS = {"nopython": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}


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


class KernelDispatcher(CPUDispatcher):
    """A kernel: compiled for its argument types when it is called, by kernels or from Python.

    Args:
        function: nopython-clean.
        **options: of numba's dispatcher.
    """

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        super().__init__(function, **{"targetoptions": _OPTIONS, **options})
        #: Whether what is compiled or read now is to be called by kernels only.
        self.for_kernels = False
        #: Argument types of overloads that cannot be called from Python.
        self._bare: set[tuple[Any, ...]] = set()
        compiler: Any = vars(self)["_compiler"]
        compiler._customize_flags = self._set_flags
        # Where no folder can be written, as on nodes without one, kernels are compiled each time.
        with suppress(RuntimeError):
            self._cache = _KernelCache(self)

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Return how numba types a call of this kernel by another, which compiles it if need be."""
        inherited: Any = super()
        with global_compiler_lock:
            before, self.for_kernels = self.for_kernels, True
            try:
                return inherited.get_call_template(
                    [_unliteral(one) for one in args],
                    {name: _unliteral(one) for name, one in kws.items()},
                )
            finally:
                self.for_kernels = before

    def compile(self, sig: Any) -> Any:
        """Compile the kernel for argument types, or read it from the cache on disk."""
        inherited: Any = super()
        with global_compiler_lock:
            if not self.for_kernels and isinstance(sig, tuple) and sig in self._bare:
                # Callers that are compiled have code of their own.
                self._bare.remove(sig)
                del self.overloads[sig]
            return inherited.compile(sig)

    def add_overload(self, cres: Any) -> None:
        """Take up what has been compiled."""
        inherited: Any = super()
        if not self.for_kernels:
            inherited.add_overload(cres)
            return
        # Python, which looks a kernel up elsewhere, must not find what it cannot call.
        args = tuple(cres.signature.args)
        self.overloads[args] = cres
        self._bare.add(args)

    @property
    def cold(self) -> bool:
        """Whether nothing that runs here is on disk, where it could be."""
        context: Any = self.targetctx
        cached = isinstance(self._cache, _KernelCache)
        return cached and not self._cache.holds_any(context.codegen())

    def _set_flags(self, flags: Any) -> Any:
        flags.no_cpython_wrapper = self.for_kernels
        return flags


class _KernelCache(FunctionCache):
    def __init__(self, dispatcher: KernelDispatcher) -> None:
        inherited: Any = super()
        inherited.__init__(dispatcher.py_func)
        self._dispatcher = dispatcher
        make_file: Any = _KernelFile
        stamp = self._impl.locator.get_source_stamp()
        self._cache_file: Any = make_file(self._cache_path, self._impl.filename_base, stamp)

    def holds_any(self, codegen: Any) -> bool:
        """Say whether anything compiled of these sources for this processor is on disk."""
        current = codegen.magic_tuple(), sources_digest(self._py_func.__module__)
        return any((key[1], key[3]) == current for key in self._cache_file._load_index())

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        inherited: Any = super()
        key = inherited._index_key(sig, codegen)
        return (*key, sources_digest(self._py_func.__module__), self._dispatcher.for_kernels)


class _KernelFile(IndexDataCacheFile):
    """Files that processes can write at the same time: what is in one follows from its name.

    numba numbers them, so that an index of one process may come to lie beside code of another.
    """

    def save(self, key: Any, data: Any) -> None:
        """Write an entry: first what is compiled, then the index."""
        inherited: Any = super()
        signature, processor, code, _, for_kernels = key
        told = repr((signature, processor, code, for_kernels)).encode()
        name = self._data_name(hashlib.sha256(told).hexdigest()[:16])
        # What other sources left under this name is gone.
        index = {other: held for other, held in inherited._load_index().items() if held != name}
        inherited._save_data(name, data)
        inherited._save_index(index | {key: name})

    def _data_name(self, number: Any) -> str:
        name, _ = self._data_name_pattern.split("{number:d}")
        return f"{name}{number}.nbc"
