"""What the reading pane makes of headings and tables as real drug labels have them."""

from __future__ import annotations

import dataclasses

from samples import document

from adme_labeler.domain.records import BlockKind, Sentence
from adme_labeler.gui.reading.document import Document, Heading
from adme_labeler.gui.reading.tables import Table, lay_out


def sentence(number: int, text: str, path: tuple[str, ...], kind=BlockKind.PARAGRAPH) -> Sentence:
    return dataclasses.replace(
        document()[0], id=number, block=number, text=text, heading_path=path, kind=kind
    )


def table(*rows: str) -> Table:
    cells = [sentence(n, row, (), BlockKind.TABLE) for n, row in enumerate(rows)]
    return lay_out([dataclasses.replace(cell, block=1) for cell in cells], 700.0)


def test_text_may_stand_below_no_heading_after_some_that_do(qtbot):
    shown = Document(
        [
            sentence(1, "It is absorbed.", ("12.3 Pharmacokinetics", "Absorption")),
            sentence(2, "It stands alone.", ()),
            sentence(3, "It is bound.", ("12.3 Pharmacokinetics", "Distribution")),
        ],
        600.0,
    )
    headings = [item.text for item in shown.items if isinstance(item, Heading)]
    assert headings == [
        "12.3 Pharmacokinetics", "Absorption", "12.3 Pharmacokinetics", "Distribution"
    ]  # fmt: skip


def test_a_long_heading_is_wrapped(qtbot):
    long = "Adults and pediatric patients aged 10 years and older with familial disease " * 2
    shown = Document([sentence(1, "It acts.", ("Short",)), sentence(2, "Too.", (long,))], 400.0)
    short, wrapped = (item for item in shown.items if isinstance(item, Heading))
    assert wrapped.layout.lineCount() > 1
    assert wrapped.height == wrapped.layout.lineCount() * short.height
    assert shown.item_of(2).top >= wrapped.top + wrapped.height


def test_titles_and_numbers_within_a_table_are_not_its_head(qtbot):
    assert table(" | Ombitasvine | Ritovine", "Absorption |  | ", "Tmax (hr) | ~ 5 | ~ 4").head == 1
    assert table("Drug | Mean", " | (range)", "One | 5 (3-7)").head == 2
    assert table("A | B", "one | < 4").head == 1
