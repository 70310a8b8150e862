"""Pictures of versions of a drug label and of identical sentences."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget
from updates import DOSE, SHARED, updated_project

from adme_labeler.domain.categories import ADME
from adme_labeler.gui.dialogs.identical import (
    IdenticalDialog,
    IdenticalEverywhereDialog,
    Place,
)
from adme_labeler.gui.dialogs.label_diff import Choice, LabelDiffDialog
from adme_labeler.gui.older_line import OlderLine
from adme_labeler.services import identical, label_versions
from adme_labeler.storage import labels


def versions(everything: bool = False) -> QWidget:
    opened = updated_project(_folder() / "p.adme")
    label = next(x for x in labels.all_labels(opened.connection) if "Mirta" in x.title)
    found = label_versions.versions(opened, label.id)
    diff = label_versions.compare(opened, *found)
    opened.close()
    dialog = LabelDiffDialog(
        ADME, [Choice(label.id, "Mirtacaine")], lambda _: found, lambda *_: diff
    )
    if everything:
        dialog.shown.choose("all")
    return dialog


def one_version() -> QWidget:
    opened = updated_project(_folder() / "p.adme")
    label = labels.all_labels(opened.connection)[-1]
    found = label_versions.versions(opened, label.id)
    opened.close()
    return LabelDiffDialog(
        ADME, [Choice(label.id, "Testodruge5")], lambda _: found, lambda *_: None
    )


def everywhere() -> QWidget:
    opened = updated_project(_folder() / "p.adme", held_out=True)
    survey = identical.survey(opened)
    opened.close()
    return IdenticalEverywhereDialog(ADME, survey, False)


def one_decision() -> QWidget:
    places = [Place(f"Testodrug{n}", "Distribution") for n in range(1, 5)]
    return IdenticalDialog(ADME, f"{DOSE} {SHARED}", "D", ("M",), places, 2)


def older() -> QWidget:
    opened = updated_project(_folder() / "p.adme")
    line = OlderLine(ADME)
    sentence = label_versions.to_review(opened)[1]
    line.show_older(label_versions.older_of(opened, sentence), True)
    opened.close()
    line.resize(740, line.sizeHint().height())
    return line


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="gallery-"))


PICTURES: dict[str, Callable[[], QWidget]] = {
    "dialog-versions": versions,
    "dialog-versions-all": lambda: versions(True),
    "dialog-versions-one": one_version,
    "dialog-identical": one_decision,
    "dialog-identical-all": everywhere,
    "older-sentence": older,
}
