"""Project files: one writer, refused files, schema, durability settings."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from adme_labeler.domain.problems import StorageProblem
from adme_labeler.storage import migrations, settings
from adme_labeler.storage.filesystem import FolderKind, folder_kind
from adme_labeler.storage.integrity import check
from adme_labeler.storage.project import Project


def test_a_new_project_opens_again_with_the_same_schema(tmp_path: Path) -> None:
    Project.create(tmp_path / "study").close()
    with Project.open(tmp_path / "study.adme") as project:
        version = project.connection.execute("PRAGMA user_version").fetchone()[0]
        assert version == migrations.newest()
        assert project.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert project.connection.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert not project.read_only


def test_an_existing_project_is_never_overwritten(tmp_path: Path) -> None:
    Project.create(tmp_path / "study").close()
    with pytest.raises(StorageProblem, match="already exists"):
        Project.create(tmp_path / "study")


def test_a_second_window_can_only_read(tmp_path: Path) -> None:
    with Project.create(tmp_path / "study") as first, Project.open(first.path) as second:
        assert second.read_only
        with pytest.raises(StorageProblem, match="another window"), second.operation("x", "x"):
            pass
    with Project.open(first.path) as third:
        assert not third.read_only


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.adme"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE t (x)")
    other.commit()
    other.close()
    with pytest.raises(StorageProblem, match="not a project"):
        Project.open(path)
    other = sqlite3.connect(path)
    assert other.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 1
    other.close()


def test_a_text_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.adme"
    path.write_text("Dear colleague, " * 100)
    with pytest.raises(StorageProblem, match="no readable project"):
        Project.open(path)
    assert path.read_text().startswith("Dear colleague")


def test_a_file_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    with Project.create(tmp_path / "study") as project:
        project.connection.execute(f"PRAGMA user_version = {migrations.newest() + 1}")
    with pytest.raises(StorageProblem, match="newer version"):
        Project.open(project.path)


def test_a_missing_project_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageProblem, match="no project at"):
        Project.open(tmp_path / "gone.adme")


def test_closing_leaves_one_file_that_can_be_copied(tmp_path: Path) -> None:
    with Project.create(tmp_path / "study") as project, project.operation("t", "t") as draft:
        draft.keep = True
    assert not project.path.with_name("study.adme-wal").exists()
    copy = tmp_path / "elsewhere.adme"
    copy.write_bytes(project.path.read_bytes())
    with Project.open(copy) as copied:
        assert copied.connection.execute("SELECT count(*) FROM operation").fetchone()[0] == 1


def test_the_log_refuses_update_and_delete(tmp_path: Path) -> None:
    with Project.create(tmp_path / "study") as project:
        with project.operation("t", "t") as draft:
            draft.keep = True
        for statement in ("UPDATE operation SET summary = 'x'", "DELETE FROM operation"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                project.connection.execute(statement)


def test_a_failed_operation_leaves_nothing_behind(tmp_path: Path) -> None:
    with Project.create(tmp_path / "study") as project:
        with pytest.raises(RuntimeError), project.operation("t", "t") as draft:
            draft.keep = True
            project.connection.execute("INSERT INTO setting VALUES ('a', '1')")
            raise RuntimeError
        assert project.connection.execute("SELECT count(*) FROM operation").fetchone()[0] == 0
        assert project.connection.execute("SELECT count(*) FROM setting").fetchone()[0] == 0


@pytest.mark.parametrize(
    ("mount", "kind"),
    [
        ("36 1 0:1 / {} rw - cifs //server/share rw", FolderKind.NETWORK),
        ("36 1 0:1 / {} rw - nfs4 server:/share rw", FolderKind.NETWORK),
        ("36 1 0:1 / {} rw - ext4 /dev/sda rw", FolderKind.LOCAL),
    ],
)
def test_network_folders_are_recognised(tmp_path: Path, mount: str, kind: FolderKind) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(f"1 0 0:1 / / rw - ext4 /dev/root rw\n{mount.format(tmp_path.resolve())}\n")
    assert folder_kind(tmp_path, table) is kind


def test_synchronised_folders_are_recognised_and_warned_about(tmp_path: Path) -> None:
    folder = tmp_path / "OneDrive - Company"
    with Project.create(folder / "study") as project:
        assert "synchronised" in project.warning
        assert project.connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"


def test_a_project_is_found_by_its_name_without_the_ending(tmp_path: Path) -> None:
    Project.create(tmp_path / "größe 1.2").close()
    with Project.open(tmp_path / "größe 1.2") as project:
        assert project.path == (tmp_path / "größe 1.2.adme").resolve()


def test_a_project_that_cannot_be_opened_now_is_not_called_damaged(tmp_path: Path) -> None:
    Project.create(tmp_path / "p").close()
    (tmp_path / "p.adme-wal").mkdir()
    with pytest.raises(StorageProblem, match="cannot be opened now"):
        Project.open(tmp_path / "p.adme")
    (tmp_path / "p.adme-wal").rmdir()
    with Project.open(tmp_path / "p.adme") as project:
        assert not project.read_only


def test_a_second_window_cannot_write_derived_data_either(tmp_path: Path) -> None:
    with (
        Project.create(tmp_path / "p") as first,
        Project.open(first.path) as second,
        pytest.raises(StorageProblem, match="can only read"),
        second.transaction(),
    ):
        pass


def test_checking_a_file_with_torn_pages_ends_in_one_sentence(tmp_path: Path) -> None:
    with Project.create(tmp_path / "p") as project:
        path = project.path
        torn = {
            row["name"]: row["rootpage"]
            for row in project.connection.execute("SELECT name, rootpage FROM sqlite_master")
        }
        size = project.connection.execute("PRAGMA page_size").fetchone()[0]
    with path.open("rb+") as file:
        file.seek((torn["annotation"] - 1) * size)
        file.write(b"\xff" * 200)
    with (
        Project.open(path, read_only=True) as project,
        pytest.raises(StorageProblem, match="damaged"),
    ):
        check(project.connection)


def test_decisions_survive_a_crash_after_another_program_took_the_log_away(
    tmp_path: Path,
) -> None:
    with Project.create(tmp_path / "study") as project:
        log = project.path.with_name("study.adme-wal")
        project.path.read_bytes()  # ends the locks of SQLite, as POSIX has it
        viewer = (
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
            "c.execute('SELECT * FROM setting').fetchall(); c.close()"
        )
        subprocess.run([sys.executable, "-c", viewer, project.path], check=True, timeout=60)
        if log.exists():
            pytest.skip("here a file that is open elsewhere keeps its locks")
        _set(project, "first", "1")
        assert _seen_after_a_crash(project.path, tmp_path / "a.adme", "first") == "1"
        with project.second() as other:
            assert other is not None
            _set(other, "second", "2")
        assert _seen_after_a_crash(project.path, tmp_path / "b.adme", "second") == "2"
    with Project.open(project.path) as again:
        assert check(again.connection).faults == ()
        names = [r["key"] for r in again.connection.execute("SELECT key FROM setting")]
        assert {"first", "second"} <= set(names)


def _set(project: Project, key: str, value: str) -> None:
    with project.operation("setting", key) as draft:
        settings.put(project.connection, draft, key, value)


def _seen_after_a_crash(path: Path, copy: Path, key: str) -> str | None:
    """What a copy of the file holds that was made without the log."""
    copy.write_bytes(path.read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        row = connection.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0]).strip('"')
