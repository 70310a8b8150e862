"""One signal for everything that changes in a project."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from adme_labeler.domain.operations import Changes


class Bus(QObject):
    """Whoever runs an operation publishes its Changes; views listen and decide what to redraw."""

    changed = Signal(object)
    """Carries a `Changes`."""

    def publish(self, changes: Changes) -> Changes:
        """Send on, unless nothing changed and nowhere is to be gone; returns its argument."""
        if changes or changes.focus is not None:
            self.changed.emit(changes)
        return changes
