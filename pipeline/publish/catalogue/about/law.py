"""What the law asks for, paragraph by paragraph: where it is, whether that is late, or why it is no dataset.

The law is the Elected Local Policing Bodies (Specified Information) Order 2011; `specified-information.csv` lists it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.codelists import CODELISTS, CodeLists

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markupsafe import Markup

    from pipeline.model.catalogue_record import CatalogueRecord
    from pipeline.publish.catalogue.figures import Figures
    from pipeline.publish.catalogue.views import DatasetView

LIST: Final = "specified-information"
ORDER: Final = "https://www.legislation.gov.uk/uksi/2011/3050/contents"
#: What the list says of what another body publishes.
_ELSEWHERE: Final = "published by "
#: What it says of papers that stand beside a dataset, and are no dataset.
_DOCUMENTS: Final = "are documents"
_COUNT: Final = "SELECT count(*) FROM 'law.csv' WHERE state = '{}'"


class State(NamedTuple):
    """Where a paragraph stands: its words, the sign before them, the class of its badge."""

    words: str
    sign: str = ""
    kind: str = ""


PUBLISHED: Final = State("Up to date", "✓", "good")
LATE: Final = State("Late", "!", "late")
PARTLY: Final = State("In part")
DOCUMENT: Final = State("Document")
ELSEWHERE: Final = State("Elsewhere")
NOT_YET: Final = State("Not yet")


class Place(NamedTuple):
    """A dataset that answers a paragraph: its title, and its page as seen from here, "" where it is not published."""

    title: str
    address: str
    overdue: str = ""


class Paragraph(NamedTuple):
    """A paragraph of the law: what it asks for, how often, which datasets answer it, what there is to say."""

    code: str
    datasets: Sequence[str]
    asked: str
    often: str
    places: Sequence[Place]
    remark: str
    state: State


def paragraphs(views: Sequence[DatasetView], planned: Sequence[CatalogueRecord]) -> list[Paragraph]:
    """Return every paragraph, in the order of the list."""
    titles = {each.name: each.title for each in planned}
    known = {view.facts.name: view for view in views if view.facts.releases}
    return [_paragraph(row, known, titles) for row in CodeLists(CODELISTS, {}).read(LIST).rows]


def counted(every: Sequence[Paragraph], figures: Figures) -> dict[State, Markup]:
    """Return how many paragraphs are in each state, those that none is in left out."""
    states = (PUBLISHED, LATE, PARTLY, DOCUMENT, ELSEWHERE, NOT_YET)
    numbers = {state: sum(each.state == state for each in every) for state in states}
    return {
        state: figures.show(f"law:{state.words}", number, _COUNT.format(state.words))
        for state, number in numbers.items()
        if number
    }


def _paragraph(row: Mapping[str, str], known: Mapping[str, DatasetView], titles: Mapping[str, str]) -> Paragraph:
    names = row["datasets"].split()
    places = [*_places(names, known, titles)]
    return Paragraph(row["code"], names, row["label"], row["frequency"], places, row["because"], _state(row, places))


def _places(names: Sequence[str], known: Mapping[str, DatasetView], titles: Mapping[str, str]) -> Iterator[Place]:
    """Yield where datasets are; one that is not even declared is called after its name."""
    for name in names:
        if view := known.get(name):
            yield Place(view.facts.title, f"../{name}/index.html", view.overdue)
        else:
            yield Place(titles.get(name) or name.replace("-", " ").capitalize(), "")


def _state(row: Mapping[str, str], places: Sequence[Place]) -> State:
    if not places:
        return ELSEWHERE if _ELSEWHERE in row["because"] else DOCUMENT
    if not any(each.address for each in places):
        return NOT_YET
    if any(each.overdue for each in places):
        return LATE
    whole = all(each.address for each in places) and _DOCUMENTS not in row["because"]
    return PUBLISHED if whole else PARTLY
