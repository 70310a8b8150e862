"""The pictures of the manual: python manual_pictures.py FOLDER.

Views are drawn at 1440x900, dialogs at their own size, all about drugs that do not exist. 256
colours keep a file below 200 kB.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from gallery import PICTURES, window, work_view
from layouts import settle
from PIL import Image, ImageColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget

from adme_labeler.domain.categories import ADME
from adme_labeler.gui import app as application
from adme_labeler.gui import theme
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.work_view import WorkView

SIZE = (1440, 900)
SHOWN: dict[str, str] = {
    "list": "list-full",
    "recall": "evidence-confusion",
    "training": "work-training",
    "merge": "dialog-merge",
    "new-version": "dialog-versions",
    "columns": "dialog-columns",
    "bulk": "dialog-bulk",
    "versions": "dialog-comparison",
    "history": "dialog-history",
    "welcome": "welcome",
}
"""File -> name in the gallery."""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    app = application.make_application()
    for name, colors in (("work", "light"), ("work-dark", "dark"), ("work-contrast", "contrast")):
        theme.apply(app, colors)  # pyright: ignore[reportArgumentType]
        keep(work_view(*SIZE), folder / f"{name}.png")
    theme.apply(app, "light")
    for name, picture in SHOWN.items():
        make: Callable[[], QWidget] = PICTURES[picture]
        widget = make()
        if isinstance(widget, MainWindow):
            widget.resize(*SIZE)
        keep(widget, folder / f"{name}.png")
        widget.close()
    _of_a_window(folder)


def _of_a_window(folder: Path) -> None:
    opened = window(True)
    opened.resize(*SIZE)
    opened.show()
    opened.run("tour")
    opened.run("tour-next")
    keep(opened, folder / "tour.png")
    if opened.tour is not None:
        opened.tour.leave()
    opened.run("split")
    settle(opened)
    asked = [d for d in opened.findChildren(QDialog) if d.isVisible()]
    keep(asked[0], folder / "split.png")
    asked[0].close()
    project = opened.project
    if project is not None:
        project.leave()
        project.session.close()


def keep(widget: QWidget, target: Path) -> None:
    widget.show()
    if isinstance(widget, WorkView):
        widget.pane.setFocus()
    elif not isinstance(widget, MainWindow | QDialog):
        widget.setFocus()
    settle(widget)
    QTest.qWait(200)
    widget.grab().save(str(target))
    with Image.open(target) as drawn:
        few = in_few_colors(drawn.convert("RGB"))
    few.save(target, optimize=True)


def in_few_colors(drawn: Image.Image) -> Image.Image:
    """256 colours: those of the theme and the most frequent ones as they are, of all others the
    nearest. Pillow's own ways merge the colours of small marks and shift the white."""
    named = [getattr(theme.current(), field.name) for field in fields(theme.current())]
    named += [c.color_dark if theme.current().dark else c.color_light for c in ADME.categories]
    exact = [ImageColor.getrgb(name) for name in named if str(name).startswith("#")]
    counted = sorted(drawn.getcolors(1 << 24) or [], reverse=True)
    kept = list(dict.fromkeys([*exact, *(color for _, color in counted)]))[:256]
    palette = np.array(kept, dtype=np.int32)
    seen = np.array([color for _, color in counted], dtype=np.int32)
    nearest = np.concatenate(
        [
            ((some[:, None] - palette[None]) ** 2).sum(axis=2).argmin(axis=1)
            for some in np.array_split(seen, max(1, len(seen) // 500))
        ]
    ).astype(np.uint8)
    code = np.array([1 << 16, 1 << 8, 1])
    order = np.argsort(seen @ code)
    at = np.searchsorted((seen @ code)[order], np.asarray(drawn, dtype=np.int32) @ code)
    few = Image.fromarray(nearest[order][at])
    few.putpalette([part for color in kept for part in color])
    return few


if __name__ == "__main__":
    main(Path(sys.argv[1]))
