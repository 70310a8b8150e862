"""The guideline, and beside it every key. One window: H or ? opens it."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent
from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QTextBrowser, QWidget

from adme_labeler import paths
from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.gui import keymap, theme
from adme_labeler.gui.actions import ACTIONS, MENUS
from adme_labeler.gui.controls import Segments
from adme_labeler.gui.dialogs.base import Dialog


def guideline_text() -> str:
    """The guideline as Markdown; a sentence where the file is missing."""
    path = paths.resources() / "guideline" / "adme.md"
    try:
        return path.read_text("utf-8")
    except OSError:
        return f"The guideline is missing: `{path.name}` was not installed with the program."


class GuideDialog(Dialog):
    """Two pages: guideline and keys."""

    def __init__(self, scheme: CategoryScheme, parent: QWidget | None = None) -> None:
        super().__init__("Guideline and keys", parent, 760)
        self._scheme = scheme
        self.pages = Segments((("guideline", "Guideline"), ("keys", "Keys")))
        self.pages.chosen.connect(lambda _: self._fill())
        self._text = QTextBrowser()
        self._text.setOpenExternalLinks(True)
        self._text.setAccessibleName("Guideline and keys")
        self._text.setMinimumHeight(440)
        row = QHBoxLayout()
        row.addWidget(self.pages)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(self._text, 1)
        self.add_close()
        self._fill()

    def shown_text(self) -> str:
        return self._text.toPlainText()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._fill()

    def _fill(self) -> None:
        self._text.document().setDefaultFont(theme.font("controls"))
        if self.pages.current() == "keys":
            self._text.setHtml(key_sheet(self._scheme))
        else:
            self._text.setMarkdown(guideline_text())
            _space_out(self._text.document())
        self._text.verticalScrollBar().setValue(0)


def _space_out(document: QTextDocument) -> None:
    """Give Markdown the window's type sizes and some air."""
    block = document.begin()
    while block.isValid():
        form = block.blockFormat()
        level = form.headingLevel()
        form.setTopMargin(18 if level and block.blockNumber() else 0)
        form.setBottomMargin(4 if level else 3 if block.textList() else 8)
        form.setLineHeight(135, 1)  # proportional
        cursor = QTextCursor(block)
        cursor.setBlockFormat(form)
        if level:
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            letters = QTextCharFormat()
            letters.setFont(theme.bold("reading" if level == 1 else "title"))
            cursor.mergeCharFormat(letters)
        block = block.next()


def key_sheet(scheme: CategoryScheme) -> str:
    """Every key as a table in HTML, menu by menu."""
    colors = theme.current()
    keys = keymap.current()
    rows: list[str] = []
    names = {f"category-{c.shortcut}": c.name for c in scheme.categories}
    names |= {f"also-{c.shortcut}": f"Also {c.name}" for c in scheme.categories}
    for menu in sorted(MENUS, key=lambda m: m != "Sentence"):
        inside = [
            a
            for a in ACTIONS
            if keys.shortcuts(a.id) and (a.menu == menu or (menu == "Sentence" and not a.menu))
        ]
        if not inside:
            continue
        rows.append(
            f'<tr><td colspan="2" style="padding-top:14px;color:{colors.secondary}">'
            f"<b>{menu}</b></td></tr>"
        )
        for action in inside:
            shown = "&nbsp; ".join(
                html.escape(keymap.key_text(s)) for s in keys.shortcuts(action.id)
            )
            name = html.escape(names.get(action.id, action.text))
            rows.append(
                f'<tr><td width="180" style="padding:3px 16px 3px 0;color:{colors.accent}">{shown}'
                f'</td><td style="padding:3px 0;color:{colors.text}">{name}</td></tr>'
            )
    return f'<table cellspacing="0">{"".join(rows)}</table>'
