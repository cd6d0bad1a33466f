"""Groups of many pages that are made together: nothing of one is made again while nothing that decides it changed.

And the list of all pages for search engines (sitemaps.org), each with the day on which it last changed.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.etree import ElementTree as ET

from pipeline.codelists import CODELISTS
from pipeline.metadata.vocabulary import address
from pipeline.plain import read_plain
from pipeline.publish.catalogue.making import ABOUT, ACCESSIBILITY, Entry
from pipeline.publish.catalogue.money.pages import money_pages, payee_entries
from pipeline.publish.catalogue.money.reading import SPEND, TOTALS
from pipeline.publish.catalogue.places.pages import place_entries, place_pages
from pipeline.publish.catalogue.places.reading import AREAS, CRIMES, SUMMARY
from pipeline.publish.catalogue.places.reading import PLACES as NEIGHBOURHOODS
from pipeline.publish.catalogue.views import theme_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.making import Maker, Menu, Read
    from pipeline.storage.looked import Looked


class Group(NamedTuple):
    """Pages in ``folders`` of the public folder, the ``first`` among them, made from the releases of ``sources``.

    ``make`` makes all pages, by their path below the public folder; ``listing`` gives the words, kind and address of
    each page that somebody may look for.
    """

    name: str
    sources: tuple[str, ...]
    folders: tuple[str, ...]
    first: str
    make: Callable[[Read, Maker], dict[str, bytes]]
    listing: Callable[[Read, Maker], Iterable[tuple[str, str, str]]]

    def receipt(self, publications: Sequence[Publication], menu: Menu) -> str:
        """Return a digest of all that decides a page of the group: with an equal one its pages are the same."""
        known = {publication.name: publication for publication in publications}
        facts = {
            name: {
                "files": [
                    (release.month, file.name, file.sha256) for release in about.releases for file in release.files
                ],
                "words": [str(getattr(about, word)) for word in _WORDS],
            }
            for name in self.sources
            if (about := known.get(name))
        }
        return hashlib.sha256(json.dumps([facts, menu, program()]).encode()).hexdigest()

    def entries(self, read: Read, maker: Maker, looked: Looked) -> list[Entry]:
        """Return the pages that somebody may look for; they are not listed again while nothing of theirs changed."""
        releases = (
            release
            for publication in read.publications
            if publication.name in self.sources
            for release in publication.releases
        )
        files = (file.path for release in releases for file in release.files)
        anchor = next((path for path in files if path.is_file()), None)
        if anchor is None:
            return []

        def found() -> str:
            return json.dumps([*self.listing(read, maker)])

        said = looked.of(f"entries of {self.name} {self.receipt(read.publications, maker.menu)}", anchor, found)
        return [Entry(*entry) for entry in json.loads(said)]


PLACES: Final = Group(
    "places",
    (NEIGHBOURHOODS, AREAS, SUMMARY, CRIMES),
    ("places", "sheets"),
    "places/index.html",
    place_pages,
    place_entries,
)


MONEY: Final = Group("money", (SPEND, TOTALS), ("money",), "money/index.html", money_pages, payee_entries)


GROUPS: Final = (PLACES, MONEY)


#: The folders of the public folder that hold pages and no dataset.
PAGE_FOLDERS: Final = (
    "about",
    "assets",
    "changes",
    "feeds",
    "themes",
    *(name for group in GROUPS for name in group.folders),
)


#: What pages say of who publishes.
_WORDS: Final = (
    *("force_name", "sample", "contact_name", "contact_email", "attribution", "licence_title", "licence_url"),
    *("statements", "title", "last_published"),
)


SITEMAP: Final = "sitemap.xml"
_SCHEMA: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: Pages that ask search engines to leave them out.
_LEFT_OUT: Final = "money/payees/"
#: Pages of all datasets: they change with any.
_OF_ALL: Final = (
    *("index.html", "search.html", "changes/index.html"),
    *(page for page in ABOUT if page != ACCESSIBILITY),
)

_PROGRAM: Final = Path(__file__).resolve().parents[2]


def deciding() -> list[Path]:
    """Return the files of the program that decide what a page is: its text, templates, scripts and code lists."""
    own = (path for path in _PROGRAM.rglob("*") if path.suffix in (".css", ".html", ".js", ".json", ".py"))
    return [*sorted(own), *sorted(CODELISTS.glob("*.csv"))]


@cache
def program() -> str:
    """Return a digest of the files of the program that decide what a page is."""
    return hashlib.sha256(b"".join(hashlib.sha256(read_plain(path)).digest() for path in deciding())).hexdigest()


def sitemap(paths: Iterable[str], publications: Sequence[Publication]) -> dict[str, bytes]:
    """Return the sitemap of the pages at ``paths``, by its own path; none where nobody says where they are served from.

    A page of which nobody knows when it last changed has no day.
    """
    site = next((publication.site for publication in publications), "")
    if not site:
        return {}
    days = _last_days(publications)
    root = ET.Element("urlset", {"xmlns": _SCHEMA})
    for path in sorted(paths):
        if path.endswith(".html") and not path.startswith(_LEFT_OUT):
            page = ET.SubElement(root, "url")
            ET.SubElement(page, "loc").text = address(site + path.replace("%", "%25"))
            if day := days.get(path) or days.get(f"{path.partition('/')[0]}/", ""):
                ET.SubElement(page, "lastmod").text = day
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return {SITEMAP: text + b"\n"}


def _last_days(publications: Sequence[Publication]) -> dict[str, str]:
    """Return when pages last changed: by path, and of all pages of a folder by that."""
    last = {
        publication.name: publication.last_published.isoformat()
        for publication in publications
        if publication.last_published
    }
    folders = {
        f"{folder}/": max((last.get(source, "") for source in group.sources), default="")
        for group in GROUPS
        for folder in group.folders
    }
    pages: dict[str, str] = {}
    for publication in publications:
        theme = f"themes/{theme_of(publication.topic)}.html"
        pages[theme] = max(pages.get(theme, ""), last.get(publication.name, ""))
    for day in sorted(note.released_on for publication in publications for note in publication.changes):
        pages[f"changes/{day[:4]}.html"] = day
    newest = max(last.values(), default="")
    return {**{f"{name}/": day for name, day in last.items()}, **folders, **pages, **dict.fromkeys(_OF_ALL, newest)}
