"""Colours, type and spacing of the window; `apply` dresses the application.

Widgets that paint themselves ask `current()` while painting, so a theme change only needs the
palette-change event that Qt sends anyway. Colours live here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QSaveFile, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from adme_labeler import paths
from adme_labeler.domain.categories import Category
from adme_labeler.gui.style import stylesheet

ThemeName = Literal["system", "light", "dark", "contrast"]
THEMES: tuple[ThemeName, ...] = ("system", "light", "dark", "contrast")

Spacing = Literal["compact", "comfortable", "airy"]
SPACINGS: dict[Spacing, float] = {"compact": 0.6, "comfortable": 1.0, "airy": 1.4}

STEP = 4
"""Every distance in the window is a multiple of this many device-independent pixels."""

_NARROW = ("Cantarell", "Ubuntu Sans", "Ubuntu", "Noto Sans", "Open Sans", "Liberation Sans")
Role = Literal["reading", "title", "controls", "secondary", "tags"]
_SIZES: dict[Role, int] = {"reading": 16, "title": 15, "controls": 13, "secondary": 12, "tags": 11}
_TEXT_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3
LINE_CONTRAST = 3.0
"""For bars, marks and frames (WCAG 2.2, 1.4.11)."""


@dataclass(frozen=True)
class Colors:
    """One palette, as ``#RRGGBB``."""

    name: str
    dark: bool
    chrome: str
    """Bars and side panels."""
    page: str
    """Behind the text that is read."""
    raised: str
    """Buttons, cards and fields."""
    hover: str
    border: str
    border_strong: str
    """Outline of controls: at least 3:1 against its surroundings in the contrast palette."""
    field: str
    """Outline of what one types into or chooses from: at least 3:1 in every palette."""
    text: str
    secondary: str
    accent: str
    accent_ink: str
    """Text on the accent."""
    accent_tint: str
    """Selected rows and the focused sentence."""
    track: str
    """Empty part of a bar or ring."""
    success: str
    warning: str
    danger: str


LIGHT = Colors(
    name="light",
    dark=False,
    chrome="#FFFFFF",
    page="#F5F7F9",
    raised="#FFFFFF",
    hover="#F3F5F8",
    border="#E2E6EC",
    border_strong="#C5CCD6",
    field="#808B9B",
    text="#161B26",
    secondary="#596272",
    accent="#2455C3",
    accent_ink="#FFFFFF",
    accent_tint="#EDF2FE",
    track="#E2E6EC",
    success="#00764F",
    warning="#8A4B00",
    danger="#B3261E",
)
DARK = Colors(
    name="dark",
    dark=True,
    chrome="#1B212B",
    page="#13171E",
    raised="#1F2631",
    hover="#28303D",
    border="#2D3542",
    border_strong="#465062",
    field="#7A8698",
    text="#E9EDF3",
    secondary="#9DA7B5",
    accent="#7AA5FF",
    accent_ink="#0E1521",
    accent_tint="#222C3F",
    track="#2D3542",
    success="#3FCF9F",
    warning="#F0B45C",
    danger="#FF8A80",
)
CONTRAST = Colors(
    name="contrast",
    dark=True,
    chrome="#000000",
    page="#000000",
    raised="#000000",
    hover="#1C1C1C",
    border="#8A8A8A",
    border_strong="#FFFFFF",
    field="#FFFFFF",
    text="#FFFFFF",
    secondary="#E0E0E0",
    accent="#FFD83D",
    accent_ink="#000000",
    accent_tint="#332B00",
    track="#4A4A4A",
    success="#5CF2B8",
    warning="#FFC46B",
    danger="#FF9D94",
)


@dataclass
class _State:
    colors: Colors = LIGHT
    wanted: ThemeName = "system"
    family: str = ""
    scale: float = 1.0
    room: float = 1.0
    follows_system: bool = False


_state = _State()


def apply(
    app: QApplication,
    theme: ThemeName = "system",
    scale: float = 1.0,
    spacing: Spacing | None = None,
) -> None:
    """Set style, palette, font and stylesheet; `scale` multiplies every type size.

    `spacing` is how far lines and rows stand apart; None leaves it as it is.

    "system" follows the desktop's light or dark setting, also while the window is open.
    """
    hints = QGuiApplication.styleHints()
    if not _state.follows_system:
        hints.colorSchemeChanged.connect(lambda _: _follow_system())
        _state.follows_system = True
    _state.wanted = theme
    _state.scale = scale
    if spacing is not None:
        _state.room = SPACINGS[spacing]
    if theme == "light":
        colors = LIGHT
    elif theme == "dark":
        colors = DARK
    elif theme == "contrast":
        colors = CONTRAST
    else:
        colors = DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT
    _state.colors = colors
    if not _state.family:
        _state.family = family_of(QFontDatabase.families(), app.font().family())
    font.cache_clear()
    if app.style().objectName().lower() != "fusion":
        app.setStyle("Fusion")
    app.setFont(font("controls"))
    app.setPalette(_palette(colors))
    app.setStyleSheet(
        stylesheet(
            colors,
            size,
            _colored("check", colors.accent_ink),
            _colored("chevron-down", colors.secondary),
            _colored("chevron-up", colors.secondary),
        )
    )


