"""Writes the tables of docs/keys.md from the table of actions: ``python -m tests.manual_keys``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "keys.md"
BEGIN, END = "<!-- from the table of actions -->", "<!-- until here -->"
_TITLES = {"": "Without a menu entry"}
_CATEGORIES = ("category", "also")


def tables() -> str:
    """Every action with a key, menu by menu, then what the other key profiles change."""
    from adme_labeler.gui.actions import ACTIONS, BY_ID, MENUS
    from adme_labeler.gui.keymap import PROFILES, Keymap

    lines = ["## Deciding", "", "| key | action |", "|---|---|", *_digits()]
    for menu in (*MENUS, ""):
        rows = [row for row in ACTIONS if row.menu == menu and row.shortcuts]
        rows = [row for row in rows if row.id.partition("-")[0] not in _CATEGORIES]
        if rows:
            lines += ["", f"## {_TITLES.get(menu, f'Menu {menu}')}", "", "| key | action |"]
            lines += ["|---|---|"]
            lines += [f"| {_keys(row.shortcuts)} | {row.text.rstrip('…')} |" for row in rows]
    lines += ["", "## Key profiles", "", "| profile | what differs |", "|---|---|"]
    standard = Keymap()
    for profile in PROFILES:
        changed = [
            f"{BY_ID[ident].text.rstrip('…')}: {_keys(keys)}"
            for ident, keys in profile.changes.items()
            if keys != standard.shortcuts(ident)
        ]
        told = f"{profile.about}" + (f" {'; '.join(changed)}." if changed else "")
        lines.append(f"| {profile.name} | {told} |")
    return "\n".join(lines).strip()


def with_tables(page: str) -> str:
    """The page with its generated part as the table of actions is now."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


def _digits() -> Iterator[str]:
    from adme_labeler.gui.actions import CATEGORY_SLOTS

    yield f"| `1` … `{CATEGORY_SLOTS}` | the category with this digit: set, save, next |"
    further = "a further category with this digit: on or off"
    yield f"| `Shift+1` … `Shift+{CATEGORY_SLOTS}` | {further} |"


def _keys(shortcuts: Iterable[str]) -> str:
    from adme_labeler.gui.keymap import key_text

    names = dict.fromkeys(key_text(key).replace("⌫", "Backspace") for key in shortcuts)
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    os.environ["ADME_LABELER_LANGUAGE"] = "en"
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")
