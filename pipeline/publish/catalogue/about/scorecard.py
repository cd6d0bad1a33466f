"""The page of every dataset's score, with the figures that can be counted again."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final, NamedTuple

from markupsafe import Markup

from pipeline.metadata.scorecard import score_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.metadata.scorecard import Scored
    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.figures import Figures
    from pipeline.publish.catalogue.views import DatasetView


class Score(NamedTuple):
    """The score of a dataset, what pages call it and its period, what is overdue, and its numbers as figures."""

    scored: Scored
    title: str
    said: str
    overdue: str
    shown: Mapping[str, Markup]


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
    facts, scored = view.facts, score_of(view.facts)._replace(overdue=bool(view.overdue))
    days = scored.days
    return Score(
        scored,
        title=facts.title,
        said=facts.period.said(scored.period),
        overdue=view.overdue,
        shown={
            "columns": figures.show(f"{facts.name}:columns", scored.columns, _COLUMNS.format(facts.name, "true")),
            "described": _with(figures, facts, "description", scored.described),
            "sources": _with(figures, facts, "source", scored.sources),
            "days": Markup() if days is None else figures.show(f"{facts.name}:days", days, _days(facts, scored.period)),
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
