"""The command that looks at an unknown export: what it holds, and how it would be mapped."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from pipeline.cli.decisions import out, settings_of
from pipeline.errors import ExitStatus, SettingsError
from pipeline.profiling.as_json import facts
from pipeline.profiling.describe import lines
from pipeline.profiling.draft import draft
from pipeline.profiling.likeness import Synonyms
from pipeline.profiling.profile import profile
from pipeline.run import select
from pipeline.settings.reader import nearest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.model.declaration import Feed


def inspect(options: argparse.Namespace) -> int:
    """Say what a file holds and which extract it resembles, and draft what is needed to read it; no cell is shown."""
    if options.show and (options.json or not sys.stdout.isatty()):
        raise SettingsError(
            "not-a-terminal",
            "cells are shown on a terminal only, never written to a file or a pipe",
            where="--show",
            fix="run it in a terminal, without a pipe and without --json",
        )
    settings = settings_of(options)
    synonyms = Synonyms(settings.synonyms)
    found = profile(options.file, _feeds(options.feed), synonyms)
    if options.json:
        out([json.dumps(facts(found), ensure_ascii=False)])
        return int(ExitStatus.OK)
    out(lines(found, cells=options.show))
    block = draft(found, synonyms, raw=settings.data / "raw", bodies=tuple(settings.force.bodies))
    if options.write:
        _write(options.write, block)
        out(["", f"written: {options.write}"])
    else:
        out(["", *block.splitlines()])
    return int(ExitStatus.OK)


def _write(path: Path, text: str) -> None:
    """Write a new file; one that is there stays as it is."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise SettingsError(
            "bad-command", "this file is there already, and stays as it is", where="--write", fix="name a new file"
        ) from None


def _feeds(name: str | None) -> Sequence[Feed]:
    """Return the declared feeds, or the one that was named."""
    every = {feed.name: feed for dataset in select.chosen(()) for feed in dataset.feeds}
    if name is None:
        return tuple(every.values())
    if name not in every:
        near = nearest(name, every)
        raise SettingsError(
            "bad-command",
            "there is no such extract",
            where="--feed",
            fix=f"{f'did you mean `{near}`? ' if near else ''}choose from: {', '.join(every)}",
        )
    return (every[name],)
