"""The command line as a person meets it: exit codes, one sentence, JSON alone on stdout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adme_labeler import paths
from adme_labeler.cli import main
from adme_labeler.services import headless, importing, training
from adme_labeler.services.session import Session
from adme_labeler.storage import labels
from adme_labeler.storage.models import RunState
from tests.drafts import simple_label

SAMPLE = paths.sample_labels() / "labels"


def test_a_project_goes_by_its_name_with_or_without_the_ending(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = str(tmp_path / "große Studie 1.2")
    assert main(["new", name]) == 0
    one = str(sorted(SAMPLE.glob("*.xml"))[0])
    capsys.readouterr()
    assert main(["import", name, one, "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["labels"] == 1
    monkeypatch.chdir(tmp_path)
    assert main(["check", "große Studie 1.2.adme", "--json"]) == 0
    assert main(["backup", "große Studie 1.2"]) == 0
    assert main(["restore", "große Studie 1.2"]) == 0
    assert [p.name for p in tmp_path.glob("*.adme.d")] == ["große Studie 1.2.adme.d"]


@pytest.mark.parametrize(
    "words",
    [
        ["import", "p.adme", "labels"],
        ["annotate", "p.adme", "table.csv"],
        ["suggest", "p.adme"],
        ["train", "p.adme"],
        ["models", "p.adme", "rollback"],
        ["merge-table", "p.adme", "edited.xlsx"],
        ["restore", "p.adme"],
    ],
)
def test_what_changes_a_project_says_at_once_that_a_window_holds_it(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with Session.create(tmp_path / "p", "ana") as session:
        importing.commit_batch(session, [simple_label(1)], importing.ImportTally())
        main(["backup", "p.adme"])
        capsys.readouterr()
        assert main([*words, "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "open in another window" in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["train", "p.adme", "--seed", "-1"],
        ["train", "p.adme", "--seed", "99999999999999999999"],
        ["annotate", "p.adme", "t.csv", "--curator", "\udcff"],
        ["import", "p.adme", ""],
        ["evaluate", "--train", "t.csv", "--folds", "3", "--seeds", "1,-2"],
        ["models", "p.adme", "promote"],
    ],
)
def test_wrong_usage_ends_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        (session.project.folder / "runs").write_text("a file in the way")
    assert main(["import", str(tmp_path / "p"), str(SAMPLE)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("The import cannot start: nothing can be written to ")
    assert len(said.splitlines()) == 1


def test_json_stays_json_where_the_terminal_knows_ascii_only(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "adme_labeler.cli", "new", str(tmp_path / "größe"), "--json"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout.decode("ascii"))["project"].endswith("größe.adme")


def test_a_reader_that_leaves_ends_the_command_without_a_traceback(tmp_path: Path) -> None:
    Session.create(tmp_path / "p", "ana").close()
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "adme_labeler.cli", "recall", str(tmp_path / "p")],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


def test_an_import_that_is_stopped_still_holds_drugs_out(tmp_path: Path) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_text("<no")

    def stop_at_the_broken_file(line: str) -> None:
        if "broken.xml" in line and not line.startswith("Reading"):
            raise KeyboardInterrupt

    with Session.create(tmp_path / "p", "ana") as session:
        with pytest.raises(KeyboardInterrupt):
            headless.import_paths(session, [SAMPLE, broken], report=stop_at_the_broken_file)
        assert any(group.held_out for group in labels.groups(session.connection))


def test_a_training_that_is_stopped_does_not_stay_running(tmp_path: Path) -> None:
    def stop_at_once(line: str) -> None:
        if line.startswith("Reading"):
            raise KeyboardInterrupt

    with Session.create(tmp_path / "p", "ana") as session:
        drafts = [simple_label(number) for number in range(3)]
        importing.commit_batch(session, drafts, importing.ImportTally())
        with pytest.raises(KeyboardInterrupt):
            headless.train(session, encoder=tmp_path, report=stop_at_once)
        (run,) = training.runs(session)
        assert run.state is RunState.INTERRUPTED
        assert [r.id for r in training.find_interrupted(session)] == [run.id]


def test_categories_of_a_table_are_annotations_of_the_curator_who_is_said_to_have_read_them(
    tmp_path: Path,
) -> None:
    table = tmp_path / "t.csv"
    table.write_text("text,category\nIt is absorbed fast.,A\n")
    states: dict[str, list[tuple[str, str]]] = {}
    for name, words in {"bulk": [], "read": ["--read-by", "ana"]}.items():
        assert main(["new", str(tmp_path / name)]) == 0
        assert main(["import", str(tmp_path / name), str(table), *words]) == 0
        with Session.open(tmp_path / f"{name}.adme", "x", read_only=True) as session:
            rows = session.connection.execute("SELECT state, curator FROM annotation").fetchall()
            states[name] = [tuple(row) for row in rows]
    assert states == {"bulk": [("bulk", "imported file")], "read": [("imported", "ana")]}
