"""From a key press to a row of the table of actions, in the key profile that the curator chose.

Keys are matched here and not by QShortcut: deciding keys must ignore auto-repeat, must stay out of
text fields, and digits must be found by their place on the keyboard, because on AZERTY the digit
row types ``& é " ' (`` and digits need Shift.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from adme_labeler.domain.categories import ADME, CategoryScheme
from adme_labeler.gui.actions import ACTIONS, CATEGORY_SLOTS
from adme_labeler.language import tr

Shortcuts = tuple[str, ...]
"""Portable key sequences of one action, the one that is printed first."""


@dataclass(frozen=True)
class Profile:
    """A set of keys that people know from another tool; `changes` are against the table."""

    id: str
    name: str
    about: str
    changes: Mapping[str, Shortcuts] = field(default_factory=dict[str, Shortcuts])
    letters: bool = False
    """The keys of the categories decide beside their digits, where no action has that letter."""


PROFILES: tuple[Profile, ...] = (
    Profile("default", "ADME labeler", tr("Digits decide, Enter accepts, Space skips.")),
    Profile(
        "prodigy",
        "Prodigy",
        tr("A accepts, X rejects, Space skips, Backspace or Delete takes back."),
        {
            "accept": ("A", "Return", "Enter"),
            "undo": ("Backspace", "Del", "Ctrl+Z"),
        },
    ),
    Profile(
        "anki",
        "Anki",
        tr("Space or Enter accepts, minus puts the sentence off."),
        {
            "accept": ("Space", "Return", "Enter"),
            "skip": ("-",),
            "undo": ("Ctrl+Z", "Backspace"),
        },
    ),
    Profile(
        "mnemonic",
        tr("First letters"),
        tr("The letters of the categories decide (also with Shift), Enter accepts."),
        {"accept": ("Return", "Enter")},
        letters=True,
    ),
)


class Keymap:
    """Which keys mean which action: a profile, and what the curator changed in it.

    Changes that ask for a key that another action has are left out, so that a key never means two
    things; see `conflict`.
    """

    def __init__(
        self, profile: str = "default", changes: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.profile = next((p for p in PROFILES if p.id == profile), PROFILES[0])
        self.changes: dict[str, Shortcuts] = {}
        self._keys = {a.id: self.profile.changes.get(a.id, a.shortcuts) for a in ACTIONS}
        if self.profile.letters:
            self._keys |= _lettered(self._keys)
        self._by_key = _by_key(self._keys)
        for ident, wanted in (changes or {}).items():
            if ident in self._keys:
                self._change(ident, tuple(wanted))

    def shortcuts(self, ident: str) -> Shortcuts:
        return self._keys.get(ident, ())

    def printed(self, ident: str) -> str:
        """The first key of an action as it stands on buttons; "" where it has none."""
        keys = self.shortcuts(ident)
        return key_text(keys[0]) if keys else ""

    def conflict(self, ident: str, shortcut: str) -> str | None:
        """Id of another action that has this key already; `ident` itself where a digit decides."""
        owner = self._by_key.get(combined(shortcut))
        if owner is None and _fixed(shortcut) not in (None, ident):
            owner = _fixed(shortcut)
        return owner if owner != ident else None

    def with_key(self, ident: str, shortcut: str) -> Keymap:
        """As this one, with one more key for `ident`, taken from whoever had it."""
        changes = dict(self.changes)
        owner = self.conflict(ident, shortcut)
        if owner is not None:
            changes[owner] = _without(self.shortcuts(owner), shortcut)
        mine = _without(self.shortcuts(ident), shortcut)
        changes[ident] = (shortcut, *mine)
        # The action that loses the key comes first, else the key would be refused.
        ordered = {i: changes[i] for i in sorted(changes, key=lambda i: i == ident)}
        return Keymap(self.profile.id, ordered)

    def without_keys(self, ident: str) -> Keymap:
        return Keymap(self.profile.id, {**self.changes, ident: ()})

    def reset(self, ident: str) -> Keymap:
        """As this one, with the profile's keys for `ident` again, taken from whoever has them."""
        return Keymap(self.profile.id, {i: k for i, k in self.changes.items() if i != ident})

    def action_for(self, event: QKeyEvent) -> str | None:
        return action_for(event, self._by_key)

    def _change(self, ident: str, wanted: Shortcuts) -> None:
        free = tuple(k for k in wanted if self.conflict(ident, k) is None)
        trial = {**self._keys, ident: free}
        self._by_key = _by_key(trial)
        self._keys = trial
        self.changes[ident] = free


_used: list[Keymap] = []


def current() -> Keymap:
    """The keys in force; those of the table until `use` was called."""
    if not _used:
        _used.append(Keymap())
    return _used[0]


def use(keymap: Keymap) -> None:
    """From now on; the main window tells its buttons."""
    _used[:] = [keymap]


_schemes: list[CategoryScheme] = [ADME]


def use_scheme(scheme: CategoryScheme) -> None:
    """From now on the digits (and, in a profile with letters, the keys) of these categories
    decide; what other digits of the keyboard mean is left to other actions."""
    _schemes[:] = [scheme]
    if _used:
        use(Keymap(_used[0].profile.id, _used[0].changes))


def digits() -> frozenset[int]:
    """The digits that choose a category now."""
    return frozenset(int(c.shortcut) for c in _schemes[0].categories if c.shortcut)


def in_use(ident: str) -> bool:
    """False for the action of a digit that chooses no category now."""
    kind, _, number = ident.partition("-")
    return kind not in ("category", "also") or not number.isdigit() or int(number) in digits()


