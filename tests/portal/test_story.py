"""The numbers on the page of a dataset are those that anybody counts from its public files, and claim no more."""

from __future__ import annotations

import calendar
import html
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipeline.columns.keys import folded
from pipeline.publish.catalogue.charts import Point, columns
from pipeline.publish.catalogue.figures import percent, pounds
from tests.lib.product import Product, read_csv

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN = re.compile(r'<span data-figure="([^"]*)">([^<]*)</span>')
_MONTH = re.compile(rf"({'|'.join(calendar.month_name[1:])}) [0-9]{{4}}")
_NUMBER = re.compile(r"(?<![\w>-])[0-9][0-9,]*(?![\w-])")


@pytest.fixture(scope="module")
def force(history: Product) -> Product:
    return history


def folders(force: Product) -> list[Path]:
    """Return the folders of pages whose figures have a query each; those of money and places have parameters."""
    return sorted(
        path.parent for path in force.published.rglob("figures.json") if path.parent.name not in ("money", "places")
    )


def shown(folder: Path) -> list[tuple[str, str]]:
    pages = [page.read_text(encoding="utf-8") for page in folder.glob("*.html")]
    found = [(html.unescape(name), html.unescape(text)) for page in pages for name, text in _SHOWN.findall(page)]
    return [(name, text) for name, text in found if not name.startswith("places/")]  # counted with those of places


def test_every_figure_is_what_its_query_counts_from_the_public_files(
    force: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert force.published in folders(force)
    assert len(folders(force)) >= 6
    for folder in folders(force):
        monkeypatch.chdir(folder)
        known = json.loads((folder / "figures.json").read_bytes())
        figures = shown(folder)
        assert {name for name, _ in figures} <= known.keys()
        assert known
        for name, figure in known.items():
            counted = duckdb.execute(figure["query"]).fetchall()[0][0]
            assert Decimal(str(counted)) == Decimal(figure["value"]), (folder.name, name)
        for name, text in figures:
            assert Decimal(text.strip("£ %").replace(",", "")) == Decimal(known[name]["value"]), (folder.name, name)


def test_no_number_in_a_sentence_or_a_ranking_is_without_its_query(force: Product) -> None:
    for folder in folders(force):
        if not (folder / "datapackage.json").is_file():
            continue
        page = (folder / "index.html").read_text(encoding="utf-8")
        numbers = page.partition('<ul class="headlines">')[2].partition('<p class="receipt">')[0]
        asked = re.sub(r"<(aside|caption|thead|th)\b.*?</\1>", "", numbers, flags=re.DOTALL)
        bare = _MONTH.sub("", re.sub(r"<[^>]*>", " ", _SHOWN.sub("", asked)))
        assert [each for each in _NUMBER.findall(bare) if not each.startswith("0")] == [], folder.name


def test_crime_and_anti_social_behaviour_are_never_added(force: Product) -> None:
    rows = read_csv(force.published / "street-crime" / "street-crime-2024-03.csv")
    asb = sum(row["Crime type"] == "Anti-social behaviour" for row in rows)
    texts = dict(shown(force.published / "street-crime"))
    assert texts["2024-03:all"] == f"{len(rows) - asb:,}"
    assert texts["2024-03:Anti-social behaviour"] == f"{asb:,}"
    assert 0 < asb < len(rows)


def test_the_first_rows_are_those_of_the_file_from_its_beginning_to_its_end(force: Product) -> None:
    folder = force.published / "engagement-events"
    newest = max(folder.glob("engagement-events-2*.csv"))
    rows = read_csv(newest)
    page = (folder / "index.html").read_text(encoding="utf-8")
    table = page.partition('id="row-table"')[2].partition("</table>")[0]
    drawn = [re.findall(r"<td>(.*?)</td>", line) for line in table.split("<tr>")[2:]]
    step = max(1, len(rows) // 10)
    assert [folded(html.unescape(line[-1])) for line in drawn] == [
        folded([*row.values()][-1]) for row in rows[::step][:10]
    ]


@pytest.mark.parametrize(
    ("now", "then", "expected"),
    [(105, 100, "5.0"), (1, 3, "66.7"), (8000, 7999, "0.0"), (2003, 2000, "0.2"), (1, 8, "87.5")],
)
def test_a_difference_in_per_cent_is_rounded_half_up(now: int, then: int, expected: str) -> None:
    assert str(percent(now, then)) == expected


@pytest.mark.parametrize(("amount", "expected"), [("0.50", 1), ("-0.50", -1), ("1.49", 1), ("-1.49", -1)])
def test_pounds_are_whole_and_halves_go_away_from_zero(amount: str, expected: int) -> None:
    assert pounds(Decimal(amount)) == expected


def test_a_gap_has_no_column_and_the_axis_begins_at_zero() -> None:
    points = [Point("a", 5, None), Point("b", None, None), Point("c", 12, None)]
    drawn = str(columns(points, label="<x>", said=str))
    assert drawn.count("<rect") == 4  # two columns, drawn for two widths
    assert drawn.count(">0</text>") == 2
    assert "&lt;x&gt;" in drawn
