"""The commands by which people decide: approve, reject, forget, recover."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from typing import TYPE_CHECKING

from pipeline.errors import ExitStatus, SettingsError
from pipeline.run import decide
from pipeline.run import recover as recovery
from pipeline.run.publish import names
from pipeline.settings.reader import MONTH, day
from pipeline.settings.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.settings.decisions import Decision

_NEXT = "run `pipeline plan` to see what follows, then `pipeline publish`"


def add_decisions(commands_of: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands by which people decide."""
    for name, words in (
        ("approve", "let in what waits: exactly the rows or the file that the run named"),
        ("reject", "let go what waits: its file counts as if it had not come, until other bytes come"),
    ):
        command = commands_of.add_parser(name, help=words, description=words)
        command.add_argument("dataset", nargs="?", metavar="DATASET", help="a dataset such as street-crime")
        command.add_argument(
            "period", nargs="?", type=_period, metavar="PERIOD", help="2024-01, 2014-01..2023-12, or none"
        )
        command.add_argument("--all", action="store_true", help="all that wait for one reason")
        command.add_argument("--finding", default="", metavar="CODE", help="only what waits for this reason")
        _add_signature(command)
        command.set_defaults(run=settle, kind=name, day=None)
        if name == "approve":
            command.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="the day that runs count from again")
    words = "take back a file that was published by mistake, also when it has gone"
    forget_command = commands_of.add_parser("forget", help=words, description=words)
    forget_command.add_argument("path", metavar="PATH", help="below data/raw: crime/recorded-crime/2024-01.csv")
    _add_signature(forget_command)
    forget_command.set_defaults(run=forget)
    words = "rebuild the private memory from what is public, after data/private was lost"
    recover_command = commands_of.add_parser("recover", help=words, description=words)
    recover_command.set_defaults(run=recover)


def _add_signature(command: argparse.ArgumentParser) -> None:
    command.add_argument("--role", required=True, metavar="POST", help="who decides: a post, no person's name")
    command.add_argument("--reason", required=True, metavar="TEXT", help="why, in one line")


def settle(options: argparse.Namespace) -> int:
    """Approve or reject what waits."""
    settings, signed = _settings(options), _signed(options)
    if options.day:
        decide.set_day(settings, options.day, signed, say=_say)
        _out([f"runs count from {options.day.isoformat()} again"])
        return int(ExitStatus.OK)
    if not options.dataset or bool(options.period) == options.all:
        raise SettingsError(
            "bad-command",
            "name a dataset, and either a period or --all",
            where="the command line",
            fix=f"for example `pipeline {options.kind} street-crime 2024-01 --role POST --reason TEXT`",
        )
    first, last = options.period or ("", "")
    choice = decide.Choice(decide.known_dataset(options.dataset), first, last, options.finding)
    _told(settings, decide.decide(settings, options.kind, choice, signed, say=_say))
    return int(ExitStatus.OK)


def forget(options: argparse.Namespace) -> int:
    """Take back a file that was published by mistake."""
    settings = _settings(options)
    raw = f"{settings.data / 'raw'}{os.sep}"
    _told(settings, decide.forget(settings, options.path.removeprefix(raw), _signed(options), say=_say))
    return int(ExitStatus.OK)


def recover(options: argparse.Namespace) -> int:
    """Rebuild the private memory from what is public, and say what is forgotten."""
    settings = _settings(options)
    made = recovery.recover(settings, options.as_of or dt.datetime.now().astimezone().date(), say=_say)
    _out([*(f"recovered: {each.dataset}: {each.months:,} months" for each in made), *recovery.FORGOTTEN])
    return int(ExitStatus.OK)


def _told(settings: Settings, made: Sequence[Decision]) -> None:
    done = {"approve": "approved", "reject": "rejected", "forget": "to be taken back"}
    about = [(each.dataset, each.period or each.path, each.finding) for each in made]
    lines = [" ".join(filter(None, (f"{done[each.kind]}:", *what))) for each, what in zip(made, about, strict=True)]
    _out([*lines, f"written to {settings.desk.path}; {_NEXT}"])


def _signed(options: argparse.Namespace) -> decide.Signature:
    return decide.signature(options.role, options.reason, options.as_of or dt.datetime.now().astimezone().date())


def _settings(options: argparse.Namespace) -> Settings:
    return Settings.load(options.settings, os.environ, data=options.data, datasets=names())


def _period(text: str) -> tuple[str, str]:
    first, dots, last = text.partition("..")
    if text == "none":
        return text, text
    last = last if dots else first
    if not MONTH.fits(first) or not MONTH.fits(last) or last < first:
        raise argparse.ArgumentTypeError("a period is written YYYY-MM, YYYY-MM..YYYY-MM, or none")
    return first, last


def _day(text: str) -> dt.date:
    try:
        return day(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is written YYYY-MM-DD") from None


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _out(lines: Iterable[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
