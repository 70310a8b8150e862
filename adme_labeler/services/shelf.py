"""The project's drug labels by title, kept up to date without reading all of them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import DrugLabel, LabelId
from adme_labeler.services.session import Session
from adme_labeler.storage import labels, sentences

MANY = 300
"""Drug labels from which it is quicker to read the whole shelf."""

Shelf = dict[LabelId, DrugLabel]


def read(session: Session) -> Shelf:
    return {label.id: label for label in labels.all_labels(session.connection)}


def followed(session: Session, shelf: Mapping[LabelId, DrugLabel], changes: Changes) -> Shelf:
    """The shelf after `changes`: their drug labels are read, of the others only the drug group."""
    connection = session.connection
    touched = set(changes.labels)
    if changes.annotations:
        touched |= sentences.labels_of(connection, changes.annotations)
    if len(touched) > MANY:
        return read(session)
    new = {**shelf, **{label.id: label for label in labels.some(connection, touched)}}
    standing = labels.standing(connection)
    if new.keys() != standing.keys():
        return read(session)
    for ident, (group, held_out) in standing.items():
        if (new[ident].group, new[ident].held_out) != (group, held_out):
            new[ident] = replace(new[ident], group=group, held_out=held_out)
    if new.keys() == shelf.keys() and all(new[i].title == shelf[i].title for i in touched):
        return new
    return {label.id: label for label in sorted(new.values(), key=labels.by_title)}
