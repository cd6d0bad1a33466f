"""The pages on which who publishes answers for what is published, and for what is not, and the same as CSV files.

The law is the Elected Local Policing Bodies (Specified Information) Order 2011; `specified-information.csv` lists it.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.metadata.assets import COLUMNS, Asset, asset_of, score_of
from pipeline.model.release import CatalogueRecord
from pipeline.publish.catalogue.figures import Figures
from pipeline.publish.catalogue.making import ABOUT_FIGURES
from pipeline.publish.catalogue.readable import readable, rows_of, unless_damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from markupsafe import Markup

    from pipeline.metadata.assets import Scored
    from pipeline.model.periods import Period
    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.views import DatasetView

    #: An asset, and the first to the last of its periods in words.
    Held = tuple[Asset, str]

LIST: Final = "specified-information"
ORDER: Final = "https://www.legislation.gov.uk/uksi/2011/3050/contents"
#: What the list says of what another body publishes.
_ELSEWHERE: Final = "published by "
#: What it says of papers that stand beside a dataset, and are no dataset.
_DOCUMENTS: Final = "are documents"
_STATES: Final = "SELECT count(*) FROM 'law.csv' WHERE state = '{}'"
#: The dataset that lists what is no dataset too.
INVENTORY: Final = "inventory"
#: What is counted of the columns, again from the schema that stands beside the data.
_OF_SCHEMA: Final = "SELECT count(*) FROM (SELECT unnest(fields) AS f FROM read_json('../{}/schema.json')) WHERE {}"
_WITH: Final = "coalesce(json_extract_string(to_json(f), '$.{}'), '') <> ''"
#: What the five complaints are called, by their columns in the scorecard's file.
_FIVE: Final = {
    "no_registration": "No registration",
    "open_formats": "Open formats",
    "no_pdf": "No PDF",
    "fresh": "Fresh enough",
    "well_described": "Explained",
}
_COUNTED: Final = "SELECT count(*) FROM read_csv('about/scorecard.csv', all_varchar = true) WHERE {} {}"


def about_pages(
    views: Sequence[DatasetView],
    page: Callable[..., bytes],
    *,
    planned: Sequence[CatalogueRecord],
    held: Sequence[Held],
    contacts: object,
) -> dict[str, bytes]:
    """Return these pages by path, what they say as CSV files, and the figures of all; ``held`` is what is held.

    ``page`` makes a page of a template and its words.
    """
    figures = Figures()
    asked = paragraphs(views, planned)
    scores = [(view, *_score(view, figures)) for view in views if view.facts.releases]
    kept = [*_held_back(view.facts for view in views)]
    words: dict[str, dict[str, object]] = {
        "law": {"paragraphs": asked, "counted": counted(asked, figures), "order": ORDER},
        "scorecard": {"scores": scores},
        "inventory": {"lines": held},
        "held-back": {"held_back": kept},
        "accessibility": {"contacts": contacts},
    }
    files: dict[str, tuple[Sequence[str], Iterable[Sequence[str]]]] = {
        "law": (
            ("paragraph", "what", "how_often", "datasets", "remark", "state"),
            ((e.code, e.asked, e.often, " ".join(e.datasets), e.remark, e.state.words) for e in asked),
        ),
        "scorecard": (COLUMNS, sorted(scored.cells for _, scored, _ in scores)),
        "inventory": (Asset._fields, (asset for asset, _ in held)),
        "held-back": (
            ("dataset", "of", "what", "why"),
            (
                (facts.name, of, *kept)
                for facts, columns in kept
                for of, every in (("Columns", columns), ("Rows", facts.row_rules))
                for kept in every
            ),
        ),
    }
    return {
        **{f"about/{name}.html": page(f"about/{name}.html", **given) for name, given in words.items()},
        **{f"about/{name}.csv": _csv(*file) for name, file in files.items()},
        ABOUT_FIGURES: figures.content(),
    }


def _held_back(publications: Iterable[Publication]) -> Iterator[tuple[Publication, list[tuple[str, str]]]]:
    """Yield each dataset that holds anything back, with its columns; rows, and those left out, it says itself."""
    for facts in publications:
        columns = [kept for kept in facts.withheld if kept not in facts.row_rules]
        if columns or facts.row_rules or facts.left_out:
            yield facts, columns


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


# --- what is held: every declared dataset, published or planned, and whatever else the newest inventory lists


def held_of(views: Sequence[DatasetView], planned: Sequence[CatalogueRecord]) -> list[Held]:
    """Return every asset by title."""
    out = {view.facts.name: view.facts for view in views}
    known = {record.name: record for record in planned}
    for name, facts in out.items():
        words = (facts.title, facts.description, facts.publisher, facts.licence_title)
        known[name] = CatalogueRecord(name, *words, facts.period, facts=facts)
    lines = [(asset_of(record), _span(record)) for record in known.values()]
    lines += [(asset, "") for asset in _others(out.get(INVENTORY))]
    return sorted(lines, key=lambda line: (line[0].title.casefold(), line))


def _span(record: CatalogueRecord) -> str:
    months = sorted(release.month for release in record.facts.releases) if record.facts else []
    return record.kind.span_in_words(months) if months and not record.kind.only else ""


def _others(inventory: Publication | None) -> Iterator[Asset]:
    """Yield what the newest release of the inventory lists beside datasets."""
    _, path = next(readable(inventory, Asset._fields), ("", None))
    table = unless_damaged(lambda: rows_of(path, Asset._fields)) if path else None
    if table is not None:
        for row in pa.table({name: table.column(name).cast(pa.string()) for name in Asset._fields}).to_pylist():
            if not row["dataset"]:
                yield Asset(**{name: cell or "" for name, cell in row.items()})


# --- the score of every dataset, with the figures that can be counted again ---------------------------


def answered(file: bytes, figures: Figures) -> list[tuple[str, Markup, Markup]]:
    """Return how many datasets pass each of the five, of how many that can, counted from the scorecard's file."""
    rows = list(csv.DictReader(io.StringIO(file.decode())))
    found = []
    for name, title in _FIVE.items() if rows else ():
        values = [row[name] for row in rows if row[name]]
        passed = figures.show(f"scorecard:{name}", values.count("true"), _COUNTED.format(name, "= 'true'"))
        asked = figures.show(f"scorecard:{name}:all", len(values), _COUNTED.format(name, "IS NOT NULL"))
        found.append((title, passed, asked))
    return found


