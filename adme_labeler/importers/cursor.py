"""Where reading stands in a file, so that an import that was stopped can go on there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Cursor:
    """Counts what is read of one file; what lies at or before `start` is passed over.

    A place is a tuple of numbers: the entry of the archive, the entry of the archive inside it and
    so on, last the drug label in its document. Places only grow while a file is read, and the same
    file gives the same places again. `place` is that of what was yielded last.
    """

    start: tuple[int, ...] = ()
    place: tuple[int, ...] = ()
    _document: tuple[int, ...] = ()
    _labels: int = 0

    def enter(self, document: tuple[int, ...] = ()) -> None:
        """A document begins; `document` is its place in the archive, () for a file by itself."""
        self._document, self._labels = document, 0
        self.place = max(self.place, document)

    def next_label(self) -> bool:
        """Go to the next drug label of the document; false where it was read before."""
        place = (*self._document, self._labels)
        if self.behind(place):
            self._labels += 1
            return False
        self._labels += 1
        self.place = place
        return True

    def pass_label(self) -> bool:
        """Whether the next drug label was read before; it is then passed over."""
        behind = self.behind((*self._document, self._labels))
        self._labels += behind
        return behind

    def behind(self, place: tuple[int, ...]) -> bool:
        """Whether everything at this place of an archive or document was read before."""
        return place == self.start or place < self.start[: len(place)]
