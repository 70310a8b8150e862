"""PDF documents with a text layer, page by page.

PDFium (through pypdfium2) reads the letters and their places; the order of reading is made here.
Measured on four labels set in one and two columns, by sentences found whole: PDFium and pypdf
99 to 100 %, pdfminer.six 84 to 100 %, pdfplumber 13 to 100 %; PDFium needs 0.1 s for what takes
the others 0.3 to 4 s, and only PDFium and pdfminer tell the fonts. See docs/adr/0005.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import Sections
from adme_labeler.importers import pdf_flow
from adme_labeler.importers.documents import Origin, Reading, read_lines, whole
from adme_labeler.importers.text import ByteStream
from adme_labeler.language import tr

if TYPE_CHECKING:
    import pypdfium2

    from adme_labeler.importers.pdf_page import PageText

LARGEST = 256 * 1024 * 1024
"""Bytes of the file, which is held in memory; a scanned label of 100 pages has under 50 MB."""
MOST_PAGES = 3_000
MOST_LETTERS = 4_000_000
"""The text of the longest labels has under one million letters."""

_PASSWORD = 4
"""PDFium's number for a missing password (FPDF_ERR_PASSWORD)."""
_SECURITY = 5


def read(
    stream: ByteStream, origin: Origin, sections: Sections, pulse: Callable[[], None]
) -> Reading:
    """The document as one drug label; `pulse` is called before every page and may raise to stop.

    Running headers, footers and page numbers are left out, words divided at line ends are joined,
    and paragraphs go on across columns and pages. Raises ImportProblem for a document that is
    damaged, protected by a password, too large, or has no text layer.
    """
    data = whole(stream, origin.source, LARGEST)
    document = _opened(data, origin.source)
    try:
        title = str(document.get_metadata_value("Title") or "")
        pages = list(_pages(document, origin.source, pulse))
    finally:
        document.close()
    remark = _check(pages, origin.source)
    flow = pdf_flow.lines(pages)
    reading = read_lines(
        Origin(origin.source, origin.name, origin.source_format, origin.names, title),
        flow,
        sections,
    )
    return Reading(reading.label, " ".join(r for r in (remark, reading.remark) if r))


def _opened(data: bytes, source: str) -> pypdfium2.PdfDocument:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == _PASSWORD:
            raise ImportProblem(
                tr("{file} is protected by a password; save it without one first.", file=source)
            ) from error
        if code == _SECURITY:
            raise ImportProblem(
                tr("{file} is protected in a way that cannot be read.", file=source)
            ) from error
        raise ImportProblem(
            tr("{file} is damaged or no complete PDF document.", file=source)
        ) from error
    if count > MOST_PAGES:
        document.close()
        raise ImportProblem(
            tr("{file} has {count:,} pages, too many for a drug label.", file=source, count=count)
        )
    if count == 0:
        document.close()
        raise ImportProblem(tr("{file} is damaged or no complete PDF document.", file=source))
    return document


def _pages(
    document: pypdfium2.PdfDocument, source: str, pulse: Callable[[], None]
) -> Iterator[PageText]:
    import pypdfium2

    from adme_labeler.importers.pdf_page import PageText, read_page

    letters = 0
    for number in range(len(document)):
        pulse()
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            # The page is counted as one without text, and said to be.
            yield PageText(0, 0, [], [], pictures=True)
            continue
        try:
            text = read_page(page)
        except pypdfium2.PdfiumError:
            yield PageText(0, 0, [], [], pictures=True)
            continue
        finally:
            page.close()
        letters += text.letters
        if letters > MOST_LETTERS:
            raise ImportProblem(
                tr("{file} holds far more text than a drug label has.", file=source)
            )
        yield text


def _check(pages: list[PageText], source: str) -> str:
    """A remark on pages that are pictures; raises where there is no text that can be read."""
    letters = sum(page.letters for page in pages)
    if letters < 20:
        if any(page.pictures for page in pages):
            raise ImportProblem(
                tr(
                    "{file} is a scan without a text layer; let a program for text "
                    "recognition (OCR) add one first.",
                    file=source,
                )
            )
        raise ImportProblem(tr("{file} is a PDF without text.", file=source))
    if sum(page.unreadable for page in pages) > 0.3 * letters:
        raise ImportProblem(
            tr(
                "The fonts of {file} do not say which letters they show, so its text cannot "
                "be read; let a program for text recognition (OCR) add a text layer.",
                file=source,
            )
        )
    scans = sum(page.letters < 20 and page.pictures for page in pages)
    if scans:
        return tr(
            "{scans} of {count} pages of {file} are pictures without text.",
            scans=scans,
            count=len(pages),
            file=source,
        )
    return ""
