"""What a command says of itself, and what `inspect` takes: its help stands here, away from what carries it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from pathlib import Path


class Words(NamedTuple):
    """What a command does, in one line and in a few sentences, and how somebody would type it."""

    line: str
    sentences: str
    example: str


INSPECT = Words(
    "look at an unknown export, and draft how it is to be read; shows no cell",
    "Say how a CSV, XLSX, XLS, ODS or SQLite file is laid out, what its columns hold, who is in them and which extract "
    "it resembles, and draft the mapping. It publishes nothing, and shows names of columns, patterns and counts only.",
    'pipeline inspect "AP April 2024.xlsx"\n  pipeline inspect "AP April 2024.xlsx" --write ledger.toml',
)


def add_inspect(command: argparse.ArgumentParser, path: Callable[[str], Path]) -> None:
    """Add what `inspect` takes to its parser."""
    command.add_argument("file", type=path, metavar="FILE", help="the export, wherever it is")
    command.add_argument("--feed", metavar="FEED", help="the extract that it is, such as ledger (default: the likest)")
    how = command.add_mutually_exclusive_group()
    how.add_argument("--write", type=path, metavar="FILE.toml", help="write the draft into a new file")
    how.add_argument("--json", action="store_true", help="as one JSON object, without a cell")
    command.add_argument("--show", action="store_true", help="show a few cells of each column, on a terminal only")
