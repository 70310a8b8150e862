"""Keeps the catalogues of the translations: ``python -m tests.translations [window] [core]``.

Collects the sentences of `tr`, `trn` and `mark`, adds new ones to each language's .po untranslated,
drops what is no longer said, and compiles the .mo that the program reads. Nothing is guessed.
"""

from __future__ import annotations

import io
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / "adme_labeler"
FOLDER = ROOT / "resources" / "translations"
DOMAINS = ("window", "core")
KEYWORDS = {"tr": None, "trn": (1, 2), "mark": None}


def languages() -> list[str]:
    return sorted(p.name for p in FOLDER.iterdir() if p.is_dir())


def catalogue_file(language: str, domain: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"{domain}.po"


def sources(domain: str) -> Iterator[Path]:
    """Modules whose sentences are in this catalogue: the room gui, or all other rooms."""
    for path in sorted(PROGRAM.rglob("*.py")):
        in_window = path.relative_to(PROGRAM).parts[0] == "gui"
        if in_window == (domain == "window"):
            yield path


def collected(domain: str) -> Catalog:
    """Every sentence of a domain, untranslated, with the modules that say it."""
    found = Catalog(domain=domain, project="adme-labeler", fuzzy=False)
    for path in sources(domain):
        said = path.relative_to(ROOT).as_posix()
        with path.open("rb") as file:
            for line, text, _comments, _context in extract("python", file, KEYWORDS):
                found.add(text, locations=[(said, line)])
    for message in found:
        message.flags.discard("python-format")
    return found


def read(language: str, domain: str) -> Catalog:
    file = catalogue_file(language, domain)
    if not file.exists():
        return Catalog(language, domain, project="adme-labeler", fuzzy=False)
    with file.open("rb") as stream:
        return read_po(stream, language, domain)


def updated(catalogue: Catalog) -> Catalog:
    """With every sentence the program says today, and no other."""
    made, revised, head = (
        catalogue.creation_date,
        catalogue.revision_date,
        catalogue.header_comment,
    )
    catalogue.update(collected(str(catalogue.domain)), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.creation_date, catalogue.revision_date = made, revised
    catalogue.header_comment = head
    for message in catalogue:
        message.flags.discard("python-format")
    return catalogue


def written(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalogue, width=100, sort_by_file=True, include_lineno=False)
    return out.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """What the program reads. What is not translated is left out, so that the other catalogue or
    English can step in."""
    spoken = Catalog(catalogue.locale, catalogue.domain, fuzzy=False)
    spoken.mime_headers = catalogue.mime_headers
    for message in sentences(catalogue):
        if all(texts(message.string)):
            spoken.add(message.id, message.string)
    out = io.BytesIO()
    write_mo(out, spoken)
    return out.getvalue()


def sentences(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def texts(value: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """The one text of a message, or its singular and plurals; an empty one where it has none."""
    return [value or ""] if value is None or isinstance(value, str) else [v or "" for v in value]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def main(domains: list[str]) -> int:
    for language in languages():
        for domain in domains or DOMAINS:
            catalogue = updated(read(language, domain))
            file = catalogue_file(language, domain)
            file.write_bytes(written(catalogue))
            file.with_suffix(".mo").write_bytes(compiled(catalogue))
            missing = [m for m in sentences(catalogue) if not all(texts(m.string))]
            sys.stdout.write(f"{language} {domain}: {len(catalogue)} sentences, ")
            sys.stdout.write(f"{len(missing)} untranslated\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
