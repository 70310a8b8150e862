"""Hook of MkDocs: leaves out what the manual does not need, adds the licence of its theme."""

from __future__ import annotations

import importlib.metadata
import shutil
from pathlib import Path
from typing import Any

THEME = "mkdocs-material"


def on_post_build(config: Any, **_: Any) -> None:
    assets = Path(config.site_dir) / "assets"
    shutil.rmtree(assets / "javascripts" / "lunr", ignore_errors=True)  # languages but English
    for notes in assets.rglob("*.map"):
        notes.unlink()
    # Not for a site on the network.
    for name in ("sitemap.xml", "sitemap.xml.gz"):
        (Path(config.site_dir) / name).unlink(missing_ok=True)
    theme = importlib.metadata.distribution(THEME)
    (text,) = (f for f in theme.files or () if f.name == "LICENSE" and "dist-info" in str(f))
    shutil.copyfile(str(theme.locate_file(text)), assets / f"LICENSE-{THEME}-{theme.version}.txt")
