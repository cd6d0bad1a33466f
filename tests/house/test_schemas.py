"""The schemas of the published tables: complete, in plain words, and sound in the eyes of Frictionless."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING

import pytest
from frictionless import Schema

from pipeline.validate import TableSchema
from tests.lib import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SCHEMAS = ROOT / "schemas"
FILES = sorted(path for path in SCHEMAS.glob("*/*.json") if path.parent.name != "codelists")
SETTINGS = {
    "force-names": ["Example Police"],
    "bodies": ["Police and Crime Commissioner for Example", "Chief Constable of Example Police"],
}
LONGER = re.compile(r"\{\w+\|([^{}]*)\}")
each_schema = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def settled(path: Path) -> TableSchema:
    return TableSchema.load(path).with_settings(SETTINGS)


@each_schema
def test_frictionless_itself_finds_nothing_wrong(path: Path) -> None:
    for descriptor in (json.loads(path.read_text(encoding="utf-8")), settled(path).descriptor()):
        assert Schema.validate_descriptor(descriptor).valid


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


@each_schema
def test_title_and_first_sentence_are_as_short_as_data_gov_uk_asks(path: Path) -> None:
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    # where a word of the settings stands, another force may have a longer one
    title, text = (LONGER.sub(r"\1" + 15 * "x", descriptor[name]) for name in ("title", "description"))
    first = re.split(r"(?<=[.!?]) ", text)[0]
    assert len(title) <= 65
    assert len(first) <= 140, f"{len(first)} characters: {first}"
    assert not re.search("police|constable|commissioner|opcc", title, re.IGNORECASE), "the publisher is named beside it"


def labels_of(codelist: str, column: str) -> list[str]:
    with (SCHEMAS / "codelists" / f"{codelist}.csv").open(encoding="utf-8", newline="") as lines:
        return list(dict.fromkeys(row[column] for row in csv.DictReader(lines) if row[column]))


@each_schema
def test_a_closed_list_is_its_code_list_or_the_settings(path: Path) -> None:
    for field in TableSchema.load(path).fields:
        assert (field.enum is not None) == bool(field.codelists), field.name
        labels = (label for name in field.codelists for label in labels_of(name, field.codelist_column))
        listed = list(dict.fromkeys(labels))
        assert not field.codelists or list(field.enum or ())[: len(listed)] == listed, field.name


@each_schema
def test_patterns_are_one_group_so_that_frictionless_anchors_all_of_it(path: Path) -> None:
    for field in TableSchema.load(path).fields:
        if field.pattern is not None:
            assert field.pattern.startswith("(?:"), field.name
            assert field.pattern.endswith(")"), field.name
