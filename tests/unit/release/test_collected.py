"""Files that hold many releases: what is in them, equal bytes of equal releases, and memory for one at a time."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.release.files import PERIODS, Part, collect_files, collect_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = pa.schema([("place", pa.string()), ("number", pa.int64())])
FACTS = {"title": "Parks", "licence": "open"}


def parquet(period: str, table: pa.Table) -> Part:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return Part(period, f"parks-{period}.parquet", sink.getvalue)


def rows(period: str, *numbers: int) -> Part:
    return parquet(period, pa.table([[f"in {period}"] * len(numbers), list(numbers)], schema=SCHEMA))


def collected(*parts: Part) -> tuple[tuple[str, ...], bytes]:
    sink = io.BytesIO()
    return collect_rows(parts, SCHEMA, FACTS, sink), sink.getvalue()  # type: ignore[arg-type] # a file all the same


def test_a_group_of_rows_for_each_period_in_their_order_and_none_is_left_out_for_being_empty() -> None:
    held, content = collected(rows("2024-01", 1, 2), rows("2024-02"), rows("2024-03", 3))
    found = pq.ParquetFile(io.BytesIO(content))
    assert held == ("2024-01", "2024-02", "2024-03")
    assert [found.metadata.row_group(at).num_rows for at in range(found.num_row_groups)] == [2, 0, 1]
    assert found.schema_arrow.equals(SCHEMA)
    assert found.read().to_pydict() == {"place": ["in 2024-01", "in 2024-01", "in 2024-03"], "number": [1, 2, 3]}
    said = {name.decode(): text.decode() for name, text in found.metadata.metadata.items()}
    assert said == {**FACTS, PERIODS: "2024-01,2024-02,2024-03"}


def test_a_column_of_today_is_empty_before_it_came_and_one_of_before_is_left_out() -> None:
    older = parquet("2023-01", pa.table({"place": ["A"], "person": ["B"]}))
    _, content = collected(older, rows("2024-01", 1))
    assert pq.read_table(io.BytesIO(content)).to_pydict() == {"place": ["A", "in 2024-01"], "number": [None, 1]}
    assert b"person" not in content


def test_a_type_of_before_is_taken_where_no_value_changes_and_a_period_left_out_where_one_would() -> None:
    small = parquet("2023-01", pa.table({"place": ["A"], "number": pa.array([7], pa.int32())}))
    words = parquet("2023-02", pa.table({"place": ["A"], "number": ["seven"]}))
    halves = parquet("2023-03", pa.table({"place": ["A"], "number": [7.5]}))
    held, content = collected(small, words, halves, rows("2024-01", 1))
    assert held == ("2023-01", "2024-01")
    assert pq.read_table(io.BytesIO(content)).column("number").to_pylist() == [7, 1]


def zipped(*parts: Part) -> bytes:
    sink = io.BytesIO()
    assert collect_files(parts, FACTS, sink) == tuple(each.period for each in parts)  # type: ignore[arg-type] # as above
    return sink.getvalue()


def test_a_zip_holds_the_files_byte_for_byte_without_a_clock() -> None:
    texts = {"parks-2024-01.csv": b"a,b\n1,2\n", "parks-2024-02.csv": b"a,b\n"}
    parts = [Part(name[6:13], name, lambda text=text: text) for name, text in texts.items()]  # type: ignore[misc] # bound now
    content = zipped(*parts)
    assert content == zipped(*parts)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == texts
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.comment.decode().split("\n") == [*FACTS.values()]


@pytest.fixture
def pool() -> Iterator[pa.MemoryPool]:
    """Give a pool that knows the most that a test took of it."""
    before = pa.default_memory_pool()
    counted = pa.proxy_memory_pool(before)
    pa.set_memory_pool(counted)
    yield counted
    pa.set_memory_pool(before)


def test_one_period_at_a_time_is_held(pool: pa.MemoryPool) -> None:
    class Nowhere(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, block: bytes, /) -> int:  # type: ignore[override] # whatever has bytes
            return memoryview(block).nbytes

    part = rows("2024-01", *range(50_000))
    most = []
    for count in (2, 40):
        collect_rows([part] * count, SCHEMA, FACTS, Nowhere())
        most.append(pool.max_memory())
    assert most[0] > 50_000 * SCHEMA.field("number").type.bit_width / 8
    assert most[1] < 2 * most[0]  # all would be twenty times as much; what a thread frees late is less than one
