"""A small SPL document about a fictional drug, built from its sections (fixture `spl`)."""

from __future__ import annotations

import io

import pytest

from adme_labeler.domain.records import LabelDraft, Sections
from adme_labeler.importers import spl_xml

RX = '<code code="34391-3" displayName="HUMAN PRESCRIPTION DRUG LABEL"/>'

PRODUCT = """<component><section><code code="48780-1"/><subject><manufacturedProduct>
<manufacturedProduct><name>Corvexa</name><formCode code="C42998" displayName="TABLET"/>
<asEntityWithGeneric><genericMedicine><name>velmoradine</name></genericMedicine></asEntityWithGeneric>
<ingredient classCode="ACTIB"><ingredientSubstance><name>VELMORADINE HYDROCHLORIDE</name>
</ingredientSubstance></ingredient>
<ingredient classCode="IACT"><ingredientSubstance><name>LACTOSE</name></ingredientSubstance>
</ingredient></manufacturedProduct></manufacturedProduct></subject></section></component>"""


class Spl:
    """Builders and readers of small documents."""

    @staticmethod
    def section(
        text: str, title: str = "", code: str = "", inner: str = "", extra: str = ""
    ) -> str:
        """A component with one section; `text` is the mark-up inside `<text>`."""
        parts = [
            f'<code code="{code}"/>' if code else "",
            f"<title>{title}</title>" if title else "",
        ]
        body = f"<text>{text}</text>" if text else ""
        return f"<component><section>{''.join(parts)}{body}{extra}{inner}</section></component>"

    @staticmethod
    def pk(text: str, title: str = "12.3 Pharmacokinetics", inner: str = "") -> str:
        return Spl.section(text, title, "43682-4", inner)

    @staticmethod
    def document(*sections: str, kind: str = RX, product: str = PRODUCT) -> bytes:
        return (
            '<?xml version="1.0" encoding="UTF-8"?><document xmlns="urn:hl7-org:v3">'
            f'<id root="doc-1"/>{kind}<title>Corvexa</title><effectiveTime value="20240131"/>'
            '<setId root="set-1"/><versionNumber value="7"/><component><structuredBody>'
            f"{product}{''.join(sections)}</structuredBody></component></document>"
        ).encode()

    @staticmethod
    def label(
        *sections: str, wanted: Sections = Sections.PHARMACOKINETICS, **more: str
    ) -> LabelDraft:
        return spl_xml.read(io.BytesIO(Spl.document(*sections, **more)), "corvexa.xml", wanted)

    @staticmethod
    def sentences(draft: LabelDraft) -> list[str]:
        return [b.text[s.start : s.end] for b in draft.blocks for s in b.spans]

    @staticmethod
    def places(draft: LabelDraft) -> list[tuple[str, str]]:
        """(headings under the section title joined with " > ", sentence)."""
        return [
            (" > ".join(b.heading_path[1:]), b.text[s.start : s.end])
            for b in draft.blocks
            for s in b.spans
        ]


@pytest.fixture
def spl() -> type[Spl]:
    return Spl
