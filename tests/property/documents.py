"""One valid document for each importer, about a fictional drug, and ways to damage it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from tests.unit.importers import printed

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TEXT = (
    "CORVEXA label\n\n12.3 Pharmacokinetics\n\nAbsorption\nIt is absor-\nbed within 2 h.\n\n"
    "• Food has no effect.\n\nDistribution: It is 96% bound.\n\nClinical Studies\n\nNot this.\n"
)


def spl() -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><document xmlns="urn:hl7-org:v3"><id root="d"/>'
        '<code code="34391-3" displayName="HUMAN PRESCRIPTION DRUG LABEL"/><title>Corvexa</title>'
        '<setId root="s"/><versionNumber value="7"/><component><structuredBody><component><section>'
        '<code code="43682-4"/><title>12.3 Pharmacokinetics</title><text><paragraph>'
        '<content styleCode="bold italics">Absorption</content>: It is absorbed. C<sub>max</sub> '
        "is 5.</paragraph><list><item><caption>•</caption>It is bound.<footnote>In vitro."
        '</footnote></item></list><table><caption>Table 1</caption><tbody><tr><td colspan="2" '
        'rowspan="2">a</td><td>b</td></tr></tbody></table></text></section></component>'
        "</structuredBody></component></document>"
    ).encode()


def openfda() -> bytes:
    table = '<table width="100%"><tr><td>Dose</td><td>AUC</td></tr></table>'
    result = {
        "set_id": "s", "version": "3", "effective_time": "20240131",
        "pharmacokinetics": ["12.3 Pharmacokinetics Absorption It is absorbed.Distribution It is "
                             "bound. Dose AUC"],
        "pharmacokinetics_table": [table],
        "openfda": {"generic_name": ["VELMORADINE"], "brand_name": ["Corvexa"]},
    }  # fmt: skip
    return json.dumps({"meta": {}, "results": [result, {**result, "set_id": "t"}]}).encode()


def packed(members: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return held.getvalue()


def archive() -> bytes:
    return packed({"a.xml": spl(), "b.zip": packed({"c.json": openfda()}), "d.txt": TEXT.encode()})


def table() -> bytes:
    return (
        "text;drug;category;heading\n"
        '"It is ""well"" absorbed; quickly.";Corvexa;A;Absorption\n'
        "It is bound.;Corvexa;D + M;Distribution\nNA;Lunaprin;;\n"
    ).encode("cp1252")


def workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (("text", "drug", "category"), ("It is absorbed.", "Corvexa", "A"), ("=1+1", 5, "")):
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def page() -> bytes:
    return (
        b'<!DOCTYPE html><html><head><meta charset="utf-8"><title>Corvexa</title></head><body>'
        b"<h1>12 CLINICAL PHARMACOLOGY</h1><h2>12.3 Pharmacokinetics</h2><p><b>Absorption</b></p>"
        b"<p>It is absorbed&nbsp;&mdash; C<sub>max</sub> is 5 &micro;g.<br>Food is fine.</p><ul>"
        b'<li><i>Distribution:</i> It is bound.</ul><table><tr><td rowspan="2">a<td>b</table>'
        b"<pre>x\ny</pre><script>x</script></body></html>"
    )


def word_parts() -> dict[str, bytes]:
    run = "<w:r><w:rPr><w:b/></w:rPr><w:t>{}</w:t></w:r>"
    body = "".join(
        [
            '<w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr>',
            run.format("CLINICAL PHARMACOLOGY"),
            '</w:p><w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr>',
            run.format("Pharmacokinetics"),
            "</w:p><w:p>",
            run.format("Absorption: "),
            "<w:r><w:t>It is absorbed.</w:t><w:br/><w:t>It is bound.</w:t>",
            '<w:footnoteReference w:id="2"/><w:sym w:font="Symbol" w:char="F06D"/></w:r>',
            "<w:del><w:r><w:delText>Old.</w:delText></w:r></w:del>",
            "<w:ins><w:r><w:t>New.</w:t></w:r></w:ins></w:p>",
            '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/><w:vMerge w:val="restart"/>',
            "</w:tcPr><w:p><w:r><w:t>Dose</w:t></w:r></w:p></w:tc>",
            "<w:tc><w:p><w:r><w:t>5</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
            "<w:sdt><w:sdtContent><w:p><w:r><w:t>It ends.</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        ]
    )
    space = f'xmlns:w="{WORD}"'
    return {
        "[Content_Types].xml": b"<Types/>",
        "word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>".encode(),
        "word/styles.xml": (
            f'<w:styles {space}><w:style w:type="paragraph" w:default="1" w:styleId="N"/>'
            '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/>'
            '<w:basedOn w:val="N"/><w:rPr><w:b w:val="1"/></w:rPr></w:style></w:styles>'
        ).encode(),
        "word/numbering.xml": (
            f'<w:numbering {space}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="1"><w:start '
            'w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>'
            '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
        ).encode(),
        "word/footnotes.xml": (
            f'<w:footnotes {space}><w:footnote w:id="2"><w:p><w:r><w:t>A note.</w:t></w:r></w:p>'
            "</w:footnote></w:footnotes>"
        ).encode(),
    }


WHOLE: dict[str, Callable[[], bytes]] = {
    "a.xml": spl,
    "a.json": openfda,
    "a.zip": archive,
    "a.csv": table,
    "a.xlsx": workbook,
    "a.txt": TEXT.encode,
    "a.html": page,
    "a.docx": lambda: packed(word_parts()),
    "a.pdf": printed.label,
}
"""File name -> a document that its importer reads; the name tells which importer that is."""

_TOKENS = st.sampled_from(
    [b"", b"\0", b"\xff", b"<", b">", b"</", b"&#0;", b"&amp", b'"', b"'", b"{", b"]", b"-1",
     b"99999999999999999999", b"\xe2\x80", b"\xff\xfe", b"<![CDATA[", b"%", b" obj ", b"endstream",
     b"PK\3\4", b"\n\n", b",", b"null", b"1e999", b" R ", b"/Length 0", b"BT ", b"(", b"nan"]
)  # fmt: skip
_CHANGES = st.lists(
    st.tuples(
        st.floats(0, 1), st.sampled_from(["put", "cut", "copy", "set", "end"]),
        st.integers(0, 400), _TOKENS | st.binary(max_size=8),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


def damaged(data: bytes) -> st.SearchStrategy[bytes]:
    """The document with a few bytes put in, cut out, copied, changed, or its end cut off."""

    def apply(changes: list[tuple[float, str, int, bytes]]) -> bytes:
        held = bytearray(data)
        for where, how, size, token in changes:
            at = int(where * len(held))
            if how == "put":
                held[at:at] = token
            elif how == "cut":
                del held[at : at + size]
            elif how == "copy":
                held[at:at] = held[at : at + size]
            elif how == "set":
                held[at : at + len(token)] = token
            elif len(held) > 1:
                del held[max(at, 1) :]
        return bytes(held)

    return _CHANGES.map(apply)


def damaged_file(name: str) -> st.SearchStrategy[bytes]:
    """`WHOLE[name]` damaged; of zipped documents also their parts, zipped again in good order."""
    whole = damaged(WHOLE[name]())
    if name == "a.docx":
        parts = word_parts()
        return whole | st.fixed_dictionaries(
            {part: damaged(data) | st.just(data) for part, data in parts.items()}
        ).map(packed)
    if name == "a.zip":
        return whole | st.tuples(damaged(spl()), damaged(openfda())).map(
            lambda both: packed({"a.xml": both[0], "b.zip": packed({"c.json": both[1]})})
        )
    return whole
