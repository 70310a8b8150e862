"""Everything a curator can do, as a table, and the way from a key press to a row of it.

Keys are matched here and not by QShortcut: deciding keys must ignore auto-repeat, must stay out of
text fields, and digits must be found by their place on the keyboard, because on AZERTY the digit
row types ``& é " ' (`` and digits need Shift.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)


class Needs(Enum):
    """What must be there before an action makes sense."""

    NOTHING = auto()
    PROJECT = auto()
    SENTENCE = auto()
    DECIDABLE = auto()
    """A focused sentence in a project that this window may write."""
    SUGGESTION = auto()
    """A focused sentence whose suggestion is on screen."""
    UNDO = auto()
    REDO = auto()
    CANDIDATE = auto()
    EARLIER_VERSION = auto()
    WRITABLE = auto()
    """A project that this window may write."""


@dataclass(frozen=True)
class Action:
    """A row of the table. `shortcuts` are portable key sequences, the first one is shown.

    `deciding` actions ignore auto-repeat and typing in a text field.
    """

    id: str
    text: str
    menu: str
    shortcuts: tuple[str, ...] = ()
    needs: Needs = Needs.PROJECT
    icon: str = ""
    deciding: bool = False
    separated: bool = False
    """A line stands above it in its menu."""


MENUS = ("File", "Edit", "Sentence", "Queue", "Model", "View", "Help")
CATEGORY_SLOTS = 5

ACTIONS: tuple[Action, ...] = (
    Action("new", "New project…", "File", ("Ctrl+N",), Needs.NOTHING),
    Action("open", "Open project…", "File", ("Ctrl+O",), Needs.NOTHING, "open"),
    Action("sample", "Open the sample project", "File", (), Needs.NOTHING, "book"),
    Action("import", "Add drug labels…", "File", ("Ctrl+I",), Needs.WRITABLE, "add-files", False, True),  # noqa: E501
    Action("import-report", "Last import…", "File"),
    Action("export", "Export…", "File", ("Ctrl+E",), Needs.PROJECT, "export"),
    Action("restore", "Restore a backup…", "File", (), Needs.NOTHING, "", False, True),
    Action("saved", "All saved", "File", ("Ctrl+S",), Needs.NOTHING, "check"),
    Action("close", "Close the project", "File", ("Ctrl+W",), Needs.PROJECT, "close"),
    Action("quit", "Quit", "File", ("Ctrl+Q",), Needs.NOTHING),
    Action("undo", "Undo", "Edit", ("Ctrl+Z", "Backspace"), Needs.UNDO, "undo", True),
    Action("redo", "Redo", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), Needs.REDO, "redo", True),
    Action("search", "Search…", "Edit", ("Ctrl+F", "/"), Needs.PROJECT, "search", False, True),
    *(
        Action(
            f"category-{n}",
            f"Category {n}",
            "Sentence",
            (str(n),),
            Needs.DECIDABLE,
            deciding=True,
        )
        for n in range(1, CATEGORY_SLOTS + 1)
    ),
    *(
        Action(
            f"also-{n}",
            f"Also category {n}",
            "",
            (f"Shift+{n}",),
            Needs.DECIDABLE,
            deciding=True,
        )
        for n in range(1, CATEGORY_SLOTS + 1)
    ),
    Action("accept", "Accept the suggestion", "Sentence", ("Return", "Enter", "A"), Needs.SUGGESTION, "check", True, True),  # noqa: E501
    Action("second", "Not this: show the second", "Sentence", ("X",), Needs.SUGGESTION, "", True),
    Action("skip", "Skip for now", "Sentence", ("Space",), Needs.DECIDABLE, "skip", True),
    Action("unsure", "Unsure", "Sentence", ("U",), Needs.DECIDABLE, "unsure", True),
    Action("flag", "Flag", "Sentence", ("F",), Needs.DECIDABLE, "flag", True, True),
    Action("note", "Note…", "Sentence", ("N",), Needs.DECIDABLE, "note", True),
    Action("previous", "Previous sentence", "Sentence", ("Up", "K"), Needs.SENTENCE, "arrow-left", False, True),  # noqa: E501
    Action("next", "Next sentence", "Sentence", ("Down", "J"), Needs.SENTENCE, "arrow-right"),
    Action("next-open", "Next undecided sentence", "Sentence", ("Ctrl+Down",), Needs.PROJECT),
    Action("queue-document", "Document order", "Queue"),
    Action("queue-uncertain", "Least certain first", "Queue"),
    Action("queue-rare", "Rarest category first", "Queue"),
    Action("queue-flagged", "Flagged", "Queue"),
    Action("queue-unsure", "Unsure", "Queue"),
    Action("rarest", "Next candidate of the rarest category", "Queue", ("G",), Needs.PROJECT, "", True, True),  # noqa: E501
    Action("bulk", "Accept many…", "Queue", ("Ctrl+B",), Needs.WRITABLE),
    Action("retrain", "Retrain", "Model", ("Ctrl+R",), Needs.WRITABLE, "retrain"),
    Action("promote", "Promote the candidate", "Model", (), Needs.CANDIDATE),
    Action("rollback", "Roll back to the version before", "Model", (), Needs.EARLIER_VERSION),
    Action("held-out", "Held-out drugs…", "Model", (), Needs.PROJECT, "lock", False, True),
    Action("view-read", "Read", "View", ("Ctrl+1",)),
    Action("view-list", "List", "View", ("Ctrl+2",)),
    Action("context", "More context", "View", ("C",), Needs.PROJECT, "", False, True),
    Action("hide", "Hide suggestions", "View", ("L",)),
    Action("larger", "Larger text", "View", ("Ctrl++", "Ctrl+="), Needs.NOTHING, "", False, True),
    Action("smaller", "Smaller text", "View", ("Ctrl+-",), Needs.NOTHING),
    Action("normal", "Normal text", "View", ("Ctrl+0",), Needs.NOTHING),
    Action("theme-system", "Theme of the desktop", "View", (), Needs.NOTHING, "", False, True),
    Action("theme-light", "Light", "View", (), Needs.NOTHING, "sun"),
    Action("theme-dark", "Dark", "View", (), Needs.NOTHING, "moon"),
    Action("theme-contrast", "High contrast", "View", (), Needs.NOTHING),
    Action("guideline", "Guideline and keys", "Help", ("H", "?", "F1"), Needs.NOTHING, "book"),
    Action("about", "About", "Help", (), Needs.NOTHING),
)  # fmt: skip

BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}

CHECKABLE = frozenset(
    a.id
    for a in ACTIONS
    if a.id.startswith(("queue-", "view-", "theme-")) or a.id in ("hide", "context")
)

_SHOWN = {
    "Return": "Enter",
    "Up": "↑",
    "Down": "↓",
    "Backspace": "⌫",
    "Ctrl+Down": "Ctrl+↓",
}


def key_text(shortcut: str) -> str:
    """A shortcut as it is printed on buttons and in menus."""
    return _SHOWN.get(shortcut, shortcut)


class ActionSet:
    """The menus made from the table, and the way from keys to `run(action id)`."""

    def __init__(self, run: Callable[[str], None], parent: QWidget) -> None:
        self._run = run
        self._actions: dict[str, QAction] = {}
        self._by_key = _key_map()
        for row in ACTIONS:
            made = QAction(row.text, parent)
            made.setCheckable(row.id in CHECKABLE)
            made.triggered.connect(lambda _=False, ident=row.id: self._run(ident))
            self._actions[row.id] = made
            self.set_text(row.id, row.text)

    def __getitem__(self, ident: str) -> QAction:
        return self._actions[ident]

    def set_text(self, ident: str, text: str) -> None:
        """Text of a menu entry; its key is shown, but the matching is done by `action_for`."""
        shortcuts = BY_ID[ident].shortcuts
        suffix = f"\t{key_text(shortcuts[0])}" if shortcuts else ""
        self._actions[ident].setText(text.replace("&", "&&") + suffix)

    def enable(self, satisfied: Callable[[Needs], bool]) -> None:
        for ident, action in self._actions.items():
            action.setEnabled(satisfied(BY_ID[ident].needs))

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Add the menus to `bar`; returns them by name."""
        menus = {name: bar.addMenu(name) for name in MENUS}
        for row in ACTIONS:
            if not row.menu:
                continue
            if row.separated and menus[row.menu].actions():
                menus[row.menu].addSeparator()
            menus[row.menu].addAction(self._actions[row.id])
        return menus

    def handle(self, event: QKeyEvent, focused: QWidget | None) -> bool:
        """Run what this key means; False where it means nothing (then others may use it)."""
        ident = action_for(event, self._by_key)
        if ident is None:
            return False
        if BY_ID[ident].deciding and (event.isAutoRepeat() or is_text_field(focused)):
            # Swallowed rather than passed on: a held key must not scroll or click instead.
            return event.isAutoRepeat()
        if is_text_field(focused) and not event.modifiers() & _COMMAND and not _is_function(event):
            return False
        if self._actions[ident].isEnabled():
            self._run(ident)
        return True


