"""Each line of the table of known differences, shown for real: what Frictionless does, and what the checks do."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from frictionless import Resource, Schema

from pipeline.errors import SettingsError
from pipeline.validate import Field, TableSchema, validate
from pipeline.validate.referee.differences import DIFFERENCES, Difference, explanation
from pipeline.validate.referee.referee import frictionless_rejections, referee

CELLS = [difference for difference in DIFFERENCES if difference.scope == "cell"]

#: More cells that a line explains, beside its own example.
MORE: list[tuple[str, dict[str, Any], str]] = [
    ("pattern-alternative", {"type": "string", "constraints": {"pattern": "a|bc"}}, "axyz"),
    ("number-word", {"type": "number"}, "-Infinity"),
    ("number-word", {"type": "number", "decimals": 2}, "INF"),
    ("number-digits", {"type": "number"}, "\u0661.\u0665"),
    ("number-underscore", {"type": "integer"}, "1_0"),
    ("number-blanks", {"type": "integer"}, "1\n"),
    ("number-blanks", {"type": "number"}, "\u00a01"),
    ("number-range", {"type": "number"}, "1e400"),
    ("money-form", {"type": "number", "decimals": 2}, "+1.00"),
    ("money-form", {"type": "number", "decimals": 2}, "12345678901234567.00"),
    ("date-form", {"type": "date"}, "2024-01-1"),
    ("date-form", {"type": "date"}, "2024-01- 3"),
    ("month-form", {"type": "yearmonth"}, "+2024-01 "),
    ("year-form", {"type": "year"}, " 202"),
]


def table_of(*cells: str | None) -> pa.Table:
    return pa.table({"x": pa.array(cells, pa.string()), "filled": pa.array(["y"] * len(cells))})


def schema_of(field: dict[str, Any]) -> TableSchema:
    return TableSchema.of({"fields": [{"name": "x", **field}, {"name": "filled", "type": "string"}]})


def judge(field: dict[str, Any], cell: str) -> tuple[list[str], list[str]]:
    """Return the codes of Frictionless and of the checks for one cell."""
    schema, table = schema_of(field), table_of(cell)
    theirs = [rejection.code for rejection in frictionless_rejections(table, schema)]
    return theirs, [rejection.code for rejection in validate(table, schema).rejections]


@pytest.mark.parametrize("difference", CELLS, ids=lambda difference: difference.name)
def test_frictionless_accepts_what_the_checks_refuse(difference: Difference) -> None:
    field = json.loads(difference.field)
    code = "constraint-error" if "pattern" in field.get("constraints", {}) else "type-error"
    assert judge(field, difference.cell) == ([], [code])
    assert explanation(Field.of({"name": "x", **field}), difference.cell) == difference.name


@pytest.mark.parametrize(("name", "field", "cell"), MORE, ids=[f"{name} {cell!r}" for name, _, cell in MORE])
def test_a_line_explains_every_cell_of_its_kind(name: str, field: dict[str, Any], cell: str) -> None:
    theirs, ours = judge(field, cell)
    assert (theirs, len(ours)) == ([], 1)
    assert explanation(Field.of({"name": "x", **field}), cell) == name


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ({"type": "string", "constraints": {"pattern": "(?:[0-9]{2})"}}, "123"),
        ({"type": "string", "constraints": {"enum": ["a"]}}, "a\n"),
        ({"type": "number"}, "one"),
        ({"type": "number", "constraints": {"maximum": 10}}, "11"),
        ({"type": "number", "decimals": 2, "constraints": {"maximum": 10}}, "11.00"),
        ({"type": "integer"}, "1.5"),
        ({"type": "date"}, "2024-02-30"),
        ({"type": "date"}, "20240103"),
        ({"type": "yearmonth"}, "2024"),
        ({"type": "yearmonth"}, "2024-13"),
        ({"type": "year"}, "-123"),
        ({"type": "year"}, "20x4"),
    ],
)
def test_no_line_explains_a_cell_that_both_refuse(field: dict[str, Any], cell: str) -> None:
    theirs, ours = judge(field, cell)
    assert theirs == ours != []
    assert not explanation(Field.of({"name": "x", **field}), cell)


def test_blank_row() -> None:
    schema = TableSchema.of(
        {"fields": [{"name": name, "type": "string", "constraints": {"required": True}} for name in "ab"]}
    )
    table = pa.table({"a": pa.array([None, "x"]), "b": pa.array([None, "x"])})
    assert [found.code for found in frictionless_rejections(table, schema)] == ["blank-row"]
    codes = [found.code for found in validate(table, schema).rejections]
    assert codes == ["blank-row", "constraint-error", "constraint-error"]
    assert referee(table, validate(table, schema), schema, salt="s").differences == {"blank-row": 2}


def test_key_of_refused_value() -> None:
    schema, table = schema_of({"type": "integer", "constraints": {"unique": True}}), table_of("1_0", "10")
    assert [found.code for found in frictionless_rejections(table, schema)] == ["unique-error"]
    checked = validate(table, schema)
    assert [tuple(found) for found in checked.rejections] == [(0, "x", "type-error")]
    found = referee(table, checked, schema, salt="s").differences
    assert found == {"number-underscore": 1, "key-of-refused-value": 1}


def test_error_limit() -> None:
    schema, table = schema_of({"type": "integer"}), table_of(*["x"] * 1500)
    task = (
        Resource([["x", "filled"], *[["x", "y"]] * 1500], schema=Schema.from_descriptor(schema.descriptor()))
        .validate()
        .tasks[0]
    )
    assert (len(task.errors), task.warnings) == (1000, ["reached error limit: 1000"])
    assert len(frictionless_rejections(table, schema)) == len(validate(table, schema).rejections) == 1500


@pytest.mark.parametrize(
    ("more_of_the_field", "more_of_the_schema"),
    [({"categories": ["a"]}, {}), ({}, {"uniqueKeys": [["x"]]}), ({"maxlength": 1}, {})],
)
def test_ignored_keyword(more_of_the_field: dict[str, Any], more_of_the_schema: dict[str, Any]) -> None:
    descriptor = {"fields": [{"name": "x", "type": "string", **more_of_the_field}], **more_of_the_schema}
    rows = [["x"], ["bcd"], ["bcd"]]
    assert Resource(rows, schema=Schema.from_descriptor(descriptor)).validate().valid
    with pytest.raises(SettingsError, match="is not enforced"):
        TableSchema.of(descriptor)


def test_unlike_pattern() -> None:
    descriptor = {"fields": [{"name": "x", "type": "string", "constraints": {"pattern": r"(?:\d)"}}]}
    assert Resource([["x"], ["\u0663"]], schema=Schema.from_descriptor(descriptor)).validate().valid
    with pytest.raises(SettingsError, match="an escape that engines read differently"):
        TableSchema.of(descriptor)


def test_every_line_is_tested_here() -> None:
    others = {difference.name for difference in DIFFERENCES if difference.scope != "cell"}
    assert others == {"blank-row", "key-of-refused-value", "error-limit", "ignored-keyword", "unlike-pattern"}
    assert all(f"test_{name.replace('-', '_')}" in globals() for name in others)
    assert len({difference.name for difference in DIFFERENCES}) == len(DIFFERENCES)
    assert all(difference.cell for difference in CELLS)
