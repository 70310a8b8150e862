"""The commands of `adme-labeler`, as a table. Heavy modules are imported when a command runs."""

from adme_labeler.commands import demo, evaluating, importing, models, projects, quality, tables
from adme_labeler.commands.base import Command, Misuse, Say

__all__ = ["COMMANDS", "Command", "Misuse", "Say"]

COMMANDS: tuple[Command, ...] = (
    *demo.COMMANDS,
    *projects.COMMANDS,
    *importing.COMMANDS,
    *models.COMMANDS,
    *evaluating.COMMANDS,
    *quality.COMMANDS,
    *tables.COMMANDS,
)
