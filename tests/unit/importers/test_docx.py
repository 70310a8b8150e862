"""Word documents: headings, automatic numbers, tables, notes, and changes that are tracked."""

from __future__ import annotations

import io
import zipfile

import docx as word
import pytest
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import BlockKind, LabelDraft, Sections
from adme_labeler.importers import docx
from adme_labeler.importers.documents import Origin


def read(document, sections: Sections = Sections.ALL, **more) -> LabelDraft:
    held = io.BytesIO()
    document.save(held)
    held.seek(0)
    origin = Origin("corvexa.docx", "corvexa.docx", "docx", **more)
    return docx.read(held, origin, sections).label


def places(label: LabelDraft) -> list[tuple[str, str]]:
    return [(b.heading_path[-1] if b.heading_path else "", b.text) for b in label.blocks]


def run_of(text: str, inside: str = "t") -> str:
    return f'<w:r><w:{inside} xml:space="preserve">{text}</w:{inside}></w:r>'


def paragraph_of(document, markup: str):
    document.element.body.insert(
        len(document.element.body) - 1, parse_xml(f"<w:p {nsdecls('w')}>{markup}</w:p>")
    )


def test_headings_by_style_by_look_and_run_in():
    document = word.Document()
    document.add_paragraph("CORVEXA (velmoradine)", style="Title")
    document.add_heading("12 CLINICAL PHARMACOLOGY", 1)
    document.add_heading("12.1 Mechanism of Action", 2)
    document.add_paragraph("It opens a channel.")
    document.add_heading("12.3 Pharmacokinetics", 2)
    document.add_paragraph().add_run("Absorption").bold = True
    document.add_paragraph("It is absorbed.")
    run_in = document.add_paragraph()
    run_in.add_run("Distribution: ").italic = True
    run_in.add_run("It is bound to albumin.")
    document.add_paragraph("Half is excreted.", style="List Bullet")
    document.add_heading("13 NONCLINICAL TOXICOLOGY", 1)
    document.add_paragraph("No tumors were found.")
    label = read(document, Sections.PHARMACOKINETICS)
    assert label.title == "CORVEXA (velmoradine)"
    assert [(b.heading_path, b.kind, b.text) for b in label.blocks] == [
        (
            ("12 CLINICAL PHARMACOLOGY", "12.3 Pharmacokinetics", "Absorption"),
            BlockKind.PARAGRAPH,
            "It is absorbed.",
        ),
        (
            ("12 CLINICAL PHARMACOLOGY", "12.3 Pharmacokinetics", "Distribution"),
            BlockKind.PARAGRAPH,
            "It is bound to albumin.",
        ),
        (
            ("12 CLINICAL PHARMACOLOGY", "12.3 Pharmacokinetics", "Distribution"),
            BlockKind.LIST_ITEM,
            "Half is excreted.",
        ),
    ]


def test_deleted_text_is_gone_and_inserted_text_is_there():
    document = word.Document()
    document.add_heading("Absorption", 1)
    paragraph_of(
        document,
        run_of("It is ")
        + f'<w:del w:id="1" w:author="a">{run_of("slowly", "delText")}</w:del>'
        + f'<w:ins w:id="2" w:author="a">{run_of("rapidly")}</w:ins>'
        + run_of(" absorbed.")
        + f'<w:moveFrom w:id="3" w:author="a">{run_of(" Moved away.")}</w:moveFrom>',
    )
    assert places(read(document)) == [("Absorption", "It is rapidly absorbed.")]


def test_paragraphs_whose_mark_was_deleted_are_one():
    document = word.Document()
    document.add_heading("Absorption", 1)
    paragraph_of(
        document,
        '<w:pPr><w:rPr><w:del w:id="1" w:author="a"/></w:rPr></w:pPr>' + run_of("It is "),
    )
    paragraph_of(document, run_of("absorbed."))
    assert places(read(document)) == [("Absorption", "It is absorbed.")]