def is_text_field(widget: QWidget | None) -> bool:
    """Whether typing belongs to this widget."""
    if isinstance(widget, QTextEdit | QPlainTextEdit):
        return not widget.isReadOnly()
    return isinstance(widget, QLineEdit | QAbstractSpinBox) or (
        isinstance(widget, QComboBox) and widget.isEditable()
    )


def action_for(event: QKeyEvent, by_key: Mapping[int, str]) -> str | None:
    """Id of the action that this key press means."""
    digit = category_digit(event)
    if digit is not None:
        number, further = digit
        return f"also-{number}" if further else f"category-{number}"
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    found = by_key.get(QKeyCombination(modifiers, Qt.Key(event.key())).toCombined())
    if found is not None:
        return found
    if not modifiers & _COMMAND and event.text():
        # "/" and "?" sit on shifted keys on many keyboards: the character decides.
        for character in (event.text(), event.text().upper()):
            if character in ("/", "?"):
                return by_key.get(_combined(character))
    if modifiers & Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_Plus:
        return "larger"
    return None


def category_digit(event: QKeyEvent, platform: str = sys.platform) -> tuple[int, bool] | None:
    """(1 to 5, with Shift) for a key of the digit row or the number pad, on any layout.

    The place of the key decides where the system tells it (scan code), else what it typed.
    """
    modifiers = event.modifiers()
    if modifiers & _COMMAND:
        return None
    key = event.key()
    shifted = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    if modifiers & Qt.KeyboardModifier.KeypadModifier:
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_5:
            return key - Qt.Key.Key_0, shifted
        # With Num Lock on, Shift turns the pad's digits into End, Down, …
        number = _PAD_WITH_SHIFT.get(key) if shifted else None
        return None if number is None else (number, True)
    place = _place(event, platform)
    if place is not None:
        return place, shifted
    if Qt.Key.Key_1 <= key <= Qt.Key.Key_5:
        return key - Qt.Key.Key_0, shifted
    table = _TYPED_WITH_SHIFT if shifted else _TYPED_WITHOUT_SHIFT
    number = table.get(event.text())
    return None if number is None else (number, shifted)


