"""Whatever bytes come, an import ends in labels and one sentence, never in another exception."""

from __future__ import annotations

import io
import json
import os
import random
import tempfile
import time
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from adme_labeler.domain.records import LabelDraft, LabelType, Sections
from adme_labeler.importers import FAULT, FileOutcome, headings, read_paths, running_text
from adme_labeler.importers.segmenter import sentence_spans
from adme_labeler.importers.text import cleaned
from tests.property.documents import WHOLE, damaged_file
from tests.unit.importers import printed

INLINE = st.sampled_from(["content", "sub", "sup", "linkHtml", "footnote", "caption", "br"])
BLOCK = st.sampled_from(["paragraph", "list", "item", "table", "tbody", "tr", "td", "tfoot"])
WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<>&\"'"), max_size=12
) | st.sampled_from(
    ["Absorption", "Pharmacokinetics", " C ", "max", ". The", "5.2 L.", "[see (5.1)]", ": ", "•"]
)
STYLES = st.sampled_from(["", ' styleCode="bold"', ' styleCode="Italics Underline"'])


def _element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, style, inner: f"<{name}{style}>{''.join(inner)}</{name}>",
        INLINE | BLOCK,
        STYLES,
        st.lists(children, max_size=4),
    )


MARKUP = st.recursive(WORDS, _element, max_leaves=12)


def _read(name: str, data: bytes) -> tuple[list[LabelDraft], FileOutcome]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        *rest, last = read_paths(
            [path], sections=Sections.ALL, types=frozenset(LabelType), columns={}
        )
    assert isinstance(last, FileOutcome)
    assert last.status in ("read", "skipped", "failed")
    assert last.status == "read" or last.reason
    labels = [item for item in rest if isinstance(item, LabelDraft)]
    assert not [i for i in rest if isinstance(i, FileOutcome) and FAULT in i.reason]
    for label in labels:
        _check(label)
    return labels, last


def _check(label: LabelDraft) -> None:
    assert len(label.content_hash) == 64
    assert label.set_id or label.source_format == "spl" or label.source_format == "openfda"
    for block in label.blocks:
        assert block.spans
        ends = 0
        for span in block.spans:
            assert ends <= span.start < span.end <= len(block.text)
            ends = span.end
        assert not block.hints or len(block.hints) == len(block.spans)
        assert not block.rows or len(block.rows) == len(block.spans)
        assert {block.hint, *block.hints} <= set("ADMEO") | {""}


@given(st.lists(MARKUP, max_size=5), WORDS)
def test_any_markup_in_a_section_is_read(parts: list[str], title: str):
    document = (
        '<document xmlns="urn:hl7-org:v3"><setId root="s"/><component><structuredBody><component>'
        f'<section><code code="43682-4"/><title>{title}</title><text>{"".join(parts)}</text>'
        "</section></component></structuredBody></component></document>"
    )
    _read("a.xml", document.encode())


@given(st.binary(max_size=300), st.sampled_from([*WHOLE, "a.gz"]))
def test_any_bytes_end_in_an_outcome(data: bytes, name: str):
    _read(name, data)


@given(
    st.sampled_from(
        [b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"<document", b'{"results":[', b"text\n", b"\xff\xfe",
         b"%PDF-1.4\n", b"<html>"]
    ),
    st.binary(max_size=300),
    st.sampled_from(["a.xml", "a.json", "a.csv", "a.xlsx", "a.zip", "a.docx"]),
)  # fmt: skip
def test_any_bytes_behind_a_known_beginning_end_in_an_outcome(start: bytes, rest: bytes, name: str):
    _read(name, start + rest)


@given(st.data())
def test_a_damaged_zip_ends_in_an_outcome(data: st.DataObject):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "text\nIt is absorbed.\n" * 20)
        archive.writestr("b.zip", b"PK\x05\x06" + b"\0" * 18)
    damaged = bytearray(held.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    _read("a.zip", bytes(damaged))


FIELDS = st.sampled_from(
    ["pharmacokinetics", "pharmacokinetics_table", "clinical_pharmacology", "openfda", "set_id",
     "version", "brand_name", "results", "id", "effective_time"]
) | st.text(max_size=5)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=10,
)


@given(st.lists(st.dictionaries(FIELDS, JSON, max_size=5), max_size=3))
def test_any_json_results_end_in_an_outcome(results: list[dict]):
    _read("a.json", json.dumps({"results": results}).encode())


