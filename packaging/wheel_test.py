"""The wheel of dist/, installed with pip into an environment that holds nothing else.

python packaging/wheel_test.py [WHEEL]

What is asked of it: every resource of the checkout and the manual, no library missing, the main job
on the sample from import over training to the spreadsheet, pictures of the window, and that it was
really the wheel that answered.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def newest() -> Path | None:
    """The newest wheel of dist/."""
    made = sorted((ROOT / "dist").glob("adme_labeler-*.whl"), key=lambda p: p.stat().st_mtime)
    return made[-1] if made else None


def check(wheel: Path, folder: Path) -> str:
    """Install it into `folder` and put it to work; says what was found.

    Raises AssertionError with what a command said when it ends otherwise than it should.
    """
    place = folder / "environment"
    venv.create(place, with_pip=True)
    scripts = place / ("Scripts" if os.name == "nt" else "bin")

    def run(*words: str | Path, program: str = "adme-labeler", home: Path = folder) -> str:
        done = subprocess.run(
            [scripts / program, *words],
            cwd=folder,
            env=_environment(home),
            capture_output=True,
            text=True,
            check=False,
        )
        said = f"{program} {words} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        assert done.returncode == 0, said
        return done.stdout.strip()

    def pip(*words: str | Path) -> None:
        run("-m", "pip", "--disable-pip-version-check", *words, program="python", home=Path.home())

    pip("install", "-qq", "-c", ROOT / "constraints.txt", wheel)
    pip("check")
    asked = "from adme_labeler import paths; print(paths.resources())"
    resources = Path(run("-c", asked, program="python"))
    assert resources.is_relative_to(place), resources
    number = _has_all(resources)
    assert run("--version").startswith("adme-labeler ")
    done = json.loads(
        run("demo", "--headless", "--json", "--out", folder / "demo").splitlines()[-1]
    )
    assert done["annotations"] > 100 and Path(done["spreadsheet"]).stat().st_size > 20_000, done
    assert len(done["screenshots"]) >= 4, done
    assert (scripts / ("adme-labeler-window" + ".exe" * (os.name == "nt"))).is_file()
    return f"{number} resources, {done['annotations']} annotations, version {done['version']}"


def _has_all(resources: Path) -> int:
    ours = ROOT / "resources"
    wanted = {
        path.relative_to(ours)
        for path in ours.rglob("*")
        if path.is_file() and path.relative_to(ours).parts[0] != "manual"
    }
    wanted |= {
        Path("manual", page.relative_to(ROOT / "docs").with_suffix(".html"))
        for page in (ROOT / "docs").rglob("*.md")
    }
    lacking = sorted(str(path) for path in wanted if not (resources / path).is_file())
    assert lacking == [], f"not in the wheel: {lacking}"
    return len(wanted)


def _environment(home: Path) -> dict[str, str]:
    """That of whoever runs this, without another Python's paths."""
    mine = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "XDG_", "VIRTUAL"))}
    return {**mine, "HOME": str(home)}


if __name__ == "__main__":
    found = Path(sys.argv[1]).resolve() if sys.argv[1:] else newest()
    if found is None:
        sys.exit("There is no wheel in dist/: python packaging/build.py wheel")
    with tempfile.TemporaryDirectory(prefix="adme-wheel-") as empty:
        print(f"ok  {found.name}: {check(found, Path(empty))}")
