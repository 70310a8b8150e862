"""The first page: sample project, new project from files, open, and what was open lately."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFont,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from adme_labeler.gui import icons, painting, theme
from adme_labeler.gui.controls import Panel, Text
from adme_labeler.gui.keymap import key_text
from adme_labeler.language import tr


class WelcomePage(Panel):
    """Asks for actions by id; `recent_chosen` and `dropped` carry paths."""

    asked = Signal(str)
    recent_chosen = Signal(object)
    dropped = Signal(object)
    """Tuple of paths: one project, or files to make a new project from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("page", parent)
        self.setAcceptDrops(True)
        self._dragging = False
        self.sample = Choice(
            "book",
            tr("Try the sample project"),
            tr("Real formats, drugs that do not exist: nothing can go wrong"),
        )
        self.new = Choice(
            "add-files",
            tr("New project from files"),
            tr("SPL XML, DailyMed zip, openFDA JSON, PDF, Word, spreadsheets"),
            key_text("Ctrl+N"),
        )
        self.open = Choice(
            "open", tr("Open a project"), tr("A file that ends in .adme"), key_text("Ctrl+O")
        )
        for choice, ident in ((self.sample, "sample"), (self.new, "new"), (self.open, "open")):
            choice.clicked.connect(lambda _=False, i=ident: self.asked.emit(i))
        self._recent_title = Text(tr("Recent projects"), "controls", "secondary", strong=True)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(4)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addStretch(2)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(_Mark())
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(_Big("ADME labeler"))
        words.addWidget(
            Text(
                tr("Read drug labels, decide with one key, let the model learn from you."),
                "controls",
                "secondary",
                wrap=True,
            )
        )
        head.addLayout(words, 1)
        column.addLayout(head)
        column.addSpacing(16)
        for choice in (self.sample, self.new, self.open):
            column.addWidget(choice)
        column.addSpacing(12)
        column.addWidget(self._recent_title)
        column.addLayout(self._recent)
        column.addSpacing(12)
        column.addWidget(
            Text(
                tr("Drop drug labels or a project anywhere on this page."),
                "secondary",
                "secondary",
                wrap=True,
            )
        )
        column.addStretch(3)
        self._middle = QWidget()
        self._middle.setLayout(column)
        whole = QHBoxLayout(self)
        whole.addStretch(1)
        whole.addWidget(self._middle)
        whole.addStretch(1)
        self._entries: list[Choice] = []
        self.set_recent(())

    def set_recent(self, projects: Sequence[Path]) -> None:
        for entry in self._entries:
            self._recent.removeWidget(entry)
            entry.hide()
            entry.deleteLater()
        self._entries = []
        self._recent_title.setVisible(bool(projects))
        for project in projects[:5]:
            entry = Choice("", project.name, str(project.parent), small=True)
            entry.clicked.connect(lambda _=False, p=project: self.recent_chosen.emit(p))
            self._recent.addWidget(entry)
            self._entries.append(entry)

    def focus_first(self) -> None:
        """Enter goes on with the newest project; where there is none, it opens the sample."""
        (self._entries[0] if self._entries else self.sample).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _fit(self) -> None:
        """As wide as its lines need: more with larger text."""
        wanted = round(40 * theme.size("controls"))
        self._middle.setFixedWidth(max(320, min(self.width() - 48, wanted)))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event):
            event.acceptProposedAction()
            self._dragging = True
            self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._dragging = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._dragging = False
        self.update()
        found = dropped_paths(event)
        if found:
            event.acceptProposedAction()
            self.dropped.emit(found)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._dragging:
            colors = theme.current()
            rect = QRectF(self.rect()).adjusted(12, 12, -12, -12)
            painter = QPainter(self)
            painting.rounded(
                painter, rect, 12, QColor(colors.accent_tint), QColor(colors.accent), 2
            )


def dropped_paths(event: QDropEvent) -> tuple[Path, ...]:
    """Local files and folders of a drag."""
    return tuple(Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile())


class Choice(QAbstractButton):
    """Wide button with an icon, a title and a line below it."""

    def __init__(
        self, icon: str, title: str, line: str, key: str = "", small: bool = False
    ) -> None:
        super().__init__()
        self._icon, self._line, self._key, self._small = icon, line, key, small
        self.setText(title)
        self.setAccessibleName(f"{title}. {line}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        lines = theme.size("controls") + theme.size("secondary")
        return QSize(400, lines + (23 if self._small else 39))

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        warm = self.underMouse() or self.isDown()
        if self._small:
            if warm:
                painting.rounded(painter, rect, 8, QColor(colors.accent_tint))
        else:
            painting.rounded(
                painter,
                rect,
                8,
                QColor(colors.accent_tint if warm else colors.raised),
                QColor(colors.accent if warm else colors.border_strong),
            )
        if self.hasFocus():
            painting.rounded(painter, rect, 8, None, QColor(colors.accent), 2)
        inner = rect.adjusted(16, 0, -16, 0)
        if self._icon:
            box = QRectF(inner.left(), rect.center().y() - 11, 22, 22)
            icons.draw(painter, self._icon, box, QColor(colors.accent))
            inner.setLeft(inner.left() + 38)
        if self._key:
            width = painting.keycap_width(self._key)
            painting.keycap(
                painter, QRectF(inner.right() - width, 0, width, rect.height()), self._key
            )
            inner.setRight(inner.right() - width - 8)
        title = theme.size("controls") + 5
        height = title + theme.size("secondary") + 4
        top = rect.center().y() - height / 2
        painting.text(
            painter,
            QRectF(inner.left(), top, inner.width(), title),
            self.text(),
            theme.bold("controls"),
            colors.text,
        )
        painting.text(
            painter,
            QRectF(inner.left(), top + title, inner.width(), height - title),
            self._line,
            theme.font("secondary"),
            colors.secondary,
            elide=Qt.TextElideMode.ElideMiddle,
        )


class _Big(Text):
    """The program's name, half as large again as a title."""

    def _dress(self) -> None:
        super()._dress()
        font = QFont(theme.bold("title"))
        font.setPixelSize(round(theme.size("title") * 1.5))
        self.setFont(font)


class _Mark(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(52, 52)

    def paintEvent(self, event: QPaintEvent) -> None:
        icons.application_icon().paint(QPainter(self), self.rect())
