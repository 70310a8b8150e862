"""What a curator can set for a project; each change is one undo step."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import OperationId
from adme_labeler.language import mark, tr
from adme_labeler.services.session import Session
from adme_labeler.storage import settings


@dataclass(frozen=True)
class ProjectSettings:
    """Shares are between 0 and 1.

    `encoder` is the folder of the pretrained encoder, "" for the shipped one. `random_share` of
    the model-driven queues is drawn at random. `precision_floor`: a rare category may be suggested
    more readily only while this share of its suggestions stays right. `blind_share` of the
    sentences hides the suggestion until the first key, to see what seeing it does.
    `second_look_share` of a curator's own decisions comes back after days, to be made again.
    """

    encoder: str = ""
    random_share: float = 0.25
    precision_floor: float = 0.7
    blind_share: float = 0.05
    second_look_share: float = 0.03


_LIMITS = {
    "random_share": (0.05, 1.0, mark("The random part of the queue")),
    "precision_floor": (0.3, 0.99, mark("The share of suggestions that must be right")),
    "blind_share": (0.0, 0.5, mark("The share of sentences without a suggestion")),
    "second_look_share": (0.0, 0.2, mark("The share of decisions that come back")),
}


def read(session: Session) -> ProjectSettings:
    """As set, with the default for whatever is not."""
    found: dict[str, str | float] = {}
    for field in fields(ProjectSettings):
        value = session.setting(field.name)
        if field.name == "encoder":
            found[field.name] = value if isinstance(value, str) else ""
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[field.name] = float(value)
    return ProjectSettings(**found)  # pyright: ignore[reportArgumentType]


def save(session: Session, wanted: ProjectSettings) -> Changes:
    """Set what differs, as one undo step. Raises Problem for a value that makes no sense."""
    for name, (least, most, words) in _LIMITS.items():
        value = getattr(wanted, name)
        if not least <= value <= most:
            raise Problem(
                tr(
                    "{setting} must be between {least:.0%} and {most:.0%}.",
                    setting=tr(words),
                    least=least,
                    most=most,
                )
            )
    if wanted.encoder and not (Path(wanted.encoder) / "config.json").is_file():
        raise Problem(
            tr("{folder} is no encoder folder: it has no file config.json.", folder=wanted.encoder)
        )
    before = read(session)
    with session.project.operation("setting", "Project settings", session.curator) as draft:
        for field in fields(ProjectSettings):
            if getattr(before, field.name) != getattr(wanted, field.name):
                settings.put(session.connection, draft, field.name, getattr(wanted, field.name))
    if not draft.changes:
        return Changes()
    session.note_undoable(draft.id)
    return Changes(operation=OperationId(draft.id), settings=True)
