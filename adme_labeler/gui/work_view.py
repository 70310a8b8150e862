"""The work view: drug labels left, text and decision bar in the middle, recall and training right.

It only places the panels; what they show and what follows from a click is the window's business.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.gui.controls import Hairline, Panel
from adme_labeler.gui.decision_bar import DecisionBar
from adme_labeler.gui.import_bar import ImportBar
from adme_labeler.gui.label_list import LabelList
from adme_labeler.gui.reading import ReadingPane
from adme_labeler.gui.recall_panel import RecallPanel
from adme_labeler.gui.search_line import SearchLine
from adme_labeler.gui.sentence_list import Fetch, SentenceList
from adme_labeler.gui.status_bar import StatusBar
from adme_labeler.gui.toolbar import Toolbar
from adme_labeler.gui.training_panel import TrainingPanel
from adme_labeler.gui.unfound_card import UnfoundCard

LEFT_WIDTH, RIGHT_WIDTH = 228, 328


class WorkView(QWidget):
    """Public attributes are the panels."""

    def __init__(self, scheme: CategoryScheme, fetch: Fetch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toolbar = Toolbar()
        self.imports = ImportBar()
        self.labels = LabelList()
        self.search = SearchLine()
        self.pane = ReadingPane(scheme)
        self.list = SentenceList(scheme, fetch)
        self.bar = DecisionBar(scheme)
        self.recall = RecallPanel(scheme)
        self.unfound = UnfoundCard(scheme)
        self.training = TrainingPanel()
        self.status = StatusBar()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.pane)
        self._stack.addWidget(self.list)
        self.search.hide()
        middle = Panel("page")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.search)
        column.addWidget(self._stack, 1)
        column.addWidget(self.bar)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.labels.setMinimumWidth(184)
        self._evidence = self._right()
        self._evidence.setMinimumWidth(316)
        for widget in (self.labels, middle, self._evidence):
            self.splitter.addWidget(widget)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setStretchFactor(2, 0)
        self.splitter.setSizes([LEFT_WIDTH, 1000, RIGHT_WIDTH])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.toolbar)
        whole.addWidget(self.imports)
        whole.addWidget(self.splitter, 1)
        whole.addWidget(self.status)

    def show_side_panels(self, shown: bool) -> None:
        """Without them the text has the whole width."""
        self.labels.setVisible(shown)
        self._evidence.setVisible(shown)

    def side_panels(self) -> bool:
        return not self.labels.isHidden()

    def show_list(self, shown: bool) -> None:
        """List view instead of the text."""
        self._stack.setCurrentWidget(self.list if shown else self.pane)
        self.toolbar.views.set_current("list" if shown else "read")

    def list_shown(self) -> bool:
        return self._stack.currentWidget() is self.list

    def _right(self) -> QWidget:
        inside = Panel("chrome")
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addWidget(self.recall)
        column.addWidget(Hairline())
        column.addWidget(self.training)
        column.addWidget(Hairline())
        column.addWidget(self.unfound)
        column.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        return area
