"""Which periods of its inputs a period is made of, what follows from what, and which inputs are refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from pipeline import datasets
from pipeline.datasets import declared
from pipeline.errors import SettingsError
from pipeline.model.declaration import Dataset, in_order
from pipeline.model.derivation import (
    Derivation,
    Ending,
    Every,
    Input,
    Latest,
    Made,
    Recipe,
    Sources,
    Span,
    Until,
    Within,
    inputs_of,
    periods_of,
)
from pipeline.model.periods import ALL, FINANCIAL_YEAR, MONTH, QUARTER, SNAPSHOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model.context import Context
    from pipeline.model.periods import Period, PeriodKind

MONTHS = [f"2024-{month:02}" for month in range(1, 8)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing(Recipe):
    """Makes no row."""

    def rows(self, _inputs: Mapping[str, Mapping[Period, pa.Table]], _context: Context) -> Made:
        return Made(pa.table({}))


def derivation(kind: PeriodKind, *spans: Span) -> Derivation:
    inputs = tuple(Input(dataset=f"input-{number}", columns=("a",), span=span) for number, span in enumerate(spans))
    return Derivation(period=kind, inputs=inputs, recipe=Nothing())


def made(kind: PeriodKind, span: Span, there: list[str], of: PeriodKind = MONTH) -> dict[str, dict[str, bool]]:
    """Return the periods that may be made, each with those of its input and whether they are there."""
    declaration, sources = derivation(kind, span), {"input-0": Sources(of, dict.fromkeys(there, "x"))}
    every = {period: inputs_of(declaration, period, sources)["input-0"] for period in periods_of(declaration, sources)}
    return {period: {each: found is not None for each, found in of.items()} for period, of in every.items()}


def test_a_month_is_made_of_the_same_month() -> None:
    assert made(MONTH, Within(), ["2024-01", "2024-03"]) == {month: {month: True} for month in ("2024-01", "2024-03")}


def test_a_quarter_is_made_of_its_three_months_and_says_which_it_lacks() -> None:
    assert made(QUARTER, Within(), ["2024-01", "2024-02", "2024-03", "2024-05"]) == {
        "2024-Q1": {"2024-01": True, "2024-02": True, "2024-03": True},
        "2024-Q2": {"2024-04": False, "2024-05": True, "2024-06": False},
    }


def test_a_financial_year_is_made_of_its_twelve_months() -> None:
    (found,) = made(FINANCIAL_YEAR, Within(), ["2023-04"]).values()
    assert (min(found), max(found), len(found)) == ("2023-04", "2024-03", 12)


def test_a_span_may_end_with_the_period_and_begin_before_it() -> None:
    found = made(QUARTER, Ending(12), ["2024-03"])["2024-Q1"]
    assert (min(found), max(found), len(found)) == ("2023-04", "2024-03", 12)
    (found,) = made(FINANCIAL_YEAR, Ending(60), ["2024-03"]).values()
    assert (min(found), max(found), len(found)) == ("2019-04", "2024-03", 60)


def test_all_there_is_is_made_of_all_that_is_there() -> None:
    assert made(ALL, Every(), ["2024-03", "2024-01"]) == {"all": {"2024-01": True, "2024-03": True}}
    assert made(ALL, Every(), []) == {}
    assert made(ALL, Latest(), ["2023-12", "2024-02"], SNAPSHOT) == {"all": {"2024-02": True}}


def test_what_is_earlier_is_read_as_far_as_it_is_there() -> None:
    declaration = derivation(QUARTER, Within(), Until())
    sources = {
        "input-0": Sources(MONTH, dict.fromkeys(MONTHS, "x")),
        "input-1": Sources(MONTH, dict.fromkeys(["2023-11", *MONTHS], "y")),
    }
    assert list(inputs_of(declaration, "2024-Q1", sources)["input-1"]) == ["2023-11", *MONTHS[:3]]


@pytest.mark.parametrize(
    ("kind", "spans", "said"),
    [
        (MONTH, (), "has at least one"),
        (ALL, (Within(),), "`input-0` needs another span"),
        (QUARTER, (Every(),), "no input says which periods there are"),
    ],
)
def test_a_derivation_that_nothing_follows_from_is_refused(
    kind: PeriodKind, spans: tuple[Span, ...], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        derivation(kind, *spans)


def test_a_dataset_has_feeds_or_is_derived() -> None:
    street, summary = declared()["street-crime"], declared()["crime-summary"]
    for feeds, made_from in (((), None), (street.feeds, summary.derivation)):
        with pytest.raises(ValueError, match="one of both"):
            Dataset(name="a", family="crime", theme="society", tags=(), feeds=feeds, derivation=made_from)


def test_what_is_made_from_others_comes_behind_them() -> None:
    every = declared()
    order = in_order({name: every[name] for name in ("crime-summary", "crime-series", "street-crime")})
    assert order == ["street-crime", "crime-summary", "crime-series"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"dataset": "street-crimes"}, "its input `street-crimes` is no dataset"),
        ({"columns": ("Crime kind",)}, "its input `street-crime` has no published column `Crime kind`"),
        ({"dataset": "crime-summary", "columns": ("crimes",)}, "made from `crime-summary`, which is made from it"),
        ({"dataset": "crime-series", "columns": ("crimes",)}, "made from `crime-series`, which is made from it"),
    ],
)
def test_an_input_that_is_none_and_a_circle_are_refused_with_their_file(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], said: str
) -> None:
    every = datasets._declarations(tuple(datasets.__path__))
    series = next(each for each in every if each.name == "crime-series")

    def broken(dataset: Dataset) -> Dataset:
        if dataset.name == "crime-summary" and dataset.derivation:
            (own,) = dataset.derivation.inputs
            return replace(dataset, derivation=replace(dataset.derivation, inputs=(replace(own, **changed),)))
        if dataset is series and changed.get("dataset") == "crime-series" and dataset.derivation:
            own = Input(dataset="crime-summary", columns=("crimes",), span=Every())
            return replace(dataset, derivation=replace(dataset.derivation, inputs=(own,)))
        return dataset

    monkeypatch.setattr(datasets, "_declarations", lambda _: tuple(map(broken, every)))
    with pytest.raises(SettingsError, match="bad-declaration") as caught:
        declared()
    assert "pipeline/datasets/crime/crime_summary.py" in str(caught.value)
    assert said in str(caught.value)


def test_the_line_of_an_input_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    every = datasets._declarations(tuple(datasets.__path__))
    without = tuple(each for each in every if each.name != "street-crime")
    monkeypatch.setattr(datasets, "_declarations", lambda _: without)
    with pytest.raises(SettingsError, match=r"crime_summary\.py, line [0-9]+"):
        declared()
