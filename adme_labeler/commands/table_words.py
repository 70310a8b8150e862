"""Words of the command line that say how a table is read."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from adme_labeler.commands import base

if TYPE_CHECKING:
    from adme_labeler.protocol import TableLayout
    from adme_labeler.services.session import Session


def add(command: argparse.ArgumentParser) -> None:
    base.several(
        command,
        "--column",
        "HEADER=FIELD",
        "tables: what a column holds (text, category, also, drug, drug_group, set_id, "
        "section, heading, note, uid or ignore); may be given several times",
    )
    base.several(
        command,
        "--category",
        "WRITTEN=KEY",
        'tables: which category a cell means, "Elim=E"; without a key it stays undecided',
    )
    command.add_argument(
        "--sheet", default="", type=base.text, metavar="NAME", help="workbooks: the sheet to read"
    )
    command.add_argument(
        "--header-row",
        type=base.whole_number,
        metavar="N",
        help="tables: the row that names the columns; 0 where none does",
    )


def layouts(options: argparse.Namespace, session: Session) -> dict[str, TableLayout]:
    """How the tables of this import are read; empty where nothing is said.

    Raises ImportProblem for a word that is not understood.
    """
    from adme_labeler.services.column_mapping import layout_of_words

    if not (options.column or options.category or options.sheet or options.header_row is not None):
        return {}
    layout = layout_of_words(
        session.scheme, options.column, options.category, options.sheet, options.header_row
    )
    return {"": layout}
