"""The order of published rows, and the two files they are written to."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import os
import subprocess
import sys
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import PrivacyError
from pipeline.release.files import csv_blocks, parquet_blocks
from pipeline.release.publishable import Part, PublishableTable, publishable
from pipeline.validate.checks import typed_table
from pipeline.validate.schema import TableSchema
from tests.lib import ROOT

FACTS = {"title": "Things", "licence": "OGL", "attribution": "Contains things"}
GONE = "Featherstonehaugh"
NASTY = ["a,b", 'say "x"', "two\nlines", "cr\rx", "\r\n", '"', "", None, " padded ", "é😀", "'", "a;b", "tab\tx", "#1"]


def schema(**kinds: str) -> TableSchema:
    fields: list[dict[str, Any]] = []
    for name, kind in kinds.items():
        field: dict[str, Any] = {"name": name, "type": kind, "title": name, "description": name}
        if kind == "money":
            field |= {"type": "number", "decimals": 2}
        if kind == "boolean":
            field |= {"trueValues": ["true"], "falseValues": ["false"]}
        fields.append(field)
    return TableSchema.of({"fields": fields, "missingValues": [""]})


def table_of(
    rules: TableSchema, columns: dict[str, pa.Array], order: tuple[str, ...] = (), *, parts: int = 1
) -> PublishableTable:
    """Return all rows of ``columns`` as one table made of several feeds' parts."""
    text = pa.table(columns)
    edges = np.linspace(0, text.num_rows, parts + 1).astype(int)
    made = []
    for number, (start, end) in enumerate(itertools.pairwise(edges)):
        rows = np.arange(end - start)
        made.append(
            Part(
                text=text.slice(start, end - start),
                chosen=rows,
                feed=np.full(len(rows), number, np.int32),
                source=np.zeros(len(rows), np.int32),
                row=rows + start,
                references={},
            )
        )
    return publishable(made, rules.arrow, order or rules.names, cast=lambda found: typed_table(found, rules))


def csv_of(table: PublishableTable) -> bytes:
    return b"".join(block.to_pybytes() for block in csv_blocks(table))


def parquet_of(table: PublishableTable) -> bytes:
    return b"".join(block.to_pybytes() for block in parquet_blocks(table, FACTS))


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))


# --- order -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encode", [True, False])
@pytest.mark.parametrize("parts", [1, 3])
def test_text_is_sorted_by_code_point_numbers_as_numbers_and_blanks_come_last(*, encode: bool, parts: int) -> None:
    rng = np.random.default_rng(5)
    texts = ["", "Z", "a", "aa", "a b", "abcdefgh", "abcdefghi", "abcdefgh\u00e9", "\u00e9", "\uffff", "\U0001f600"]
    choices: dict[str, list[str | None]] = {
        "number": ["10.5", "9", "-1", "-10", "1000000", None],
        "text": [text or None for text in texts],
        "amount": ["9.00", "10.00", "-3.50", None],
        "day": ["2024-01-09", "2023-12-31", None],
        "last": [text or None for text in texts],
    }
    rows = [tuple(values[int(rng.integers(len(values)))] for values in choices.values()) for _ in range(600)]
    columns = {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(choices)}
    if encode:
        columns = {name: column.dictionary_encode() for name, column in columns.items()}
    table = table_of(
        schema(number="number", text="string", amount="money", day="date", last="string"), columns, parts=parts
    )

    def key(row: tuple[str | None, ...]) -> tuple[Any, ...]:
        number, text, amount, day, last = row
        numbers = [(cell is None, Decimal(cell or 0)) for cell in (number, amount)]
        others = [(cell is None, cell or "") for cell in (text, day, last)]
        return numbers[0], others[0], numbers[1], others[1], others[2]

    found = [tuple(row.values()) for row in table.text.to_pylist()]
    assert found == sorted(rows, key=key)
    assert [rows[int(number)] for number in table.row] == found


def test_the_order_of_columns_may_differ_from_the_order_of_sorting() -> None:
    columns = {"a": pa.array(["2", "1", "1"]), "b": pa.array(["x", "z", "y"])}
    table = table_of(schema(a="string", b="string"), columns, ("b", "a"))
    assert table.text.column("b").to_pylist() == ["x", "y", "z"]


