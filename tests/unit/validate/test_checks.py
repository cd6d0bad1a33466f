"""Checking a table of text: which rows stay, and what is said of the others."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from pipeline.errors import PipelineError, SettingsError
from pipeline.validate import Checked, TableSchema, validate


def check(field: dict[str, Any], cells: list[str | None]) -> Checked:
    """Return the verdict on a column of ``cells`` beside one that is always filled."""
    schema = TableSchema.of({"fields": [{"name": "x", **field}, {"name": "filled", "type": "string"}]})
    table = pa.table({"x": pa.array(cells, pa.string()), "filled": pa.array(["y"] * len(cells), pa.string())})
    plain, encoded = validate(table, schema), validate(table.set_column(0, "x", table["x"].dictionary_encode()), schema)
    assert plain.rejections == encoded.rejections
    assert plain.typed == encoded.typed
    return plain


def refused(field: dict[str, Any], cells: list[str | None]) -> list[tuple[str | None, str]]:
    checked = check(field, cells)
    return [(cells[rejection.position], rejection.code) for rejection in checked.rejections]


TYPES: list[tuple[dict[str, Any], list[str], list[str]]] = [
    (
        {"type": "number"},
        ["0", "-0", "+1", "1.", ".5", "1e5", "1E-400", "007"],
        [
            "NaN",
            "INF",
            "-Infinity",
            "1_000",
            "\u0661",
            " 1",
            "1\n",
            "1,0",
            "0x1",
            "1e400",
            ".",
            "e5",
            "--1",
            "1e",
            "sNaN",
        ],
    ),
    (
        {"type": "number", "decimals": 2},
        ["0.00", "-0.00", "1234567890123456.78", "-250.00", "007.50"],
        [
            "1",
            "1.5",
            "1.500",
            "+1.00",
            "1e2",
            "12345678901234567.00",
            "(1.00)",
            "1,234.50",
            "1.00\n",
            ".50",
            "\u0661.00",
        ],
    ),
    (
        {"type": "integer"},
        ["0", "-0", "+1", "007", "999999999999999999", "-999999999999999999"],
        ["1.0", "1e3", "1_0", "\u0663", " 1", "1\n", "9999999999999999999", "-", "0000000000000000001"],
    ),
    (
        {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
        ["true", "false"],
        ["True", "TRUE", "1", "0", "yes", "true ", "true\n"],
    ),
    ({"type": "boolean"}, ["true", "True", "TRUE", "1", "0", "false"], ["tRUE", "yes", "01"]),
    (
        {"type": "date"},
        ["2024-01-31", "2024-02-29", "0001-01-01", "9999-12-31"],
        [
            "2024-02-30",
            "2023-02-29",
            "2024-1-3",
            "0000-01-01",
            "2024-13-01",
            "20240103",
            "2024-W01-1",
            "2024-01-03\n",
            "2024-01-03 00:00",
            "03/01/2024",
            "2024-01-0\u0663",
            "2024-01-00",
        ],
    ),
    ({"type": "yearmonth"}, ["2024-01", "0000-12"], ["2024-1", "2024-13", "2024-00", "2024", "202401", "2024-01\n"]),
    ({"type": "year"}, ["2024", "0000"], ["24", "02024", "+202", " 202", "2_02", "2024\n"]),
]


@pytest.mark.parametrize(("field", "good", "bad"), TYPES, ids=[str(field) for field, _, _ in TYPES])
def test_a_type_is_read_strictly(field: dict[str, Any], good: list[str], bad: list[str]) -> None:
    assert refused(field, [*good, *bad, None]) == [(cell, "type-error") for cell in bad]


CONSTRAINTS: list[tuple[str, dict[str, Any], list[str | None], list[str | None]]] = [
    ("string", {"required": True}, ["a", " "], [None, ""]),
    ("string", {"enum": ["a", "b,c"]}, ["a", "b,c", None], ["A", "a ", "a\n"]),
    ("string", {"pattern": "(?:[0-9a-f]{4})"}, ["00ff", None], ["00fF", "00ff\n", "00f", "00ff0", "é0ff"]),
    ("string", {"pattern": "a|bc"}, ["a", "bc"], ["ac", "abc", "axyz", "a\n"]),
    ("string", {"pattern": "(?:(?!x)[a-z]+)"}, ["abc"], ["xbc", "abc\n"]),
    ("string", {"pattern": "(?:[+]{2}-?)"}, ["++", "++-"], ["+"]),
    ("string", {"minLength": 2}, ["ŷŷ", None], ["ŷ"]),
    ("string", {"maxLength": 2}, ["ŷŷ", None], ["ŷŷŷ"]),
    ("string", {"maxLength": 0}, [None, ""], ["x"]),
    ("integer", {"minimum": -1, "maximum": "3"}, ["-1", "3", "+03"], ["-2", "4"]),
    ("integer", {"enum": [1, "2"]}, ["1", "01", "2"], ["3"]),
    ("number", {"minimum": -90, "maximum": 90}, ["-90", "90.000000", "9e1"], ["90.00000000000000000001", "91"]),
    ("number", {"minimum": 0.1}, ["0.1", "0.10"], ["0.0999999999999999999999", "-1"]),
    ("date", {"minimum": "2024-01-01"}, ["2024-01-01"], ["2023-12-31"]),
    ("date", {"enum": ["2024-01-01"]}, ["2024-01-01"], ["2024-01-02"]),
    ("yearmonth", {"maximum": "2024-01"}, ["2024-01", "2023-12"], ["2024-02"]),
    ("year", {"minimum": 2010}, ["2010"], ["2009"]),
]


@pytest.mark.parametrize(("kind", "rules", "good", "bad"), CONSTRAINTS, ids=[str(row[1]) for row in CONSTRAINTS])
def test_a_constraint_is_enforced(
    kind: str, rules: dict[str, Any], good: list[str | None], bad: list[str | None]
) -> None:
    found = refused({"type": kind, "constraints": rules}, [*good, *bad])
    assert found == [(cell, "constraint-error") for cell in bad]


def test_money_is_compared_as_money() -> None:
    field = {"type": "number", "decimals": 2, "constraints": {"minimum": -0.5, "enum": ["0.10", "-1.00"]}}
    assert refused(field, ["0.10", "0.20", "-1.00"]) == [("0.20", "constraint-error"), ("-1.00", "constraint-error")]


def test_a_value_may_come_once() -> None:
    field = {"type": "integer", "constraints": {"unique": True}}
    checked = check(field, ["1", "2", None, "01", None, "x", "x", "1"])
    assert [(found.position, found.code) for found in checked.rejections] == [
        (3, "unique-error"),
        (5, "type-error"),
        (6, "type-error"),
        (7, "unique-error"),
    ]
    assert checked.originals == (0,)


def test_a_primary_key_of_two_columns_names_a_row_once() -> None:
    fields = [{"name": name, "type": "integer", "constraints": {"required": True}} for name in ("a", "b")]
    schema = TableSchema.of({"fields": [*fields, {"name": "c", "type": "string"}], "primaryKey": ["a", "b"]})
    table = pa.table({"a": ["1", "1", "2", "1", None], "b": ["1", "2", "1", "1", None], "c": ["z"] * 5})
    checked = validate(table, schema)
    assert [tuple(found) for found in checked.rejections] == [
        (3, "a", "primary-key"),
        (4, "a", "constraint-error"),
        (4, "a", "primary-key"),
        (4, "b", "constraint-error"),
    ]
    assert checked.originals == (0,)


def test_good_rows_come_back_typed_in_their_order() -> None:
    schema = TableSchema.of(
        {
            "fields": [
                {"name": "day", "type": "date"},
                {"name": "pounds", "type": "number", "decimals": 2},
                {"name": "who", "type": "string"},
            ]
        }
    )
    table = pa.table(
        {
            "day": ["2024-01-02", "never", None],
            "pounds": ["-1.50", "2.00", "3.00"],
            "who": pa.array(["a", "b", None]).dictionary_encode(),
        }
    )
    checked = validate(table, schema)
    assert checked.positions.tolist() == [0, 2]
    assert checked.typed.schema == schema.arrow
    assert checked.typed.to_pylist() == [
        {"day": dt.date(2024, 1, 2), "pounds": Decimal("-1.50"), "who": "a"},
        {"day": None, "pounds": Decimal("3.00"), "who": None},
    ]
    assert checked.text.column("day").to_pylist() == ["2024-01-02", None]


def test_a_row_without_any_cell_is_refused() -> None:
    schema = TableSchema.of({"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "date"}]})
    table = pa.table({"a": pa.array([None, "x", ""]), "b": pa.array([None, None, None], pa.string())})
    assert [tuple(found) for found in validate(table, schema).rejections] == [
        (0, "a", "blank-row"),
        (2, "a", "blank-row"),
    ]


def test_values_of_a_dictionary_that_no_row_has_are_not_judged() -> None:
    values = pa.array(["good", "bad", None, ""])
    column = pa.DictionaryArray.from_arrays(pa.array([0, 0], pa.int32()), values)
    field = {"name": "a", "type": "string", "constraints": {"enum": ["good"], "required": True}}
    checked = validate(pa.table({"a": column}), TableSchema.of({"fields": [field]}))
    assert checked.rejections == ()


def test_empty_cells_are_found_wherever_a_dictionary_hides_them() -> None:
    column = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, None], pa.int32()), pa.array(["x", None, ""]))
    field = {"name": "a", "type": "string", "constraints": {"required": True}}
    table = pa.table({"a": column, "b": ["y"] * 4})
    checked = validate(table, TableSchema.of({"fields": [field, {"name": "b", "type": "string"}]}))
    assert [found.position for found in checked.rejections] == [1, 2, 3]


def test_chunks_with_different_dictionaries_are_one_column() -> None:
    parts = [pa.array(["a", "b"]).dictionary_encode(), pa.array(["c", "b"]).dictionary_encode()]
    field = {"name": "a", "type": "string", "constraints": {"enum": ["a", "b"], "unique": True}}
    checked = validate(pa.table({"a": pa.chunked_array(parts)}), TableSchema.of({"fields": [field]}))
    assert [(found.position, found.code) for found in checked.rejections] == [
        (2, "constraint-error"),
        (3, "unique-error"),
    ]


def test_a_table_without_rows_is_valid() -> None:
    schema = TableSchema.of({"fields": [{"name": "a", "type": "date", "constraints": {"unique": True}}]})
    checked = validate(pa.table({"a": pa.array([], pa.string())}), schema)
    assert checked.rejections == ()
    assert checked.typed.num_rows == 0


def test_other_columns_are_an_error_and_not_a_row_s_fault() -> None:
    schema = TableSchema.of({"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}]})
    with pytest.raises(PipelineError, match="columns-differ"):
        validate(pa.table({"b": ["x"], "a": ["x"]}), schema)
    with pytest.raises(PipelineError, match=r"columns-differ: column `a`"):
        validate(pa.table({"a": [1], "b": ["x"]}), schema)


def test_a_schema_that_waits_for_the_settings_checks_nothing() -> None:
    schema = TableSchema.of({"fields": [{"name": "a", "type": "string", "fromSettings": "bodies"}]})
    with pytest.raises(SettingsError, match="schema-refused"):
        validate(pa.table({"a": ["x"]}), schema)
