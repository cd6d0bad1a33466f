"""Files among the extracts that no dataset reads: one of them may be the month that is missing."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pipeline.datasets import declared
from pipeline.errors import PipelineError
from pipeline.extract.database.database import Database
from pipeline.extract.database.sqlite import BESIDE
from pipeline.extract.partition import unread_files
from pipeline.run import sample_guard as origin

if TYPE_CHECKING:
    from pipeline.build.run_context import Workplace


def unread(work: Workplace) -> dict[str, str]:
    """Return the files that no dataset reads, each with how files of its folder are named, "" where none are."""
    reader = work.reader
    read: list[str] = []
    names: dict[str, str] = {}
    for dataset in declared().values():
        for feed in dataset.feeds:
            if isinstance(feed.source, Database):
                named = origin.database_file(work.settings, feed.source.default)
                read += [f"{path}{ending}" for path in named for ending in ("", *BESIDE)]
                continue
            pattern = str(getattr(feed.source, "pattern", "")).replace("{month}", "YYYY-MM")
            names[str(PurePosixPath(pattern).parent)] = f"{feed.name} files are named {pattern}"
            try:
                read.extend(reader.files(feed).values())
            except PipelineError:
                continue  # the dataset's own run has said what is wrong
    return {path: names.get(str(PurePosixPath(path).parent), "") for path in unread_files(work.raw, read)}
