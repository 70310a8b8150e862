"""Tensors and a small record in one safetensors file, written so that a kill leaves the old one."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.language import tr


class ResumableProblem(TrainingProblem):
    """A run that can go on from its checkpoint once the cause is gone."""

    resumable = True


def write(path: Path, tensors: Mapping[str, Tensor], record: Mapping[str, Any]) -> None:
    """Write atomically: temporary file, fsync, rename. Raises ResumableProblem on a full disk."""
    # safetensors refuses tensors that share memory; contiguous() of a detached one never does.
    flat = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    write_bytes(path, save(flat, metadata={"record": json.dumps(record)}))


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """What `write` wrote; None where the file is missing or damaged."""
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            record = json.loads((file.metadata() or {})["record"])
            return {name: file.get_tensor(name) for name in file.keys()}, record  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, KeyError):
        return None


def write_bytes(path: Path, data: bytes) -> None:
    """Write atomically: temporary file, fsync, rename. Raises ResumableProblem on a full disk."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise ResumableProblem(
            tr(
                "The model cannot be saved in {folder}: {reason}.",
                folder=path.parent,
                reason=error.strerror or error,
            )
        ) from error
