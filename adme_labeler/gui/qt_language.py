"""Qt's own words (buttons of its dialogs, menus of text fields) and numbers in the language."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from adme_labeler import language


def speak(app: QApplication) -> None:
    """Let Qt speak the language of the window, as the system's region writes it if it fits."""
    code = language.current()
    system = QLocale.system()
    wanted = QLocale(code)
    QLocale.setDefault(system if system.language() == wanted.language() else wanted)
    if code == language.ENGLISH:
        return
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{code}", folder):
        app.installTranslator(translator)
