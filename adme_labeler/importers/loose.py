"""Which importer reads which kind of loose document, and how their remarks are summed up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from adme_labeler.domain.records import Sections
from adme_labeler.importers.detect import FileKind
from adme_labeler.importers.documents import Origin, Reading
from adme_labeler.importers.text import ByteStream
from adme_labeler.language import tr

_FORMATS = {
    FileKind.PDF: "pdf",
    FileKind.DOCX: "docx",
    FileKind.HTML: "html",
    FileKind.TEXT: "text",
}


def read(
    kind: FileKind,
    stream: ByteStream,
    source: str,
    name: str,
    names: tuple[str, ...],
    sections: Sections,
    pulse: Callable[[], None],
) -> Reading:
    """One drug label of a PDF, Word document, web page or text; `names` are those of its drug.

    Raises ImportProblem where the document cannot be read.
    """
    origin = Origin(source, name, _FORMATS[kind], names)
    if kind is FileKind.DOCX:
        from adme_labeler.importers import docx

        return docx.read(stream, origin, sections)
    if kind is FileKind.HTML:
        from adme_labeler.importers import html

        return html.read(stream, origin, sections)
    if kind is FileKind.PDF:
        from adme_labeler.importers import pdf

        return pdf.read(stream, origin, sections, pulse)
    from adme_labeler.importers import plain_text

    return plain_text.read(stream, origin, sections)


def names_of(path: Path, drug_names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What the person who imports calls the drug of a file: said for it, for a folder or archive
    that it lies in, or (under "") for all.
    """
    for place in (path, *path.parents):
        if names := drug_names.get(str(place)):
            return names
    return drug_names.get("", ())


def remark(guesses: list[str]) -> str:
    """One sentence on drug names that were guessed, also where many documents lie in an archive."""
    if len(guesses) == 1:
        return guesses[0]
    return tr(
        "No drug names were given for {count} documents; they were taken from their "
        "titles and file names.",
        count=len(guesses),
    )
