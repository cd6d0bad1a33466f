"""Every dataset against the five complaints about open data: registration, formats, PDF, age, unexplained columns."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final, NamedTuple

from markupsafe import Markup

from pipeline.publish.catalogue.about.released import newest_over, open_formats, published_after

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.figures import Figures
    from pipeline.publish.catalogue.views import DatasetView


class Score(NamedTuple):
    """How a dataset does: each answer with its evidence; ``days`` is None where its kind of period promises none."""

    name: str
    title: str
    period: str
    said: str
    formats: Sequence[str]
    closed: Sequence[str]
    days: int | None
    promised: int
    fresh: bool
    overdue: str
    columns: int
    described: int
    sources: int
    shown: Mapping[str, Markup]

    @property
    def is_described(self) -> bool:
        """Whether each column is described, and says where it comes from."""
        return self.columns == self.described == self.sources


#: What is counted of the columns, again from the schema that stands beside the data.
_COLUMNS: Final = "SELECT count(*) FROM (SELECT unnest(fields) AS f FROM read_json('../{}/schema.json')) WHERE {}"
_WITH: Final = "coalesce(json_extract_string(to_json(f), '$.{}'), '') <> ''"


def scores(views: Sequence[DatasetView], figures: Figures) -> list[Score]:
    """Return the score of every dataset of which a release stands."""
    return [_score(view, figures) for view in views if view.facts.releases]


class Answered(NamedTuple):
    """How many datasets pass one of the five, of how many that can."""

    title: str
    passed: Markup
    asked: Markup


#: What the five are called, by their columns in the scorecard's file.
_FIVE: Final = {
    "no_registration": "No registration",
    "open_formats": "Open formats",
    "no_pdf": "No PDF",
    "fresh": "Fresh enough",
    "well_described": "Explained",
}
_COUNTED: Final = "SELECT count(*) FROM read_csv('about/scorecard.csv', all_varchar = true) WHERE {} {}"


def answered(file: bytes, figures: Figures) -> list[Answered]:
    """Return how many datasets pass each of the five, counted from the scorecard's file."""
    rows = list(csv.DictReader(io.StringIO(file.decode())))
    found = []
    for name, title in _FIVE.items() if rows else ():
        values = [row[name] for row in rows if row[name]]
        passed = figures.show(f"scorecard:{name}", values.count("true"), _COUNTED.format(name, "= 'true'"))
        asked = figures.show(f"scorecard:{name}:all", len(values), _COUNTED.format(name, "IS NOT NULL"))
        found.append(Answered(title, passed, asked))
    return found


def _score(view: DatasetView, figures: Figures) -> Score:
    facts = view.facts
    newest = newest_over(facts)
    days = published_after(facts, newest.month)
    endings = sorted({file.format for file in newest.files}, key=[*facts.formats].index)
    open_ones = open_formats(facts, newest)
    total = len(facts.columns)
    described = sum(bool(each.description) for each in facts.columns)
    sources = sum(bool(each.source) for each in facts.columns)
    return Score(
        name=facts.name,
        title=facts.title,
        period=newest.month,
        said=facts.period.said(newest.month),
        formats=open_ones,
        closed=[facts.formats[each].title for each in endings if facts.formats[each].title not in open_ones],
        days=days,
        promised=facts.promised_days,
        fresh=days is None or days <= facts.promised_days,
        overdue=view.overdue,
        columns=total,
        described=described,
        sources=sources,
        shown={
            "columns": figures.show(f"{facts.name}:columns", total, _COLUMNS.format(facts.name, "true")),
            "described": _with(figures, facts, "description", described),
            "sources": _with(figures, facts, "source", sources),
            "days": Markup() if days is None else figures.show(f"{facts.name}:days", days, _days(facts, newest.month)),
        },
    )


def _with(figures: Figures, facts: Publication, word: str, number: int) -> Markup:
    query = _COLUMNS.format(facts.name, _WITH.format(word))
    return figures.show(f"{facts.name}:{word}", number, query)


def _days(facts: Publication, period: str) -> str:
    """Return what counts again how many days after its end a period was first out."""
    end = facts.period.last_day(period).isoformat()
    log = f"read_csv('../{facts.name}/change-log.csv', all_varchar = true)"
    return f"SELECT datediff('day', DATE '{end}', CAST(min(released_on) AS DATE)) FROM {log} WHERE month = '{period}'"  # noqa: S608 - text for readers; nothing here runs it
