"""Schema 5 to 6: what a drug label once had is found without reading the whole project."""

from __future__ import annotations

from pathlib import Path

from adme_labeler.services import importing
from adme_labeler.services.session import Session
from adme_labeler.storage import backups, migrations, sentences
from adme_labeler.storage.integrity import check
from tests.drafts import simple_label
from tests.old_projects import as_schema


def test_a_project_of_schema_5_is_upgraded_after_a_backup(tmp_path: Path) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        importing.commit_batch(session, [simple_label(1)], importing.ImportTally())
        held = sentences.in_document_order(session.connection)
        path = session.path
    as_schema(path, 5)
    with Session.open(path, "ana") as session:
        connection = session.connection
        assert connection.execute("PRAGMA user_version").fetchone()[0] == migrations.newest() >= 6
        assert check(connection).faults == ()
        assert sentences.in_document_order(connection) == held
    assert any("schema5" in b.path.name for b in backups.listed(path))


def test_a_new_drug_label_takes_no_longer_in_a_larger_project(tmp_path: Path) -> None:
    steps: list[int] = []
    with Session.create(tmp_path / "p", "ana") as session:
        for number in range(60):
            counted = [0]
            session.connection.set_progress_handler(
                lambda c=counted: c.__setitem__(0, c[0] + 1), 100
            )
            importing.commit_batch(session, [simple_label(number)], importing.ImportTally())
            session.connection.set_progress_handler(None, 0)
            steps.append(counted[0])
    assert steps[-1] < 1.5 * steps[10], (steps[10], steps[-1])
