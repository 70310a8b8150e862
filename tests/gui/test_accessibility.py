"""Every control can be named, reached and seen by a person without a mouse or without a screen."""

from __future__ import annotations

import pytest
from accessible import focusable, nameless, path, tab_order, without_ring
from gallery import PICTURES
from layouts import settle
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMenu, QPushButton, QWidget
from samples import make_project, suggest_everything

from adme_labeler.domain.categories import ADME
from adme_labeler.domain.records import AnnotationState
from adme_labeler.gui import keymap, theme
from adme_labeler.gui.decision_bar import Decision, DecisionBar
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.services import annotating

PALETTES = {"light": theme.LIGHT, "dark": theme.DARK, "contrast": theme.CONTRAST}
MOSTLY = ("work", "list-full", "dialog-export", "dialog-bulk", "dialog-merge", "dialog-split")
SELDOM = sorted(set(PICTURES) - set(MOSTLY) - {"window", "welcome"})


def looked_at(qtbot, picture: str) -> QWidget:
    widget = PICTURES[picture]()
    qtbot.addWidget(widget)
    widget.show()
    settle(widget)
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    return widget


def every_control_is_named_reached_and_seen(widget: QWidget) -> None:
    assert nameless(widget) == []
    order = tab_order(widget)
    left_out = [w for w in focusable(widget) if w not in order and w.focusProxy() is None]
    held = [w for w in left_out if not any(w.isAncestorOf(other) for other in order)]
    assert [path(w) for w in held] == []
    unseen = [said for w in [widget] for said in without_ring(w)]
    empty = [path(w) for w in focusable(widget) if _has_nothing(w)]
    assert [said for said in unseen if said not in empty] == []


def _has_nothing(widget: QWidget) -> bool:
    """A list without rows or a text without sentences: there is nothing to go through in it."""
    if isinstance(widget, QAbstractItemView):
        return widget.model() is None or not widget.model().rowCount()
    return getattr(widget, "focused", 0) is None


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize("picture", ["work", "list-full", "dialog-bulk"])
def test_focus_is_seen_in_every_theme(qtbot, qapp, name, picture):
    theme.apply(qapp, name)
    every_control_is_named_reached_and_seen(looked_at(qtbot, picture))


@pytest.mark.parametrize("picture", sorted({*MOSTLY} & {*PICTURES} - {"work", "list-full"}))
def test_every_control_of_a_dialog_is_named_reached_and_seen(qtbot, picture):
    every_control_is_named_reached_and_seen(looked_at(qtbot, picture))


@pytest.mark.full
@pytest.mark.parametrize("picture", SELDOM)
def test_every_control_of_every_state_is_named_reached_and_seen(qtbot, picture):
    every_control_is_named_reached_and_seen(looked_at(qtbot, picture))


def test_a_control_without_name_and_one_without_ring_are_found(qtbot):
    class Bare(QPushButton):
        def paintEvent(self, event) -> None:
            pass

    box = QWidget()
    qtbot.addWidget(box)
    bare = Bare(box)
    bare.resize(80, 30)
    box.show()
    box.activateWindow()
    assert nameless(box) and without_ring(box)
    bare.setAccessibleName("Named")
    assert nameless(box) == []


# ---------------------------------------------------------------------- what a screen reader says


def said(widget: QWidget) -> tuple[str, QAccessible.Role, QAccessible.State]:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name), interface.role(), interface.state()


@pytest.fixture
def bar(qtbot) -> DecisionBar:
    made = DecisionBar(ADME)
    qtbot.addWidget(made)
    made.resize(900, 160)
    made.show()
    return made


def test_the_decision_bar_says_category_probability_and_what_is_suggested(bar):
    bar.show_decision(Decision((0.01, 0.02, 0.14, 0.82, 0.01), "E", also=("M",)))
    name, role, state = said(bar.buttons["E"])
    assert name == "Excretion, 82%, suggested"
    assert role == QAccessible.Role.Button
    assert not state.disabled and state.focusable
    assert said(bar.buttons["M"])[0] == "Metabolism, 14%"
    assert said(bar.also["M"])[0] == "Also Metabolism" and said(bar.also["M"])[2].checked
    assert not said(bar.also["A"])[2].checked
    assert said(bar.accept)[0] == "Accept"


def test_the_decision_bar_says_what_is_decided_and_nothing_of_a_hidden_suggestion(bar):
    bar.show_decision(Decision(decided="M", state=AnnotationState.ACCEPTED, flagged=True))
    assert said(bar.buttons["M"])[0] == "Metabolism, decided"
    assert said(bar.flag)[2].checked
    bar.show_decision(Decision(hidden="Decide first: this drug is held out."))
    assert [said(b)[0] for b in bar.buttons.values()] == [c.name for c in ADME.categories]
    assert said(bar.accept)[2].disabled
    bar.show_decision(None)
    assert all(said(b)[2].disabled for b in bar.buttons.values())


# ---------------------------------------------------------------------- colour


def grey(widget: QWidget) -> QImage:
    settle(widget)
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)


