"""Files that forces published keep the schema of street-level crime, row by row, and Frictionless agrees."""

from __future__ import annotations

import pyarrow.csv as pa_csv
import pytest

from pipeline.validate import TableSchema, validate
from pipeline.validate.referee.referee import referee
from tests.lib import ROOT
from tests.lib.published_files import street_files

SCHEMA = ROOT / "schemas" / "crime" / "street-crime.json"
#: Territorial forces, early and late, with accented letters, a place without a name, codes of Wales.
FILES = ("2014-01-leicestershire", "2025-01-leicestershire", "2025-01-north-wales", "2014-01-northern-ireland")


@pytest.mark.parametrize("name", FILES)
def test_a_month_that_a_force_published_keeps_the_schema(name: str) -> None:
    path = street_files() / f"{name}-street.csv"
    schema = TableSchema.load(SCHEMA)
    text = dict.fromkeys(schema.names, "string")
    table = pa_csv.read_csv(
        path, convert_options=pa_csv.ConvertOptions(column_types=text, strings_can_be_null=True, null_values=[""])
    )
    forces = table.column("Reported by").unique().to_pylist()
    settled = schema.with_settings({"force-names": forces})
    checked = validate(table, settled)
    assert checked.rejections == ()
    assert referee(table, checked, settled, salt=name).differences == {}
