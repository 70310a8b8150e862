"""Real labels: what MinHash calls near-identical is in one drug group."""

from __future__ import annotations

from pathlib import Path

import pytest

from adme_labeler.domain.records import LabelId
from adme_labeler.domain.sentence_text import mask_names
from adme_labeler.services import headless
from adme_labeler.services.session import Session
from adme_labeler.statistics.duplicates import near_duplicate_pairs
from adme_labeler.storage import labels, sentences


@pytest.mark.full
@pytest.mark.real_data
def test_near_duplicates_of_real_labels_are_in_one_drug_group(
    tmp_path: Path, real_data: Path
) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        headless.import_paths(session, [real_data / "spl"])
        shelf = {label.id: label for label in labels.all_labels(session.connection)}
        texts: dict[LabelId, list[str]] = {}
        ids = sentences.in_document_order(session.connection)
        for sentence in sentences.get(session.connection, ids):
            masked = mask_names(sentence.text, shelf[sentence.label].names)
            texts.setdefault(sentence.label, []).append(masked)
        pairs = near_duplicate_pairs({label: " ".join(t) for label, t in texts.items()})
        assert len(pairs) > 10
        apart = [pair for pair in pairs if len({shelf[label].group for label in pair}) > 1]
        assert apart == []
