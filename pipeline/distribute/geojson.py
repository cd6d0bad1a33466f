"""Boundaries of areas for maps: GeoJSON (RFC 7946)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pipeline.distribute.json_file import JsonFile
from pipeline.model.distribution import FileFormat
from pipeline.settings import reader as checks
from pipeline.settings.options import Options

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.distribution import Particulars

_CODE, _NAME, _BOUNDARIES = "neighbourhood_code", "neighbourhood_name", "neighbourhood-boundaries"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryOptions(Options):
    """What the public is told of boundaries: whose they are, and under which licence."""

    section: ClassVar[str] = "boundaries"
    statement: str = field(
        default="Boundaries are the force's own, under the same licence as the table.", metadata={"form": checks.LABEL}
    )

    def words(self) -> dict[str, str]:
        """Return the statement."""
        return {"boundaries": self.statement}


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourhoodMap(JsonFile):
    """The boundary of each neighbourhood that has one, with its code and its name, by code."""

    format: ClassVar[FileFormat] = FileFormat(
        "geojson",
        "GeoJSON",
        "application/geo+json",
        "https://www.rfc-editor.org/rfc/rfc7946",
        "The boundary of each neighbourhood that has one, with its code and name, for mapping software such as QGIS.",
    )
    needs: ClassVar[tuple[str, ...]] = (_BOUNDARIES,)
    options: ClassVar[tuple[type[Options], ...]] = (BoundaryOptions,)

    def document(self, rows: pa.Table, particulars: Particulars) -> Mapping[str, Any]:
        """Return one feature a code; coordinates are longitude and latitude in WGS 84."""
        names = dict(zip(rows.column(_CODE).to_pylist(), rows.column(_NAME).to_pylist(), strict=True))
        drawn = particulars.references.table(_BOUNDARIES)
        lines = [] if drawn is None else drawn.to_pylist()
        shapes = {line[_CODE]: json.loads(line["geometry"]) for line in lines}
        features = [
            {
                "type": "Feature",
                "properties": {_CODE: code, _NAME: names[code]},
                "geometry": shapes[code],
            }
            for code in sorted(names.keys() & shapes.keys())
        ]
        return {"type": "FeatureCollection", "features": features}
