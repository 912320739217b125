"""What workers are given: threads, and a folder for compiled kernels of the node's own."""

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from qcode_rl.sweep import surroundings
from qcode_rl.sweep.surroundings import cores, node_environment, worker_environment

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment that says nothing, and a temporary folder of this test's own."""
    for name in ("NUMBA_CACHE_DIR", "SLURM_TMPDIR", "SLURM_CPUS_PER_TASK", "TMPDIR"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_workers_have_one_thread_a_library_and_else_what_is_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "16")
    monkeypatch.setenv("SOMETHING", "else")
    environment = worker_environment()
    assert [environment[name] for name in THREADS] == ["1"] * 4
    assert environment["SOMETHING"] == "else"
    assert environment.keys() - os.environ.keys() <= {*THREADS, "PYTHONUNBUFFERED"}
    assert os.environ["OMP_NUM_THREADS"] == "16"


def test_kernels_are_kept_in_a_private_folder_of_the_node(plain: Path) -> None:
    folder = Path(node_environment()["NUMBA_CACHE_DIR"])
    assert folder.parent == plain
    assert str(os.getuid()) in folder.name
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    # The next worker finds what this one compiles.
    assert node_environment()["NUMBA_CACHE_DIR"] == str(folder)


def test_installations_do_not_share_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = node_environment()["NUMBA_CACHE_DIR"]
    monkeypatch.setattr(surroundings.metadata, "version", lambda name: "0")
    assert node_environment()["NUMBA_CACHE_DIR"] != folder


def test_the_first_folder_that_can_be_written_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, plain: Path
) -> None:
    notes: list[str] = []
    job, node = tmp_path / "job", tmp_path / "node"
    job.mkdir()
    node.mkdir()
    monkeypatch.setenv("TMPDIR", str(node))
    assert Path(node_environment(on_note=notes.append)["NUMBA_CACHE_DIR"]).parent == node
    monkeypatch.setenv("SLURM_TMPDIR", str(job))
    assert Path(node_environment(on_note=notes.append)["NUMBA_CACHE_DIR"]).parent == job
    monkeypatch.setenv("SLURM_TMPDIR", "/proc/nothing")
    monkeypatch.setenv("TMPDIR", "/proc")
    assert Path(node_environment(on_note=notes.append)["NUMBA_CACHE_DIR"]).parent == plain
    assert notes == []


def test_without_any_folder_kernels_are_compiled_anew_and_that_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    notes: list[str] = []
    monkeypatch.setenv("TMPDIR", "/proc/nothing")
    for folder in ("/proc", None):
        monkeypatch.setattr(tempfile, "tempdir", folder)
        # Without any that can be written, Python has no temporary folder at all.
        monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/proc"])
        environment = node_environment(on_note=notes.append)
        assert "NUMBA_CACHE_DIR" not in environment
    note = "no folder of this node can be written: every worker compiles its kernels anew"
    assert notes == [note, note]


def test_a_folder_that_others_can_write_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, plain: Path
) -> None:
    folder = Path(node_environment()["NUMBA_CACHE_DIR"])
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("TMPDIR", str(other))
    planted = other / folder.name
    planted.mkdir()
    for mode in (0o720, 0o702, 0o777):
        planted.chmod(mode)
        assert node_environment()["NUMBA_CACHE_DIR"] == str(folder)
    planted.chmod(0o755)
    assert node_environment()["NUMBA_CACHE_DIR"] == str(planted)
    # Nor is one that is somebody else's.
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    stranger = other / folder.name.replace(f"-{planted.stat().st_uid}-", "-12345-")
    stranger.mkdir(mode=0o700)
    notes: list[str] = []
    assert "NUMBA_CACHE_DIR" not in node_environment(on_note=notes.append)
    assert len(notes) == 1


def test_a_link_to_a_folder_of_somebody_else_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = Path(node_environment()["NUMBA_CACHE_DIR"])
    other, target = tmp_path / "other", tmp_path / "target"
    other.mkdir()
    target.mkdir(mode=0o777)
    target.chmod(0o777)
    (other / folder.name).symlink_to(target)
    monkeypatch.setenv("TMPDIR", str(other))
    assert node_environment()["NUMBA_CACHE_DIR"] == str(folder)


def test_a_folder_that_is_named_is_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "named"))
    assert node_environment()["NUMBA_CACHE_DIR"] == str(tmp_path / "named")
    assert not (tmp_path / "named").exists()


def test_a_shared_cache_is_copied_once_and_only_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    (shared / "room").mkdir(parents=True)
    (shared / "room" / "kernel.nbc").write_bytes(b"compiled")
    # It wins over a folder that is named: that may be the shared one itself.
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(shared))
    notes: list[str] = []
    folder = Path(node_environment(shared, notes.append)["NUMBA_CACHE_DIR"])
    assert folder != shared
    kernel = folder / "room" / "kernel.nbc"
    assert kernel.read_bytes() == b"compiled"
    kernel.write_bytes(b"compiled here")
    assert node_environment(shared, notes.append)["NUMBA_CACHE_DIR"] == str(folder)
    assert kernel.read_bytes() == b"compiled here"
    assert [path.name for path in shared.rglob("*")] == ["room", "kernel.nbc"]
    assert notes == []


def test_kernels_that_the_installation_has_compiled_are_copied_once(plain: Path) -> None:
    package = Path(surroundings.__file__).parents[1]
    beside = {path.name for path in package.rglob("__pycache__/*.nb[ic]")}
    if not beside:
        pytest.skip("no kernels have been compiled here")
    folder = Path(node_environment()["NUMBA_CACHE_DIR"])
    copied = [path for path in folder.rglob("*") if path.suffix in (".nbi", ".nbc")]
    # Others may be compiling some just now.
    assert beside <= {path.name for path in copied}
    assert not list(folder.rglob("*.part"))
    copied[0].unlink()
    node_environment()
    assert not copied[0].exists()


def test_a_shared_cache_that_cannot_be_copied_is_told_of(tmp_path: Path) -> None:
    notes: list[str] = []
    environment = node_environment(tmp_path / "missing", notes.append)
    assert Path(environment["NUMBA_CACHE_DIR"]).is_dir()
    [note] = notes
    assert note.startswith("compiled kernels cannot be copied to ")
    assert str(tmp_path / "missing") in note


def test_cores_are_those_that_the_process_may_use() -> None:
    assert cores() == len(os.sched_getaffinity(0))
    script = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    script += "from qcode_rl.sweep.surroundings import cores; print(cores())"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "1\n", done.stderr


@pytest.mark.parametrize(
    ("given", "expected"),
    [("1", 1), ("3", 3), ("64", 4), ("0", 4), ("", 4), ("many", 4), ("-2", 4), ("\u00b2", 4)],
)
def test_what_slurm_gives_a_task_is_respected(
    monkeypatch: pytest.MonkeyPatch, given: str, expected: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(4)))
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", given)
    assert cores() == expected
