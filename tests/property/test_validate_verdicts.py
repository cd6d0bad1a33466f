"""Whatever the schema and whatever the cells: the checks say what Frictionless says, known differences aside."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pyarrow as pa
from frictionless import Schema
from hypothesis import given, note, settings
from hypothesis import strategies as st

from pipeline.validate import TableSchema, validate
from pipeline.validate.referee.referee import referee
from pipeline.validate.rules import matches, pattern_refusal
from tests.lib import examples

KINDS = ("string", "number", "money", "integer", "boolean", "date", "yearmonth", "year")

#: Cells that one reader or another takes for something else than they are.
NASTY = (
    *(
        "",
        " ",
        "  x",
        "\n",
        "a",
        "ac",
        "a\n",
        "bc",
        "abc",
        "A",
        "é",
        "ŷŷ",
        "x" * 5000,
        'say "so"',
        "a,b",
        "a\r\nb",
        "'",
        "\0",
    ),
    *(
        "0",
        "-0",
        "+1",
        "1",
        "01",
        "2",
        "-1",
        "1.0",
        "1.",
        ".5",
        "1.50",
        "1e5",
        "1E-5",
        "1e400",
        "-1e400",
        "1_000",
        "1 000",
    ),
    *(
        "NaN",
        "nan",
        "INF",
        "inf",
        "-Infinity",
        "\u0661\u0662",
        "\uff11",
        "\u00b2",
        "1\n",
        " 1",
        "1\u00a0",
        "0x10",
        "1,000",
    ),
    *(
        "999999999999999999",
        "1000000000000000000",
        "-99999999999999999999",
        "1234567890123456.78",
        "12345678901234567.00",
    ),
    *("true", "True", "TRUE", "false", "False", "yes", "Y", "true\n", " true"),
    *("2024-02-29", "2024-02-30", "2024-1-3", "0000-01-01", "0001-01-01", "9999-12-31", "20240103", "2024-01-03\n"),
    *("2024-01- 3", "2024-W01-1", "03/01/2024", "2024-01-03T00:00", "2024-01-0\u0663"),
    *("2024-01", "2024-1", "2024-13", "2024-00", "0000-12", " 2024-01", "2024-01\n", "2024-0\u0661"),
    *("2024", "024", "-024", "+024", " 202", "2_02", "0000", "02024", "\u0662\u0660\u0662\u0664"),
)
PATTERNS = (
    "(?:[0-9]{2})",
    "(?:[a-c]{1})",
    "(?:a|bc)",
    "a|bc",
    "(?:[^a]+)",
    "(?:(?!b)[a-c]+)",
    "(?:a?(?:b|c)*)",
    "(?:a)\\n?",
)

nasty = st.sampled_from(NASTY)
awkward = st.text(alphabet="01ab-+.eE_ \n\u0661\u00e9,'\"", max_size=6)
by_kind = {
    "string": awkward,
    "number": st.one_of(
        st.floats(allow_nan=False).map(repr), st.decimals(-10, 10, places=20).map(str), st.integers(-3, 3).map(str)
    ),
    "money": st.decimals(-3, 3, places=2).map(lambda amount: f"{amount:.2f}"),
    "integer": st.integers(-3, 3).map(str) | st.integers().map(str),
    "boolean": st.sampled_from(("true", "false", "1", "0")),
    "date": st.dates().map(str) | st.dates(dt.date(2024, 1, 1), dt.date(2024, 1, 4)).map(str),
    "yearmonth": st.dates(dt.date(2023, 10, 1), dt.date(2024, 4, 1)).map(lambda day: f"{day:%Y-%m}"),
    "year": st.integers(2022, 2026).map(str),
}
bounds = {
    "number": st.sampled_from((-1, 0, 0.1, "1e2", "-0.5")),
    "money": st.sampled_from((-1, "0.5", 1.25)),
    "integer": st.integers(-2, 2),
    "date": st.sampled_from(("2024-01-02", "2024-01-03")),
    "yearmonth": st.sampled_from(("2023-12", "2024-02")),
    "year": st.sampled_from((2023, "2025")),
}
listed = {
    "string": st.sampled_from(("a", "ac", "a,b", "é", "a\n")),
    "money": st.sampled_from(("1.00", "1.50", "-2.00")),
    "integer": st.sampled_from((0, 1, "2")),
    "date": st.sampled_from(("2024-01-02", "2024-02-29")),
    "yearmonth": st.sampled_from(("2024-01", "2024-02")),
    "year": st.sampled_from((2024, "2025")),
}


@st.composite
def constraints(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Return constraints that the schema's grammar allows for a kind of column."""
    rules: dict[str, Any] = {"required": draw(st.booleans())}
    if kind not in {"number", "boolean"}:
        rules["unique"] = draw(st.booleans())
    if kind in bounds:
        for name in draw(st.sets(st.sampled_from(("minimum", "maximum")))):
            rules[name] = draw(bounds[kind])
    if kind == "string":
        for name in draw(st.sets(st.sampled_from(("minLength", "maxLength")), max_size=1)):
            rules[name] = draw(st.integers(0, 3))
        if draw(st.booleans()):
            rules["pattern"] = draw(st.sampled_from(PATTERNS))
    if kind in listed and draw(st.integers(0, 3)) == 0:
        rules["enum"] = draw(st.lists(listed[kind], min_size=1, unique_by=str))
    return rules


