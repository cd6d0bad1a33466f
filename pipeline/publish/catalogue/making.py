"""How pages are made: the templates, what these may ask, what every page is given, and what is read for many."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pipeline.model.periods import MONTH
from pipeline.model.wording import day_in_words
from pipeline.plain import read_plain
from pipeline.publish.catalogue.charts import bar, columns
from pipeline.publish.catalogue.menu import ABOUT
from pipeline.publish.catalogue.money.pennies import pennies_of
from pipeline.publish.catalogue.money.reading import books_of
from pipeline.publish.catalogue.places.reading import atlas_of
from pipeline.publish.catalogue.views import size_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.menu import Menu
    from pipeline.publish.catalogue.money.pennies import Pennies
    from pipeline.publish.catalogue.money.reading import Books
    from pipeline.publish.catalogue.places.reading import Atlas

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
