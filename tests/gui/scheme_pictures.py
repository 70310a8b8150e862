"""The page for categories in every state, as dialogs to be drawn; schemes of many categories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QWidget

from adme_labeler.domain.categories import ADME, Category, CategoryKey, CategoryScheme
from adme_labeler.domain.scheme_rules import free_colors, free_digit
from adme_labeler.gui.dialogs.project_settings import ProjectSettingsDialog
from adme_labeler.gui.dialogs.scheme_page import SchemePage
from adme_labeler.services.project_settings import ProjectSettings

_FURTHER = (
    ("F", "Food effect", "What a meal does to the exposure, whatever the reason."),
    ("G", "Genotype", "Differences between carriers of gene variants."),
    ("T", "Transporters", "Carriers that take the drug in or out of cells."),
    ("Sp", "Special populations", "Age, sex, pregnancy, impaired liver or kidneys."),
)


def scheme(count: int) -> CategoryScheme:
    """ADME with further categories, `count` in all."""
    made = ADME
    for key, name, definition in _FURTHER[: count - len(ADME.categories)]:
        new = Category(
            CategoryKey(key),
            name,
            free_digit(made.categories),
            *free_colors(made.categories),
            definition,
        )
        made = replace(made, categories=(*made.categories, new))
    return made


def _why_kept(key: CategoryKey) -> str:
    return f"{ADME[key].name} cannot be removed: it is used by 14 decisions and model version 3."


def _dialog(
    count: int, change: Callable[[SchemePage], None] = lambda page: None, busy: str = ""
) -> ProjectSettingsDialog:
    page = SchemePage(scheme(count), _why_kept, busy)
    dialog = ProjectSettingsDialog(ProjectSettings(), "Ana", lambda folder: Path(), page)
    dialog.pages.choose("categories")
    change(page)
    return dialog


def _added(page: SchemePage) -> None:
    page.add.click()
    page.name.setText("Dose proportionality")
    page.name.textEdited.emit(page.name.text())


def _alike(page: SchemePage) -> None:
    page.select(5)
    page.color.light.setText("#0074B4")
    page.color.light.textEdited.emit("")


def _refused(page: SchemePage) -> None:
    page.select(2)
    page.remove.click()


PICTURES: dict[str, Callable[[], QWidget]] = {
    "dialog-categories": lambda: _dialog(5),
    "dialog-categories-added": lambda: _dialog(6, _added),
    "dialog-categories-alike": lambda: _dialog(6, _alike),
    "dialog-categories-refused": lambda: _dialog(5, _refused),
    "dialog-categories-nine": lambda: _dialog(9, lambda page: page.select(8)),
    "dialog-categories-busy": lambda: _dialog(
        6, busy="The categories can be changed once the training has ended."
    ),
}
