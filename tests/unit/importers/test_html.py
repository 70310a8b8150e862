"""Web pages: headings, looks, lists and tables; encodings; scripts left out."""

from __future__ import annotations

import io

import pytest

from adme_labeler.domain.records import BlockKind, LabelDraft, Sections
from adme_labeler.importers import html
from adme_labeler.importers.documents import Origin


def read(page: str | bytes, sections: Sections = Sections.ALL) -> LabelDraft:
    data = page.encode() if isinstance(page, str) else page
    return html.read(io.BytesIO(data), Origin("a.html", "a.html", "html"), sections).label


def places(label: LabelDraft) -> list[tuple[str, str]]:
    return [(b.heading_path[-1] if b.heading_path else "", b.text) for b in label.blocks]


def test_a_page_in_the_manner_of_dailymed():
    label = read(
        """<!DOCTYPE html><html><head><title>DailyMed - CORVEXA- velmoradine tablet</title>
        <style>p { color: red }</style><script>var x = "It is toxic.";</script></head><body>
        <nav><ul><li>Home</li></ul></nav><header><h1>CORVEXA- velmoradine tablet</h1></header>
        <div class="Section"><h1>12 CLINICAL PHARMACOLOGY</h1>
        <div class="Section"><h2>12.3 Pharmacokinetics</h2>
        <p class="First"><span class="Underline">Absorption</span></p>
        <p>Velmoradine is absorbed.<br>It reaches C<sub>max</sub> in 2&nbsp;hours&mdash;rapidly.</p>
        <p><span class="Bold">Distribution: </span>It is bound <a href="#x">[see 7]</a>.</p>
        <ul><li>Half is in <i>plasma</i>.</li><li>Half is elsewhere.</li></ul>
        <table><caption>Table 1</caption><tr><th>Dose</th><th>AUC</th></tr>
        <tr><td>5 mg</td><td>9</td></tr></table></div></div>
        <div class="Section"><h1>13 NONCLINICAL TOXICOLOGY</h1><p>Rats were well.</p></div>
        <footer>About DailyMed</footer></body></html>""",
        Sections.PHARMACOKINETICS,
    )
    assert label.title == "CORVEXA- velmoradine tablet"
    assert places(label) == [
        ("Absorption", "Velmoradine is absorbed."),
        ("Absorption", "It reaches Cmax in 2 hours—rapidly."),
        ("Distribution", "It is bound [see 7]."),
        ("Distribution", "Half is in plasma."),
        ("Distribution", "Half is elsewhere."),
        ("Distribution", "Table 1"),
        ("Distribution", "Dose | AUC\n5 mg | 9"),
    ]
    assert [b.kind for b in label.blocks[3:]] == [
        BlockKind.LIST_ITEM, BlockKind.LIST_ITEM, BlockKind.CAPTION, BlockKind.TABLE
    ]  # fmt: skip


def test_a_page_whose_headings_are_bold_paragraphs_in_a_layout_table():
    label = read(
        """<html><body><table width="100%"><tr><td><table><tr><td>Menu</td></tr></table></td><td>
        <p><b>CLINICAL PHARMACOLOGY</b></p><p><b>Pharmacokinetics</b></p>
        <p><strong><em>Metabolism:</em></strong> It is metabolized by CYP2C9.</p>
        <p style="font-weight: bold">Excretion</p><p>It is excreted.</p>
        <p><b>INDICATIONS AND USAGE</b></p><p>It treats gout.</p></td></tr></table></body>
        </html>""",
        Sections.PHARMACOKINETICS,
    )
    assert places(label) == [
        ("Metabolism", "It is metabolized by CYP2C9."),
        ("Excretion", "It is excreted."),
    ]
    assert label.blocks[0].heading_path == (
        "CLINICAL PHARMACOLOGY", "Pharmacokinetics", "Metabolism"
    )  # fmt: skip


def test_scripts_comments_and_hidden_parts_are_no_text():
    label = read(
        "<p>It is <!-- not -->absorbed<script>alert(1)</script>.</p><p hidden>Draft.</p>"
        "<div style='display:none'>Old text.</div><noscript>Turn on scripts.</noscript>"
        "<template><p>Nothing.</p></template><p>It is bound.</p>"
    )
    assert [text for _, text in places(label)] == ["It is absorbed.", "It is bound."]


TEXT = "Exposure was ≥ 5 µg·h/mL – in naïve subjects."


@pytest.mark.parametrize(
    "data",
    [
        f"<meta charset=utf-8><p>{TEXT}".encode(),
        f"<p>{TEXT}".encode(),
        f"<p>{TEXT}".encode("utf-8-sig"),
        f"<p>{TEXT}".encode("utf-16"),
        f"<p>{TEXT}".encode("utf-16-le"),
        f"<meta charset='no-such-code'><p>{TEXT}".encode(),
        f'<?xml version="1.0" encoding="utf-8"?><html><p>{TEXT}</p></html>'.encode(),
        b"<p>Exposure was &ge; 5 &micro;g&middot;h/mL &#8211; in na&#xEF;ve subjects.",
        b'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"><p>Exposure was '
        b"&ge; 5 \xb5g\xb7h/mL \x96 in na\xefve subjects.",
        b"<p>Exposure was &ge; 5 \xb5g\xb7h/mL \x96 in na\xefve subjects.",
        f"<p>Expo\0sure{TEXT[8:]}".encode(),
    ],
    ids=["declared", "undeclared", "marked", "utf16", "utf16 unmarked", "unknown", "xhtml",
         "entities", "latin-1 declared", "cp1252 undeclared", "nul"],
)  # fmt: skip
def test_encodings_declared_or_not(data):
    assert [text for _, text in places(read(data))] == [TEXT]


def test_text_in_pre_is_read_like_a_text_file():
    label = read("<html><pre>Absorption\n\nIt is absor-\nbed quickly.\n\n- Food is fine.</pre>")
    assert places(label) == [
        ("Absorption", "It is absorbed quickly."),
        ("Absorption", "Food is fine."),
    ]


def test_nesting_without_end_is_survived():
    label = read("<html>" + "<div>" * 5_000 + "It is absorbed." + "</div>" * 5_000)
    assert [text for _, text in places(label)] in (["It is absorbed."], [])


def test_a_stressed_line_with_nothing_under_it_is_text_and_not_lost():
    label = read(
        "<h2>12.4 Microbiology</h2><p><i>Bacillus fictus</i></p><p><i>Bacillus novus</i></p>"
        "<h2>12.5 Pharmacogenomics</h2><p><b>Poor metabolizers</b></p><p>They are few.</p>"
    )
    assert [(b.heading_path, b.text) for b in label.blocks] == [
        (("12.4 Microbiology",), "Bacillus fictus"),
        (("12.4 Microbiology",), "Bacillus novus"),
        (("12.5 Pharmacogenomics", "Poor metabolizers"), "They are few."),
    ]
