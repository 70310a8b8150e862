"""Catalogues of the translations: complete, true to their sentences, and compiled."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler import language
from tests.translations import (
    DOMAINS,
    PROGRAM,
    catalogue_file,
    collected,
    compiled,
    languages,
    placeholders,
    read,
    sentences,
    texts,
)

CATALOGUES = [(code, domain) for code in languages() for domain in DOMAINS]
catalogues = pytest.mark.parametrize(("code", "domain"), CATALOGUES)


def test_every_language_that_can_be_chosen_has_its_catalogues():
    assert {language.ENGLISH, *languages()} == set(language.LANGUAGES)
    assert all(catalogue_file(code, domain).exists() for code, domain in CATALOGUES)


@catalogues
def test_what_the_program_says_is_in_the_catalogue_and_nothing_else(code, domain):
    said = {m.id for m in sentences(collected(domain))}
    known = {m.id for m in sentences(read(code, domain))}
    assert said - known == set(), "make translations"
    assert known - said == set(), "make translations"
    assert not read(code, domain).obsolete


@catalogues
def test_every_sentence_is_translated_and_none_is_a_guess(code, domain):
    found = list(sentences(read(code, domain)))
    assert [m.id for m in found if not all(texts(m.string))] == []
    assert [m.id for m in found if m.fuzzy] == []


@catalogues
def test_translations_keep_placeholders_formats_and_ends(code, domain):
    for message in sentences(read(code, domain)):
        # A singular may say "one" where the plural counts, in each language where it likes.
        for text, said in zip(texts(message.string), texts(message.id), strict=True):
            spoken = message.pluralizable and text == texts(message.string)[0]
            optional = {"count"} if spoken else set()
            assert placeholders(text) - optional == placeholders(said) - optional, text
            assert formats(text) <= formats(texts(message.id)[-1]), text
            assert ends(text) == ends(said), repr(text)
            assert text.count("\n") == said.count("\n"), repr(text)


@catalogues
def test_mnemonics_stay(code, domain):
    letter = re.compile(r"&\w")
    for message in sentences(read(code, domain)):
        for text in texts(message.string):
            assert len(letter.findall(text)) == len(letter.findall(texts(message.id)[0])), text


@catalogues
def test_the_compiled_catalogue_is_that_of_the_written_one(code, domain):
    file = catalogue_file(code, domain).with_suffix(".mo")
    assert file.read_bytes() == compiled(read(code, domain)), "make translations"


def formats(text: str) -> set[tuple[str, str]]:
    return {(n, f or "") for _, n, f, _ in string.Formatter().parse(text) if n}


def ends(text: str) -> tuple[str, str]:
    """White space around a sentence."""
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


# ---------------------------------------------------------------------- what is said outside


NOT_SAID = {"style.py", "screenshots.py", "theme.py", "words.py"}
"""Style sheets, a command's usage, fonts; in words.py ids stand beside their words."""
NOT_A_SENTENCE = re.compile(
    r"ADME labeler|Prodigy|Anki|Parquet|McNemar p|[;:<>\"&].*|background-.*"
)
IDS = {"File", "Edit", "Sentence", "Queue", "Model", "View", "Help"}
KEYS = re.compile(r"(Ctrl|Shift|Alt|Return|Enter|Space|Esc|Del|Backspace|Up|Down|F\d+)(\+.*)?")
CALLS = {
    "tr", "trn", "mark", "compile", "setProperty", "cast", "TypeVar", "ValueError", "setStyleSheet",
    "debug", "info", "warning", "error", "critical", "log", "Formatter",
}  # fmt: skip
"""Calls whose texts a curator does not read, or that translate them."""


def untranslated(path: Path) -> Iterator[str]:
    """Texts of a module that look like words for a person, outside tr and trn."""
    tree = ast.parse(path.read_text("utf-8"))
    passed: set[int] = set()
    for node in ast.walk(tree):
        inside: list[ast.AST] = []
        if isinstance(node, ast.Expr):
            inside = [node.value] if isinstance(node.value, ast.Constant) else []
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = node.func.id if isinstance(node.func, ast.Name) else name
            inside = [w for a in node.args for w in ast.walk(a)] if name in CALLS else []
        elif isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
            inside = list(ast.walk(node.annotation))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            inside = list(ast.walk(node.value))
        passed.update(map(id, inside))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in passed
        ):
            text = node.value.strip()
            named = text in IDS or KEYS.fullmatch(text) or NOT_A_SENTENCE.fullmatch(text)
            if LOOKS_SAID.search(text) and not named:
                yield text


LOOKS_SAID = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}|^[ ,;:(·]*[A-Z][a-z]+")


def test_no_sentence_of_the_window_stands_outside_tr():
    modules = [p for p in sorted((PROGRAM / "gui").rglob("*.py")) if p.name not in NOT_SAID]
    classes = {c for p in modules for c in re.findall(r"^class (\w+)", p.read_text("utf-8"), re.M)}
    left = {(p.name, text) for p in modules for text in untranslated(p) if text not in classes}
    # Said by Qt to the log, and a phase as workers name it.
    assert left == {
        ("app.py", "This plugin does not support"),
        ("training_cards.py", "Calibrating"),
    }


def test_a_sentence_outside_tr_is_found(tmp_path):
    module = tmp_path / "panel.py"
    module.write_text('"""A panel."""\nshow("Nothing is here")\nshow(tr("Well said"))\n')
    assert list(untranslated(module)) == ["Nothing is here"]
