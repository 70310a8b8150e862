"""Start of the window: application object, log, last words after a bug, project or welcome page."""

from __future__ import annotations

import gc
import logging
import logging.handlers
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QLibraryInfo,
    QLocale,
    QMessageLogContext,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from adme_labeler import __version__, display, paths
from adme_labeler.gui import icons, qt_language, theme
from adme_labeler.gui.dialogs.base import Message
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.preferences import Preferences
from adme_labeler.language import tr

_log = logging.getLogger("adme_labeler")
_qt_log = logging.getLogger("adme_labeler.qt")

_NO_DISPLAY = tr(
    "No display answers, so the window cannot open; adme-labeler demo --headless works without one."
)

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window, on a project if one is named; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    # With arguments, the command line has asked already; a dead display aborts Qt.
    if arguments is None and not display.answers():
        sys.stderr.write(f"{_NO_DISPLAY}\n")
        return 1
    # Objects of a large project live as long as it is open: looking through all of them again and
    # again holds the window for 30 to 50 ms each time. Young ones are collected as always.
    gc.set_threshold(10_000, 20, 200)
    app = make_application()
    preferences = Preferences()
    theme.apply(app, preferences.theme, preferences.scale, preferences.spacing)
    window = MainWindow(preferences)
    window.newcomer = True
    sys.excepthook = _LastWords(window)
    window.show()
    if words:
        window.open_path(Path(words[0]))
    return app.exec()


def make_application() -> QApplication:
    """The application object with its name, icon, log and Qt's messages in that log."""
    _log_to_file()
    qInstallMessageHandler(_qt_message)
    QApplication.setApplicationName("ADME labeler")
    QApplication.setApplicationVersion(__version__)
    QApplication.setDesktopFileName("adme-labeler")
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setWindowIcon(icons.application_icon())
    qt_language.speak(app)
    _log.info(
        "Start %s, Qt %s, %s", __version__, QLibraryInfo.version().toString(), QLocale().name()
    )
    return app


class _LastWords:
    """Logs an exception that nobody caught and tells the curator, once per message."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._told: set[str] = set()

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        _log.critical("A bug", exc_info=(kind, error, trace))
        written = "".join(traceback.format_exception(kind, error, trace))
        if str(error) in self._told:
            return
        self._told.add(str(error))
        message = Message(
            tr("Something went wrong in the program"),
            tr(
                "Everything you decided is saved. Please send the text below to the "
                "developers; you can go on working."
            ),
            written,
            self._window,
        )
        message.open()


def _log_to_file() -> None:
    """Log beside the curator's other program data; without a file where none can be written."""
    root = logging.getLogger()
    if any(isinstance(h, logging.handlers.RotatingFileHandler) for h in root.handlers):
        return
    try:
        folder = paths.user_logs()
        folder.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            folder / "window.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8"
        )
    except OSError as error:
        handler = logging.StreamHandler()
        _log.warning("No log file: %s", error)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def _qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    if "This plugin does not support" in message:  # said by the offscreen platform
        _qt_log.debug(message)
        return
    _qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s", message)


if __name__ == "__main__":
    sys.exit(main())
