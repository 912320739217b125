"""The digest of sources that keeps cached kernels from outliving an edit."""

import runpy
from pathlib import Path

import pytest

from qcode_rl.gf2 import compiling, jit

MODULE = "qcode_rl.edits.stepping"


def test_the_digest_changes_with_a_module_that_is_only_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import qcode_rl.edits.stepping  # noqa: F401  (loaded, as it is when its kernels compile)

    digest = compiling.sources_digest.__wrapped__
    before = digest(MODULE)
    assert digest(MODULE) == before
    read = Path.read_text

    def edited(path: Path, encoding: str) -> str:
        return read(path, encoding) + ("# edited" if path.name == "rewards.py" else "")

    monkeypatch.setattr(Path, "read_text", edited)
    assert digest(MODULE) != before


def test_a_kernel_in_a_script_compiles(tmp_path: Path) -> None:
    # As the benchmark programs are run: a main module without an import spec.
    script = tmp_path / "script.py"
    script.write_text(
        "from qcode_rl.gf2.jit import kernel\n\n\n@kernel\ndef double(x):\n"
        "    return 2 * x\n\n\nanswer = double(21)\n"
    )
    assert runpy.run_path(str(script), run_name="__main__")["answer"] == 42


SCRIPT = """
from qcode_rl.gf2.jit import kernel


@kernel
def add(x, y):
    return x + y


@kernel
def add_constants(x):
    return add(add(x, 1), 2)


answers = add_constants(4), add(4, 3), add_constants(5)
"""


@pytest.mark.skipif(jit.INTERPRETED, reason="nothing is compiled")
def test_a_kernel_that_kernels_call_is_compiled_once_and_can_be_called_from_python_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path / "cache"))
    script = tmp_path / "adding.py"
    script.write_text(SCRIPT)
    for compiled in (1, 0):
        names = runpy.run_path(str(script))
        assert names["answers"] == (7, 7, 8)
        add = names["add"]
        assert len(add.signatures) == 1
        # One for the constants 1 and 2 alike, then the one that Python calls; in the second round
        # that is read, and `add_constants` holds its own.
        assert sum(add.stats.cache_misses.values()) == 2 * compiled
        assert sum(add.stats.cache_hits.values()) == 1 - compiled
        # Numbers of another kind are other arguments still.
        assert add(0.5, 0.25) == 0.75


@pytest.mark.skipif(jit.INTERPRETED, reason="nothing is compiled")
def test_a_kernel_is_cold_until_it_has_been_compiled_from_the_sources_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path / "cache"))
    script = tmp_path / "cold.py"
    script.write_text(SCRIPT.partition("answers")[0])
    add = runpy.run_path(str(script))["add"]
    assert add.cold
    assert add(1, 2) == 3
    assert not add.cold
    assert not runpy.run_path(str(script))["add"].cold
    script.write_text(script.read_text() + "# edited\n")
    assert runpy.run_path(str(script))["add"].cold
