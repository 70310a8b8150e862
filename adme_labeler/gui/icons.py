"""Icons: shipped SVG files, tinted with a colour of the palette when they are drawn."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from adme_labeler import paths
from adme_labeler.gui import theme

_log = logging.getLogger(__name__)


def draw(painter: QPainter, name: str, rect: QRectF, color: QColor) -> bool:
    """Paint the icon into `rect`; False (and nothing painted) where its file is missing."""
    ratio = painter.device().devicePixelRatio()
    picture = _pixmap(name, color.name(), round(rect.width()), round(rect.height()), ratio)
    if picture is None:
        return False
    painter.drawPixmap(rect.topLeft(), picture)
    return True


def icon(name: str, color: str = "") -> QIcon:
    """Icon for stock buttons, in `color` or the palette's text; empty where the file is missing."""
    made = QIcon()
    for ratio in (1.0, 2.0):
        picture = _pixmap(name, color or theme.current().text, 18, 18, ratio)
        if picture is not None:
            made.addPixmap(picture)
    return made


@lru_cache(maxsize=1)
def application_icon() -> QIcon:
    """The program's own mark, in its own colours, at the sizes that desktops ask for."""
    made = QIcon()
    for edge in (16, 24, 32, 48, 64, 128, 256):
        picture = _render("adme-labeler", QSize(edge, edge))
        if picture is not None:
            made.addPixmap(picture)
    return made


@lru_cache(maxsize=512)
def _pixmap(name: str, color: str, width: int, height: int, ratio: float) -> QPixmap | None:
    picture = _render(name, QSize(round(width * ratio), round(height * ratio)))
    if picture is None:
        return None
    painter = QPainter(picture)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(picture.rect(), QColor(color))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def _render(name: str, size: QSize) -> QPixmap | None:
    path = paths.resources() / "icons" / f"{name}.svg"
    renderer = _renderer(str(path))
    if renderer is None:
        return None
    picture = QPixmap(size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()
    return picture


@lru_cache(maxsize=64)
def _renderer(path: str) -> QSvgRenderer | None:
    renderer = QSvgRenderer()
    try:
        content = Path(path).read_bytes()
    except OSError:
        _log.info("Icon %s is missing", path)
        return None
    if not renderer.load(content):
        _log.info("Icon %s is no SVG", path)
        return None
    return renderer
