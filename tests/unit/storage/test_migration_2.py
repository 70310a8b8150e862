"""Schema 1 to 2: label versions may repeat a text, and what they hold stays where it is."""

from __future__ import annotations

from pathlib import Path

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.services import annotating, label_versions
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import backups, labels, migrations, sentences
from adme_labeler.storage.integrity import check
from tests.drafts import block, label
from tests.old_projects import as_schema


def test_a_project_of_schema_1_is_upgraded_after_a_backup_and_keeps_everything(
    tmp_path: Path,
) -> None:
    first = label("s", "Zelvarone", [block("X", ["It stays.", "It goes."])])
    second = label("s", "Zelvarone", [block("X", ["It stays.", "It comes."])], version=2)
    with Session.create(tmp_path / "p", "ana") as session:
        for draft in (first, second):
            with session.project.operation("import", "import", undoable=False) as operation:
                labels.commit(session.connection, operation, draft)
        (kept, _) = sentences.in_document_order(session.connection)
        annotating.decide(session, kept, CategoryKey("A"), Shown())
        path = session.path
    as_schema(path, 1)
    with Session.open(path, "ana") as session:
        schema = session.connection.execute("PRAGMA user_version").fetchone()[0]
        assert schema == migrations.newest() >= 2
        assert session.connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        assert check(session.connection).faults == ()
        own = annotating.annotation(session, kept)
        assert own is not None and own.category == "A"
        (found,) = labels.all_labels(session.connection)
        assert [v.version for v in label_versions.versions(session, found.id)] == [1, 2]
        # What schema 1 refused: the earlier text again.
        third = label("s", "Zelvarone", [block("X", ["It stays.", "It goes."])], version=3)
        with session.project.operation("import", "import", undoable=False) as operation:
            back = labels.commit(session.connection, operation, third)
        assert (back.kept, back.queued, back.gone) == (1, 1, 1)
    assert any("schema1" in b.path.name for b in backups.listed(path))
