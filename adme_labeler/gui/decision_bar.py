"""Below the text: why this sentence, five category buttons, and what else one can decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from adme_labeler.domain.categories import Category, CategoryKey, CategoryScheme
from adme_labeler.domain.records import AnnotationState
from adme_labeler.gui import icons, keymap, painting, theme
from adme_labeler.gui.controls import ElidedText, Hairline, KeyButton, Link, Panel, Text
from adme_labeler.gui.equal_rows import EqualRows, TwoEnds, side_by_side
from adme_labeler.gui.older_line import OlderLine
from adme_labeler.language import either, number, tr, trn
from adme_labeler.services.between import EitherOf
from adme_labeler.services.label_versions import Older

_IN_ONE_ROW = 5
"""With more categories than this the buttons are lower, since they take rows of a small window."""

_MOST_NAMED = 3

HELD_OUT_SENTENCE = tr("Decide first: this drug is held out, the suggestion is hidden.")
AUDIT_SENTENCE = tr("Decide first: this sentence is of the audit, the suggestion is hidden.")
SHARE_SENTENCE = tr("Decide first: one in {every} is decided without a suggestion.")
AGAIN_SENTENCE = tr("Decide again: a second look at one of your own decisions, blind.")
SETTLE_SENTENCE = tr("Decide between curators: {who}.")
HIDDEN_SENTENCE = tr("Decide first: suggestions are hidden.")


@dataclass(frozen=True)
class Decision:
    """What the bar shows of the focused sentence.

    `probabilities` are calibrated and in scheme order, empty where no suggestion is shown;
    `offered` is the category that Enter accepts; `hidden` says in one sentence why a suggestion
    is not shown. `reason` says in one line why the sentence came up.
    """

    probabilities: tuple[float, ...] = ()
    offered: CategoryKey | None = None
    second: bool = False
    """The second-ranked category is offered, after the curator turned the first one down."""
    between: EitherOf | None = None
    """Where the model cannot decide between categories; never where no suggestion is shown."""
    hidden: str = ""
    reason: str = ""
    elsewhere: int = 0
    """In how many other drug labels the same sentence stands."""
    older: Older | None = None
    """What a sentence of a new version of its drug label replaces."""
    twins: str = ""
    """What could be decided at once for identical sentences; "" where there are none."""
    decided: CategoryKey | None = None
    also: tuple[CategoryKey, ...] = ()
    state: AnnotationState = AnnotationState.OPEN
    flagged: bool = False
    note: str = ""


class DecisionBar(Panel):
    """Shows a `Decision`; every button is one signal."""

    category_chosen = Signal(str)
    also_toggled = Signal(str)
    asked = Signal(str)
    """Id of an action: accept, skip, unsure, flag, note, undo, keep-older, identical."""

    def __init__(self, scheme: CategoryScheme, parent: QWidget | None = None) -> None:
        super().__init__("chrome", parent)
        self._scheme = scheme
        self._writable = True
        self._because = Text(tr("Next because:"), "secondary", "secondary")
        self._reason = ElidedText("", "secondary", "text")
        self.between = Text("", "secondary", "text")
        self._elsewhere = Text("", "secondary", "secondary")
        self.older = OlderLine(scheme)
        self.older.asked.connect(lambda: self.asked.emit("keep-older"))
        self.identical = Link("", action="identical")
        self.identical.setToolTip(
            tr("Take this decision over to the same sentence in other places")
        )
        self.identical.clicked.connect(lambda: self.asked.emit("identical"))
        many = len(scheme.categories) > _IN_ONE_ROW
        self.buttons = {c.key: CategoryButton(c, many) for c in scheme.categories}
        self.also = {c.key: AlsoButton(c) for c in scheme.categories}
        self.accept = KeyButton(tr("Accept"), action="accept")
        self.skip = KeyButton(tr("Skip"), action="skip")
        self.unsure = KeyButton(tr("Unsure"), action="unsure")
        self.flag = KeyButton(tr("Flag"), action="flag")
        self.note = KeyButton(tr("Note"), action="note")
        self.undo = KeyButton(tr("Undo"), action="undo")
        for key, button in self.buttons.items():
            button.clicked.connect(lambda _=False, k=key: self.category_chosen.emit(k))
        for key, button in self.also.items():
            button.clicked.connect(lambda _=False, k=key: self.also_toggled.emit(k))
        for ident in ("accept", "skip", "unsure", "flag", "note", "undo"):
            getattr(self, ident).clicked.connect(lambda _=False, i=ident: self.asked.emit(i))
        self._arrange()
        self.show_decision(None)
        self.set_undo(None)

    def set_writable(self, writable: bool) -> None:
        """A project that is open for reading only takes no decisions."""
        self._writable = writable

    def show_decision(self, decision: Decision | None) -> None:
        """None: there is no sentence to decide."""
        shown = decision or Decision()
        live = decision is not None and self._writable
        self._because.setVisible(bool(shown.reason) and not shown.hidden)
        self._reason.set_text(shown.hidden or shown.reason, "warning" if shown.hidden else "text")
        self._show_between(shown.between)
        others = shown.elsewhere
        self._elsewhere.setText(
            trn("also in {count:,} other drug label", "also in {count:,} other drug labels", others)
            if others
            else ""
        )
        self.older.show_older(shown.older, live and shown.decided is None)
        self.identical.set_text(shown.twins)
        self.identical.setVisible(bool(shown.twins))
        by_key = dict(zip(self._scheme.keys, shown.probabilities, strict=False))
        for key, button in self.buttons.items():
            button.setEnabled(live)
            button.show_state(by_key.get(key), key == shown.offered, key == shown.decided)
        for key, button in self.also.items():
            button.setEnabled(live and key != shown.decided)
            button.setChecked(key in shown.also)
        self.accept.setEnabled(live and shown.offered is not None)
        self.accept.set_text(tr("Accept second") if shown.second else tr("Accept"))
        for button, on in (
            (self.skip, shown.state == AnnotationState.SKIPPED),
            (self.unsure, shown.state == AnnotationState.UNSURE),
            (self.flag, shown.flagged),
            (self.note, bool(shown.note)),
        ):
            button.setEnabled(live)
            if not on:
                # Unchecked first: setCheckable(False) clears the mark but does not repaint.
                button.setChecked(False)
            button.setCheckable(on)
            button.setChecked(on)
        self.note.setToolTip(shown.note)

    def _show_between(self, found: EitherOf | None) -> None:
        self.between.setVisible(found is not None)
        if found is None:
            self.between.setText("")
            return
        names = either([self._scheme[key].name for key in found.categories])
        level = painting.percent(found.level)
        count = len(found.categories)
        self.between.setText(
            tr("{level} sure: {names}", level=level, names=names)
            if count <= _MOST_NAMED
            else tr("{level} sure: one of {count} categories", level=level, count=count)
        )
        self.between.setToolTip(
            tr(
                "The model cannot decide: {names}. Of the sentences of each category, {level} "
                "have theirs among those named, as checked on drugs that it had not seen.",
                names=names,
                level=level,
            )
        )

    def set_rules(self, rules: Mapping[CategoryKey, str]) -> None:
        """What the guideline says of each category, in Markdown; shown on hover."""
        for key, button in self.buttons.items():
            button.setToolTip(_tool_tip(self._scheme[key], rules.get(key, "")))

    def say(self, sentence: str) -> None:
        """Say why there is nothing to decide."""
        self._because.hide()
        self._reason.set_text(sentence, "secondary")

    def set_undo(self, summary: str | None) -> None:
        """`summary` says what undo would take back; None: nothing."""
        self.undo.setEnabled(summary is not None)
        self.undo.setToolTip(tr("Undo: {summary}", summary=summary) if summary else "")

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addStrut(20)  # so that nothing moves when the link comes
        top.addWidget(self._because)
        top.addWidget(self._reason, 1)
        top.addSpacing(12)
        top.addWidget(self.between)
        top.addSpacing(12)
        top.addWidget(self._elsewhere)
        top.addWidget(self.identical)
        middle = EqualRows(tuple(self.buttons.values()))
        acts = (self.accept, self.skip, self.unsure, self.flag, self.note)
        also = Text(tr("also ⇧"), "secondary", "secondary")
        bottom = TwoEnds(
            side_by_side(*acts, None, spacing=4),
            side_by_side(None, also, *self.also.values(), self.undo, spacing=3),
        )
        inside = QVBoxLayout()
        inside.setContentsMargins(16, 10, 16, 12)
        inside.setSpacing(10)
        inside.addLayout(top)
        inside.addWidget(self.older)
        inside.addWidget(middle)
        inside.addWidget(bottom)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(Hairline())
        whole.addLayout(inside)


def _tool_tip(category: Category, rules: str) -> str:
    if not rules:
        return f"{category.name}: {category.definition}"
    document = QTextDocument()
    document.setDefaultFont(theme.font("controls"))
    document.setMarkdown(f"**{category.name}**\n\n{rules}")
    return document.toHtml()


class CategoryButton(QAbstractButton):
    """Key, name, probability and its bar; outlined where it is offered, ticked where decided."""

    def __init__(
        self, category: Category, compact: bool = False, parent: QWidget | None = None
    ) -> None:
        """`compact`: lower, where there are so many categories that they take several rows."""
        super().__init__(parent)
        self._category = category
        self._compact = compact
        self._probability: float | None = None
        self._offered = False
        self._decided = False
        self.setText(category.name)
        self.setToolTip(f"{category.name}: {category.definition}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_state(None, False, False)

    def show_state(self, probability: float | None, offered: bool, decided: bool) -> None:
        self._probability, self._offered, self._decided = probability, offered, decided
        said = [self._category.name]
        if probability is not None:
            said.append(number(probability, ".0%"))
        if offered:
            said.append(tr("suggested"))
        if decided:
            said.append(tr("decided"))
        self.setAccessibleName(", ".join(said))
        self.update()

    def _key(self) -> str:
        digit = self._category.shortcut
        return keymap.current().printed(f"category-{digit}") or digit

    def sizeHint(self) -> QSize:
        return QSize(148, max(58, theme.size("controls") * 2 + 32) - (12 if self._compact else 0))

    def minimumSizeHint(self) -> QSize:
        name = painting.text_width(self.text(), theme.bold("controls"))
        cap = painting.keycap_width(self._key())
        return QSize(int(name + cap + 26), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        color = theme.category_color(self._category)
        enabled = self.isEnabled()
        fill = QColor(colors.hover if enabled and self.underMouse() else colors.raised)
        if enabled and (self._offered or self._decided):
            fill = theme.tint(color, QColor(colors.raised), 0.12)
        strong = enabled and (self._offered or self._decided)
        painting.rounded(
            painter,
            rect,
            8,
            fill,
            color if strong else QColor(colors.border_strong),
            2 if strong else 1,
        )
        if self.isDown():
            painting.rounded(painter, rect, 8, theme.tint(color, fill, 0.12), color, 2)
        if self.hasFocus():
            painting.rounded(painter, rect.adjusted(3, 3, -3, -3), 6, None, QColor(colors.accent))
        edge = 5 if self._compact else 7
        self._paint_words(painter, rect.adjusted(8, edge, -8, -edge), color)

    def _paint_words(self, painter: QPainter, inner: QRectF, color: QColor) -> None:
        colors = theme.current()
        ink = QColor(colors.text if self.isEnabled() else colors.secondary)
        line = QRectF(inner.left(), inner.top(), inner.width(), inner.height() * 0.56)
        cap = painting.keycap_width(self._key())
        painting.keycap(
            painter,
            QRectF(line.left(), line.top(), cap, line.height()),
            self._key(),
        )
        right = line.right()
        below = QRectF(
            inner.left(), line.bottom() + 2, inner.width(), inner.bottom() - line.bottom()
        )
        if self._decided:
            # In a narrow button the name needs the whole line.
            whole = cap + 28 + painting.text_width(self.text(), theme.bold("controls"))
            beside = below if whole > line.width() else line
            box = QRectF(beside.right() - 16, beside.center().y() - 8, 16, 16)
            tick = theme.category_ink(self._category)
            if not icons.draw(painter, "check", box, tick):
                painting.text(painter, box, "✓", theme.bold("controls"), tick)
            beside.setRight(box.left() - 4)
            right = line.right()
        name = QRectF(
            line.left() + cap + 8, line.top(), right - line.left() - cap - 8, line.height()
        )
        painting.text(painter, name, self.text(), theme.bold("controls"), ink)
        room = 0.0
        if self._probability is not None:
            font = theme.font("secondary")
            room = painting.text_width("100 %", font) + 6
            painting.text(
                painter,
                QRectF(below.right() - room, below.top(), room, below.height()),
                painting.percent(self._probability),
                font,
                ink if self._offered else colors.secondary,
                Qt.AlignmentFlag.AlignRight,
            )
        track = QRectF(below.left(), below.center().y() - 3, below.width() - room, 6)
        painting.bar(painter, track, self._probability or 0.0, color, QColor(colors.track))


class AlsoButton(QAbstractButton):
    """Toggle with a category's letter: the sentence says this as well."""

    def __init__(self, category: Category, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._category = category
        self.setText(category.key)
        self.setCheckable(True)
        self.setAccessibleName(tr("Also {name}", name=category.name))
        self.setToolTip(
            tr("Also {name} (Shift+{shortcut})", name=category.name, shortcut=category.shortcut)
        )
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(24, 26)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.isChecked():
            fill, ink = theme.chip_colors(self._category)
            line = fill
        else:
            fill = QColor(colors.hover if self.underMouse() else colors.raised)
            ink = theme.category_ink(self._category, fill.name())
            line = QColor(colors.border_strong)
        if not self.isEnabled():
            fill, line = QColor(colors.chrome), QColor(colors.border)
            ink = theme.tint(QColor(colors.secondary), QColor(colors.chrome), 0.5)
        painting.rounded(painter, rect, 6, fill, line)
        if self.hasFocus():
            painting.rounded(painter, rect, 6, None, QColor(colors.accent), 2)
        painting.text(
            painter,
            rect,
            self._category.key,
            theme.bold("secondary"),
            ink,
            Qt.AlignmentFlag.AlignHCenter,
        )
