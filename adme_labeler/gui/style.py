"""The stylesheet of the stock Qt controls; everything else paints itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adme_labeler.gui.theme import Colors


def stylesheet(c: Colors, size: Callable[..., int], check: str, down: str, up: str) -> str:
    """Qt style sheet for these colours.

    `size` gives the pixel size of a type role; `check` is the file of a tick in
    `accent_ink`, `down` and `up` are those of the arrows of lists and numbers.
    """
    check, down, up = map(_in_quotes, (check, down, up))
    return f"""
QMainWindow, QDialog {{ background: {c.chrome}; }}
QToolTip {{
    background: {c.raised}; color: {c.text}; border: 1px solid {c.border_strong};
    padding: 4px 8px;
}}
QMenuBar {{ background: {c.chrome}; color: {c.secondary}; spacing: 0; padding: 2px 8px; }}
QMenuBar::item {{ padding: 6px 10px; border-radius: 6px; background: transparent; }}
QMenuBar::item:selected, QMenuBar::item:pressed {{ background: {c.hover}; color: {c.text}; }}
QMenu {{
    background: {c.raised}; color: {c.text}; border: 1px solid {c.border_strong};
    padding: 4px; border-radius: 8px;
}}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 6px; }}
QMenu::item:selected {{ background: {c.accent_tint}; color: {c.text}; }}
QMenu::item:disabled {{ color: {c.secondary}; }}
QMenu::separator {{ height: 1px; background: {c.border}; margin: 4px 8px; }}
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {{
    background: {c.raised}; color: {c.text}; border: 1px solid {c.field};
    border-radius: 6px; padding: 6px 10px;
    selection-background-color: {c.accent}; selection-color: {c.accent_ink};
}}
QLineEdit:disabled, QPlainTextEdit:disabled, QTextEdit:disabled, QSpinBox:disabled,
QDoubleSpinBox:disabled, QComboBox:disabled {{
    background: {c.chrome}; color: {c.secondary}; border-color: {c.border};
}}
QLineEdit, QPlainTextEdit, QTextEdit {{ placeholder-text-color: {c.secondary}; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus,
QComboBox:focus {{ border: 2px solid {c.accent}; padding: 5px 9px; }}
QComboBox QAbstractItemView {{
    background: {c.raised}; border: 1px solid {c.border_strong};
    selection-background-color: {c.accent_tint}; selection-color: {c.text};
}}
QComboBox {{ padding-right: 26px; }}
QComboBox:focus {{ padding-right: 25px; }}
QComboBox::drop-down {{ border: none; width: 26px; }}
QComboBox::down-arrow {{ image: url("{down}"); width: 14px; height: 14px; }}
QSpinBox, QDoubleSpinBox {{ padding-right: 26px; }}
QSpinBox:focus, QDoubleSpinBox:focus {{ padding-right: 25px; }}
QAbstractSpinBox QLineEdit {{ border: none; background: transparent; padding: 0 0 0 8px; }}
QAbstractSpinBox QLineEdit:focus {{ border: none; padding: 0 0 0 8px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
    subcontrol-origin: border; width: 24px; border: none; background: transparent;
}}
QAbstractSpinBox::up-button {{ subcontrol-position: top right; }}
QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; }}
QAbstractSpinBox::up-arrow {{ image: url("{up}"); width: 12px; height: 12px; }}
QAbstractSpinBox::down-arrow {{ image: url("{down}"); width: 12px; height: 12px; }}
QTextBrowser {{ border: none; background: {c.chrome}; padding: 0; }}
QTextBrowser:focus {{ border: none; padding: 0; }}
QPushButton {{
    background: {c.raised}; color: {c.text}; border: 1px solid {c.border_strong};
    border-radius: 6px; padding: 6px 14px; min-height: {size("controls") + 5}px; outline: none;
}}
QPushButton:hover {{ background: {c.hover}; }}
QPushButton:focus {{ border: 2px solid {c.accent}; padding: 5px 13px; }}
QPushButton:disabled {{ color: {c.secondary}; background: {c.chrome}; border-color: {c.border}; }}
QPushButton:default {{
    background: {c.accent}; color: {c.accent_ink}; border-color: {c.accent}; font-weight: 600;
}}
QPushButton:default:focus {{ border: 2px solid {c.text}; }}
QPushButton:default:disabled {{
    background: {c.track}; color: {c.secondary}; border-color: {c.track};
}}
QCheckBox, QRadioButton {{ spacing: 8px; }}
QSplitter::handle {{ background: {c.border}; }}
QDialog QSplitter::handle {{ background: transparent; }}
QSplitter::handle:hover {{ background: {c.accent}; }}
QScrollArea {{ border: none; background: transparent; }}
QAbstractItemView {{ border: none; background: {c.chrome}; outline: none; }}
QDialog QAbstractItemView, QDialog QScrollArea, QDialog QTextBrowser {{
    border: 2px solid transparent;
}}
QDialog QAbstractItemView:focus, QDialog QScrollArea:focus, QDialog QTextBrowser:focus {{
    border: 2px solid {c.accent};
}}
QDialog QComboBox QAbstractItemView {{ border: 1px solid {c.border_strong}; }}
QListWidget::item {{ padding: 6px 10px; border-radius: 6px; }}
QListWidget::item:hover {{ background: {c.hover}; }}
QListWidget::item:selected {{ background: {c.accent_tint}; color: {c.text}; }}
QTableView {{
    gridline-color: {c.border}; selection-background-color: {c.accent_tint};
    selection-color: {c.text}; background: {c.page};
}}
QTableWidget, QTableView#report {{ background: {c.chrome}; }}
QTableWidget::item, QTableView#report::item {{
    padding: 0 12px; border-bottom: 1px solid {c.border};
}}
QTableWidget::item:selected, QTableView#report::item:selected {{
    background: {c.accent_tint}; color: {c.text};
}}
QCheckBox::indicator, QTableWidget::indicator {{
    width: 14px; height: 14px; border: 1px solid {c.secondary}; border-radius: 4px;
    background: {c.raised};
}}
QCheckBox::indicator:checked, QTableWidget::indicator:checked {{
    border-color: {c.accent}; background: {c.accent}; image: url("{check}");
}}
QRadioButton::indicator {{
    width: 14px; height: 14px; border: 1px solid {c.secondary}; border-radius: 8px;
    background: {c.raised};
}}
QRadioButton::indicator:checked {{ border: 5px solid {c.accent}; width: 6px; height: 6px; }}
QCheckBox:focus, QRadioButton:focus {{ color: {c.accent}; }}
QCheckBox::indicator:focus, QCheckBox::indicator:checked:focus {{
    width: 12px; height: 12px; border: 2px solid {c.text};
}}
QRadioButton::indicator:focus {{ width: 12px; height: 12px; border: 2px solid {c.text}; }}
QRadioButton::indicator:checked:focus {{
    width: 10px; height: 10px; border: 3px solid {c.text}; background: {c.accent};
}}
QHeaderView {{ background: {c.chrome}; }}
QHeaderView::section {{
    background: {c.chrome}; color: {c.secondary}; border: none;
    border-bottom: 1px solid {c.border}; padding: 6px 12px; font-size: {size("secondary")}px;
}}
QHeaderView::section:hover {{ color: {c.text}; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {c.border_strong}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {c.secondary}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSlider {{ min-height: 24px; }}
QSlider::groove:horizontal {{ height: 4px; background: {c.track}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {c.accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{
    background: {c.raised}; border: 2px solid {c.accent}; width: 14px; height: 14px;
    margin: -7px 0; border-radius: 9px;
}}
QSlider::handle:horizontal:focus {{ background: {c.accent}; }}
QProgressBar {{
    background: {c.track}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px;
}}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
"""


def _in_quotes(file: str) -> str:
    """A path with blanks or foreign letters stands in quotes, else Qt drops the whole sheet."""
    return file.replace("\\", r"\\").replace('"', r"\"")
