"""A file that was exported is recognised by its first cells, whoever saved it last."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pandas
import pytest

from adme_labeler.services import headless
from adme_labeler.services.merge_detect import looks_exported
from adme_labeler.services.session import Session


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".tsv"])
def test_an_export_is_recognised(session: Session, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    headless.export(session, path)
    assert looks_exported(path)


def test_an_export_is_recognised_after_other_programs_saved_it(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "out.xlsx"
    headless.export(session, path)
    openpyxl.load_workbook(path).save(tmp_path / "again.xlsx")
    frame = pandas.read_excel(path, engine="calamine", dtype=str)
    frame.to_csv(tmp_path / "again.csv", index=False, sep=";", encoding="utf-16")
    assert looks_exported(tmp_path / "again.xlsx")
    assert looks_exported(tmp_path / "again.csv")


def test_other_tables_and_broken_files_are_none(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("text,category\nIt is fast.,Absorption\n", "utf-8")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "export.txt").write_text("category,text_hash,revision", "utf-8")
    with zipfile.ZipFile(tmp_path / "labels.zip", "w") as archive:
        archive.writestr("a.xml", "<document/>")
    for name in ("mine.csv", "broken.xlsx", "export.txt", "labels.zip", "nowhere.xlsx"):
        assert not looks_exported(tmp_path / name), name
