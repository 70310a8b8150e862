"""Words of the window for what the program keeps as values: states, verdicts, menus, dates."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDate, QLocale

from adme_labeler.domain.records import AnnotationState, ModelState, Verdict
from adme_labeler.language import ENGLISH, current, tr
from adme_labeler.services.label_versions import Fate

_STATES = {
    AnnotationState.OPEN: tr("open"),
    AnnotationState.ACCEPTED: tr("accepted"),
    AnnotationState.CORRECTED: tr("corrected"),
    AnnotationState.DECIDED: tr("decided"),
    AnnotationState.BULK: tr("bulk"),
    AnnotationState.IMPORTED: tr("imported"),
    AnnotationState.SKIPPED: tr("skipped"),
    AnnotationState.UNSURE: tr("unsure"),
}
_MODEL_STATES = {
    ModelState.CANDIDATE: tr("candidate"),
    ModelState.ACTIVE: tr("active"),
    ModelState.RETIRED: tr("retired"),
}
_VERDICTS = {
    Verdict.FIRST: tr("first"),
    Verdict.BETTER: tr("better"),
    Verdict.NO_EVIDENCE: tr("no evidence of a difference"),
    Verdict.WORSE: tr("worse"),
    Verdict.INCONCLUSIVE: tr("inconclusive"),
}
_FATES = {
    Fate.UNCHANGED: tr("Unchanged"),
    Fate.CHANGED: tr("Changed"),
    Fate.NEW: tr("New"),
    Fate.GONE: tr("Gone"),
}
_SOURCES = {"held-out": tr("held-out"), "cross-validation": tr("cross-validation")}
_MENUS = {
    "File": tr("&File"),
    "Edit": tr("&Edit"),
    "Sentence": tr("&Sentence"),
    "Queue": tr("&Queue"),
    "Model": tr("&Model"),
    "View": tr("&View"),
    "Help": tr("&Help"),
}


def state(value: AnnotationState) -> str:
    """What was done with a sentence."""
    return _STATES[value]


def model_state(value: ModelState) -> str:
    return _MODEL_STATES[value]


def verdict(value: str) -> str:
    """How a version compared with the one before, as the project keeps it; "" where it did not."""
    return _VERDICTS[Verdict(value)] if value else ""


def fate(value: Fate) -> str:
    """What became of a sentence in a newer version of its drug label."""
    return _FATES[value]


def menu(name: str) -> str:
    """Title of a menu of the table of actions."""
    return _MENUS[name].replace("&", "")


def menu_with_letter(name: str) -> str:
    """The same with "&" before the letter that opens it with Alt; no two menus share one."""
    return _MENUS[name]


def in_a_sentence(title: str) -> str:
    """A title as it stands within a sentence: small in English, as it is elsewhere."""
    return title.lower() if current() == ENGLISH else title


def source(value: str) -> str:
    """Where a measurement comes from."""
    return _SOURCES.get(value, value)


def date(at: datetime) -> str:
    """Day, month and year: 3 Mar 2026."""
    return QLocale().toString(QDate(at.year, at.month, at.day), tr("d MMM yyyy"))


def day(at: datetime) -> str:
    """Day and month, with the day in two digits: 03 Mar."""
    return QLocale().toString(QDate(at.year, at.month, at.day), tr("dd MMM"))
