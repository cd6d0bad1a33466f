"""Which rows, and which entries of a register, of a published CSV differ from those of the CSV that it replaces."""

from __future__ import annotations

import csv
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from pipeline.columns.arrays import whole
from pipeline.model.handling import SNAPSHOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


_NONE = np.zeros(0, np.int64)
#: With more pairs of one key it is not looked for which rows are the most alike.
_MOST_PAIRS = 2_500


class RowDifferences(NamedTuple):
    """The lines of two CSVs that differ, without their headers; ``changed`` holds pairs of one key, before and after.

    ``now`` and ``then`` are the numbers of rows of the CSV that is out and of the one that would be.
    """

    header: bytes
    now: int
    then: int
    added: pa.Array
    removed: pa.Array
    changed: tuple[pa.Array, pa.Array]


def lines_of(text: bytes) -> pa.Array:
    """Return the lines of a CSV behind its header; no published cell holds a line end."""
    return pa.array(text.split(b"\n")[1:-1], pa.binary())


def paired(before: pa.Array, after: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of the values that stand in both, each copy with a copy; nothing pairs with nothing."""
    then, now = _numbers(before, after)
    _, left, right = np.intersect1d(_counted(then), _counted(now), assume_unique=True, return_indices=True)
    known = then[left] >= 0
    return left[known].astype(np.int64), right[known].astype(np.int64)


def differences(before: bytes | None, after: bytes, key: str = "") -> RowDifferences:
    """Return how the rows of ``after`` differ from those of ``before``, all new where there is none.

    Rows whose column ``key`` holds the same reference are one row that changed; of several the most alike are.
    """
    header = after.split(b"\n", 1)[0]
    before = header + b"\n" if before is None else before
    old, new = lines_of(before), lines_of(after)
    same = paired(old, new)
    gone, came = _left(old, same[0]), _left(new, same[1])
    change = _of_one_key(before.split(b"\n", 1)[0], gone, header, came, key)
    return RowDifferences(
        header,
        len(old),
        len(new),
        added=_left(came, change[1]),
        removed=_left(gone, change[0]),
        changed=(gone.take(pa.array(change[0])), came.take(pa.array(change[1]))),
    )


def _counted(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each number with how many of it stood before, as one number."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else _NONE
    lengths = np.diff(np.r_[starts, len(ordered)])
    rank = np.empty(len(numbers), np.int64)
    rank[order] = np.arange(len(numbers)) - np.repeat(starts, lengths)
    return (numbers << 32) + rank


def _left(lines: pa.Array, used: NDArray[np.int64]) -> pa.Array:
    kept = np.ones(len(lines), bool)
    kept[used] = False
    return lines.filter(pa.array(kept))


def _of_one_key(
    head_before: bytes, gone: pa.Array, header: bytes, came: pa.Array, key: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of the rows that are one row before and after: of one key, and of these the most alike."""
    if not key or not len(gone) or not len(came):
        return _NONE, _NONE
    old, new = _cells(head_before, gone), _cells(header, came)
    if old is None or new is None or key not in old.column_names or key not in new.column_names:
        return _NONE, _NONE
    left, right = _of_equal_keys(*_numbers(whole(old.column(key)), whole(new.column(key))))
    alike = np.zeros(len(left), np.int64)
    for name in {*old.column_names} & {*new.column_names}:
        then, now = _numbers(whole(old.column(name)), whole(new.column(name)))
        alike += (then[left] == now[right]) & (then[left] >= 0)
    return _most_alike(left, right, alike)


def _numbers(old: pa.Array, new: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return two columns of cells as numbers, equal where they are equal, -1 where they are empty."""
    codes = pa.concat_arrays([old, new]).dictionary_encode().indices
    numbers: NDArray[np.int64] = np.asarray(codes.fill_null(-1)).astype(np.int64)
    return numbers[: len(old)], numbers[len(old) :]


def _of_equal_keys(then: NDArray[np.int64], now: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of all pairs of equal keys; of a key with very many, each only with the one of its rank."""
    order = np.argsort(then, kind="stable")
    first, end = (np.searchsorted(then[order], now, side) for side in ("left", "right"))
    pairs = np.where(now >= 0, end - first, 0)
    _, which, times = np.unique(now, return_inverse=True, return_counts=True)
    rank = _counted(now) - (now << 32)
    many = pairs * times[which] > _MOST_PAIRS
    first = np.where(many, first + rank, first)
    pairs = np.where(many, rank < pairs, pairs).astype(np.int64)
    right = np.repeat(np.arange(len(now)), pairs)
    step = np.arange(len(right)) - np.repeat(np.cumsum(pairs) - pairs, pairs)
    return order[np.repeat(first, pairs) + step], right


def _most_alike(
    left: NDArray[np.int64], right: NDArray[np.int64], alike: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return those of the pairs that take each place once, the most alike first."""
    used: tuple[set[int], set[int]] = set(), set()
    taken: list[tuple[int, int]] = []
    best = np.lexsort((right, left, -alike))
    for one, other in zip(left[best].tolist(), right[best].tolist(), strict=True):
        if one not in used[0] and other not in used[1]:
            used[0].add(one)
            used[1].add(other)
            taken.append((one, other))
    pairs = np.array(sorted(taken), np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _cells(header: bytes, lines: pa.Array) -> pa.Table | None:
    """Return the cells of lines as text, nothing where they cannot be read."""
    names = next(csv.reader([header.decode()]))
    text = b"\n".join(lines.to_pylist()) + b"\n"
    try:
        return pa.csv.read_csv(
            pa.BufferReader(text),
            read_options=pa.csv.ReadOptions(column_names=names),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid:
        return None


_BETWEEN, _EMPTY = "\x1f", "\x1e"


class Changes(NamedTuple):
    """How many entries came, went, and have other rows than before."""

    added: int
    removed: int
    revised: int


def entry_changes(before: bytes | None, after: bytes, entry: Sequence[str]) -> Changes:
    """Return how the entries of one published CSV differ from those of another, all new where there is none.

    ``entry`` are the columns that name an entry, which may have several rows; none: every column does.
    """
    then, now = _rows_of(before, entry) if before else {}, _rows_of(after, entry)
    revised = sum(then[each] != now[each] for each in then.keys() & now.keys())
    return Changes(len(now.keys() - then.keys()), len(then.keys() - now.keys()), revised)


def _rows_of(text: bytes, entry: Sequence[str]) -> dict[str, list[str]]:
    """Return the rows of each entry, as text without the snapshot that they are of, in no order but their own."""
    header = text.split(b"\n", 1)[0].decode()
    names = pa.csv.read_csv(pa.BufferReader(f"{header}\n".encode())).column_names
    types = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    parsed = pa.csv.ParseOptions(newlines_in_values=True)
    table = pa.csv.read_csv(pa.BufferReader(text), parse_options=parsed, convert_options=types)
    own = [name for name in sorted(names) if name != SNAPSHOT]
    keys, rows = _joined(table, entry or own), _joined(table, own)
    found: dict[str, list[str]] = defaultdict(list)
    for key, row in sorted(zip(keys.to_pylist(), rows.to_pylist(), strict=True)):
        found[key].append(row)
    return found


def _joined(table: pa.Table, names: Sequence[str]) -> pa.ChunkedArray:
    columns = [table.column(name) for name in names]
    return pc.binary_join_element_wise(*columns, _BETWEEN, null_handling="replace", null_replacement=_EMPTY)
