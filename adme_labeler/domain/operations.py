"""What an operation changed: the one message that services send and views listen to."""

from __future__ import annotations

from dataclasses import dataclass, fields

from adme_labeler.domain.records import LabelId, OperationId, SentenceId


@dataclass(frozen=True)
class Changes:
    """Kinds of thing that changed and their ids; merges with ``|``.

    `focus` is the sentence a view should go to (undo and redo set it); `made` are the sentences
    that mending a boundary made, in the order of the text.
    """

    operation: OperationId | None = None
    annotations: frozenset[SentenceId] = frozenset()
    suggestions: frozenset[SentenceId] = frozenset()
    labels: frozenset[LabelId] = frozenset()
    groups: bool = False
    models: bool = False
    settings: bool = False
    focus: SentenceId | None = None
    made: tuple[SentenceId, ...] = ()

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            operation=other.operation or self.operation,
            annotations=self.annotations | other.annotations,
            suggestions=self.suggestions | other.suggestions,
            labels=self.labels | other.labels,
            groups=self.groups or other.groups,
            models=self.models or other.models,
            settings=self.settings or other.settings,
            focus=other.focus if other.focus is not None else self.focus,
            made=(*self.made, *other.made),
        )

    def __bool__(self) -> bool:
        return any(
            getattr(self, f.name)
            for f in fields(self)
            if f.name not in ("operation", "focus", "made")
        )
