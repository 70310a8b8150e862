"""Files that must not be read, and the sentence that the curator sees for each."""

from __future__ import annotations

import gzip
import io
import json
import re
import resource
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from adme_labeler.domain.records import LabelDraft, LabelType, Sections
from adme_labeler.importers import FileOutcome, read_paths
from adme_labeler.services import headless
from adme_labeler.services.session import Session
from adme_labeler.storage.integrity import check
from tests.unit.importers import printed

LABEL = (
    '<document xmlns="urn:hl7-org:v3"><code displayName="HUMAN PRESCRIPTION DRUG LABEL"/>'
    '<setId root="s"/><component><structuredBody><component><section><code code="43682-4"/>'
    "<text><paragraph>It is absorbed. {}</paragraph></text></section></component>"
    "</structuredBody></component></document>"
)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE document [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)
EXTERNAL = '<!DOCTYPE document [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'


def nested(levels: int) -> str:
    return LABEL.format("<content>" * levels + "deep" + "</content>" * levels)


def zipped(*members: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return held.getvalue()


def encrypted_zip() -> bytes:
    data = bytearray(zipped(("a.xml", LABEL.encode())))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + offset
        (flags,) = struct.unpack_from("<H", data, at)
        struct.pack_into("<H", data, at, flags | 1)
    return bytes(data)


def zip_bomb() -> bytes:
    return zipped(("a.xml", b" " * (120 << 20)))


def lying_zip() -> bytes:
    """A member whose directory entry says that it is small."""
    data = bytearray(zip_bomb())
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 1000)
    return bytes(data)


def formulas_only() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["text"])
    book.active.append(['=CONCAT("It is ", "absorbed.")'])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def label_without_pharmacology() -> bytes:
    return printed.lines(
        "13 NONCLINICAL TOXICOLOGY",
        "No tumors were found in rats that were observed for two years.",
        "16 HOW SUPPLIED",
        "Tablets come in bottles of thirty, which are kept in a dry place.",
    )


