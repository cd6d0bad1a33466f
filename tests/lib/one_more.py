"""One more dataset than there is, for a test: places of crimes in words, by quarter, made from street-crime."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import datasets
from pipeline.build import run_context
from pipeline.codelists import CODELISTS
from pipeline.columns.arrays import plain, whole
from pipeline.model.declaration import Dataset
from pipeline.model.derivation import Derivation, Input, Made, Recipe
from pipeline.model.periods import QUARTER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from pipeline.model.context import Context
    from pipeline.model.periods import Period

_INPUT, _PLACE = "street-crime", "Location"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesInWords(Recipe):
    """Passes a text through: the places of a quarter's crimes, without the words that stand before them."""

    def rows(self, inputs: Mapping[str, Mapping[Period, pa.Table]], context: Context) -> Made:
        """Return a row for each place."""
        cells = [plain(whole(each.column(_PLACE))) for each in inputs[_INPUT].values()]
        places = pc.unique(pc.replace_substring(pa.chunked_array(cells, pa.string()), "On or near ", ""))
        return Made(pa.table({"quarter": pa.array([context.month] * len(places)), "place": places}))


PLACES = Dataset(
    name="places-of-crimes",
    family="crime",
    theme="crime-and-justice",
    tags=("crime",),
    derivation=Derivation(period=QUARTER, inputs=(Input(dataset=_INPUT, columns=(_PLACE,)),), recipe=PlacesInWords()),
)


def with_places(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let every command know of the dataset; its schema stands beside copies of the others in ``folder``."""
    shutil.copytree(CODELISTS.parent, folder)
    fields = [{"name": name, "title": name, "description": name, "type": "string"} for name in ("quarter", "place")]
    schema = {"title": "Places", "description": "Places of crimes.", "missingValues": [""], "fields": fields}
    (folder / PLACES.family / f"{PLACES.name}.json").write_text(json.dumps(schema), "utf-8")
    every = (*datasets.declared().values(), PLACES)
    monkeypatch.setattr(datasets, "_declarations", lambda _: every)
    monkeypatch.setattr(datasets, "_SCHEMAS", folder)
    monkeypatch.setattr(run_context, "SCHEMAS", folder)
