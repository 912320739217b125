"""Records and listings as notebooks show them: complete, bounded, and never markup of others."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from qcode_rl.archive import Archive, CodeRecord, Listing, Provenance
from qcode_rl.archive.html import MOST_LISTED, listing_html, record_html
from qcode_rl.codes.named import named_code
from qcode_rl.distance import Distance, Witness, distance_of

MARKUP = '<img src=x onerror="alert(1)">&'


def record(name: str = "steane", family: str = "steane", **origin: Any) -> CodeRecord:
    code: Any = named_code(name)
    return CodeRecord.of(code, distance_of(code), Provenance(**origin), family)


def cells(html: str) -> dict[str, str]:
    table = ElementTree.fromstring(html).find("table/tbody")
    assert table is not None
    return {row.findtext("th") or "": row.findtext("td") or "" for row in table}


def test_a_record_tells_how_sure_it_is_and_where_it_came_from() -> None:
    held = record(seed=3, run="morning", evaluations=12345, created="2026-11-24T12:00:00Z")
    html = record_html(held)
    assert ElementTree.fromstring(html).findtext("strong") == "[[7,1,3]](4,3)"
    told = cells(html)
    assert told["key"] == held.key
    assert told["found"] == "2026-11-24T12:00:00Z, morning, seed 3, 12,345 evaluations"
    assert told["distance"] == "3, proved: enumeration"
    witness = held.distance and held.distance.witness
    assert witness is not None
    positions = told.get("logical operator, X on") or told["logical operator, Z on"]
    assert positions == ", ".join(map(str, witness.x or witness.z))
    assert "<svg" in html
    assert held._repr_html_() == html


def test_a_distance_that_is_not_proved_is_called_so() -> None:
    full = record("rotated-surface-5").distance
    assert full is not None
    code: Any = named_code("rotated-surface-5")
    held = CodeRecord.of(code, Distance(3, 5, full.witness, "clusters"), Provenance())
    assert cells(record_html(held))["distance"] == "3..5, proved from 3 on: clusters"
    nothing = CodeRecord.of(code, None, Provenance())
    assert "distance" not in cells(record_html(nothing))


def test_large_codes_have_no_picture_and_long_witnesses_are_cut() -> None:
    code: Any = named_code("toric-32")
    large = CodeRecord.of(code, None, Provenance())
    assert "<svg" not in record_html(large)
    wide = Distance(1, 64, Witness(x=tuple(range(64))))
    told = cells(record_html(CodeRecord.of(code, wide, Provenance())))
    assert told["logical operator, X on"].endswith("38, 39, ... (64 in all)")


def test_what_an_archive_holds_is_shown_as_text() -> None:
    held = record(family=MARKUP, run=MARKUP)
    for html in (record_html(held), listing_html([held], MARKUP)):
        assert "<img" not in html
        ElementTree.fromstring(html)  # well formed
    assert cells(record_html(held))["family"] == MARKUP


def test_a_code_that_is_not_what_its_key_says_is_told_in_place_of_the_picture() -> None:
    one, other = record(), record("rotated-surface-3")
    false = CodeRecord(one.presentation, "x", None, one.provenance, other.key)
    html = record_html(false)
    assert "<svg" not in html
    assert "its checks have the key" in html


def test_listings_have_a_line_a_code_and_an_end() -> None:
    held = record()
    html = listing_html([held, Listing.of(held)])
    root = ElementTree.fromstring(html)
    assert root.text == "2 codes"
    rows = [[cell.findtext("code") or cell.text for cell in row] for row in root.iter("tr")]
    assert rows[0] == ["code", "kd²/n", "family", "found", "key"]
    assert rows[1] == rows[2]
    assert rows[1] == ["[[7,1,3]](4,3)", "1.29", "steane", "1970-01-01", held.key[:12]]
    many = listing_html([held] * (MOST_LISTED + 5), "many")
    assert ElementTree.fromstring(many).text == "many: 105 codes; the last 5 are not shown"
    assert many.count("<tr>") == MOST_LISTED + 1


@pytest.mark.parametrize("filled", [False, True])
def test_archives_show_what_they_hold(tmp_path: Path, filled: bool) -> None:
    archive = Archive(tmp_path / "<b>")
    if filled:
        with archive.writer("run") as writer:
            writer.add(record())
    root = ElementTree.fromstring(archive._repr_html_())
    assert root.text == f"{tmp_path / '<b>'}: {'1 code' if filled else '0 codes'}"
    assert (root.find("table") is not None) == filled
