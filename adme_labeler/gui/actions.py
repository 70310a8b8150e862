"""Everything a curator can do, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from adme_labeler.language import tr


class Needs(Enum):
    """What must be there before an action makes sense."""

    NOTHING = auto()
    PROJECT = auto()
    SENTENCE = auto()
    DECIDABLE = auto()
    """A focused sentence in a project that this window may write."""
    SUGGESTION = auto()
    """A focused sentence whose suggestion is on screen."""
    UNDO = auto()
    REDO = auto()
    CANDIDATE = auto()
    EARLIER_VERSION = auto()
    IMPORTING = auto()
    STOPPED_IMPORT = auto()
    WRITABLE = auto()
    """A project that this window may write."""


@dataclass(frozen=True)
class Action:
    """A row of the table. `shortcuts` are portable key sequences, the first one is shown.

    `deciding` actions ignore auto-repeat and typing in a text field.
    """

    id: str
    text: str
    menu: str
    shortcuts: tuple[str, ...] = ()
    needs: Needs = Needs.PROJECT
    icon: str = ""
    deciding: bool = False
    separated: bool = False
    """A line stands above it in its menu."""


MENUS = ("File", "Edit", "Sentence", "Queue", "Model", "View", "Help")
CATEGORY_SLOTS = 9
"""One for each digit; only those that the project's categories have are shown."""

