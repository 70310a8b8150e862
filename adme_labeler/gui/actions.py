"""Everything a curator can do, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto


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
    Action("new", "New project…", "File", ("Ctrl+N",), Needs.NOTHING),
    Action("open", "Open project…", "File", ("Ctrl+O",), Needs.NOTHING, "open"),
    Action("sample", "Open the sample project", "File", (), Needs.NOTHING, "book"),
    Action("import", "Add drug labels…", "File", ("Ctrl+I",), Needs.WRITABLE, "add-files", False, True),  # noqa: E501
    Action("import-report", "Imports…", "File"),
    Action("cancel-import", "Cancel the import", "File", (), Needs.IMPORTING),
    Action("resume-import", "Resume the import", "File", (), Needs.STOPPED_IMPORT),
    Action("give-up-import", "Leave the stopped import", "", (), Needs.STOPPED_IMPORT),
    Action("export", "Export…", "File", ("Ctrl+E",), Needs.PROJECT, "export"),
    Action("merge", "Merge an edited table…", "File", ("Ctrl+M",), Needs.WRITABLE),
    Action("restore", "Restore a backup…", "File", (), Needs.NOTHING, "", False, True),
    Action("saved", "All saved", "File", ("Ctrl+S",), Needs.NOTHING, "check"),
    Action("close", "Close the project", "File", ("Ctrl+W",), Needs.PROJECT, "close"),
    Action("quit", "Quit", "File", ("Ctrl+Q",), Needs.NOTHING),
    Action("undo", "Undo", "Edit", ("Backspace", "Ctrl+Z"), Needs.UNDO, "undo", True),
    Action("redo", "Redo", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), Needs.REDO, "redo", True),
    Action("search", "Search…", "Edit", ("/", "Ctrl+F"), Needs.PROJECT, "search", False, True),
    Action("save-filter", "Save the search as a filter…", "Edit", ("Ctrl+D",), Needs.WRITABLE, "star"),  # noqa: E501
    Action("filters", "Saved filters…", "Edit"),
    Action("history", "History…", "Edit", ("Ctrl+H",), Needs.PROJECT, "", False, True),
    *(
        Action(
            f"category-{n}",
            f"Category {n}",
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
            f"Also category {n}",
            "",
            (f"Shift+{n}",),
            Needs.DECIDABLE,
            deciding=True,
        )
        for n in range(1, CATEGORY_SLOTS + 1)
    ),
    Action("accept", "Accept the suggestion", "Sentence", ("Return", "Enter", "A"), Needs.SUGGESTION, "check", True, True),  # noqa: E501
    Action("second", "Not this: show the second", "Sentence", ("X",), Needs.SUGGESTION, "", True),
    Action("skip", "Skip for now", "Sentence", ("Space",), Needs.DECIDABLE, "skip", True),
    Action("unsure", "Unsure", "Sentence", ("U",), Needs.DECIDABLE, "unsure", True),
    Action("keep-older", "Keep the older sentence’s category", "Sentence", ("R",), Needs.DECIDABLE, "", True),  # noqa: E501
    Action("identical", "Decide identical sentences as well…", "Sentence", ("I",), Needs.WRITABLE, "", True),  # noqa: E501
    Action("flag", "Flag", "Sentence", ("F",), Needs.DECIDABLE, "flag", True, True),
    Action("note", "Note…", "Sentence", ("N",), Needs.DECIDABLE, "note", True),
    Action("split", "Split this sentence…", "Sentence", ("S",), Needs.DECIDABLE, "", True, True),
    Action("join-next", "Join with the next sentence", "Sentence", ("Shift+J",), Needs.DECIDABLE, "", True),  # noqa: E501
    Action("join-previous", "Join with the sentence before", "Sentence", ("Shift+K",), Needs.DECIDABLE, "", True),  # noqa: E501
    Action("previous", "Previous sentence", "Sentence", ("Up", "K"), Needs.SENTENCE, "arrow-left", False, True),  # noqa: E501
    Action("next", "Next sentence", "Sentence", ("Down", "J"), Needs.SENTENCE, "arrow-right"),
    Action("next-open", "Next undecided sentence", "Sentence", ("Ctrl+Down",), Needs.PROJECT),
    Action("queue-document", "Document order", "Queue"),
    Action("queue-uncertain", "Least certain first", "Queue"),
    Action("queue-rare", "Rarest category first", "Queue"),
    Action("queue-audit", "Audit", "Queue"),
    Action("queue-flagged", "Flagged", "Queue"),
    Action("queue-unsure", "Unsure", "Queue"),
    Action("older-rules", "Decided under older rules", "Queue"),
    Action("queue-changed", "Changed sentences", "Queue"),
    Action("queue-tables", "Tables with ADME facts", "Queue"),
    Action("queue-identical", "Identical, but different", "Queue"),
    Action("queue-wrong", "Looks wrong", "Queue"),
    Action("queue-second-look", "Second look", "Queue"),
    Action("queue-conflicts", "Conflicts between curators", "Queue"),
    Action("rarest", "Hunt: next candidate of the rarest category", "Queue", ("G",), Needs.PROJECT, "", True, True),  # noqa: E501
    Action("hunt", "Hunt another category", "Queue", ("Shift+G",), Needs.PROJECT, "", True),
    Action("bulk", "Accept many…", "Queue", ("Ctrl+B",), Needs.WRITABLE),
    Action("identical-all", "Apply to identical sentences…", "Queue", (), Needs.WRITABLE),
    Action("retrain", "Retrain", "Model", ("Ctrl+R",), Needs.WRITABLE, "retrain"),
    Action("promote", "Promote the candidate", "Model", (), Needs.CANDIDATE),
    Action("rollback", "Roll back to the version before", "Model", (), Needs.EARLIER_VERSION),
    Action("versions", "Model versions…", "Model"),
    Action("audit", "Audit what is still out there…", "Model", (), Needs.WRITABLE, "", False, True),
    Action("quality", "How decisions agree…", "Model"),
    Action("held-out", "Held-out drugs…", "Model", (), Needs.PROJECT, "lock"),
    Action("view-read", "Read", "View", ("Ctrl+1",)),
    Action("view-list", "List", "View", ("Ctrl+2",)),
    Action("context", "More context", "View", ("C",), Needs.PROJECT, "", False, True),
    Action("label-versions", "Compare versions of the drug label…", "View", ("V",)),
    Action("hide", "Hide suggestions", "View", ("L",)),
    Action("larger", "Larger text", "View", ("Ctrl++", "Ctrl+="), Needs.NOTHING, "", False, True),
    Action("smaller", "Smaller text", "View", ("Ctrl+-",), Needs.NOTHING),
    Action("normal", "Normal text", "View", ("Ctrl+0",), Needs.NOTHING),
    Action("theme-system", "Theme of the desktop", "View", (), Needs.NOTHING, "", False, True),
    Action("theme-light", "Light", "View", (), Needs.NOTHING, "sun"),
    Action("theme-dark", "Dark", "View", (), Needs.NOTHING, "moon"),
    Action("theme-contrast", "High contrast", "View", (), Needs.NOTHING),
    Action("project-settings", "Project settings…", "Edit", (), Needs.PROJECT, "", False, True),
    Action("preferences", "Preferences…", "Edit", ("Ctrl+,",), Needs.NOTHING),
    Action("guideline", "Guideline and keys", "Help", ("H", "?", "F1"), Needs.NOTHING, "book"),
    Action("tour", "Tour in four steps", "Help"),
    Action("tour-next", "Next step of the tour", "", ("Ctrl+Return",)),
    Action("edit-guideline", "Edit the guideline…", "Help", (), Needs.WRITABLE),
    Action("about", "About", "Help", (), Needs.NOTHING),
)  # fmt: skip

BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}

CHECKABLE = frozenset(
    a.id
    for a in ACTIONS
    if a.id.startswith(("queue-", "view-", "theme-")) or a.id in ("hide", "context")
)
