"""Rows as the schema judges them, twice, and what is published of those that keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pipeline.release.publishable import Part, publishable
from pipeline.validate.checks import typed_table, validate
from pipeline.validate.referee.referee import referee

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.declaration import Dataset
    from pipeline.release.publishable import PublishableTable
    from pipeline.settings.sections import Referee
    from pipeline.validate.referee.referee import Refereed
    from pipeline.validate.schema import TableSchema

#: The feed of rows that come from no extract: cells that rows are counted into, rows that are made of releases.
NO_FEED: Final = -1


def judged(table: pa.Table, dataset: Dataset, schema: TableSchema, context: Context, judge: Referee) -> Refereed:
    """Return what our checks say of each row, and Frictionless agreed to.

    Which rows it looks at depends on the key: nobody who writes extracts can choose them.
    """
    salt = context.pseudonyms.one("referee", dataset.name, context.month)
    checked = validate(table, schema)
    return referee(table, checked, schema, salt=salt, sample=judge.sample_rows, everything=judge.everything)


def published(parts: Sequence[Part], dataset: Dataset, schema: TableSchema) -> PublishableTable:
    """Return the rows of all parts in the order and the types of the schema."""
    return publishable(parts, schema.arrow, dataset.order, cast=lambda text: typed_table(text, schema))


def of_no_extract(refereed: Refereed) -> Part:
    """Return all rows that were judged, as rows that come from no extract."""
    text = refereed.checked.text
    every, none = np.arange(text.num_rows), np.full(text.num_rows, NO_FEED, np.int32)
    return Part(text=text, chosen=every, feed=none, source=none, row=every, references={})
