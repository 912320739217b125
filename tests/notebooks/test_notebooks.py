"""Notebooks: each runs from top to bottom, offline, and shows what it should."""

import time
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

FOLDER = Path(__file__).parents[2] / "notebooks"
#: Seconds that a notebook may take, kernels compiled.
MOST_SECONDS = 60
#: Pictures in each notebook, and texts that its outputs must hold.
SHOWN = {
    "01_first_code.ipynb": (3, ["[[41,1,5]](4,2)", "d = 5, by clusters", "evaluations:"]),
    "02_browse_the_archive.ipynb": (3, ["[[90,8,10]](6,3)", "<svg", "not in the catalogue"]),
    "03_weight_reduction_paper.ipynb": (1, ["(6, 3): 0.54", "[[1409,9,16]](6,3)"]),
    "04_noise.ipynb": (2, ["[[72,12,6]](6,3)", "d(circuit) <= 6", "shots,"]),
}


def outputs_of(book: Any) -> list[dict[str, Any]]:
    return [output for cell in book.cells for output in cell.get("outputs", [])]


def texts(book: Any) -> str:
    """Return all that a notebook printed or showed, but pictures."""
    held = []
    for output in outputs_of(book):
        held.append(output.get("text", ""))
        data = output.get("data", {})
        held += [data.get("text/plain", ""), data.get("text/html", "")]
    return "\n".join(held)


def test_every_notebook_is_run_here() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.ipynb")) == sorted(SHOWN)


@pytest.mark.parametrize("name", SHOWN)
def test_notebooks_are_kept_without_outputs(name: str) -> None:
    book = nbformat.read(FOLDER / name, as_version=4)
    nbformat.validate(book)
    assert outputs_of(book) == []
    assert all(cell.get("execution_count") is None for cell in book.cells)


@pytest.mark.parametrize("name", SHOWN)
def test_a_notebook_runs_and_shows_what_it_should(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Offline, with no archive but the one that ships with the package.
    for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    monkeypatch.setenv("QCODE_ARCHIVE", str(tmp_path / "none"))
    book = nbformat.read(FOLDER / name, as_version=4)
    resources = {"metadata": {"path": str(FOLDER)}}
    client = nbclient.NotebookClient(book, timeout=240, kernel_name="python3", resources=resources)
    began = time.monotonic()
    client.execute()
    print(f"{name}: {time.monotonic() - began:.1f} s")
    pictures = [out for out in outputs_of(book) if "image/png" in out.get("data", {})]
    wanted, shown = SHOWN[name]
    assert len(pictures) == wanted
    told = texts(book)
    assert [text for text in shown if text not in told] == []
    assert not [out for out in outputs_of(book) if out.get("name") == "stderr"]
    assert not (tmp_path / "none").exists()
