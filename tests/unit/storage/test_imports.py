"""Import runs in the project file, and projects from before there were any."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from adme_labeler.storage import backups, imports, migrations
from adme_labeler.storage.project import Project


def old_project(path: Path, schema: int) -> None:
    """A project file as the program wrote it at an earlier schema, with one imported file."""
    connection = sqlite3.connect(path)
    for number, sql in migrations.available():
        if number <= schema:
            connection.executescript(sql)
    connection.execute(
        "INSERT INTO import_report (at, path, status, reason, labels, sentences, tables) "
        "VALUES ('2026-01-01T00:00:00.000Z', '/a.xml', 'read', '', 1, 12, 0)"
    )
    connection.execute(f"PRAGMA user_version = {schema}")
    connection.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
    connection.commit()
    connection.close()


def test_a_project_from_before_runs_is_upgraded_and_keeps_its_report(tmp_path: Path) -> None:
    path = tmp_path / "old.adme"
    old_project(path, 2)
    with Project.open(path) as project:
        version = project.connection.execute("PRAGMA user_version").fetchone()[0]
        assert version == migrations.newest()
        assert imports.runs(project.connection) == []
        (kept,) = imports.files(project.connection, 0)
        assert (kept.run, kept.path, kept.sentences) == (0, "/a.xml", 12)
        assert project.connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert [b.path.name for b in backups.listed(path) if "schema2" in b.path.name]


def test_a_file_that_is_told_of_again_in_its_run_replaces_the_first_report(tmp_path: Path) -> None:
    with Project.create(tmp_path / "p") as project, project.transaction() as connection:
        run = imports.begin(connection, "2026-01-01", "ana", "", "{}")
        for sentences in (3, 9):
            row = imports.FileRow(run, "2026-01-01", "/a.zip", "read", "", 1, sentences, 0)
            imports.add_file(connection, row)
        assert [f.sentences for f in imports.files(connection, run)] == [9]


def test_headings_are_counted_over_all_runs(tmp_path: Path) -> None:
    with Project.create(tmp_path / "p") as project, project.transaction() as connection:
        for found in (["Handling", "Fate"], ["Fate"]):
            run = imports.begin(connection, "2026-01-01", "ana", "", "{}")
            imports.add_headings(connection, run, found)
        assert imports.headings(connection) == [("Fate", 2), ("Handling", 1)]
        assert imports.headings(connection, run) == [("Fate", 1)]
