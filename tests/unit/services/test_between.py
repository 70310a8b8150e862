"""Between which categories the model that suggests cannot decide, and of no other head."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adme_labeler import protocol
from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.domain.records import ModelVersion, SentenceId, Suggestion
from adme_labeler.services import importing, suggesting
from adme_labeler.services.between import between
from adme_labeler.services.session import Session
from adme_labeler.services.suggesting import ScoreKeeper
from adme_labeler.statistics.conformal import ConformalThresholds, sets_to_show
from adme_labeler.storage import sentences, settings, suggestions
from tests.drafts import simple_label

LOWEST = (0.2, None, 0.05, 0.3, 0.6)
SHOWN = (0.25, 0.1, 0.3, 0.31, 0.04)


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with Session.create(tmp_path_factory.mktemp("between") / "p", "ana") as opened:
        importing.commit_batch(opened, [simple_label(0)], importing.ImportTally())
        yield opened


def serve(session: Session, lowest=LOWEST, shown=SHOWN) -> list[SentenceId]:
    """What a worker says after a refit, taken to its end."""
    keeper = ScoreKeeper.start(session)
    refit = keeper.refit()
    sets = None if lowest is None else protocol.CategorySets(level=0.95, lowest=lowest)
    keeper.fitted(protocol.Refitted(refit.revision, 0, 0, 0.1, 1.0, sets=sets))
    ids = sentences.in_document_order(session.connection)
    best = ADME.keys[int(np.argmax(shown))]
    items = tuple(protocol.Score(i, best, "M", shown, 0.1) for i in ids)
    keeper.take(protocol.Scores(refit.revision, items))
    keeper.done(protocol.ScoresDone(refit.revision, len(ids)))
    return ids


def shown_of(session: Session, sentence: SentenceId) -> Suggestion:
    return suggestions.get(session.connection, [sentence])[sentence]


def test_a_sentence_between_categories_names_them_likeliest_first(session):
    first = serve(session)[0]
    found = between(session, shown_of(session, first))
    assert found is not None
    assert (found.categories, found.level) == (("E", "M", "A"), 0.95)


def test_a_set_of_one_category_is_not_shown(session):
    first = serve(session, shown=(0.01, 0.01, 0.02, 0.95, 0.01))[0]
    assert between(session, shown_of(session, first)) is None


def test_without_calibrated_categories_nothing_is_promised(session):
    first = serve(session, lowest=None)[0]
    assert between(session, shown_of(session, first)) is None
    assert between(session, None) is None


def test_bounds_of_one_head_are_never_used_for_suggestions_of_another(session):
    first = serve(session)[0]
    before = shown_of(session, first)
    assert between(session, before) is not None
    serve(session, lowest=(None, None, 0.01, None, 0.01))
    now = suggesting.served(session)
    assert now is not None and now.revision == before.head_revision + 1
    assert between(session, before) is None
    assert between(session, shown_of(session, first)) is not None


share = st.floats(0.001, 1, allow_nan=False)


@given(
    st.lists(share, min_size=5, max_size=5),
    st.lists(st.none() | st.floats(0, 1), min_size=5, max_size=5),
    st.sampled_from(ADME.keys),
)
def test_it_is_what_the_statistics_say(session, weights, lowest, category):
    shown = np.array(weights) / sum(weights)
    bounds = ConformalThresholds(ADME.keys, 0.95, tuple(lowest), (50,) * 5)
    near = [low is not None and abs(low - p) < 2e-5 for low, p in zip(lowest, shown, strict=True)]
    (expected,) = sets_to_show(bounds, shown[None, :], [category])
    with session.project.transaction() as connection:
        settings.remember(
            connection,
            "served",
            {
                "version": 0, "revision": 0, "groups": [], "cross_validation": None,
                "categories": list(ADME.keys), "sets": {"level": 0.95, "lowest": lowest},
            },
        )  # fmt: skip
    suggestion = Suggestion(
        SentenceId(1), ModelVersion(0), 0, CategoryKey(category), CategoryKey("O"),
        tuple(map(float, shown)), 0.1,
    )  # fmt: skip
    found = between(session, suggestion)
    if not any(near) and len(set(shown.tolist())) == 5:
        assert (found.categories if found else ()) == expected
