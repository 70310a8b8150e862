"""The hunt for sentences of a rare category, one by one, by three ways in turn.

What the model thinks likeliest finds more of what it knows; neighbours of confirmed sentences find
what it ranks too low; words find what it does not suggest at all. Each find knows by which way it
came (its arm), and none of them ever measures a model: a hunted sentence was chosen for what it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from adme_labeler import paths
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import Arm, SentenceId
from adme_labeler.domain.sentence_text import normalized
from adme_labeler.language import mark, tr
from adme_labeler.services import blindness, queue
from adme_labeler.services.queue import QueueItem
from adme_labeler.services.session import Session
from adme_labeler.storage import hunting, sentences

WAYS = (Arm.RARE, Arm.SIMILAR, Arm.PATTERN)
MOST_EXAMPLES = 50
"""Confirmed sentences whose neighbours are looked for, the latest ones."""
NEIGHBOURS = 200
_LOOKED_AT = 200

Similar = Callable[[CategoryKey], Sequence[SentenceId]]
"""Sentences nearest to the confirmed ones of a category, as known now; empty while unknown."""


class Hunt:
    """Where the hunt stands in one window. `similar` is lent by whoever can ask the model."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.similar: Similar = lambda category: ()
        self.chosen: CategoryKey | None = None
        """The category that the curator hunts; None: whichever is the rarest."""
        self._way = 0
        self._offered: dict[CategoryKey, set[SentenceId]] = {}

    @property
    def category(self) -> CategoryKey:
        return self.chosen or queue.rarest_category(self._session)

    def choose_next(self) -> str:
        """Hunt the next category of the scheme, after the last one again the rarest; said so."""
        order: list[CategoryKey | None] = [None, *self._session.scheme.substantive]
        return self.choose(order[(order.index(self.chosen) + 1) % len(order)])

    def choose(self, category: CategoryKey | None) -> str:
        """Hunt this category, or whichever is the rarest with None; said in one line."""
        self.chosen, self._way = category, 0
        confirmed = hunting.confirmed(self._session.connection, self.category)
        name = self._session.scheme[self.category].name
        if category:
            said = mark("Hunting {category}: {count:,} confirmed so far")
        else:
            said = mark("Hunting the rarest category, now {category}: {count:,} confirmed so far")
        return tr(said, category=name, count=confirmed)

    def next(self, exclude: SentenceId | None = None) -> QueueItem | None:
        """The next find, by the way whose turn it is, or by the next one that finds anything."""
        offered = self._offered.setdefault(self.category, set())
        for again in (False, True):
            for step in range(len(WAYS)):
                way = (self._way + step) % len(WAYS)
                for item in self._finds(WAYS[way]):
                    if item.sentence != exclude and item.sentence not in offered:
                        offered.add(item.sentence)
                        self._way = (way + 1) % len(WAYS)
                        return item
            if not again and not offered:
                return None
            offered.clear()
        return None

    def why_none(self) -> str:
        name = self._session.scheme[self.category].name
        return tr(
            "No undecided sentence is likely {category}, similar to a confirmed one or has its "
            "words.",
            category=name,
        )

    def _finds(self, arm: Arm) -> Iterator[QueueItem]:
        if arm is Arm.RARE:
            return self._likely()
        return self._alike() if arm is Arm.SIMILAR else self._by_words()

    def _likely(self) -> Iterator[QueueItem]:
        name = self._session.scheme[self.category].name
        why = (
            tr("likely {category}, the category you hunt", category=name)
            if self.chosen
            else tr("likely {category}, the rarest category so far", category=name)
        )
        for found in queue.likely(self._session, self.category):
            yield QueueItem(found.id, Arm.RARE, None, why)

    def _alike(self) -> Iterator[QueueItem]:
        name = self._session.scheme[self.category].name
        for sentence in _open(self._session, self.similar(self.category)):
            reason = tr("similar to sentences that are {category}", category=name)
            yield QueueItem(sentence, Arm.SIMILAR, None, reason)

    def _by_words(self) -> Iterator[QueueItem]:
        session, category = self._session, self.category
        name = session.scheme[category].name
        words = patterns(session, category)
        ids = hunting.with_words(session.connection, session.curator, words, category, _LOOKED_AT)
        for sentence in _open(session, ids):
            (found,) = sentences.get(session.connection, [sentence])
            said = first_match(found.text, words)
            reason = tr(
                "“{words}” speaks of {category}, though the model does not suggest it",
                words=said,
                category=name,
            )
            yield QueueItem(sentence, Arm.PATTERN, None, reason)


def examples(session: Session, category: CategoryKey) -> list[SentenceId]:
    """Confirmed sentences of a category, the latest first."""
    return hunting.latest_confirmed(session.connection, category, MOST_EXAMPLES)


def patterns(session: Session, category: CategoryKey) -> tuple[str, ...]:
    """Words and phrases that speak of a category; a star ends the beginning of a word.

    A category of the project's own has its name and synonyms.
    """
    known = _lexicon().get(str(category))
    if known is not None and category in session.scheme.keys:
        return known
    found = session.scheme[category]
    return (found.name, *found.synonyms)


def first_match(text: str, words: Iterable[str]) -> str:
    """The first word of the text that one of the patterns means, as it stands there; else ""."""
    import re

    plain = normalized(text)
    hits: list[tuple[int, str]] = []
    for word in words:
        parts = [re.escape(part) for part in normalized(word.rstrip("*")).split()]
        end = r"\w*" if word.endswith("*") else ""
        found = re.search(r"\b" + r"[\W_]+".join(parts) + end + r"\b", plain)
        if found is not None:
            hits.append((found.start(), found.group()))
    return min(hits)[1] if hits else ""


def _open(session: Session, ids: Sequence[SentenceId]) -> list[SentenceId]:
    """Those that wait for this curator and are not decided blind: that they come up here tells
    what the model suggests for them, or what it does not."""
    unseen = blindness.among(session, ids)
    waiting = hunting.open_among(session.connection, session.curator, ids)
    return [i for i in ids if i in waiting and i not in unseen]


@cache
def _lexicon() -> dict[str, tuple[str, ...]]:
    written = (paths.resources() / "hunting" / "patterns.json").read_text("utf-8")
    return {key: tuple(words) for key, words in json.loads(written).items()}
