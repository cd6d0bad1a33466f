"""What the first page says in numbers: the newest number of each dataset that stands there, and what people ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.publish.catalogue.charts import spark
from pipeline.publish.catalogue.story import Teller

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.figures import Figures
    from pipeline.storage.looked import Looked


class Headline(NamedTuple):
    """A number of the first page: what it counts and when, how it differs from before, its last periods as a line."""

    number: Markup
    words: str
    when: str
    address: str
    compared: Markup | None
    line: Markup


class Question(NamedTuple):
    """What people ask, and the page that answers it."""

    words: str
    address: str


def headlines(publications: Sequence[Publication], looked: Looked, figures: Figures) -> Iterator[Headline]:
    """Yield the numbers of the datasets that declare one for the first page; what is counted apart has its own."""
    for facts in publications:
        releases = {each.month: each for each in facts.releases}
        newest = max(releases, default="")
        told = Teller(facts, releases, looked, figures, folder=f"{facts.name}/")
        if not facts.answer.front or told.number(newest) is None:
            continue
        said = facts.period.said(newest)
        apart = (((value,), each) for value, each in facts.answer.apart.items() if each)
        for values, what in (((), facts.answer.front), *apart):
            compared = told.compared(newest, *values)
            yield Headline(
                number=told.show(newest, *values),
                words=what,
                when=f"in {said}" if facts.period.gaps else "",
                address=f"{facts.name}/index.html",
                compared=compared[:1].upper() + compared[1:] if compared else None,
                line=spark([point.value for point in told.series(newest, *values)]),
            )


def questions(publications: Sequence[Publication], pages: Sequence[Question]) -> list[Question]:
    """Return what people ask that something published answers: first what whole ``pages`` do, then single datasets."""
    asked = (Question(each.answer.question, f"{each.name}/index.html") for each in publications if each.releases)
    return [*pages, *(each for each in asked if each.words)]
