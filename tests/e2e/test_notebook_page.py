"""The page for notebooks: its code, from top to bottom, as a reader would run it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from adme_labeler.services.session import change_setting
from adme_labeler.services.suggesting import sample_annotations
from tests import encoders

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "notebook.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_code_of_the_page_runs_from_top_to_bottom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # where the program is not installed
    # Words that are known whole make short sentences: a third of the time.
    texts = " ".join(row["text"] for row in sample_annotations()).lower()
    monkeypatch.setattr(encoders, "WORDS", " ".join(re.findall("[a-z]+", texts)))
    tiny = encoders.make_tiny_encoder(tmp_path / "tiny")
    names: dict[str, Any] = {"__name__": "notebook"}
    blocks = [match[1] for match in BLOCK.finditer(PAGE.read_text("utf-8"))]
    assert len(blocks) >= 7
    for number, block in enumerate(blocks):
        exec(compile(block, f"{PAGE.name}, block {number + 1}", "exec"), names)
        if number == 0:  # seconds instead of minutes; nothing else is different
            change_setting(names["project"].session, "encoder", str(tiny))

    assert names["tally"].new_labels == 18
    assert names["filled"] > 0
    result = names["result"]
    assert result.version == 1 and result.reason
    table = names["table"]
    assert table.attrs["model"].startswith("1." if result.active else "0.")
    assert set(table["estimate"]) == {"held-out", "cross-validation"}
    held = table[table["estimate"] == "held-out"]
    assert held["support"].sum() == held["sentences"].iloc[0] > 50
    measured = table.dropna(subset=["recall"])
    assert len(measured) >= 5
    assert (measured["recall"] == measured["found"] / measured["support"]).all()
    assert (
        (measured["low"] <= measured["recall"]) & (measured["recall"] <= measured["high"])
    ).all()
    assert set(names["decided"]["category"]) == set("ADMEO")
    assert "bulk" not in set(names["decided"]["state"]), "the table has read what the rule filled"
    assert (tmp_path / "sample.xlsx").stat().st_size > 10_000
    printed = capsys.readouterr().out
    assert "is decided blind" in printed
    assert f"{len(names['decided'])} annotations" in printed