ROWS: list[tuple[str, bytes | Callable[[], bytes], str, str]] = [
    ("empty.xml", b"", "failed", "empty.xml is empty."),
    ("blank.txt", b" \n\n", "failed", "blank.txt is empty."),
    ("nul.xml", b"\0" * 4096, "failed", "nul.xml is empty."),
    (
        "cut.xml", LABEL.encode()[:200], "failed",
        "cut.xml is no complete XML document: it breaks off or is damaged",
    ),
    (
        "other.xml", b"<barcodes><a/></barcodes>", "failed",
        "other.xml is XML but no drug label (its outermost element is <barcodes>).",
    ),
    ("bomb.xml", (BOMB + LABEL.format("&d;")).encode(), "failed", "defines its own XML entities"),
    ("bomb16.xml", (BOMB + LABEL).encode("utf-16"), "failed", "defines its own XML entities"),
    (
        "outside.xml", (EXTERNAL + LABEL.format("&secret;")).encode(), "failed",
        "defines its own XML entities",
    ),
    ("deep.xml", nested(200).encode(), "failed", "more than 120 levels deep"),
    ("deeper.xml", nested(100_000).encode(), "failed", "more than 120 levels deep"),
    ("bomb.zip", zip_bomb, "failed", "times its size, which drug labels never do"),
    ("lying.zip", lying_zip, "failed", "a.xml is damaged in the archive."),
    (
        "way.zip", lambda: zipped(("../../a.xml", LABEL.encode())), "failed",
        "has a path that leads out of the archive",
    ),
    ("locked.zip", encrypted_zip, "failed", "is protected by a password; unpack it first."),
    ("half.zip", lambda: zipped(("a.xml", LABEL.encode()))[:150], "failed", "no complete zip"),
    ("nothing.zip", lambda: zipped(("a.jpg", b"x")), "skipped", "nothing.zip holds no label."),
    (
        "three.zip",
        lambda: zipped(("b.zip", zipped(("c.zip", zipped(("d.zip", zipped(("e", b"e")))))))),
        "failed", "is a zip inside a zip inside a zip",
    ),
    ("half.json.gz", gzip.compress(b'{"results": []}' * 99)[:40], "failed", "cannot be unpacked"),
    (
        "locked.pdf", printed.locked, "failed",
        "locked.pdf is protected by a password; save it without one first.",
    ),
    (
        "half.pdf", lambda: printed.label()[:600], "failed",
        "half.pdf is damaged or no complete PDF document.",
    ),
    (
        "scan.pdf", printed.scan, "failed",
        "scan.pdf is a scan without a text layer; let a program for text recognition (OCR) add "
        "one first.",
    ),
    (
        "rats.pdf", label_without_pharmacology, "skipped",
        "rats.pdf has no pharmacokinetics or clinical pharmacology section.",
    ),
    ("pdf.xml", b"%PDF-1.7", "failed", "pdf.xml is damaged or no complete PDF document."),
    (
        "pages.html", b"<!DOCTYPE html><html><script>var drug = 1</script></html>", "skipped",
        "pages.html has no pharmacokinetics or clinical pharmacology section.",
    ),
    (
        "renamed.docx", lambda: zipped(("a.xml", LABEL.encode())), "failed",
        "renamed.docx is a zip archive but no Word document; if labels are in it, give it the "
        "ending .zip.",
    ),
    (
        "half.docx", lambda: zipped(("word/document.xml", b"<w:document><w:body>")), "failed",
        "half.docx is damaged or no complete Word document.",
    ),
    (
        "bomb.docx", lambda: zipped(("word/document.xml", b"<a>" + b" " * (30 << 20))), "failed",
        "bomb.docx unpacks to far more text than a label has.",
    ),
    (
        "outside.docx",
        lambda: zipped(("word/document.xml", f"{EXTERNAL}<document>&secret;</document>".encode())),
        "skipped", "outside.docx has no pharmacokinetics or clinical pharmacology section.",
    ),
    (
        "a.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "failed",
        "a.doc is an old or password-protected Office file; save it as .docx or .xlsx without a "
        "password.",
    ),
    ("a.rtf", rb"{\rtf1 It is absorbed.}", "failed", "a.rtf is an RTF document; save it as .docx"),
    ("a.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "failed", "a.xls is damaged or no spreadsheet"),
    ("locked.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "failed", "password-protected Office file"),
    ("half.xlsx", lambda: formulas_only()[:900], "failed", "damaged or no spreadsheet"),
    ("formulas.xlsx", formulas_only, "failed", "holds formulas without stored values"),
    ("a.json", b'{"lastModified": "x"}', "failed", 'it has no "results"'),
    ("none.json", b'{"results": []}', "skipped", "none.json holds no label."),
    ("half.json", b'{"results": [{"set_id": "a"', "failed", "its JSON is not complete"),
    ("deep.json", b"[" * 200_000, "failed", "deep.json nests its JSON deeper than any drug label"),
    ("a.bin", bytes(range(1, 20)) * 400, "failed", "of a kind that this program does not know"),
    ("a.png", b"\x89PNG\r\n\x1a\n", "skipped", "a.png is a picture."),
    ("no_text.csv", b"sentence,drug\n", "failed", "no_text.csv has no row with text."),
    ("columns.csv", b"a,b\n1,2\n", "failed", 'columns.csv has no column "text"'),
    ("twice.csv", b"text,text\na,b\n", "failed", "two columns for text"),
    ("quote.csv", b'text\n"' + b"a" * 2_000_000, "failed", "more than 1,000,000 characters"),
    ("line.csv", b"text\n" + b"a" * 3_000_000, "failed", "more than 1,000,000 characters"),
]  # fmt: skip
"""(file name, content, status, what the sentence says)."""


def read(path: Path) -> tuple[list[LabelDraft], list[FileOutcome]]:
    items = list(
        read_paths(
            [path],
            sections=Sections.PHARMACOKINETICS,
            types=frozenset({LabelType.PRESCRIPTION}),
            columns={},
        )
    )
    outcomes = [i for i in items if isinstance(i, FileOutcome)]
    return [i for i in items if isinstance(i, LabelDraft)], outcomes


def read_traced(path):
    """What `read` gives, and the most memory in bytes that it held at once."""
    tracemalloc.start()
    try:
        labels, outcomes = read(path)
        return labels, outcomes, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "content", "status", "sentence"), ROWS, ids=[row[0] for row in ROWS]
)
def test_a_bad_file_ends_in_one_sentence(tmp_path, name, content, status, sentence):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content())
    labels, outcomes = read(path)
    assert labels == []
    assert outcomes[-1].status == status
    said = " ".join(o.reason for o in outcomes)
    assert sentence in said
    assert str(tmp_path) not in said
    assert re.fullmatch(r"[^\n]{10,400}", outcomes[0].reason)


