"""The drug label as a document to read, one sentence in focus."""

from adme_labeler.gui.reading.document import Mark
from adme_labeler.gui.reading.pane import ReadingPane

__all__ = ["Mark", "ReadingPane"]
