"""The referee: what it looks at, and that it stops a release when Frictionless says otherwise."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from pipeline.errors import PrivacyError
from pipeline.model.tables import Rejection
from pipeline.validate import Checked, TableSchema, validate
from pipeline.validate.checks import Column
from pipeline.validate.referee.referee import chosen_rows, referee

SCHEMA = TableSchema.of(
    {
        "fields": [
            {"name": "key", "type": "string", "constraints": {"required": True}},
            {"name": "kind", "type": "string", "constraints": {"enum": ["usual", "rare"]}},
            {"name": "many", "type": "integer"},
        ],
        "primaryKey": ["key"],
    }
)


def events(height: int = 5000) -> pa.Table:
    kinds = ["usual"] * height
    kinds[height // 2] = "rare"
    return pa.table(
        {
            "key": [f"{number:08x}" for number in range(height)],
            "kind": pa.array(kinds).dictionary_encode(),
            "many": [str(number) for number in range(height)],
        }
    )


def with_cell(table: pa.Table, column: str, position: int, cell: str | None) -> pa.Table:
    cells = table.column(column).cast(pa.string()).to_pylist()
    cells[position] = cell
    return table.set_column(table.column_names.index(column), column, pa.array(cells, pa.string()))


def columns_of(table: pa.Table) -> list[Column]:
    return [Column.of(table.column(name), name) for name in table.column_names]


def test_a_good_table_is_agreed_to_by_sample() -> None:
    verdict = referee(events(), validate(events(), SCHEMA), SCHEMA, salt="street-crime 2024-01")
    assert (verdict.rejected, verdict.differences) == (0, {})
    assert 1000 <= verdict.rows <= 1002


def test_everything_is_everything() -> None:
    verdict = referee(events(), validate(events(), SCHEMA), SCHEMA, salt="s", everything=True)
    assert verdict.rows == 5000


def test_every_rejected_row_is_looked_at_beyond_the_limit_of_frictionless() -> None:
    table = events()
    table = table.set_column(2, "many", pa.array(["x"] * 1500 + ["1"] * 3500))
    verdict = referee(table, validate(table, SCHEMA), SCHEMA, salt="s", sample=10)
    assert verdict.rejected == 1500
    assert verdict.rows <= 1512


def test_a_repeated_key_is_looked_at_beside_the_row_that_had_it_first() -> None:
    table = with_cell(events(), "key", 4321, "00000007")
    verdict = referee(table, validate(table, SCHEMA), SCHEMA, salt="s", sample=0)
    assert verdict.rejected == 1


def test_a_value_of_a_closed_list_that_occurs_once_is_looked_at() -> None:
    rows = chosen_rows(columns_of(events()), [1], size=10, salt="s")
    assert 2500 in rows.tolist()
    assert len(rows) <= 12


def test_the_choice_is_the_same_for_the_same_rows_and_another_for_another_salt() -> None:
    columns = columns_of(events())
    chosen = chosen_rows(columns, [1], size=100, salt="s")
    assert np.array_equal(chosen_rows(columns, [1], size=100, salt="s"), chosen)
    assert not np.array_equal(chosen_rows(columns, [1], size=100, salt="t"), chosen)
    assert len(np.unique(chosen)) == len(chosen) <= 102


def test_each_value_and_the_blank_are_looked_at_in_dictionaries_and_plain_columns() -> None:
    texts = [*["a"] * 500, None, *["b"] * 500, "c"]
    for cells in (pa.array(texts), pa.array(texts).dictionary_encode()):
        rows = chosen_rows([Column.of(pa.chunked_array([cells]), "x")], [0], size=0, salt="s")
        assert {texts[row] for row in rows.tolist()} == {"a", None, "b", "c"}
        assert len(rows) == 4


def test_a_table_without_rows_is_agreed_to() -> None:
    table = events().slice(0, 0)
    assert referee(table, validate(table, SCHEMA), SCHEMA, salt="s").rows == 0


FORGED: list[tuple[pa.Table, list[Rejection], str]] = [
    (with_cell(events(50), "many", 7, "Secret Person"), [], "column `many`: 1 times `type-error` by Frictionless only"),
    (events(50), [Rejection(7, "many", "type-error")], "column `many`: 1 times `type-error` by the checks only"),
    (with_cell(events(50), "key", 9, "00000007"), [], "column `key`: 1 times `primary-key` by Frictionless only"),
    (
        with_cell(events(50), "kind", 7, "Secret Person"),
        [Rejection(7, "kind", "type-error")],
        "column `kind`: 1 times `constraint-error` by Frictionless only",
    ),
]


@pytest.mark.parametrize(("table", "said", "expected"), FORGED, ids=[expected for _, _, expected in FORGED])
def test_a_difference_that_nothing_explains_stops_the_release(
    table: pa.Table, said: list[Rejection], expected: str
) -> None:
    forged = Checked(schema=SCHEMA, positions=np.arange(0), text=table, rejections=tuple(said))
    with pytest.raises(PrivacyError, match="verdict-differs: the referee") as caught:
        referee(table, forged, SCHEMA, salt="s")
    assert expected in str(caught.value)
    assert "Secret" not in str(caught.value)


def test_a_known_difference_is_no_licence_for_other_cells_of_the_column() -> None:
    table = with_cell(with_cell(events(50), "many", 3, "1_0"), "many", 4, "Secret Person")
    honest = validate(table, SCHEMA)
    assert referee(table, honest, SCHEMA, salt="s").differences == {"number-underscore": 1}
    forged = dataclasses.replace(honest, rejections=honest.rejections[:1])
    with pytest.raises(PrivacyError, match="verdict-differs"):
        referee(table, forged, SCHEMA, salt="s")


def test_cells_that_look_like_csv_arrive_whole() -> None:
    schema = TableSchema.of(
        {"fields": [{"name": "x", "type": "string", "constraints": {"enum": ['a,"b"', "a\r\nb", "a\rb", "'", "\0"]}}]}
    )
    table = pa.table({"x": ['a,"b"', "a\r\nb", "a\rb", "'", "\0", "a\nb", 'a,"b']})
    checked = validate(table, schema)
    assert [found.position for found in checked.rejections] == [5, 6]
    assert referee(table, checked, schema, salt="s").rejected == 2


def test_frictionless_breaking_down_stops_the_release_without_its_words() -> None:
    # Frictionless compares a signalling NaN with the limit and falls over
    schema = TableSchema.of({"fields": [{"name": "x", "type": "number", "constraints": {"minimum": 1}}]})
    table = pa.table({"x": ["sNaN77"]})
    with pytest.raises(PrivacyError, match=r"referee-failed: .*InvalidOperation") as caught:
        referee(table, validate(table, schema), schema, salt="s")
    assert "77" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
