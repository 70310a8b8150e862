"""Six categories, one of them renamed, through export, merge, import, search and the guideline."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from adme_labeler.domain.categories import Category, CategoryKey
from adme_labeler.services import (
    annotating,
    finding,
    guideline,
    headless,
    importing,
    merging,
    queue,
    schemes,
)
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, sentences
from tests.drafts import simple_label

F, E = CategoryKey("F"), CategoryKey("E")
FOOD = Category(F, "Food effect", "6", "#CC2936", "#FF8577", "What a meal does.", ("Fed state",))


@pytest.fixture
def session(tmp_path):
    with Session.create(tmp_path / "work.adme", "ana") as opened:
        importing.commit_batch(opened, [simple_label(1)], importing.ImportTally())
        schemes.save(opened, replace(opened.scheme, categories=(*opened.scheme.categories, FOOD)))
        for number, sentence in enumerate(ids_of(opened)[:4]):
            annotating.decide(opened, sentence, (F, E)[number % 2], Shown())
        yield opened


def ids_of(session: Session):
    return sentences.in_document_order(session.connection)


def rename(session: Session, key: str, name: str) -> None:
    changed = (replace(c, name=name) if c.key == key else c for c in session.scheme.categories)
    schemes.save(session, replace(session.scheme, categories=tuple(changed)))


def resolved(session: Session, number: int):
    ident = ids_of(session)[number]
    found = annotations.resolutions(session.connection, [ident])
    return found[ident].category if ident in found else None


def test_the_workbook_offers_every_category_and_carries_the_new_names(session, tmp_path):
    rename(session, "E", "Clearance")
    out = tmp_path / "out.xlsx"
    headless.export(session, out)
    book = openpyxl.load_workbook(out)
    sheet = book[book.sheetnames[0]]
    titles = [cell.value for cell in sheet[1]]
    column = titles.index("category") if "category" in titles else titles.index("Category")
    written = [row[column].value for row in sheet.iter_rows(min_row=2, max_row=5)]
    assert written == ["Food effect", "Clearance", "Food effect", "Clearance"]
    offered = " ".join(str(v.formula1) for v in sheet.data_validations.dataValidation)
    named = " ".join(
        str(cell.value) for s in book.worksheets for row in s.iter_rows() for cell in row
    )
    assert "Food effect" in offered or "Food effect" in named
    assert "Clearance" in offered + named


def test_an_export_from_before_the_renaming_is_merged_by_the_old_names(session, tmp_path):
    out = tmp_path / "old.tsv"
    headless.export(session, out)
    rename(session, "E", "Clearance")
    rename(session, "F", "Meal effect")
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for number, name in enumerate(("Food effect", "Excretion", "Clearance", "fed state"), start=4):
        rows[number]["category"] = name
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
    plan = headless.compare_table(session, out)
    merging.apply(session, plan, "all")
    assert [resolved(session, n) for n in range(8)] == [F, E, F, E, F, E, E, F]


def test_a_table_is_imported_with_the_categories_of_the_project(session, tmp_path):
    table = Path(tmp_path / "new.csv")
    table.write_text(
        "drug,text,category\n"
        "Tabulin,A fatty meal delays absorption of tabulin by two hours.,Food effect\n"
        "Tabulin,Food raises the exposure to tabulin by half.,fed state\n"
        "Tabulin,Clearance of tabulin is 3 L/h.,Elimination\n",
        encoding="utf-8",
    )
    tally = headless.import_paths(session, [table])
    assert not any("does not know" in file.reason for file in tally.files)
    found = annotations.resolutions(session.connection, ids_of(session)[:3])
    assert [found[i].category for i in ids_of(session)[:3]] == [F, F, E]


def test_search_finds_by_key_new_name_and_old_name(session):
    rename(session, "E", "Clearance")
    for written in ("category:E", "category:clearance", "category:Excretion"):
        assert len(finding.find(session, written).ids) == 2


def test_the_guideline_still_belongs_to_a_renamed_category(session):
    text = guideline.current(session).text
    before = guideline.sections(text, session.scheme)
    rename(session, "E", "Clearance")
    assert guideline.sections(text, session.scheme) == before
    assert E in before


def test_a_category_that_nobody_has_met_is_not_hunted_for(session):
    genotype = replace(FOOD, key="G", name="Genotype", shortcut="7", synonyms=())
    genotype = replace(genotype, color_light="#6B4FD8", color_dark="#A594FF")
    annotating.decide(session, ids_of(session)[4], CategoryKey("A"), Shown())
    annotating.decide(session, ids_of(session)[5], CategoryKey("D"), Shown())
    scheme = replace(session.scheme, categories=(*session.scheme.categories, genotype))
    schemes.save(session, scheme)
    assert queue.rarest_category(session) == "M"
    for number, key in enumerate("MMMM"):
        annotating.decide(session, ids_of(session)[number], CategoryKey(key), Shown())
    annotating.decide(session, ids_of(session)[6], CategoryKey("E"), Shown())
    annotating.decide(session, ids_of(session)[7], CategoryKey("E"), Shown())
    assert queue.rarest_category(session) == "A"
    annotating.decide(session, ids_of(session)[0], CategoryKey("G"), Shown())
    annotating.decide(session, ids_of(session)[5], CategoryKey("A"), Shown())
    assert queue.rarest_category(session) == "D"
