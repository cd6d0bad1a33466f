"""Which rows of a published CSV differ from those of the CSV that it replaces: added, removed, changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv

from pipeline.columns.arrays import whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NONE = np.zeros(0, np.int64)


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
    codes = pa.concat_arrays([before, after]).dictionary_encode().indices
    numbers: NDArray[np.int64] = np.asarray(codes.fill_null(-1)).astype(np.int64)
    old, new = _counted(numbers[: len(before)]), _counted(numbers[len(before) :])
    _, left, right = np.intersect1d(old, new, assume_unique=True, return_indices=True)
    known = numbers[: len(before)][left] >= 0
    return left[known].astype(np.int64), right[known].astype(np.int64)


def differences(before: bytes | None, after: bytes, key: str = "") -> RowDifferences:
    """Return how the rows of ``after`` differ from those of ``before``, all new where there is none.

    Rows whose column ``key`` holds the same reference are one row that changed.
    """
    header = after.split(b"\n", 1)[0]
    new = lines_of(after)
    if before is None:
        nothing = new.slice(0, 0)
        return RowDifferences(header, 0, len(new), new, nothing, (nothing, nothing))
    old = lines_of(before)
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
    """Return the places of the rows that have the same key before and after."""
    if not key or not len(gone) or not len(came):
        return _NONE, _NONE
    found = _column(head_before, gone, key), _column(header, came, key)
    if found[0] is None or found[1] is None:
        return _NONE, _NONE
    return paired(found[0], found[1])


def _column(header: bytes, lines: pa.Array, name: str) -> pa.Array | None:
    """Return one column of lines as text, nothing where they have no such column or cannot be read."""
    text = b"\n".join([header, *lines.to_pylist()]) + b"\n"
    try:
        read = pa.csv.read_csv(
            pa.BufferReader(text),
            convert_options=pa.csv.ConvertOptions(
                include_columns=[name], column_types={name: pa.string()}, strings_can_be_null=True, null_values=[""]
            ),
        )
    except (pa.ArrowInvalid, KeyError):
        return None
    return whole(read.column(name))
