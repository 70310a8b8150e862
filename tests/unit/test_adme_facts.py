"""Which rows of tables state ADME facts; tables about fictional drugs."""

from __future__ import annotations

from pathlib import Path

import pytest

from adme_labeler.domain.adme_facts import facts
from adme_labeler.domain.records import BlockDraft, BlockKind, SpanDraft
from adme_labeler.services import annotating, importing, queue, table_facts
from adme_labeler.services.annotating import Shown
from adme_labeler.services.queue import QueueKind
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences
from tests.drafts import block, label

ROWS = (
    ("Parameter", "50 mg", "100 mg"),
    ("Half-life (h)", "9.7 ± 1.7", "9.6"),
    ("Responders", "12", "14"),
    ("CL/F (L/h)", "4.1", "4.3"),
)


@pytest.mark.parametrize(
    ("row", "fact"),
    [
        (("% bound to plasma proteins", "99", "97"), "protein binding"),
        (("Vss (L)", "12", "13"), "volume of distribution"),
        (("Absolute bioavailability (%)", "48", "53"), "bioavailability"),
        (("Tmax (h), median", "2", "3"), "the time of the peak"),
        (("C max (ng/mL)", "539", "851"), "the peak concentration"),
        (("t½ (h)", "17", "19"), "the half-life"),
        (("Renal clearance (mL/min)", "120", "90"), "clearance"),
        (("% of dose excreted in urine", "2", "11"), "excretion"),
        (("Nausea", "12", "3"), ""),
        (("Number of patients", "120", "119"), ""),
    ],
)
def test_a_row_states_what_its_first_cell_names(row: tuple[str, ...], fact: str) -> None:
    assert facts((("", "Corvexa", "Zelvarone"), row), ("Pharmacokinetics",)) == ["", fact]


def test_a_row_states_what_stands_above_its_numbers() -> None:
    rows = (("Patients", "n", "Half-life (h)"), ("Adults", "12", "9.7"), ("Children", "8", ""))
    assert facts(rows, ()) == ["", "the half-life", ""]


def test_merged_heads_stand_above_all_their_columns() -> None:
    rows = (("Regimen", "Cmax (ng/mL)", ""), ("", "Day 1", "Day 14"), ("50 mg", "", "310"))
    assert facts(rows, ())[2] == "the peak concentration"


@pytest.mark.parametrize(
    "about",
    ["Effect of coadministered drugs on Corvexa", "Drug Interaction Studies", "Adverse Reactions"],
)
def test_comparisons_and_other_matters_state_none(about: str) -> None:
    assert facts((("", "Cmax"), ("Zelvarone", "1.82")), (about,)) == ["", ""]


def test_accumulation_below_the_word_absorption_is_not_absorption() -> None:
    rows = (("", "Corvexa"), ("Absorption", ""), ("Accumulation", "1.5-fold"), ("Tmax (h)", "2"))
    assert facts(rows, ()) == ["", "", "", "the time of the peak"]


def table() -> BlockDraft:
    lines = [" | ".join(row) for row in ROWS]
    spans, start = [], 0
    for line in lines:
        spans.append(SpanDraft(start, start + len(line)))
        start += len(line) + 1
    path = ("12.3 Pharmacokinetics", "Elimination")
    return BlockDraft(
        BlockKind.TABLE, "43682-4", path[0], path, "\n".join(lines), tuple(spans), rows=ROWS
    )


def test_rows_with_facts_have_a_queue_and_stay_out_of_the_others(tmp_path: Path) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        draft = label("s1", "Corvexa", [block("Elimination", ["It leaves.", "Slowly."]), table()])
        importing.commit_batch(session, [draft], importing.ImportTally())
        items = queue.build(session, QueueKind.TABLES).items
        texts = [s.text for s in sentences.get(session.connection, [i.sentence for i in items])]
        assert texts == ["Half-life (h) | 9.7 ± 1.7 | 9.6", "CL/F (L/h) | 4.1 | 4.3"]
        assert items[0].reason == "a table row about the half-life"
        in_order = {i.sentence for i in queue.build(session, QueueKind.DOCUMENT).items}
        assert not in_order & {i.sentence for i in items}
        annotating.decide(session, items[0].sentence, "E", Shown())
        assert [i.sentence for i in queue.build(session, QueueKind.TABLES).items] == [
            items[1].sentence
        ]
        (one,) = {sentences.label_of(session.connection, i.sentence) for i in items}
        assert table_facts.tables_in_words(session, one) == "1 table, 2 rows with ADME facts"


def test_tables_of_an_older_project_are_examined_when_the_queue_is_opened(tmp_path: Path) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        importing.commit_batch(
            session, [label("s1", "Corvexa", [table()])], importing.ImportTally()
        )
        session.connection.execute("DELETE FROM table_row")
        assert len(queue.build(session, QueueKind.TABLES).items) == 2
