"""The commands by which people decide: approve, reject, forget, recover."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.said import say_line, silence
from pipeline.errors import SettingsError
from pipeline.model.periods import ranges
from pipeline.printable import printable
from pipeline.run import decide, select
from pipeline.run import recover as recovery
from pipeline.settings.settings import Settings
from pipeline.storage.privacy import check_reach

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from pipeline.storage.state import Version

NEXT = "run `pipeline plan` to see what follows, then `pipeline publish`"


def settle(options: argparse.Namespace) -> None:
    """Approve what waits, which lets it in, or reject it, which lets it go."""
    settings, signed, kind = settings_of(options), _signed(options), options.command
    if kind == "approve" and options.day:
        if options.day > today():
            fix = "name the day of the last right run, or today's"
            raise SettingsError("day-ahead", "runs cannot count from a day that has not come", where="--day", fix=fix)
        decide.set_day(settings, options.day, signed, say=say_line)
        out([f"runs count from {options.day.isoformat()} again"])
        return
    if not options.dataset or bool(options.period) == options.all:
        raise SettingsError(
            "bad-command",
            "name a dataset, and either a period or --all",
            where="the command line",
            fix=f"for example `pipeline {kind} street-crime 2024-01 --role POST --reason TEXT`",
        )
    first, last = options.period or ("", "")
    choice = decide.Choice(select.chosen([options.dataset])[0].name, first, last, options.finding)
    done = {"approve": "approved", "reject": "rejected", "forget": "to be taken back"}
    lines = [
        " ".join(
            filter(None, (f"{done[each.kind]}:", each.dataset, ", ".join(ranges(months)), each.path, each.finding))
        )
        for each, months in decide.decide(settings, kind, choice, signed, say=say_line).items()
    ]
    out([*lines, _written(settings)])


def forget(options: argparse.Namespace) -> None:
    """Take back a file that was published by mistake."""
    settings = settings_of(options)
    path, folders = Path(options.path).absolute(), [(settings.data / name).absolute() for name in ("raw", "published")]
    inside = (path.relative_to(each).as_posix() for each in folders if path.is_relative_to(each))
    below = next(inside, options.path)
    made = decide.forget(settings, below, _signed(options), snapshot=options.snapshot, say=say_line)
    lines = [f"to be taken back: {each.dataset} {each.path}: {_bytes(version)}" for each, version in made.items()]
    out([*lines, _written(settings)])


def recover(options: argparse.Namespace) -> None:
    """Rebuild the private memory from what is public, and say what is forgotten."""
    settings = settings_of(options)
    made = recovery.recover(settings, options.as_of or today(), say=say_line)
    lines = [f"recovered: {each.dataset}: {each.months:,} months" for each in made]
    out([*lines, *recovery.FORGOTTEN] if made else [recovery.WHOLE])


def _bytes(version: Version) -> str:
    """Return what tells the files apart that stood at one path."""
    came = f"on {version.came}" if version.came else "on a day that nobody knows"
    published = f"published on {version.released}" if version.released else "never published"
    return f"received {came}, {published} (sha256 {version.sha256[:8]}...)"


def _written(settings: Settings) -> str:
    return f"written to {settings.desk.path}; {NEXT}"


def _signed(options: argparse.Namespace) -> decide.Signature:
    return decide.signature(options.role, options.reason, options.as_of or today())


def today() -> dt.date:
    """Return the day here."""
    return dt.datetime.now().astimezone().date()


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the settings that a command is told, once it is known that the private folder can be looked into."""
    settings = Settings.load(
        options.settings,
        os.environ,
        data=options.data,
        datasets=select.options(),
        feeds=select.feeds(),
        owners=select.owners(),
    )
    check_reach(settings.data / "private", writes=False)
    return settings


def out(lines: Iterable[str]) -> None:
    """Write lines as they are; whoever read our output may have gone."""
    try:
        sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
    except BrokenPipeError:
        silence()
