"""The catalogue's pages: a pure function of the publications and of the months that the catalogue keeps."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.metadata.datapackage import outlined
from pipeline.metadata.dcat import catalogue_facts, dataset_facts, turtle
from pipeline.publish.catalogue.about import about_pages, answered, held_of
from pipeline.publish.catalogue.changes import Part, atom, by_day, by_year, changes_of, late, together
from pipeline.publish.catalogue.figures import Figures
from pipeline.publish.catalogue.groups import GROUPS, PLACES
from pipeline.publish.catalogue.making import (
    ABOUT,
    ABOUT_FILES,
    SCORECARD,
    Maker,
    Read,
    as_it_stands,
    by_letter,
    everything,
    menu_of,
)
from pipeline.publish.catalogue.places.pages import near_you
from pipeline.publish.catalogue.story import first_sentence, headlines, story_of
from pipeline.publish.catalogue.views import themes_of, view_dataset
from pipeline.storage.looked import Looked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.metadata.assets import Asset
    from pipeline.model.release import CatalogueRecord, Publication, ReleasedFile
    from pipeline.publish.catalogue.changes import Change
    from pipeline.publish.catalogue.making import Entry
    from pipeline.publish.catalogue.views import DatasetView, Theme


#: Scripts of the search and of the rows, as they stand beside the pages.
SCRIPTS = ("minisearch.js", "parquet.js", "rows.js", "search.js")
#: What the catalogue itself always puts at its top, beside one folder per dataset and a README that it only carries.
SITE_FILES = (
    *(
        *("assets/entries.js", *(f"assets/{name}" for name in SCRIPTS)),
        *ABOUT,
        *ABOUT_FILES,
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

#: So many changes stand on the first page, and on the first page of changes.
_NEWEST, _RECENT = 5, 200
#: What people ask, and the pages that answer it; single datasets answer further questions.
_ASKED = (
    ("What happened near my home last month?", "places/index.html"),
    ("Who was paid most, and for what?", "money/index.html"),
    ("What is held back, and why?", "about/held-back.html"),
    ("What does the law ask for, and is it here?", "about/law.html"),
)
_ASSETS = Path(__file__).parents[1] / "assets"


def render_site(
    publications: Sequence[Publication],
    *,
    kept: Mapping[str, Sequence[ReleasedFile]],
    others: Sequence[tuple[str, str]],
    looked: Looked,
    planned: Sequence[CatalogueRecord] = (),
    preview: bool = False,
    read: Read | None = None,
) -> dict[str, bytes]:
    """Return every page but those of `GROUPS`, by its path below the public folder; equal arguments give equal bytes.

    A ``preview`` is marked as one on every page, and leads to its page of differences.

    ``kept`` are, by dataset, the months' files without a release here; ``others`` name and title of the datasets that
    the folder holds and that are not published now; ``planned`` are all that are declared.
    ``looked`` knows what files count that nobody touched, ``read`` what was read of the same publications already.
    """
    views = [
        view_dataset(publication, kept.get(publication.name, ()))
        for publication in sorted(publications, key=lambda publication: publication.title)
    ]
    maker = Maker(menu_of([view.facts for view in views], looked), preview)
    site = _Site(views, others, looked, maker, read or Read(publications))
    held = held_of(views, planned)
    about = about_pages(views, site.page, planned=planned, held=held, contacts=site.words["contacts"])
    return {
        **site.whole([asset for asset, _ in held]),
        **about,
        **site.front(about[SCORECARD]),
        **site.themes(),
        **site.changes(),
        **site.datasets(),
    }


def render_differences(months: Sequence[Mapping[str, object]], *, sample: bool) -> bytes:
    """Return the page of a preview that shows the rows that would differ: it is private, as nobody published them."""
    maker = Maker(menu_of((), Looked(dt.date.min)), preview=True)
    return maker.page("differences.html", sample=sample, months=months)


@dataclass(frozen=True)
class _Site:
    """Makes the pages of one set of datasets."""

    views: Sequence[DatasetView]
    others: Sequence[tuple[str, str]]
    looked: Looked
    maker: Maker
    read: Read

    @cached_property
    def publications(self) -> list[Publication]:
        """What is published, by title."""
        return [view.facts for view in self.views]

    @cached_property
    def by_theme(self) -> list[Theme]:
        """The datasets by theme."""
        return themes_of(self.views)

    @cached_property
    def changed(self) -> list[Change]:
        """Every change, the newest first."""
        return changes_of(self.publications)

    @cached_property
    def words(self) -> dict[str, object]:
        """What the template of the first page is given, and of pages about all datasets."""
        return _index_words(self.views, self.others)

    def page(self, template: str, **more: object) -> bytes:
        """Return a page."""
        return self.maker.page(template, sample=any(publication.sample for publication in self.publications), **more)

    @cached_property
    def everything(self) -> list[Entry]:
        """Everything that a page is about."""
        groups = (each.entries(self.read, self.maker, self.looked) for each in GROUPS)
        return everything(
            self.publications, self.maker.menu, [entry for entries in groups for entry in entries], self.looked
        )

    def whole(self, held: Sequence[Asset]) -> dict[str, bytes]:
        """Return what is about all datasets, and about whatever else is ``held``."""
        known = {address for _, address in self.maker.menu.links}
        linked = catalogue_facts([view.listed for view in self.views], force=self.maker.menu.force, held=held)
        return {
            "catalogue.jsonld": f"{outlined(linked, depth=4)}\n".encode(),
            "catalogue.ttl": turtle(linked),
            "feeds/releases.atom": atom(self.publications, self.changed, force=self.maker.menu.force),
            "search.html": self.page("search.html", letters=by_letter(self.everything), streets=PLACES.first in known),
            "assets/entries.js": b"window.siteEntries = " + json.dumps(self.everything, ensure_ascii=False).encode(),
            **{f"assets/{name}": (_ASSETS / name).read_bytes() for name in SCRIPTS},
            "style.css": as_it_stands("style.css"),
        }

    def front(self, scorecard: bytes) -> dict[str, bytes]:
        """Return the first page and its figures."""
        figures = Figures()
        known = {address for _, address in self.maker.menu.links} | {*SITE_FILES}
        asked = [
            (publication.answer.question, f"{publication.name}/index.html")
            for publication in self.publications
            if publication.releases
        ]
        page = self.page(
            "index.html",
            **self.words,
            headlines=[*headlines([v.facts for theme in self.by_theme for v in theme.views], self.looked, figures)],
            near=near_you(self.read, self.maker, self.looked, PLACES.receipt(self.publications, self.maker.menu)),
            questions=[
                *((words, at) for words, at in _ASKED if at in known),
                *((words, at) for words, at in asked if words),
            ],
            themes=self.by_theme,
            scorecard=answered(scorecard, figures),
            changes=together(self.changed)[:_NEWEST],
        )
        return {"index.html": page, FIGURES: figures.content()}

    def themes(self) -> dict[str, bytes]:
        """Return the page of each theme, and the figures of all of them."""
        figures, pages = Figures(), {}
        for theme in self.by_theme:
            leads = {view.facts.name: first_sentence(view.facts, self.looked, figures) for view in theme.views}
            page = self.page("theme.html", theme=theme, themes=self.by_theme, leads=leads)
            pages[f"themes/{theme.name}.html"] = page
        return {**pages, f"themes/{FIGURES}": figures.content()}

    def changes(self) -> dict[str, bytes]:
        """Return the newest changes and those of each year, in parts."""
        parts = [*by_year(self.changed)]
        newest = Part("index", "", 1, by_day(together(self.changed)[:_RECENT]))
        overdue = [*late(self.publications)]
        return {
            f"changes/{part.name}.html": self.page("changes.html", part=part, parts=parts, late=overdue)
            for part in (newest, *parts)
        }

    def datasets(self) -> dict[str, bytes]:
        """Return the pages of each dataset, and its figures."""
        pages = {}
        for view in self.views:
            story = story_of(view.facts, self.looked)
            words = {"view": view, "facts": view.facts, "story": story}
            linked = dataset_facts(view.listed)
            folder = view.facts.name
            pages[f"{folder}/{DATASET_PAGE}"] = self.page("dataset.html", **words, linked=linked)
            pages[f"{folder}/{FILES_PAGE}"] = self.page("files.html", **words)
            pages[f"{folder}/{FIGURES}"] = (story["figures"] if story else Figures()).content()
        return pages


def _index_words(views: Sequence[DatasetView], others: Sequence[tuple[str, str]]) -> dict[str, object]:
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
