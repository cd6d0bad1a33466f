"""The catalogue's pages: a pure function of the publications and of the months that the catalogue keeps."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pipeline.metadata.datapackage import json_bytes
from pipeline.metadata.dcat import catalogue_facts
from pipeline.metadata.schema_org import dataset_facts
from pipeline.metadata.turtle import turtle
from pipeline.model.wording import day_in_words
from pipeline.publish.catalogue.changes import atom, by_day, by_year, changes_of, late, together
from pipeline.publish.catalogue.charts import bar, columns
from pipeline.publish.catalogue.figures import Figures
from pipeline.publish.catalogue.groups import PLACES
from pipeline.publish.catalogue.home import Question, headlines, questions
from pipeline.publish.catalogue.menu import everything, menu_of
from pipeline.publish.catalogue.places.pages import near_you
from pipeline.publish.catalogue.story import first_sentence, story_of
from pipeline.publish.catalogue.themes import themes_of
from pipeline.publish.catalogue.views import size_in_words, view_dataset
from pipeline.storage.looked import Looked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.metadata.listed import ListedFile
    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.menu import Menu
    from pipeline.publish.catalogue.themes import Theme
    from pipeline.publish.catalogue.views import DatasetView, OtherDataset

    Row = Sequence[str]

#: What the catalogue itself always puts at its top, beside one folder per dataset and a README that it only carries.
SITE_FILES = (
    *(
        "about/accessibility.html",
        "catalogue.jsonld",
        "catalogue.ttl",
        "changes/index.html",
        "feeds/releases.atom",
        "figures.json",
        "index.html",
    ),
    *("search.html", "style.css", "themes/figures.json"),
)
#: What the catalogue puts in a dataset's folder beside the files of its releases.
DATASET_PAGE, FILES_PAGE, FIGURES = "index.html", "files.html", "figures.json"
DATASET_PAGES = (DATASET_PAGE, FILES_PAGE, FIGURES)

_LONGEST_CELL, _LONGEST_WORD = 60, 18
#: So many changes stand on the first page, and on the first page of changes.
_NEWEST, _RECENT = 5, 200
_ASKED = (
    Question("What happened near my home last month?", "places/index.html"),
    Question("Who was paid most, and for what?", "money/index.html"),
)
_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfRows:
    """The rows of a month that would differ, as published texts; ``counts`` are all added, removed and changed ones."""

    title: str
    noun: str
    now: int
    then: int
    waits: bool
    columns: Row
    counts: tuple[int, int, int]
    added: Sequence[Row]
    removed: Sequence[Row]
    changed: Sequence[tuple[Row, Row]]


def render_site(
    publications: Sequence[Publication],
    *,
    kept: Mapping[str, Sequence[ListedFile]],
    others: Sequence[OtherDataset],
    looked: Looked,
    preview: bool = False,
) -> dict[str, bytes]:
    """Return every page but those of `GROUPS`, by its path below the public folder; equal arguments give equal bytes.

    A ``preview`` is marked as one on every page, and leads to its page of differences.

    ``kept`` are, by dataset, the months' files without a release here; ``others`` the datasets that the folder
    holds and that are not published now.  ``looked`` knows what files count that nobody touched.
    """
    views = [
        view_dataset(publication, kept.get(publication.name, ()))
        for publication in sorted(publications, key=lambda publication: publication.title)
    ]
    environment = templates()
    figures = Figures()
    publications = [view.facts for view in views]
    menu, changed = menu_of(publications, looked), changes_of(publications)
    head = {"menu": menu, "force": menu.force, "sample": any(each.sample for each in publications), "preview": preview}
    linked = catalogue_facts([view.listed for view in views], force=_force(views))
    themes = themes_of(views)
    front = {
        "headlines": [*headlines([view.facts for theme in themes for view in theme.views], looked, figures)],
        "near": near_you(publications, environment, menu, looked, PLACES.receipt(publications, menu)),
        "questions": questions(publications, _answered(menu)),
        "themes": themes,
    }
    pages = {
        "catalogue.jsonld": json_bytes(linked),
        "catalogue.ttl": turtle(linked),
        "index.html": environment.get_template("index.html")
        .render(_index_words(views, others), **head, **front, changes=together(changed)[:_NEWEST])
        .encode(),
        "feeds/releases.atom": atom(publications, changed, force=menu.force),
        "about/accessibility.html": environment.get_template("accessibility.html")
        .render(head, contacts=_index_words(views, others)["contacts"])
        .encode(),
        "search.html": environment.get_template("search.html")
        .render(head, letters=everything(publications, menu))
        .encode(),
        FIGURES: figures.content(),
        "style.css": (_TEMPLATES / "style.css").read_bytes(),
    }
    pages |= _theme_pages(themes, head, environment, looked)
    years = by_year(changed)
    for year, days in {"": by_day(changed[:_RECENT]), **years}.items():
        words = {**head, "year": year, "years": [*years], "days": days, "late": [] if year else [*late(publications)]}
        page = environment.get_template("changes.html").render(words)
        pages[f"changes/{year or 'index'}.html"] = page.encode()
    for view in views:
        story = story_of(view.facts, looked)
        words = {**head, "view": view, "facts": view.facts, "story": story, "sample": view.facts.sample}
        page = environment.get_template("dataset.html").render(words, linked=dataset_facts(view.listed))
        folder = view.facts.name
        pages[f"{folder}/{DATASET_PAGE}"] = page.encode()
        pages[f"{folder}/{FILES_PAGE}"] = environment.get_template("files.html").render(words).encode()
        pages[f"{folder}/{FIGURES}"] = (story.figures if story else Figures()).content()
    return pages


def _theme_pages(
    themes: Sequence[Theme], head: Mapping[str, object], environment: Environment, looked: Looked
) -> dict[str, bytes]:
    """Return the page of each theme, and the figures of all of them."""
    figures = Figures()
    pages = {}
    for theme in themes:
        leads = {view.facts.name: first_sentence(view.facts, looked, figures, above="../") for view in theme.views}
        words = {**head, "theme": theme, "themes": themes, "leads": leads}
        pages[f"themes/{theme.name}.html"] = environment.get_template("theme.html").render(words).encode()
    return {**pages, f"themes/{FIGURES}": figures.content()}


def _answered(menu: Menu) -> list[Question]:
    """Return what people ask that a page about several datasets answers."""
    known = {address for _, address in menu.links}
    return [each for each in _ASKED if each.address in known]


def render_differences(months: Sequence[MonthOfRows], *, sample: bool) -> bytes:
    """Return the page of a preview that shows the rows that would differ: it is private, as nobody published them."""
    return (
        templates()
        .get_template("differences.html")
        .render(months=months, sample=sample, preview=True, menu=menu_of((), Looked(dt.date.min)))
        .encode()
    )


@cache
def templates() -> Environment:
    """Return templates, compiled once, in which every text is escaped and an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"columns": columns, "bar": bar}
    environment.filters |= {
        "coded": _coded,
        "day": _day,
        "words": _words,
        "grouped": _grouped,
        "cut": _cut,
        "column_title": _column_title,
        "size": size_in_words,
    }
    return environment


def _force(views: Sequence[DatasetView]) -> str:
    """Return whose catalogue it is."""
    return ", ".join(dict.fromkeys(view.facts.force_name for view in views)) or "Open data"


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


def _grouped(number: int) -> str:
    """Return a number with commas between thousands."""
    return f"{number:,}"


def _index_words(views: Sequence[DatasetView], others: Sequence[OtherDataset]) -> dict[str, object]:
    """Return what the first page's template is given."""

    def different(*names: str) -> list[tuple[str, ...]]:
        return list(dict.fromkeys(tuple(getattr(view.facts, name) for name in names) for view in views))

    return {
        "views": views,
        "others": sorted(others),
        "licences": different("licence_title", "licence_url"),
        "attributions": different("attribution"),
        "contacts": different("contact_name", "contact_email"),
        "foi": different("foi_email"),
        "places": list(dict.fromkeys(view.facts.spatial_name for view in views)),
    }
