from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMainWindow, QPlainTextEdit, QTextBrowser

from adme_labeler.domain.categories import ADME
from adme_labeler.gui import keymap
from adme_labeler.gui.action_set import ActionSet
from adme_labeler.gui.actions import ACTIONS
from adme_labeler.gui.keymap import PROFILES, Keymap, category_digit, is_text_field

NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
PAD = Qt.KeyboardModifier.KeypadModifier


def press(key, modifiers=NONE, text="", scan=0, repeat=False) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, scan, 0, 0, text, repeat)


def meaning(*arguments, **named) -> str | None:
    return Keymap().action_for(press(*arguments, **named))


@pytest.mark.parametrize("number", range(1, 6))
def test_a_digit_chooses_its_category_on_the_row_and_on_the_pad(number):
    key = Qt.Key(Qt.Key.Key_0 + number)
    assert meaning(key, text=str(number)) == f"category-{number}"
    assert meaning(key, PAD, text=str(number)) == f"category-{number}"


@pytest.mark.parametrize(
    ("number", "key", "text"),
    [
        (1, Qt.Key.Key_Exclam, "!"),
        (2, Qt.Key.Key_At, "@"),
        (2, Qt.Key.Key_QuoteDbl, '"'),
        (3, Qt.Key.Key_NumberSign, "#"),
        (3, Qt.Key.Key_section, "§"),
        (4, Qt.Key.Key_Dollar, "$"),
        (5, Qt.Key.Key_Percent, "%"),
    ],
)
def test_shift_and_a_digit_toggles_also_on_american_and_german_keyboards(number, key, text):
    assert meaning(key, SHIFT, text=text) == f"also-{number}"


@pytest.mark.parametrize(
    ("number", "key", "text"),
    [
        (1, Qt.Key.Key_Ampersand, "&"),
        (2, Qt.Key.Key_Eacute, "é"),
        (3, Qt.Key.Key_QuoteDbl, '"'),
        (4, Qt.Key.Key_Apostrophe, "'"),
        (5, Qt.Key.Key_ParenLeft, "("),
    ],
)
@pytest.mark.parametrize("knows_place", [True, False])
def test_the_digit_row_of_azerty_works_with_and_without_shift(number, key, text, knows_place):
    scan = 9 + number if knows_place else 0
    assert meaning(key, text=text, scan=scan) == f"category-{number}"
    digit = Qt.Key(Qt.Key.Key_0 + number)
    assert meaning(digit, SHIFT, text=str(number), scan=scan) == f"also-{number}"


@pytest.fixture
def nine():
    scheme = ADME
    for key, digit in zip("STUV", "6789", strict=True):
        new = replace(ADME.categories[0], key=key, name=f"Further {key}", shortcut=digit)
        scheme = replace(scheme, categories=(*scheme.categories, new))
    keymap.use_scheme(scheme)
    yield scheme
    keymap.use_scheme(ADME)


@pytest.mark.parametrize("number", range(6, 10))
def test_digits_beyond_five_decide_where_the_project_has_such_categories(nine, number):
    key = Qt.Key(Qt.Key.Key_0 + number)
    assert meaning(key, text=str(number)) == f"category-{number}"
    assert meaning(key, PAD, text=str(number)) == f"category-{number}"
    assert meaning(key, SHIFT, text=str(number), scan=9 + number) == f"also-{number}"
    azerty = dict(zip(range(6, 10), "-è_ç", strict=True))[number]
    assert meaning(Qt.Key.Key_unknown, text=azerty, scan=9 + number) == f"category-{number}"
    pad = [Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_Up, Qt.Key.Key_PageUp][number - 6]
    assert meaning(pad, PAD | SHIFT) == f"also-{number}"


def test_a_slash_on_the_seven_searches_until_there_is_a_seventh_category(nine):
    slash = {"key": Qt.Key.Key_Slash, "modifiers": SHIFT, "text": "/", "scan": 16}
    assert meaning(**slash) == "also-7"
    keymap.use_scheme(ADME)
    assert meaning(**slash) == "search"


