"""The Debian package and the portable archive, laid out from one frozen folder."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NAME = "adme-labeler"
MAINTAINER = "The ADME labeler developers <adme-labeler@localhost>"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
COMPRESSION = ("-Zzstd", "-z10")
"""A fifth larger than xz, but packed in half a minute and installed in seconds; Debian 12 and
Ubuntu 22.04 read it."""
METAINFO = "io.github.adme_labeler.adme_labeler.metainfo.xml"


def share(target: Path, icons: Path, version: str, day: datetime, manual: str) -> None:
    """Fill a `share` folder: menu entry, file type, icons, metadata, manual page, copyright."""
    for source, place in (
        (HERE / "linux" / f"{NAME}.desktop", "applications"),
        (HERE / "linux" / METAINFO, "metainfo"),
        (HERE / "linux" / f"{NAME}.xml", "mime/packages"),
        (HERE / "linux" / "copyright", f"doc/{NAME}"),
        (ROOT / "resources" / "icons" / f"{NAME}.svg", "icons/hicolor/scalable/apps"),
    ):
        folder = target / place
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / source.name)
    for size in SIZES:
        folder = target / f"icons/hicolor/{size}x{size}/apps"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(icons / f"{size}.png", folder / f"{NAME}.png")
    _fill(target / "metainfo" / METAINFO, VERSION=version, DATE=day.date().isoformat())
    _fill(target / "mime/packages" / f"{NAME}.xml", APPLICATION_ID=str(_application_id()))
    (target / "man/man1").mkdir(parents=True)
    _zip(target / f"man/man1/{NAME}.1.gz", manual)
    _zip(target / f"doc/{NAME}/changelog.gz", (ROOT / "CHANGELOG.md").read_text("utf-8"))


def package(frozen: Path, shared: Path, work: Path, target: Path, version: str) -> Path:
    """Build NAME_VERSION_ARCHITECTURE.deb in folder `target`; returns it."""
    architecture = _said("dpkg", "--print-architecture")
    shutil.rmtree(work, ignore_errors=True)
    (work / "DEBIAN").mkdir(parents=True)
    (work / "usr/lib").mkdir(parents=True)
    (work / "usr/bin").mkdir(parents=True)
    _copy(frozen, work / "usr/lib" / NAME)
    _copy(shared, work / "usr/share")
    for name in (NAME, f"{NAME}-cli"):
        (work / "usr/bin" / name).symlink_to(f"../lib/{NAME}/{NAME}")
    files = [p for p in work.rglob("*") if p.is_file() and not p.is_symlink()]
    for path in [*files, *(p for p in work.rglob("*") if p.is_dir())]:
        runs = path.is_dir() or os.access(path, os.X_OK)
        path.chmod(0o755 if runs and not _is_library(path) else 0o644)
    installed = sum(p.stat().st_size for p in files) // 1024
    control = (
        f"Package: {NAME}\nVersion: {version}\nArchitecture: {architecture}\n"
        f"Maintainer: {MAINTAINER}\nInstalled-Size: {installed}\n"
        f"Depends: {', '.join(needed_packages(frozen))}\n"
        "Recommends: fonts-inter, fonts-dejavu-core | fonts-liberation, xdg-utils\n"
        "Section: science\nPriority: optional\n"
        "Description: label the sentences of drug labels with ADME categories\n"
        " Bring in FDA drug labels and give every sentence one category: absorption,\n"
        " distribution, metabolism, excretion or other. A language model suggests, you\n"
        " confirm or correct with one key, and the model learns from what you decide.\n"
        " .\n"
        " Everything runs on this computer; nothing is sent anywhere.\n"
    )
    (work / "DEBIAN/control").write_text(control, "utf-8")
    sums = "".join(
        f"{_said('md5sum', str(p)).split()[0]}  {p.relative_to(work)}\n" for p in sorted(files)
    )
    (work / "DEBIAN/md5sums").write_text(sums, "utf-8")
    made = target / f"{NAME}_{version}_{architecture}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", *COMPRESSION, "--build", work, made],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    shutil.rmtree(work)
    return made


def archive(frozen: Path, shared: Path, work: Path, target: Path, version: str) -> Path:
    """Build the portable archive in folder `target`; returns it."""
    machine = os.uname().machine
    name = f"{NAME}-{version}-linux-{machine}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    _copy(frozen, work / name)
    _copy(shared, work / name / "share")
    shutil.copy(HERE / "linux" / "install.sh", work / name / "install.sh")
    made = target / f"{name}.tar.xz"
    subprocess.run(
        ["tar", "--owner=0", "--group=0", "--sort=name", "-I", "xz -1 -T2", "-cf", made, name],
        cwd=work,
        check=True,
    )
    shutil.rmtree(work)
    return made


def validate(shared: Path) -> list[str]:
    """Let the desktop's own tools judge; returns which of them were not here."""
    missing: list[str] = []
    for words in (
        ["desktop-file-validate", str(shared / "applications" / f"{NAME}.desktop")],
        ["appstreamcli", "validate", "--no-net", "--explain", str(shared / "metainfo" / METAINFO)],
        ["man", "--warnings=all", "-l", "-Tutf8", str(shared / "man/man1" / f"{NAME}.1.gz")],
    ):
        if shutil.which(words[0]) is None:
            missing.append(words[0])
            continue
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        if done.returncode or (words[0] == "desktop-file-validate" and said):
            raise SystemExit(f"{words[0]} refuses:\n{said}")
    return missing


