"""The reading pane: scrolls a `Document`, marks decided sentences, outlines the focused one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QHBoxLayout, QVBoxLayout, QWidget

from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.domain.records import AnnotationState, Sentence, SentenceId
from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import ElidedText, Panel, Text
from adme_labeler.gui.reading.document import ASKED_ABOUT, SLOT, Document, Item, Mark
from adme_labeler.language import tr

_MEASURE = 49
"""Widest column of text, in type sizes: about 95 characters."""
_MARGIN = 32.0
_ABOVE = 12.0
"""Room above the first line."""
_NO_FACTS: Mapping[SentenceId, str] = {}
_STATE_SIGNS = {AnnotationState.UNSURE: "?", AnnotationState.SKIPPED: "»"}


class ReadingPane(Panel):
    """Heading path above, the text below. Click a sentence to choose it."""

    chosen = Signal(int)
    """Id of the sentence that was clicked."""

    def __init__(self, scheme: CategoryScheme, parent: QWidget | None = None) -> None:
        super().__init__("page", parent)
        self._path = ElidedText("", "controls", "secondary")
        self._place = Text("", "controls", "secondary")
        self.page = _Page(scheme)
        self.page.chosen.connect(self.chosen)
        self.page.column_moved.connect(self._align)
        head = QHBoxLayout()
        head.setContentsMargins(int(_MARGIN), 12, int(_MARGIN), 8)
        head.setSpacing(16)
        head.addWidget(self._path, 1)
        head.addWidget(self._place)
        self._head = head
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(self.page, 1)
        self.setFocusProxy(self.page)
        self._sentences: Sequence[Sentence] = ()
        self._facts: Mapping[SentenceId, str] = {}
        self._title = ""

    def set_document(
        self,
        title: str,
        sentences: Sequence[Sentence],
        facts: Mapping[SentenceId, str] = _NO_FACTS,
    ) -> None:
        """Show a drug label; `sentences` in reading order. `facts` are the table rows that may be
        decided, with what they state."""
        self._title = title
        self._sentences = sentences
        self._facts = facts
        self.page.set_sentences(sentences, frozenset(facts))
        self._show_place(None)

    def sentence_ids(self) -> list[SentenceId]:
        return [sentence.id for sentence in self._sentences]

    def set_marks(self, marks: Mapping[SentenceId, Mark]) -> None:
        """Marks of the sentences that have any."""
        self.page.set_marks(marks)

    def set_empty_text(self, sentence: str) -> None:
        """What to say while there is nothing to read."""
        self.page.set_empty_text(sentence)

    def set_whole(self, whole: bool) -> None:
        """Show the whole drug label, or only what stands under the focused sentence's heading."""
        self.page.set_whole(whole)

    def whole(self) -> bool:
        return self.page.whole

    def focus_sentence(self, sentence: SentenceId | None) -> None:
        self.page.focus_sentence(sentence)
        self._show_place(sentence)

    def focused(self) -> SentenceId | None:
        return self.page.focused

    def _align(self, left: int, right: int) -> None:
        """Keep the heading path above the column of text."""
        self._head.setContentsMargins(left, 12, right, 8)

    def _show_place(self, sentence: SentenceId | None) -> None:
        asked = [s for s in self._sentences if s.kind in ASKED_ABOUT]
        for number, candidate in enumerate(asked, start=1):
            if candidate.id == sentence:
                self._path.set_text("  ›  ".join((self._title, *candidate.heading_path)))
                self._place.setText(
                    tr("sentence {number:,} of {count:,}", number=number, count=len(asked))
                )
                return
        row = next((s for s in self._sentences if s.id == sentence), None)
        if row is not None:
            self._path.set_text("  ›  ".join((self._title, *row.heading_path)))
            fact = self._facts.get(row.id)
            self._place.setText(
                tr("table row about {fact}", fact=fact) if fact else tr("table row")
            )
            return
        self._path.set_text(self._title)
        self._place.setText("")


