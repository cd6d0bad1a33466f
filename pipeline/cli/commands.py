"""The commands, each a thin call into `run`, and what it says at its end."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import threading
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

from pipeline.cli.decisions import settings_of, today
from pipeline.cli.said import say_line, silence
from pipeline.codelists import CODELISTS
from pipeline.errors import GRAVEST_FIRST, ExitStatus, InputError, SettingsError
from pipeline.printable import printable
from pipeline.report.declaration import dataset_lines
from pipeline.report.lines import account_lines, account_sums, accounts_facts, quarantine_lines, quarantine_summary
from pipeline.report.run import PREVIEWED, planned_lines, publish_lines
from pipeline.report.screen import show
from pipeline.run import preview as previews
from pipeline.run import publish as runs
from pipeline.run import sample_guard as origin
from pipeline.run import select
from pipeline.run.reveal import reveal
from pipeline.sample import make_faults, make_sample
from pipeline.settings.key import BACK_UP, default_key_file, load_key, make_key
from pipeline.storage.lock import locked
from pipeline.storage.quarantine import load_quarantine

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from pipeline.run.publish import Run
    from pipeline.sample import SampleReport
    from pipeline.settings.settings import Settings

#: What takes less needs no progress, in seconds.
_SOON = 2.0


def publish(options: argparse.Namespace) -> int:
    """Build what changed, publish it, and say what was published, what was held back and which file to open."""
    settings = _settings(options)
    if options.sample_when_empty and origin.wants_sample(settings):
        say_line("nothing was ever received: making the sample")
        with locked(settings.data / "private", say=say_line):
            made = make_sample(settings.data, select.chosen(()), codelists=CODELISTS)
        for line in _kept(made):
            say_line(line)
    request = _request(options)

    def action() -> Run:
        with _at_work(quiet=options.quiet) as say:
            return runs.publish(settings, os.environ, request, today=today(), say=say)

    run = _with_key(settings, action)
    _out(publish_lines(run, brief=_brief(options)))
    return _status(run)


def plan(options: argparse.Namespace) -> int:
    """Show what publish would change; nothing is written."""
    settings = _settings(options)
    request = _request(options)
    if origin.wants_sample(settings) and not origin.before(settings.data):
        _out(["nothing was received yet: `make publish` would make the sample and publish it"])
        return int(ExitStatus.OK)
    with _at_work(quiet=options.quiet) as say:
        run = runs.plan(settings, os.environ, request, today=today(), say=say)
    _out(planned_lines(run, brief=_brief(options)))
    return _status(run)


def preview(options: argparse.Namespace) -> int:
    """Build the whole site as it would be into the private folder, and say what would change."""
    settings = _settings(options)
    request = _request(options)
    with _at_work(quiet=options.quiet) as say:
        made = previews.preview(settings, os.environ, request, today=today(), say=say)
    _out(planned_lines(made.run, ending=PREVIEWED, brief=_brief(options)))
    _out([f"open {made.folder / 'index.html'}", f"rows {made.folder / previews.DIFFERENCES}"])
    return _status(made.run)


def sample(options: argparse.Namespace) -> None:
    """Make the sample, make the tree of faults, or remove the sample."""
    settings = _settings(options)
    data = settings.data
    if (options.months is not None or options.later) and (options.faults or options.clear):
        message, where = "--months and --later are about the sample itself", "the command line"
        raise SettingsError("bad-setting", message, where=where, fix="leave out --faults or --clear")
    if options.clear:
        with locked(settings.data / "private", say=say_line):
            removed = origin.clear_sample(data)
        _out([f"removed {len(removed):,} files and folders of the sample"])
        return
    if options.faults:
        report = make_faults(data / "faults", select.chosen(()), codelists=CODELISTS)
        _out([f"made {len(report.files):,} files with faults below {data / 'faults'}"])
        return
    if origin.origin_of(data) == origin.REAL:
        fix = "make the sample elsewhere: `pipeline --data DIR sample`"
        raise InputError("sample-and-real", "real extracts were received here", where=str(data), fix=fix)
    with locked(settings.data / "private", say=say_line):
        size = {"rows": options.rows, "months": options.months, "later": options.later}
        report = make_sample(data, select.chosen(()), **size, codelists=CODELISTS)
    _out([*(f"{path}: {rows:,} rows" for path, rows in report.files), *_kept(report)])


def _kept(report: SampleReport) -> list[str]:
    return [f"{path}: kept as somebody edited it; without the file it is made anew" for path in report.kept]


def key(options: argparse.Namespace) -> None:
    """Make the pseudonym key, or show its fingerprint."""
    settings = _settings(options)
    path = settings.key_file or default_key_file(os.environ)
    published = settings.data / "published"
    if options.action == "new":
        made = make_key(path, published=published)
        _out([f"made {path}", f"fingerprint {made.fingerprint}", "", *BACK_UP.splitlines()])
    else:
        _out([load_key(path, published=published).fingerprint])


def datasets(options: argparse.Namespace) -> None:
    """List the datasets, or show what happens to every raw column of one; without settings, as agreed."""
    names = (options.name,) if options.name else ()
    try:
        found = select.chosen(names, _settings(options))
    except SettingsError:  # whoever mends the settings needs the agreed names
        found = select.chosen(names)
    if options.name:
        _out(dataset_lines(found[0]))
    else:
        _out(f"{dataset.name:<20} {dataset.title}" for dataset in found)


def quarantine(options: argparse.Namespace) -> None:
    """List where bad rows stand and why, a summary of all where no dataset is named; cells only when asked for."""
    settings = _settings(options)
    chosen = select.chosen((options.dataset,) if options.dataset else (), settings)
    found = {
        dataset.name: [
            month
            for month in load_quarantine(settings.data / "private", dataset.name)
            if options.month in (None, month[0])
        ]
        for dataset in chosen
    }
    if options.reveal:
        _refuse_reveal(options)
        _out(reveal(settings, chosen[0], found[chosen[0].name]), whole=True)
    elif options.dataset:
        lines = list(quarantine_lines(chosen[0], found[options.dataset]))
        _out(lines or ["no row is in quarantine"])
    else:
        _out(quarantine_summary(name, months) for name, months in found.items())
        _out(["`pipeline quarantine DATASET` lists them row by row"])


def _refuse_reveal(options: argparse.Namespace) -> None:
    if not sys.stdout.isatty():
        raise SettingsError(
            "not-a-terminal",
            "cells are shown on a terminal only, never written to a file or a pipe",
            where="--reveal",
            fix="run it in a terminal, without a pipe",
        )
    if not options.dataset:
        fix = "name one: `pipeline quarantine street-crime --reveal`"
        raise SettingsError("bad-command", "cells are shown of one dataset at a time", where="--reveal", fix=fix)


def accounts(options: argparse.Namespace) -> None:
    """Show what became of every row that was read: of a month, or a line for each month or each dataset."""
    settings = _settings(options)
    chosen = select.chosen((options.dataset,) if options.dataset else ())
    told = {
        dataset.name: {options.month: select.accounts_of(settings, dataset, options.month)}
        if options.month
        else select.accounts_by_month(settings, dataset)
        for dataset in chosen
    }
    if options.json:
        _out(
            json.dumps({**accounts_facts(name, month, each.accounts), "waits_for_approval": each.waits})
            for name, months in told.items()
            for month, each in months.items()
        )
    elif options.dataset and options.month:
        one = told[options.dataset][options.month]
        _out([f"{options.dataset} {options.month}", *account_lines(one.accounts)])
        _out(["WAITS for an approval: what is public is the release before"] if one.waits else [])
    elif options.dataset:
        lines = [
            f"{month:<8} {account_sums(of_month.accounts)}{'; waits for an approval' if of_month.waits else ''}"
            for month, of_month in told[options.dataset].items()
        ]
        _out(lines or ["nothing was built of it yet"])
    else:
        for name, months in told.items():
            every = [account for month_state in months.values() for account in month_state.accounts]
            _out([f"{name:<20} {account_sums(every) if every else 'nothing was built of it yet'}"])
        _out(["`pipeline accounts DATASET` gives its months, with `--month YYYY-MM` the reasons"])


def _request(options: argparse.Namespace) -> runs.Request:
    """Return what is to be done; datasets that do not exist are a mistake."""
    select.chosen(tuple(options.datasets))
    return runs.Request(datasets=tuple(options.datasets), months=tuple(options.month))


def _settings(options: argparse.Namespace) -> Settings:
    settings = settings_of(options)
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
    if any(outcome.reviewed for outcome in run.outcomes):
        found.add(ExitStatus.REVIEW)
    return int(next((status for status in GRAVEST_FIRST if status in found), ExitStatus.OK))


def _brief(options: argparse.Namespace) -> bool:
    """Return whether somebody looks on: then a summary is enough, unless everything was asked for."""
    return sys.stdout.isatty() and not options.details


def _out(lines: Iterable[str], *, whole: bool = False) -> None:
    """Write lines, on a terminal wrapped and coloured; those that hold cells stay ``whole``."""
    shown = lines if whole else map(printable, lines)
    try:
        if sys.stdout.isatty() and not whole:
            show(shown, sys.stdout)
        else:
            for line in shown:
                sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our output has gone
        silence()


def _at_work(*, quiet: bool) -> AbstractContextManager[Callable[[str], None]]:
    """Give what says a line while something is done."""
    if sys.stderr.isatty() and not quiet:
        return _living()
    return nullcontext((lambda _: None) if quiet else say_line)


@contextmanager
def _living() -> Iterator[Callable[[str], None]]:
    """Give what changes the one line on the terminal, which comes after two seconds and goes at the end."""
    words = TextColumn("{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True))
    live = Progress(
        SpinnerColumn(), words, TimeElapsedColumn(), console=Console(stderr=True), transient=True, expand=True
    )
    task = live.add_task("beginning")
    soon = threading.Timer(_SOON, live.start)
    soon.daemon = True
    soon.start()
    try:
        yield lambda line: live.update(task, description=line)
    finally:
        soon.cancel()
        soon.join()
        live.stop()
