"""What changed is told by day, by year and as an Atom feed; the list of everything leads to everything."""

from __future__ import annotations

import csv
import datetime as dt
import html
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
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


def test_every_change_stands_on_the_page_of_its_year(history: Product) -> None:
    for year in {day[:4] for day, _ in logged(history)}:
        page = (history.published / "changes" / f"{year}.html").read_text("utf-8")
        for folder in datasets(history):
            lines = sum(day.startswith(year) for day, name in logged(history) if name == folder.name)
            assert page.count(f'href="../{folder.name}/index.html"') == lines, folder.name


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
