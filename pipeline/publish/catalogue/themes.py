"""The themes that people find datasets by: each has a page, and the first page lists them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.publish.catalogue.views import DatasetView

#: The families of declarations whose theme has another name; any other family is a theme of its own.
_OF_FAMILY: Final = {"crime": "crime-and-justice", "expenditure": "money", "engagement": "meetings-and-priorities"}
#: What a theme is called where its name alone does not say it, and what it is about.
_WORDS: Final = {
    "crime-and-justice": "What was recorded, where, and what came of it.",
    "money": "Who was paid, for what, and what was offered.",
    "people": "Who works here, in which posts, and for what pay.",
    "meetings-and-priorities": "What residents said and asked for, and what was done.",
    "governance": "How decisions are made, checked and answered for.",
    "places-and-campaigns": "Which neighbourhoods there are, and what was done in them.",
}


class Theme(NamedTuple):
    """A theme: the name of its page, its title, what it is about, its datasets by title."""

    name: str
    title: str
    about: str
    views: Sequence[DatasetView]


def theme_of(topic: str) -> str:
    """Return the theme of a topic, which is a family of declarations or a theme itself."""
    return _OF_FAMILY.get(topic, topic or "other")


def themes_of(views: Sequence[DatasetView]) -> list[Theme]:
    """Return the themes that have datasets: the usual ones in their order, then any other by name."""
    order = [*_WORDS]

    def place(view: DatasetView) -> tuple[int, str]:
        name = theme_of(view.facts.topic)
        return (order.index(name) if name in order else len(order), name)

    found = groupby(sorted(views, key=lambda view: (*place(view), view.facts.title)), key=place)
    return [Theme(name, title_of(name), _WORDS.get(name, ""), [*members]) for (_, name), members in found]


def title_of(name: str) -> str:
    """Return what a theme is called."""
    return name.replace("-", " ").capitalize()