def family_of(there: Iterable[str], wished: str) -> str:
    """Inter, for which the window is drawn; else what the desktop wishes for, but a narrow one that
    is there in place of DejaVu Sans, which is a fifth wider."""
    found = set(there)
    if "Inter" in found:
        return "Inter"
    if not wished.startswith(("DejaVu", "Bitstream Vera", "Sans")):
        return wished
    return next((name for name in _NARROW if name in found), wished)


def current() -> Colors:
    return _state.colors


def size(role: Role) -> int:
    """Type size in device-independent pixels."""
    return max(8, round(_SIZES[role] * _state.scale))


def scaled(pixels: float) -> float:
    """A width that grows with the text, given as it is at normal size."""
    return pixels * size("controls") / _SIZES["controls"]


def padding(pixels: int) -> int:
    """Room around a row of text, in the spacing that the curator chose."""
    return round(pixels * _state.room)


def leading(factor: float) -> float:
    """Distance of two lines of text in type sizes: `factor` at comfortable spacing."""
    return 1.15 + (factor - 1.15) * _state.room


@lru_cache(maxsize=64)
def font(role: Role, weight: QFont.Weight = QFont.Weight.Normal, italic: bool = False) -> QFont:
    """Font of the window's one family with tabular figures. Shared: copy it before changing it."""
    made = QFont(_state.family) if _state.family else QFont()
    made.setPixelSize(size(role))
    made.setWeight(weight)
    made.setItalic(italic)
    made.setFeature(QFont.Tag("tnum"), 1)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


def bold(role: Role) -> QFont:
    return font(role, QFont.Weight.DemiBold)


def category_color(category: Category) -> QColor:
    """Colour for bars, outlines and marks of this category in the current theme."""
    return QColor(category.color_dark if current().dark else category.color_light)


def category_ink(category: Category, background: str | None = None) -> QColor:
    """The category's colour moved towards the text until it can be read as text."""
    return readable(category_color(category), QColor(background or current().chrome))


def chip_colors(category: Category) -> tuple[QColor, QColor]:
    """Fill and letter of the small square with a category's letter."""
    if current().dark:
        fill = category_color(category)
        return fill, QColor("#0E1521")
    letter = QColor("#FFFFFF")
    return readable(category_color(category), letter), letter


def tint(color: QColor, background: QColor, share: float) -> QColor:
    """`share` (0 to 1) of `color` laid over `background`."""
    return QColor.fromRgbF(
        color.redF() * share + background.redF() * (1 - share),
        color.greenF() * share + background.greenF() * (1 - share),
        color.blueF() * share + background.blueF() * (1 - share),
    )


def contrast(first: QColor, second: QColor) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def readable(color: QColor, background: QColor, least: float = _TEXT_CONTRAST) -> QColor:
    """`color` itself where it can be read on `background`, else darkened or lightened until so."""
    towards = QColor("#000000" if _luminance(background) > 0.18 else "#FFFFFF")
    for share in range(0, 21):
        moved = tint(towards, color, share / 20)
        if contrast(moved, background) >= least:
            return moved
    return towards


def _follow_system() -> None:
    app = QApplication.instance()
    if isinstance(app, QApplication) and _state.wanted == "system":
        apply(app, "system", _state.scale)


@lru_cache(maxsize=16)
def _colored(icon: str, color: str) -> str:
    """File of a shipped icon in a colour: style sheets can show files only, and only as are."""
    source = paths.resources() / "icons" / f"{icon}.svg"
    target = paths.user_cache() / f"{icon}-{color.lstrip('#')}.svg"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        written = QSaveFile(str(target))  # two windows may start at once
        if not written.open(QSaveFile.OpenModeFlag.WriteOnly):
            return ""
        written.write(source.read_bytes().replace(b"#000", color.encode()))
        return target.as_posix() if written.commit() else ""
    except OSError:
        return ""


def _luminance(color: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    return (
        0.2126 * linear(color.redF())
        + 0.7152 * linear(color.greenF())
        + 0.0722 * linear(color.blueF())
    )


def _palette(colors: Colors) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colors.chrome,
        QPalette.ColorRole.Base: colors.raised,
        QPalette.ColorRole.AlternateBase: colors.hover,
        QPalette.ColorRole.Button: colors.raised,
        QPalette.ColorRole.WindowText: colors.text,
        QPalette.ColorRole.Text: colors.text,
        QPalette.ColorRole.ButtonText: colors.text,
        QPalette.ColorRole.BrightText: colors.danger,
        QPalette.ColorRole.ToolTipBase: colors.raised,
        QPalette.ColorRole.ToolTipText: colors.text,
        QPalette.ColorRole.PlaceholderText: colors.secondary,
        QPalette.ColorRole.Highlight: colors.accent,
        QPalette.ColorRole.HighlightedText: colors.accent_ink,
        QPalette.ColorRole.Link: colors.accent,
        QPalette.ColorRole.LinkVisited: colors.accent,
        QPalette.ColorRole.Accent: colors.accent,
        QPalette.ColorRole.Light: colors.hover,
        QPalette.ColorRole.Midlight: colors.border,
        QPalette.ColorRole.Mid: colors.border_strong,
        QPalette.ColorRole.Dark: colors.border_strong,
        QPalette.ColorRole.Shadow: colors.border_strong,
    }
    for role, value in roles.items():
        palette.setColor(role, QColor(value))
    dim = tint(QColor(colors.secondary), QColor(colors.chrome), 0.6)
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, dim)
    return palette
