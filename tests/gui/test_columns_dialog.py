"""The dialog that asks what the columns of tables mean: by keys, by mouse, with a real worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from column_pictures import KNOWN, UNKNOWN, dialog, previewed, several
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from adme_labeler.gui import dialogs_of
from adme_labeler.gui.ask_columns import ask_columns
from adme_labeler.gui.dialogs.columns import ColumnsDialog
from adme_labeler.gui.dialogs.import_dialog import ImportDialog
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.protocol import TablePreviewed
from adme_labeler.services.session import Session
from tests.tables import written, xlsx

SATZ = "Die Bioverfügbarkeit beträgt nach einer Dosis von 5 µg etwa 0,5 im Mittel"


def shown(qtbot, made: ColumnsDialog) -> ColumnsDialog:
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def pick(choice: QComboBox, text: str) -> None:
    """By keys alone: what a person types into a list that has the focus."""
    choice.setFocus()
    assert choice.hasFocus()
    QTest.keyClicks(choice, text)


def test_enter_imports_what_is_understood(qtbot):
    made = shown(qtbot, dialog(previewed()))
    assert made.go.isEnabled()
    with qtbot.waitSignal(made.accepted):
        QTest.keyClick(made, Qt.Key.Key_Return)
    layout = made.mapping.layouts()["/data/decided-2025.csv"]
    assert layout.columns == {
        "Satz": "text", "Klasse": "category", "Drug": "drug", "Bemerkung": "",
    }  # fmt: skip
    assert layout.categories == {"Absorption": "A", "Elimination": "E", "d": "D"}


def test_a_column_is_told_by_keys(qtbot):
    made = shown(qtbot, dialog(previewed()))
    pick(made.grid.head.choices[2], "note")
    assert made.mapping.field("/data/decided-2025.csv", 2) == "note"
    pick(made.grid.head.choices[3], "category")
    assert not made.go.isEnabled()
    assert 'Two columns are chosen as Category: "Klasse" and "Bemerkung"' in made.said.text()
    assert made.go.toolTip() == made.said.text()


def test_tab_reaches_every_column_and_every_unknown_category(qtbot):
    made = shown(qtbot, dialog(previewed(values=UNKNOWN | KNOWN)))
    made.encoding.setFocus()
    met = []
    for _ in range(30):
        focused = QApplication.focusWidget()
        met.append(focused.accessibleName() or focused.text())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert all(met), "every stop of the Tab key has a name"
    for name in ("Satz", "Klasse", "Drug", "Bemerkung"):
        assert f'Meaning of the column "{name}"' in met
    for written_ in UNKNOWN:
        assert f'Category for "{written_}"' in met
    assert {"Encoding", "Columns are separated by", "Names of the columns", "Import"} <= set(met)


def test_an_unknown_category_stays_undecided_until_it_is_chosen(qtbot):
    made = shown(qtbot, dialog(previewed(values=UNKNOWN | KNOWN)))
    choices = made.categories.choices
    assert set(choices) == set(UNKNOWN)
    assert {c.currentText() for c in choices.values()} == {"Leave undecided"}
    assert "76 sentences stay undecided" in made.categories.summary.text()
    likely = choices["PK-Absorption"]
    assert likely.itemText(1) == "Absorption – its name stands in it"
    pick(likely, "Absorption")
    pick(choices["Toxicity"], "Other")
    said = made.mapping.layouts()["/data/decided-2025.csv"].categories
    assert (said["PK-Absorption"], said["Toxicity"]) == ("A", "O")
    assert said["Interaction with food, see the comment"] == ""
    assert "1 sentence stays undecided" in made.categories.summary.text()


def test_the_mouse_leaves_a_table_out_and_starts_the_import(qtbot):
    made = shown(qtbot, several())
    pick(made.file, "drugs")
    box = made.take_it
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert made.mapping.is_left_out("/data/drugs.csv")
    with qtbot.waitSignal(made.accepted):
        QTest.mouseClick(made.go, Qt.MouseButton.LeftButton)


def test_the_wheel_changes_no_answer(qtbot):
    made = shown(qtbot, dialog(previewed()))
    choice = made.grid.head.choices[0]
    middle = choice.rect().center()
    event = QWheelEvent(
        middle, choice.mapToGlobal(middle), QPoint(0, -120), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.sendEvent(choice, event)
    assert choice.currentText() == "Text"


def test_another_way_of_reading_is_asked_for_and_import_waits(qtbot):
    made = shown(qtbot, dialog(previewed()))
    with qtbot.waitSignal(made.reread) as asked:
        pick(made.delimiter, "Tab")
    path, layout = asked.args
    assert (path, layout.delimiter, layout.encoding) == ("/data/decided-2025.csv", "\t", "cp1252")
    assert not made.go.isEnabled()
    assert not made.encoding.isEnabled()
    made.take(previewed())
    made.set_waiting("")
    assert made.go.isEnabled()


def test_of_several_tables_each_can_be_looked_at_or_left_out(qtbot):
    made = shown(qtbot, several())
    assert [made.file.itemText(n) for n in range(4)] == [
        "decided-2025.csv", "decided-2024.csv", "drugs.csv (needs an answer)",
        "empty.csv (cannot be read)",
    ]  # fmt: skip
    assert "for all 2 tables with the same columns" in made.alike.text()
    assert made.said.text().startswith("drugs.csv: No column is chosen as Text")
    pick(made.file, "drugs")
    assert len(made.grid.head.choices) == 2
    QTest.keyClick(made.take_it, Qt.Key.Key_Space)
    assert made.go.isEnabled()
    assert made.file.currentText() == "drugs.csv (left out)"


@pytest.mark.parametrize("how", ["empty.csv is empty.", "a.csv is damaged."])
def test_a_single_table_that_cannot_be_read_says_why(qtbot, how):
    from adme_labeler.protocol import TableLayout

    made = shown(
        qtbot,
        dialog(TablePreviewed(path="/a.csv", layout=TableLayout(), problem=how, fatal=True)),
    )
    assert made.empty.text() == made.go.toolTip() == how
    assert not made.go.isEnabled()
    assert not made.grid.isVisible()


# --------------------------------------------------------------------------- with a worker


@pytest.fixture
def window(new_window, tmp_path):
    made = new_window()
    made.show_session(Session.create(tmp_path / "new.adme", "me"), jobs=False)
    made.project.suggester.start = lambda: None  # the model worker has its own tests
    return made


def columns_dialog(window: MainWindow, qtbot) -> ColumnsDialog:
    def found() -> list[ColumnsDialog]:
        return [d for d in window.findChildren(ColumnsDialog) if d.isVisible()]

    qtbot.waitUntil(lambda: bool(found()), timeout=20_000)
    (made,) = found()
    qtbot.waitUntil(lambda: not made.empty.isVisible() and made.header.isEnabled(), timeout=20_000)
    return made


def rows_of(window: MainWindow) -> list[tuple[str, str]]:
    return [
        (row["text"], row["category"])
        for row in window.project.session.connection.execute(
            "SELECT s.text, r.category FROM sentence s LEFT JOIN resolution r "
            "ON r.sentence = s.id ORDER BY s.id"
        )
    ]


def test_a_table_is_imported_as_it_was_answered(window, tmp_path, qtbot):
    path = written(
        tmp_path / "a.csv", f"Satz;Klasse\n{SATZ} A.;PK-Abs\n{SATZ} B.;Elimination\n", "cp1252"
    )
    dialogs_of.ask_import(window, [path])
    first = next(d for d in window.findChildren(ImportDialog) if d.isVisible())
    first.read.setChecked(True)
    QTest.keyClick(first, Qt.Key.Key_Return)
    made = columns_dialog(window, qtbot)
    pick(made.categories.choices["PK-Abs"], "Absorption")
    with qtbot.waitSignal(window.project.importer.finished, timeout=30_000):
        QTest.keyClick(made, Qt.Key.Key_Return)
    assert rows_of(window) == [(f"{SATZ} A.", "A"), (f"{SATZ} B.", "E")]


def test_another_sheet_is_read_again_by_the_worker(window, tmp_path, qtbot):
    path = xlsx(
        tmp_path / "a.xlsx", One=[["Text"], [f"{SATZ}."]], Two=[["Satz"], [f"{SATZ} zwei."]]
    )
    answers = []
    ask_columns(window, [path], answers.append)
    made = columns_dialog(window, qtbot)
    assert made.sheet.currentText() == "One"
    pick(made.sheet, "Two")
    qtbot.waitUntil(lambda: made.go.isEnabled(), timeout=20_000)
    assert made.grid.model().index(0, 0).data() == f"{SATZ} zwei."
    made.accept()
    assert answers[0][str(path)].columns == {"Satz": "text"}
    assert answers[0][str(path)].sheet == "Two"


def test_a_folder_without_tables_asks_nothing(window, tmp_path, qtbot):
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.xml").write_text("<document/>")
    answers = []
    ask_columns(window, [tmp_path / "labels"], answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=20_000)
    assert answers == [{}]
    assert not [d for d in window.findChildren(ColumnsDialog) if d.isVisible()]


def test_closing_the_window_ends_a_look(window, tmp_path, qtbot):
    path = written(tmp_path / "a.csv", "text\n" + f"{SATZ}.\n" * 200_000)
    ask_columns(window, [path], lambda layouts: pytest.fail("nobody has answered"))
    assert window.project.looker.looking()
    next(d for d in window.findChildren(ColumnsDialog)).reject()
    assert not window.project.looker.looking()
    qtbot.waitUntil(lambda: not window.project.looker.running(), timeout=20_000)


def test_files_that_are_no_tables_go_on_at_once(window, tmp_path):
    answers = []
    ask_columns(window, [Path("/labels/a.xml")], answers.append)
    assert answers == [{}]
