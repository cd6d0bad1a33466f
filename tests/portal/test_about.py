"""The pages on which who publishes answers for it: the law, the scorecard, the inventory, what is held back."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.datasets import declared
from pipeline.metadata.assets import newest_over, open_formats, published_after
from pipeline.model.distribution import FileFormat
from pipeline.model.periods import ALL, MONTH, QUARTER, Snapshots, Whole
from pipeline.model.reasons import meaning
from pipeline.model.release import CatalogueRecord, ChangeNote, PublishedColumn
from pipeline.publish.catalogue.about import (
    DOCUMENT,
    ELSEWHERE,
    LATE,
    NOT_YET,
    PARTLY,
    PUBLISHED,
    paragraphs,
)
from pipeline.publish.catalogue.making import ABOUT, ABOUT_FILES
from pipeline.publish.catalogue.portal import StaticCatalogue
from pipeline.publish.catalogue.views import view_dataset
from pipeline.publish.plan import make_plan
from pipeline.release.change_log import band
from tests.lib.catalogue_example import make_publication, make_release, make_site
from tests.lib.product import read_csv

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model.release import Publication
    from tests.lib.catalogue_example import Place
    from tests.lib.product import Product

PAGES = tuple(ABOUT)
_TAG = re.compile(r"<[^>]*>")


def shown(published: Path, page: str) -> str:
    return (published / "about" / f"{page}.html").read_text(encoding="utf-8")


def rows_of(text: str, table: str) -> list[list[str]]:
    """Return the cells of a table's rows, in words."""
    body = text.partition(f'<caption id="{table}">')[2].partition("</table>")[0].partition("<tbody>")[2]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in body.split("</tr>")[:-1]]
    return [[" ".join(html.unescape(_TAG.sub(" ", cell)).split()) for cell in row] for row in rows]


def published_of(history: Product) -> list[str]:
    return sorted(path.parent.name for path in history.published.glob("*/datapackage.json"))


# --- the law -----------------------------------------------------------------------------------------


def test_every_paragraph_stands_on_the_page_with_its_state(history: Product) -> None:
    listed = CodeLists(CODELISTS, {}).read("specified-information").rows
    text = shown(history.published, "law")
    rows = rows_of(text, "law")
    assert [row[0] for row in rows] == [each["code"] for each in listed]
    for row, each in zip(rows, listed, strict=True):
        out = [name for name in each["datasets"].split() if (history.published / name).is_dir()]
        for name in each["datasets"].split():
            assert (f'href="../{name}/index.html"' in text) is (name in out), name
        whole = len(out) == len(each["datasets"].split()) and "copies are documents" not in each["because"]
        expected = "Up to date" if whole else "In part"
        if each["datasets"]:
            assert row[4].removeprefix("✓ ") == (expected if out else "Not yet"), each["code"]
        else:
            assert row[4] in ("Document", "Elsewhere")
    counted = Counter(row[4].removeprefix("✓ ") for row in rows)
    lead = text.partition('<ul class="headings">')[2].partition("</ul>")[0]
    told = re.findall(r'<p class="heading"><span data-figure="[^"]*">(\d+)</span></p><p>([^<]*)</p>', lead)
    assert {words: int(number) for number, words in told} == counted


def law(*publications: Publication) -> dict[str, tuple[object, list[str]]]:
    views = [view_dataset(each) for each in publications]
    planned = [CatalogueRecord("card-spend", "Spending by card", "", "", "", MONTH)]
    return {each.code: (each.state, [place.title for place in each.places]) for each in paragraphs(views, planned)}


def test_a_paragraph_is_late_in_part_not_yet_or_no_dataset(place: Place) -> None:
    def out(name: str, due: dt.date | None = None) -> Publication:
        release = make_release(place.store, "2024-02", dataset=name)
        return make_publication([release], name=name, title=name.upper(), next_due=due)

    nothing = law()
    assert nothing["3(g)"] == (NOT_YET, ["Spend over 500", "Spending by card", "Excluded spend totals"])
    assert nothing["2A"] == (DOCUMENT, [])
    assert nothing["7C"] == (ELSEWHERE, [])
    some = law(out("spend-over-500"), out("contracts"), make_publication([], name="grants"))
    assert some["3(g)"] == (PARTLY, ["SPEND-OVER-500", "Spending by card", "Excluded spend totals"])
    assert some["4(b)"] == (PARTLY, ["CONTRACTS"]), "copies are documents"
    assert some["4(c)"] == (PUBLISHED, ["CONTRACTS"])
    assert some["3(f)"][0] == NOT_YET, "what was withdrawn is not published"
    assert law(out("contracts", dt.date(2024, 4, 9)))["4(b)"][0] == LATE
    assert law(out("spend-over-500", dt.date(2024, 4, 9)))["3(g)"][0] == LATE


# --- the scorecard -----------------------------------------------------------------------------------