def test_letters_of_the_profile_follow_the_categories_and_take_no_other_key(nine):
    swapped = tuple(
        replace(c, shortcut={"A": "2", "D": "1"}.get(c.key, c.shortcut)) for c in nine.categories
    )
    keymap.use_scheme(replace(nine, categories=swapped))
    keys = Keymap("mnemonic")
    assert keys.action_for(press(Qt.Key.Key_A, text="a")) == "category-2"
    assert keys.action_for(press(Qt.Key.Key_T, text="t")) == "category-7"
    assert keys.action_for(press(Qt.Key.Key_U, text="u")) == "unsure"
    assert keys.printed("category-8") == "8"


def test_shift_turns_the_number_pad_into_arrows_and_still_means_also():
    assert meaning(Qt.Key.Key_End, PAD | SHIFT) == "also-1"
    assert meaning(Qt.Key.Key_Clear, PAD | SHIFT) == "also-5"
    assert meaning(Qt.Key.Key_Down, PAD) == "next"


@pytest.mark.parametrize(
    ("platform", "scan", "virtual"), [("win32", 3, 0), ("linux", 11, 0), ("darwin", 0, 0x13)]
)
def test_the_second_key_of_the_row_is_found_by_place_on_every_system(platform, scan, virtual):
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Eacute, NONE, scan, virtual, 0, "é")
    assert category_digit(event, platform) == (2, False)


@pytest.mark.parametrize(
    ("key", "modifiers", "text", "expected"),
    [
        (Qt.Key.Key_Return, NONE, "\r", "accept"),
        (Qt.Key.Key_Enter, PAD, "\r", "accept"),
        (Qt.Key.Key_A, NONE, "a", "accept"),
        (Qt.Key.Key_X, NONE, "x", "second"),
        (Qt.Key.Key_Space, NONE, " ", "skip"),
        (Qt.Key.Key_U, NONE, "u", "unsure"),
        (Qt.Key.Key_Backspace, NONE, "\b", "undo"),
        (Qt.Key.Key_Z, CTRL, "", "undo"),
        (Qt.Key.Key_Z, CTRL | SHIFT, "", "redo"),
        (Qt.Key.Key_Y, CTRL, "", "redo"),
        (Qt.Key.Key_Up, NONE, "", "previous"),
        (Qt.Key.Key_Down, NONE, "", "next"),
        (Qt.Key.Key_J, NONE, "j", "next"),
        (Qt.Key.Key_K, NONE, "k", "previous"),
        (Qt.Key.Key_Down, CTRL, "", "next-open"),
        (Qt.Key.Key_F, NONE, "f", "flag"),
        (Qt.Key.Key_N, NONE, "n", "note"),
        (Qt.Key.Key_H, NONE, "h", "guideline"),
        (Qt.Key.Key_Question, SHIFT, "?", "guideline"),
        (Qt.Key.Key_C, NONE, "c", "context"),
        (Qt.Key.Key_L, NONE, "l", "hide"),
        (Qt.Key.Key_G, NONE, "g", "rarest"),
        (Qt.Key.Key_Slash, NONE, "/", "search"),
        (Qt.Key.Key_Slash, SHIFT, "/", "search"),
        (Qt.Key.Key_F, CTRL, "", "search"),
        (Qt.Key.Key_B, CTRL, "", "bulk"),
        (Qt.Key.Key_R, CTRL, "", "retrain"),
        (Qt.Key.Key_E, CTRL, "", "export"),
        (Qt.Key.Key_S, CTRL, "", "saved"),
        (Qt.Key.Key_O, CTRL, "", "open"),
        (Qt.Key.Key_N, CTRL, "", "new"),
        (Qt.Key.Key_I, CTRL, "", "import"),
        (Qt.Key.Key_Q, NONE, "q", None),
        (Qt.Key.Key_6, NONE, "6", None),
        (Qt.Key.Key_1, CTRL, "", "view-read"),
    ],
)
def test_keys_mean_what_the_key_sheet_says(key, modifiers, text, expected):
    assert meaning(key, modifiers, text=text) == expected


@pytest.fixture
def window(qtbot):
    class Window(QMainWindow):
        def __init__(self) -> None:
            super().__init__()
            self.done: list[str] = []
            self.keys = ActionSet(self.done.append, self)

    made = Window()
    qtbot.addWidget(made)
    return made