_SHOWN = {
    "Return": "Enter",
    "Up": "↑",
    "Down": "↓",
    "Backspace": "⌫",
    "Ctrl+Down": "Ctrl+↓",
    "Ctrl+Return": "Ctrl+Enter",
}


_KEYS = {
    "Ctrl": tr("Ctrl"),
    "Shift": tr("Shift"),
    "Alt": tr("Alt"),
    "Enter": tr("Enter"),
    "Space": tr("Space"),
    "Del": tr("Del"),
    "Esc": tr("Esc"),
}


def key_text(shortcut: str) -> str:
    """A shortcut as it is printed on buttons and in menus, with the keys' names of the language."""
    shown = _SHOWN.get(shortcut, shortcut)
    return "+".join(_KEYS.get(key, key) for key in shown.split("+"))


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
    if digit is not None and digit[0] in digits():
        number, further = digit
        return f"also-{number}" if further else f"category-{number}"
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    found = by_key.get(QKeyCombination(modifiers, Qt.Key(event.key())).toCombined())
    if found is not None and in_use(found):
        return found
    if not modifiers & COMMAND and event.text():
        # "/" and "?" sit on shifted keys on many keyboards: the character decides.
        for character in (event.text(), event.text().upper()):
            if character in ("/", "?"):
                return by_key.get(combined(character))
    if modifiers & Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_Plus:
        return "larger"
    return None


def category_digit(event: QKeyEvent, platform: str = sys.platform) -> tuple[int, bool] | None:
    """(1 to 9, with Shift) for a key of the digit row or the number pad, on any layout.

    The place of the key decides where the system tells it (scan code), else what it typed.
    """
    modifiers = event.modifiers()
    if modifiers & COMMAND:
        return None
    key = event.key()
    shifted = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    if modifiers & Qt.KeyboardModifier.KeypadModifier:
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            return key - Qt.Key.Key_0, shifted
        # With Num Lock on, Shift turns the pad's digits into End, Down, …
        number = _PAD_WITH_SHIFT.get(key) if shifted else None
        return None if number is None else (number, True)
    place = _place(event, platform)
    if place is not None:
        return place, shifted
    if Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
        return key - Qt.Key.Key_0, shifted
    table = _TYPED_WITH_SHIFT if shifted else _TYPED_WITHOUT_SHIFT
    number = table.get(event.text())
    return None if number is None else (number, shifted)


COMMAND = (
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
    Qt.Key.Key_Right: 6,
    Qt.Key.Key_Home: 7,
    Qt.Key.Key_Up: 8,
    Qt.Key.Key_PageUp: 9,
}
_TYPED_WITHOUT_SHIFT = {  # AZERTY
    "&": 1, "é": 2, '"': 3, "'": 4, "(": 5, "-": 6, "è": 7, "_": 8, "ç": 9,
}  # fmt: skip
_TYPED_WITH_SHIFT = {
    "!": 1, "@": 2, '"': 2, "#": 3, "§": 3, "£": 3, "$": 4, "¤": 4, "%": 5, "^": 6,
    "*": 8,
}  # fmt: skip
"""Beyond these, layouts disagree: "&" is on 6 and on 7, "(" on 8 and on 9."""
_MAC_DIGITS = {
    0x12: 1, 0x13: 2, 0x14: 3, 0x15: 4, 0x17: 5, 0x16: 6, 0x1A: 7, 0x1C: 8, 0x19: 9,
}  # fmt: skip


def _place(event: QKeyEvent, platform: str) -> int | None:
    """Which key of the digit row was pressed, from the system's own key codes."""
    if platform == "darwin":
        return _MAC_DIGITS.get(event.nativeVirtualKey())
    code = event.nativeScanCode()
    first = 2 if platform == "win32" else 10  # X11 and Wayland add 8 to the kernel's codes
    number = code - first + 1
    return number if 1 <= number <= CATEGORY_SLOTS else None


def combined(shortcut: str) -> int:
    """Key and modifiers of a portable key sequence as one number."""
    return QKeySequence.fromString(shortcut)[0].toCombined()  # pyright: ignore[reportIndexIssue]


def _fixed(shortcut: str) -> str | None:
    """Digits choose categories in every profile, found by their place."""
    digit = shortcut.removeprefix("Shift+")
    if len(digit) == 1 and digit.isdigit() and 1 <= int(digit) <= CATEGORY_SLOTS:
        return f"also-{digit}" if shortcut.startswith("Shift+") else f"category-{digit}"
    return None


def _lettered(keys: Mapping[str, Shortcuts]) -> dict[str, Shortcuts]:
    """Keys of the categories and of further ones: the letter of each, where it is free."""
    taken = {combined(key) for shortcuts in keys.values() for key in shortcuts}
    found: dict[str, Shortcuts] = {}
    for category in _schemes[0].categories:
        for kind, shift in (("category", ""), ("also", "Shift+")):
            letter = shift + category.key.upper()
            ident = f"{kind}-{category.shortcut}"
            if len(category.key) == 1 and ident in keys and combined(letter) not in taken:
                found[ident] = (letter, *keys[ident])
    return found


def _without(keys: Shortcuts, shortcut: str) -> Shortcuts:
    return tuple(key for key in keys if combined(key) != combined(shortcut))


def _by_key(keys: Mapping[str, Shortcuts]) -> dict[int, str]:
    """Key combination to action id; raises ValueError where two actions want the same key."""
    found: dict[int, str] = {}
    for ident, shortcuts in keys.items():
        for shortcut in shortcuts:
            number = combined(shortcut)
            if number in found:
                raise ValueError(f"{shortcut} means both {found[number]} and {ident}")
            found[number] = ident
    return found