def test_one_import_of_all_bad_files_changes_nothing_and_stays_small(tmp_path):
    """One good label between them comes in: no bad file stops the rest."""
    bad = tmp_path / "bad"
    bad.mkdir()
    for name, content, _, _ in ROWS:
        (bad / name).write_bytes(content if isinstance(content, bytes) else content())
    with (bad / "gigabyte.xml").open("wb") as stream:
        stream.write(b"<document>" + b"a" * (1 << 20))
        stream.truncate(1 << 30)
    (bad / "m_good.xml").write_text(LABEL.format(""))
    with Session.create(tmp_path / "p", "ana") as session:
        started = time.monotonic()
        tally = headless.import_paths(session, [bad])
        assert time.monotonic() - started < 120
        assert (tally.new_labels, tally.annotations) == (1, 0)
        assert [Path(f.path).name for f in tally.files if f.status == "read"] == ["m_good.xml"]
        counts = {
            kind: session.connection.execute(f"SELECT count(*) FROM {kind}").fetchone()[0]
            for kind in ("drug_label", "sentence", "annotation", "drug_group", "import_heading")
        }
        assert counts == {
            "drug_label": 1, "sentence": 1, "annotation": 0, "drug_group": 1, "import_heading": 0
        }  # fmt: skip
        assert check(session.connection).faults == ()
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert largest < 1_000_000, "kB in the largest process so far"


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8-sig"])
def test_other_encodings_of_xml_are_read(tmp_path, encoding):
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    text = f'<?xml version="1.0" encoding="{declared}"?>' + LABEL.format("5 µg is bound.")
    (tmp_path / "a.xml").write_bytes(text.encode(encoding))
    (label,), _ = read(tmp_path / "a.xml")
    assert label.blocks[0].text == "It is absorbed. 5 µg is bound."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a"])
def test_other_encodings_of_text_and_pages_are_read(tmp_path, encoding, name):
    text = "Pharmacokinetics\n\nHalf – some 5 µg – is bound."
    if name == "a.html":
        text = f"<h2>Pharmacokinetics</h2><p>{text[18:]}</p>"
    (tmp_path / name).write_bytes(text.encode(encoding))
    (label,), _ = read(tmp_path / name)
    assert label.blocks[0].text == "Half – some 5 µg – is bound."


def test_nul_bytes_in_text_are_passed_over(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"Pharmacokinetics\n\nIt is\0 absorbed.\0\0\n")
    (label,), _ = read(tmp_path / "a.txt")
    assert label.blocks[0].text == "It is absorbed."


def test_halves_of_letters_in_json_do_not_stop_an_import(tmp_path):
    (tmp_path / "a.json").write_text(
        r"""{"results": [{"set_id": "a\ud800", "pharmacokinetics": ["It \udfff is absorbed."],
        "openfda": {"generic_name": ["Cor\ud83dvexa"]}}]}"""
    )
    (label,), _ = read(tmp_path / "a.json")
    assert label.blocks[0].text == "It \ufffd is absorbed."
    with Session.create(tmp_path / "p", "ana") as session:
        assert headless.import_paths(session, [tmp_path / "a.json"]).new_labels == 1


@pytest.mark.parametrize("version", ["9" * 40, "²", "-1", "1.5", "x", "٣"])
def test_a_version_that_is_no_number_counts_as_none(tmp_path, version):
    label = LABEL.format("").replace(
        "<component>", f'<versionNumber value="{version}"/><component>', 1
    )
    (tmp_path / "a.xml").write_text(label, encoding="utf-8")
    result = {"set_id": "b", "version": version, "pharmacokinetics": ["It is absorbed."]}
    (tmp_path / "b.json").write_text(json.dumps({"results": [result]}))
    with Session.create(tmp_path / "p", "ana") as session:
        tally = headless.import_paths(session, [tmp_path / "a.xml", tmp_path / "b.json"])
    assert (tally.new_labels, [f.status for f in tally.files]) == (2, ["read", "read"])


