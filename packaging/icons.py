"""The program's mark as PNG in every size, as Windows .ico and as macOS .icns.

python packaging/icons.py FOLDER
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

MARK = Path(__file__).resolve().parent.parent / "resources" / "icons" / "adme-labeler.svg"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512, 1024)
WINDOWS = (16, 24, 32, 48, 64, 128, 256)
MAC = {
    b"icp4": 16,
    b"icp5": 32,
    b"icp6": 64,
    b"ic07": 128,
    b"ic08": 256,
    b"ic09": 512,
    b"ic10": 1024,
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    app = QGuiApplication.instance() or QGuiApplication(["icons"])
    mark = QSvgRenderer(str(MARK))
    assert mark.isValid() and app is not None, MARK
    for size in SIZES:
        picture = QImage(size, size, QImage.Format.Format_ARGB32)
        picture.fill(0)
        painter = QPainter(picture)
        mark.render(painter, QRectF(0, 0, size, size))
        painter.end()
        assert picture.save(str(folder / f"{size}.png"))
    (folder / "adme-labeler.ico").write_bytes(_ico([_png(folder, size) for size in WINDOWS]))
    (folder / "adme-labeler.icns").write_bytes(_icns({k: _png(folder, s) for k, s in MAC.items()}))


def _png(folder: Path, size: int) -> bytes:
    return (folder / f"{size}.png").read_bytes()


def _ico(pictures: list[bytes]) -> bytes:
    """ICONDIR, one ICONDIRENTRY each (PNG inside is allowed since Windows Vista), pictures."""
    head = struct.pack("<HHH", 0, 1, len(pictures))
    at = len(head) + 16 * len(pictures)
    entries = b""
    for size, picture in zip(WINDOWS, pictures, strict=True):
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), at)
        at += len(picture)
    return head + entries + b"".join(pictures)


def _icns(pictures: dict[bytes, bytes]) -> bytes:
    """Blocks of kind, length (both counted) and PNG."""
    blocks = b"".join(struct.pack(">4sI", k, len(p) + 8) + p for k, p in pictures.items())
    return struct.pack(">4sI", b"icns", len(blocks) + 8) + blocks


if __name__ == "__main__":
    main(Path(sys.argv[1]))
