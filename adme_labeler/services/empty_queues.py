"""What an empty queue says: what emptied it, and what to do next.

Ways are named by menu, not by key: keys can be chosen anew.
"""

from __future__ import annotations

from adme_labeler.language import tr
from adme_labeler.services import audit, project_settings
from adme_labeler.services.history import joined
from adme_labeler.services.session import Session
from adme_labeler.storage import left_over


def no_sentences() -> str:
    return tr(
        "There are no sentences yet: File > Add drug labels brings them, or drop files on this "
        "window."
    )


def nothing_waits(session: Session) -> str:
    """Every sentence is dealt with: where those are that are not decided."""
    rest = left_over.left_over(session.connection, session.curator)
    aside = [
        said
        for count, said in (
            (rest.skipped, tr("{count:,} skipped (Queue > Skipped)", count=rest.skipped)),
            (rest.unsure, tr("{count:,} unsure (Queue > Unsure)", count=rest.unsure)),
            (
                rest.conflicts,
                tr(
                    "{count:,} in conflict (Queue > Conflicts between curators)",
                    count=rest.conflicts,
                ),
            ),
        )
        if count
    ]
    if aside:
        return tr("Every sentence is decided, apart from {rest}.", rest=joined(aside))
    return tr(
        "Every sentence is decided: File > Export writes them out, File > Add drug labels brings "
        "more."
    )


def nothing_of(reason: str) -> str:
    """What was to be listed, for example "decided before a rule changed", has no sentence."""
    return tr(
        "There is no sentence here: {reason}. Go on in document order (Queue > Document order).",
        reason=reason,
    )


def rarest(session: Session, category: str, waiting: bool) -> str:
    """`category` is the rarest one's name; `waiting` says that sentences are undecided."""
    if not waiting:
        return nothing_waits(session)
    if not left_over.has_suggestions(session.connection):
        return tr(
            "No model has suggested {category} yet, the rarest category so far: go on in document "
            "order (Queue > Document order) until suggestions come.",
            category=category,
        )
    return tr(
        "No undecided sentence is suggested as {category}, the rarest category so far: Queue > "
        "Hunt also looks for it in other ways.",
        category=category,
    )


def audited(session: Session) -> str:
    if audit.plan(session) is None:
        return tr("No audit is drawn yet: Model > Audit what is still out there draws one.")
    return tr(
        "Every sentence of the audit is decided, skipped or marked unsure: what it found is under "
        "Still out there, at the right."
    )


def flagged() -> str:
    return tr("No sentence is flagged: Sentence > Flag puts the one you are reading here.")


def unsure() -> str:
    return tr("You marked no sentence unsure: Sentence > Unsure puts the one you are reading here.")


def skipped() -> str:
    return tr("You skipped no sentence: Sentence > Skip for now puts the one you are reading here.")


def changed(session: Session) -> str:
    if not left_over.has_newer_versions(session.connection):
        return tr(
            "No drug label came in a newer version yet: File > Add drug labels takes newer "
            "versions, and the sentences they change wait here."
        )
    return tr(
        "No sentence that a newer version of a drug label changed waits for a decision: go on in "
        "document order (Queue > Document order)."
    )


def tables(session: Session) -> str:
    if not left_over.has_facts(session.connection):
        return tr(
            "No table of these drug labels has a row that states an ADME fact: go on in document "
            "order (Queue > Document order)."
        )
    return tr(
        "Every table row that states an ADME fact is decided, skipped or marked unsure: go on in "
        "document order (Queue > Document order)."
    )


def identical() -> str:
    return tr(
        "Identical sentences have the same category everywhere; those that differ one day wait "
        "here. Go on in document order (Queue > Document order)."
    )


def second_look(session: Session) -> str:
    if not project_settings.read(session).second_look_share:
        return tr("Second looks are switched off: Edit > Project settings brings them back.")
    return tr(
        "No decision of yours waits for a second look: a few come back three days after you made "
        "them. Until then go on in document order (Queue > Document order)."
    )


def conflicts(session: Session) -> str:
    if not left_over.several_curators(session.connection):
        return tr(
            "No two curators have decided here: conflicts come with other curators’ tables (File > "
            "Merge an edited table)."
        )
    return tr(
        "Curators agree on every sentence that several decided, or it is settled: go on in "
        "document order (Queue > Document order)."
    )
