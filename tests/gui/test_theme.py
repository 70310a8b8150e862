from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton, QRadioButton, QWidget

from adme_labeler import paths
from adme_labeler.domain.categories import ADME
from adme_labeler.gui import icons, painting, theme
from adme_labeler.gui.controls import KeyButton

PALETTES = {"light": theme.LIGHT, "dark": theme.DARK, "contrast": theme.CONTRAST}
SURFACES = ("chrome", "page", "raised", "hover", "accent_tint")


@pytest.mark.parametrize("colors", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("ink", ["text", "secondary", "accent", "success", "warning", "danger"])
def test_every_text_colour_can_be_read_on_every_surface(colors, surface, ink):
    ratio = theme.contrast(QColor(getattr(colors, ink)), QColor(getattr(colors, surface)))
    assert ratio >= 4.5, f"{ink} on {surface}: {ratio:.2f}"


@pytest.mark.parametrize("colors", PALETTES.values(), ids=PALETTES)
def test_text_on_the_accent_can_be_read(colors):
    assert theme.contrast(QColor(colors.accent_ink), QColor(colors.accent)) >= 4.5


@pytest.mark.parametrize("home", ["anna", "Zoë Müller 试", "a (b) 'c' \"d\""])
def test_the_style_sheet_holds_in_every_home_folder(qapp, tmp_path, monkeypatch, qtlog, home):
    monkeypatch.setattr(paths, "user_cache", lambda: tmp_path / home)
    theme.apply(qapp, "light")
    box = QCheckBox()
    box.setChecked(True)
    box.resize(40, 40)
    picture = box.grab().toImage()
    seen = {
        picture.pixelColor(x, y).name()
        for x in range(picture.width())
        for y in range(picture.height())
    }
    assert {theme.LIGHT.accent.lower(), theme.LIGHT.accent_ink.lower()} <= seen, "no tick"
    assert [record.message for record in qtlog.records] == []
    monkeypatch.undo()
    theme.apply(qapp, "light")


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize("category", ADME.categories, ids=[c.name for c in ADME.categories])
def test_category_letters_and_names_can_be_read(qapp, name, category):
    theme.apply(qapp, name)
    fill, letter = theme.chip_colors(category)
    assert theme.contrast(fill, letter) >= 4.5
    for surface in ("chrome", "raised"):
        background = getattr(theme.current(), surface)
        ink = theme.category_ink(category, background)
        assert theme.contrast(ink, QColor(background)) >= 4.5


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize("category", ADME.categories, ids=[c.name for c in ADME.categories])
def test_category_bars_stand_out_from_the_page(qapp, name, category):
    theme.apply(qapp, name)
    page = QColor(theme.current().page)
    assert theme.contrast(theme.category_color(category), page) >= 3


@pytest.mark.parametrize("name", PALETTES)
def test_hints_in_empty_fields_and_words_on_disabled_controls_can_be_read(qapp, qtbot, name):
    theme.apply(qapp, name)
    empty = QLineEdit()
    empty.setPlaceholderText("Filter HHHH IIII")
    fixed = QLineEdit("Filter HHHH IIII")
    fixed.setEnabled(False)
    button = KeyButton("Accept HHHH", "U")
    button.setEnabled(False)
    plain = QPushButton("Accept HHHH")
    plain.setEnabled(False)
    for widget in (empty, fixed, button, plain):
        qtbot.addWidget(widget)
        widget.resize(220, 40)
        widget.show()
        assert _darkest_on_ground(widget) >= 4.4, widget  # a stem's edge may be smoothed


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize("category", ADME.categories, ids=[c.name for c in ADME.categories])
def test_bars_stand_out_from_their_track(qapp, name, category):
    theme.apply(qapp, name)
    image = QImage(100, 8, QImage.Format.Format_RGB32)
    track = QColor(theme.current().track)
    painter = QPainter(image)
    painting.bar(painter, QRectF(0, 0, 100, 8), 0.5, theme.category_color(category), track)
    painter.end()
    assert theme.contrast(image.pixelColor(25, 4), image.pixelColor(75, 4)) >= 3


@pytest.mark.parametrize("name", PALETTES)
def test_an_interval_is_seen_on_the_brightest_bar(qapp, name):
    theme.apply(qapp, name)
    image = QImage(100, 20, QImage.Format.Format_RGB32)
    image.fill(theme.category_color(ADME.categories[2]))
    painter = QPainter(image)
    painting.whiskers(painter, 10, 90, 10.5, QColor(theme.current().text))
    painter.end()
    down = [image.pixelColor(50, y) for y in range(6, 15)]
    steps = [theme.contrast(a, b) for a, b in pairwise(down)]
    assert max(steps) >= 3


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
@pytest.mark.parametrize("checked", [False, True])
def test_the_focus_of_a_box_is_seen_without_colour(qapp, qtbot, name, kind, checked):
    theme.apply(qapp, name)
    frame = QWidget()
    qtbot.addWidget(frame)
    box, other = kind("Rows", frame), QPushButton("other", frame)
    other.move(0, 60)
    box.setAutoExclusive(False)
    box.setChecked(checked)
    frame.show()
    frame.activateWindow()
    qtbot.waitUntil(frame.isActiveWindow)
    mark = QRect(0, box.rect().center().y() - 9, 18, 18)
    lightness = []
    for focused in (other, box):
        focused.setFocus()
        image = box.grab(mark).toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        lightness.append([image.pixelColor(x, y).lightness() for x in range(18) for y in range(18)])
    far = [abs(a - b) for a, b in zip(*lightness, strict=True)]
    assert sum(change > 40 for change in far) > 20


def _darkest_on_ground(widget: QWidget) -> float:
    """Contrast of the text with what it stands on, from the picture."""
    image = widget.grab().toImage()
    middle = image.height() // 2
    inner = [
        image.pixelColor(x, y)
        for x in range(10, image.width() - 30)
        for y in range(middle - 6, middle + 6)
    ]
    ground = max(inner, key=[c.name() for c in inner].count)
    return max(theme.contrast(color, ground) for color in inner)


def test_known_contrast_ratios_are_computed_right():
    assert theme.contrast(QColor("#000000"), QColor("#FFFFFF")) == pytest.approx(21)
    assert theme.contrast(QColor("#777777"), QColor("#FFFFFF")) == pytest.approx(4.48, abs=0.01)


def test_figures_are_as_wide_as_each_other(qapp):
    metrics = QFontMetricsF(theme.font("controls"))
    widths = {metrics.horizontalAdvance(digit * 4) for digit in "0123456789"}
    assert max(widths) - min(widths) < 0.5


def test_text_size_scales_every_role_and_reaches_widgets(qapp, qtbot):
    label = QLabel("text")
    qtbot.addWidget(label)
    label.show()
    small = label.font().pixelSize()
    theme.apply(qapp, "light", 1.5)
    assert theme.size("reading") == 24
    assert label.font().pixelSize() == round(small * 1.5)


def test_a_theme_change_reaches_the_palette(qapp):
    theme.apply(qapp, "dark")
    assert qapp.palette().window().color() == QColor(theme.DARK.chrome)
    assert theme.current().dark


def test_a_missing_icon_is_an_empty_icon_and_no_error(qapp):
    assert icons.icon("there-is-no-such-icon").isNull()


@pytest.mark.parametrize("name", ["search", "export", "check", "open", "book", "add-files"])
def test_icons_that_buttons_use_are_shipped(qapp, name):
    assert not icons.icon(name).isNull()


@pytest.mark.parametrize(
    ("there", "wished", "family"),
    [
        (["DejaVu Sans", "Inter", "Noto Sans"], "Segoe UI", "Inter"),
        (["DejaVu Sans", "Segoe UI", "Noto Sans"], "Segoe UI", "Segoe UI"),
        (["DejaVu Sans", "Noto Sans", "Liberation Sans"], "DejaVu Sans", "Noto Sans"),
        (["DejaVu Sans", "Liberation Sans"], "Sans Serif", "Liberation Sans"),
        (["DejaVu Sans"], "DejaVu Sans", "DejaVu Sans"),
    ],
)
def test_the_font_is_inter_or_the_desktops_or_a_narrow_one(there, wished, family):
    assert theme.family_of(there, wished) == family
