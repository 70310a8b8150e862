"""Problems a person can act on. Anything that is not a `Problem` is a bug of the program."""

from __future__ import annotations


class Problem(Exception):
    """One clear sentence for the curator; ``str(problem)`` is what the window shows."""


class StorageProblem(Problem):
    """The project file cannot be opened, written or trusted."""


class ImportProblem(Problem):
    """A file cannot be read as drug labels."""


class TrainingProblem(Problem):
    """A model cannot be trained or loaded."""


class ExportProblem(Problem):
    """A spreadsheet cannot be written."""
