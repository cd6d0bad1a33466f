"""The command that looks at an unknown export: what it holds, and how it would be mapped."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.decisions import out, settings_of, today
from pipeline.errors import SettingsError
from pipeline.profiling.describe import facts, lines
from pipeline.profiling.draft import draft, draft_declaration
from pipeline.profiling.likeness import Synonyms
from pipeline.profiling.profile import FITS, profile
from pipeline.report.lines import trial_facts, trial_lines
from pipeline.run import select
from pipeline.run.trial import trial
from pipeline.settings.reader import nearest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from pipeline.model.declaration import Feed
    from pipeline.profiling.profile import Profile
    from pipeline.settings.settings import Settings


def inspect(options: argparse.Namespace) -> None:
    """Say what a file holds and which extract it resembles, and draft what is needed to read it; no cell is shown."""
    if options.show and (options.json or not sys.stdout.isatty()):
        what = "cells are shown on a terminal only, never written to a file or a pipe"
        fix = "run it in a terminal, without a pipe and without --json"
        raise SettingsError("not-a-terminal", what, where="--show", fix=fix)
    settings = settings_of(options)
    synonyms = Synonyms(settings.synonyms)
    found = profile(options.file, _feeds(options.feed), synonyms, least=0.0 if options.feed else FITS)
    day = options.as_of or settings.as_of or today()
    tried = trial(settings, options.feed, options.file, day) if options.feed else None
    if options.json:
        told = trial_facts(tried) if options.feed else {}
        out([json.dumps({**facts(found), **told})])
        return
    out(lines(found, cells=options.show))
    if tried is not None:
        out(["", *trial_lines(tried)])
    if tried is not None and not options.write:
        return
    drafts = _drafts(found, synonyms, settings, options.write)
    if options.write:
        for path, text in drafts.items():
            _write(path, text)
        out(["", *(f"written: {path}" for path in drafts)])
    else:
        out(["", *(line for text in drafts.values() for line in text.splitlines())])


def _drafts(found: Profile, synonyms: Synonyms, settings: Settings, path: Path | None) -> dict[Path, str]:
    """Return the drafts by the file that each is for: a mapping, or the declaration and the schema of a new dataset."""
    path = path or Path("draft.toml")
    ours = {"body": tuple(settings.force.bodies), "force": (settings.force.slug,)}
    if found.best:
        return {path: draft(found, synonyms, raw=settings.data / "raw", ours=ours)}
    drafted = draft_declaration(found)
    return {path.with_suffix(".py"): drafted.declaration, path.with_suffix(".json"): drafted.schema}


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
    every = {name: found[-1] for name, found in select.feeds().items()}
    if name is not None and name not in every:
        near = nearest(name, every)
        fix = f"{f'did you mean `{near}`? ' if near else ''}choose from: {', '.join(every)}"
        raise SettingsError("bad-command", "there is no such extract", where="--feed", fix=fix)
    return [*every.values()] if name is None else [every[name]]
