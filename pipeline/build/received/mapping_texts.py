"""The constants and agreed codes of a mapping, tried on what reads their columns before any file is read."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipeline.build.run_context import Workplace
from pipeline.build.tried import tried
from pipeline.errors import PipelineError, SettingsError, several
from pipeline.extract.reference import References
from pipeline.model.handling import Treatment, columns_of
from pipeline.model.reasons import REASONS
from pipeline.model.row_rule import RowRule
from pipeline.model.source import Secret
from pipeline.model.tables import RawTable
from pipeline.printable import printable
from pipeline.protect.treatments import Coded
from pipeline.settings.key import Key
from pipeline.settings.reader import nearest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.model.context import Context
    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.handling import Handling, Problem
    from pipeline.model.mapping import ExportMapping
    from pipeline.settings.settings import Settings


def check_texts(settings: Settings, dataset: Dataset, as_of: dt.date) -> None:
    """Raise where a constant, or an agreed code, of the dataset's mappings would be bad in every row.

    A code that is retired is not bad: rows of older months may bear it.

    Raises:
        SettingsError: ``bad-setting``: every such text, with its place and the nearest code.
    """
    mapped = [(feed, feed.mapping) for feed in dataset.feeds if feed.mapping]
    if not mapped:
        return
    key = Key(Secret(secrets.token_bytes(32)))  # of nobody: no reference is made that anybody sees
    work = Workplace(settings=settings, key=key, as_of=as_of, sample=False, writes=False, say=lambda _: None)
    lists = tried(partial(work.references, dataset))
    context = work.context(dataset, "", References({}) if isinstance(lists, PipelineError) else lists)
    mistakes = [
        _mistake(
            f"{settings.file}, [extracts.{mapping.feed}.{part}] {printable(place)}", text, problem, handling, context
        )
        for feed, mapping in mapped
        for part, place, column, text in _texts(mapping)
        for handling, problem in _problems(feed, column, text, context, lists=isinstance(lists, References))
    ]
    if mistakes:
        raise several(mistakes)


def _texts(mapping: ExportMapping) -> Iterator[tuple[str, str, str, str]]:
    """Yield the part of the mapping, the place in it, the agreed column and the text that it gives."""
    for column, text in mapping.constants.items():
        yield "constants", column, column, text
    for column, pairs in mapping.codes.items():
        for text in dict.fromkeys(pairs.values()):
            yield f'codes."{column}"', text, column, text


def _problems(
    feed: Feed, column: str, text: str, context: Context, *, lists: bool
) -> Iterator[tuple[Handling, Problem]]:
    """Yield what the handlings of one column find in a row that holds nothing but ``text`` there."""
    cells = {name: pa.array([text if name == column else ""]) for name in feed.used}
    reading = [handling for handling in feed.handlings if column in handling.reads and (lists or not handling.needs)]
    for handling in reading:
        found = tried(partial(_found, feed, handling, cells, context))
        if not isinstance(found, PipelineError):
            yield from ((handling, problem) for problem in found if problem.column == column and problem.mask.any())


def _found(feed: Feed, handling: Handling, cells: Mapping[str, pa.Array], context: Context) -> Sequence[Problem]:
    if isinstance(handling, Treatment):
        return handling.apply({name: cells[name] for name in handling.reads}, context).problems
    if isinstance(handling, RowRule):
        one, no = np.zeros(1, np.int64), np.zeros(1, np.bool_)
        row = RawTable(
            feed=feed.name,
            paths=("a mapping",),
            cells=cells,
            source=np.zeros(1, np.int32),
            row=one + 1,
            repeats=one,
            closed=no,
            after_file=no,
        )
        return handling.check(row, context)
    return ()


def _mistake(place: str, text: str, problem: Problem, handling: Handling, context: Context) -> SettingsError:
    what, near = REASONS[problem.code].meaning, ""
    if isinstance(handling, Coded):
        lists = columns_of(handling.codelist)
        codes = [row[handling.key] for name in lists for row in context.codelists.read(name).rows]
        what = f"it is no code of the list {' or '.join(lists)}"
        found = nearest(text, [code.lower() for code in codes])
        near = next((f"did you mean `{code}`? " for code in codes if code.lower() == found), "")
    return SettingsError(
        "bad-setting",
        f"every row with this text would be bad ({problem.code}): {what}",
        where=place,
        fix=f"{near}`pipeline datasets NAME` says what each agreed column holds",
    )
