"""What the window remembers about a person, not about a project: theme, sizes, recent files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, QSettings

from adme_labeler.domain.records import SentenceId
from adme_labeler.gui.keymap import Keymap
from adme_labeler.gui.theme import SPACINGS, THEMES, Spacing, ThemeName

SCALES = (0.85, 1.0, 1.15, 1.3, 1.5)
RECENT = 8


class Preferences:
    """Typed access to one settings file of the curator."""

    def __init__(self, settings: QSettings | None = None) -> None:
        self._settings = settings or QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "adme-labeler", "window"
        )

    @property
    def theme(self) -> ThemeName:
        stored = self._settings.value("theme", "system")
        known: dict[object, ThemeName] = {name: name for name in THEMES}
        return known.get(stored, "system")

    @theme.setter
    def theme(self, name: ThemeName) -> None:
        self._settings.setValue("theme", name)

    @property
    def scale(self) -> float:
        try:
            stored = float(str(self._settings.value("scale", 1.0)))
        except ValueError:
            return 1.0
        return min(SCALES, key=lambda known: abs(known - stored))

    @scale.setter
    def scale(self, scale: float) -> None:
        self._settings.setValue("scale", scale)

    def larger(self, by: int) -> float:
        """The next type size up (1) or down (-1); also stored."""
        place = SCALES.index(self.scale) + by
        self.scale = SCALES[min(max(place, 0), len(SCALES) - 1)]
        return self.scale

    @property
    def keymap(self) -> Keymap:
        """The key profile with the curator's own changes; what is damaged is left out."""
        try:
            stored = json.loads(str(self._settings.value("keys/changes", "{}")))
            changes = {str(i): tuple(str(k) for k in keys) for i, keys in stored.items()}
        except (ValueError, TypeError, AttributeError):
            changes = {}
        return Keymap(str(self._settings.value("keys/profile", "default")), changes)

    @keymap.setter
    def keymap(self, keys: Keymap) -> None:
        self._settings.setValue("keys/profile", keys.profile.id)
        self._settings.setValue("keys/changes", json.dumps(keys.changes))

    @property
    def spacing(self) -> Spacing:
        stored = self._settings.value("spacing", "comfortable")
        known: dict[object, Spacing] = {name: name for name in SPACINGS}
        return known.get(stored, "comfortable")

    @spacing.setter
    def spacing(self, spacing: Spacing) -> None:
        self._settings.setValue("spacing", spacing)

    @property
    def curator(self) -> str:
        """The name under which this person decides; "" for the login name."""
        return str(self._settings.value("curator", "")).strip()

    @curator.setter
    def curator(self, name: str) -> None:
        self._settings.setValue("curator", name.strip())

    @property
    def tour_seen(self) -> bool:
        return str(self._settings.value("tour_seen", "")) == "yes"

    @tour_seen.setter
    def tour_seen(self, seen: bool) -> None:
        self._settings.setValue("tour_seen", "yes" if seen else "")

    @property
    def side_panels(self) -> bool:
        """Whether drug labels and evidence are shown beside the text."""
        return str(self._settings.value("side_panels", "")) != "no"

    @side_panels.setter
    def side_panels(self, shown: bool) -> None:
        self._settings.setValue("side_panels", "" if shown else "no")

    def recent(self) -> list[Path]:
        """Projects opened lately that still exist, newest first."""
        stored = self._settings.value("recent", [])
        if isinstance(stored, str):
            stored = [stored]
        paths = [Path(str(path)) for path in cast("list[object]", stored or [])]
        return [path for path in paths if path.is_file()]

    def opened(self, project: Path) -> None:
        project = project.resolve()
        rest = [path for path in self.recent() if path != project]
        self._settings.setValue("recent", [str(path) for path in [project, *rest][:RECENT]])

    def place(self, project: Path) -> tuple[SentenceId | None, str]:
        """(sentence in focus, queue) when this project was closed."""
        key = self._place(project)
        sentence = str(self._settings.value(f"{key}/sentence", ""))
        queue = str(self._settings.value(f"{key}/queue", "document"))
        return (SentenceId(int(sentence)) if sentence.isdigit() else None), queue

    def set_place(self, project: Path, sentence: SentenceId | None, queue: str) -> None:
        key = self._place(project)
        self._settings.setValue(f"{key}/sentence", "" if sentence is None else str(sentence))
        self._settings.setValue(f"{key}/queue", queue)

    def listed(self, project: Path) -> bool:
        """Whether this project was left in the list view."""
        return str(self._settings.value(f"{self._place(project)}/view", "")) == "list"

    def set_listed(self, project: Path, listed: bool) -> None:
        self._settings.setValue(f"{self._place(project)}/view", "list" if listed else "read")

    def recent_searches(self, project: Path) -> tuple[str, ...]:
        """What was searched for lately in this project, newest first."""
        stored = self._settings.value(f"{self._place(project)}/searches", [])
        if isinstance(stored, str):
            stored = [stored]
        return tuple(str(written) for written in cast("list[object]", stored or []))

    def add_search(self, project: Path, written: str) -> None:
        rest = [other for other in self.recent_searches(project) if other != written]
        kept = [written, *rest][:RECENT]
        self._settings.setValue(f"{self._place(project)}/searches", kept)

    def layout(self, name: str) -> QByteArray:
        stored = self._settings.value(f"layout/{name}", QByteArray())
        return stored if isinstance(stored, QByteArray) else QByteArray()

    def set_layout(self, name: str, state: QByteArray) -> None:
        self._settings.setValue(f"layout/{name}", state)

    @staticmethod
    def _place(project: Path) -> str:
        return f"places/{hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:16]}"
