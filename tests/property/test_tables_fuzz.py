"""Any bytes called a table end in a look or a sentence, and the import agrees with the look."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from adme_labeler.domain.records import LabelDraft, LabelType, Sections
from adme_labeler.importers import read_paths
from adme_labeler.importers.delimited import DELIMITERS
from adme_labeler.importers.table_preview import preview
from adme_labeler.protocol import TableLayout

BEGINNINGS = st.sampled_from(
    [b"", b"text,category\n", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"sep=;\n", b"PK\x03\x04",
     b"text\tdrug\n\"", b"\xd0\xcf\x11\xe0", b"\x1f\x8b\x08\x00"]
)  # fmt: skip
LAYOUTS = st.builds(
    TableLayout,
    encoding=st.sampled_from(["", "utf-16", "cp1252", "shift_jis", "utf-8-sig", "gb18030"]),
    delimiter=st.sampled_from(["", ",", "\t", "none"]),
    sheet=st.sampled_from(["", "Sheet"]),
    header=st.sampled_from([None, 0, 1, 5]),
)
CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\x1a\r", exclude_categories=["Cs", "Cc"]),
    max_size=12,
)


@given(
    BEGINNINGS, st.binary(max_size=200), LAYOUTS, st.sampled_from(["a.csv", "a.xlsx", "a.csv.gz"])
)
def test_any_bytes_called_a_table_end_in_a_look(
    start: bytes, rest: bytes, layout: TableLayout, name: str
):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(start + rest)
        found = preview(path, layout)
    assert not found.fatal or found.problem.endswith(".")
    assert found.fatal or found.count


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), st.sampled_from(DELIMITERS))
def test_what_the_look_shows_is_what_the_import_reads(rows: list[tuple[str, str]], delimiter: str):
    """Any cells, quoted as the standard says, under any delimiter."""
    held = io.StringIO()
    writer = csv.writer(held, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([("text", "note"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text(held.getvalue(), "utf-8", newline="")
        found = preview(path, TableLayout())
        labels = [
            item
            for item in read_paths(
                [path], sections=Sections.ALL, types=frozenset(LabelType), columns={}
            )
            if isinstance(item, LabelDraft)
        ]
    wanted = [row for row in rows if any(cell.strip() for cell in row)]
    assert found.count == len(wanted)
    assert [row[0] for row in found.rows] == [text for text, _ in wanted]
    assert sum(len(label.blocks) for label in labels) <= len(wanted)
