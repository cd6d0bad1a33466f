"""What the description of CSV files makes of a schema that the declared datasets do not have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.metadata.datapackage import METADATA, csvw
from tests.lib.publications import make_publication, make_release

if TYPE_CHECKING:
    from pathlib import Path

LISTS = {
    "codelists/once.csv": b"code,label\na,A\nb,B\n",
    "codelists/twice.csv": b"code,label\na,A\nb,A\n",
}


def described(folder: Path, *fields: dict[str, Any], **schema: Any) -> dict[str, Any]:  # noqa: ANN401 - any keyword of a schema
    """Return the schema of the one table of a dataset with these fields."""
    publication = make_publication("things", [make_release(folder, "things", "2024-01")])
    made = csvw(publication, {"fields": [*fields], **schema}, LISTS)
    table: dict[str, Any] = json.loads(made[METADATA])["tables"][0]
    assert table["url"] == "things-2024-01.csv"
    found: dict[str, Any] = table["tableSchema"]
    return found


def field(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any keyword of a field
    return {"name": name, "type": kind, **more}


def test_a_header_becomes_the_name_that_the_standard_gives_it(tmp_path: Path) -> None:
    found = described(tmp_path, field("Crime type"), field("a-b é"), primaryKey=["Crime type"])
    assert [each["titles"] for each in found["columns"]] == ["Crime type", "a-b é"]
    assert [each["name"] for each in found["columns"]] == ["Crime%20type", "a%2Db%20%C3%A9"]
    assert found["primaryKey"] == ["Crime%20type"]


def test_types_and_rules_are_said_in_the_standards_words(tmp_path: Path) -> None:
    columns = described(
        tmp_path,
        field("a", "number", decimals=2, constraints={"minimum": 0, "required": True}),
        field("b", "number"),
        field("c", "yearmonth"),
        field("d", "boolean", trueValues=["Y"], falseValues=["N"]),
        field("e", "boolean"),
        field("f", constraints={"pattern": "(?:[a-z]{3})", "maxLength": 3}),
        field("g", constraints={"pattern": "(?i:[a-z]{3})"}),
        field("h", "year"),
    )["columns"]
    assert [each["datatype"] for each in columns] == [
        {"base": "decimal", "minimum": 0},
        {"base": "double"},
        {"base": "gYearMonth"},
        {"base": "boolean", "format": "Y|N"},
        {"base": "string"},
        {"base": "string", "maxLength": 3, "format": "(?:[a-z]{3})"},
        {"base": "string"},
        {"base": "gYear"},
    ]
    assert [each.get("required", False) for each in columns] == [True, *[False] * 7]


def test_a_key_leads_to_a_published_list_only_where_every_cell_is_one_line_of_it(tmp_path: Path) -> None:
    must = {"required": True, "enum": ["A", "B"]}
    keys = described(
        tmp_path,
        field("right", codelist="once", constraints=must),
        field("may be empty", codelist="once", constraints={"enum": ["A", "B"]}),
        field("more than the list", codelist="once", constraints={**must, "enum": ["A", "B", "ALL"]}),
        field("a value twice", codelist="twice", constraints={**must, "enum": ["A"]}),
        field("two lists", codelist=["once", "twice"], constraints=must),
        field("not published", codelist="elsewhere", constraints=must),
    )["foreignKeys"]
    leads = {"resource": "codelists/once.csv", "columnReference": "label"}
    assert keys == [{"columnReference": "right", "reference": leads}]


def test_what_was_never_released_has_no_description() -> None:
    assert csvw(make_publication("things", []), {"fields": [field("a")]}, LISTS) == {}