@st.composite
def tables(draw: st.DrawFn) -> tuple[TableSchema, pa.Table]:
    """Return a schema of one to four columns and a table of text for it, most of it nearly right."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
    fields: list[dict[str, Any]] = []
    for number, kind in enumerate(kinds):
        field: dict[str, Any] = {"name": f"f{number}", "type": "number" if kind == "money" else kind}
        if kind == "money":
            field["decimals"] = 2
        fields.append({**field, "constraints": draw(constraints(kind))})
    keyed = [number for number, kind in enumerate(kinds) if kind not in {"number", "boolean"}]
    key = draw(st.lists(st.sampled_from(keyed), unique=True, max_size=2)) if keyed else []
    for number in key:
        fields[number]["constraints"]["required"] = True
    schema = TableSchema.of({"fields": fields, **({"primaryKey": [f"f{number}" for number in key]} if key else {})})
    height = draw(st.integers(1, 8))
    columns = {}
    for number, kind in enumerate(kinds):
        cell = st.none() | by_kind[kind] | by_kind[kind] | nasty
        column = pa.array(draw(st.lists(cell, min_size=height, max_size=height)), pa.string())
        columns[f"f{number}"] = column.dictionary_encode() if draw(st.booleans()) else column
    return schema, pa.table(columns)


@settings(max_examples=examples(300), deadline=None)
@given(tables())
def test_the_verdict_is_that_of_frictionless(made: tuple[TableSchema, pa.Table]) -> None:
    schema, table = made
    note(schema.text)
    note(str(table.to_pydict()))
    referee(table, validate(table, schema), schema, salt="s", everything=True)


@settings(max_examples=examples(100), deadline=None)
@given(tables())
def test_what_is_accepted_means_what_frictionless_reads(made: tuple[TableSchema, pa.Table]) -> None:
    schema, table = made
    checked = validate(table, schema)
    readers = {field.name: field.create_cell_reader() for field in Schema.from_descriptor(schema.descriptor()).fields}
    for field in schema.fields:
        theirs = [readers[field.name](cell or "")[0] for cell in checked.text.column(field.name).to_pylist()]
        ours = checked.typed.column(field.name).to_pylist()
        assert ours == [as_ours(value, exact=field.decimals is not None) for value in theirs]


def as_ours(value: Any, *, exact: bool) -> object:  # noqa: ANN401 - a cell may be of any type
    """Return a value of Frictionless, which reads numbers as decimals, as Arrow gives it."""
    if isinstance(value, tuple):
        return f"{value[0]:04d}-{value[1]:02d}"
    return float(value) if isinstance(value, Decimal) and not exact else value


@settings(max_examples=examples(50), deadline=None)
@given(tables())
def test_the_way_a_column_is_stored_does_not_matter(made: tuple[TableSchema, pa.Table]) -> None:
    schema, table = made
    plain = pa.table({name: table.column(name).cast(pa.string()) for name in table.column_names})
    halves = pa.concat_tables([plain.slice(0, 2), plain.slice(2)])
    encoded = pa.table({name: halves.column(name).dictionary_encode() for name in table.column_names})
    verdict = validate(table, schema)
    for other in (validate(plain, schema), validate(halves, schema), validate(encoded, schema)):
        assert other.rejections == verdict.rejections
        assert other.positions.tolist() == verdict.positions.tolist()
        assert other.typed.equals(verdict.typed)


@settings(max_examples=examples(200), deadline=None)
@given(
    st.sampled_from((*PATTERNS, "(?:[0-9a-f]{3})", "(?:[x]{0})", "(?:[A-Ca-c0]{2})")),
    st.lists(st.none() | st.text(alphabet="abcABC019fx\n\u00e9", max_size=5), max_size=20),
)
def test_a_pattern_matches_the_whole_value_as_python_would(pattern: str, texts: list[str | None]) -> None:
    assert not pattern_refusal(pattern)
    expected = [None if text is None else re.fullmatch(f"(?:{pattern})", text) is not None for text in texts]
    assert matches(pattern, pa.array(texts, pa.string())).to_pylist() == expected


@settings(max_examples=examples(200), deadline=None)
@given(st.text(alphabet="ab[](){}|?*+\\^$.-dwn:!<=", max_size=10), st.lists(st.text(alphabet="ab\n-d", max_size=4)))
def test_a_pattern_that_is_not_refused_reads_alike_in_both_engines(pattern: str, texts: list[str]) -> None:
    if not pattern_refusal(pattern):
        whole = re.compile(f"(?:{pattern})")
        assert matches(pattern, pa.array(texts, pa.string())).to_pylist() == [
            whole.fullmatch(text) is not None for text in texts
        ]


@given(st.decimals(-(10**15), 10**15, places=2))
def test_money_arrives_to_the_penny(amount: Decimal) -> None:
    schema = TableSchema.of({"fields": [{"name": "a", "type": "number", "decimals": 2}]})
    assert validate(pa.table({"a": [f"{amount:.2f}"]}), schema).typed.column("a").to_pylist() == [amount]
