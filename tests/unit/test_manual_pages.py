"""The manual says what the program does: commands, keys and error sentences are its own."""

from __future__ import annotations

import ast
import html
import re
import shlex
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

from adme_labeler import cli
from adme_labeler.commands import COMMANDS
from tests import manual_keys

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def commands(page: Path) -> Iterator[str]:
    """Lines of code blocks that call the program."""
    for block in re.findall(r"^```[a-z]*\n(.*?)^```", page.read_text("utf-8"), re.M | re.S):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("adme-labeler "):
                yield line


WRITTEN = [(page.name, line) for page in PAGES for line in commands(page)]


@pytest.mark.parametrize(("page", "line"), WRITTEN)
def test_a_command_in_the_manual_is_one_that_the_program_takes(page, line):
    words = shlex.split(line)[1:]
    if words == ["--version"]:
        return
    cli._parser().parse_args(words)


def test_the_page_on_the_command_line_lists_every_command_and_shows_it():
    text = (DOCS / "command-line.md").read_text("utf-8")
    listed = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", text, re.MULTILINE)
    assert listed == [(row.name, row.help) for row in COMMANDS]
    shown = {shlex.split(line)[1] for _, line in WRITTEN}
    assert shown >= {row.name for row in COMMANDS}


def test_the_page_on_keys_is_the_table_of_actions():
    page = manual_keys.PAGE.read_text("utf-8")
    assert page == manual_keys.with_tables(page), "python -m tests.manual_keys writes it anew"


def test_every_error_sentence_in_the_manual_is_one_that_the_program_says():
    text = (DOCS / "troubleshooting.md").read_text("utf-8")
    quoted = [html.unescape(s) for s in re.findall(r"^\| (.+?) \| .+ \|$", text, re.MULTILINE)]
    quoted = [sentence for sentence in quoted if sentence != "sentence"]
    assert len(quoted) > 50
    said = set(sentences())
    assert not [sentence for sentence in quoted if sentence not in said]


def test_the_page_on_recall_stays_short():
    text = (DOCS / "how-good-is-my-model.md").read_text("utf-8")
    assert len(text.split()) < 600


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    config = load_config(str(ROOT / "mkdocs.yml"), strict=True, site_dir=str(folder))
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    return folder


class Links(HTMLParser):
    """Ids of a page, and what it links to or shows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.targets: list[str] = []
        self.headings: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.add(str(found["id"]))
        if tag == "h1":
            self.headings.append(tag)
        for name in ("href", "src"):
            target = str(found.get(name) or "")
            # A reader may follow a link to elsewhere; nothing is loaded from there.
            if target and not (tag == "a" and target.startswith("https://")):
                self.targets.append(target)


def test_the_built_manual_opens_from_disk_and_asks_nothing_of_the_network(site):
    pages = {path: Links(path.read_text("utf-8")) for path in site.rglob("*.html")}
    assert len(pages) >= len(PAGES)
    wrong: list[str] = []
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        assert page.headings == ["h1"], path
        for target in page.targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                wrong.append(f"{path.name} leads to {target}")
                continue
            other = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not other.is_file():
                wrong.append(f"{path.name}: nothing at {target}")
            elif parts.fragment and other in pages and parts.fragment not in pages[other].ids:
                wrong.append(f"{path.name}: no such heading, {target}")
    assert not wrong
    assert (site / "search" / "search_index.js").is_file()
    (licence,) = (site / "assets").glob("LICENSE-mkdocs-material-*.txt")
    assert "Permission is hereby granted" in licence.read_text("utf-8")


def sentences() -> Iterator[str]:
    """Everything the program says, with … for what is filled in."""
    for path in (ROOT / "adme_labeler").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("tr", "mark"):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield re.sub(r"\{[^}]*\}", "…", str(first.value))
