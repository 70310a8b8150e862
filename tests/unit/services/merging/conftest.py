"""A project with two drug labels of eight sentences each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler.services import importing
from adme_labeler.services.session import Session
from tests.drafts import simple_label


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "trial", "ann") as opened:
        drafts = [simple_label(1), simple_label(2)]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        yield opened