def _score(view: DatasetView, figures: Figures) -> tuple[Scored, dict[str, Markup]]:
    """Return the score of a dataset of which a release stands, and its numbers as figures."""
    facts, scored = view.facts, score_of(view.facts)._replace(overdue=bool(view.overdue))
    numbers = {
        "columns": (scored.columns, _OF_SCHEMA.format(facts.name, "true")),
        "description": (scored.described, _OF_SCHEMA.format(facts.name, _WITH.format("description"))),
        "source": (scored.sources, _OF_SCHEMA.format(facts.name, _WITH.format("source"))),
    }
    if scored.days is not None:
        numbers["days"] = (scored.days, _days(facts, scored.period))
    return scored, {name: figures.show(f"{facts.name}:{name}", *number) for name, number in numbers.items()}


def _days(facts: Publication, period: Period) -> str:
    """Return what counts again how many days after its end a period was first out."""
    end = facts.period.last_day(period).isoformat()
    log = f"read_csv('../{facts.name}/change-log.csv', all_varchar = true)"
    return f"SELECT datediff('day', DATE '{end}', CAST(min(released_on) AS DATE)) FROM {log} WHERE month = '{period}'"  # noqa: S608 - text for readers; nothing here runs it


# --- the law, paragraph by paragraph: where it is, whether that is late, or why it is no dataset


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
    found = []
    for row in CodeLists(CODELISTS, {}).read(LIST).rows:
        names = row["datasets"].split()
        places = [*_places(names, known, titles)]
        words = (row["label"], row["frequency"], places, row["because"], _state(row, places))
        found.append(Paragraph(row["code"], names, *words))
    return found


def counted(every: Sequence[Paragraph], figures: Figures) -> dict[State, Markup]:
    """Return how many paragraphs are in each state, those that none is in left out."""
    states = (PUBLISHED, LATE, PARTLY, DOCUMENT, ELSEWHERE, NOT_YET)
    numbers = {state: sum(paragraph.state == state for paragraph in every) for state in states}
    return {
        state: figures.show(f"law:{state.words}", number, _STATES.format(state.words))
        for state, number in numbers.items()
        if number
    }


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
