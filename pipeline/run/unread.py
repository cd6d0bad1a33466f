"""Files among the extracts that no dataset reads: one of them may be the month that is missing."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pipeline.build.received.mapped import datasets_of
from pipeline.datasets import declared
from pipeline.errors import PipelineError, SettingsError
from pipeline.extract.partition import unread_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pipeline.build.run_context import Workplace
    from pipeline.settings.settings import Settings


def unread_sources(settings: Settings) -> list[SettingsError]:
    """Return a mistake for each source that the settings name and no feed reads, or only by a mapping of files."""
    sources = settings.sources
    feeds = [feed for dataset in datasets_of(settings).values() for feed in dataset.feeds]
    every = [feed for dataset in declared().values() for feed in dataset.feeds]
    return [
        *_unread(sources.named, {feed.source.name for feed in every}, "[sources.{}]"),
        *_unread(sources.services, {feed.source.service for feed in feeds}, "[sources] {}_url"),
    ]


def _unread(named: Iterable[str], read: Collection[str], place: str) -> list[SettingsError]:
    return [
        SettingsError(
            "unknown-setting",
            "no dataset reads a source of this name",
            where=place.format(name),
            fix=f"remove it; what may stand here: {', '.join(sorted(filter(None, read))) or 'nothing'}",
        )
        for name in named
        if name not in read
    ]


def unread(work: Workplace) -> dict[str, str]:
    """Return the files that no dataset reads, each with how files of its folder are named, "" where none are."""
    read: list[str] = []
    names: dict[str, str] = {}
    for dataset in datasets_of(work.settings).values():
        for feed in dataset.feeds:
            source = feed.source.at(work.settings.sources)
            if pattern := source.pattern.replace("{period}", feed.period.of_files.form):
                names[str(PurePosixPath(pattern).parent)] = f"{feed.name} files are named {pattern}"
            try:
                read.extend(source.files(work.raw, feed.period.of_files))
            except PipelineError:
                continue  # the dataset's own run has said what is wrong
    return {path: names.get(str(PurePosixPath(path).parent), "") for path in unread_files(work.raw, read)}
