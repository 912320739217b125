"""The digest of sources that keeps cached kernels from outliving an edit."""

import runpy
from pathlib import Path

import pytest

from qcode_rl.gf2 import jit

MODULE = "qcode_rl.edits.stepping"


def test_the_digest_changes_with_a_module_that_is_only_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import qcode_rl.edits.stepping  # noqa: F401  (loaded, as it is when its kernels compile)

    digest = jit.sources_digest.__wrapped__
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