def test_many_columns_of_many_values_do_not_overflow() -> None:
    rng = np.random.default_rng(6)
    columns = {f"c{place}": pa.array([f"{n:05}" for n in rng.integers(0, 30_000, 3_000)]) for place in range(8)}
    table = table_of(schema(**dict.fromkeys(columns, "string")), columns)
    rows = [tuple(row.values()) for row in table.text.to_pylist()]
    assert rows == sorted(rows)


def test_blanks_come_last_where_the_columns_before_leave_hardly_any_room() -> None:
    rng = np.random.default_rng(8)
    columns = {f"c{place}": pa.array([f"{n % 100:03}" for n in range(300)]).dictionary_encode() for place in range(8)}
    columns["c8"] = pa.array([f"{n % 30:03}" for n in range(300)]).dictionary_encode()
    last = [None, "\U0001f600b", "\U0001f600a", "\u4e2db", "\u4e2da"]
    columns["last"] = pa.array([last[place] for place in rng.integers(0, len(last), 300)], pa.string())
    table = table_of(schema(**dict.fromkeys(columns, "string")), columns)
    rows = [tuple((cell is None, cell or "") for cell in row.values()) for row in table.text.to_pylist()]
    assert rows == sorted(rows)


def test_no_rows_are_a_table_too() -> None:
    table = table_of(schema(a="string", b="number"), {"a": pa.array([], pa.string()), "b": pa.array([], pa.string())})
    assert csv_of(table) == b"a,b\n"
    assert pq.read_table(io.BytesIO(parquet_of(table))).schema.names == ["a", "b"]


def test_a_table_of_other_columns_or_types_than_its_schema_cannot_be_made() -> None:
    rules = schema(a="string")
    good = table_of(rules, {"a": pa.array(["x"])})
    arguments: dict[str, Any] = {
        name: getattr(good, name) for name in ("schema", "text", "cast", "feed", "source", "row", "references")
    }
    for wrong in (
        {"cast": lambda text: text.cast(pa.schema([("a", pa.large_string())]))},
        {"cast": lambda text: text.rename_columns(["b"])},
        {"cast": lambda _: pa.table({"a": ["x"]})},
        {"text": pa.table({"b": ["x"]})},
        {"text": pa.table({"a": ["x", "y"]})},
        {"row": np.array([1, 2])},
    ):
        with pytest.raises(PrivacyError, match="not-the-schema"):
            PublishableTable(**(arguments | wrong))


# --- CSV ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encode", [True, False])
def test_the_standard_library_reads_the_csv_back_and_quotes_stand_only_where_they_must(*, encode: bool) -> None:
    column = pa.array(NASTY, pa.string())
    columns = {"first": column, "se,cond": column.take(pa.array(range(len(NASTY) - 1, -1, -1)))}
    if encode:
        columns = {name: each.dictionary_encode() for name, each in columns.items()}
    table = table_of(schema(**{"first": "string", "se,cond": "string"}), columns)
    content = csv_of(table)
    read = read_csv(content)
    assert read[0] == ["first", "se,cond"]
    assert read[1:] == [[cell or "" for cell in row.values()] for row in table.text.to_pylist()]
    # the standard library's own writer would leave a lone carriage return bare, against RFC 4180
    quoted = [
        ['"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\r\n') else cell for cell in row] for row in read
    ]
    assert content.decode() == "".join(",".join(row) + "\n" for row in quoted)
    assert content.endswith(b"\n")
    assert not content.endswith(b"\n\n")
    assert not content.startswith(b"\xef\xbb\xbf")


def test_blocks_of_rows_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {"a": pa.array([f"{n:03}" for n in range(100)]), "b": pa.array([None, "x,y"] * 50).dictionary_encode()}
    table = table_of(schema(a="string", b="string"), columns)
    whole = csv_of(table)
    monkeypatch.setattr("pipeline.release.files._BLOCK_ROWS", 7)
    assert csv_of(table) == whole
    assert len(read_csv(whole)) == 101