def test_the_wrong_ending_does_not_matter(tmp_path):
    (tmp_path / "a.csv").write_bytes(LABEL.format("").encode())
    (tmp_path / "b.xml").write_text(
        json.dumps({"results": [{"set_id": "1", "pharmacokinetics": ["It is absorbed."]}]})
    )
    (tmp_path / "c.txt").write_bytes(printed.label())
    (tmp_path / "d.pdf").write_bytes(b"<html><p>It is absorbed.</p></html>")
    (tmp_path / "e.zip").write_bytes(
        zipped(
            ("[Content_Types].xml", b"<Types/>"),
            (
                "word/document.xml",
                b"<document><body><p><r><t>It is absorbed.</t></r></p></body></document>",
            ),
        )
    )
    (tmp_path / "f.docx").write_bytes(LABEL.format("").encode())
    formats = {"a.csv": "spl", "b.xml": "openfda", "c.txt": "pdf", "d.pdf": "html",
               "e.zip": "docx", "f.docx": "spl"}  # fmt: skip
    for name, expected in formats.items():
        (label,), _ = read(tmp_path / name)
        assert label.source_format == expected, name


def test_an_archive_of_word_documents_is_an_archive(tmp_path):
    inner = zipped(
        ("[Content_Types].xml", b"<Types/>"),
        (
            "word/document.xml",
            b"<document><body><p><r><t>It is absorbed.</t></r></p></body></document>",
        ),
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("corvexa.docx", inner)
        archive.writestr("lunaprin.docx", inner)
    (tmp_path / "both.zip").write_bytes(held.getvalue())
    labels, outcomes = read(tmp_path / "both.zip")
    assert [label.title for label in labels] == ["corvexa", "lunaprin"]
    assert outcomes[-1].reason == (
        "No drug names were given for 2 documents; they were taken from their titles and file "
        "names."
    )


@pytest.mark.parametrize(
    ("name", "head", "sentence"),
    [
        ("a.txt", b"a", "a.txt is larger than 8 MB, too large for a label."),
        ("a.html", b"<html>a", "a.html is larger than 16 MB, too large for a label."),
        ("a.xml", b"<document>a", "a.xml is no complete XML document"),
        ("a.json", b'{"results": [{"set_id": "a', "too large for a drug label"),
        ("a.pdf", b"%PDF-1.7 ", "a.pdf is larger than 256 MB, too large for a label."),
        ("a.docx", b"PK\3\4", "a.docx is larger than 128 MB, too large for a label."),
    ],
)
def test_a_line_of_a_gigabyte_is_refused_quickly_and_in_little_memory(
    tmp_path, name, head, sentence
):
    path = tmp_path / name
    with path.open("wb") as stream:
        stream.write(head + head[-1:] * (1 << 20))
        stream.truncate(1 << 30)  # the rest takes no room on disk
    started = time.monotonic()
    labels, outcomes, peak = read_traced(path)
    assert labels == []
    assert sentence in outcomes[-1].reason
    assert peak < 1 << 30
    assert time.monotonic() - started < 60


def test_a_long_single_line_is_refused_without_holding_it(tmp_path):
    path = tmp_path / "line.json"
    with path.open("wb") as stream:
        stream.write(b'{"results": [{"set_id": "')
        for _ in range(64):
            stream.write(b"a" * (1 << 20))
    labels, outcomes, peak = read_traced(path)
    assert labels == []
    assert "too large for a drug label" in outcomes[-1].reason
    assert peak < 300 << 20


@pytest.mark.full
def test_a_million_rows_are_read(tmp_path):
    path = tmp_path / "rows.csv"
    with path.open("w") as stream:
        stream.write("text,drug\n")
        for number in range(1_000_000):
            stream.write(
                f"Sentence number {number} says that the drug is absorbed.,D{number % 99}\n"
            )
    labels, outcomes = read(path)
    assert outcomes[-1].sentences == 1_000_000
    assert len(labels) == 99
