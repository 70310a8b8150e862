"""The menus made from the table of actions, and what a key press runs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from adme_labeler.gui import keymap, words
from adme_labeler.gui.actions import ACTIONS, BY_ID, CHECKABLE, MENUS, Needs


class ActionSet:
    """The menus made from the table, and the way from keys to `run(action id)`."""

    def __init__(self, run: Callable[[str], None], parent: QWidget) -> None:
        self._run = run
        self._actions: dict[str, QAction] = {}
        for row in ACTIONS:
            made = QAction(row.text, parent)
            made.setCheckable(row.id in CHECKABLE)
            made.triggered.connect(lambda _=False, ident=row.id: self._run(ident))
            self._actions[row.id] = made
            self.set_text(row.id, row.text)

    def __getitem__(self, ident: str) -> QAction:
        return self._actions[ident]

    def set_text(self, ident: str, text: str) -> None:
        """Text of a menu entry; its key is shown, but the matching is done by the keymap."""
        key = keymap.current().printed(ident)
        suffix = f"\t{key}" if key else ""
        self._actions[ident].setText(text.replace("&", "&&") + suffix)

    def show_keys(self) -> None:
        """Print the keys again, after the curator chose others."""
        for ident, action in self._actions.items():
            self.set_text(ident, action.text().split("\t")[0].replace("&&", "&"))

    def enable(self, satisfied: Callable[[Needs], bool]) -> None:
        for ident, action in self._actions.items():
            action.setEnabled(satisfied(BY_ID[ident].needs))

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Add the menus to `bar`; returns them by name."""
        menus = {name: bar.addMenu(words.menu_with_letter(name)) for name in MENUS}
        for row in ACTIONS:
            if not row.menu:
                continue
            if row.separated and menus[row.menu].actions():
                menus[row.menu].addSeparator()
            menus[row.menu].addAction(self._actions[row.id])
        return menus

    def handle(self, event: QKeyEvent, focused: QWidget | None) -> bool:
        """Run what this key means; False where it means nothing (then others may use it)."""
        ident = keymap.current().action_for(event)
        if ident is None:
            return False
        if BY_ID[ident].deciding and (event.isAutoRepeat() or keymap.is_text_field(focused)):
            # Swallowed rather than passed on: a held key must not scroll or click instead.
            return event.isAutoRepeat()
        if (
            keymap.is_text_field(focused)
            and not event.modifiers() & keymap.COMMAND
            and not _is_function(event)
        ):
            return False
        if self._actions[ident].isEnabled():
            self._run(ident)
        return True


def _is_function(event: QKeyEvent) -> bool:
    return Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F12
