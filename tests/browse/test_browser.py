"""The page in a headless Chromium, driven by the fragment of its address; skipped without one."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from qcode_rl.archive import Archive, CodeRecord
from qcode_rl.archive.export import export_code
from qcode_rl.browse import build_page, write_page

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "chromium-headless-shell")
_ROOT = Path("~/.cache/ms-playwright").expanduser()


def _browser() -> str | None:
    installed = next(filter(None, map(shutil.which, _NAMES)), None)
    patterns = ("chromium*/*/headless_shell", "chromium*/*/chrome")
    downloaded = [str(path) for pattern in patterns for path in sorted(_ROOT.glob(pattern))]
    return installed or next(iter(downloaded), None)


BROWSER = _browser()
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
View = Callable[..., Any]


@pytest.fixture
def view(tmp_path: Path, read_page: Any) -> View:
    def view(held: Archive, fragment: str, script: str = "") -> Any:
        path = tmp_path / "page.html"
        page = build_page(held, held.records())
        if script:  # what somebody does, which the policy of the page would not let in
            html = page.html.replace("Content-Security-Policy", "nothing")
            page = page._replace(html=html.replace("</body>", f"<script>{script}</script></body>"))
        write_page(page, path, force=True)
        flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'u'}"]
        time = ["--virtual-time-budget=5000", "--dump-dom"]
        address = f"{path.as_uri()}#{quote(fragment, safe='=&')}"
        command = [str(BROWSER), *flags, *time, address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        return read_page(done.stdout)

    return view


def test_the_address_sorts_and_selects(shipped: Archive, view: View) -> None:
    read = view(shipped, "sort=d&where=k>=4 and w<=5")
    expected = sorted((r for r in shipped.records() if r.k >= 4 and r.w <= 5), key=lambda r: -r.d)
    assert f"{len(expected)} of 44 codes shown" in read.texts
    hidden = [held for held in read.attributes if held[:2] == ("tr", "hidden")]
    assert len(hidden) == 44 - len(expected)
    distances = [int(row[3]) for row in read.rows[1:45]]
    assert distances == sorted(distances, reverse=True)
    assert ("th", "aria-sort", "descending") in read.attributes
    points = [
        value for tag, name, value in read.attributes if (tag, name) == ("circle", "data-key")
    ]
    assert set(points) == {record.key for record in expected}


def test_a_code_is_shown_with_drawings_and_downloads(shipped: Archive, view: View) -> None:
    record = next(r for r in shipped.records() if r.family == "bicycle" and r.n == 72)
    read = view(shipped, f"code={record.key[:12]}")
    assert record.key in read.texts
    pictures = [
        value for tag, name, value in read.attributes if (tag, name) == ("svg", "aria-label")
    ]
    assert f"Tanner graph of {record.label}" in pictures
    assert f"the 72 checks of {record.label}, a row each" in pictures
    assert {"JSON", "challenge JSON", "alist of Hx", "alist of Hz", "stim"} <= {*read.texts}
    assert "Logical errors counted in simulations" in read.texts
    assert ("tr", "class", "selected") in read.attributes
    assert read.attributes.count(("circle", "class", "qubit witness")) == 6


def test_hostile_texts_stay_texts_when_scripts_show_them(
    fill: Callable[..., Archive], hostile: CodeRecord, view: View
) -> None:
    read = view(fill(hostile), f"code={hostile.key[:12]}&text=onerror")
    assert "1 of 1 codes shown" in read.texts
    assert "img" not in read.tags
    assert read.tags.count("script") == 2
    assert hostile.provenance.notes["name"] in read.texts


def test_a_condition_that_is_not_understood_is_said(shipped: Archive, view: View) -> None:
    read = view(shipped, "where=k>=4 or <b>")
    assert "44 of 44 codes shown; condition not understood: k>=4 or <b>" in read.texts


def test_headers_fields_and_keys_change_the_view(shipped: Archive, view: View) -> None:
    script = """
      const header = document.querySelector("th[data-sort=n] button");
      header.click(); header.click();
      const field = document.querySelector("input[name=k-least]");
      field.value = "16";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      const press = new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true });
      document.getElementById("plot").dispatchEvent(press);
      document.getElementById("plot").dispatchEvent(press);
      document.title = location.hash;
    """
    read = view(shipped, "", script)
    expected = sorted((r for r in shipped.records() if r.k >= 16), key=lambda r: -r.n)
    assert f"{len(expected)} of 44 codes shown" in read.texts
    assert ("th", "aria-sort", "descending") in read.attributes
    key = expected[1].key[:12]
    assert f"#sort=n&reverse=1&where=k%3E%3D16&code={key}" in read.texts
    assert expected[1].key in read.texts


def test_points_and_rows_choose_a_code_and_buttons_save_it(
    shipped: Archive, view: View, tmp_path: Path
) -> None:
    record = next(r for r in shipped.records() if r.family == "steane")
    (path,) = export_code(record, tmp_path / "code.stim", "stim")
    script = f"""
      document.querySelector("#frontier circle[data-key^='{record.key[:12]}']")
        .dispatchEvent(new Event("click"));
      const found = document.querySelector("#code h2").textContent;
      document.querySelector("tbody a").click();
      const first = document.querySelector("#code h2").textContent;
      document.querySelector("tbody a[href$='{record.key[:12]}']").click();
      const rule = document.createElement("hr");
      window.Blob = class {{
        constructor(parts) {{ document.body.append(`${{found}} ${{first}}`, rule, ...parts); }}
      }};
      URL.createObjectURL = () => "data:,";
      [...document.querySelectorAll("#code button")].find((b) => b.textContent === "stim").click();
    """
    read = view(shipped, "", script)
    best = max(shipped.records(), key=lambda r: r.merit)
    assert f"{record.label} {best.label}" in read.texts
    assert path.read_text().strip() in [text.strip() for text in read.texts]
