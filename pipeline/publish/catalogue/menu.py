"""What stands at the head of every page, and the list of everything that there is: leads to what exists only."""

from __future__ import annotations

import unicodedata
from string import ascii_lowercase
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.publish.catalogue.money.reading import COLUMNS, SPEND
from pipeline.publish.catalogue.places.reading import WANTED
from pipeline.publish.catalogue.readable import any_readable
from pipeline.publish.catalogue.telling import counts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model.release import Publication
    from pipeline.storage.looked import Looked

ACCESSIBILITY: Final = "about/accessibility.html"
#: Pages that every page leads to: the title of each, by its address below the public folder.
ABOUT: Final = {
    "about/law.html": "What the law asks for",
    "about/scorecard.html": "Scorecard",
    "about/inventory.html": "Inventory",
    "about/held-back.html": "What is held back",
    ACCESSIBILITY: "Accessibility",
}
#: What stands beside these pages: the same as CSV, and how their numbers are counted again.
SCORECARD: Final = "about/scorecard.csv"
ABOUT_FIGURES: Final = "about/figures.json"
ABOUT_FILES: Final = (ABOUT_FIGURES, *(f"about/{name}.csv" for name in ("held-back", "inventory", "law", "scorecard")))
#: More values than these are no list of kinds.
_MOST_VALUES: Final = 40


class Menu(NamedTuple):
    """Whose site it is, and its main links, each with its address below the public folder."""

    force: str
    links: Sequence[tuple[str, str]]


class Entry(NamedTuple):
    """A line of the list of everything: its words, what it is, its address."""

    words: str
    kind: str
    address: str


def menu_of(publications: Sequence[Publication], looked: Looked) -> Menu:
    """Return the head of every page."""
    force = ", ".join(dict.fromkeys(each.force_name for each in publications)) or "Open data"
    links = [("Near you", "places/index.html")] if any_readable(publications, WANTED.items(), looked) else []
    links += [("Money", "money/index.html")] if any_readable(publications, [(SPEND, COLUMNS)], looked) else []
    links += [("All data", "index.html"), ("Find", "search.html"), ("What changed", "changes/index.html")]
    return Menu(force, tuple(links))


def everything(publications: Sequence[Publication], menu: Menu, more: Sequence[Entry], looked: Looked) -> list[Entry]:
    """Return everything that a page is about by its words; ``more`` is what pages of groups are about."""
    every = (*_entries(publications, menu, looked), *more)
    return sorted(every, key=lambda each: (each.words.casefold(), each.kind, each.address))


def by_letter(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Return entries by their first letter; those that begin with none stand last."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        letter = letter_of(entry.words)
        found.setdefault(letter if letter == "other" else letter.upper(), []).append(entry)
    return dict(sorted(found.items(), key=lambda each: (each[0] == "other", each[0])))


def letter_of(words: str) -> str:
    """Return the first letter of words without its marks, `other` where it is none."""
    first = unicodedata.normalize("NFD", words)[:1].lower()
    return first if first and first in ascii_lowercase else "other"


def _values(each: Publication, looked: Looked) -> list[str]:
    """Return the values that the picture of a dataset's page tells rows apart by."""
    newest = max(each.releases, key=lambda release: release.month, default=None)
    found = counts_of(newest, each.answer, looked) if newest and each.answer.by else None
    return sorted(value for value in found.rows if value) if found and len(found.rows) <= _MOST_VALUES else []


def _entries(publications: Sequence[Publication], menu: Menu, looked: Looked) -> Iterator[Entry]:
    yield from (Entry(title, "page", address) for title, address in menu.links)
    yield from (Entry(title, "page", address) for address, title in ABOUT.items())
    for each in publications:
        yield Entry(each.title, "dataset", f"{each.name}/index.html")
        for tag in each.tags:
            yield Entry(tag.capitalize(), f"topic of {each.title}", f"{each.name}/index.html")
        for value in _values(each, looked):
            yield Entry(value, f"in {each.title}", f"{each.name}/index.html#numbers")
        for column in each.columns:
            yield Entry(column.title, f"column of {each.title}", f"{each.name}/index.html#columns")
