from __future__ import annotations

import itertools

import pytest

from adme_labeler.domain import colors
from adme_labeler.domain.categories import ADME
from adme_labeler.domain.scheme_rules import faults


@pytest.mark.parametrize("color", colors.PALETTE, ids=lambda c: c[0])
def test_every_colour_of_the_palette_is_seen_on_every_window(color):
    assert colors.visible(color[1], dark=False)
    assert colors.visible(color[2], dark=True)


def test_colours_of_the_palette_differ_well():
    for one, other in itertools.combinations(colors.PALETTE, 2):
        for column in (1, 2):
            assert colors.difference(one[column], other[column]) >= 0.08, (one, other)


def test_the_default_scheme_has_no_fault():
    assert faults(ADME) == []


def test_contrast_of_black_and_white_is_that_of_the_standard():
    assert colors.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert colors.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
