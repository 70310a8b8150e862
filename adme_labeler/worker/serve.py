"""``serve MODEL FEATURES``: the long-lived process that encodes, refits and scores sentences.

One thread, one unit of work at a time (a small batch, a refit, up to 500 scores), messages in
between: so commands are answered within about 100 ms while 100,000 sentences are being encoded.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator
from pathlib import Path

from adme_labeler import protocol
from adme_labeler.ml import compute, out_of_fold
from adme_labeler.ml.features import FeatureStore
from adme_labeler.ml.known_sentences import KnownSentences
from adme_labeler.ml.refitting import Refitter
from adme_labeler.ml.served_model import load_served
from adme_labeler.worker.channel import Channel

NICENESS = 5
SCORES_AT_ONCE = 500
TELL_INTERVAL = 0.25
"""Seconds between two `Encoded` messages."""


def run(model: Path, features: Path, channel: Channel) -> int:
    """Serve until `Shutdown` or the end of stdin; exit code 0."""
    compute.lower_priority(NICENESS)
    chosen = compute.choose()
    served = load_served(model, chosen)
    store = FeatureStore(features, served.kind(chosen))
    try:
        trained = out_of_fold.read(model) if served.card is not None else None
        Server(channel, KnownSentences(served, store), Refitter(served), trained).serve(
            protocol.Ready(
                model=str(model),
                encoder=served.card.base_encoder if served.card else served.encoder.name,
                encoder_hash=served.encoder.digest,
                dtype=chosen.dtype,
                threads=chosen.threads,
                device=chosen.device,
            )
        )
    finally:
        store.close()
    return 0


class Server:
    """Decides what to do next: what is on screen, then the refit that waits, then the rest."""

    def __init__(
        self,
        channel: Channel,
        known: KnownSentences,
        refitter: Refitter,
        trained: out_of_fold.OutOfFold | None = None,
    ) -> None:
        """`trained`: what the trained model's folds said of the annotations it learned from."""
        self._channel = channel
        self._known = known
        self._refitter = refitter
        self._running = True
        self._revision: int | None = None
        self._refit: protocol.Refit | None = None
        self._needed: list[int] | None = None
        """Sentences that the waiting refit needs; None when that must be found out (again)."""
        self._to_score: deque[int] = deque()
        self._prioritised: list[int] = []
        self._trained = trained
        self._examine: protocol.Examine | None = None
        self._examining: Generator[None, None, protocol.Examined] | None = None
        self._similar: deque[protocol.Similar] = deque()
        self._scored: set[int] = set()
        self._told_done = True
        self._told_encoded = (-1, -1)
        self._told_at = 0.0

    def serve(self, ready: protocol.Ready) -> None:
        """Answer messages and work until told to stop."""
        self._channel.send(ready)
        while self._running:
            busy = self._work()
            message = self._channel.receive(0.0 if busy else None)
            while message is not None and self._running:
                self._take(message)
                message = self._channel.receive(0.0)

    # ----------------------------------------------------------------------- messages

    def _take(self, message: protocol.ToWorker) -> None:
        match message:
            case protocol.Shutdown() | protocol.Cancel():
                self._running = False
            case protocol.AddSentences(items=items):
                self._needed = None
                changed = self._known.add(items)
                self._scored -= changed
                self._score_later(self._known.encoded_among([item.id for item in items]))
            case protocol.Forget(ids=ids):
                self._needed = None
                self._known.forget(ids)
                self._scored.difference_update(ids)
            case protocol.Prioritise(ids=ids):
                self._prioritised = list(dict.fromkeys(ids))
                self._known.prioritise(self._prioritised)
                first = [i for i in self._prioritised if i not in self._scored]
                self._to_score.extendleft(reversed(self._known.encoded_among(first)))
            case protocol.Refit():
                self._refit, self._needed = message, None
            case protocol.Similar():
                self._similar.append(message)
            case protocol.Examine():
                self._examine = message

    # ----------------------------------------------------------------------- work

    def _work(self) -> bool:
        """Do one unit of work; False when there is nothing left to do."""
        if self._similar:
            self._answer_similar(self._similar.popleft())
        elif self._refit is not None and self._ready_to_refit(self._refit):
            self._do_refit(self._refit)
        elif self._revision is not None and self._to_score:
            self._score_some()
        elif self._known.waiting:
            self._encode_some()
        else:
            return self._tell_done() or self._examine_some()
        return True

    def _ready_to_refit(self, refit: protocol.Refit) -> bool:
        """Whether all examples have features; the missing ones are next in line if not."""
        if self._needed is None:  # looks through all hints of the project
            self._needed = self._refitter.missing(refit, self._known)
            self._known.want(self._needed)
        return len(self._known.encoded_among(self._needed)) == len(self._needed)

    def _do_refit(self, refit: protocol.Refit) -> None:
        self._refit = None
        start = time.monotonic()
        head, estimate = self._refitter.fit(refit, self._known)
        self._channel.send(
            protocol.Refitted(
                revision=refit.revision,
                examples=sum(not e.hint for e in refit.examples),
                hints=sum(e.hint for e in refit.examples),
                seconds=time.monotonic() - start,
                temperature=head.temperature,
                cross_validation=estimate,
                sets=self._refitter.sets,
            )
        )
        self._revision = refit.revision
        self._scored.clear()
        self._to_score.clear()
        first = [i for i in self._prioritised if i in self._known]
        self._score_later(self._known.encoded_among([*first, *self._known.ids()]))
        self._told_done = False

    def _score_later(self, ids: list[int]) -> None:
        if self._revision is not None and ids:
            self._to_score.extend(ids)
            self._told_done = False

    def _score_some(self) -> None:
        assert self._revision is not None
        ids: list[int] = []
        while self._to_score and len(ids) < SCORES_AT_ONCE:
            sentence = self._to_score.popleft()
            if sentence not in self._scored and sentence in self._known:
                self._scored.add(sentence)
                ids.append(sentence)
        if ids:
            items = self._refitter.score(ids, self._known)
            self._channel.send(protocol.Scores(revision=self._revision, items=items))

    def _encode_some(self) -> None:
        self._score_later(self._known.encode_some())
        done, total = self._known.counts()
        now = time.monotonic()
        if done == total or now - self._told_at > TELL_INTERVAL:
            self._tell_encoded(done, total)
            self._told_at = now

    def _answer_similar(self, question: protocol.Similar) -> None:
        while new := self._known.encode_now(question.ids):
            self._score_later(new)
        found = self._known.similar(question.ids, question.count)
        self._channel.send(protocol.SimilarFound(ids=tuple(found), about=question.about))

    def _examine_some(self) -> bool:
        """Look on for annotations that look wrong; False when nobody has asked."""
        if self._examine is not None:
            # Only now: a refit that came before the question has been done.
            unseen = self._trained or self._refitter.unseen
            self._examining = out_of_fold.examining(self._examine, unseen, self._known.texts)
            self._examine = None
        if self._examining is None:
            return False
        try:
            next(self._examining)
        except StopIteration as end:
            self._examining = None
            self._channel.send(end.value)
        return True

    def _tell_encoded(self, done: int, total: int) -> None:
        if self._told_encoded != (done, total):
            self._told_encoded = (done, total)
            self._channel.send(protocol.Encoded(done=done, total=total))

    def _tell_done(self) -> bool:
        """Tell that everything is scored, once; False when that was told before."""
        self._tell_encoded(*self._known.counts())
        if self._told_done or self._revision is None:
            return False
        self._told_done = True
        self._channel.send(protocol.ScoresDone(revision=self._revision, count=len(self._scored)))
        return True
