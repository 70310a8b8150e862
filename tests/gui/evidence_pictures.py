"""The right side and its dialogs in every state, as widgets to be drawn."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from samples import NEEDS, drafts, measurement, model_change, trend

from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.domain.evidence import MoreNeeded
from adme_labeler.domain.records import ModelState, ModelVersion
from adme_labeler.gui.controls import Panel
from adme_labeler.gui.curve import LossPoint
from adme_labeler.gui.dialogs.audit import AuditDialog
from adme_labeler.gui.dialogs.versions import VersionsDialog, version_lines
from adme_labeler.gui.history_panel import HistoryDialog
from adme_labeler.gui.recall_panel import RecallView
from adme_labeler.gui.training_cards import OutcomeView, RunView
from adme_labeler.gui.training_panel import TrainingView, VersionRow
from adme_labeler.gui.unfound_card import UnfoundRow, UnfoundView
from adme_labeler.gui.work_view import WorkView
from adme_labeler.protocol import HeldOutPrediction, Progress
from adme_labeler.services import annotating, history, importing, training, versions
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session, change_setting
from adme_labeler.storage import sentences

VERSIONS = (
    VersionRow(ModelVersion(7), ModelState.ACTIVE, "14:02", "378 annotations", "found 78 of 89"),
    VersionRow(ModelVersion(6), ModelState.RETIRED, "03 Mar 09:12", "240 annotations, 902 hints",
               "found 58 of 71", False),
)  # fmt: skip
UNFOUND = UnfoundView(
    drawn=100,
    read=100,
    set_aside=0,
    pool=8_412,
    undecided=8_040,
    when="3 Mar 2026",
    rows=(
        UnfoundRow("E", 11.2, 4, 23),
        UnfoundRow("D", 64.0, 31, 108),
        UnfoundRow("M", 120.6, 77, 171),
        UnfoundRow("A", 212.4, 160, 271),
    ),
)


def curve(stages: int = 2) -> tuple[LossPoint, ...]:
    noise = random.Random(3)
    points = [
        LossPoint(1, step, 120, 1.9 * 0.97**step + 0.25 + 0.15 * noise.random())
        for step in range(1, 121, 2)
    ]
    if stages == 2:
        points += [
            LossPoint(2, step, 240, 0.6 * 0.99**step + 0.12 + 0.1 * noise.random())
            for step in range(1, 149, 2)
        ]
    return tuple(points)


def side(view: RecallView, unfound: UnfoundView, trained: TrainingView) -> WorkView:
    """The right side of the work view alone."""
    made = WorkView(ADME, lambda ids: {})
    made.recall.show_recall(view)
    made.unfound.show_unfound(unfound)
    made.training.show_training(trained)
    return made


def alone(made: WorkView, height: int = 1180) -> QWidget:
    """The three panels in the width that they have beside the text."""
    frame = Panel("chrome")
    column = QVBoxLayout(frame)
    column.setContentsMargins(16, 16, 16, 16)
    column.setSpacing(16)
    for panel in (made.recall, made.training, made.unfound):
        column.addWidget(panel)
    column.addStretch(1)
    frame.resize(328, max(height, column.totalHeightForWidth(328)))
    frame.kept = made  # pyright: ignore[reportAttributeAccessIssue]
    return frame


def healthy() -> QWidget:
    view = RecallView(measurement(), 7, 2, model_change(6), trend=trend(), needs=NEEDS)
    made = side(view, UNFOUND, TrainingView(versions=VERSIONS, can_roll_back=True))
    made.recall.choose("E")
    return alone(made)


def confusion() -> QWidget:
    view = RecallView(measurement(), 7, 2, model_change(6), trend=trend(), needs=NEEDS)
    made = side(view, UNFOUND, TrainingView(versions=VERSIONS, can_roll_back=True))
    made.recall.show_confusion.setChecked(True)
    return alone(made, 1320)


def nothing() -> QWidget:
    return alone(side(RecallView(), UnfoundView(possible=False), TrainingView()), 520)


def thin() -> QWidget:
    measured = measurement()
    few = tuple(
        msgspec.structs.replace(
            c, support=n, found=n // 2, claimed=n, recall=None, precision=None, precision_low=None
        )
        for n, c in zip((4, 7, 2, 9, 0), measured.categories, strict=True)
    )
    shown = msgspec.structs.replace(measured, categories=few, not_blind=0, sentences=22)
    made = side(
        RecallView(shown, 1, 0, needs={"D": MoreNeeded(3, None, 10, 412)}),
        UnfoundView(drawn=100, read=12, set_aside=2, pool=8_412, undecided=8_300,
                    when="3 Mar 2026", until_figures=8),
        TrainingView(versions=VERSIONS[:1], can_roll_back=True),
    )  # fmt: skip
    made.recall.choose("D")
    return alone(made, 900)


def candidate() -> QWidget:
    view = RecallView(
        measurement(),
        7,
        2,
        None,
        candidate=measurement(),
        candidate_version=8,
        candidate_change=model_change(7),
        trend=trend(),
        needs=NEEDS,
    )
    waits = VersionRow(
        ModelVersion(8), ModelState.CANDIDATE, "14:40", "446 annotations", "found 81 of 89"
    )
    outcome = OutcomeView(
        "Version 8 waits: not enough evidence",
        "The new model scores lower, perhaps by chance: -0.8 points of macro-F1 on 207 held-out "
        "sentences of 6 drug groups (95 % interval -3.1 to +1.4).",
        curve=curve(),
    )
    trained = TrainingView(None, outcome, (waits, *VERSIONS), ModelVersion(8), True)
    made = side(view, UnfoundView(), trained)
    made.recall.which.choose("candidate")
    return alone(made, 1100)


def trains() -> QWidget:
    run = RunView(
        "Training version 8",
        "412 annotations · 14:02",
        Progress("", 148, 240, 2, 38),
        curve=curve(),
    )
    view = RecallView(measurement(), 7, 2, None, trend=trend())
    return alone(side(view, UnfoundView(drawing=True), TrainingView(run, None, VERSIONS)), 1040)


def fails() -> QWidget:
    outcome = OutcomeView(
        "Training failed",
        "The background job stopped because of a fault in the program.",
        "danger",
        True,
        'Traceback (most recent call last):\n  File "adme_labeler/ml/checkpoint.py", line 40, in '
        "write_bytes\n    os.fsync(file.fileno())\nOSError: [Errno 28] No space left on device\n",
        "Free some disk space, then resume: the last checkpoint is kept.",
        curve(1),
    )
    view = RecallView(measurement("cross-validation"), 7, 2)
    return alone(side(view, UnfoundView(), TrainingView(None, outcome, VERSIONS)), 1040)


def project() -> Session:
    """Two trained versions, held-out sentences decided, some history."""
    folder = Path(tempfile.mkdtemp(prefix="evidence-"))
    opened = Session.create(folder / "cardiology-2026.adme", "ana")
    importing.commit_batch(opened, drafts(45, 24), importing.ImportTally())
    importing.choose_held_out(opened)
    noise = random.Random(1)
    held = [i.id for i in sentences.model_inputs(opened.connection) if i.held_out]
    truth = {ident: CategoryKey(noise.choice("ADMEOO")) for ident in held}
    for ident in held:
        annotating.decide(opened, ident, truth[ident], Shown(blind=True))
    learn = next(i.id for i in sentences.model_inputs(opened.connection) if not i.held_out)
    annotating.decide(opened, learn, CategoryKey("A"), Shown())
    for wrong, verdict in ((0.4, "first"), (0.12, "better")):
        train(opened, truth, wrong, verdict, noise)
    return opened


def train(opened: Session, truth: dict, wrong: float, verdict: str, noise: random.Random) -> None:
    from adme_labeler.statistics.recall import measure
    from tests.drafts import finished_training

    said = {i: (noise.choice("ADMEO") if noise.random() < wrong else k) for i, k in truth.items()}
    groups = {i.id: int(i.group) for i in sentences.model_inputs(opened.connection)}
    run = training.create_run(opened, encoder=opened.project.folder)
    (run.folder / "model").mkdir()
    (run.folder / "model" / "model.json").write_text("{}")
    result = msgspec.structs.replace(
        finished_training(verdict),
        train_sentences=240,
        hint_sentences=512,
        predictions=tuple(
            HeldOutPrediction(sentence=i, category=k, probabilities=()) for i, k in said.items()
        ),
        held_out=measure(
            list(truth.values()), list(said.values()), [groups[i] for i in truth],
            opened.scheme.keys,
        ),
    )  # fmt: skip
    training.finish(opened, run.id, result)


def versions_dialog() -> VersionsDialog:
    opened = project()
    dialog = VersionsDialog(
        ADME,
        version_lines(opened),
        lambda one, other: versions.compare(opened, one, other),
        lambda ids: {s.id: s.text for s in sentences.get(opened.connection, ids)},
    )
    return dialog


def comparison() -> VersionsDialog:
    dialog = versions_dialog()
    dialog.table.selectRow(0)
    dialog.table.setSelectionMode(dialog.table.SelectionMode.MultiSelection)
    dialog.table.selectRow(1)
    dialog.compare.click()
    dialog.resize(1168, 640)
    return dialog


def history_dialog(asks: bool = False) -> HistoryDialog:
    opened = project()
    ids = sentences.in_document_order(opened.connection)
    change_setting(opened, "tau", 0.7)
    for ident in ids[:12]:
        annotating.decide(opened, ident, CategoryKey("M"), Shown())
    annotating.set_note(opened, ids[3], "Ask the pharmacologist.")
    annotating.undo(opened)
    annotating.toggle_flag(opened, ids[5])
    if not asks:
        history.go_back(opened, history.way_back(opened, history.newest(opened) - 9))
    dialog = HistoryDialog(opened)
    while not dialog._chain.done:
        dialog._check()
    if asks:
        dialog.table.choose(30)
        dialog.show()
        dialog.ask_back()
        QApplication.sendPostedEvents()
        dialog.table.show_chosen()
    else:
        dialog.table.choose(4)
    return dialog


PICTURES: dict[str, Callable[[], QWidget]] = {
    "evidence-nothing": nothing,
    "evidence-thin": thin,
    "evidence-healthy": healthy,
    "evidence-confusion": confusion,
    "evidence-candidate": candidate,
    "evidence-training": trains,
    "evidence-failed": fails,
    "dialog-audit": lambda: AuditDialog(8_412, [(5, 3_310), (20, 1_116), (100, 246)]),
    "dialog-model-versions": versions_dialog,
    "dialog-comparison": comparison,
    "dialog-history": history_dialog,
    "dialog-history-back": lambda: history_dialog(True),
}
