"""Colours of categories: whether they can be seen on the window, and told from each other."""

from __future__ import annotations

import re

from adme_labeler.domain.problems import Problem
from adme_labeler.language import tr

LIGHT_WINDOW = ("#FFFFFF", "#F5F7F9", "#F3F5F8")
DARK_WINDOW = ("#1B212B", "#13171E", "#1F2631", "#28303D", "#000000")
"""What bars, outlines and marks of a category are drawn on, in the light and the dark themes."""

LEAST_CONTRAST = 3.0
"""WCAG 2.2, success criterion 1.4.11: parts of controls and graphics."""

LEAST_DIFFERENCE = 0.06
"""Between two categories, as distance in Oklab; those of the palette differ by 0.08 and more."""

PALETTE: tuple[tuple[str, str, str], ...] = (
    ("Blue", "#0072B2", "#56B4E9"),
    ("Green", "#009E73", "#3FCF9F"),
    ("Orange", "#B8620A", "#F0A04B"),
    ("Pink", "#A3457F", "#E08ABF"),
    ("Grey", "#6B7482", "#9AA4B2"),
    ("Red", "#CC2936", "#FF8577"),
    ("Violet", "#6B4FD8", "#A594FF"),
    ("Olive", "#857700", "#E3D34A"),
    ("Brown", "#6E4A33", "#C9A88C"),
    ("Teal", "#008B9A", "#4FD6E0"),
)
"""(name, on light, on dark): the Okabe-Ito family, and what can still be told apart from it."""

_WRITTEN = re.compile(r"#[0-9A-Fa-f]{6}")


class ColorProblem(Problem):
    """The text is no colour."""


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two ``#RRGGBB`` colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def difference(first: str, second: str) -> float:
    """Distance of two colours in Oklab (Ottosson 2020), where equal steps look equal."""
    pairs = zip(_oklab(first), _oklab(second), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


def visible(color: str, dark: bool) -> bool:
    """Whether the colour stands out from everything the window draws it on."""
    window = DARK_WINDOW if dark else LIGHT_WINDOW
    return min(contrast(color, behind) for behind in window) >= LEAST_CONTRAST


def is_color(written: str) -> bool:
    return _WRITTEN.fullmatch(written) is not None


def _linear(color: str) -> tuple[float, float, float]:
    if not is_color(color):
        raise ColorProblem(tr("“{color}” is no colour; write it like #0072B2.", color=color))
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return red, green, blue


def _luminance(color: str) -> float:
    red, green, blue = _linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _oklab(color: str) -> tuple[float, float, float]:
    r, g, b = _linear(color)
    cone_l = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    cone_m = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    cone_s = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * cone_l + 0.7936177850 * cone_m - 0.0040720468 * cone_s,
        1.9779984951 * cone_l - 2.4285922050 * cone_m + 0.4505937099 * cone_s,
        0.0259040371 * cone_l + 0.7827717662 * cone_m - 0.8086757660 * cone_s,
    )
