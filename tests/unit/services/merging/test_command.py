"""Taking a table back from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adme_labeler import cli
from adme_labeler.services import annotating
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences
from tests.edited_tables import E, M, Row, edited, ids_of, resolved, setting


def test_the_command_compares_takes_and_reports(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = ids_of(session)
    path = edited(session, tmp_path, setting(0, category="Metabolism"))
    words = ["merge-table", str(session.path), str(path), "--curator", "ann", "--json"]
    session.close()
    assert cli.main([*words, "--dry-run"]) == 0
    dry = json.loads(capsys.readouterr().out)
    assert (dry["counts"]["changed"], dry["applied"], dry["operation"]) == (1, 0, None)
    assert dry["rows"][0]["edited"]["category"] == "Metabolism"
    assert cli.main(words) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["applied"], done["sha256"]) == (1, dry["sha256"])
    with Session.open(session.path, "ann") as again:
        assert resolved(again, ids[0]) == M
        assert annotating.next_undo(again).startswith("Merge 1 row of e.tsv")
        annotating.decide(again, ids[0], E, Shown())
    assert cli.main([*words[:-1], "--dry-run"]) == 0
    assert "conflict, category (none) -> Metabolism (now Excretion)" in capsys.readouterr().out
    assert cli.main([*words, "--take-conflicts"]) == 0
    with Session.open(session.path, "ann") as again:
        assert resolved(again, ids[0]) == M


def test_the_command_takes_single_rows_on_request(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = ids_of(session)

    def edit(rows: list[Row]) -> None:
        rows[0]["category"] = rows[1]["category"] = "Metabolism"

    path = edited(session, tmp_path, edit)
    uid = sentences.get(session.connection, [ids[1]])[0].uid
    words = ["merge-table", str(session.path), str(path), "--json", "--take", uid]
    session.close()
    assert cli.main(words) == 0
    assert json.loads(capsys.readouterr().out)["applied"] == 1
    with Session.open(session.path, "ann") as again:
        assert (resolved(again, ids[0]), resolved(again, ids[1])) == (None, M)
