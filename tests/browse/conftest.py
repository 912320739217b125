"""Archives to look at, pages read as a browser reads them, and scripts run by node."""

import json
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from qcode_rl import browse
from qcode_rl.archive import Archive, CodeRecord, Provenance, example
from qcode_rl.codes import named_code
from qcode_rl.distance import Distance, Witness

HOSTILE = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)> ${x} $title \"'&amp;"
ASSETS = Path(browse.__file__).parent / "assets"


class ReadPage(HTMLParser):
    """The parts of a page: its text, tags and attributes, and its embedded data."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.sources: dict[str, str] = {}
        self.rows: list[list[str]] = []
        self._open: list[str] = []
        self._kind = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._open.append(tag)
        self._kind = dict(attrs).get("type") or tag
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("script", "style"):
            self.sources[self._kind] = self.sources.get(self._kind, "") + data
            return
        self.texts.append(data)
        if "td" in self._open or "th" in self._open:
            self.rows[-1][-1] += data

    @property
    def data(self) -> dict[str, Any]:
        held: dict[str, Any] = json.loads(self.sources["application/json"])
        return held


@pytest.fixture(scope="session")
def read_page() -> type[ReadPage]:
    return ReadPage


@pytest.fixture(scope="session")
def shipped() -> Archive:
    return example()


@pytest.fixture
def fill(tmp_path: Path) -> Callable[..., Archive]:
    def fill(*records: CodeRecord) -> Archive:
        with Archive(tmp_path / "archive").writer("run") as writer:
            for record in records:
                writer.add(record)
        return Archive(tmp_path / "archive")

    return fill


@pytest.fixture(scope="session")
def node() -> Callable[..., Any]:
    """Run an expression after the scripts that touch no page; `given` is what it is about."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    sources = [(ASSETS / name).read_text() for name in ("codes.js", "selection.js", "layout.js")]

    def run(expression: str, given: Any = None) -> Any:
        text = (
            'const given = JSON.parse(require("fs").readFileSync(0, "utf-8"));'
            f"console.log(JSON.stringify({expression}));"
        )
        script = "\n".join(['"use strict";', *sources, text])
        done = subprocess.run(
            ["node", "-e", script], input=json.dumps(given), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def hostile() -> CodeRecord:
    """Return a record all of whose texts try to be more than text."""
    notes = {"name": HOSTILE, HOSTILE: "https://example.org/"}
    source = Provenance("", HOSTILE, 3, 4, {HOSTILE: HOSTILE}, notes=notes)
    distance = Distance(3, 3, Witness((2, 4, 5)), HOSTILE)
    code: Any = named_code("steane")
    return CodeRecord.of(code, distance, source, HOSTILE)
