"""The first page and the pages of themes: numbers first, every dataset findable, nothing that is not there."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import json
import re
from typing import TYPE_CHECKING

from pipeline.datasets import declared
from pipeline.model.declaration import Answer
from pipeline.publish.catalogue.views import themes_of, title_of, view_dataset
from tests.lib.catalogue_example import make_publication, make_site
from tests.lib.product import read_csv

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.catalogue_example import Place
    from tests.lib.product import Product

_HEADING = re.compile(r'<p class="heading"><span data-figure="[^"]*">([^<]*)</span></p>\n<p><a href="([^"]*)">([^<]*)')


def home(published: Path) -> str:
    return (published / "index.html").read_text(encoding="utf-8")


def test_the_first_page_opens_with_numbers_of_the_newest_month(history: Product) -> None:
    crimes = read_csv(max((history.published / "street-crime").glob("*-2024-*.csv")))
    asb = sum(row["Crime type"] == "Anti-social behaviour" for row in crimes)
    found = _HEADING.findall(home(history.published))
    assert [address for _, address, _ in found] == 2 * ["street-crime/index.html"] + ["spend-over-500/index.html"]
    assert [number for number, _, _ in found[:2]] == [f"{len(crimes) - asb:,}", f"{asb:,}"]
    assert found[2][0].startswith("£")
    assert home(history.published).count('class="spark"') == 3


def test_every_dataset_is_on_the_first_page_and_on_the_page_of_its_theme(history: Product) -> None:
    names = {path.parent.name for path in history.published.glob("*/datapackage.json")}
    page = home(history.published)
    assert {name for name in names if f'href="{name}/index.html"' in page} == names
    themes = [(history.published / path).read_text("utf-8") for path in re.findall(r'"(themes/[^"]*\.html)"', page)]
    assert len(themes) == len([*(history.published / "themes").glob("*.html")])
    for name in names:
        assert sum(f'href="../{name}/index.html"' in theme for theme in themes) == 1, name


def test_a_question_leads_to_the_page_that_answers_it(history: Product) -> None:
    page = html.unescape(home(history.published))
    for each in declared().values():
        if each.answer.question and (history.published / each.name).is_dir():
            assert f'<a href="{each.name}/index.html">{each.answer.question}</a>' in page
    assert '<a href="places/index.html">What happened near my home last month?</a>' in page


def test_a_site_without_places_money_or_numbers_says_nothing_of_them(place: Place) -> None:
    place.publish([dataclasses.replace(each, answer=Answer()) for each in make_site(place.store)])
    page = home(place.public)
    for absent in ('class="heading"', 'id="near"', "places/", "money/"):
        assert absent not in page, absent
    figures = json.loads((place.public / "figures.json").read_bytes())
    assert {name.partition(":")[0] for name in figures} == {"scorecard"}


def test_what_is_overdue_is_marked_on_the_first_page(place: Place) -> None:
    publications = make_site(place.store)
    place.publish(publications)
    page = home(place.public)
    assert "1 of them is overdue" in page
    line = next(each for each in page.splitlines() if 'href="spend-over-500/index.html"' in each and "<li>" in each)
    assert 'class="badge late"' in line
    assert page.count('class="badge late"') == 1


def test_a_family_that_no_theme_knows_is_a_theme_of_its_own_and_comes_last() -> None:
    topics = ("road-safety", "crime", "expenditure", "places-and-campaigns", "")
    views = [view_dataset(make_publication([], name=f"d{at}", topic=topic)) for at, topic in enumerate(topics)]
    assert [each.name for each in themes_of(views)] == [
        *("crime-and-justice", "money", "places-and-campaigns"),
        *("other", "road-safety"),
    ]
    assert [title_of(name) for name in ("road-safety", "other")] == ["Road safety", "Other"]


def test_changes_of_one_day_that_say_the_same_stand_together(place: Place) -> None:
    place.publish([dataclasses.replace(make_site(place.store)[0], as_of=dt.date(2024, 4, 10))])
    page = home(place.public)
    assert "January 2024 to March 2024, 3 changes. New" in page


def test_the_five_complaints_are_counted_from_the_scorecard(history: Product) -> None:
    rows = read_csv(history.published / "about" / "scorecard.csv")
    page = re.sub(r"<span[^>]*>|</span>", "", home(history.published))
    assert f"<dt>No PDF</dt><dd>{len(rows)} of {len(rows)}</dd>" in page
    promised = [row["fresh"] for row in rows if row["fresh"]]
    assert 0 < len(promised) < len(rows)
    assert f"<dt>Fresh enough</dt><dd>{promised.count('true')} of {len(promised)}</dd>" in page
