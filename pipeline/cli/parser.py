"""The command line: arguments, exit statuses, and what a failure looks like."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pipeline import __version__
from pipeline.cli import commands
from pipeline.cli.decisions import add_decisions
from pipeline.errors import EXIT_MEANINGS, ExitStatus, Interrupted, PipelineError, SettingsError, bug
from pipeline.settings.reader import FIRST_YEAR, LAST_YEAR, MONTH, PATH, day

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; a failure is shown without a traceback and without a value."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        options = parser().parse_args(arguments)
        return int(options.run(options))
    except PipelineError as error:
        show_error(error)
        return int(error.status)
    except KeyboardInterrupt:
        show_error(Interrupted("interrupted", "stopped; the last good release is untouched", fix="run again"))
        return int(ExitStatus.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the last line of defence: no text of an unknown error is ever shown
        unforeseen = bug(error)
        show_error(unforeseen)
        return int(unforeseen.status)


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def show_error(error: PipelineError) -> None:
    """Write an error to standard error."""
    sys.stderr.write(f"{error}\n")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the command line in one error of ours, exit status and all."""

    def error(self, message: str) -> NoReturn:
        """Raise the mistake."""
        raise SettingsError("bad-command", message, where=self.prog, fix=f"see `{self.prog} --help`")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = _Parser(
        prog="pipeline",
        description="Publish the open data of a police force: extract, protect, check, release, push.",
        epilog="exit statuses:\n" + "\n".join(f"  {status.value:>3}  {text}" for status, text in EXIT_MEANINGS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=__version__)
    top.add_argument("--settings", type=_path, metavar="FILE", help="the settings (default: pipeline.toml)")
    top.add_argument("--data", type=_path, metavar="DIR", help="the folder of raw, reference, private and published")
    top.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD", help="the day this run counts as (default: today)")
    commands_of = top.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    _add_runs(commands_of)
    _add_looks(commands_of)
    add_decisions(commands_of)
    return top


def _add_runs(commands_of: argparse._SubParsersAction[_Parser]) -> None:
    for name, help_text in (
        ("publish", "build what changed and publish it"),
        ("plan", "show what publish would change; writes nothing"),
    ):
        command = commands_of.add_parser(name, help=help_text, description=help_text)
        command.add_argument("datasets", nargs="*", metavar="DATASET")
        command.add_argument("--month", action="append", default=[], type=_month, metavar="YYYY-MM")
        command.add_argument("--quiet", action="store_true", help="say nothing while at work")
        command.set_defaults(run=getattr(commands, name))
        if name == "publish":
            command.add_argument(
                "--sample-when-empty", action="store_true", help="make the sample when nothing was ever received"
            )
    sample = commands_of.add_parser("sample", help="make the invented records of the example force, or remove them")
    which = sample.add_mutually_exclusive_group()
    which.add_argument("--rows", type=int, metavar="N", help="recorded crimes a month (default: about 2,000)")
    which.add_argument("--faults", action="store_true", help="make a second tree of faulty files, for tests")
    which.add_argument("--clear", action="store_true", help="remove the sample and what was made from it")
    sample.set_defaults(run=commands.sample)
    key = commands_of.add_parser("key", help="the pseudonym key")
    key.add_argument("action", choices=("new", "fingerprint"))
    key.set_defaults(run=commands.key)


def _add_looks(commands_of: argparse._SubParsersAction[_Parser]) -> None:
    datasets = commands_of.add_parser("datasets", help="list the datasets, or show the fate of every column of one")
    datasets.add_argument("name", nargs="?", metavar="NAME")
    datasets.set_defaults(run=commands.datasets)
    quarantine = commands_of.add_parser("quarantine", help="list the rows that could not be published, and why")
    quarantine.add_argument("dataset", metavar="DATASET")
    quarantine.add_argument("--month", type=_month_or_none, metavar="YYYY-MM|none")
    quarantine.add_argument("--reveal", action="store_true", help="show the cells too, on a terminal only")
    quarantine.set_defaults(run=commands.quarantine)
    accounts = commands_of.add_parser("accounts", help="what became of every row that was read for a month")
    accounts.add_argument("dataset", metavar="DATASET")
    accounts.add_argument("--month", required=True, type=_month_or_none, metavar="YYYY-MM|none")
    accounts.add_argument("--json", action="store_true", help="as JSON")
    accounts.set_defaults(run=commands.accounts)


def _month(text: str) -> str:
    if not MONTH.fits(text):
        raise argparse.ArgumentTypeError("a month is written YYYY-MM")
    return text


def _month_or_none(text: str) -> str:
    return text if text == "none" else _month(text)


def _path(text: str) -> Path:
    if not PATH.fits(text):
        raise argparse.ArgumentTypeError("a path holds no control characters")
    return Path(text)


def _day(text: str) -> dt.date:
    try:
        return day(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day is written YYYY-MM-DD, from {FIRST_YEAR} to {LAST_YEAR}") from None
