"""What kind of folder a project lies in: local, shared over a network, or synchronised."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

_NETWORK = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "fuse.sshfs",
    "afs",
    "davfs",
    "fuse.davfs2",
}
_SYNCHRONISED = ("onedrive", "dropbox", "google drive", "googledrive", "icloud drive", "nextcloud")


class FolderKind(StrEnum):
    LOCAL = "local"
    NETWORK = "network"
    SYNCHRONISED = "synchronised"


def folder_kind(folder: Path, mountinfo: Path = Path("/proc/self/mountinfo")) -> FolderKind:
    """Kind of `folder`. `mountinfo` is Linux's mount table; without it, names decide."""
    resolved = folder.resolve()
    if any(part.casefold().startswith(_SYNCHRONISED) for part in resolved.parts):
        return FolderKind.SYNCHRONISED
    if str(resolved).startswith("\\\\"):
        return FolderKind.NETWORK
    return FolderKind.NETWORK if _filesystem(resolved, mountinfo) in _NETWORK else FolderKind.LOCAL


def _filesystem(folder: Path, mountinfo: Path) -> str:
    try:
        lines = mountinfo.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    best = ("", "")
    for line in lines:
        left, _, right = line.partition(" - ")
        mount = left.split()[4].replace("\\040", " ")
        inside = folder == Path(mount) or Path(mount) in folder.parents
        if inside and len(mount) >= len(best[0]):
            best = (mount, right.split()[0])
    return best[1]
