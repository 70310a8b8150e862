"""How decisions agree: with hidden and visible suggestions, with themselves, between curators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.language import tr
from adme_labeler.services import blindness, conflicts, second_look, suspects
from adme_labeler.services.session import Session
from adme_labeler.storage import second_looks

if TYPE_CHECKING:
    from adme_labeler.statistics.agreement import Agreement, BlindAgainstShown

_ARMS = ("document", "uncertain", "random")
"""Ways to a sentence that do not tell what the model suggests for it."""


@dataclass(frozen=True)
class WithSelf:
    """A curator's second looks that were drawn by chance; `waiting` more can be made now (only
    known of the curator at work, 0 of others). `verdict` says it in one sentence."""

    curator: str
    agreement: Agreement
    waiting: int
    verdict: str


@dataclass(frozen=True)
class Between:
    """Two curators on the sentences that both read; `verdict` says it in one sentence."""

    one: str
    other: str
    agreement: Agreement
    verdict: str


@dataclass(frozen=True)
class DecisionQuality:
    """`swayed`: agreement with the model, suggestion hidden and on screen, on sentences outside
    the held-out drugs that came up in document order, by doubt or at random; hidden were those
    that chance took. `blind_share` is today's share. `conflicts` wait to be settled, `settled`
    were. `wrong` annotations look wrong."""

    swayed: BlindAgainstShown
    blind_share: float
    with_self: tuple[WithSelf, ...]
    between: tuple[Between, ...]
    conflicts: int
    settled: int
    wrong: int


def report(session: Session) -> DecisionQuality:
    """Everything at once; imports numpy."""
    from adme_labeler.services import project_settings

    settled = session.connection.execute("SELECT count(*) FROM adjudication").fetchone()[0]
    return DecisionQuality(
        swayed=_swayed(session),
        blind_share=project_settings.read(session).blind_share,
        with_self=_with_self(session),
        between=_between(session),
        conflicts=len(conflicts.waiting(session)),
        settled=int(settled),
        wrong=len(suspects.standing(session)),
    )


def in_figures(agreed: Agreement, same: str) -> str:
    """How sure that is: `same` is the sentence's beginning, how many were the same."""
    if agreed.share is None or agreed.share_low is None or agreed.share_high is None:
        return tr("{same}; a percentage takes at least 10.", same=same)
    said = tr(
        "{same}, {share:.0f} % (95 % interval {low:.0f} to {high:.0f})",
        same=same,
        share=100 * agreed.share,
        low=100 * agreed.share_low,
        high=100 * agreed.share_high,
    )
    if agreed.kappa is None or agreed.kappa_low is None or agreed.kappa_high is None:
        return tr("{same}; kappa says nothing where only one category occurs.", same=said)
    return tr(
        "{same}; beyond chance, kappa {kappa:.2f} ({low:.2f} to {high:.2f}).",
        same=said,
        kappa=agreed.kappa,
        low=agreed.kappa_low,
        high=agreed.kappa_high,
    )


def _swayed(session: Session) -> BlindAgainstShown:
    """Only first decisions count, and of the hidden ones only those that chance had hidden: what
    a curator hides by choice was chosen."""
    from adme_labeler.statistics.agreement import blind_against_shown

    marks = ",".join("?" * len(_ARMS))
    rows = session.connection.execute(
        f"""
        SELECT coalesce(k.first, a.category), a.suggested, a.blind, l.drug_group, s.uid < ?
        FROM annotation a JOIN sentence s ON s.id = a.sentence
        JOIN drug_label l ON l.id = s.drug_label
        JOIN drug_group d ON d.id = l.drug_group AND d.held_out = 0
        LEFT JOIN second_look k ON k.sentence = a.sentence AND k.curator = a.curator
             AND k.why = ?
        WHERE a.state IN ('accepted', 'corrected', 'decided') AND a.category IS NOT NULL
          AND a.suggested IS NOT NULL AND a.arm IN ({marks})
        """,
        (
            blindness.prefix_of(blindness.highest_share(session)),
            second_looks.Why.CHANCE.value,
            *_ARMS,
        ),
    )
    # Of the share, what is not blind was changed after its suggestion was seen; the rest of what
    # is blind was hidden by the curator's own choice.
    keys = frozenset(session.scheme.keys)
    kept = [
        r for r in map(tuple, rows) if bool(r[2]) == bool(r[4]) and r[0] in keys and r[1] in keys
    ]
    return blind_against_shown(
        [r[0] for r in kept],
        [r[1] for r in kept],
        [bool(r[2]) for r in kept],
        [r[3] for r in kept],
        session.scheme.keys,
    )


def _with_self(session: Session) -> tuple[WithSelf, ...]:
    me = session.curator
    others = [c for c in second_looks.curators(session.connection) if c != me]
    found: list[WithSelf] = []
    for curator in (me, *others):
        looks = second_looks.by_chance(session.connection, curator)
        agreed = _agreement(session, [(p.look.first, p.look.category, int(p.group)) for p in looks])
        waiting = len(second_look.waiting(session)) if curator == me else 0
        found.append(WithSelf(curator, agreed, waiting, _self_verdict(agreed, waiting)))
    return tuple(found)


def _between(session: Session) -> tuple[Between, ...]:
    found: list[Between] = []
    for (one, other), decided in conflicts.pairs(session).items():
        agreed = _agreement(session, decided)
        same = tr(
            "{one} and {other}: {same:,} of {sentences:,} sentences that both read were the same",
            one=one,
            other=other,
            same=agreed.same,
            sentences=agreed.sentences,
        )
        found.append(Between(one, other, agreed, in_figures(agreed, same)))
    return tuple(found)


def _agreement(
    session: Session, decided: Sequence[tuple[CategoryKey, CategoryKey, int]]
) -> Agreement:
    from adme_labeler.statistics.agreement import agreement

    keys = frozenset(session.scheme.keys)
    kept = [row for row in decided if row[0] in keys and row[1] in keys]
    return agreement(
        [row[0] for row in kept],
        [row[1] for row in kept],
        session.scheme.keys,
        [row[2] for row in kept],
    )


def _self_verdict(agreed: Agreement, waiting: int) -> str:
    if not agreed.sentences:
        if waiting:
            return tr("Nothing was looked at twice yet.")
        return tr(
            "Nothing was looked at twice yet: a few decisions come back three days after they "
            "were made."
        )
    same = tr(
        "On a second look, blind and days later, {same:,} of {sentences:,} decisions were the same",
        same=agreed.same,
        sentences=agreed.sentences,
    )
    return in_figures(agreed, same)
