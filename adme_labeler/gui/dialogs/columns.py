"""What the columns of tables mean: asked, with the first rows in view, before they are imported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QWidget

from adme_labeler.gui.controls import Hairline, Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.dialogs.column_categories import WrittenCategories
from adme_labeler.gui.dialogs.column_grid import Choice, ColumnGrid
from adme_labeler.language import tr, trn
from adme_labeler.protocol import TablePreviewed
from adme_labeler.services.column_mapping import ColumnMapping

_ENCODINGS = (
    ("utf-8-sig", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("utf-16-le", tr("UTF-16, little-endian")),
    ("utf-16-be", tr("UTF-16, big-endian")),
    ("cp1252", tr("Western (Windows-1252)")),
    ("latin-1", tr("Western (Latin-1)")),
    ("cp1250", tr("Central European (Windows-1250)")),
    ("cp1251", tr("Cyrillic (Windows-1251)")),
    ("mac_roman", tr("Western (Mac Roman)")),
    ("shift_jis", tr("Japanese (Shift JIS)")),
    ("gb18030", tr("Chinese (GB 18030)")),
)
_DELIMITERS = (
    (",", tr("Comma")),
    (";", tr("Semicolon")),
    ("\t", tr("Tab")),
    ("|", tr("Vertical bar")),
    ("none", tr("None: one column")),
)
_HEADER_ROWS = 20


class ColumnsDialog(Dialog):
    """Fed by `take` while the worker looks into the tables; `mapping` holds the answers.

    `reread` asks for another look at one table, with a path and the `TableLayout` to read it by.
    """

    reread = Signal(str, object)

    def __init__(self, mapping: ColumnMapping, others: int = 0, parent: QWidget | None = None):
        """`others` counts the files of the import that are no tables."""
        super().__init__(tr("What the columns mean"), parent, 920)
        self.mapping = mapping
        self._others = others
        self._path = ""
        self._waiting = tr("Reading")
        self.file = _choice(tr("File"))
        self.file.activated.connect(lambda _: self.show_table(self.file.currentData()))
        self.about = Text("", "controls", "secondary")
        self.take_it = QCheckBox(tr("Import this table"))
        self.take_it.toggled.connect(self._leave_out)
        self.encoding = _choice(tr("Encoding"), _ENCODINGS)
        self.delimiter = _choice(tr("Columns are separated by"), _DELIMITERS)
        self.sheet = _choice(tr("Sheet"))
        self.header = _choice(tr("Names of the columns"))
        self.header.addItem(tr("In no row"), 0)
        for number in range(1, _HEADER_ROWS + 1):
            self.header.addItem(tr("In row {number}", number=number), number)
        self._labels = {
            self.file: Text(tr("&File"), "secondary", "secondary"),
            self.encoding: Text(tr("&Encoding"), "secondary", "secondary"),
            self.delimiter: Text(tr("&Separator"), "secondary", "secondary"),
            self.sheet: Text(tr("S&heet"), "secondary", "secondary"),
            self.header: Text(tr("&Names of the columns"), "secondary", "secondary"),
        }
        for choice in (self.encoding, self.delimiter, self.sheet, self.header):
            choice.activated.connect(lambda _: self._ask_again())
        self.empty = Text("", "controls", "secondary", wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.grid = ColumnGrid()
        self.grid.setMinimumHeight(172)
        self.grid.chosen.connect(self._choose)
        self.alike = Text("", "secondary", "secondary", wrap=True)
        self.categories = WrittenCategories(mapping.scheme)
        self.categories.chosen.connect(self._decide)
        self._line = Hairline()
        self.said = Text("", "controls", "danger", wrap=True)
        self._lay_out()
        self.add_close(tr("Cancel"), default=False)
        self.go = self.add_button(tr("Import"), default=True)
        self.go.clicked.connect(self.accept)
        self.resize(920, 640)
        for table in mapping.paths():
            self._add_file(table)
        self.show_table(next(iter(mapping.paths()), ""))

    def take(self, table: TablePreviewed) -> None:
        """A table was looked into, for the first time or again."""
        new = table.path not in self.mapping.tables
        self.mapping.take(table)
        if new:
            self._add_file(table.path)
        if not self._path or table.path == self._path or self.file.count() == 2:
            self.show_table(self._path or table.path)
        else:
            self._show_verdict()

    def set_waiting(self, sentence: str) -> None:
        """What is still being done; "" when everything is here and may be imported."""
        self._waiting = sentence
        for control in (self.encoding, self.delimiter, self.sheet, self.header):
            control.setEnabled(not sentence)
        self._show_verdict()

    def show_table(self, path: str) -> None:
        """Show one of the tables; "" while there is none."""
        self._path = path
        table = self.mapping.tables.get(path)
        filled = table is not None and bool(table.columns)
        for part in (self.grid, self._line, self.categories):
            part.setVisible(filled)
        self.empty.setVisible(not filled)
        if table is None:
            for choice, label in self._labels.items():
                choice.hide()
                label.hide()
            self._show_verdict()
            return
        self.file.setCurrentIndex(self.file.findData(path))
        rows = trn("{count:,} row", "{count:,} rows", table.count)
        columns = trn("{count:,} column", "{count:,} columns", len(table.columns))
        parts = [rows, columns] if table.columns else []
        if self.file.count() == 1:
            parts.insert(0, Path(path).name)
        self.about.setText(" · ".join(parts))
        self.take_it.setChecked(not self.mapping.is_left_out(path))
        self._show_layout(table)
        self.grid.show_rows([c.name for c in table.columns], self._fields(table), table.rows)
        self._show_answers()

    # ------------------------------------------------------------------ helpers

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(12)
        first.addWidget(self._labels[self.file])
        first.addWidget(self.file)
        first.addWidget(self.about)
        first.addStretch(1)
        first.addWidget(self.take_it)
        self.body.addLayout(first)
        settings = QGridLayout()
        settings.setHorizontalSpacing(12)
        settings.setVerticalSpacing(4)
        for column, choice in enumerate((self.sheet, self.encoding, self.delimiter, self.header)):
            settings.addWidget(self._labels[choice], 0, column)
            settings.addWidget(choice, 1, column)
        settings.setColumnStretch(4, 1)
        self.body.addLayout(settings)
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.grid, 1)
        self.body.addWidget(self.alike)
        self.body.addWidget(self._line)
        self.body.addWidget(self.categories)
        self.body.addWidget(self.said)
        for choice, label in self._labels.items():
            label.setBuddy(choice)
        for widget in (self.file, self._labels[self.file], self.take_it, self.alike):
            widget.hide()

    def _add_file(self, path: str) -> None:
        self.file.addItem(Path(path).name, path)
        several = self.file.count() > 1
        self.file.setVisible(several)
        self._labels[self.file].setVisible(several)
        self.take_it.setVisible(several or bool(self._others))

    def _show_layout(self, table: TablePreviewed) -> None:
        layout = table.layout
        delimited = bool(layout.encoding)
        for choice, shown in (
            (self.encoding, delimited),
            (self.delimiter, delimited),
            (self.sheet, len(table.sheets) > 1),
            (self.header, layout.header is not None),
        ):
            choice.setVisible(shown)
            self._labels[choice].setVisible(shown)
        _set(self.encoding, layout.encoding, layout.encoding)
        _set(self.delimiter, layout.delimiter, f'"{layout.delimiter}"')
        if layout.header is not None:
            _set(self.header, layout.header, tr("In row {number}", number=layout.header))
        self.sheet.clear()
        for name in table.sheets:
            self.sheet.addItem(name, name)
        self.sheet.setCurrentIndex(self.sheet.findData(layout.sheet))

    def _show_answers(self) -> None:
        """Fields, categories and what stands in the way."""
        table = self.mapping.tables[self._path]
        fields = self._fields(table)
        self.grid.show_fields(fields)
        like = len(self.mapping.alike(self._path))
        self.alike.setVisible(like > 1)
        self.alike.setText(
            tr("These answers are for all {like:,} tables with the same columns.", like=like)
        )
        found = self.mapping.categories(self._path) if table.columns else []
        self.categories.show_categories(found, bool({"category", "also"} & set(fields)))
        self._show_verdict()

    def _show_verdict(self) -> None:
        problem = self.mapping.refusal(self._others) if self.mapping.tables else ""
        remark = self.mapping.remark(self._path) if self._path else ""
        own = self.mapping.tables.get(self._path)
        if own is not None and own.fatal and not problem:
            remark = own.problem
        tone = "secondary" if self._waiting else "danger" if problem else "warning"
        waiting = f"{self._waiting} …" if self._waiting else ""
        in_the_middle = waiting if own is None else own.problem if not own.columns else ""
        self.empty.set_tone("secondary" if own is None else "danger")
        self.empty.setText(in_the_middle)
        said = "" if own is None else waiting or problem or remark
        if said == in_the_middle:
            said = ""
        self.said.set_tone(tone)
        self.said.setText(said)
        self.said.setVisible(bool(said))
        self._name_files()
        self.go.setEnabled(not self._waiting and not problem)
        self.go.setToolTip(problem)
        self.go.setAccessibleDescription(problem)

    def _name_files(self) -> None:
        """Files that need a look say so in the list."""
        for at in range(self.file.count()):
            path = self.file.itemData(at)
            name = Path(path).name
            if self.mapping.is_left_out(path):
                name = tr("{name} (left out)", name=name)
            elif self.mapping.tables[path].fatal:
                name = tr("{name} (cannot be read)", name=name)
            elif self.mapping.problem(path):
                name = tr("{name} (needs an answer)", name=name)
            self.file.setItemText(at, name)

    def _fields(self, table: TablePreviewed) -> Sequence[str]:
        return [self.mapping.field(table.path, at) for at in range(len(table.columns))]

    def _choose(self, column: int, field: str) -> None:
        self.mapping.choose(self._path, column, field)
        self._show_answers()

    def _decide(self, written: str, key: str) -> None:
        self.mapping.decide(self._path, written, key)
        self._show_answers()

    def _leave_out(self, taken: bool) -> None:
        if self._path:
            self.mapping.leave_out(self._path, not taken)
            self._show_verdict()

    def _ask_again(self) -> None:
        """Read the shown table in the way that is chosen now."""
        before = self.mapping.tables[self._path].layout
        wanted = msgspec.structs.replace(
            before,
            encoding=self.encoding.currentData() or "" if before.encoding else "",
            delimiter=self.delimiter.currentData() or "" if before.encoding else "",
            sheet=self.sheet.currentData() or "",
            header=self.header.currentData() if before.header is not None else None,
        )
        if wanted.sheet != before.sheet:
            wanted = msgspec.structs.replace(wanted, header=None)
        if wanted != before:
            self.set_waiting(tr("Reading {name} again", name=Path(self._path).name))
            self.reread.emit(self._path, wanted)


def _choice(name: str, items: Sequence[tuple[str, str]] = ()) -> Choice:
    choice = Choice()
    choice.setAccessibleName(name)
    choice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToContents)
    for data, text in items:
        choice.addItem(text, data)
    return choice


def _set(choice: Choice, data: object, text: str) -> None:
    """Choose an item, which is added where the file has something rarer."""
    if choice.findData(data) < 0 and data:
        choice.addItem(text, data)
    choice.setCurrentIndex(choice.findData(data))
