"""What these pages say, as CSV files beside them: for programs, and so that their numbers can be counted again."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from pipeline.metadata.assets import Asset
from pipeline.metadata.scorecard import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.publish.catalogue.about.held_back import HeldBack
    from pipeline.publish.catalogue.about.law import Paragraph
    from pipeline.publish.catalogue.about.scorecard import Score


def law_file(paragraphs: Iterable[Paragraph]) -> bytes:
    """Return every paragraph with its state."""
    header = ("paragraph", "what", "how_often", "datasets", "remark", "state")
    return _csv(
        header,
        (
            (each.code, each.asked, each.often, " ".join(each.datasets), each.remark, each.state.words)
            for each in paragraphs
        ),
    )


def scorecard_file(scores: Iterable[Score]) -> bytes:
    """Return every dataset's score; what is not promised is blank."""
    return _csv(COLUMNS, sorted(each.scored.cells for each in scores))


def inventory_file(assets: Iterable[Asset]) -> bytes:
    """Return every asset, in the columns of the inventory."""
    return _csv(Asset._fields, assets)


def held_back_file(held_back: Iterable[HeldBack]) -> bytes:
    """Return what each dataset holds back and why; no number of rows."""
    return _csv(
        ("dataset", "of", "what", "why"),
        (
            (each.name, of, what, why)
            for each in held_back
            for of, kept in (("Columns", each.columns), ("Rows", each.rules))
            for what, why in kept
        ),
    )


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()
