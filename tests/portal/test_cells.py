"""The page of a counted dataset shows cells of one line, never adds them, and says where there are too few to show."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.model.declaration import Answer
from pipeline.publish.catalogue.pages import render_site
from pipeline.storage.looked import Looked
from tests.lib.catalogue_example import Place, make_publication, make_release

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model.release import Publication, Release

_KINDS = ("Big", "Middle", "Small")
_ANSWER = Answer("answers", by="kind", count="answers", where={"area": "ALL"})


def release(place: Place, month: str, cells: Mapping[str, int | None]) -> Release:
    """Return a release with a cell a kind for all areas, and larger ones for a single area."""
    made = make_release(place.store, month)
    path = next(file.path for file in made.files if file.format == "parquet")
    rows = [{"area": "ALL", "kind": kind, "answers": number} for kind, number in cells.items()]
    rows += [{"area": "A1", "kind": kind, "answers": 9000} for kind in _KINDS]
    path.unlink()
    schema = pa.schema({"area": pa.string(), "kind": pa.string(), "answers": pa.int64()})
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return made


def page(place: Place, *months: Mapping[str, int | None]) -> str:
    releases = [release(place, f"2024-{number:02d}", cells) for number, cells in enumerate(months, start=1)]
    publication = dataclasses.replace(make_publication(releases), answer=_ANSWER)
    return pages(publication)["street-crime/index.html"].decode()


def pages(publication: Publication) -> dict[str, bytes]:
    return render_site([publication], kept={}, others=(), looked=Looked(dt.date.min))


def test_cells_are_shown_line_by_line_and_a_hidden_one_in_words(place: Place) -> None:
    text = page(place, {"Big": 100, "Middle": None, "Small": 0}, {"Big": 120, "Middle": 25, "Small": None})
    numbers = text.partition('<ul class="headlines">')[2].partition('<p class="receipt">')[0]
    plain = re.sub(r"<[^>]*>", "", numbers)
    assert "Big: 120 answers in February 2024, 20 more than in January 2024." in plain
    assert "Middle: 25 answers in February 2024." in plain  # what was hidden before is no number to compare with
    assert "Small: too few to show, or it would tell another number in February 2024." in plain
    assert "9000" not in plain.replace(",", "")
    assert 'class="whole"' not in numbers
    row = next(each for each in numbers.split("<tr>") if ">Small</th>" in each)
    assert '<td class="number">too few to show, or it would tell another number</td>' in row
    assert 'width="0' in row.partition('class="now"')[2][:60]


def test_a_line_that_is_hidden_everywhere_has_no_series_and_no_sum(place: Place) -> None:
    hidden: dict[str, int | None] = dict.fromkeys(_KINDS)
    text = page(place, hidden, hidden)
    assert "Big: too few to show, or it would tell another number in February 2024." in re.sub(r"<[^>]*>", "", text)
    assert 'id="time"' not in text
    assert "data-figure" not in text


def test_the_query_of_a_cell_counts_it_alone(place: Place) -> None:
    made = dataclasses.replace(make_publication([release(place, "2024-01", {"Big": 100})]), answer=_ANSWER)
    figures = json.loads(pages(made)["street-crime/figures.json"])
    assert figures["2024-01:Big"]["value"] == "100"
    assert """WHERE CAST("area" AS VARCHAR) = 'ALL' AND""" in figures["2024-01:Big"]["query"]
    assert set(figures) == {"2024-01:Big"}
