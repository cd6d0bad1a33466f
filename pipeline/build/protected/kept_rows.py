"""The rows of a release that is kept, as they are public, and what is kept beside them."""

from __future__ import annotations

import csv
import io
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv

from pipeline.columns.arrays import whole
from pipeline.columns.groups import groups
from pipeline.plain import open_plain
from pipeline.plain import plain as regular
from pipeline.storage.lost import lost_file
from pipeline.storage.store import read_released

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.build.inputs import DatasetInputs
    from pipeline.storage.state import Built


class KeptRows:
    """The rows of a release as they are public, read when they are asked for."""

    def __init__(self, inputs: DatasetInputs, built: Built) -> None:
        self._dataset, self._store, self._built = inputs.dataset, inputs.work.store, built

    def references(self, scope: str) -> pa.Array | None:
        """Return the keyed references of a scope, nothing where the dataset has none."""
        column = self._dataset.references.get(scope)
        return self._store.references(self._dataset.name, self._built, scope, column) if column else None

    def key(self, name: str) -> pa.Array | None:
        """Return a private key of each row, nothing where the release was made without it."""
        return self._store.key(self._dataset.name, self._built, name)

    @property
    def keys(self) -> dict[str, pa.Array]:
        """All that is kept beside the rows: without it no later protection would find them."""
        names = self._store.keys(self._dataset.name, self._built)
        return {name: self._store.key(self._dataset.name, self._built, name) for name in names}

    def text(self, name: str) -> pa.Array:
        """Return a published column as text."""
        return whole(self.table.column(name))

    def entries(self) -> NDArray[np.int64]:
        """Return a number for each row of a register, the same for rows of one entry."""
        return groups(*map(self.text, self._dataset.entry))

    @cached_property
    def table(self) -> pa.Table:
        """The CSV, every column as text."""
        path = self._store.file(self._dataset.name, self._built, "csv")
        try:
            with io.TextIOWrapper(open_plain(path), encoding="utf-8", newline="") as text:
                names = next(csv.reader(text))
        except (OSError, StopIteration):
            raise lost_file(path) from None
        return pa.csv.read_csv(
            regular(path),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )

    @cached_property
    def typed(self) -> pa.Table:
        """The Parquet of the same rows: the types of the schema that they were released under."""
        kept = self._store.file(self._dataset.name, self._built, "parquet")
        return read_released(kept).replace_schema_metadata(None)