class _Page(QAbstractScrollArea):
    chosen = Signal(int)
    column_moved = Signal(int, int)
    """Distance of the text column from the left and right edge of the pane."""

    def __init__(self, scheme: CategoryScheme) -> None:
        super().__init__()
        self.focused: SentenceId | None = None
        self._scheme = scheme
        self._all: Sequence[Sentence] = ()
        self._asked: set[SentenceId] = set()
        self._shown: Sequence[Sentence] = ()
        self.whole = True
        self._marks: Mapping[SentenceId, Mark] = {}
        self._document: Document | None = None
        self._hover: SentenceId | None = None
        self._empty = ""
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        # Only tables that are wider than the text move sideways.
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.horizontalScrollBar().valueChanged.connect(self._slide)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(tr("Reading pane"))

    def set_sentences(
        self, sentences: Sequence[Sentence], rows: frozenset[SentenceId] = frozenset()
    ) -> None:
        """`rows` are the table rows that may be decided like sentences."""
        self._all = sentences
        self._asked = {s.id for s in sentences if s.kind in ASKED_ABOUT} | rows
        self.focused = None
        self._hover = None
        self._select()
        self.verticalScrollBar().setValue(0)

    def set_marks(self, marks: Mapping[SentenceId, Mark]) -> None:
        self._marks = marks
        self.viewport().update()

    def set_empty_text(self, sentence: str) -> None:
        self._empty = sentence
        self.viewport().update()

    def set_whole(self, whole: bool) -> None:
        self.whole = whole
        self._select()
        self._reveal()

    def focus_sentence(self, sentence: SentenceId | None) -> None:
        self.focused = sentence
        if not self.whole:
            self._select()
        self._reveal()
        self.viewport().update()
        text = next((s.text for s in self._all if s.id == sentence), "")
        self.setAccessibleDescription(text)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(
                QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            )

    def line_rects(self, sentence: SentenceId) -> list[QRectF]:
        """Where the sentence is on the viewport."""
        item = self._document.item_of(sentence) if self._document else None
        if item is None:
            return []
        origin = self._origin()
        return [r.translated(origin) for r in item.lines_of(sentence)]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
        self._reveal()
        bar = self.verticalScrollBar()
        bar.setValue(self._whole_lines(bar.value()))
        left, width = self._column()
        self.column_moved.emit(round(left), max(0, round(self.width() - left - width)))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._lay_out()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            text = next((s.text for s in self._all if s.id == self.focused), "")
            QGuiApplication.clipboard().setText(text)
        elif event.key() in (
            Qt.Key.Key_PageUp,
            Qt.Key.Key_PageDown,
            Qt.Key.Key_Home,
            Qt.Key.Key_End,
        ):
            bar = self.verticalScrollBar()
            page = bar.pageStep() - 48
            target = {
                Qt.Key.Key_PageUp: bar.value() - page,
                Qt.Key.Key_PageDown: bar.value() + page,
                Qt.Key.Key_Home: bar.minimum(),
                Qt.Key.Key_End: bar.maximum(),
            }[Qt.Key(event.key())]
            bar.setValue(target)
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hover = self._at(event.position())
        if hover != self._hover:
            self._hover = hover
            shape = Qt.CursorShape.PointingHandCursor if hover else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            sentence = self._at(event.position())
            if sentence is not None:
                self.chosen.emit(sentence)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.viewport().rect(), QColor(theme.current().page))
        if self._document is None or not self._document.items:
            self._draw_empty(painter)
            return
        origin = self._origin()
        visible = self._document.between(-origin.y(), -origin.y() + self.viewport().height())
        if self._hover is not None and self._hover != self.focused:
            self._draw_hover(painter, origin)
        if self.focused is not None:
            self._draw_focus(painter, origin)
        tones = {i: "text" for i, m in self._marks.items() if m.category is not None}
        if self.focused is not None:
            tones[self.focused] = "text"
        for item in visible:
            item.draw(painter, origin, tones)
        for sentence in self._shown:
            item = self._document.item_of(sentence.id)
            if sentence.id in self._asked and item in visible:
                self._draw_mark(painter, origin, item, sentence.id)
        if self.verticalScrollBar().value() > 0:
            # There is more above: the text goes on under the line of the heading path.
            edge = QColor(theme.current().border)
            painter.fillRect(QRectF(0, 0, self.viewport().width(), 1), edge)

    # ------------------------------------------------------------------ painting

    def _draw_mark(
        self, painter: QPainter, origin: QPointF, item: Item, sentence: SentenceId
    ) -> None:
        slot = item.slot_of(sentence)
        if slot is None:
            return
        center = slot + origin
        mark = self._marks.get(sentence, Mark())
        colors = theme.current()
        if mark.category is not None:
            category = self._scheme[mark.category]
            painting.chip(painter, center, category)
            if sentence != self.focused:
                self._underline(painter, origin, item, sentence, mark)
        else:
            box = QRectF(0, 0, painting.CHIP_WIDTH, painting.CHIP_HEIGHT)
            box.moveCenter(center)
            painting.rounded(painter, box, 4, None, QColor(colors.border_strong))
            sign = _STATE_SIGNS.get(mark.state)
            if sign:
                painting.text(
                    painter,
                    box,
                    sign,
                    theme.bold("tags"),
                    colors.secondary,
                    Qt.AlignmentFlag.AlignHCenter,
                )
        corner = center + QPointF(painting.CHIP_WIDTH / 2, -painting.CHIP_HEIGHT / 2)
        if mark.flagged:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.danger))
            painter.drawPolygon(
                QPolygonF(
                    [corner + QPointF(-7, -2), corner + QPointF(2, -2), corner + QPointF(2, 7)]
                )
            )
        if mark.noted:
            painter.setPen(QPen(QColor(colors.page), 1))
            painter.setBrush(QColor(colors.accent))
            painter.drawEllipse(corner + QPointF(-0.5, painting.CHIP_HEIGHT - 0.5), 3, 3)

    def _underline(
        self, painter: QPainter, origin: QPointF, item: Item, sentence: SentenceId, mark: Mark
    ) -> None:
        for step, key in enumerate((mark.category, *mark.also)):
            if key is None:
                continue
            color = theme.category_color(self._scheme[key])
            for rect in item.lines_of(sentence):
                y = origin.y() + rect.bottom() - 4 + step * 3
                line = QRectF(origin.x() + rect.left(), y, rect.width() - 3, 2)
                painter.fillRect(line, color)

    def _draw_focus(self, painter: QPainter, origin: QPointF) -> None:
        rects = self.line_rects(self.focused) if self.focused is not None else []
        if not rects:
            return
        colors = theme.current()
        first = rects[0].adjusted(-SLOT, 0, 0, 0)
        path = painting.outline([r.adjusted(-4, 0, 3, 0) for r in (first, *rects[1:])], 6)
        # Keys still decide from elsewhere, but arrows and Enter may mean what has the focus there.
        away = painting.focus_is_elsewhere(self)
        painter.setPen(QPen(QColor(colors.secondary if away else colors.accent), 1 if away else 2))
        painter.setBrush(QColor(colors.accent_tint))
        painter.drawPath(path)

    def _draw_hover(self, painter: QPainter, origin: QPointF) -> None:
        if self._hover is None:
            return
        rects = self.line_rects(self._hover)
        if not rects:
            return
        first = rects[0].adjusted(-SLOT, 0, 0, 0)
        path = painting.outline([r.adjusted(-4, 0, 3, 0) for r in (first, *rects[1:])], 6)
        painter.setPen(Qt.PenStyle.NoPen)
        colors = theme.current()
        painter.setBrush(theme.tint(QColor(colors.accent), QColor(colors.page), 0.07))
        painter.drawPath(path)

    def _draw_empty(self, painter: QPainter) -> None:
        rect = QRectF(self.viewport().rect()).adjusted(_MARGIN, 0, -_MARGIN, 0)
        painter.setFont(theme.font("reading"))
        painter.setPen(QColor(theme.current().secondary))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(rect, int(flags), self._empty)

    # ------------------------------------------------------------------ geometry

    def _select(self) -> None:
        shown = self._all
        if not self.whole and self.focused is not None:
            path = next((s.heading_path for s in self._all if s.id == self.focused), ())
            shown = [s for s in self._all if s.heading_path == path]
        if shown is not self._shown and list(shown) != list(self._shown):
            self._shown = shown
            self._lay_out()

    def _lay_out(self) -> None:
        self._document = Document(self._shown, self._column()[1])
        bar = self.verticalScrollBar()
        height = int(self._document.height + 2 * _MARGIN)
        bar.setRange(0, max(0, height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(28)
        across = self.horizontalScrollBar()
        across.setRange(0, math.ceil(self._document.overflow))
        across.setPageStep(max(1, int(self._column()[1])))
        across.setSingleStep(28)
        self._slide()

    def _slide(self) -> None:
        if self._document is not None:
            self._document.slide(self.horizontalScrollBar().value())
        self.viewport().update()

    def _column(self) -> tuple[float, float]:
        """Left edge and width of the text column."""
        room = self.viewport().width() - 2 * _MARGIN
        width = max(160.0, min(_MEASURE * theme.size("reading"), room))
        return _MARGIN + max(0.0, (room - width) / 2) * 0.5, width

    def _origin(self) -> QPointF:
        return QPointF(round(self._column()[0]), _ABOVE - self.verticalScrollBar().value())

    def _at(self, position: QPointF) -> SentenceId | None:
        """The sentence under the mouse, if it is one that curators decide."""
        found = self._document.sentence_at(position - self._origin()) if self._document else None
        return found if found in self._asked else None

    def _reveal(self) -> None:
        """Scroll only when the focused sentence leaves the comfortable middle of the pane."""
        rects = self.line_rects(self.focused) if self.focused is not None else []
        if not rects:
            return
        height = self.viewport().height()
        top, bottom = rects[0].top(), rects[-1].bottom()
        if top < height * 0.12 or bottom > height * 0.78:
            bar = self.verticalScrollBar()
            wanted = min(bar.value() + round(top - height * 0.3), bar.maximum())
            bar.setValue(self._whole_lines(wanted))

    def _whole_lines(self, value: int) -> int:
        """The place of the scroll bar near `value` at which no line of text is cut above."""
        if self._document is None or value <= 0:
            return value
        edge = value - _ABOVE
        for item in self._document.between(edge, edge + 1):
            return math.floor(item.line_at(edge) + _ABOVE)
        return value