def test_plain_columns_and_columns_of_distinct_values_give_the_same_text() -> None:
    rows = np.random.default_rng(7).integers(0, len(NASTY), (500, 6))
    columns = {name: pa.array([NASTY[place] for place in rows[:, at]]) for at, name in enumerate("abcdef")}
    columns = {name: each if name == "c" else each.dictionary_encode() for name, each in columns.items()}
    table = table_of(schema(**dict.fromkeys("abcdef", "string")), columns)
    assert read_csv(csv_of(table))[1:] == [[cell or "" for cell in row.values()] for row in table.text.to_pylist()]


# --- Parquet -----------------------------------------------------------------------------------------


def test_parquet_has_real_types_only_the_allowed_metadata_and_no_index() -> None:
    columns = {
        "name": pa.array(["b", "a", None]).dictionary_encode(),
        "number": pa.array(["1.5", None, "2"]),
        "amount": pa.array(["1.50", "-2.00", None]),
        "day": pa.array(["2024-01-31", None, "2023-01-01"]).dictionary_encode(),
        "flag": pa.array(["true", "false", None]).dictionary_encode(),
    }
    rules = schema(name="string", number="number", amount="money", day="date", flag="boolean")
    content = parquet_of(table_of(rules, columns))
    file = pq.ParquetFile(io.BytesIO(content))
    assert file.schema_arrow.names == list(columns)
    assert file.schema_arrow.types == [pa.string(), pa.float64(), pa.decimal128(18, 2), pa.date32(), pa.bool_()]
    assert file.metadata.metadata == {name.encode(): text.encode() for name, text in FACTS.items()}
    group = file.metadata.row_group(0)
    assert {group.column(place).compression for place in range(len(columns))} == {"ZSTD"}
    assert file.read().to_pylist() == [
        {"name": "a", "number": None, "amount": Decimal("-2.00"), "day": None, "flag": False},
        {"name": "b", "number": 1.5, "amount": Decimal("1.50"), "day": dt.date(2024, 1, 31), "flag": True},
        {"name": None, "number": 2.0, "amount": None, "day": dt.date(2023, 1, 1), "flag": None},
    ]


def test_what_a_dictionary_still_holds_of_rows_that_are_gone_is_in_neither_file() -> None:
    column = pa.array(["a", GONE, "b"]).dictionary_encode().take(pa.array([0, 2]))
    assert GONE in column.dictionary.to_pylist(), "the dictionary must hold it for the test to mean anything"
    table = table_of(schema(name="string"), {"name": column})
    assert GONE.encode() not in csv_of(table)
    content = parquet_of(table)
    assert GONE.encode() not in content
    kept = pq.read_table(io.BytesIO(content), read_dictionary=["name"]).column("name")
    assert {value for chunk in kept.chunks for value in chunk.dictionary.to_pylist()} == {"a", "b"}
    statistics = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(0).statistics
    assert (statistics.min, statistics.max) == ("a", "b")


_TWICE = """
import hashlib
from tests.unit.release.test_files import csv_of, parquet_of, schema, table_of
import pyarrow as pa
names = list({f"name {n}" for n in range(500)}) * 4
columns = {"name": pa.array(names).dictionary_encode(), "amount": pa.array(["1.00"] * len(names))}
table = table_of(schema(name="string", amount="money"), columns)
print(hashlib.sha256(csv_of(table)).hexdigest(), hashlib.sha256(parquet_of(table)).hexdigest())
"""


def test_bytes_do_not_depend_on_the_process() -> None:
    said = set()
    for seed in ("0", "1", "4711"):
        environ = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo" if seed == "1" else "UTC"}
        ended = subprocess.run(
            [sys.executable, "-c", _TWICE], cwd=ROOT, capture_output=True, text=True, check=True, env=environ
        )
        said.add(ended.stdout)
    assert len(said) == 1


def test_rows_in_another_order_give_the_same_bytes() -> None:
    rng = np.random.default_rng(8)
    rows = [(f"name {n % 40}", f"{n % 9}.00", None if n % 3 else "x") for n in range(400)]
    made = set()
    for _ in range(4):
        shuffled = [rows[int(place)] for place in rng.permutation(len(rows))]
        columns = {
            name: pa.array([row[place] for row in shuffled], pa.string()).dictionary_encode()
            for place, name in enumerate(("name", "amount", "note"))
        }
        table = table_of(schema(name="string", amount="money", note="string"), columns)
        made.add((csv_of(table), parquet_of(table)))
    assert len(made) == 1
