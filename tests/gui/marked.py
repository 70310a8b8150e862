"""Draws every picture with each translated sentence marked and writes what shows unmarked.

As a program: ``python marked.py [PICTURE …]``, a line for each text: picture, widget, text. A text
counts only where the program itself holds it as a literal; what comes from projects and samples is
data.
"""

from __future__ import annotations

import ast
import gettext
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QListView,
    QTableView,
    QWidget,
)

from adme_labeler import language


class _Marked(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


_SAID = (
    "windowTitle", "text", "toolTip", "statusTip", "accessibleName", "accessibleDescription",
    "placeholderText", "title", "toPlainText",
)  # fmt: skip
_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
)
_ROWS = 30
_CATEGORIES = "domain/categories.py"
_NOT_WORDS = re.compile(r"UTF-\d+|\w{1,5}|ADME labeler|Parquet|Prodigy|McNemar p|state|curator")
"""Names, formats, and what the curator of the samples is called."""
_WINDOW = Path(language.__file__).parent / "gui"
_SAMPLES = ("gallery.py", "samples.py", "*_pictures.py")


def texts(top: QWidget) -> Iterator[tuple[str, str]]:
    """(class of the widget, text) of everything that is read or heard in a window."""
    for widget in (top, *top.findChildren(QWidget)):
        name = type(widget).__name__
        for getter in _SAID:
            said = getattr(widget, getter, None)
            if callable(said):
                yield name, str(said())
        if isinstance(widget, QComboBox):
            yield from ((name, widget.itemText(n)) for n in range(widget.count()))
        if isinstance(widget, QListView | QTableView) and widget.model() is not None:
            yield from ((name, said) for said in _cells(widget))
        for action in widget.actions():
            yield name, action.text().split("\t")[0]
            yield name, action.toolTip()


def unmarked(text: str) -> str:
    """What of a text stands in no marked sentence."""
    bare = re.sub(r"<[^>]*>", "", text)
    while (inner := re.sub(r"⟦[^⟦⟧]*⟧", "", bare)) != bare:
        bare = inner
    return bare.strip(" ·,.:;()\n")


def said_by_the_window() -> set[str]:
    """Texts that stand in the window's own modules, and not in those of samples and pictures."""
    here = Path(__file__).parent
    data = _literals(path for pattern in _SAMPLES for path in here.glob(pattern))
    return _literals(_WINDOW.rglob("*.py")) - data - _literals([_WINDOW.parent / _CATEGORIES])


def _literals(paths: Iterable[Path]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {part.strip(" ·,.:;()") for part in re.split(r"[{}\n]", node.value)}
    return {text for text in found if re.search(r"[A-Za-z]{3}", text)}


def _cells(view: QAbstractItemView) -> Iterator[str]:
    model, top = view.model(), QModelIndex()
    columns = model.columnCount(top) if isinstance(view, QTableView) else 1
    for column in range(columns):
        if isinstance(view, QTableView):
            yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        for row in range(min(model.rowCount(top), _ROWS)):
            for role in _ROLES:
                yield str(model.index(row, column).data(role) or "")


def main(names: list[str]) -> int:
    # Before any module of the window: constants are worded when they are imported.
    language._spoken, language._catalogue = language.ENGLISH, _Marked()
    from gallery import PICTURES

    from adme_labeler.gui import app as application
    from adme_labeler.gui import theme
    from adme_labeler.gui.main_window import MainWindow

    app = application.make_application()
    theme.apply(app, "light")
    own = said_by_the_window()
    for name in names or sorted(PICTURES):
        widget = PICTURES[name]()
        widget.show()
        QApplication.sendPostedEvents()
        found = {(kind, unmarked(text)) for kind, text in texts(widget)}
        for kind, text in sorted(found):
            if text in own and not _NOT_WORDS.fullmatch(text):
                sys.stdout.write(f"{name}: {kind} {text!r}\n")
        if isinstance(widget, MainWindow) and widget.project is not None:
            widget.project.leave()
            widget.project.session.close()
        widget.hide()
        widget.deleteLater()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
