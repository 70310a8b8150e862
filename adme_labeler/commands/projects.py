"""Commands on a project as a whole."""

from __future__ import annotations

import argparse
from typing import Any

from adme_labeler.commands import base
from adme_labeler.domain.problems import Problem


def _restore_words(command: argparse.ArgumentParser) -> None:
    command.add_argument("backup", type=base.path, nargs="?", metavar="BACKUP")


def _new(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.services.session import Session

    with Session.create(options.project) as session:
        say(f"Made {session.path}")
        return {"project": str(session.path)}


def _check(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.services import drug_groups
    from adme_labeler.services.session import Session, check_project

    report = check_project(options.project)
    if report.faults:
        raise Problem(" ".join(report.faults))
    say(
        f"All well: {report.operations:,} operations, {report.changes:,} changes, "
        f"{report.annotations:,} annotations; chain ends in {report.head[:16]}"
    )
    with Session.open(options.project, read_only=True) as session:
        warning = drug_groups.warning(session)
    if warning:
        say(warning)
    return {
        "operations": report.operations,
        "changes": report.changes,
        "annotations": report.annotations,
        "head": report.head,
        "faults": [],
        "warnings": [warning] if warning else [],
    }


def _backup(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.services.session import back_up

    made = back_up(options.project)
    say(f"Backup written to {made}")
    return {"backup": str(made)}


def _restore(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.services.session import restore

    aside = restore(options.project, options.backup)
    there = aside.exists()
    say(f"Restored. The project as it was lies in {aside}" if there else "Restored.")
    return {"project": str(options.project), "put_aside": str(aside) if there else None}


COMMANDS = (
    base.Command("new", _new, "make an empty project"),
    base.Command("check", _check, "integrity, hash chain and replay of the log"),
    base.Command("backup", _backup, "make a verified backup"),
    base.Command("restore", _restore, "restore a backup, the newest unless named", _restore_words),
)
