"""The schemas of the published tables: complete, in plain words, in published order, and every rule bites."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from frictionless import Schema

from pipeline.validate import TableSchema, validate
from pipeline.validate.referee.referee import referee
from tests.lib import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SCHEMAS = ROOT / "schemas"
FILES = sorted(path for path in SCHEMAS.glob("*/*.json") if path.parent.name != "codelists")
SETTINGS = {
    "force-names": ["Example Police"],
    "bodies": ["Police and Crime Commissioner for Example", "Chief Constable of Example Police"],
}
each_schema = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)

PUBLISHED = {
    "street-crime": "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context",
    "spend-over-500": "body,payment_date,transaction_id,supplier_name,supplier_id,company_number,department,category,"
    "purpose,net_amount,irrecoverable_vat,value_for_money,contract_reference,is_card,redaction",
    "engagement-events": "event_id,month,event_date,kind,series,neighbourhood_code,ward_code,channel,audience,"
    "venue_kind,officer_present,attendance_band,title",
}

ARROW = {
    "street-crime": {"Longitude": pa.float64(), "Latitude": pa.float64()},
    "spend-over-500": {
        "payment_date": pa.date32(),
        "net_amount": pa.decimal128(18, 2),
        "irrecoverable_vat": pa.decimal128(18, 2),
        "is_card": pa.bool_(),
    },
    "engagement-events": {"event_date": pa.date32(), "officer_present": pa.bool_()},
}

GOOD: dict[str, dict[str, str | None]] = {
    "street-crime": {
        "Crime ID": "0123456789abcdef" * 4,
        "Month": "2024-01",
        "Reported by": "Example Police",
        "Falls within": "Example Police",
        "Longitude": "-1.131592",
        "Latitude": "52.636878",
        "Location": "On or near ",
        "LSOA code": "E01013616",
        "LSOA name": "Bournemouth, Christchurch and Poole 039D",
        "Crime type": "Burglary",
        "Last outcome category": "Investigation complete; no suspect identified",
        "Context": None,
    },
    "spend-over-500": {
        "body": "Chief Constable of Example Police",
        "payment_date": "2024-01-15",
        "transaction_id": "0123456789abcdef" * 2,
        "supplier_name": "Acme Locks Ltd",
        "supplier_id": "0123456789abcdef" * 2,
        "company_number": "01234567",
        "department": "Estates",
        "category": "Building repairs",
        "purpose": "Building repairs",
        "net_amount": "-1234567890123456.50",
        "irrecoverable_vat": "0.00",
        "value_for_money": "Three written quotations",
        "contract_reference": "C-1",
        "is_card": "false",
        "redaction": "personal",
    },
    "engagement-events": {
        "event_id": "0123456789abcdef" * 2,
        "month": "2024-01",
        "event_date": "2024-01-15",
        "kind": "Surgery",
        "series": "Beat surgery",
        "neighbourhood_code": "NA",
        "ward_code": "W05000001",
        "channel": "In person",
        "audience": "General public",
        "venue_kind": "Library",
        "officer_present": "true",
        "attendance_band": "50+",
        "title": "Surgery",
    },
}

#: Cells that may be empty, by dataset; every other cell must be filled.
BLANK = {
    "street-crime": ["Crime ID", "Longitude", "Latitude", "LSOA code", "LSOA name", "Last outcome category", "Context"],
    "spend-over-500": [
        "supplier_id",
        "company_number",
        "department",
        "category",
        "purpose",
        "irrecoverable_vat",
        "contract_reference",
        "redaction",
    ],
    "engagement-events": ["event_date", "series", "ward_code", "officer_present", "attendance_band"],
}

BAD: dict[str, dict[str, list[str]]] = {
    "street-crime": {
        "Crime ID": ["0123456789ABCDEF" * 4, "0" * 63, "0" * 65, "0" * 64 + "\n", "24*0123456"],
        "Month": ["2024-13", "2024-1", "2024-01-02", "202401"],
        "Reported by": ["Leicestershire Police", "example police"],
        "Falls within": ["Leicestershire Police"],
        "Longitude": ["-180.000001", "181", "NaN", "1,5"],
        "Latitude": ["90.000001", "-91", "north"],
        "LSOA code": ["E02000001", "01013616", "E0101361"],
        "Crime type": ["burglary", "Burglary ", "Other"],
        "Last outcome category": ["Under Investigation", "18"],
        "Context": ["anything"],
    },
    "spend-over-500": {
        "body": ["OPCC"],
        "payment_date": ["15/01/2024", "2024-02-30"],
        "transaction_id": ["5001234", "0" * 64],
        "supplier_id": ["S10233"],
        "company_number": ["1234567", "GB1234567", "AB12345", "Jane Roe"],
        "net_amount": ["1,234.50", "(250.00)", "1.5", "12345678901234567.00"],
        "irrecoverable_vat": ["none"],
        "value_for_money": ["3 quotes"],
        "is_card": ["Y", "TRUE", "0"],
        "redaction": ["REDACTED PERSONAL DATA"],
    },
    "engagement-events": {
        "event_id": ["17"],
        "month": ["January"],
        "event_date": ["2024-01-15 18:00"],
        "kind": ["surgery"],
        "series": ["Unheard of"],
        "ward_code": ["E01013616"],
        "channel": ["in-person"],
        "audience": ["Everybody"],
        "venue_kind": ["library"],
        "officer_present": ["Y", "1"],
        "attendance_band": ["12"],
    },
}


def settled(path: Path) -> TableSchema:
    return TableSchema.load(path).with_settings(SETTINGS)


def table_of(schema: TableSchema, *rows: dict[str, str | None]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in schema.names})


def test_every_published_table_has_a_schema() -> None:
    assert {path.stem for path in FILES} >= set(PUBLISHED)


@each_schema
def test_frictionless_itself_finds_nothing_wrong(path: Path) -> None:
    for descriptor in (json.loads(path.read_text(encoding="utf-8")), settled(path).descriptor()):
        assert Schema.validate_descriptor(descriptor).valid


@each_schema
def test_columns_stand_in_published_order_with_their_types(path: Path) -> None:
    schema = settled(path)
    assert ",".join(schema.names) == PUBLISHED[path.stem]
    for field in schema.arrow:
        assert field.type == ARROW[path.stem].get(field.name, pa.string()), field.name


@each_schema
def test_everything_is_described_in_words(path: Path) -> None:
    descriptor = TableSchema.load(path).descriptor()
    assert descriptor["title"]
    assert descriptor["description"].endswith(".")
    assert descriptor["missingValues"] == [""]
    for field in descriptor["fields"]:
        assert field["title"], field["name"]
        assert field["description"].endswith("."), field["name"]
        assert field["source"], field["name"]
        if field["type"] in {"number", "integer", "date"}:
            assert field["unit"], field["name"]


def labels_of(codelist: str, column: str) -> list[str]:
    with (SCHEMAS / "codelists" / f"{codelist}.csv").open(encoding="utf-8", newline="") as lines:
        return list(dict.fromkeys(row[column] for row in csv.DictReader(lines)))


@each_schema
def test_a_closed_list_is_its_code_list_or_the_settings(path: Path) -> None:
    for field in TableSchema.load(path).fields:
        assert (field.enum is not None) == bool(field.codelist), field.name
        if field.codelist:
            assert list(field.enum or ()) == labels_of(field.codelist, field.codelist_column), field.name


@each_schema
def test_patterns_are_one_group_so_that_frictionless_anchors_all_of_it(path: Path) -> None:
    for field in TableSchema.load(path).fields:
        if field.pattern is not None:
            assert field.pattern.startswith("(?:"), field.name
            assert field.pattern.endswith(")"), field.name


@each_schema
def test_examples_keep_the_schema(path: Path) -> None:
    schema = settled(path)
    examples: dict[str, Any] = {field["name"]: field.get("example") for field in schema.descriptor()["fields"]}
    checked = validate(table_of(schema, {**GOOD[path.stem], **{k: v for k, v in examples.items() if v}}), schema)
    assert checked.rejections == ()


@each_schema
def test_a_good_row_passes_with_every_optional_cell_full_or_empty(path: Path) -> None:
    schema, good = settled(path), GOOD[path.stem]
    key = dict.fromkeys(schema.primary_key, "fedcba9876543210" * 2)
    table = table_of(schema, good, {**good, **dict.fromkeys(BLANK[path.stem]), **key})
    checked = validate(table, schema)
    assert checked.rejections == ()
    assert referee(table, checked, schema, salt="s", everything=True).differences == {}


@each_schema
def test_every_rule_rejects_a_bad_row_and_frictionless_agrees(path: Path) -> None:
    schema, good = settled(path), GOOD[path.stem]
    bad: list[tuple[str, str | None]] = [(name, cell) for name, cells in BAD[path.stem].items() for cell in cells]
    bad += [(name, None) for name in schema.names if name not in BLANK[path.stem]]
    unkeyed = TableSchema.of({k: v for k, v in schema.descriptor().items() if k != "primaryKey"})
    table = table_of(schema, *({**good, name: cell} for name, cell in bad))
    checked = validate(table, unkeyed)
    assert [(found.position, found.column) for found in checked.rejections] == [
        (position, name) for position, (name, _) in enumerate(bad)
    ]
    assert referee(table, checked, unkeyed, salt="s").rejected == len(bad)


@each_schema
def test_every_rule_of_a_schema_has_a_bad_row_above(path: Path) -> None:
    for field in settled(path).fields:
        ruled = field.type != "string" or field.enum or field.pattern or field.max_length is not None
        assert bool(ruled) == (field.name in BAD[path.stem]), field.name


def test_an_event_is_named_once() -> None:
    schema, good = settled(SCHEMAS / "engagement" / "engagement-events.json"), GOOD["engagement-events"]
    table = table_of(schema, good, good)
    assert [tuple(found) for found in validate(table, schema).rejections] == [(1, "event_id", "primary-key")]
