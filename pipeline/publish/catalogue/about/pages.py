"""The pages on which who publishes answers for what is published, and for what is not, and the same as CSV files."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from pipeline.metadata.assets import Asset
from pipeline.metadata.scorecard import COLUMNS
from pipeline.publish.catalogue.about.addresses import ABOUT_FIGURES
from pipeline.publish.catalogue.about.law import ORDER, counted, paragraphs
from pipeline.publish.catalogue.about.scorecard import scores
from pipeline.publish.catalogue.figures import Figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.about.inventory import Line
    from pipeline.publish.catalogue.about.law import Paragraph
    from pipeline.publish.catalogue.views import DatasetView, PlannedDataset

    #: The header of a file, and its rows.
    Table = tuple[Sequence[str], Iterable[Sequence[str]]]


class HeldBack(NamedTuple):
    """What a dataset holds back: columns, and rows or cells by a rule, each with why; rows left out, in bands."""

    title: str
    name: str
    columns: Sequence[tuple[str, str]]
    rules: Sequence[tuple[str, str]]
    left_out: Sequence[tuple[str, str]]


def about_pages(
    views: Sequence[DatasetView],
    page: Callable[..., bytes],
    *,
    planned: Sequence[PlannedDataset],
    held: Sequence[Line],
    contacts: object,
) -> dict[str, bytes]:
    """Return these pages by path, what they say as CSV files, and the figures of all; ``held`` is what is held.

    ``page`` makes a page of a template and its words.
    """
    figures = Figures()
    asked = paragraphs(views, planned)
    scored, kept = scores(views, figures), [*_held_back(view.facts for view in views)]
    words: dict[str, dict[str, object]] = {
        "law": {"paragraphs": asked, "counted": counted(asked, figures), "order": ORDER},
        "scorecard": {"scores": scored},
        "inventory": {"lines": held},
        "held-back": {"held_back": kept},
        "accessibility": {"contacts": contacts},
    }
    files: dict[str, Table] = {
        "law": (("paragraph", "what", "how_often", "datasets", "remark", "state"), map(_of_law, asked)),
        "scorecard": (COLUMNS, sorted(each.scored.cells for each in scored)),
        "inventory": (Asset._fields, (each.asset for each in held)),
        "held-back": (("dataset", "of", "what", "why"), _of_held_back(kept)),
    }
    return {
        **{f"about/{name}.html": page(f"about/{name}.html", **each) for name, each in words.items()},
        **{f"about/{name}.csv": _csv(*each) for name, each in files.items()},
        ABOUT_FIGURES: figures.content(),
    }


def _held_back(publications: Iterable[Publication]) -> Iterator[HeldBack]:
    """Yield what each dataset holds back, in its declaration's own words; those that hold nothing back left out."""
    for each in publications:
        columns = [kept for kept in each.withheld if kept not in each.row_rules]
        if columns or each.row_rules or each.left_out:
            yield HeldBack(each.title, each.name, columns, each.row_rules, each.left_out)


def _of_law(each: Paragraph) -> Sequence[str]:
    return each.code, each.asked, each.often, " ".join(each.datasets), each.remark, each.state.words


def _of_held_back(held_back: Iterable[HeldBack]) -> Iterator[Sequence[str]]:
    """Yield what each dataset holds back and why; no number of rows."""
    for each in held_back:
        yield from ((each.name, "Columns", *kept) for kept in each.columns)
        yield from ((each.name, "Rows", *kept) for kept in each.rules)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()
