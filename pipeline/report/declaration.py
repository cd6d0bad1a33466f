"""What happens to every raw column of a dataset, as its declaration says it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from pipeline.extract.reference import file_of
from pipeline.model.handling import columns_of
from pipeline.model.mapping import FILE, ROW, SHEET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model.declaration import Dataset
    from pipeline.model.feed import Feed
    from pipeline.model.mapping import ExportMapping


def dataset_lines(dataset: Dataset) -> Iterator[str]:
    """Yield the declaration in words: what is published, what happens to each raw column and each row, and why."""
    yield f"{dataset.title} ({dataset.name})"
    yield dataset.description
    yield f"what waits of it is usually approved by: {dataset.approver}"
    if derivation := dataset.derivation:
        yield from ("", f"made from releases, never from raw: {clause(derivation.recipe)}")
        for source in derivation.inputs:
            yield f"  {source.dataset}: {', '.join(source.columns)}: {clause(source.span)}"
        for name in derivation.recipe.needs:
            yield f"  data/reference/{name}.csv{', where there is one' if name in derivation.recipe.may_lack else ''}"
    if dataset.counting:
        yield f"rows that stand are only counted: {clause(dataset.counting)}"
    for feed in dataset.feeds:
        yield ""
        yield f"extract {feed.name}: {feed.title}"
        yield from mapping_lines(feed.mapping) if feed.mapping else (f"  {place_of(feed)}",)
        for treatment in feed.treatments:
            columns = ", ".join(treatment.columns) or "(no raw column)"
            made = ", ".join(treatment.makes) or "(not published)"
            lists = ", ".join(columns_of(getattr(treatment, "codelist", ())))
            said = f"{clause(treatment)}{lists and f', of the list {lists}'}"
            yield f"  {columns} -> {made}: {said} ({treatment.why})"
        for rule in feed.rules:
            yield f"  rows, by {', '.join(rule.reads) or 'published columns'}: {clause(rule)} ({rule.why})"
        for kept_back in feed.withheld:
            whom = " (identifies)" if kept_back.identifies else ""
            yield f"  withheld{whom}: {', '.join(kept_back.columns)}: {kept_back.why}"
    for each in (distribution.format for distribution in dataset.distributions):
        yield f"further file of a release: {dataset.name}-PERIOD.{each.ending} ({each.title})"


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


def mapping_lines(mapping: ExportMapping) -> Iterator[str]:
    """Yield how a force's own export is read as an extract: where each agreed column comes from."""
    yield f"  read as its mapping says: {', '.join(mapping.files) or mapping.table or 'a query of its database'}"
    if mapping.month != FILE:
        yield f"  the period of a row: {'its sheet' if mapping.month == SHEET else f'`{mapping.month}`'}"
    for name, theirs in mapping.columns.items():
        count = len(mapping.codes.get(name, ()))
        codes = f", {count:,} codes translated" if count else ""
        yield f"  {name} = {' or '.join(f'`{each}`' for each in theirs)}{codes}"
    for name, text in mapping.constants.items():
        yield f"  {name} = always {f'`{text}`' if text else 'empty'}"
    for name, parts in mapping.keys.items():
        made = "file, sheet and row number" if parts == (ROW,) else " and ".join(f"`{part}`" for part in parts)
        yield f"  {name} = made of {made}"
    yield from (f"  {name}: absent ({why})" for name, why in mapping.absent.items())


def first_line(thing: object) -> str:
    """Return what a treatment or a rule does, in its own first sentence."""
    return (inspect.getdoc(type(thing)) or "").split("\n", 1)[0]


def clause(thing: object) -> str:
    """Return what a treatment or a rule does, in a clause: what stands behind a semicolon is for who declares one."""
    said = first_line(thing).partition(";")[0].rstrip(".").replace("``", "`")
    return said[:1].lower() + said[1:]