def needed_packages(frozen: Path) -> list[str]:
    """Debian packages of the libraries that the frozen folder takes from the system.

    Raises SystemExit when a library is found neither there nor in the folder.
    """
    internal = frozen / "_internal"
    inside = {p.name for p in frozen.rglob("*") if p.is_file() or p.is_symlink()}
    wanted: dict[str, str] = {}
    for path in frozen.rglob("*"):
        if path.is_symlink() or not path.is_file() or not _is_elf(path):
            continue
        for line in _said("objdump", "-p", str(path)).splitlines():
            if line.strip().startswith("NEEDED"):
                wanted.setdefault(line.split()[-1], str(path.relative_to(internal.parent)))
    found: set[str] = set()
    for library, user in sorted(wanted.items()):
        if library in inside or library.startswith("ld-linux"):
            continue
        place = _on_system(library)
        if place is None:
            raise SystemExit(f"{library}, wanted by {user}, is neither in the program nor here")
        found.add(_owner(place))
    versions = re.search(r"[\d.]+$", _said("ldd", "--version").splitlines()[0])
    assert versions is not None
    found.discard("libc6")
    return [f"libc6 (>= {versions[0]})", *sorted(found)]


def _on_system(library: str) -> str | None:
    for line in _said("ldconfig", "-p").splitlines():
        if line.split() and line.split()[0] == library:
            return line.rsplit("=> ", 1)[1]
    return None


def _owner(place: str) -> str:
    for path in (place, place.removeprefix("/usr"), str(Path(place).resolve())):
        asked = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            return asked.stdout.split(":")[0]
    raise SystemExit(f"{place} belongs to no package of the system")


def _application_id() -> int:
    from adme_labeler.storage import migrations

    return migrations.APPLICATION_ID


def _fill(path: Path, **values: str) -> None:
    text = path.read_text("utf-8")
    for name, value in values.items():
        assert name in text, (path, name)
        text = text.replace(name, value)
    path.write_text(text, "utf-8")


def _zip(target: Path, text: str) -> None:
    with gzip.GzipFile(target, "wb", compresslevel=9, mtime=0) as out:
        out.write(text.encode())


def _copy(source: Path, target: Path) -> None:
    """Hard links where the disk allows: a gigabyte is not written twice."""
    subprocess.run(["cp", "-a", "--reflink=auto", source, target], check=True)


def _is_library(path: Path) -> bool:
    return path.is_file() and ".so" in path.name


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _said(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def now() -> datetime:
    """Time of the build; SOURCE_DATE_EPOCH makes it repeatable."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
