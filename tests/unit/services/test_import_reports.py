"""The report on imports: kept in the project, shown by the command line, written to files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from adme_labeler.cli import main
from adme_labeler.services import import_reports, import_runs
from adme_labeler.services.session import Session
from adme_labeler.storage import labels

OTC = {
    "set_id": "otc-1",
    "openfda": {"generic_name": ["Tylodrin"], "product_type": ["HUMAN OTC DRUG"]},
    "pharmacokinetics": ["It is absorbed within an hour."],
}
RX = {
    "set_id": "rx-1",
    "openfda": {"generic_name": ["Corvexa"], "product_type": ["HUMAN PRESCRIPTION DRUG"]},
    "pharmacokinetics": ["12.3 Pharmacokinetics Corvexa is absorbed within two hours."],
}


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project into which a bulk file, a bad file and the bulk file again were imported."""
    (tmp_path / "=bulk.json").write_text(json.dumps({"results": [OTC, RX]}))
    (tmp_path / "bad.xml").write_text("<document")
    Session.create(tmp_path / "p", "ana").close()
    files = [str(tmp_path / "=bulk.json"), str(tmp_path / "bad.xml")]
    assert main(["import", str(tmp_path / "p"), *files]) == 0
    assert main(["import", str(tmp_path / "p"), files[0], "--types", "prescription", "otc"]) == 0
    capsys.readouterr()
    return tmp_path / "p.adme"


def test_every_run_says_what_became_of_its_files_and_labels(project: Path) -> None:
    with Session.open(project, "ana", read_only=True) as session:
        second, first = import_reports.runs(session)
        assert first.counts == {"read": 1, "skipped": 1, "failed": 1}
        assert second.counts == {"read": 1, "nothing new": 1}
        assert second.types == ("prescription", "otc")
        skipped = next(r for r in import_reports.labels(session, first.id) if r.status == "skipped")
        assert (skipped.title, skipped.reason) == ("Tylodrin", "It is an over-the-counter label.")
        assert "--types otc" in first.files[0].reason


def test_the_report_is_written_as_csv_and_as_a_workbook(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "r.csv"
    assert main(["report", str(project), "--csv", str(target), "--json"]) == 0
    said = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert [run["state"] for run in said["imports"]] == ["finished", "finished"]
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["Result"] for row in rows) == [
        "failed", "nothing new", "read", "read", "read", "skipped"
    ]  # fmt: skip
    (of_file,) = [row for row in rows if row["Result"] == "read" and not row["Set id"]]
    assert "--types otc" in of_file["Why"]
    assert main(["report", str(project), "--csv", str(tmp_path / "r.xlsx")]) == 0
    book = load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["Imports", "Headings"]
    assert book["Imports"].max_row == 7


def test_a_report_of_another_kind_is_refused_in_one_sentence(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(project), "--csv", str(tmp_path / "r.pdf")]) == 1
    assert "ends in .csv or .xlsx" in capsys.readouterr().err


def test_there_is_nothing_to_resume_after_a_whole_import(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(project), "--resume"]) == 1
    assert "nothing to resume" in capsys.readouterr().err


def test_a_group_that_holds_too_much_stays_in_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def result(number: int, drug: str, count: int) -> dict[str, object]:
        said = " ".join(f"Sentence {n} of label {number} tells how it acts." for n in range(count))
        openfda = {"generic_name": [drug], "product_type": ["HUMAN PRESCRIPTION DRUG"]}
        return {"set_id": f"s{number}", "openfda": openfda, "pharmacokinetics": [said]}

    results = [result(n, f"Testazole{n}", 3) for n in range(8)]
    results += [result(n, "Corvexa", 20) for n in range(8, 12)]
    (tmp_path / "bulk.json").write_text(json.dumps({"results": results}))
    project = str(tmp_path / "p")
    Session.create(tmp_path / "p", "ana").close()
    assert main(["import", project, str(tmp_path / "bulk.json")]) == 0
    sentence = "One drug group holds 77% of all sentences: Corvexa with 4 drug labels."
    assert sentence in capsys.readouterr().out
    assert main(["report", project, "--csv", str(tmp_path / "r.csv")]) == 0
    assert sentence in capsys.readouterr().out
    assert sentence in (tmp_path / "r.csv").read_text(encoding="utf-8-sig")


def test_a_guessed_drug_name_is_said_after_the_import_and_can_be_bettered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "corvexa.txt"
    document.write_text("Absorption\n\nIt is absorbed within two hours.\n")
    Session.create(tmp_path / "p", "ana").close()
    start = ["import", str(tmp_path / "p"), str(document)]
    assert main(start) == 0
    guess = "No drug name was given for corvexa.txt; “corvexa” was taken from its file name."
    assert guess in capsys.readouterr().out.splitlines()[-1]
    assert main([*start, "--drug", "Velmoradine hydrochloride"]) == 0
    assert "1 already known (1 under new drug names)" in capsys.readouterr().out
    assert main(start) == 0, "a guess does not take the place of what a person said"
    with Session.open(tmp_path / "p.adme", "ana", read_only=True) as session:
        (label,) = labels.all_labels(session.connection)
        assert label.ingredients == ("VELMORADINE",)
        _, second, first = import_reports.runs(session)
        assert first.files[0].reason == guess
        assert second.files[0].reason == import_runs.RENAMED
