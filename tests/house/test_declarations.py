"""Every raw column has exactly one handling with a reason, and every published column is made by somebody."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pipeline import datasets
from pipeline.datasets import declared
from pipeline.extract.delimited import Folder
from pipeline.model.declaration import Dataset, Feed
from pipeline.model.periods import Monthly
from pipeline.model.wording import worded
from pipeline.protect.rules import AlreadyHeld, OneIncident, OneRecord, RestrictedRecord
from pipeline.protect.treatments import ForceName, Keep, MapPoint, MonthOf, Withhold
from pipeline.validate.schema import TableSchema
from tests.lib import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model.handling import Handling
    from pipeline.model.row_rule import RowRule


FEEDS = [feed for dataset in declared().values() for feed in dataset.feeds]
each_feed = pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
each_dataset = pytest.mark.parametrize("dataset", declared().values(), ids=lambda dataset: dataset.name)


@each_feed
def test_each_handling_says_why_and_reads_only_what_is_declared(feed: Feed) -> None:
    for each in feed.handlings:
        assert len(each.why) > 10, each
        assert "\n" not in each.why
        assert set(each.reads) <= set(feed.declared), each
    withheld = {column for each in feed.withheld for column in each.columns}
    assert not withheld & set(feed.used), "what is withheld is not read for the corridor"


@each_dataset
def test_the_public_is_told_in_different_words_what_is_kept_back(dataset: Dataset) -> None:
    """They head the rows of one table: two equal ones would say nothing."""
    told = {(kept.what, kept.why) for feed in dataset.feeds for kept in (*feed.withheld, *feed.rules)}
    what = [what for what, _ in told]
    assert len(set(what)) == len(what)
    raw = {column for feed in dataset.feeds for column in feed.declared if "_" in column or " " in column}
    for text in what:
        assert text[0].isupper()
        assert text == text.strip()
        assert len(text) > 3
        assert not [column for column in raw if column in text], "raw names of columns stay out"


@pytest.mark.parametrize("name", ["withheld for a person", "withheld for another reason"])
def test_what_is_said_of_a_person_follows_from_who_it_is(name: str) -> None:
    if name == "withheld for a person":
        kept_back = Withhold("a caller").bind("caller_name")
        assert (kept_back.what, kept_back.why) == ("What identifies a caller", "a caller is not named")
    else:
        kept_back = Withhold("a keeper", what="Keepers", why="they keep it").bind("keeper")
        assert (kept_back.what, kept_back.why) == ("Keepers", "they keep it")


def feed_of(columns: Mapping[str | tuple[str, ...], Handling], **more: Any) -> Feed:  # noqa: ANN401 -- whatever else a feed may be given
    return Feed(name="visits", title="Visits", source=Folder("visits/{period}.csv"), columns=columns, **more)


def test_a_feed_binds_each_handling_to_its_raw_columns_and_each_constant_to_its_published_ones() -> None:
    feed = feed_of(
        {"day": MonthOf("month"), ("name", "phone"): Withhold("a visitor")},
        constants={("force", "body"): ForceName(), "note": None, "kind": "visit"},
    )
    assert feed.declared == ("day", "name", "phone")
    assert feed.identifying == ("name", "phone")
    assert feed.used == ("day",)
    assert [treatment.makes for treatment in feed.treatments] == [("month",), ("force", "body"), ("note",), ("kind",)]
    assert replace(feed, title="The same").columns == feed.columns


def test_rules_decide_in_the_order_of_their_lines_those_of_columns_first() -> None:
    held, record = AlreadyHeld(starts_at="day"), OneRecord(what="Copies", why="it came twice", key="month")
    feed = feed_of(
        {
            "day": MonthOf("month"),
            "number": OneIncident(received_at="day"),
            "restricted": RestrictedRecord(reference="number"),
        },
        rules=(held, record),
    )
    kinds: list[type[RowRule]] = [OneIncident, RestrictedRecord, AlreadyHeld, OneRecord]
    assert [type(rule) for rule in feed.rules] == kinds
    assert [rule.columns for rule in feed.rules] == [("number",), ("restricted",), (), ()]
    assert [type(rule) for rule in replace(feed, title="The same").rules] == kinds
    fewer = {key: each for key, each in feed.columns.items() if key != "restricted"}
    assert [type(rule) for rule in replace(feed, columns=fewer).rules] == [
        kind for kind in kinds if kind is not RestrictedRecord
    ]


@pytest.mark.parametrize(
    ("columns", "more", "said"),
    [
        ({"a": Keep("a"), ("a", "b"): Withhold("anybody")}, {}, "the raw column a has 2 handlings"),
        ({("a", "a"): Withhold("anybody")}, {}, "the raw column a has 2 handlings"),
        ({"a": Keep("a"), "b": Keep("a")}, {}, "the published column a is made 2 times"),
        ({"a": Keep("a")}, {"constants": {"a": None}}, "the published column a is made 2 times"),
        ({"a": Keep("a")}, {"period": Monthly(dated_by="day")}, "day is read, and is no raw column of the feed"),
        ({"a": RestrictedRecord(reference="number")}, {}, "number is read, and is no raw column of the feed"),
        ({"a": Keep("a")}, {"rules": (AlreadyHeld(starts_at="day"),)}, "day is read, and is no raw column"),
        ({("a", "b"): Keep("a")}, {}, "Keep is about 1 raw column, not 2: a, b"),
        ({"a": MapPoint()}, {}, "MapPoint is about 3 raw columns, not 1: a"),
        ({"a": AlreadyHeld(starts_at="a")}, {}, "AlreadyHeld is about 0 raw columns, not 1: a"),
        (
            {"a": Keep("a")},
            {"rules": (RestrictedRecord(reference="a"),)},
            "is about 1 raw column, not 0",
        ),
    ],
)
def test_a_feed_that_contradicts_itself_is_refused_when_it_is_imported(
    columns: Mapping[str | tuple[str, ...], Handling], more: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        feed_of(columns, **more)


@each_dataset
def test_title_and_description_are_those_of_the_schema(dataset: Dataset) -> None:
    schema = TableSchema.load(ROOT / "schemas" / dataset.family / f"{dataset.name}.json")
    assert dataset.title == worded(schema.title)
    assert dataset.description == worded(schema.description)
    assert "{" not in dataset.title + dataset.description


def test_a_dataset_without_a_schema_is_called_by_its_name() -> None:
    """Its own run says what is wrong with it."""
    dataset = replace(next(iter(declared().values())), family="nowhere", title="", description="")
    found = datasets._with_words(dataset, datasets._schema(dataset))
    assert (found.title, found.description) == (dataset.name, "")


@each_dataset
def test_each_published_column_is_made_once_in_every_feed_and_order_names_columns(dataset: Dataset) -> None:
    schema = json.loads((ROOT / "schemas" / dataset.family / f"{dataset.name}.json").read_bytes())
    published = [field["name"] for field in schema["fields"]]
    for feed in dataset.feeds:
        made = [column for treatment in feed.treatments for column in treatment.makes]
        wanted = dataset.counting.reads if dataset.counting else published
        assert sorted(made) == sorted(wanted), feed.name
    assert dataset.counting is None or sorted(dataset.counting.makes) == sorted(published)
    assert set(dataset.order) <= set(published)
    assert len(set(dataset.order)) == len(dataset.order)
    assert set(dataset.references.values()) <= set(published)


@each_dataset
def test_its_page_tells_rows_apart_in_one_way(dataset: Dataset) -> None:
    answer = dataset.answer
    assert not (answer.further and answer.where)
    assert not answer.apart or answer.by


@each_dataset
def test_a_dataset_is_one_short_declaration_and_one_schema(dataset: Dataset) -> None:
    stem = dataset.name.replace("-", "_")
    path = ROOT / "pipeline" / "datasets" / dataset.family / f"{stem}.py"
    assert path.exists()
    lines = path.read_text(encoding="utf-8").splitlines()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = max(node.end_lineno or 0 for node in tree.body if isinstance(node, ast.ImportFrom))
    assert len(lines) - imported <= 35 + sum(12 + len(feed.columns) for feed in dataset.feeds)
    assert max(map(len, lines)) <= 120
    assert (ROOT / "schemas" / dataset.family / f"{dataset.name}.json").exists()
    logic = (ast.FunctionDef, ast.Lambda, ast.If, ast.For, ast.While, ast.comprehension, ast.ClassDef)
    assert not [node for node in ast.walk(tree) if isinstance(node, logic)]
