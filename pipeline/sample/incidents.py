"""Anti-social behaviour incidents, a month at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.sample import words
from pipeline.sample.columns import CHUNK, Draw, column, led, plain, where
from pipeline.sample.crimes import days_of, place_columns
from pipeline.sample.mark import NUMBER_MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.sample.crimes import Scene

COLUMNS = (
    *("incident_number", "received_at", "closing_code", "caller_name", "caller_phone", "caller_address", "easting"),
    *("northing", "location_confidence", "beat_code", "neighbourhood_code", "log_text", "restricted"),
)
_SECONDS = tuple(f"{n // 60:02d}:{n % 60:02d}:{n % 59:02d}" for n in range(1440))


def draw_incidents(scene: Scene, month: str, *, rows: int, first: int, rng: np.random.Generator) -> Iterator[pa.Table]:
    """Yield ``rows`` plainly good incidents of ``month`` in the order of the calls, numbered from ``first``."""
    days = days_of(month)
    moments = np.sort(rng.integers(0, len(days) * 1440, rows))
    for start in range(0, rows, CHUNK):
        chunk = moments[start : start + CHUNK]
        draw = Draw(rng, len(chunk))
        time = plain(column(chunk % 1440, _SECONDS))
        named = draw.filled(0.7)
        cells = {
            "incident_number": led(
                f"{NUMBER_MARK}{month[2:4]}", np.arange(first + start, first + start + len(chunk)), 7
            ),
            "received_at": pc.binary_join_element_wise(plain(column(chunk // 1440, days)), time, " "),
            "closing_code": draw.of(("ASB1", "ASB2", "ASB3")),
            "caller_name": where(named, draw.of(scene.people.names)),
            "caller_phone": where(named, draw.of(words.PHONES)),
            "caller_address": where(named, draw.of(scene.people.addresses)),
            **place_columns(draw, scene.county)[1],
            "log_text": draw.of(scene.people.narratives),
            "restricted": draw.of(("N", "Y"), (0.996, 0.004)),
        }
        yield pa.table([cells[name] for name in COLUMNS], names=list(COLUMNS))