_COMMAND = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_PAD_WITH_SHIFT: dict[int, int] = {
    Qt.Key.Key_End: 1,
    Qt.Key.Key_Down: 2,
    Qt.Key.Key_PageDown: 3,
    Qt.Key.Key_Left: 4,
    Qt.Key.Key_Clear: 5,
}
_TYPED_WITHOUT_SHIFT = {"&": 1, "é": 2, '"': 3, "'": 4, "(": 5}  # AZERTY
_TYPED_WITH_SHIFT = {
    "!": 1, "@": 2, '"': 2, "#": 3, "§": 3, "£": 3, "$": 4, "¤": 4, "%": 5,
}  # fmt: skip
_MAC_DIGITS = {0x12: 1, 0x13: 2, 0x14: 3, 0x15: 4, 0x17: 5}


def _place(event: QKeyEvent, platform: str) -> int | None:
    """Which key of the digit row was pressed, from the system's own key codes."""
    if platform == "darwin":
        return _MAC_DIGITS.get(event.nativeVirtualKey())
    code = event.nativeScanCode()
    first = 2 if platform == "win32" else 10  # X11 and Wayland add 8 to the kernel's codes
    number = code - first + 1
    return number if 1 <= number <= CATEGORY_SLOTS else None


def _combined(shortcut: str) -> int:
    return QKeySequence.fromString(shortcut)[0].toCombined()  # pyright: ignore[reportIndexIssue]


def _is_function(event: QKeyEvent) -> bool:
    return Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F12


def _key_map() -> dict[int, str]:
    """Key combination to action id; raises ValueError where two actions want the same key."""
    found: dict[int, str] = {}
    for row in ACTIONS:
        for shortcut in row.shortcuts:
            combined = _combined(shortcut)
            if combined in found:
                raise ValueError(f"{shortcut} means both {found[combined]} and {row.id}")
            found[combined] = row.id
    return found