ACTIONS: tuple[Action, ...] = (
    Action("new", tr("New project…"), "File", ("Ctrl+N",), Needs.NOTHING),
    Action("open", tr("Open project…"), "File", ("Ctrl+O",), Needs.NOTHING, "open"),
    Action("sample", tr("Open the sample project"), "File", (), Needs.NOTHING, "book"),
    Action("import", tr("Add drug labels…"), "File", ("Ctrl+I",), Needs.WRITABLE, "add-files", False, True),  # noqa: E501
    Action("import-report", tr("Imports…"), "File"),
    Action("cancel-import", tr("Cancel the import"), "File", (), Needs.IMPORTING),
    Action("resume-import", tr("Resume the import"), "File", (), Needs.STOPPED_IMPORT),
    Action("give-up-import", tr("Leave the stopped import"), "", (), Needs.STOPPED_IMPORT),
    Action("export", tr("Export…"), "File", ("Ctrl+E",), Needs.PROJECT, "export"),
    Action("merge", tr("Merge an edited table…"), "File", ("Ctrl+M",), Needs.WRITABLE),
    Action("restore", tr("Restore a backup…"), "File", (), Needs.NOTHING, "", False, True),
    Action("saved", tr("All saved"), "File", ("Ctrl+S",), Needs.NOTHING, "check"),
    Action("close", tr("Close the project"), "File", ("Ctrl+W",), Needs.PROJECT, "close"),
    Action("quit", tr("Quit"), "File", ("Ctrl+Q",), Needs.NOTHING),
    Action("undo", tr("Undo"), "Edit", ("Backspace", "Ctrl+Z"), Needs.UNDO, "undo", True),
    Action("redo", tr("Redo"), "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), Needs.REDO, "redo", True),
    Action("search", tr("Search…"), "Edit", ("/", "Ctrl+F"), Needs.PROJECT, "search", False, True),
    Action("save-filter", tr("Save the search as a filter…"), "Edit", ("Ctrl+D",), Needs.WRITABLE, "star"),  # noqa: E501
    Action("filters", tr("Saved filters…"), "Edit"),
    Action("history", tr("History…"), "Edit", ("Ctrl+H",), Needs.PROJECT, "", False, True),
    *(
        Action(
            f"category-{n}",
            tr("Category {number}", number=n),
            "Sentence",
            (str(n),),
            Needs.DECIDABLE,
            deciding=True,
        )
        for n in range(1, CATEGORY_SLOTS + 1)
    ),
    *(
        Action(
            f"also-{n}",
            tr("Also category {number}", number=n),
            "",
            (f"Shift+{n}",),
            Needs.DECIDABLE,
            deciding=True,
        )
        for n in range(1, CATEGORY_SLOTS + 1)
    ),
    Action("accept", tr("Accept the suggestion"), "Sentence", ("Return", "Enter", "A"), Needs.DECIDABLE, "check", True, True),  # noqa: E501
    Action("second", tr("Not this: show the second"), "Sentence", ("X",), Needs.SUGGESTION, "", True),  # noqa: E501
    Action("skip", tr("Skip for now"), "Sentence", ("Space",), Needs.DECIDABLE, "skip", True),
    Action("unsure", tr("Unsure"), "Sentence", ("U",), Needs.DECIDABLE, "unsure", True),
    Action("keep-older", tr("Keep the older sentence’s category"), "Sentence", ("R",), Needs.DECIDABLE, "", True),  # noqa: E501
    Action("identical", tr("Decide identical sentences as well…"), "Sentence", ("I",), Needs.WRITABLE, "", True),  # noqa: E501
    Action("flag", tr("Flag"), "Sentence", ("F",), Needs.DECIDABLE, "flag", True, True),
    Action("note", tr("Note…"), "Sentence", ("N",), Needs.DECIDABLE, "note", True),
    Action("split", tr("Split this sentence…"), "Sentence", ("S",), Needs.DECIDABLE, "", True, True),  # noqa: E501
    Action("join-next", tr("Join with the next sentence"), "Sentence", ("Shift+J",), Needs.DECIDABLE, "", True),  # noqa: E501
    Action("join-previous", tr("Join with the sentence before"), "Sentence", ("Shift+K",), Needs.DECIDABLE, "", True),  # noqa: E501
    Action("previous", tr("Previous sentence"), "Sentence", ("Up", "K"), Needs.SENTENCE, "arrow-left", False, True),  # noqa: E501
    Action("next", tr("Next sentence"), "Sentence", ("Down", "J"), Needs.SENTENCE, "arrow-right"),
    Action("next-open", tr("Next undecided sentence"), "Sentence", ("Ctrl+Down",), Needs.PROJECT),
    Action("queue-document", tr("Document order"), "Queue"),
    Action("queue-uncertain", tr("Least certain first"), "Queue"),
    Action("queue-rare", tr("Rarest category first"), "Queue"),
    Action("queue-audit", tr("Audit"), "Queue"),
    Action("queue-flagged", tr("Flagged"), "Queue"),
    Action("queue-unsure", tr("Unsure"), "Queue"),
    Action("queue-skipped", tr("Skipped"), "Queue"),
    Action("older-rules", tr("Decided under older rules"), "Queue"),
    Action("queue-changed", tr("Changed sentences"), "Queue"),
    Action("queue-tables", tr("Tables with ADME facts"), "Queue"),
    Action("queue-identical", tr("Identical, but different"), "Queue"),
    Action("queue-wrong", tr("Looks wrong"), "Queue"),
    Action("queue-second-look", tr("Second look"), "Queue"),
    Action("queue-conflicts", tr("Conflicts between curators"), "Queue"),
    Action("rarest", tr("Hunt: next candidate of the rarest category"), "Queue", ("G",), Needs.PROJECT, "", True, True),  # noqa: E501
    Action("hunt", tr("Hunt another category"), "Queue", ("Shift+G",), Needs.PROJECT, "", True),
    Action("bulk", tr("Accept many…"), "Queue", ("Ctrl+B",), Needs.WRITABLE),
    Action("identical-all", tr("Apply to identical sentences…"), "Queue", (), Needs.WRITABLE),
    Action("retrain", tr("Retrain"), "Model", ("Ctrl+R",), Needs.WRITABLE, "retrain"),
    Action("promote", tr("Promote the candidate"), "Model", (), Needs.CANDIDATE),
    Action("rollback", tr("Roll back to the version before"), "Model", (), Needs.EARLIER_VERSION),
    Action("versions", tr("Model versions…"), "Model"),
    Action("audit", tr("Audit what is still out there…"), "Model", (), Needs.WRITABLE, "", False, True),  # noqa: E501
    Action("quality", tr("How decisions agree…"), "Model"),
    Action("held-out", tr("Held-out drugs…"), "Model", (), Needs.PROJECT, "lock"),
    Action("view-read", tr("Read"), "View", ("Ctrl+1",)),
    Action("view-list", tr("List"), "View", ("Ctrl+2",)),
    Action("context", tr("More context"), "View", ("C",), Needs.PROJECT, "", False, True),
    Action("panels", tr("Side panels"), "View", ("F9",)),
    Action("label-versions", tr("Compare versions of the drug label…"), "View", ("V",)),
    Action("hide", tr("Hide suggestions"), "View", ("L",)),
    Action("larger", tr("Larger text"), "View", ("Ctrl++", "Ctrl+="), Needs.NOTHING, "", False, True),  # noqa: E501
    Action("smaller", tr("Smaller text"), "View", ("Ctrl+-",), Needs.NOTHING),
    Action("normal", tr("Normal text"), "View", ("Ctrl+0",), Needs.NOTHING),
    Action("theme-system", tr("Theme of the desktop"), "View", (), Needs.NOTHING, "", False, True),
    Action("theme-light", tr("Light"), "View", (), Needs.NOTHING, "sun"),
    Action("theme-dark", tr("Dark"), "View", (), Needs.NOTHING, "moon"),
    Action("theme-contrast", tr("High contrast"), "View", (), Needs.NOTHING),
    Action("project-settings", tr("Project settings…"), "Edit", (), Needs.PROJECT, "", False, True),
    Action("preferences", tr("Preferences…"), "Edit", ("Ctrl+,",), Needs.NOTHING),
    Action("manual", tr("Manual"), "Help", ("F1",), Needs.NOTHING),
    Action("guideline", tr("Guideline and keys"), "Help", ("H", "?"), Needs.NOTHING, "book"),
    Action("tour", tr("Tour in four steps"), "Help"),
    Action("tour-next", tr("Next step of the tour"), "", ("Ctrl+Return",)),
    Action("edit-guideline", tr("Edit the guideline…"), "Help", (), Needs.WRITABLE),
    Action("about", tr("About"), "Help", (), Needs.NOTHING),
)  # fmt: skip

BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}

CHECKABLE = frozenset(
    a.id
    for a in ACTIONS
    if a.id.startswith(("queue-", "view-", "theme-")) or a.id in ("hide", "context", "panels")
)
