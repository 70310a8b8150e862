"""Long work in slices: a generator that yields wherever a window may paint."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from adme_labeler.domain.slices import at_once

if TYPE_CHECKING:
    from adme_labeler.services.session import Session

T = TypeVar("T")
_SLICE = 200
"""Sentences dealt with in one go: some 5 ms."""


def portions(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """So many that one of them takes a few milliseconds."""
    for start in range(0, len(items), _SLICE):
        yield items[start : start + _SLICE]


def apart(
    session: Session, work: Callable[[Session], Generator[object, None, T]]
) -> Generator[object, None, T]:
    """An operation of the curator in slices, on a session of its own.

    Until it is committed, `session` reads what was there before; closed or killed before that, the
    work leaves nothing. Without a write-ahead log all of it is done in the first slice.
    """
    session.stacks()  # both sessions keep up the same lists
    with session.project.second() as project:
        if project is None:
            return at_once(work(session))
        own = replace(session, project=project)
        done = yield from work(own)
        session.scheme, session.scheme_problem = own.scheme, own.scheme_problem
        return done
