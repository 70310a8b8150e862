"""How the window looks and which keys it answers to. Every change holds at once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QKeySequenceEdit,
    QPushButton,
    QStackedWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from adme_labeler import language
from adme_labeler.gui import words
from adme_labeler.gui.actions import ACTIONS, BY_ID, MENUS
from adme_labeler.gui.controls import Segments, Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.dialogs.small_tables import small_table, widths
from adme_labeler.gui.keymap import PROFILES, Keymap, in_use, key_text
from adme_labeler.gui.preferences import SCALES, Preferences
from adme_labeler.gui.theme import SPACINGS, THEMES
from adme_labeler.language import number, tr

_THEME_NAMES = {
    "system": tr("As the desktop"),
    "light": tr("Light"),
    "dark": tr("Dark"),
    "contrast": tr("High contrast"),
}
_SPACING_NAMES = {"compact": tr("Compact"), "comfortable": tr("Comfortable"), "airy": tr("Airy")}
_ID = Qt.ItemDataRole.UserRole


class PreferencesDialog(Dialog):
    """`changed` is called after each change, when it is stored already."""

    def __init__(
        self,
        preferences: Preferences,
        changed: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Preferences"), parent, 680)
        self.pages = Segments((("appearance", tr("Appearance")), ("keys", tr("Keys"))))
        self.appearance = AppearancePage(preferences, changed)
        self.keys = KeysPage(preferences, changed)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.appearance)
        self._stack.addWidget(self.keys)
        self.pages.chosen.connect(
            lambda ident: self._stack.setCurrentIndex(("appearance", "keys").index(ident))
        )
        row = QHBoxLayout()
        row.addWidget(self.pages)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(self._stack, 1)
        self.add_close()


class AppearancePage(QWidget):
    """Theme, text size, spacing and language."""

    def __init__(self, preferences: Preferences, changed: Callable[[], None]) -> None:
        super().__init__()
        self.theme = Segments([(name, _THEME_NAMES[name]) for name in THEMES])
        self.scale = Segments([(str(scale), number(scale, ".0%")) for scale in SCALES])
        self.spacing = Segments([(name, _SPACING_NAMES[name]) for name in SPACINGS])
        self.language = Segments([("", tr("As the system")), *language.LANGUAGES.items()])
        self.language.set_current(language.preferred())
        self.theme.set_current(preferences.theme)
        self.scale.set_current(str(preferences.scale))
        self.spacing.set_current(preferences.spacing)

        def store(field: str, value: object) -> None:
            setattr(preferences, field, value)
            changed()

        self.theme.chosen.connect(lambda name: store("theme", name))
        self.scale.chosen.connect(lambda scale: store("scale", float(scale)))
        self.spacing.chosen.connect(lambda name: store("spacing", name))
        self.language.chosen.connect(self._prefer)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 8, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(4)
        for place, (name, control, about) in enumerate(
            (
                (
                    tr("Theme"),
                    self.theme,
                    tr("Dark and high contrast keep every text at 4.5 : 1 or more."),
                ),
                (tr("Text size"), self.scale, tr("Ctrl and + or − change it from anywhere.")),
                (
                    tr("Spacing"),
                    self.spacing,
                    tr("How far lines of text and rows of lists stand apart."),
                ),
                (
                    tr("Language"),
                    self.language,
                    tr("Holds from the next start of the program on."),
                ),
            )
        ):
            grid.addWidget(Text(name, strong=True), 3 * place, 0)
            grid.addWidget(control, 3 * place, 1, Qt.AlignmentFlag.AlignLeft)
            self.about = Text(about, "secondary", "secondary", wrap=True)
            grid.addWidget(self.about, 3 * place + 1, 1)
            grid.setRowMinimumHeight(3 * place + 2, 16)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(12, 1)

    def _prefer(self, code: str) -> None:
        try:
            language.prefer(code)
        except OSError as error:
            said = tr("The language cannot be kept: {error}.", error=error.strerror or error)
            self.about.setText(said)
            self.about.set_tone("danger")


class KeysPage(QWidget):
    """A key profile, and any key of it changed by pressing the new one."""

    def __init__(self, preferences: Preferences, changed: Callable[[], None]) -> None:
        super().__init__()
        self._preferences = preferences
        self._changed = changed
        self.profile = QComboBox()
        self.profile.setAccessibleName(tr("Key profile"))
        for profile in PROFILES:
            self.profile.addItem(profile.name, profile.id)
        self.about = Text("", "secondary", "secondary", wrap=True)
        rows = sorted(
            (a for a in ACTIONS if (a.menu or a.shortcuts) and in_use(a.id)),
            key=lambda a: -1 if a.menu in ("", "Sentence") else MENUS.index(a.menu),
        )
        self.table = small_table((tr("Action"), tr("Keys"), tr("Menu")), len(rows))
        self.table.setAccessibleName(tr("Actions and their keys"))
        for row, action in enumerate(rows):
            name = QTableWidgetItem(action.text)
            name.setData(_ID, action.id)
            self.table.setItem(row, 0, name)
            self.table.setItem(row, 1, QTableWidgetItem())
            self.table.setItem(row, 2, QTableWidgetItem(words.menu(action.menu or "Sentence")))
        widths(self.table, (300, 200))
        self.pressed = QKeySequenceEdit()
        self.pressed.setMaximumSequenceLength(1)
        self.pressed.setAccessibleName(tr("Press the new key"))
        self.take = QPushButton(tr("Use this key"))
        self.remove = QPushButton(tr("No key"))
        self.reset = QPushButton(tr("As in the profile"))
        self.reset_all = QPushButton(tr("Reset all"))
        for button in (self.take, self.remove, self.reset, self.reset_all):
            button.setAutoDefault(False)
        self.verdict = Text("", "secondary", "secondary", wrap=True)
        self._arrange()
        self.profile.currentIndexChanged.connect(lambda _: self._choose_profile())
        self.table.itemSelectionChanged.connect(self._judge)
        self.pressed.keySequenceChanged.connect(lambda _: self._judge())
        self.take.clicked.connect(self._take)
        self.remove.clicked.connect(lambda: self._store(self._keys().without_keys(self._chosen())))
        self.reset.clicked.connect(lambda: self._store(self._keys().reset(self._chosen())))
        self.reset_all.clicked.connect(lambda: self._store(Keymap(self._keys().profile.id)))
        self._show()
        self.table.selectRow(0)

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(Text(tr("Profile"), strong=True))
        top.addWidget(self.profile)
        top.addWidget(self.about, 1)
        top.addWidget(self.reset_all)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(Text(tr("Press the new key")))
        below.addWidget(self.pressed, 1)
        below.addWidget(self.take)
        below.addWidget(self.remove)
        below.addWidget(self.reset)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 8, 0, 0)
        whole.setSpacing(12)
        whole.addLayout(top)
        whole.addWidget(self.table, 1)
        whole.addLayout(below)
        whole.addWidget(self.verdict)

    def _keys(self) -> Keymap:
        return self._preferences.keymap

    def _chosen(self) -> str:
        item = self.table.item(self.table.currentRow(), 0)
        return item.data(_ID) if item is not None else ""

    def _typed(self) -> str:
        return self.pressed.keySequence().toString(QKeySequence.SequenceFormat.PortableText)

    def _choose_profile(self) -> None:
        self._store(Keymap(self.profile.currentData()))

    def _take(self) -> None:
        keys = self._keys().with_key(self._chosen(), self._typed())
        self.pressed.clear()
        self._store(keys)

    def _store(self, keys: Keymap) -> None:
        self._preferences.keymap = keys
        self._changed()
        self._show()

    def _show(self) -> None:
        keys = self._keys()
        self.profile.blockSignals(True)
        self.profile.setCurrentIndex(self.profile.findData(keys.profile.id))
        self.profile.blockSignals(False)
        self.about.setText(keys.profile.about)
        for row in range(self.table.rowCount()):
            name, shown = self.table.item(row, 0), self.table.item(row, 1)
            if name is not None and shown is not None:
                ident = name.data(_ID)
                # Return and Enter are two keys with one name.
                printed = dict.fromkeys(key_text(k) for k in keys.shortcuts(ident))
                shown.setText("   ".join(printed))
                font = shown.font()
                font.setBold(ident in keys.changes)
                shown.setFont(font)
        self._judge()

    def _judge(self) -> None:
        """Say what "Use this key" would do, and allow only what makes sense."""
        keys, ident, typed = self._keys(), self._chosen(), self._typed()
        owner = keys.conflict(ident, typed) if ident and typed else None
        sentence, tone, allowed = "", "secondary", bool(ident and typed)
        if allowed and owner is not None:
            digit = typed.removeprefix("Shift+").isdigit() and owner.startswith(("cat", "also"))
            if digit:
                sentence, tone = tr("The digits 1 to 9 always choose the categories."), "warning"
                allowed = False
            else:
                sentence = tr(
                    "{key} means “{action}” now; it would be taken from there.",
                    key=key_text(typed),
                    action=BY_ID[owner].text,
                )
                tone = "warning"
        elif allowed and typed in keys.shortcuts(ident):
            sentence, allowed = tr("{key} does this already.", key=key_text(typed)), False
        elif not ident:
            sentence = tr("Choose an action.")
        self.verdict.setText(sentence)
        self.verdict.set_tone(tone)
        self.take.setEnabled(allowed)
        self.remove.setEnabled(bool(ident and keys.shortcuts(ident)))
        self.reset.setEnabled(ident in keys.changes)
        self.reset_all.setEnabled(bool(keys.changes))
