"""Schema 4 to 5: second looks and annotations that look wrong get their tables."""

from __future__ import annotations

from pathlib import Path

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.services import annotating, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import backups, migrations, second_looks, sentences, suspects
from adme_labeler.storage.integrity import check
from tests.drafts import simple_label
from tests.old_projects import as_schema


def test_a_project_of_schema_4_is_upgraded_after_a_backup_and_keeps_its_decisions(
    tmp_path: Path,
) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        importing.commit_batch(session, [simple_label(1)], importing.ImportTally())
        first = sentences.in_document_order(session.connection)[0]
        annotating.decide(session, first, CategoryKey("A"), Shown(blind=True))
        path = session.path
    as_schema(path, 4)
    with Session.open(path, "ana") as session:
        connection = session.connection
        assert connection.execute("PRAGMA user_version").fetchone()[0] == migrations.newest() >= 5
        assert check(connection).faults == ()
        own = annotating.annotation(session, first)
        assert own is not None and own.category == "A"
        assert own.provenance.blind and own.provenance.suggested is None
        assert second_looks.by_chance(connection, "ana") == []
        assert suspects.standing(connection) == []
    assert any("schema4" in b.path.name for b in backups.listed(path))
