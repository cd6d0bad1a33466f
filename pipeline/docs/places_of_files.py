"""Where the files of a dataset stand, for its documentation: what it is read from, and what else it is released as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.extract.reference import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model.declaration import Dataset, Feed


def place_of(feed: Feed) -> str:
    """Return where an extract stands."""
    source = feed.source
    if lists := getattr(source, "lists", ()):
        return "Made of " + " and ".join(f"`data/reference/{file_of(name)}`" for name in lists) + "."
    pattern, table = getattr(source, "pattern", ""), getattr(source, "table", "")
    sheet, titles = getattr(source, "sheet", ""), getattr(source, "title_rows", 0)
    if pattern:
        below = f", sheet `{sheet}`, header in row {titles + 1}" if sheet else ""
        return f"`data/raw/{pattern}`{below}."
    return f"Table `{table}` of `data/raw/{getattr(source, 'default', '')}`, or of the database in the settings."


def further_files(dataset: Dataset) -> Iterator[tuple[str, ...]]:
    """Yield the files of a release beside its CSV and Parquet: name, format, what it is for."""
    for each in (distribution.format for distribution in dataset.distributions):
        yield f"`{dataset.name}-PERIOD.{each.ending}`", each.title, each.use
