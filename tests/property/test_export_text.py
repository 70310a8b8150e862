"""Whatever a curator writes comes back from every format as it was written."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adme_labeler.domain.cell_text import escape, unescape
from adme_labeler.exporters import formats
from adme_labeler.exporters.cells import CELL_LIMIT, cut, escape_xml, unescape_xml
from tests.unit.exporters.samples import PLAIN, content

EDGES = st.text(alphabet="'=+-@\t\r\n x_0Dd\x00\x1f\ufffe\U0001f48a;,\"", max_size=12)
TEXTS = EDGES | st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=40)


@given(TEXTS)
def test_escaping_of_formulas_is_undone_exactly(text: str) -> None:
    assert unescape(escape(text)) == text
    assert escape(text)[:1] not in set("=+-@\t\r\n")


@given(st.sets(EDGES, min_size=2))
def test_different_texts_stay_different_when_escaped(texts: set[str]) -> None:
    assert len({escape(text) for text in texts}) == len(texts)
    assert len({escape_xml(text) for text in texts}) == len(texts)


@given(TEXTS)
def test_escaping_for_xml_is_undone_exactly(text: str) -> None:
    assert unescape_xml(escape_xml(text)) == text


@given(st.text(alphabet="a\x01_x0\U0001f48a", max_size=60), st.integers(0, 40))
def test_a_cut_text_is_the_longest_beginning_that_fits(text: str, limit: int) -> None:
    def size(part: str) -> int:
        return len(escape_xml(part).encode("utf-16-le")) // 2

    kept = cut(text, limit)
    assert text.startswith(kept)
    assert size(kept) <= limit
    longer = text[: len(kept) + 1]
    assert kept == text or size(longer) > limit
    assert CELL_LIMIT == 32_767


@settings(max_examples=15)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_notes_come_back_from_csv_and_tsv(
    tmp_path_factory: pytest.TempPathFactory, notes: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("export")
    for name, delimiter in (("out.csv", ","), ("out.tsv", "\t")):
        formats.write(folder / name, content([replace(PLAIN, note=note) for note in notes]))
        raw = (folder / name).read_bytes().decode("utf-8-sig")
        read = csv.DictReader(io.StringIO(raw, newline=""), delimiter=delimiter)
        assert [unescape(row["note"]) for row in read] == notes
