"""What is settled about tables before an import: columns, categories, what stands in the way."""

from __future__ import annotations

import pytest

from adme_labeler.domain.categories import ADME
from adme_labeler.domain.problems import ImportProblem
from adme_labeler.protocol import ColumnPreview, TableLayout, TablePreviewed
from adme_labeler.services.column_mapping import ColumnMapping, layout_of_words

VALUES = {"Absorption": 5, "elimination": 4, "PK-Absorption": 3, "Tox": 2}


def table(path: str = "/a.csv", *columns: tuple[str, str, dict[str, int]], **more: object):
    columns = columns or (("Text", "text", {}), ("Class", "category", VALUES))
    return TablePreviewed(
        path=path,
        layout=TableLayout(encoding="cp1252", delimiter=";", header=1),
        columns=tuple(ColumnPreview(name=n, field=f, values=v) for n, f, v in columns),
        rows=(("It acts.", "A"),),
        **{"count": 14, **more},
    )


def mapping(*tables: TablePreviewed) -> ColumnMapping:
    made = ColumnMapping(ADME)
    for each in tables or (table(),):
        made.take(each)
    return made


def test_categories_are_understood_by_the_scheme_and_unknown_ones_stay_undecided():
    found = mapping().categories("/a.csv")
    assert [(w.text, w.count, w.key, w.known, w.likely) for w in found] == [
        ("PK-Absorption", 3, "", False, "A"),
        ("Tox", 2, "", False, ""),
        ("Absorption", 5, "A", True, ""),
        ("elimination", 4, "E", True, ""),
    ]


def test_what_the_person_says_reaches_the_import_in_full():
    settled = mapping()
    settled.decide("/a.csv", "PK-Absorption", "A")
    settled.choose("/a.csv", 0, "text")
    assert settled.layouts() == {
        "/a.csv": TableLayout(
            encoding="cp1252",
            delimiter=";",
            header=1,
            columns={"Text": "text", "Class": "category"},
            categories={"PK-Absorption": "A", "Tox": "", "Absorption": "A", "elimination": "E"},
        )
    }


def test_tables_with_the_same_columns_are_settled_together():
    other = table("/b.csv", ("Text", "text", {}), ("Class", "category", {"Tox": 5, "E": 1}))
    third = table("/c.csv", ("Satz", "text", {}))
    settled = mapping(table(), other, third)
    assert settled.alike("/b.csv") == ["/a.csv", "/b.csv"]
    settled.decide("/b.csv", "tox", "O")
    settled.choose("/b.csv", 1, "also")
    assert settled.field("/a.csv", 1) == "also"
    assert settled.field("/c.csv", 0) == "text"
    counts = {w.text: (w.count, w.key) for w in settled.categories("/a.csv")}
    assert counts["Tox"] == (7, "O")
    assert settled.layouts()["/a.csv"].categories["Tox"] == "O"


def test_a_cell_with_further_categories_is_taken_apart():
    settled = mapping(table("/a.csv", ("t", "text", {}), ("x", "also", {"A; Tox": 2, "M+D": 1})))
    assert {w.text: w.count for w in settled.categories("/a.csv")} == {
        "A": 2, "Tox": 2, "M": 1, "D": 1,
    }  # fmt: skip


def test_without_a_text_or_with_two_columns_for_one_meaning_nothing_is_imported():
    settled = mapping()
    assert settled.refusal() == ""
    settled.choose("/a.csv", 1, "text")
    assert settled.refusal() == (
        'Two columns are chosen as Text: "Text" and "Class"; one of them must mean something else '
        "or be ignored."
    )
    settled.choose("/a.csv", 0, "")
    settled.choose("/a.csv", 1, "")
    assert settled.refusal() == ("No column is chosen as Text: say which one holds the sentences.")


def test_a_table_that_cannot_be_read_stops_only_itself():
    broken = TablePreviewed(
        path="/b.csv", layout=TableLayout(), problem="b.csv is empty.", fatal=True
    )
    assert mapping(broken).refusal() == "b.csv is empty."
    assert mapping(broken).refusal(others=2) == ""
    settled = mapping(table(), broken)
    assert settled.refusal() == ""
    assert list(settled.layouts()) == ["/a.csv"]


def test_a_table_can_be_left_out():
    settled = mapping(table(), table("/b.csv", ("Name", "", {})))
    assert settled.refusal().startswith("b.csv: No column is chosen as Text")
    settled.leave_out("/b.csv", True)
    assert settled.refusal() == ""
    assert settled.layouts()["/b.csv"] == TableLayout(skip=True)
    settled.leave_out("/a.csv", True)
    assert settled.refusal() == "Every table is left out."
    settled.leave_out("/b.csv", False)
    assert not settled.is_left_out("/b.csv")


def test_a_table_read_in_another_way_is_proposed_anew():
    settled = mapping()
    settled.choose("/a.csv", 1, "")
    settled.take(table("/a.csv", ("Column A", "text", {}), ("Column B", "category", {})))
    assert [settled.field("/a.csv", at) for at in (0, 1)] == ["text", "category"]
    settled.take(table())
    assert settled.field("/a.csv", 1) == "", "the earlier answer holds for those columns"


def test_a_column_of_too_many_values_is_pointed_out():
    settled = mapping(table("/a.csv", ("t", "text", {}), ("id", "category", {})))
    assert '"id" has more than 200 different values' in settled.remark("/a.csv")
    assert settled.refusal() == ""


def test_words_of_the_command_line_become_a_layout():
    layout = layout_of_words(
        ADME, ["A = B=text", "Klasse=Category", "x=ignore"], ["Elim=excretion", "Junk="], "S 1", 0
    )
    assert layout.columns == {"A = B": "text", "Klasse": "category", "x": ""}
    assert layout.categories == {"Elim": "E", "Junk": ""}
    assert (layout.sheet, layout.header) == ("S 1", 0)


@pytest.mark.parametrize(
    ("columns", "categories", "sentence"),
    [
        (["Satz=prose"], [], 'A column cannot mean "prose"; it can be one of text, category,'),
        (["Satz"], [], '"Satz" does not say what a column means; write it as "Header=text".'),
        ([], ["Elim=Q"], '"Q" is no category of the project; it has A (Absorption),'),
        ([], ["=A"], '"=A" does not say what a category means'),
    ],
)
def test_a_word_that_is_not_understood_is_one_sentence(columns, categories, sentence):
    with pytest.raises(ImportProblem) as refused:
        layout_of_words(ADME, columns, categories)
    assert sentence in str(refused.value)
