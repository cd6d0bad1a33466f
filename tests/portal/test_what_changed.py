"""What changed is told by day, by year and as an Atom feed; the list of everything leads to everything."""

from __future__ import annotations

import csv
import datetime as dt
import html
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from pipeline.model.release import ChangeNote
from tests.lib.catalogue_example import Place, make_publication

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.lib.product import Product

ATOM = "{http://www.w3.org/2005/Atom}"


def datasets(history: Product) -> list[Path]:
    return sorted(path.parent for path in history.published.glob("*/datapackage.json"))


def logged(history: Product) -> list[tuple[str, str]]:
    """Return the day and the dataset of every line of every change log."""
    found = []
    for folder in datasets(history):
        with (folder / "change-log.csv").open(encoding="utf-8", newline="") as file:
            found += [(row["released_on"], folder.name) for row in csv.DictReader(file)]
    return found


def test_the_feed_is_atom_and_its_entries_are_told_apart(history: Product) -> None:
    feed = ET.fromstring((history.published / "feeds" / "releases.atom").read_bytes())  # noqa: S314 - made a moment ago
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated", "author"):
        assert feed.find(f"{ATOM}{name}") is not None
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == min(100, len(logged(history)))
    names = [entry.findtext(f"{ATOM}id", "") for entry in entries]
    assert len(set(names)) == len(names)
    for name, entry in zip(names, entries, strict=True):
        assert re.fullmatch(r"tag:[^,\s]+@[^,\s]+,\d{4}-\d\d-\d\d:\S+", name), name
        assert dt.datetime.fromisoformat(entry.findtext(f"{ATOM}updated", "")).tzinfo is not None
        assert entry.findtext(f"{ATOM}title", "").startswith("SAMPLE DATA: ")
        link = entry.find(f"{ATOM}link")
        assert link is not None
        assert (history.published / "feeds" / link.attrib["href"]).is_file()


def lines_of(pages: Sequence[str], dataset: str) -> list[tuple[int, str]]:
    """Return each line about a dataset: for how many changes it stands, and its words."""
    found = []
    for page in pages:
        for line in re.findall(rf'<li>.*?href="\.\./{dataset}/index\.html".*', page):
            many = re.search(r", (\d+) changes\. ", line)
            found.append((int(many[1]) if many else 1, line))
    return found


def test_every_change_stands_on_the_page_of_its_year(history: Product) -> None:
    for year in {day[:4] for day, _ in logged(history)}:
        pages = [path.read_text("utf-8") for path in (history.published / "changes").glob(f"{year}*.html")]
        for folder in datasets(history):
            logs = sum(day.startswith(year) for day, name in logged(history) if name == folder.name)
            assert sum(many for many, _ in lines_of(pages, folder.name)) == logs, folder.name


def changes_in(place: Place, notes: dict[str, list[ChangeNote]]) -> dict[str, str]:
    """Return the pages of changes of a site, by name."""
    place.publish([make_publication([], name=name, title=name, changes=tuple(each)) for name, each in notes.items()])
    return {path.stem: path.read_text("utf-8") for path in (place.public / "changes").glob("*.html")}


def test_changes_of_a_day_that_differ_in_the_period_alone_are_one_line_and_no_others(place: Place) -> None:
    rows = ("10", "50+", "10", "10", "10", "10")
    notes = [
        ChangeNote("2024-04-10", f"2023-{number:02d}", "new", "first release", added, "0")
        for number, added in enumerate(rows, start=1)
    ]
    notes[4] = notes[4]._replace(reason="correction")
    notes[5] = notes[5]._replace(released_on="2024-04-11")
    page = changes_in(place, {"first": notes})["2024"]
    assert [many for many, _ in lines_of([page], "first")] == [1, 1, 3, 1]
    assert "January 2023 to April 2023, 3 changes. First release: 10 rows added" in page


def test_no_page_of_changes_is_larger_than_100_kb_and_none_is_lost(place: Place) -> None:
    """The largest year: 60 datasets of 80 changes each, of which no two are alike."""
    days = [dt.date(2024, 1, 1) + dt.timedelta(4 * number) for number in range(80)]
    notes = {
        f"{'long-name-of-a-dataset-' * 2}{number:02d}": [
            ChangeNote(day.isoformat(), "2023-09", "revised", "rules or protections changed", "50+", "50+", "50+")
            for day in reversed(days)
        ]
        for number in range(60)
    }
    pages = changes_in(place, notes)
    assert pages.keys() == {"index", "2024", *(f"2024-{number}" for number in range(1, 20))}
    assert max(len(page.encode()) for page in pages.values()) < 100_000
    year = [page for name, page in pages.items() if name != "index"]
    for name in notes:
        assert len(lines_of(year, name)) == len(days)
    for page in year:
        links = set(re.findall(r'href="(2024[^"]*)\.html"', page))
        assert links == pages.keys() - {"index"}


def test_a_part_of_a_year_stays_when_more_changes(place: Place) -> None:
    first, last = dt.date(2024, 1, 1), dt.date(2024, 12, 31)
    days = [first + dt.timedelta(number) for number in range((last - first).days)]
    notes = {
        name: [ChangeNote(day.isoformat(), "2023-09", "new", "first release", "10", "0") for day in reversed(days)]
        for name in ("first", "second")
    }
    before = changes_in(place, notes)
    notes["first"].insert(0, notes["first"][0]._replace(released_on=last.isoformat()))
    after = changes_in(place, notes)
    body = [page["2024-1"].partition("<h2")[2] for page in (before, after)]
    assert body[0] == body[1]
    assert before["2024"] != after["2024"]


def test_the_list_of_everything_holds_each_dataset_and_each_column_and_leads_there(history: Product) -> None:
    page = (history.published / "search.html").read_text("utf-8")
    links = [html.unescape(link) for link in re.findall(r'<li><a href="([^"#]+)(?:#[^"]*)?">', page)]
    for folder in datasets(history):
        assert f"{folder.name}/index.html" in links
    for link in links:
        assert (history.published / unquote(urlsplit(link).path)).is_file(), link
    assert len(page.encode()) < 250_000


def test_the_head_of_every_page_leads_where_there_is_something(history: Product) -> None:
    for page in ("index.html", "street-crime/index.html", "places/lsoa/E01900001.html", "money/2024-03.html"):
        text = (history.published / page).read_text("utf-8")
        menu = text.partition('<nav class="main"')[2].partition("</nav>")[0]
        links = re.findall(r'href="([^"]*)"', menu)
        assert len(links) == 5
        for link in links:
            assert ((history.published / page).parent / link).is_file(), (page, link)
