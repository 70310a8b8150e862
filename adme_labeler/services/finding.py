"""Searching and sorting an open project, and the filters that are saved in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import SentenceId
from adme_labeler.domain.search import Query
from adme_labeler.language import mark, tr, trn
from adme_labeler.services import audit, blindness
from adme_labeler.services.searching import SearchProblem, nearest, parse
from adme_labeler.services.session import Session
from adme_labeler.storage import search, settings
from adme_labeler.storage.search import Column, View

__all__ = [
    "Column",
    "Found",
    "check",
    "find",
    "ordered",
    "remove_filter",
    "save_filter",
    "saved_filters",
    "view_of",
]

LONGEST_NAME = 60
_FILTERS = "filters"
_WHAT_TO_DO = mark("Change the search, or close it with Esc.")


@dataclass(frozen=True)
class Found:
    """What a search found; `explanation` says why it is empty."""

    query: Query
    ids: Sequence[SentenceId]
    explanation: str = ""


def find(
    session: Session, written: str, *, typing: bool = False, hide_suggestions: bool = False
) -> Found:
    """Sentences that match, in document order. Raises SearchProblem.

    `typing`: the last word may be a beginning. `hide_suggestions`: they are switched off.
    """
    query = parse(written, session.scheme, typing=typing)
    _check_drugs(session, query, typing)
    if not query.terms:
        said = (
            tr("“{text}” has no letter or digit to look for.", text=written.strip())
            if written.strip()
            else ""
        )
        return Found(query, (), said)
    view = view_of(session, hide_suggestions)
    found = search.ids(session.connection, query, view)
    return Found(query, found, "" if found else _why_empty(session, query, view))


def left_out(session: Session, query: Query, *, hide_suggestions: bool = False) -> str:
    """What a search about suggestions could not look at, as one sentence; "" where nothing."""
    number = search.hidden(session.connection, query, view_of(session, hide_suggestions))
    if not number:
        return ""
    return trn(
        "{count:,} sentence is left out: its suggestion stays hidden until you decide",
        "{count:,} sentences are left out: their suggestions stay hidden until you decide",
        number,
    )


def ordered(
    session: Session,
    ids: Sequence[SentenceId],
    column: Column,
    *,
    descending: bool = False,
    hide_suggestions: bool = False,
) -> list[SentenceId]:
    """These sentences sorted by a column of the list; suggestions that are hidden come last."""
    view = view_of(session, hide_suggestions)
    return search.ordered(
        session.connection, ids, column, view, session.scheme.keys, descending=descending
    )


def view_of(session: Session, hide_suggestions: bool = False) -> View:
    """Whose eyes look, and which suggestions they may not see yet."""
    plan = audit.plan(session)
    drawn = frozenset(d.sentence for d in plan.drawn) if plan else frozenset[SentenceId]()
    return View(session.curator, hide_suggestions, drawn, blindness.uid_below(session))


def check(session: Session, written: str) -> None:
    """Raises SearchProblem for a search that cannot be understood."""
    _check_drugs(session, parse(written, session.scheme), typing=False)


def saved_filters(session: Session) -> dict[str, str]:
    """Searches saved in the project, by name."""
    stored = session.setting(_FILTERS, {})
    if not isinstance(stored, dict):
        return {}
    return {name: str(stored[name]) for name in sorted(stored, key=str.casefold)}


def save_filter(session: Session, name: str, written: str, replaces: str = "") -> Changes:
    """Keep a search under a name, in place of the one named `replaces`; one undo step.

    Raises SearchProblem for a search that cannot be understood, Problem for a name in use.
    """
    name, written = " ".join(name.split()), written.strip()
    if not name:
        raise Problem(tr("Give the filter a name."))
    if len(name) > LONGEST_NAME:
        raise Problem(tr("The name of a filter has at most {most} characters.", most=LONGEST_NAME))
    if not parse(written, session.scheme).terms:
        raise Problem(tr("There is no search to save: write one first."))
    kept = saved_filters(session)
    if replaces:
        kept.pop(replaces, None)
    if name in kept and kept[name] != written:
        raise Problem(
            tr("There is already a filter named “{name}”; choose another name.", name=name)
        )
    summary = f"Rename the filter “{replaces}”: {name}" if replaces else f"Save the filter “{name}”"
    return _write(session, summary, {**kept, name: written})


def remove_filter(session: Session, name: str) -> Changes:
    """Forget a saved search; one undo step."""
    kept = saved_filters(session)
    kept.pop(name, None)
    return _write(session, f"Delete the filter “{name}”", kept)


def _write(session: Session, summary: str, filters: dict[str, str]) -> Changes:
    with session.project.operation("setting", summary, session.curator) as draft:
        settings.put(session.connection, draft, _FILTERS, dict(filters))
    if not draft.changes:
        return Changes()
    session.note_undoable(draft.id)
    return Changes(settings=True)


def _check_drugs(session: Session, query: Query, typing: bool) -> None:
    unknown = search.unknown_drugs(session.connection, query)
    if not unknown:
        return
    close = nearest(unknown[0], search.drug_names(session.connection))
    if close:
        said = tr(
            "No drug label of this project carries the name “{name}”; did you mean {close}?",
            name=unknown[0],
            close=close,
        )
    else:
        said = tr("No drug label of this project carries the name “{name}”.", name=unknown[0])
    raise SearchProblem(said, unfinished=typing)


def _why_empty(session: Session, query: Query, view: View) -> str:
    """Names the term that emptied the search: without it there would be how many."""
    if len(query.terms) == 1:
        said = tr("No sentence matches {term}.", term=_quote(query.terms[0]))
        return f"{said} {tr(_WHAT_TO_DO)}"
    without = [
        (search.count(session.connection, query.without(n), view), term)
        for n, term in enumerate(query.terms)
    ]
    number, term = max(without, key=lambda pair: pair[0])
    if number:
        said = trn(
            "No sentence matches; without {term} it would be {count:,} sentence.",
            "No sentence matches; without {term} it would be {count:,} sentences.",
            number,
            term=_quote(term),
        )
        return f"{said} {tr(_WHAT_TO_DO)}"
    for term in query.terms:
        if not search.count(session.connection, Query((term,)), view):
            said = tr("No sentence matches; {term} alone finds none.", term=_quote(term))
            return f"{said} {tr(_WHAT_TO_DO)}"
    said = tr("No sentence matches, nor does any when one of these is left away.")
    return f"{said} {tr(_WHAT_TO_DO)}"


def _quote(term: object) -> str:
    text = str(term)
    return text if text.startswith(('"', '-"')) else tr("“{text}”", text=text)