def test_a_held_key_decides_once(window):
    assert window.keys.handle(press(Qt.Key.Key_1, text="1"), None)
    assert window.keys.handle(press(Qt.Key.Key_1, text="1", repeat=True), None)
    assert window.done == ["category-1"]


def test_a_held_arrow_key_keeps_moving(window):
    for repeat in (False, True, True):
        window.keys.handle(press(Qt.Key.Key_Down, repeat=repeat), None)
    assert window.done == ["next", "next", "next"]


@pytest.mark.parametrize("field", [QLineEdit, QPlainTextEdit])
def test_typing_in_a_text_field_decides_nothing(window, qtbot, field):
    typing = field()
    qtbot.addWidget(typing)
    for key, text in ((Qt.Key.Key_1, "1"), (Qt.Key.Key_Space, " "), (Qt.Key.Key_G, "g")):
        assert not window.keys.handle(press(key, text=text), typing)
    assert window.done == []
    window.keys.handle(press(Qt.Key.Key_R, CTRL), typing)
    assert window.done == ["retrain"]


def test_a_text_that_is_only_read_is_no_text_field(qtbot):
    browser = QTextBrowser()
    qtbot.addWidget(browser)
    assert not is_text_field(browser)


def test_an_action_that_is_not_possible_now_does_nothing(window):
    window.keys.enable(lambda needs: False)
    window.keys.handle(press(Qt.Key.Key_1, text="1"), None)
    assert window.done == []


def test_every_action_with_a_menu_stands_in_it(window):
    menus = window.keys.fill(window.menuBar())
    shown = {action.text().split("\t")[0] for menu in menus.values() for action in menu.actions()}
    assert {row.text for row in ACTIONS if row.menu} <= shown


@pytest.mark.parametrize("profile", [profile.id for profile in PROFILES])
def test_in_every_profile_a_key_means_one_thing_and_every_deciding_action_has_a_key(profile):
    keys = Keymap(profile)  # raises where two actions want one key
    assert all(keys.shortcuts(action.id) for action in ACTIONS if action.shortcuts)


@pytest.mark.parametrize(
    ("profile", "key", "text", "expected"),
    [
        ("anki", Qt.Key.Key_Space, " ", "accept"),
        ("anki", Qt.Key.Key_Minus, "-", "skip"),
        ("prodigy", Qt.Key.Key_X, "x", "second"),
        ("prodigy", Qt.Key.Key_Delete, "", "undo"),
        ("mnemonic", Qt.Key.Key_A, "a", "category-1"),
        ("mnemonic", Qt.Key.Key_O, "o", "category-5"),
        ("mnemonic", Qt.Key.Key_3, "3", "category-3"),
        ("mnemonic", Qt.Key.Key_Return, "", "accept"),
    ],
)
def test_a_profile_has_the_keys_of_its_tool(profile, key, text, expected):
    assert Keymap(profile).action_for(press(key, text=text)) == expected


def test_a_key_given_to_another_action_is_taken_from_the_first():
    keys = Keymap()
    assert keys.conflict("skip", "F") == "flag"
    changed = keys.with_key("skip", "F")
    assert changed.action_for(press(Qt.Key.Key_F, text="f")) == "skip"
    assert changed.printed("skip") == "F"
    assert changed.shortcuts("flag") == ()
    assert Keymap("default", changed.changes).shortcuts("skip") == changed.shortcuts("skip")
    back = changed.reset("flag")
    assert back.shortcuts("flag") == ("F",)
    assert back.shortcuts("skip") == ("Space",)
    assert changed.reset("skip").reset("flag").changes == {}


def test_a_digit_always_chooses_its_category():
    assert Keymap("mnemonic").without_keys("category-1").conflict("skip", "1") == "category-1"


def test_stored_keys_of_an_action_that_is_gone_are_left_out():
    assert Keymap("default", {"no such action": ("Z",), "skip": ("Z",)}).printed("skip") == "Z"


def test_menus_and_buttons_print_the_keys_of_the_profile(window, qtbot):
    keymap.use(Keymap("anki"))
    try:
        window.keys.set_text("accept", "Accept")
        assert window.keys["accept"].text().endswith("\tSpace")
    finally:
        keymap.use(Keymap())
