"""What `make` installs fits the Python that Debian and Ubuntu ship."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

CONSTRAINTS = Path(__file__).parents[2] / "constraints.txt"
DEBIAN_12 = "3.11.2"
"""The oldest Python that the program promises to run on; packages have asked for 3.11.5."""


def pinned() -> list[Requirement]:
    lines = CONSTRAINTS.read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def test_every_pinned_package_takes_the_python_of_debian_12() -> None:
    asked = {}
    for requirement in pinned():
        try:
            asked[requirement.name] = metadata(requirement.name).json.get("requires_python", "")
        except PackageNotFoundError:
            continue  # for other systems, or an extra that is not installed
    assert len(asked) > 50
    assert {n: s for n, s in asked.items() if DEBIAN_12 not in SpecifierSet(s)} == {}


def test_every_version_is_exact() -> None:
    assert all(len(r.specifier) == 1 and str(r.specifier).startswith("==") for r in pinned())
