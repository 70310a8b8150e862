"""How decisions agree, on the command line."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from adme_labeler.commands import base


def _words(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--curator",
        default="",
        type=base.text,
        metavar="NAME",
        help="whose second looks come first",
    )


def _quality(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.services import decision_quality
    from adme_labeler.services.session import Session

    with Session.open(options.project, options.curator, read_only=True) as session:
        found = decision_quality.report(session)
    say(found.swayed.reason)
    for mine in found.with_self:
        say(f"{mine.curator}: {mine.verdict}")
    for pair in found.between:
        say(pair.verdict)
    if found.conflicts or found.settled:
        say(f"{found.conflicts:,} conflicts wait to be settled, {found.settled:,} are settled.")
    return asdict(found)


COMMANDS = (
    base.Command(
        "quality",
        _quality,
        "how decisions agree: blind, on a second look, between curators",
        _words,
    ),
)
