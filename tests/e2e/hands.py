"""Programs beside the one under test: a window that files are dragged out of, and a camera.

python -m tests.e2e.hands drag FILE …    until its files are dropped somewhere
python -m tests.e2e.hands picture FILE   what is on the screen now, as PNG
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

PLACE = (40, 830, 120, 40)
"""Left, top, width and height of the window that the files lie in."""


class Files(QLabel):
    """What a file manager is to the window that files are dropped on."""

    def __init__(self, files: list[str]) -> None:
        super().__init__("files")
        flags = Qt.WindowType.WindowStaysOnTopHint | Qt.WindowType.X11BypassWindowManagerHint
        self.setWindowFlags(Qt.WindowType.Window | flags)
        self.setWindowTitle("files to drag")
        self.setGeometry(*PLACE)
        self._files = files
        self._pressed = QPoint()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if (event.position().toPoint() - self._pressed).manhattanLength() < 4:
            return
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(name) for name in self._files])
        drag = QDrag(self)
        drag.setMimeData(data)
        taken = drag.exec(Qt.DropAction.CopyAction)
        print("dropped" if taken == Qt.DropAction.CopyAction else "refused", flush=True)
        QTimer.singleShot(
            3000, QApplication.quit
        )  # the other side asks for the data after the drop


def main(what: str, names: list[str]) -> int:
    app = QApplication(sys.argv[:1])
    if what == "picture":
        return 0 if app.primaryScreen().grabWindow(0).save(names[0]) else 1
    files = Files(names)
    files.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