def test_tables_keep_merged_cells_and_prose_in_frames_is_prose():
    document = word.Document()
    document.add_heading("Pharmacokinetics", 1)
    table = document.add_table(3, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Exposure"
    for place, text in {(1, 0): "10 mg", (1, 1): "5", (2, 1): "9", (2, 2): "1.5"}.items():
        table.cell(*place).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    frame = document.add_table(1, 1)
    frame.cell(0, 0).text = "It is bound to albumin."
    label = read(document)
    assert label.blocks[0].rows == (("Exposure",), ("10 mg", "5"), ("", "9", "1.5"))
    assert (label.blocks[1].kind, label.blocks[1].text) == (
        BlockKind.PARAGRAPH,
        "It is bound to albumin.",
    )


def test_automatic_numbers_are_counted():
    document = word.Document()
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="{start}"/><w:numFmt w:val="decimal"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for n, start, text in ((0, 12, "%1"), (1, 1, "%1.%2"))
    )
    numbering.insert(
        0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>')
    )
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>')
    )
    for level, title in ((0, "CLINICAL PHARMACOLOGY"), (1, "Mechanism of Action"),
                         (1, "Pharmacodynamics"), (1, "Pharmacokinetics")):  # fmt: skip
        heading = document.add_heading(title, level + 1)
        heading._p.get_or_add_pPr().append(
            parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>'
            )
        )
    document.add_paragraph("It is absorbed.")
    assert read(document).blocks[0].heading_path == (
        "12 CLINICAL PHARMACOLOGY",
        "12.3 Pharmacokinetics",
    )


def test_styles_pass_their_look_and_level_on():
    document = word.Document()
    base = document.styles.add_style("Label heading", 1)
    base.font.bold = True
    child = document.styles.add_style("Label subheading", 1)
    child.base_style = base
    document.add_paragraph("Clinical Pharmacology", style="Heading 1")
    document.add_paragraph("Absorption", style="Label subheading")
    document.add_paragraph("It is absorbed.")
    assert read(document).blocks[0].heading_path == ("Clinical Pharmacology", "Absorption")


def test_footnotes_line_breaks_links_symbols_and_hidden_text():
    document = word.Document()
    document.add_heading("Absorption", 1)
    paragraph_of(
        document,
        run_of("The C")
        + '<w:r><w:rPr><w:vertAlign w:val="subscript"/></w:rPr><w:t>max</w:t></w:r>'
        + run_of(" is 5 ")
        + '<w:r><w:sym w:font="Symbol" w:char="F06D"/><w:t>g/mL</w:t></w:r>'
        + "<w:r><w:rPr><w:vanish/></w:rPr><w:t> (draft)</w:t></w:r>"
        + f'<w:hyperlink w:anchor="a">{run_of(" [see 7]")}</w:hyperlink>'
        + "<w:r><w:t>.</w:t><w:br/><w:t>Food</w:t><w:noBreakHyphen/>"
        + "<w:t>effects are small.</w:t></w:r>",
    )
    assert places(read(document)) == [
        ("Absorption", "The Cmax is 5 µg/mL [see 7]."),
        ("Absorption", "Food-effects are small."),
    ]


def test_content_controls_are_opened():
    document = word.Document()
    document.add_heading("Absorption", 1)
    document.element.body.insert(
        1,
        parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p>{run_of('It is absorbed.')}</w:p>"
            "</w:sdtContent></w:sdt>"
        ),
    )
    assert places(read(document)) == [("Absorption", "It is absorbed.")]


def test_notes_follow_the_paragraph_that_names_them():
    document = word.Document()
    document.add_heading("Absorption", 1)
    paragraph_of(document, run_of("It is absorbed.") + '<w:r><w:footnoteReference w:id="2"/></w:r>')
    notes = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:type="separator" w:id="0"/>'
        f'<w:footnote w:id="2"><w:p>{run_of("In healthy subjects.")}</w:p></w:footnote>'
        "</w:footnotes>"
    )
    package = document.part.package
    part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, notes.encode(), package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    label = read(document)
    assert [(b.kind, b.text) for b in label.blocks] == [
        (BlockKind.PARAGRAPH, "It is absorbed."),
        (BlockKind.FOOTNOTE, "In healthy subjects."),
    ]


def test_a_file_that_breaks_off_says_so():
    document = word.Document()
    document.add_paragraph("It is absorbed.")
    held = io.BytesIO()
    document.save(held)
    with pytest.raises(ImportProblem, match="damaged or no complete Word document"):
        docx.read(io.BytesIO(held.getvalue()[:-300]), Origin("a", "a", "docx"), Sections.ALL)


def test_strict_documents_are_read_like_others():
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    paragraph = f"<w:p>{run_of('It is bound.')}</w:p>"
    body = f'<w:document xmlns:w="{strict}"><w:body>{paragraph}</w:body></w:document>'
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        package.writestr("word/document.xml", body)
    held.seek(0)
    label = docx.read(held, Origin("a.docx", "a.docx", "docx"), Sections.ALL).label
    assert [b.text for b in label.blocks] == ["It is bound."]
