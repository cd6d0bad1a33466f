"""The command line: arguments, exit statuses, and what a failure looks like.

Nothing that takes long to load is imported before a command is known: help and mistakes come at once.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pipeline import __version__
from pipeline.cli.mistakes import commands_of, explain, refuse_left, refuse_misplaced
from pipeline.cli.said import check_open, part_with_full, show_error, written
from pipeline.errors import EXIT_MEANINGS, ExitStatus, Interrupted, PipelineError, bug
from pipeline.model.periods import FORMS, is_period
from pipeline.plain import read_plain
from pipeline.settings.reader import FIRST_YEAR, LAST_YEAR, PATH, day

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

#: What each command says of itself.
_WORDS = tomllib.loads(read_plain(Path(__file__).with_name("words.toml")).decode())
#: Where stands what a command does, by module and function, where it is not the function of its name in `commands`.
_CALLS = {
    **dict.fromkeys(("approve", "reject"), "decisions:settle"),
    **{name: f"decisions:{name}" for name in ("forget", "recover")},
    "inspect": "inspecting:inspect",
    "review": "review:review",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; a failure is shown without a traceback and without a value."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        check_open()
        words = sys.argv[1:] if arguments is None else list(arguments)
        top = parser()
        refuse_misplaced(top, words)
        options, left = top.parse_known_args(words)
        module, _, name = options.run.partition(":")
        refuse_left(commands_of(top)[options.command], left)
        status = getattr(import_module(f"pipeline.cli.{module}"), name)(options)
        return written(int(status or ExitStatus.OK))
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
    finally:
        part_with_full()


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the command line in one error of ours, exit status and all."""

    def error(self, message: str) -> NoReturn:
        """Raise the mistake."""
        raise explain(self, message)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = _Parser(
        prog="pipeline",
        description="Publish the open data of a police force: read the extracts, keep back what\nidentifies people, "
        "check the rest, publish it.\n\n"
        "Begin with `pipeline plan`, then `pipeline publish`.\n"
        "`pipeline COMMAND --help` says more and gives an example.",
        epilog="exit statuses:\n" + "\n".join(f"  {status.value:>3}  {text}" for status, text in EXIT_MEANINGS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=__version__, help="show which version this is and end")
    top.add_argument("--settings", type=_path, metavar="FILE", help="the settings (default: pipeline.toml)")
    top.add_argument("--data", type=_path, metavar="DIR", help="the folder of raw, reference, private and published")
    top.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD", help="the day this run counts as (default: today)")
    groups = top.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    _add_runs(groups)
    _add_tools(groups)
    _add_looks(groups)
    _add_decisions(groups)
    return top


def _add_command(groups: argparse._SubParsersAction[_Parser], name: str) -> argparse.ArgumentParser:
    """Return the parser of a new command, and what carries it out."""
    words = _WORDS[name]
    examples = "\n".join(["for example:", *(f"  {example}" for example in words["examples"])])
    command = groups.add_parser(
        name, help=words["line"], description=words["sentences"], epilog=examples, formatter_class=_Help
    )
    command.set_defaults(command=name, run=_CALLS.get(name, f"commands:{name}"))
    return command


class _Help(argparse.HelpFormatter):
    """Wraps sentences; an example keeps its lines."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text:
            return "".join(f"{indent}{line}\n" for line in text.splitlines())
        return super()._fill_text(text, width, indent)


def _add_runs(groups: argparse._SubParsersAction[_Parser]) -> None:
    for name in ("publish", "plan", "preview"):
        command = _add_command(groups, name)
        command.add_argument(
            "datasets", nargs="*", metavar="DATASET", help="a dataset such as street-crime (default: all)"
        )
        command.add_argument(
            "--month",
            action="append",
            default=[],
            type=_month,
            metavar="YYYY-MM",
            help="only this month; may be given several times (default: all)",
        )
        command.add_argument("--quiet", action="store_true", help="say nothing while at work")
        command.add_argument("--details", action="store_true", help="say everything at the end, not the summary alone")
        if name == "publish":
            command.add_argument(
                "--sample-when-empty", action="store_true", help="make the sample when nothing was ever received"
            )


def _add_tools(groups: argparse._SubParsersAction[_Parser]) -> None:
    which = (sample := _add_command(groups, "sample")).add_mutually_exclusive_group()
    which.add_argument("--rows", type=int, metavar="N", help="recorded crimes in the busiest month (default: 2,000)")
    which.add_argument("--faults", action="store_true", help="make a second tree of faulty files, for tests")
    which.add_argument("--clear", action="store_true", help="remove the sample and what was made from it")
    sample.add_argument("--months", type=int, metavar="N", help="months up to March 2024 (default: 3)")
    said = "registers as they stand a month later, 1, or two months: one entry goes and comes back"
    sample.add_argument("--later", type=int, choices=(1, 2), default=0, help=said)
    key = _add_command(groups, "key")
    key.add_argument("action", choices=("new", "fingerprint"), help="make a key, or show which one it is")


def _add_decisions(groups: argparse._SubParsersAction[_Parser]) -> None:
    for name in ("approve", "reject"):
        command = _add_command(groups, name)
        command.add_argument("dataset", nargs="?", metavar="DATASET", help="a dataset such as street-crime")
        command.add_argument(
            "period", nargs="?", type=_period, metavar="PERIOD", help="2024-01, 2014-01..2023-12, or none"
        )
        command.add_argument("--all", action="store_true", help="all of the dataset that waits for one reason")
        command.add_argument("--finding", default="", metavar="CODE", help="only what waits for this reason")
        _add_signature(command)
        if name == "approve":
            command.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="the day that runs count from again")
    forget = _add_command(groups, "forget")
    forget.add_argument("path", metavar="PATH", help="below data/raw, or below data/published")
    forget.add_argument("--snapshot", metavar="YYYY-MM", default="", help="of a register, the snapshot to take back")
    _add_signature(forget)
    review = _add_command(groups, "review")
    review.add_argument("what", choices=("suppliers", "parties"), help="whom to go through")
    _add_command(groups, "recover")


def _add_signature(command: argparse.ArgumentParser) -> None:
    command.add_argument("--role", required=True, metavar="POST", help="who decides: a post, no person's name")
    command.add_argument("--reason", required=True, metavar="TEXT", help="why, in one line")


def _period(text: str) -> tuple[str, str]:
    first, dots, last = text.partition("..")
    if text == "none":
        return text, text
    last = last if dots else first
    if not is_period(first, last) or last < first:
        raise argparse.ArgumentTypeError(f"a period is written {FORMS}, FIRST..LAST, or none")
    return first, last


def _add_looks(groups: argparse._SubParsersAction[_Parser]) -> None:
    inspect = _add_command(groups, "inspect")
    inspect.add_argument("file", type=_path, metavar="FILE", help="the export, wherever it is")
    inspect.add_argument("--feed", metavar="FEED", help="the extract that it is, such as ledger (default: the likest)")
    how = inspect.add_mutually_exclusive_group()
    how.add_argument("--write", type=_path, metavar="FILE.toml", help="write the draft into a new file")
    how.add_argument("--json", action="store_true", help="as one JSON object, without a cell")
    inspect.add_argument("--show", action="store_true", help="show a few cells of each column, on a terminal only")
    datasets = _add_command(groups, "datasets")
    datasets.add_argument("name", nargs="?", metavar="DATASET", help="a dataset such as street-crime (default: all)")
    quarantine = _add_command(groups, "quarantine")
    _add_dataset_and_month(quarantine)
    quarantine.add_argument("--reveal", action="store_true", help="show the cells too, on a terminal only")
    accounts = _add_command(groups, "accounts")
    _add_dataset_and_month(accounts)
    accounts.add_argument("--json", action="store_true", help="as JSON, a line for each month")


def _add_dataset_and_month(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "dataset", nargs="?", metavar="DATASET", help="a dataset such as street-crime (default: a summary of all)"
    )
    command.add_argument(
        "--month",
        type=_month_or_none,
        metavar="YYYY-MM|none",
        help="a month, or `none` for rows that belong to no month (default: all)",
    )


def _month(text: str) -> str:
    if not is_period(text):
        raise argparse.ArgumentTypeError(f"a period is written {FORMS}")
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
