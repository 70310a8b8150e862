"""Dialogs about versions of drug labels and about identical sentences, on an open project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import LabelId, SentenceId
from adme_labeler.gui.dialogs.identical import (
    IdenticalDialog,
    IdenticalEverywhereDialog,
    Place,
)
from adme_labeler.gui.dialogs.label_diff import Choice, LabelDiffDialog
from adme_labeler.gui.label_list import short_title
from adme_labeler.language import tr, trn
from adme_labeler.services import identical, label_versions
from adme_labeler.services.importing import ImportTally
from adme_labeler.services.queue import QueueKind
from adme_labeler.storage import sentences

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow
    from adme_labeler.gui.project_view import ProjectView


def compare_versions(window: MainWindow, chosen: Sequence[LabelId] = ()) -> None:
    """Of these drug labels, or of the one that is being read."""
    project = window.project
    if project is None:
        return
    desk = project.desk
    wanted = list(chosen) or ([] if desk.label is None else [desk.label])
    if not wanted:
        raise Problem(tr("There is no drug label yet: Ctrl+I adds some."))
    choices = [Choice(i, short_title(desk.shelf[i].title)) for i in wanted if i in desk.shelf]
    opened = project.session
    dialog = LabelDiffDialog(
        opened.scheme,
        choices,
        lambda label: label_versions.versions(opened, label),
        lambda older, newer: label_versions.compare(opened, older, newer),
        window,
    )
    dialog.opened.connect(lambda ident: _read(project, SentenceId(ident)))
    dialog.resize(dialog.sizeHint().boundedTo(window.size()))
    window.ask(dialog, lambda: None)


def offer_updates(project: ProjectView, tally: ImportTally) -> None:
    """After an import: a link to what changed in the drug labels that it updated."""
    project.updated = tuple(tally.updated)
    project.work.status.offer_updates(len(tally.updated))


def apply_identical(window: MainWindow) -> None:
    """Take the decision in focus, or the last one, over to identical sentences; ask first."""
    project = window.project
    if project is None:
        return
    opened, desk = project.session, project.desk
    found = desk.identical_offer()
    if found is None:
        raise Problem(identical.why_none(opened, desk.focus))
    targets = [twin.sentence for twin in found.targets]
    places = [
        Place(
            short_title(desk.shelf[s.label].title),
            s.heading_path[-1] if s.heading_path else s.section_title,
        )
        for s in sentences.get(opened.connection, targets)
    ]
    (source,) = sentences.get(opened.connection, [found.sentence])
    dialog = IdenticalDialog(
        opened.scheme,
        source.text,
        found.category,
        found.also,
        places,
        found.held_out,
        identical.always(opened),
        window,
    )

    def take_over() -> None:
        changes = identical.apply(opened, found.sentence, ask=not dialog.always())
        project.bus.publish(changes)
        _say(project, len(changes.annotations))

    window.ask(dialog, take_over)


def apply_identical_everywhere(window: MainWindow) -> None:
    project = window.project
    if project is None:
        return
    opened = project.session
    survey = identical.survey(opened)
    dialog = IdenticalEverywhereDialog(opened.scheme, survey, identical.always(opened), window)

    def take_over() -> None:
        if dialog.review():
            project.work.toolbar.queues.choose(QueueKind.IDENTICAL.value)
            return
        ask, number = not dialog.always(), survey.sentences
        project.writes.do(
            number,
            tr("Saving {count:,} decisions", count=number),
            lambda own: identical.applying_everywhere(own, survey.agreed, ask=ask),
            taken_over,
        )

    def taken_over(changes: Changes) -> None:
        project.bus.publish(changes)
        _say(project, len(changes.annotations))

    window.ask(dialog, take_over)


def _say(project: ProjectView, number: int) -> None:
    if number:
        project.work.status.say(
            trn(
                "{count:,} identical sentence decided; one undo takes them back",
                "{count:,} identical sentences decided; one undo takes them back",
                number,
            )
        )


def _read(project: ProjectView, sentence: SentenceId) -> None:
    project.desk.go_to(sentence)
    project.show_list(False)
