"""Small PDF documents about a fictional drug, every line placed by hand."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from reportlab.lib.pagesizes import letter
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = letter
SIZE, LEAD = 10, 12


class Print:
    """A PDF in the making; `y` falls as lines are set, as on paper."""

    def __init__(self, password: str = "", title: str = "") -> None:
        self.held = io.BytesIO()
        lock = StandardEncryption(password) if password else None
        self.canvas = Canvas(self.held, pagesize=letter, encrypt=lock, invariant=True)
        if title:
            self.canvas.setTitle(title)
        self.y = HEIGHT - 100

    def at(self, x: float, y: float, text: str, look: str = "", size: float = SIZE) -> None:
        font = {"": "Helvetica", "bold": "Helvetica-Bold", "italic": "Helvetica-Oblique"}[look]
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, y, text)

    def line(self, text: str, look: str = "", x: float = 72, gap: float = 0) -> None:
        self.y -= LEAD + gap
        self.at(x, self.y, text, look)

    def lines(self, *texts: str, x: float = 72, gap: float = 8) -> None:
        for number, text in enumerate(texts):
            self.line(text, x=x, gap=gap if number == 0 else 0)

    def run_in(self, heading: str, look: str, text: str, x: float = 72) -> None:
        self.y -= LEAD + 8
        self.at(x, self.y, heading, look)
        self.at(x + self.canvas.stringWidth(heading, "Helvetica-Bold", SIZE) + 3, self.y, text)

    def table(self, rows: Sequence[Sequence[str]], wide: float = 120, x: float = 72) -> None:
        self.y -= 10
        top = self.y
        for row in rows:
            self.y -= 16
            for number, cell in enumerate(row):
                self.at(x + number * wide + 4, self.y + 4, cell)
        xs = [x + n * wide for n in range(len(rows[0]) + 1)]
        self.canvas.grid(xs, [top - 16 * n for n in range(len(rows) + 1)])

    def page(self, *before: Callable[[], None]) -> None:
        for draw in before:
            draw()
        self.canvas.showPage()
        self.y = HEIGHT - 100

    def bytes(self) -> bytes:
        self.canvas.save()
        return self.held.getvalue()


def label() -> bytes:
    """A label of two pages with header, footer, divided words and a table."""
    paper = Print(title="CORVEXA (velmoradine) tablets")

    def furniture(number: int) -> Callable[[], None]:
        def draw() -> None:
            paper.at(230, HEIGHT - 40, "CORVEXA full prescribing information", "italic", 8)
            paper.at(72, 30, "Reference ID: 4437121", "", 8)
            paper.at(520, 30, f"Page {number} of 2", "", 8)

        return draw

    paper.line("11 DESCRIPTION", "bold")
    paper.lines("Corvexa is a white powder.")
    paper.line("12 CLINICAL PHARMACOLOGY", "bold", gap=8)
    paper.line("12.1 Mechanism of Action", "bold", gap=8)
    paper.lines("Velmoradine opens a channel that nobody has described so far.")
    paper.line("12.3 Pharmacokinetics", "bold", gap=8)
    paper.line("Absorption", "italic", gap=8)
    paper.lines(
        "Velmoradine is absorbed within two hours of an oral dose and undergoes first-pass meta-",
        "bolism in the liver. A high-fat meal has no effect on its exposure, and the CYP3A4-",
        "mediated pathway is not saturated at the doses that were studied in healthy subjects.",
    )
    paper.table(
        [("Dose", "Cmax (ng/mL)", "Tmax (h)"), ("10 mg", "120", "1.5"), ("20 mg", "260", "2")]
    )
    paper.line("Distribution", "italic", gap=14)
    paper.lines(
        "Velmoradine is 96% bound to plasma proteins. Its volume of distribution is about 40 L,",
        "which says that it goes to the tissues, and the concentrations in the brain are one",
    )
    paper.page(furniture(1))
    paper.lines("tenth of those in plasma.", gap=0)
    paper.run_in("Elimination:", "bold", "The half-life is 12 hours.")
    paper.line(
        "• Urine: half of the dose is excreted unchanged in the urine of healthy", x=84, gap=6
    )
    paper.line("subjects within two days.", x=92)
    paper.line("• Feces: one third is recovered.", x=84)
    paper.line("13 NONCLINICAL TOXICOLOGY", "bold", gap=8)
    paper.lines("No tumors were found in rats.")
    paper.page(furniture(2))
    return paper.bytes()


def two_columns() -> bytes:
    """A title across two columns, whose lines are set in turns (left, right, left, …)."""
    paper = Print()
    left = [
        ("12.3 Pharmacokinetics", "bold"),
        ("Absorption", "bold"),
        ("Velmoradine is absorbed within two hours", ""),
        ("of an oral dose, and food does not slow it", ""),
        ("in any of the studies that were conducted", ""),
        ("in healthy subjects and in patients.", ""),
        ("Distribution", "bold"),
        ("It is widely distributed to the tissues and", ""),
        ("its volume of distribution is larger than", ""),
        ("the volume of the body, which is the reason", ""),
    ]
    right = [
        ("why dialysis does not remove much of it.", ""),
        ("Metabolism", "bold"),
        ("Velmoradine is metabolized by CYP2C9 and", ""),
        ("to a lesser extent by esterases that occur", ""),
        ("in plasma; no metabolite is active at the", ""),
        ("concentrations that were reached in man.", ""),
        ("Excretion", "bold"),
        ("Half of a dose is excreted in the urine in", ""),
        ("unchanged form, and the rest appears as", ""),
        ("metabolites in the feces.", ""),
    ]
    paper.at(130, HEIGHT - 80, "CORVEXA (velmoradine) tablets, for oral use", "bold", 14)
    for number, ((a, a_look), (b, b_look)) in enumerate(zip(left, right, strict=True)):
        paper.at(60, HEIGHT - 120 - number * LEAD, a, a_look)
        paper.at(320, HEIGHT - 120 - number * LEAD, b, b_look)
    paper.page()
    return paper.bytes()


def scan() -> bytes:
    """A page that is nothing but a picture."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    paper = Print()
    paper.canvas.drawImage(ImageReader(Image.new("L", (200, 260), 200)), 0, 0, WIDTH, HEIGHT)
    paper.page()
    return paper.bytes()


def lines(*texts: str) -> bytes:
    """Bold lines and plain ones in turns."""
    paper = Print()
    for number, text in enumerate(texts):
        paper.line(text, "" if number % 2 else "bold", gap=8)
    paper.page()
    return paper.bytes()


def locked() -> bytes:
    paper = Print(password="secret")
    paper.line("12.3 Pharmacokinetics", "bold")
    paper.page()
    return paper.bytes()
