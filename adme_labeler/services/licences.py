"""Other people's work in this program: names, versions, licences and their texts.

A packaged program carries a bill of materials (CycloneDX JSON) and the texts beside it. Installed
by pip, the same is read from what pip installed.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adme_labeler import paths

TEXTS = "adme-labeler:texts"
"""Property of a component in the bill of materials: folder of its licence texts."""

_LICENCE = ("License-Expression", "License")
_TEXT_NAMES = re.compile(r"(licen[cs]e|copying|notice|copyright|lgpl|gpl|authors)", re.IGNORECASE)


@dataclass(frozen=True)
class Component:
    """`licence` as its authors name it; `texts` are files that may be none."""

    name: str
    version: str
    licence: str
    texts: tuple[Path, ...]

    def text(self) -> str:
        """All texts in one, each under its file's name; "" where there is none."""
        parts: list[str] = []
        for path in self.texts:
            written = path.read_text("utf-8", "replace").strip()
            parts.append(f"{path.name}\n\n{written}" if len(self.texts) > 1 else written)
        return "\n\n\n".join(parts)


def folder() -> Path:
    """Where a packaged program keeps its bill of materials and the texts."""
    return paths.resources() / "licences"


def components() -> list[Component]:
    """Everything this program is made of beside itself, by name."""
    bill = folder() / "sbom.cdx.json"
    found = _of_bill(bill) if bill.is_file() else _installed("adme-labeler")
    return sorted(found, key=lambda c: c.name.casefold())


def licence_of(about: importlib.metadata.PackageMetadata) -> str:
    """What a Python package says its licence is, in a few words; "" where it says nothing."""
    said = next((line for key in _LICENCE for line in about.get_all(key) or [] if line), "")
    if said and "\n" not in said and len(said) < 80 and said.upper() != "UNKNOWN":
        return said
    kinds = [c for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    return " / ".join(c.rsplit(" :: ", 1)[-1] for c in kinds)


def texts_of(distribution: importlib.metadata.Distribution) -> tuple[Path, ...]:
    """Licence files of an installed Python package."""
    found: list[Path] = []
    for file in distribution.files or []:
        if ".dist-info" in file.parts[0] and _TEXT_NAMES.search(file.name):
            path = Path(str(distribution.locate_file(file)))
            if path.is_file():
                found.append(path)
    return tuple(sorted(found))


def _of_bill(bill: Path) -> list[Component]:
    written: dict[str, Any] = json.loads(bill.read_text("utf-8"))
    found: list[Component] = []
    for entry in written.get("components", []):
        licences = [_name(choice) for choice in entry.get("licenses", [])]
        named = {p["name"]: p["value"] for p in entry.get("properties", [])}
        place = folder() / named[TEXTS] if TEXTS in named else None
        texts = sorted(p for p in place.rglob("*") if p.is_file()) if place else []
        found.append(
            Component(entry["name"], entry.get("version", ""), ", ".join(licences), tuple(texts))
        )
    return found


def _name(choice: dict[str, Any]) -> str:
    licence: dict[str, str] = choice.get("license", {})
    return choice.get("expression") or licence.get("id") or licence.get("name") or ""


def _installed(program: str) -> list[Component]:
    """What the program requires, and what that requires, without extras.

    Run from a copy that is not installed, nobody knows; then everything that is installed.
    """
    waiting, seen = [program], set[str]()
    try:
        importlib.metadata.distribution(program)
    except importlib.metadata.PackageNotFoundError:
        waiting = [found.metadata["Name"] for found in importlib.metadata.distributions()]
    found: list[Component] = []
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:  # for other systems
            continue
        for line in distribution.requires or []:
            if "extra ==" not in line:
                waiting.append(re.split(r"[^\w.-]", line, maxsplit=1)[0])
        if name != program:
            about = distribution.metadata
            found.append(
                Component(
                    about["Name"], distribution.version, licence_of(about), texts_of(distribution)
                )
            )
    return found
