"""The pages for engineers say what the code says: schema, messages, names of files and targets."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import get_args

import pytest

import adme_labeler
from adme_labeler import protocol
from adme_labeler.storage import migrations
from adme_labeler.worker.__main__ import JOBS

ROOT = Path(__file__).resolve().parents[2]
ENGINEERING = ROOT / "docs" / "engineering"
PAGES = [*sorted(ENGINEERING.glob("*.md")), ROOT / "CONTRIBUTING.md", ROOT / "docs" / "notebook.md"]

CODE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"(?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:md|toml|txt|cff|py)")
BUILT = ("dist", "build/", "runs/", "models/", "features/", "backups/", "1_Pooling/")
"""Folders that are made, not kept."""
MADE = {
    "model.safetensors",
    "config.json",
    "tokenizer.json",
    "vocab.txt",
    "name.adme",
    "snapshot.jsonl",
}


def row(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def schema() -> dict[str, list[str]]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrations.migrate(connection, 0)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    found = {
        name: [column[1] for column in connection.execute(f"PRAGMA table_info({name})")]
        for (name,) in names
        if not name.startswith("sentence_search_")  # FTS5's own
    }
    connection.close()
    return found


def test_the_page_on_the_database_has_every_table_with_its_columns() -> None:
    text = (ENGINEERING / "database.md").read_text("utf-8")
    told: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("| `"):
            table, columns, holds = row(line)
            assert holds, table
            assert table not in told
            told[table.strip("`")] = CODE.findall(columns)
    assert told == schema()


def tags(union: object) -> set[str]:
    return {message.__struct_config__.tag for message in get_args(union)}


def test_the_page_on_the_protocol_has_every_message_and_every_job() -> None:
    text = (ENGINEERING / "worker-protocol.md").read_text("utf-8")
    real = tags(protocol.FromWorker) | tags(protocol.ToWorker)
    cells = [cell for line in text.splitlines() if line.startswith("|") for cell in row(line)]
    told = {name for cell in cells for name in CODE.findall(cell) if re.fullmatch("[a-z_]+", name)}
    assert real - told - named_in_text(text) == set(), "messages that the page does not have"
    assert told - real - set(JOBS) == set(), "names on the page that are no message and no job"
    assert set(JOBS) <= told


def named_in_text(text: str) -> set[str]:
    return {name for name in CODE.findall(BLOCK.sub("", text)) if re.fullmatch("[a-z_]+", name)}


def test_messages_stand_on_the_side_that_sends_them() -> None:
    text = (ENGINEERING / "worker-protocol.md").read_text("utf-8")
    serving = text.split("## Serving")[1].split("## ")[0]
    lines = [row(line) for line in serving.splitlines() if line.startswith("|")][2:]
    asked = {name for line in lines for name in CODE.findall(line[0])}
    answered = {name for line in lines for name in CODE.findall(line[2])}
    assert asked <= tags(protocol.ToWorker)
    assert answered <= tags(protocol.FromWorker)
    to_any = text.split("## To any worker")[1].split("## ")[0]
    named = {CODE.findall(line)[0] for line in to_any.splitlines() if line.startswith("| `")}
    assert named <= tags(protocol.ToWorker)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    named = {
        word
        for code in CODE.findall(BLOCK.sub("", text))
        for word in code.split()
        if PLACE.fullmatch(word) and word not in MADE and not word.startswith(BUILT)
    }
    named = {word for word in named if "NNNN" not in word and "NAME" not in word}
    missing = [
        word
        for word in named
        if not any((root / word).exists() for root in (ROOT, ROOT / "adme_labeler", page.parent))
    ]
    assert missing == []
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda p: p.name)
def test_every_make_target_that_a_page_names_is_there(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", page.read_text("utf-8")))
    assert named - targets == set()


def test_the_citation_is_of_this_version() -> None:
    cited = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"version: {adme_labeler.__version__}\n" in cited
    assert "arXiv:2207.10858" in cited
