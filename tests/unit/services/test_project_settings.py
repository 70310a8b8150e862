from __future__ import annotations

from dataclasses import replace

import pytest

from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import Arm
from adme_labeler.services import annotating, importing, project_settings, queue
from adme_labeler.services.project_settings import ProjectSettings
from adme_labeler.services.queue import QueueKind
from adme_labeler.services.session import Session
from tests.drafts import simple_label


@pytest.fixture
def session(tmp_path):
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [simple_label(n, sentences=40) for n in range(8)]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        yield opened


def test_settings_are_one_undo_step(session):
    assert project_settings.read(session) == ProjectSettings()
    wanted = replace(ProjectSettings(), random_share=0.5, blind_share=0.1)
    assert project_settings.save(session, wanted).settings
    assert project_settings.read(session) == wanted
    annotating.undo(session)
    assert project_settings.read(session) == ProjectSettings()


def test_the_same_settings_leave_no_trace(session):
    assert not project_settings.save(session, ProjectSettings())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"random_share": 0.0}, "between 5% and 100%"),
        ({"precision_floor": 1.0}, "between 30% and 99%"),
        ({"blind_share": 0.9}, "between 0% and 50%"),
        ({"encoder": "/no/such/folder"}, "no encoder folder"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(session, change, sentence):
    with pytest.raises(Problem, match=sentence):
        project_settings.save(session, replace(ProjectSettings(), **change))
    assert project_settings.read(session) == ProjectSettings()


def test_a_damaged_setting_falls_back_to_its_default(session):
    with session.project.operation("setting", "by hand", "ana") as draft:
        from adme_labeler.storage import settings

        settings.put(session.connection, draft, "random_share", "much")
    assert project_settings.read(session).random_share == 0.25


def test_the_random_part_of_the_queue_follows_the_setting(session):
    project_settings.save(session, replace(ProjectSettings(), random_share=1.0))
    drawn = queue.build(session, QueueKind.UNCERTAIN)
    assert drawn.items
    assert {item.arm for item in drawn.items} == {Arm.RANDOM}