@given(st.lists(st.lists(st.text(max_size=20), max_size=4), max_size=8), st.sampled_from(",;\t"))
def test_any_table_ends_in_an_outcome(rows: list[list[str]], delimiter: str):
    lines = [delimiter.join(["text", "drug", "category", "heading"])]
    lines += [delimiter.join(row) for row in rows]
    _read("a.csv", "\n".join(lines).encode("utf-8", "replace"))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_spans_cover_every_letter_of_any_text(text: str):
    text = cleaned(text)
    spans = sentence_spans(text)
    covered = "".join(text[a:b] for a, b in spans)
    assert [c for c in covered if c.isalnum()] == [c for c in text if c.isalnum()]


@given(
    st.lists(
        WORDS | st.sampled_from(["Distribution", "Elimination It", "Effect of Food"]), max_size=12
    )
)
def test_headings_lifted_out_of_text_lose_nothing(parts: list[str]):
    text = cleaned(". ".join(parts))
    stack = headings.HeadingStack()
    starts = [start for start, _ in sentence_spans(text)]
    pieces = running_text.split_running_text(text, stack, starts)
    begin = 0
    for _, start, end in pieces:
        assert begin <= start < end <= len(text)
        begin = end


@pytest.mark.parametrize("name", WHOLE)
def test_the_documents_that_are_damaged_below_are_whole(name: str):
    labels, outcome = _read(name, WHOLE[name]())
    assert labels and outcome.status == "read"


@pytest.mark.parametrize("name", WHOLE)
@given(st.data())
def test_a_damaged_document_ends_in_an_outcome(name: str, data: st.DataObject):
    _read(name, data.draw(damaged_file(name)))


TAGS = st.sampled_from(
    ["p", "div", "b", "i", "h1", "h3", "ul", "li", "table", "tr", "td", "sub", "br", "a", "pre",
     "span style='font-weight:bold'", "script", "svg", "unknown"]
)  # fmt: skip
HTML = st.recursive(
    WORDS,
    lambda inner: st.builds(
        lambda tag, parts, closed: (
            f"<{tag}>{''.join(parts)}" + (f"</{tag.split()[0]}>" if closed else "")
        ),
        TAGS,
        st.lists(inner, max_size=4),
        st.booleans(),
    ),
    max_leaves=15,
)


@given(st.lists(HTML, max_size=5))
def test_any_page_ends_in_an_outcome(parts: list[str]):
    _read("a.html", f"<html>{''.join(parts)}</html>".encode())


PLACED = st.lists(
    st.tuples(
        st.integers(-50, 650), st.integers(-50, 850), WORDS,
        st.sampled_from(["", "bold", "italic"]), st.sampled_from([1, 7, 10, 30]),
    ),
    max_size=25,
)  # fmt: skip


@given(st.lists(PLACED, min_size=1, max_size=3), st.lists(st.integers(0, 600), max_size=12))
def test_any_placing_of_text_on_pages_ends_in_an_outcome(pages: list[list], lines: list[int]):
    paper = printed.Print()
    for page in pages:
        for x, y, text, look, size in page:
            paper.at(x, y, "".join(c for c in text if c.isascii()), look, size)
        for a, b in pairwise(lines):
            paper.canvas.line(a, b, a, 700)
            paper.canvas.line(a, b, 500, b)
        paper.page()
    _read("a.pdf", paper.bytes())


@pytest.mark.full
@pytest.mark.parametrize("name", WHOLE)
def test_five_minutes_of_damage(name: str):
    """ADME_FUZZ_SECONDS says how long each importer is tried, 300 unless set."""
    end = time.monotonic() + float(os.environ.get("ADME_FUZZ_SECONDS", "300"))
    while time.monotonic() < end:

        @seed(random.randrange(1 << 60))
        @settings(
            max_examples=500, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(damaged_file(name))
        def once(data: bytes) -> None:
            _read(name, data)

        once()


@pytest.mark.full
@given(st.lists(MARKUP, max_size=30))
def test_large_markup_is_read(parts: list[str]):
    body = f"<text>{''.join(parts)}</text>"
    document = (
        '<document xmlns="urn:hl7-org:v3"><component><structuredBody><component><section>'
        f'<code code="34090-1"/>{body}</section></component></structuredBody></component>'
        "</document>"
    )
    _read("a.xml", document.encode())
