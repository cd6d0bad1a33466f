"""The commands, each a thin call into `run`, and what it says at its end."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import sys
from typing import TYPE_CHECKING

from pipeline.codelists import CODELISTS
from pipeline.errors import GRAVEST_FIRST, ExitStatus, InputError, SettingsError, printable
from pipeline.report.declaration import dataset_lines
from pipeline.report.lines import account_lines, accounts_facts, quarantine_lines
from pipeline.report.run import planned_lines, publish_lines
from pipeline.run import publish as runs
from pipeline.run import sample_guard as origin
from pipeline.run.reveal import reveal
from pipeline.sample import make_faults, make_sample
from pipeline.settings.key import BACK_UP, default_key_file, load_key, make_key
from pipeline.settings.settings import Settings
from pipeline.storage.lock import locked
from pipeline.storage.quarantine import load_quarantine

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from pipeline.run.publish import Run


def publish(options: argparse.Namespace) -> int:
    """Build what changed, publish it, and say what was published, what was held back and which file to open."""
    settings = _settings(options)
    if options.sample_when_empty and origin.wants_sample(settings):
        _say("nothing was ever received: making the sample")
        with locked(settings.data / "private", say=_say):
            make_sample(settings.data, codelists=CODELISTS)
    request = runs.Request(datasets=tuple(options.datasets), months=tuple(options.month))
    runs.chosen(request.datasets)
    run = _with_key(settings, lambda: runs.publish(settings, os.environ, request, today=_today(), say=_sayer(options)))
    _out(publish_lines(run))
    return _status(run)


def plan(options: argparse.Namespace) -> int:
    """Show what publish would change; nothing is written."""
    settings = _settings(options)
    request = runs.Request(datasets=tuple(options.datasets), months=tuple(options.month))
    runs.chosen(request.datasets)
    if origin.wants_sample(settings) and not origin.before(settings.data):
        _out(["nothing was received yet: `make publish` would make the sample and publish it"])
        return int(ExitStatus.OK)
    run = runs.plan(settings, os.environ, request, today=_today(), say=_sayer(options))
    _out(planned_lines(run))
    return _status(run)


def sample(options: argparse.Namespace) -> int:
    """Make the sample, make the tree of faults, or remove the sample."""
    settings = _settings(options)
    data = settings.data
    if options.clear:
        with locked(settings.data / "private", say=_say):
            removed = origin.clear_sample(data)
        _out([f"removed {len(removed):,} files and folders of the sample"])
        return int(ExitStatus.OK)
    if options.faults:
        report = make_faults(data / "faults", codelists=CODELISTS)
        _out([f"made {len(report.files):,} files with faults below {data / 'faults'}"])
        return int(ExitStatus.OK)
    if origin.origin_of(data) == origin.REAL:
        raise InputError(
            "sample-and-real",
            "real extracts were received here",
            where=str(data),
            fix="make the sample elsewhere: `pipeline --data DIR sample`",
        )
    with locked(settings.data / "private", say=_say):
        report = make_sample(data, rows=options.rows, codelists=CODELISTS)
    _out([f"{path}: {rows:,} rows" for path, rows in report.files])
    return int(ExitStatus.OK)


def key(options: argparse.Namespace) -> int:
    """Make the pseudonym key, or show its fingerprint."""
    settings = _settings(options)
    path = settings.key_file or default_key_file(os.environ)
    published = settings.data / "published"
    if options.action == "new":
        made = make_key(path, published=published)
        _out([f"made {path}", f"fingerprint {made.fingerprint}", "", *BACK_UP.splitlines()])
    else:
        _out([load_key(path, published=published).fingerprint])
    return int(ExitStatus.OK)


def datasets(options: argparse.Namespace) -> int:
    """List the datasets, or show the fate of every raw column of one."""
    names = (options.name,) if options.name else ()
    found = runs.chosen(names)
    if options.name:
        _out(dataset_lines(found[0]))
    else:
        _out(f"{dataset.name:<20} {dataset.title}" for dataset in found)
    return int(ExitStatus.OK)


def quarantine(options: argparse.Namespace) -> int:
    """List where bad rows stand and why; their cells only on a terminal, when asked for."""
    settings = _settings(options)
    runs.chosen((options.dataset,))
    months = [
        each for each in load_quarantine(settings.data / "private", options.dataset) if options.month in (None, each[0])
    ]
    if options.reveal:
        if not sys.stdout.isatty():
            raise SettingsError(
                "not-a-terminal",
                "cells are shown on a terminal only, never written to a file or a pipe",
                where="--reveal",
                fix="run it in a terminal, without a pipe",
            )
        _out(reveal(settings, runs.chosen((options.dataset,))[0], months))
    else:
        lines = list(quarantine_lines(months))
        _out(lines or ["no row is in quarantine"])
    return int(ExitStatus.OK)


def accounts(options: argparse.Namespace) -> int:
    """Show what became of every row that was read for a month; the sum is right or the month was never built."""
    settings = _settings(options)
    dataset = runs.chosen((options.dataset,))[0]
    told = runs.accounts_of(settings, dataset, options.month)
    if options.json:
        facts = accounts_facts(dataset.name, options.month, told.accounts)
        _out([json.dumps({**facts, "waits_for_approval": told.waits})])
    else:
        waits = ["WAITS for an approval: what is public is the release before"] if told.waits else []
        _out([f"{dataset.name} {options.month}", *account_lines(told.accounts), *waits])
    return int(ExitStatus.OK)


def _settings(options: argparse.Namespace) -> Settings:
    settings = Settings.load(options.settings, os.environ, data=options.data, datasets=runs.names())
    return dataclasses.replace(settings, as_of=options.as_of) if options.as_of else settings


def _with_key(settings: Settings, action: Callable[[], Run]) -> Run:
    """Run ``action``; where the key was never made and somebody sits at a terminal, ask whether to make it."""
    try:
        return action()
    except SettingsError as error:
        path = settings.key_file or default_key_file(os.environ)
        if error.code != "key-missing" or not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        if origin.before(settings.data):
            raise
        sys.stderr.write(f"There is no pseudonym key yet. Make one at {path}? [y/N] ")
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise
        make_key(path, published=settings.data / "published")
        sys.stderr.write(f"made {path}\n{BACK_UP}\n")
        return action()


def _status(run: Run) -> int:
    found = {error.status for error in run.errors}
    if any(outcome.waiting for outcome in run.outcomes):
        found.add(ExitStatus.REVIEW)
    return int(next((status for status in GRAVEST_FIRST if status in found), ExitStatus.OK))


def _today() -> dt.date:
    return dt.datetime.now().astimezone().date()


def _sayer(options: argparse.Namespace) -> Callable[[str], None]:
    return (lambda _: None) if options.quiet else _say


def _say(line: str) -> None:
    sys.stderr.write(f"{printable(line)}\n")
    sys.stderr.flush()


def _out(lines: Iterable[str]) -> None:
    try:
        for line in lines:
            sys.stdout.write(f"{printable(line)}\n")
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our output has gone; what was done stays done, and so does its status
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
