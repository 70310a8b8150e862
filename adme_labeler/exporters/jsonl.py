"""JSON lines: an object a sentence, UTF-8, every character as it is; ready for training.

Fields have the names of the tables' columns; `also` is a list, `flagged`, `blind` and `held_out`
are true or false, a probability without a suggestion is null.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from adme_labeler.exporters.rows import FIELDS, Content, Written
from adme_labeler.exporters.targets import replacing


def write(target: Path, content: Content) -> Written:
    """Raises ExportProblem when the file cannot be written."""
    encode = msgspec.json.Encoder().encode
    count = 0
    with replacing(target) as draft, draft.open("wb") as file:
        for row in content.rows:
            file.write(encode({name: getattr(row, field) for field, name in FIELDS}))
            file.write(b"\n")
            count += 1
    return Written(count, ())
