"""Which extracts feed which month: a file is not a month.

A file lists the months of its rows; a month is fed by its own file and by later ones that hold late rows of it.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import concatenated, constant, encoded, facts_of_distinct, plain
from pipeline.columns.dates import days, month_first, months
from pipeline.errors import InputError
from pipeline.extract.paths import files_below, names_in, open_regular
from pipeline.model.periods import NO_PERIOD
from pipeline.model.tables import RawTable, Receipt, RowRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.model.declaration import Feed
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.tables import Extracted


class Dated(NamedTuple):
    """An extract with the number of each row's period in its ``kind``, 0 where a row has none.

    ``within`` is the same in the kind of period that files are of, and ``file`` the period of the extract in that kind.
    """

    extracted: Extracted
    period: NDArray[np.int32]
    kind: PeriodKind
    within: NDArray[np.int32]
    file: Period


def period_files(root: Path, pattern: str, kind: PeriodKind) -> dict[Period, str]:
    """Return the files below ``root`` that match ``pattern`` (`.../{period}.csv`), by period; links may not lead out.

    A pattern without a period is one file: of the only period there is, or of "" where the day on which it came tells.
    """
    folder, _, form = pattern.rpartition("/")
    before, has_period, after = form.partition("{period}")
    if not has_period:
        return {kind.only: pattern} if form in names_in(root, folder) else {}
    name = re.compile(f"{re.escape(before)}({kind.pattern}){re.escape(after)}")
    matches = [match for entry in names_in(root, folder) if (match := name.fullmatch(entry))]
    return {match[1]: f"{folder}/{match.string}" for match in matches if kind.fits(match[1])}


def unread_files(root: Path, read: Iterable[str]) -> tuple[str, ...]:
    """Return the files below ``root`` that no feed reads, in order; READMEs and dot files apart."""
    known = set(read)
    return tuple(name for name in files_below(root) if name not in known)


def sha256_of(root: Path, path: str) -> str:
    """Return the sha256 of a file's bytes, read once in pieces."""
    with open_regular(root, path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def dated(extracted: Extracted, feed: Feed, own: Period) -> Dated:
    """Return the period of each row: its own date's, or its file's where the feed has no date.

    Raises:
        InputError: ``dates-in-doubt``: dates of a column may have been written month first.
    """
    for name in feed.dates:
        if found := month_first(extracted.cells[name]):
            row = np.asarray(extracted.rows)[found.first]
            raise InputError(
                "dates-in-doubt",
                f"{found.bad:,} dates would be dates month first (the first in row {row:,}), and {found.doubtful:,} "
                "others may be",
                where=f"{extracted.path}, column {feed.in_words(name)}",
                fix="export the file again with dates as YYYY-MM-DD or DD/MM/YYYY",
            )
    kind = feed.period
    if not feed.dated_by:
        period, within = (
            np.full(len(extracted.rows), each.number(name) if own else 0, np.int32)
            for each, name in ((kind, kind.holding(own)), (kind.of_files, own))
        )
        return Dated(extracted, period, kind, within, own)
    column = months(days(extracted.cells[feed.dated_by], time_allowed=True))

    def numbers(of: PeriodKind) -> NDArray[np.int32]:
        return facts_of_distinct(column, lambda month: of.number(of.of_month(month)), dtype=np.int32, empty=0)

    period = numbers(kind)
    return Dated(extracted, period, kind, numbers(kind.of_files) if kind.files else period, own)


def receipt_of(source: Dated) -> Receipt:
    """Return what was received: rows by the month of files, unreadable ones and ragged rows under `NO_PERIOD`."""
    found, counts = np.unique(source.within, return_counts=True)
    by_month = {
        source.kind.of_files.name(number) if number else NO_PERIOD: count
        for number, count in zip(found.tolist(), counts.tolist(), strict=True)
    }
    extracted = source.extracted
    if extracted.ragged:
        by_month[NO_PERIOD] = by_month.get(NO_PERIOD, 0) + len(extracted.ragged)
    return Receipt(
        path=extracted.path,
        bytes=extracted.bytes,
        sha256=extracted.sha256,
        rows=len(extracted.rows) + len(extracted.ragged),
        months=by_month,
        encoding=extracted.encoding,
        note=extracted.note,
    )


class Slice(NamedTuple):
    """Rows of one extract that are accounted in one month; ragged ones are where it is the extract's ``own``.

    ``closed`` are before all periods that can be built, ``after_file`` of a later month than their file.
    """

    dated: Dated
    positions: NDArray[np.int64]
    closed: NDArray[np.bool_]
    after_file: NDArray[np.bool_]
    own: bool


def _slice(
    source: Dated, mask: NDArray[np.bool_], *, opens: int = 0, ends: int | None = None, own: bool = True
) -> Slice:
    """Return some rows: closed where their period is before ``opens``, after their file behind the month ``ends``."""
    positions = np.flatnonzero(mask)
    period, within = source.period[positions], source.within[positions]
    after = within > ends if ends is not None else np.zeros(len(positions), np.bool_)
    return Slice(source, positions, (period != 0) & (period < opens), after, own)


def own_slice(source: Dated, own: Period, opened: Iterable[Period]) -> Slice:
    """Return the rows that a file's own period accounts for: all but late rows of periods that can be built.

    A row is after its file where it is of a later month, also where one period holds both.
    """
    kind = source.kind
    late = np.isin(source.period, [kind.number(period) for period in opened if period < own])
    return _slice(source, ~late, opens=kind.number(own), ends=kind.of_files.number(source.file or own))


def late_slice(source: Dated, month: Period) -> Slice:
    """Return the rows of an earlier month than their file's."""
    return _slice(source, source.period == source.kind.number(month), own=False)


def undated_slice(source: Dated, placed: Sequence[Period], first: Period) -> Slice:
    """Return the rows of a database that belong to no month of it; those before ``first`` are not open."""
    kind = source.kind
    others = ~np.isin(source.period, [kind.number(period) for period in placed])
    return _slice(source, others, opens=kind.number(kind.of_month(first)))


def joined(slices: Sequence[Slice], feed: Feed, columns: Sequence[str]) -> RawTable:
    """Return the rows of all slices as one table, with where each came from."""
    parts = [(each, each.dated.extracted) for each in slices]
    sizes = [len(each.positions) for each in slices]
    starts = np.cumsum([0, *sizes])
    return RawTable(
        feed=feed.name,
        paths=tuple(extracted.path for _, extracted in parts),
        files=tuple(each.dated.file for each, _ in parts),
        cells={name: _column(name, slices) for name in columns},
        source=np.repeat(np.arange(len(slices), dtype=np.int32), sizes),
        row=_chain([np.asarray(extracted.rows)[each.positions] for each, extracted in parts], np.int64),
        repeats=_chain([_repeats(each) + starts[place] for place, each in enumerate(slices)], np.int64),
        closed=_chain([each.closed for each in slices], np.bool_),
        after_file=_chain([each.after_file for each in slices], np.bool_),
        ragged=tuple(
            RowRef(place, row) for place, (each, extracted) in enumerate(parts) if each.own for row in extracted.ragged
        ),
        problems=tuple(_problems(parts, starts.tolist())),
    )


def _chain(arrays: Sequence[NDArray[np.generic]], dtype: type[np.generic]) -> NDArray:  # type: ignore[type-arg] # of dtype
    return np.concatenate(arrays).astype(dtype) if arrays else np.array([], dtype)


def _column(name: str, slices: Sequence[Slice]) -> pa.Array:
    whole = ((part.dated.extracted.cells[name], part.positions) for part in slices)
    columns = [column if len(at) == len(column) else column.take(pa.array(at)) for column, at in whole]
    if not columns:
        return constant(None, 0)
    kinds = {column.type for column in columns}
    return concatenated(columns if len(kinds) == 1 else [encoded(column) for column in columns])


def _repeats(each: Slice) -> NDArray[np.int64]:
    """Return for each row of a slice the place, in the slice, of the first row of its source with equal cells."""
    repeats = each.dated.extracted.repeats
    if repeats is None:
        return np.arange(len(each.positions))
    first = np.asarray(repeats)[each.positions]
    return np.minimum(np.searchsorted(each.positions, first), np.arange(len(each.positions)))


def _problems(parts: Sequence[tuple[Slice, Extracted]], starts: Sequence[int]) -> Iterable[tuple[int, str, str]]:
    for (each, extracted), start in zip(parts, starts, strict=False):
        if not extracted.problems:
            continue
        numbers = np.asarray(extracted.rows)[each.positions]
        for row, column, code in extracted.problems:
            place = int(np.searchsorted(numbers, row))
            if place < len(numbers) and numbers[place] == row:
                yield start + place, column, code


class Digest(NamedTuple):
    """What one month of a database holds: digests of its rows, of their numbers, of which were held, and how many."""

    rows: str
    numbers: str
    held: str
    already: int


def digest_of_rows(source: Dated, month: Period, *, held_before: str, dated_by: str) -> Digest:
    """Return the digests of the rows of one month of a database; cells that cannot be read count too."""
    chosen = np.flatnonzero(source.period == source.kind.number(month))
    cells = {name: column.take(pa.array(chosen)) for name, column in source.extracted.cells.items()}
    held = [str(day < held_before) for day in days(cells[dated_by], time_allowed=True).to_pylist()]
    columns = [plain(column) for column in cells.values()]
    lines = pc.binary_join_element_wise(*columns, "\x1f", null_handling="replace", null_replacement="\x1e")
    numbers = set(np.asarray(source.extracted.rows)[chosen].tolist())
    problems = [f"{row} {column} {code}" for row, column, code in source.extracted.problems if row in numbers]
    text = "\n".join([*lines.to_pylist(), "\x1d", *problems])
    ordered = " ".join(map(str, sorted(numbers)))
    return Digest(_sha256(text), _sha256(ordered), _sha256(" ".join(held)), held.count("True"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def periods_of(receipt: Receipt, kind: PeriodKind) -> set[Period]:
    """Return the periods of a kind that a receipt lists rows of."""
    return {kind.holding(month) for month, rows in receipt.months.items() if rows and month != NO_PERIOD}


def by_month(receipts: Mapping[str, Receipt], month: Period, kind: PeriodKind) -> tuple[str, ...]:
    """Return the paths of the receipts that list rows of ``month``."""
    return tuple(path for path, receipt in sorted(receipts.items()) if month in periods_of(receipt, kind))
