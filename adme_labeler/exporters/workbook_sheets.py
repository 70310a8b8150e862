"""The small sheets of the workbook: Models, History, Guideline, About (Recall has its own file)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import PatternFill

from adme_labeler.exporters.rows import Content, ModelRow
from adme_labeler.exporters.workbook_cells import SmallSheet, pale
from adme_labeler.protocol import ExportCategory

GUIDELINE = "Guideline"
"""Title of the sheet that the drop-down lists read."""

_MARKS = re.compile(r"\*\*(.+?)\*\*|(?<!\*)\*(?!\*)(.+?)\*")


def models(book: Workbook, content: Content) -> None:
    """A row a model version, newest first."""
    names = [category.name for category in content.categories]
    widths = (9, 11, 26, 30, 13, 9, 12, 18, 11, 11, *(28 for _ in names), 10, 10, 14, 60, 10, 26)
    sheet = SmallSheet(book, "Models", widths, is_table=True)
    titles = (
        "Version",
        "State",
        "Trained (UTC)",
        "Settings",
        "Annotations",
        "Hints",
        "Drug groups",
        "Measured on",
        "Sentences measured",
        "Drug groups measured",
        *(f"Recall {name}" for name in names),
        "Accuracy",
        "Macro-F1",
        "Verdict",
        "Why",
        "Seconds",
        "Snapshot sha256",
    )
    sheet.headers(titles)
    for model in content.models:
        recalls = [model.recall.get(c.key, "") for c in content.categories]
        sheet.row(
            [
                *_trained(model),
                *recalls,
                sheet.percent(model.accuracy),
                sheet.percent(model.macro_f1),
                model.verdict,
                model.reason,
                model.seconds,
                model.snapshot_sha256,
            ],
        )
    if not content.models:
        sheet.say("No model version has been trained in this project.")
    sheet.close()


def history(book: Workbook, content: Content) -> None:
    """What was done, newest first; the end says what is left out."""
    sheet = SmallSheet(book, "History", (11, 26, 18, 20, 90, 11), is_table=True)
    sheet.fit_to_page()
    sheet.headers(("Operation", "When (UTC)", "Who", "What", "In words", "Changes"))
    for e in content.history:
        sheet.row([e.operation, e.at, e.curator, e.kind, e.summary, e.changes])
    left_out = content.operations - len(content.history)
    if left_out > 0:
        said = f"{left_out:,} earlier operations are in the project and not in this file."
        sheet.say(said)
    sheet.close()


def guideline(book: Workbook, content: Content) -> None:
    """The categories and what they mean, then the rules; Annotations' list reads column B."""
    sheet = SmallSheet(book, GUIDELINE, (8, 26, 120), is_table=True)
    sheet.fit_to_page()
    sheet.headers(("Key", "Category", "Definition"))
    for category in content.categories:
        sheet.row([category.key, _coloured(sheet, category), category.definition])
    for heading, said in _paragraphs(content.guideline):
        if heading:
            sheet.skip()
        sheet.row([None, sheet.strong(heading) if heading else None, said or None])
    sheet.close()


def about(book: Workbook, content: Content, titles: Sequence[str], reports: Iterable[str]) -> None:
    """Where the workbook comes from. Protected, because coming back relies on it."""
    sheet = SmallSheet(book, "About", (50, 100))
    sheet.fit_to_page()
    sheet.raw.protection.sheet = True
    for label, value in (*content.about, ("Sheets with sentences", ", ".join(titles))):
        sheet.row([sheet.strong(label), value])
    for number, report in enumerate(reports):
        sheet.row([sheet.strong("Not as in the project") if not number else None, report])
    sheet.close()


def _trained(m: ModelRow) -> list[str | int | None]:
    return [
        m.version,
        m.state,
        m.created_at,
        m.settings,
        m.annotations,
        m.hints,
        m.drug_groups,
        m.measured_on,
        m.measured_sentences,
        m.measured_groups,
    ]


def _coloured(sheet: SmallSheet, category: ExportCategory) -> Any:
    cell = sheet.text(category.name)
    cell.fill = PatternFill(fgColor=pale(category.color), fill_type="solid")
    return cell


def _paragraphs(markdown: str) -> Iterable[tuple[str, str]]:
    """(heading, first paragraph) and ("", paragraph), in order; a list is one paragraph an item."""
    heading = ""
    for block in map(str.strip, markdown.splitlines()):
        if not block:
            continue
        if block.startswith("#"):
            if heading:
                yield heading, ""
            heading = block.lstrip("# ")
            continue
        said = re.sub(r"^[-*] ", "\u2022 ", _MARKS.sub(lambda m: m[1] or m[2], block))
        yield heading, said
        heading = ""
    if heading:
        yield heading, ""
