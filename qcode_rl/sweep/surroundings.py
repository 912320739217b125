"""What a worker's process is given: threads, and a folder for compiled kernels on its own node."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path

#: Libraries that would otherwise start a thread a core in every worker.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
#: Folders of a node's own, by the variables that name them; the first that can be written is used.
_LOCAL = ("SLURM_TMPDIR", "TMPDIR")


def cores() -> int:
    """Return how many cores this process may use: what Slurm gave it, or what it is bound to."""
    given = os.environ.get("SLURM_CPUS_PER_TASK", "")
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(int(given), bound or 1) if given.isdecimal() and int(given) else bound or 1


def worker_environment() -> dict[str, str]:
    """Return the environment of a worker on this machine: as here, but one thread a library."""
    return dict(os.environ) | dict.fromkeys(_THREADS, "1") | {"PYTHONUNBUFFERED": "1"}


def node_environment(
    shared_cache: Path | None = None, on_note: Callable[[str], None] = lambda note: None
) -> dict[str, str]:
    """Return the environment of a worker on a node of a cluster.

    Compiled kernels are kept in a folder of the node's own: on a shared file system the caches of
    several nodes would get in each other's way.

    Args:
        shared_cache: a folder of compiled kernels, only read, to begin with; default: those of this
            installation.
        on_note: called with what there is to say about the cache.
    """
    environment = worker_environment()
    if "NUMBA_CACHE_DIR" in environment and shared_cache is None:
        return environment
    folder = _node_folder(os.environ)
    if folder is None:
        on_note("no folder of this node can be written: every worker compiles its kernels anew")
        environment.pop("NUMBA_CACHE_DIR", None)
        return environment
    _begin_with(folder, shared_cache, on_note)
    environment["NUMBA_CACHE_DIR"] = str(folder)
    return environment


def _node_folder(environment: Mapping[str, str]) -> Path | None:
    """Return a folder for compiled kernels that no other node uses, made if need be."""
    # One an installation: kernels of another one, or of other packages, are of no use here.
    versions = [metadata.version(name) for name in ("numba", "numpy", "qcode-rl")]
    told = repr([sys.prefix, sys.version, *versions]).encode()
    user = getattr(os, "getuid", lambda: 0)()
    name = f"qcode-rl-{user}-{hashlib.sha256(told).hexdigest()[:12]}"
    places = [environment.get(name, "") for name in _LOCAL]
    with contextlib.suppress(FileNotFoundError):  # there is none that can be written
        places.append(tempfile.gettempdir())
    for place in places:
        if place and (folder := _own_folder(Path(place) / name, user)):
            return folder
    return None


def _own_folder(folder: Path, user: int) -> Path | None:
    """Make a folder of one's own; compiled code is run, so it must not be anybody else's."""
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        held = folder.stat()
        if held.st_uid == user and not held.st_mode & 0o022:
            with tempfile.TemporaryFile(dir=folder):
                return folder
    return None


def _begin_with(
    folder: Path, shared: Path | None, on_note: Callable[[str], None] = lambda note: None
) -> None:
    """Copy kernels that are compiled already into a node's folder, unless that has been done.

    Args:
        folder: the node's.
        shared: folder of a cache; default: what lies beside the sources of this installation, which
            whoever used it before, on a login node say, has compiled. Kernels of other processors
            are passed over by numba.
        on_note: called if that cannot be done.
    """
    done = folder / ".copied"
    if done.exists():
        return
    try:
        if shared is not None:
            shutil.copytree(shared, folder, copy_function=_copy, dirs_exist_ok=True)
        else:
            _copy_installed(folder)
        done.touch()
    except (OSError, shutil.Error) as error:
        on_note(f"compiled kernels cannot be copied to {str(folder)!r}: {error}")


def _copy_installed(folder: Path) -> None:
    from numba.core.caching import _CacheLocator

    subfolder: Callable[[str], str] = _CacheLocator.get_suitable_cache_subpath
    package = Path(__file__).parents[1]
    for compiled in package.rglob("__pycache__/*.nb[ic]"):
        # numba keeps the kernels of each folder of sources in a folder of its own name for it.
        source = compiled.parents[1] / "__init__.py"
        place = folder / subfolder(str(source))
        place.mkdir(exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # replaced by a newer one just now
            _copy(compiled, place / compiled.name)


def _copy(source: str | Path, target: str | Path) -> None:
    """Copy a file so that who reads the target meanwhile sees all of it or nothing."""
    beside = f"{target}.{os.getpid()}.part"
    shutil.copy2(source, beside)
    os.replace(beside, target)
