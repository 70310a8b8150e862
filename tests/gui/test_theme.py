from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QLabel

from adme_labeler.domain.categories import ADME
from adme_labeler.gui import icons, theme

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
