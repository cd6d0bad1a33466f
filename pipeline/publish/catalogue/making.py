"""How pages are made: the templates, what these may ask, what the head of every page leads to, what is read for many.

And the list of everything that there is: it leads to what exists only.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pipeline.model.periods import MONTH
from pipeline.model.wording import day_in_words
from pipeline.plain import read_plain
from pipeline.publish.catalogue.charts import bar, columns
from pipeline.publish.catalogue.money.reading import COLUMNS, SPEND, books_of, pennies_of
from pipeline.publish.catalogue.places.reading import WANTED, atlas_of
from pipeline.publish.catalogue.readable import any_readable
from pipeline.publish.catalogue.telling import counts_of
from pipeline.publish.catalogue.views import size_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.money.reading import Books, Pennies
    from pipeline.publish.catalogue.places.reading import Atlas
    from pipeline.storage.looked import Looked

_TEMPLATES = Path(__file__).parent / "templates"
_LONGEST_CELL, _LONGEST_WORD = 60, 18
#: Bytes that stand for themselves in the name of a file.
_PLAIN: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
#: No system takes a longer name than 255 bytes, and what stands behind it needs room; so many letters are then kept.
_LONGEST, _KEPT = 120, 60
#: Names that are taken in a folder of pages.
_TAKEN: Final = ("index", "lsoa", "figures")


@dataclass(frozen=True)
class Maker:
    """Makes pages that bear one menu; every page of a ``preview`` says that it is one."""

    menu: Menu
    preview: bool = False

    def page(self, template: str, *, sample: bool, **more: object) -> bytes:
        """Return a page of a template and its words."""
        head = {"menu": self.menu, "force": self.menu.force, "sample": sample, "preview": self.preview}
        return templates().get_template(template).render(head, **more).encode()

    def about(self, facts: Publication, template: str, **more: object) -> bytes:
        """Return a page about releases of a dataset of months."""
        return self.page(template, sample=facts.sample, facts=facts, said=MONTH.in_words, **more)


@dataclass(frozen=True, eq=False)
class Read:
    """Some publications, and what their files hold; None where nothing can be read."""

    publications: Sequence[Publication]

    @cached_property
    def atlas(self) -> Atlas | None:
        """What is said of places."""
        return atlas_of(self.publications)

    @cached_property
    def books(self) -> Books | None:
        """The lines of payments."""
        return books_of(self.publications)

    @cached_property
    def pennies(self) -> Pennies:
        """The totals of the ledger."""
        return pennies_of(self.publications)


def figures_of(name: str) -> bytes:
    """Return the queries that count the figures of many pages again, in a template that names each clause once."""
    return templates().get_template(name).render().encode()


def as_it_stands(name: str) -> bytes:
    """Return a file beside the templates that is published as it is."""
    return read_plain(_TEMPLATES / name)


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Return the name of the file of each code: bytes other than letters, digits and `._-` as `%XX`.

    A code whose name is taken, or differs from another one only in case, has more of its bytes written so; a very long
    one ends in a digest.
    """
    used = {*_TAKEN}
    found: dict[str, str] = {}
    for code in sorted(codes):
        name = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in code.encode())
        if name.casefold() in used or name.startswith("."):
            name = "".join(f"%{byte:02X}" for byte in code.encode())
        if len(name) > _LONGEST:
            name = f"{name[:_KEPT].rstrip('%')}-{hashlib.sha256(code.encode()).hexdigest()[:16]}"
        used.add(name.casefold())
        found[code] = name
    return found


def linked(name: str) -> str:
    """Return the name of a file as a link holds it: its `%` is written `%25`."""
    return quote(name, safe="")


@cache
def templates() -> Environment:
    """Return templates, compiled once, in which every text is escaped and an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"about": ABOUT, "columns": columns, "bar": bar}
    environment.filters |= {
        "coded": _coded,
        "day": _day,
        "words": _words,
        "grouped": "{:,}".format,
        "cut": _cut,
        "column_title": _column_title,
        "size": size_in_words,
    }
    return environment


def _coded(text: str) -> Markup:
    """Return a text whose words between backticks are code; a backtick without a partner stays one."""
    return Markup(re.sub("`([^`]*)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - the text is escaped


def _words(day: dt.date | str | None) -> str:
    """Return a day in words; what is no day comes back as it is."""
    try:
        return day_in_words(dt.date.fromisoformat(day) if isinstance(day, str) else day)
    except ValueError:
        return str(day)


def _day(iso: str) -> Markup:
    """Return an ISO day in words that a machine can read too; what is no day comes back as it is."""
    words = _words(iso)
    return escape(iso) if words == iso else Markup('<time datetime="{}">{}</time>').format(iso, words)


def _cut(cell: str) -> str:
    """Return a cell for a table: one that is very long is cut."""
    longest = _LONGEST_CELL if " " in cell else _LONGEST_WORD
    return cell if len(cell) <= longest else f"{cell[: longest - 4]} ..."


def _column_title(name: str, facts: Publication) -> str:
    """Return what a column is called."""
    return next((column.title for column in facts.columns if column.name == name), name)


# --- the head of every page, and the list of everything


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
    force = ", ".join(dict.fromkeys(publication.force_name for publication in publications)) or "Open data"
    links = [("Near you", "places/index.html")] if any_readable(publications, WANTED.items(), looked) else []
    links += [("Money", "money/index.html")] if any_readable(publications, [(SPEND, COLUMNS)], looked) else []
    links += [("All data", "index.html"), ("Find", "search.html"), ("What changed", "changes/index.html")]
    return Menu(force, tuple(links))


def everything(publications: Sequence[Publication], menu: Menu, more: Sequence[Entry], looked: Looked) -> list[Entry]:
    """Return everything that a page is about by its words; ``more`` is what pages of groups are about."""
    every = [*more, *(Entry(title, "page", address) for title, address in menu.links)]
    every += [Entry(title, "page", address) for address, title in ABOUT.items()]
    for publication in publications:
        page, title = f"{publication.name}/index.html", publication.title
        every.append(Entry(title, "dataset", page))
        every += [Entry(tag.capitalize(), f"topic of {title}", page) for tag in publication.tags]
        every += [Entry(value, f"in {title}", f"{page}#numbers") for value in _values(publication, looked)]
        every += [Entry(column.title, f"column of {title}", f"{page}#columns") for column in publication.columns]
    return sorted(every, key=lambda entry: (entry.words.casefold(), entry.kind, entry.address))


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
