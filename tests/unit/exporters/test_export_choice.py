"""Which sentences an export takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adme_labeler import cli
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.problems import ExportProblem
from adme_labeler.domain.records import BlockKind
from adme_labeler.services import annotating, exporting, headless, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.exporting import Choice
from adme_labeler.services.session import Session
from adme_labeler.storage import log, sentences
from adme_labeler.worker import export_sheets
from tests.drafts import block, label, simple_label


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "trial", "ann") as opened:
        table = block("Absorption", ["Cmax | 5", "AUC | 7"], kind=BlockKind.TABLE)
        caption = block("Absorption", ["Figure 1"], kind=BlockKind.CAPTION)
        prose = block("Absorption", ["It is fast."])
        drafts = [simple_label(1), label("set-t", "Tabulone", [prose, table, caption])]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        yield opened


def exported(session: Session, choice: Choice) -> list[dict[str, Any]]:
    out = session.path.parent / "out.jsonl"
    headless.export(session, out, choice=choice)
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def test_rows_of_tables_come_on_request_and_say_what_they_are(session: Session) -> None:
    assert {row["kind"] for row in exported(session, Choice())} == {"paragraph"}
    rows = exported(session, Choice(tables=True))
    assert [row["text"] for row in rows if row["kind"] == "table"] == ["Cmax | 5", "AUC | 7"]
    assert len(rows) == 11


def test_only_what_has_a_category_is_exported_on_request(session: Session) -> None:
    first, second, *_ = sentences.in_document_order(session.connection)
    annotating.decide(session, first, CategoryKey("M"), Shown())
    annotating.set_note(session, second, "a note decides nothing")
    assert [row["category"] for row in exported(session, Choice(decided=True))] == ["Metabolism"]


def test_one_drug_label_can_be_exported_alone(session: Session) -> None:
    chosen = exporting.label_of(session, "set-t")
    assert {row["set_id"] for row in exported(session, Choice(label=chosen))} == {"set-t"}
    with pytest.raises(ExportProblem, match="no drug label with the set id nowhere"):
        exporting.label_of(session, "nowhere")


def test_the_command_takes_the_same_choices(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.csv"
    words = ["export", str(session.path), str(out), "--label", "set-t", "--tables", "--json"]
    session.close()
    assert cli.main(words) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 3
    assert cli.main([*words[:4], "nowhere"]) == 1
    assert "no drug label" in capsys.readouterr().err


def test_the_history_is_newest_first_bounded_and_counts_changes(session: Session) -> None:
    first, second, *_ = sentences.in_document_order(session.connection)
    annotating.decide(session, first, CategoryKey("M"), Shown())
    annotating.decide(session, second, CategoryKey("E"), Shown())
    newest, before = export_sheets.history(session.connection, most=2)
    assert (newest.operation, before.operation) == (
        log.head(session.connection)[0],
        log.head(session.connection)[0] - 1,
    )
    assert (newest.curator, newest.kind, newest.changes) == ("ann", "decide", 1)
    assert newest.summary.startswith("Excretion")
