"""Whatever stands in the cells, a CSV extract comes back as written; whatever is cut off, no row is invented."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import pipeline.extract.delimited.reading as reading_module
import pipeline.extract.delimited.stream as stream_module
from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError
from pipeline.extract.delimited.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model.tables import Extracted

    Row = tuple[str | None, ...]

NASTY = st.text(st.sampled_from(list("\",\n\r\t \u00a0abé€😀;'=|\\\ufeff\u2028\x0b\x1c\x85")), max_size=6)
CELLS = NASTY | st.sampled_from(["", "N", "Y", "2024-01-03", '"', '""', "\r\n"])


@st.composite
def tables(draw: st.DrawFn, least: int = 1) -> list[list[str]]:
    width = draw(st.integers(least, 4))
    return draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8))


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    """Blocks of a few bytes, so that every cell lies on the edge of one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream_module, "BLOCK", 48)
        patch.setattr(reading_module, "BLOCK", 48)
        patch.setattr(stream_module, "_SLICE", 7)
        yield


def names_of(table: list[list[str]]) -> list[str]:
    return [f"column_{place}" for place in range(len(table[0]))]


def written(table: list[list[str]], line_end: str, *, quote_all: bool) -> bytes:
    def cell(text: str) -> str:
        # the standard library's writer leaves a lone carriage return bare, and nobody can read that back
        return '"' + text.replace('"', '""') + '"' if quote_all or set(text) & set('",\r\n') else text

    lone = len(table[0]) == 1  # a bare empty cell alone on its line would be a blank line
    lines = [",".join(cell(text) for text in row) or '""' * lone for row in [names_of(table), *table]]
    return "".join(line + line_end for line in lines).encode()


def read(data: bytes, names: list[str]) -> Extracted:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "f.csv").write_bytes(data)
        return Folder("f.csv").read(Path(folder), "f.csv", names, names)


def plainly(data: bytes, width: int) -> list[tuple[int, Row]]:
    """Return number and trimmed cells of each whole row, read slowly by the standard library."""
    reader = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
    return [
        (number, tuple(cell.strip(BLANKS) or None for cell in row))
        for number, row in enumerate(reader, start=1)
        if number > 1 and len(row) == width
    ]


def numbered(extracted: Extracted) -> list[tuple[int, Row]]:
    columns = [column.to_pylist() for column in extracted.cells.values()]
    return list(zip(extracted.rows.to_pylist(), zip(*columns, strict=True), strict=True))


@given(tables(), st.sampled_from(["\n", "\r\n"]), st.booleans())
@example([[""]], "\n", False)  # noqa: FBT003 - Hypothesis passes by position
@settings(max_examples=150, deadline=None)
def test_what_was_written_is_read(table: list[list[str]], line_end: str, quote_all: bool) -> None:  # noqa: FBT001 - the same
    data = written(table, line_end, quote_all=quote_all)
    names = names_of(table)
    extracted = read(data, names)
    assert extracted.ragged == ()
    assert numbered(extracted) == plainly(data, len(names))
    assert len(extracted.rows) == len(table)


@given(tables(least=2), st.sampled_from(["\n", "\r\n"]), st.data())
@settings(max_examples=250, deadline=None)
def test_a_file_cut_anywhere_gives_no_wrong_row(table: list[list[str]], line_end: str, data: st.DataObject) -> None:
    whole = written(table, line_end, quote_all=False)
    names = names_of(table)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    try:
        extracted = read(cut, names)
    except InputError as error:
        assert error.code in {"cut-off", "empty-file", "no-header-row", "unknown-column", "wrong-encoding"}  # noqa: PT017 - either is right
        return
    expected = plainly(whole, len(names))[: len(extracted.rows)]
    found = numbered(extracted)
    assert found[:-1] == expected[:-1]
    if found and found != expected:
        # only the last cell of the last line can be shorter, and only where the cut took its line end too
        assert not cut.endswith((b"\n", b"\r"))
        assert found[-1][1][:-1] == expected[-1][1][:-1]


LINES = st.lists(
    st.sampled_from(
        ["1,2", "x", "1,2,3", "", "   ", '"a\nb",c', ",", '"",""', 'a"b,c', '"x"y,z', '"open,1', "é,\u00a0"]
    ),
    max_size=14,
)


@given(LINES)
@settings(max_examples=300, deadline=None)
def test_ragged_and_blank_lines_leave_the_numbers_exact(lines: list[str]) -> None:
    data = "\n".join(["column_0,column_1", *lines, "last,row", ""]).encode()
    names = ["column_0", "column_1"]
    try:
        expected = plainly(data, 2)
    except csv.Error:
        with pytest.raises(InputError) as caught:
            read(data, names)
        assert caught.value.code in {"cut-off", "broken-quotes"}
        return
    extracted = read(data, names)
    assert numbered(extracted) == expected
    numbers = {number for number, _ in expected}
    assert numbers.isdisjoint(extracted.ragged)
