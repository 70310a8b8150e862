"""A project of every earlier schema opens, after a backup that opens as well."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.services import annotating, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import backups, migrations, sentences
from adme_labeler.storage.integrity import check
from tests.drafts import simple_label
from tests.old_projects import as_schema

EARLIER = [number for number, _ in migrations.available()][:-1]
DECISIONS = "SELECT sentence, curator, state, category, note, flagged FROM annotation ORDER BY 1, 2"


def schema_of(path: Path) -> int:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        return connection.execute("PRAGMA user_version").fetchone()[0]
    finally:
        connection.close()


@pytest.mark.parametrize("number", EARLIER)
def test_a_project_of_this_schema_keeps_every_decision_and_its_backup_opens(
    tmp_path: Path, number: int
) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        drafts = [simple_label(n) for n in range(2)]
        importing.commit_batch(session, drafts, importing.ImportTally())
        first, second, *_ = sentences.in_document_order(session.connection)
        annotating.decide(session, first, CategoryKey("A"), Shown())
        annotating.set_note(session, first, "as in the old version")
        annotating.toggle_flag(session, second)
        annotating.decide(session, second, CategoryKey("M"), Shown())
        annotating.undo(session)
        path = session.path
        decided = [tuple(row) for row in session.connection.execute(DECISIONS)]
    as_schema(path, number)
    assert schema_of(path) == number
    for _ in range(2):  # the second time there is nothing left to upgrade
        with Session.open(path, "ana") as session:
            assert check(session.connection).faults == ()
            assert [tuple(row) for row in session.connection.execute(DECISIONS)] == decided
            annotating.decide(session, second, CategoryKey("E"), Shown())
            annotating.undo(session)
    assert schema_of(path) == migrations.newest()
    (backup,) = [b.path for b in backups.listed(path) if f"schema{number}" in b.path.name]
    assert schema_of(backup) == number
    backups.restore(path, backup)
    with Session.open(path, "ana") as session:
        assert [tuple(row) for row in session.connection.execute(DECISIONS)] == decided
