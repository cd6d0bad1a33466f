"""Loading a schema: what it says is enforced, or it is refused."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from pipeline.codelists import CODELISTS
from pipeline.errors import SettingsError
from pipeline.validate import TableSchema

if TYPE_CHECKING:
    from pathlib import Path


def schema(*fields: dict[str, Any], **more: object) -> TableSchema:
    return TableSchema.of({"fields": list(fields), **more})


def text(name: str = "a", **constraints: object) -> dict[str, Any]:
    return {"name": name, "type": "string", "constraints": constraints}


def test_every_type_has_its_arrow_type() -> None:
    kinds = ["string", "number", "integer", "boolean", "date", "yearmonth", "year"]
    made = schema(*({"name": kind, "type": kind} for kind in kinds), {"name": "money", "type": "number", "decimals": 2})
    assert made.arrow == pa.schema(
        [
            ("string", pa.string()),
            ("number", pa.float64()),
            ("integer", pa.int64()),
            ("boolean", pa.bool_()),
            ("date", pa.date32()),
            ("yearmonth", pa.string()),
            ("year", pa.int64()),
            ("money", pa.decimal128(18, 2)),
        ]
    )


def test_the_digest_does_not_depend_on_the_order_of_keywords() -> None:
    one = schema({"name": "a", "type": "string", "title": "A"})
    other = schema({"title": "A", "type": "string", "name": "a"})
    assert one.digest == other.digest
    assert one.digest != schema({"name": "a", "type": "string", "title": "B"}).digest


def test_the_released_descriptor_keeps_the_order_of_keywords() -> None:
    assert list(schema({"name": "a", "title": "A", "type": "string"}).descriptor()["fields"][0]) == [
        "name",
        "title",
        "type",
    ]


NUMBER = {"name": "n", "type": "number"}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"fields": []}, "no fields"),
    ({"fields": [text()], "uniqueKeys": [["a"]]}, "`uniqueKeys` is not enforced"),
    ({"fields": [text()], "foreignKeys": []}, "`foreignKeys` is not enforced"),
    ({"fields": [text()], "missingValues": ["", "NA"]}, "missing value is empty"),
    ({"fields": [text() | {"categories": ["x"]}]}, "`categories` is not enforced"),
    ({"fields": [text() | {"format": "email"}]}, "default format"),
    ({"fields": [{"type": "string"}]}, "field 1 has no name"),
    ({"fields": [{"name": "a"}]}, "type is missing"),
    ({"fields": [{"name": "a", "type": "geopoint"}]}, "not one that is checked"),
    ({"fields": [text(), text()]}, "two fields have one name"),
    ({"fields": [text(exclusiveMinimum=1)]}, "`exclusiveMinimum` is not enforced"),
    ({"fields": [text(minimum=1)]}, "`minimum` is not enforced for a string"),
    ({"fields": [text(required="yes")]}, "`required` has a value of the wrong kind"),
    ({"fields": [text(minLength=True)]}, "`minLength` has a value of the wrong kind"),
    ({"fields": [text(maxLength=-1)]}, "a length is negative"),
    ({"fields": [text(enum=[])]}, "enum is empty"),
    ({"fields": [text(enum=["x", "x"])]}, "a value twice"),
    ({"fields": [text(enum=["x", ""])]}, "lists a blank"),
    ({"fields": [text(pattern="(?:[0-9]")]}, "no regular expression"),
    ({"fields": [text(pattern=r"(?:\d)")]}, "an escape that engines read differently"),
    ({"fields": [text(pattern=r"(?:[\w])")]}, "an escape that engines read differently"),
    ({"fields": [text(pattern="(?:^a$)")]}, "a bare `^`"),
    ({"fields": [text(pattern="(?:a.)")]}, "a bare `.`"),
    ({"fields": [text(pattern="(?:(?P<x>a))")]}, "a group with flags or a name"),
    ({"fields": [text(pattern="(?:[a[b])")]}, "a class within a class"),
    ({"fields": [text(pattern="(?:[a||b])")]}, "no regular expression that every engine reads alike"),
    ({"fields": [NUMBER | {"constraints": {"unique": True}}]}, "`unique` is not enforced for a number"),
    ({"fields": [NUMBER | {"constraints": {"enum": [1.5]}}]}, "`enum` is not enforced for a number"),
    ({"fields": [NUMBER | {"constraints": {"minimum": "NaN"}}]}, "its minimum is not of its type"),
    ({"fields": [NUMBER | {"bareNumber": False}]}, "`bareNumber` is not enforced"),
    ({"fields": [NUMBER | {"decimals": 0}]}, "`decimals` must be"),
    ({"fields": [NUMBER | {"decimals": 2, "constraints": {"maximum": 0.005}}]}, "its maximum is not of its type"),
    (
        {"fields": [NUMBER | {"decimals": 2, "constraints": {"enum": ["1.5"]}}]},
        "a value of its enum is not of its type",
    ),
    ({"fields": [text() | {"decimals": 2}]}, "`decimals` is not enforced for a string"),
    ({"fields": [{"name": "d", "type": "date", "constraints": {"minimum": "2024-1-1"}}]}, "its minimum is not of"),
    ({"fields": [{"name": "b", "type": "boolean", "trueValues": ["0"]}]}, "both true and false"),
    ({"fields": [{"name": "b", "type": "boolean", "trueValues": []}]}, "must be lists of words"),
    ({"fields": [text()], "primaryKey": "a"}, "must be a list"),
    ({"fields": [text()], "primaryKey": ["b"]}, "names `b`, which is no field"),
    ({"fields": [text()], "primaryKey": ["a"]}, "names no field that is required"),
    (
        {"fields": [NUMBER | {"constraints": {"required": True}}], "primaryKey": ["n"]},
        "cannot be a number",
    ),
    ({"fields": [text(enum=["x"]) | {"fromSettings": "bodies"}]}, "exclude each other"),
]


@pytest.mark.parametrize(("descriptor", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_what_is_not_enforced_is_refused(descriptor: dict[str, Any], reason: str) -> None:
    with pytest.raises(SettingsError, match="schema-refused") as caught:
        TableSchema.of(descriptor)
    assert reason in str(caught.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        schema(text("a", maximum=1), {"name": "b", "type": "any"}, uniqueKeys=[])
    assert all(part in str(caught.value) for part in ("field `a`", "field `b`", "uniqueKeys"))


@pytest.mark.parametrize("content", ["", "[1]", '{"fields": [], "fields": []}', "\udcff"])
def test_a_file_that_is_no_schema_is_refused_with_its_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError, match=r"schema-refused: .*broken\.json"):
        TableSchema.load(path)


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"schema-refused: .*absent\.json"):
        TableSchema.load(tmp_path / "absent.json")


def test_a_loaded_schema_is_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"fields": [text(required=True)]}), encoding="utf-8")
    assert TableSchema.load(path).descriptor() == {"fields": [text(required=True)]}


def test_a_field_with_a_code_list_has_the_values_of_the_list(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"fields": [{**text(required=True), "codelist": "venue-kind"}]}), encoding="utf-8")
    with (CODELISTS / "venue-kind.csv").open(encoding="utf-8", newline="") as lines:
        labels = tuple(row["label"] for row in csv.DictReader(lines))
    (field,) = TableSchema.load(path).fields
    assert (field.required, field.enum) == (True, labels)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ({**text(enum=["School"]), "codelist": "venue-kind"}, "its enum has a value of its code list"),
        ({**text(), "codelist": "venue-sort"}, "field `a`: its code list"),
        ({**text(), "codelist": "venue-kind", "codelistColumn": "lable"}, "field `a`: its code list"),
    ],
)
def test_a_code_list_that_cannot_be_read_or_is_typed_once_more_is_refused(
    tmp_path: Path, field: dict[str, Any], said: str
) -> None:
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"fields": [field]}), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"schema-refused: .*s\.json") as caught:
        TableSchema.load(path)
    assert said in str(caught.value)


def test_settings_fill_in_the_values_that_depend_on_them() -> None:
    open_schema = schema({**text(required=True), "fromSettings": "bodies"})
    assert open_schema.unsettled == ("a",)
    settled = open_schema.with_settings({"bodies": ["One", "Other"]})
    assert settled.unsettled == ()
    assert settled.fields[0].enum == ("One", "Other")
    assert settled.descriptor()["fields"][0]["constraints"] == {"required": True, "enum": ["One", "Other"]}
    assert settled.digest != open_schema.digest


def test_settings_that_do_not_give_the_values_are_refused() -> None:
    with pytest.raises(SettingsError, match="schema-refused: a: the settings give no values for `bodies`"):
        schema({**text(), "fromSettings": "bodies"}).with_settings({"force-names": ["x"]})
