"""The list of pages for search engines (sitemaps.org): whole addresses, each with the day on which it last changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from pipeline.metadata.vocabulary import address
from pipeline.publish.catalogue.groups import GROUPS
from pipeline.publish.catalogue.menu import ABOUT, ACCESSIBILITY
from pipeline.publish.catalogue.views import theme_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.model.release import Publication

SITEMAP: Final = "sitemap.xml"
_SCHEMA: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: Pages that ask search engines to leave them out.
_LEFT_OUT: Final = "money/payees/"
#: Pages of all datasets: they change with any.
_OF_ALL: Final = (
    *("index.html", "search.html", "changes/index.html"),
    *(address for address in ABOUT if address != ACCESSIBILITY),
)


def sitemap(paths: Iterable[str], publications: Sequence[Publication]) -> dict[str, bytes]:
    """Return the sitemap of the pages at ``paths``, by its own path; none where nobody says where they are served from.

    A page of which nobody knows when it last changed has no day.
    """
    site = next((each.site for each in publications), "")
    if not site:
        return {}
    days = _days(publications)
    root = ET.Element("urlset", {"xmlns": _SCHEMA})
    for path in sorted(paths):
        if path.endswith(".html") and not path.startswith(_LEFT_OUT):
            page = ET.SubElement(root, "url")
            ET.SubElement(page, "loc").text = address(site + path.replace("%", "%25"))
            if day := days.get(path) or days.get(f"{path.partition('/')[0]}/", ""):
                ET.SubElement(page, "lastmod").text = day
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return {SITEMAP: text + b"\n"}


def _days(publications: Sequence[Publication]) -> dict[str, str]:
    """Return when pages last changed: by path, and of all pages of a folder by that."""
    last = {each.name: each.last_published.isoformat() for each in publications if each.last_published}
    folders = {
        f"{folder}/": max((last.get(source, "") for source in group.sources), default="")
        for group in GROUPS
        for folder in group.folders
    }
    pages: dict[str, str] = {}
    for each in publications:
        theme = f"themes/{theme_of(each.topic)}.html"
        pages[theme] = max(pages.get(theme, ""), last.get(each.name, ""))
    for day in sorted(note.released_on for each in publications for note in each.changes):
        pages[f"changes/{day[:4]}.html"] = day
    newest = max(last.values(), default="")
    return {**{f"{name}/": day for name, day in last.items()}, **folders, **pages, **dict.fromkeys(_OF_ALL, newest)}