@pytest.mark.parametrize("name", PALETTES)
def test_what_is_suggested_and_what_is_decided_is_seen_without_colour(bar, qapp, name):
    theme.apply(qapp, name)
    plain = Decision((0.2,) * 5)
    button = bar.buttons["D"]
    pictures = []
    for shown in (plain, Decision((0.2,) * 5, "D"), Decision((0.2,) * 5, decided="D")):
        bar.show_decision(shown)
        pictures.append(grey(button))
    assert all(a != b for i, a in enumerate(pictures) for b in pictures[i + 1 :])


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize("category", ADME.categories, ids=[c.name for c in ADME.categories])
def test_words_on_an_offered_category_can_be_read_and_its_mark_is_seen(qapp, name, category):
    theme.apply(qapp, name)
    colors = theme.current()
    ground = theme.tint(theme.category_color(category), QColor(colors.raised), 0.12)
    for ink in (colors.text, colors.secondary):
        assert theme.contrast(QColor(ink), ground) >= 4.5
    for surface in (colors.chrome, colors.raised, colors.page):
        assert theme.contrast(theme.category_color(category), QColor(surface)) >= 3


@pytest.mark.parametrize("colors", PALETTES.values(), ids=PALETTES)
def test_lines_that_carry_meaning_stand_out(colors):
    for line in ("field", "accent", "secondary", "success", "warning", "danger"):
        for surface in ("chrome", "raised", "page", "accent_tint"):
            found = theme.contrast(QColor(getattr(colors, line)), QColor(getattr(colors, surface)))
            assert found >= 3, f"{line} on {surface}: {found:.2f}"


# ---------------------------------------------------------------------- keys


@pytest.fixture
def opened(qtbot, preferences, tmp_path):
    made = MainWindow(preferences)
    made.resize(1280, 720)
    with qtbot.waitExposed(made):
        made.show()
    session = make_project(tmp_path / "keys.adme")
    suggest_everything(session)
    made.show_session(session, place=False, jobs=False)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    yield made
    keymap.use(keymap.Keymap())
    made.leave_project(lambda: None)
    qtbot.waitUntil(lambda: made.project is None, timeout=30_000)
    made.close()
    made.deleteLater()


def decided(window: MainWindow) -> int:
    connection = window.project.session.connection
    return connection.execute("SELECT count(*) FROM resolution").fetchone()[0]


def press(target: QWidget, key: Qt.Key, text: str = "", held: bool = False, pad: bool = False):
    modifiers = Qt.KeyboardModifier.KeypadModifier if pad else Qt.KeyboardModifier.NoModifier
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(target, QKeyEvent(kind, key, modifiers, text, held))


def test_one_key_accepts_one_corrects_and_one_takes_back(opened):
    for pressed, kept in ((Qt.Key.Key_Return, 1), (Qt.Key.Key_4, 2), (Qt.Key.Key_Backspace, 1)):
        QTest.keyClick(QApplication.focusWidget(), pressed)
        assert decided(opened) == kept


def test_the_number_pad_azerty_and_a_held_key_decide_as_they_should(opened):
    pane = QApplication.focusWidget()
    press(pane, Qt.Key.Key_3, "3", pad=True)
    press(pane, Qt.Key.Key_Eacute, "é")  # the second key of the row on AZERTY
    assert decided(opened) == 2
    for _ in range(5):
        press(pane, Qt.Key.Key_1, "1", held=True)
    assert decided(opened) == 2


def test_space_and_enter_press_a_focused_button_and_decide_elsewhere(opened):
    work = opened.project.work
    first = opened.project.desk.focus
    work.bar.flag.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(work.bar.flag, Qt.Key.Key_Space)
    assert annotating.annotation(opened.project.session, first).flagged
    assert opened.project.desk.focus == first and decided(opened) == 0
    QTest.keyClick(work.bar.flag, Qt.Key.Key_1)  # a digit decides from a button, too
    assert decided(opened) == 1
    work.pane.setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert decided(opened) == 2


def test_another_key_profile_holds_at_once(opened):
    opened.preferences.keymap = keymap.Keymap("mnemonic")
    opened.preferences_changed()
    first = opened.project.desk.focus
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_D)
    assert annotating.annotation(opened.project.session, first).category == "D"


def test_keys_in_an_open_menu_decide_nothing(opened, qtbot):
    target = QApplication.focusWidget()
    QTest.keyClick(target, Qt.Key.Key_Q, Qt.KeyboardModifier.AltModifier)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    for key in (Qt.Key.Key_1, Qt.Key.Key_L, Qt.Key.Key_Backspace):
        QTest.keyClick(menu, key)
    menu.close()
    assert decided(opened) == 0 and not opened.project.desk.hide_suggestions


def test_every_menu_opens_by_alt_and_a_letter_of_its_own(opened):
    titles = [action.text() for action in opened.menuBar().actions()]
    letters = [title[title.index("&") + 1] for title in titles]
    assert len(set(letters)) == len(letters)