def test_every_dataset_has_a_score_and_its_numbers_are_counted_again(
    history: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = shown(history.published, "scorecard")
    assert len(rows_of(text, "scorecard")) == len(published_of(history))
    monkeypatch.chdir(history.published / "about")
    figures = json.loads((history.published / "about" / "figures.json").read_bytes())
    shown_on = text + shown(history.published, "law")
    assert {*re.findall(r'data-figure="([^"]*)"', shown_on)} == figures.keys()
    for name in published_of(history):
        fields = json.loads((history.published / name / "schema.json").read_bytes())["fields"]
        assert f'href="../{name}/index.html"' in text
        assert figures[f"{name}:columns"]["value"] == str(len(fields))
        assert figures[f"{name}:source"]["value"] == str(sum(bool(each.get("source")) for each in fields))
        (row,) = [each for each in read_csv(history.published / "about" / "scorecard.csv") if each["dataset"] == name]
        assert row["columns"] == row["columns_described"] == str(len(fields))
        assert row["days"] == figures.get(f"{name}:days", {"value": ""})["value"]
        assert row["fresh"] == ("" if not row["days"] else str(int(row["days"]) <= int(row["promised_days"])).lower())
        assert row["no_registration"] == row["open_formats"] == row["no_pdf"] == row["well_described"] == "true"
    for name, figure in figures.items():
        assert str(duckdb.execute(figure["query"]).fetchall()[0][0]) == figure["value"], name


def test_what_fails_says_so(place: Place) -> None:
    release = make_release(place.store, "2024-02")
    bare = PublishedColumn("Month", "Month", "yearmonth", "", ())
    sheet = FileFormat("ods", "OpenDocument", "application/vnd.oasis.opendocument.spreadsheet")
    shut = replace(
        release, files=(*release.files, replace(release.files[0], name="street-crime-2024-02.ods", format="ods"))
    )
    place.publish([make_publication([shut], columns=(bare,), promised_days=5, further=(sheet,))])
    (row,) = rows_of(shown(place.public, "scorecard"), "scorecard")
    assert row[1].startswith("✓ Passes")
    assert row[2] == "✗ Fails CSV, Parquet; not open: OpenDocument"
    assert row[4] == "✗ Fails out 41 days after its end, 5 promised"
    assert row[5] == "✗ Fails 0 of 1 columns described, source named for 0"
    assert read_csv(place.public / "about" / "scorecard.csv") == [
        {
            "dataset": "street-crime",
            "period": "2024-02",
            "no_registration": "true",
            "open_formats": "false",
            "no_pdf": "true",
            "days": "41",
            "promised_days": "5",
            "fresh": "false",
            "columns": "1",
            "columns_described": "0",
            "well_described": "false",
        }
    ]


def test_what_is_overdue_today_fails_though_its_last_release_was_in_time(place: Place) -> None:
    place.publish([each for each in make_site(place.store, promised_days=99) if each.name == "spend-over-500"])
    (row,) = rows_of(shown(place.public, "scorecard"), "scorecard")
    assert row[4].startswith("✗ Fails out 10 days after its end, 99 promised; ")
    assert "was due on 31 March 2024" in row[4]
    (told,) = read_csv(place.public / "about" / "scorecard.csv")
    assert told["fresh"] == "false"
    assert '<span data-figure="scorecard:fresh">0</span>' in (place.public / "index.html").read_text("utf-8")


def test_a_period_is_scored_when_it_is_over_and_by_its_first_release(place: Place) -> None:
    releases = [make_release(place.store, month) for month in ("2024-02", "2024-04")]
    changes = (ChangeNote("2024-04-09", "2024-02", "revised", "late records", "1-7", "0"),
               ChangeNote("2024-03-05", "2024-02", "new", "first release", "50+", "0"))  # fmt: skip
    facts = make_publication(releases, changes=changes)
    assert newest_over(facts).month == "2024-02"
    assert published_after(facts, "2024-02") == 5
    assert newest_over(replace(facts, releases=(releases[1],))).month == "2024-04"
    assert published_after(replace(facts, changes=()), "2024-04") == 0
    assert published_after(replace(facts, period=QUARTER, changes=()), "2024-Q1") is None
    for kind in (Snapshots(), Whole()):
        assert published_after(replace(facts, period=kind), "2024-02") is None
    assert open_formats(facts, releases[0]) == ["CSV", "Parquet"]


# --- what is held back -------------------------------------------------------------------------------


def test_what_is_held_back_stands_in_the_words_of_the_declarations(history: Product) -> None:
    text = shown(history.published, "held-back")
    for name in published_of(history):
        feeds = declared()[name].feeds
        columns = {(each.what, each.why) for feed in feeds for each in feed.withheld}
        rules = {(each.what, each.why) for feed in feeds for each in feed.rules}
        assert {tuple(row) for row in rows_of(text, f"columns-{name}")} == columns - rules, name
        assert {tuple(row) for row in rows_of(text, f"rules-{name}")} == rules, name
        told = [each for each in read_csv(history.published / "about" / "held-back.csv") if each["dataset"] == name]
        assert {(each["of"], each["what"], each["why"]) for each in told} == {
            *(("Columns", *each) for each in columns - rules),
            *(("Rows", *each) for each in rules),
        }


def test_rows_left_out_are_counted_in_bands_alone(history: Product) -> None:
    text = shown(history.published, "held-back")
    some = 0
    for name in published_of(history):
        state = history.state(name)
        rows: Counter[str] = Counter()
        for month in state["months"].values():
            for account in month["accounts"] if month["released"] and not month["waiting"] else ():
                _, outcome, reason, number = account
                if outcome == "withheld":
                    rows[meaning(reason).capitalize()] += number
        found = {why.capitalize(): rows for why, rows in rows_of(text, f"rows-{name}")}
        assert found == {why: band(number) for why, number in rows.items() if number}, name
        some += len(found)
    assert some > 5


# --- the inventory -----------------------------------------------------------------------------------


def test_the_inventory_lists_every_declared_dataset(history: Product) -> None:
    rows = {row[0]: row for row in rows_of(shown(history.published, "inventory"), "inventory")}
    every = read_csv(history.published / "about" / "inventory.csv")
    listed = [each for each in every if each["dataset"]]
    assert {*rows} == {each["title"] for each in every}
    assert len(every) > len(listed) == len(declared())
    for each in declared().values():
        assert rows[each.title][2] == ("✓ Published" if each.name in published_of(history) else "Planned")
    assert {each["dataset"] for each in listed} == {*declared()}
    for line in listed:
        periods = sorted(path.stem.removeprefix(f"{line['dataset']}-")
                         for path in (history.published / line["dataset"]).glob("*.parquet"))  # fmt: skip
        periods = [each for each in periods if each != ALL.only] or periods
        assert (line["first_period"], line["last_period"]) == ((periods[0], periods[-1]) if periods else ("", ""))
        assert line["publisher"]
        assert line["description"]


def test_what_has_no_release_is_planned(place: Place) -> None:
    planned = [
        CatalogueRecord("street-crime", "Never shown", "", "", "", MONTH),
        CatalogueRecord("grants", "Grants", "", "", "", Snapshots()),
        CatalogueRecord("crime-series", "Crimes by month", "", "", "", Whole()),
    ]
    publications = make_site(place.store)
    catalogue = StaticCatalogue(place.public, place.staging, planned=planned)
    catalogue.apply(make_plan("catalogue", publications, catalogue.look(publications)), publications)
    rows = rows_of(shown(place.public, "inventory"), "inventory")
    assert [row[:4] for row in rows] == [
        ["Crimes by month", "Dataset", "Planned", "When something changes"],
        ["Engagement events", "Dataset", "Planned", "Monthly"],
        ["Grants", "Dataset", "Planned", "When the register changes"],
        ["Spending over £500", "Dataset", "✓ Published", "Monthly"],
        ["Street-level crime", "Dataset", "✓ Published", "Monthly"],
    ]
    assert rows[-1][4] == "January 2024 to March 2024"


# --- all of them -------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_every_page_leads_to_it_and_every_link_of_it_leads_to_a_file(history: Product, page: str) -> None:
    for other in ("index.html", "search.html", "street-crime/index.html", "places/index.html", "about/law.html"):
        up = "../" * other.count("/")
        assert f'href="{up}{page}"' in (history.published / other).read_text(encoding="utf-8"), other
    text = (history.published / page).read_text(encoding="utf-8")
    for link in re.findall(r'href="([^"#:]+)["#]', text):
        assert (history.published / "about" / link).resolve().is_file(), link


@pytest.mark.parametrize("page", PAGES)
def test_sentences_are_short_and_words_are_plain(history: Product, page: str) -> None:
    text = (history.published / page).read_text(encoding="utf-8").partition("<main")[2].partition("</main>")[0]
    for block in re.findall(r"<(p|li|td|dd|th)\b[^>]*>(.*?)</\1>", text, re.DOTALL):
        for sentence in re.split(r"(?<=[.!?])\s", html.unescape(_TAG.sub(" ", block[1]))):
            assert len(sentence.split()) <= 25, sentence
    assert re.findall(r"\b(?:quarantine\w*|feeds?|fates?)\b", _TAG.sub(" ", text).casefold()) == []


def test_nobody_who_is_planted_stands_on_them(history: Product) -> None:
    planted = read_csv(history.private / "sample" / "planted.csv")
    people = [each["value"] for each in planted if each["kind"] != "published-on-purpose" and len(each["value"]) > 4]
    assert len(people) > 100
    for page in (*PAGES, *ABOUT_FILES):
        text = html.unescape((history.published / page).read_text(encoding="utf-8")).casefold()
        assert [person for person in people if person.casefold() in text] == [], page
