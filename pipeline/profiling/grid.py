"""A table of cells as a file holds it: its first rows, its last, and a sample of all between, in bounded memory."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pipeline.columns.arrays import BLANKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: So many rows from the first on are looked at for the header, and so many filled ones from the last on for footers.
HEAD, TAIL = 100, 40
#: More rows than twice this are never held; fewer are all looked at.
SAMPLE = 16_000


class Row(NamedTuple):
    """A row as a spreadsheet numbers it, its cells trimmed."""

    number: int
    cells: Sequence[str]


@dataclass(slots=True)
class Table:
    """What one sheet, table or text file holds.

    ``head`` are its first rows, blank ones too, ``tail`` its last filled ones, ``sample`` filled rows from the whole of
    it, one in ``stride``.  ``rows`` is the number of the last filled row, ``blank`` counts those above it that are not
    filled.  ``names`` are its columns where it has them without a header.
    """

    name: str = ""
    hidden: bool = False
    names: tuple[str, ...] | None = None
    head: list[Row] = field(default_factory=list)
    tail: deque[Row] = field(default_factory=lambda: deque(maxlen=TAIL))
    sample: list[Row] = field(default_factory=list)
    stride: int = 1
    rows: int = 0
    blank: int = 0

    @property
    def filled(self) -> int:
        """How many rows hold anything."""
        return self.rows - self.blank

    @property
    def width(self) -> int:
        """The number of columns up to the last one that holds anything in the rows that were looked at."""
        rows = (*self.head, *self.sample, *self.tail)
        return max((place + 1 for row in rows for place, cell in enumerate(row.cells) if cell), default=0)

    def body(self, after: int, before: int) -> Iterator[Row]:
        """Yield the sampled rows between two row numbers."""
        return (row for row in self.sample if after < row.number < before)


def gather(rows: Iterable[Sequence[str]], table: Table) -> Table:
    """Return ``table`` with what its ``rows`` hold; every one of them is read, and few are kept."""
    head, sample, tail = table.head, table.sample, table.tail
    stride, last, filled = 1, 0, 0
    for number, cells in enumerate(rows, start=1):
        if number <= HEAD:
            head.append(Row(number, _trimmed(cells)))
        if not any(cells) or not any(map(str.strip, cells)):
            continue
        last = number
        tail.append(Row(number, cells))
        if filled % stride == 0:
            sample.append(Row(number, _trimmed(cells)))
            if len(sample) >= 2 * SAMPLE:
                del sample[1::2]
                stride *= 2
        filled += 1
    table.tail = deque((Row(row.number, _trimmed(row.cells)) for row in tail), maxlen=TAIL)
    table.stride, table.rows, table.blank = stride, last, last - filled
    return table


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.strip(f"{BLANKS}\t\r\n") for cell in cells)
