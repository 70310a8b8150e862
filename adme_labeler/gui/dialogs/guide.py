"""The guideline, and beside it every key. One window: H or ? opens it."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, Signal, SignalInstance
from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTextBrowser, QWidget

from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.gui import keymap, theme, words
from adme_labeler.gui.actions import ACTIONS, MENUS
from adme_labeler.gui.controls import Segments, Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.language import tr, trn
from adme_labeler.services.guideline import Guideline, shipped_text


class GuideDialog(Dialog):
    """Two pages: guideline and keys. `edit_asked` and `older_asked` close it."""

    edit_asked = Signal()
    older_asked = Signal()

    def __init__(
        self,
        scheme: CategoryScheme,
        parent: QWidget | None = None,
        standing: Guideline | None = None,
        older: int = 0,
        at: str = "",
        writable: bool = False,
    ) -> None:
        """`standing` is the project's guideline, the shipped one where no project is open.

        `older` counts decisions made before a rule of their category changed; `at` is the name of
        the category whose rules are shown first.
        """
        # Read first: a file that cannot be read leaves no half-made dialog behind.
        standing = standing or Guideline(1, shipped_text(), {})
        super().__init__(tr("Guideline and keys"), parent, 760)
        self._scheme = scheme
        self._standing = standing
        self._at = at
        self.pages = Segments((("guideline", tr("Guideline")), ("keys", tr("Keys"))))
        self.pages.chosen.connect(lambda _: self._fill())
        self._text = QTextBrowser()
        self._text.setOpenExternalLinks(True)
        self._text.setAccessibleName(tr("Guideline and keys"))
        self._text.setMinimumHeight(440)
        self.older = QPushButton(
            trn("Look at {count:,} earlier decision", "Look at {count:,} earlier decisions", older)
        )
        self.older.setVisible(older > 0)
        self.older.setToolTip(tr("Made before a rule of their category changed"))
        self.older.clicked.connect(lambda: self._leave(self.older_asked))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.pages)
        row.addStretch(1)
        version = tr("Version {version}", version=self._standing.version)
        self._version = Text(version, "secondary", "secondary")
        row.addWidget(self._version)
        row.addWidget(self.older)
        self.body.addLayout(row)
        self.body.addWidget(self._text, 1)
        self.edit = self.add_button(tr("Edit…"))
        self.edit.setVisible(writable)
        self.edit.clicked.connect(lambda: self._leave(self.edit_asked))
        for button in (self.older, self.edit):
            button.setAutoDefault(False)
        self.add_close()
        self._fill()

    def shown_text(self) -> str:
        return self._text.toPlainText()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._fill()

    def _leave(self, asked: SignalInstance) -> None:
        self.reject()
        asked.emit()

    def _fill(self) -> None:
        self._version.setVisible(self.pages.current() == "guideline")
        if self.pages.current() == "keys":
            self._text.document().setDefaultFont(theme.font("controls"))
            self._text.setHtml(key_sheet(self._scheme))
            self._text.verticalScrollBar().setValue(0)
        else:
            show_guideline(self._text, self._standing.text)
            _scroll_to_heading(self._text, self._at)


def show_guideline(browser: QTextBrowser, markdown: str) -> None:
    """Markdown in the window's type sizes."""
    browser.document().setDefaultFont(theme.font("controls"))
    browser.setMarkdown(markdown)
    _space_out(browser.document())


def _scroll_to_heading(browser: QTextBrowser, name: str) -> None:
    browser.verticalScrollBar().setValue(0)
    block = browser.document().begin()
    while name and block.isValid():
        if block.blockFormat().headingLevel() and block.text().casefold() == name.casefold():
            top = browser.document().documentLayout().blockBoundingRect(block).top()
            browser.verticalScrollBar().setValue(max(0, int(top) - theme.STEP))
            return
        block = block.next()


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
    names |= {f"also-{c.shortcut}": tr("Also {name}", name=c.name) for c in scheme.categories}
    for menu in sorted(MENUS, key=lambda m: m != "Sentence"):
        inside = [
            a
            for a in ACTIONS
            if keys.shortcuts(a.id)
            and keymap.in_use(a.id)
            and (a.menu == menu or (menu == "Sentence" and not a.menu))
        ]
        if not inside:
            continue
        rows.append(
            f'<tr><td colspan="2" style="padding-top:14px;color:{colors.secondary}">'
            f"<b>{words.menu(menu)}</b></td></tr>"
        )
        for action in inside:
            # Return and Enter are two keys with one name.
            printed = dict.fromkeys(keymap.key_text(s) for s in keys.shortcuts(action.id))
            shown = "&nbsp; ".join(_cap(key) for key in printed)
            name = html.escape(names.get(action.id, action.text))
            rows.append(
                f'<tr><td width="180" style="padding:3px 16px 3px 0">{shown}'
                f'</td><td style="padding:3px 0;color:{colors.text}">{name}</td></tr>'
            )
    return f'<table cellspacing="0">{"".join(rows)}</table>'


def _cap(key: str) -> str:
    """A key on a ground of its own, as on the buttons."""
    colors = theme.current()
    style = f"background-color:{colors.hover};color:{colors.text}"
    return f'<span style="{style}">&nbsp;{html.escape(key)}&nbsp;</span>'
