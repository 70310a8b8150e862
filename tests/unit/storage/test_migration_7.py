"""Schema 6 to 7: counting and ordering queued sentences reads one index."""

from __future__ import annotations

from pathlib import Path

import pytest

from adme_labeler.services import importing
from adme_labeler.services.session import Session
from adme_labeler.storage import backups, labels, migrations, sentences
from adme_labeler.storage.integrity import check
from tests.drafts import simple_label
from tests.old_projects import as_schema

INDEX = "sentence_queued"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Session.create(tmp_path / "p", "ana") as session:
        drafts = [simple_label(n) for n in range(3)]
        importing.commit_batch(session, drafts, importing.ImportTally())
        return session.path


def test_a_project_of_schema_6_is_upgraded_after_a_backup_and_counts_the_same(path: Path) -> None:
    with Session.open(path, "ana") as session:
        before = sentences.counts(session.connection, "ana", "2026")
        order = sentences.in_document_order(session.connection)
    as_schema(path, 6)
    with Session.open(path, "ana") as session:
        connection = session.connection
        assert connection.execute("PRAGMA user_version").fetchone()[0] == migrations.newest() >= 7
        assert check(connection).faults == ()
        assert sentences.counts(connection, "ana", "2026") == before
        assert sentences.in_document_order(connection) == order
    assert any("schema6" in b.path.name for b in backups.listed(path))


def test_counting_and_the_shelf_read_the_index_of_queued_sentences(path: Path) -> None:
    with Session.open(path, "ana") as session:
        asked: list[str] = []
        session.connection.set_trace_callback(asked.append)
        labels.all_labels(session.connection)
        sentences.in_document_order(session.connection)
        sentences.open_ids(session.connection, "ana")
        session.connection.set_trace_callback(None)
        assert len(asked) == 3
        for query in asked:
            plan = session.connection.execute("EXPLAIN QUERY PLAN " + query)
            assert any(INDEX in row["detail"] for row in plan), query


def test_some_drug_labels_are_as_in_the_whole_list_and_sort_into_its_order(path: Path) -> None:
    with Session.open(path, "ana") as session:
        everything = labels.all_labels(session.connection)
        some = labels.some(session.connection, [label.id for label in everything[1:]])
        assert sorted(some, key=labels.by_title) == everything[1:]
        assert labels.one(session.connection, everything[0].id) == everything[0]
