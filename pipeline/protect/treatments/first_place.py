"""A record that is public keeps the list of map points that it was first snapped with, in every month.

Two points for one crime tell more about its place than one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import encoded, mask_of, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import ReferenceReader, ReleasedPlaces

#: The published columns that say where a point is.
PLACE: Final = ("Longitude", "Latitude")


def placed(record: pa.Array, *place: pa.Array) -> pa.Array:
    """Return each record with its place, as one text."""
    parts = (plain(part).fill_null("") for part in (record, *place))
    return pc.binary_join_element_wise(*parts, " ")


def keep_first_places(
    columns: dict[str, pa.Array],
    snapped: Callable[[ReferenceReader], dict[str, pa.Array]],
    record: pa.Array,
    released: Sequence[ReleasedPlaces],
) -> dict[str, pa.Array]:
    """Return the places of a month, those of records that are public by another list as that list has them.

    A list that gives the place that is public comes first; of a place that was corrected, the list of the release.
    """
    own, *others = released
    record = plain(record)
    public = pa.concat_arrays([each.places for each in released])
    elsewhere = pa.concat_arrays([each.records for each in others]).drop_null()
    left = mask_of(pc.is_in(record, value_set=elsewhere)) & ~_stands(record, columns, public)
    found = [(each, snapped(each.references)) for each in others] if left.any() else []
    for _, other in found:
        chosen = left & _stands(record, other, public)
        columns, left = _mixed(chosen, other, columns), left & ~chosen
    left &= ~mask_of(pc.is_in(record, value_set=own.records.drop_null()))
    for each, other in found:
        chosen = left & mask_of(pc.is_in(record, value_set=each.records.drop_null()))
        columns, left = _mixed(chosen, other, columns), left & ~chosen
    return columns


def _stands(record: pa.Array, columns: Mapping[str, pa.Array], public: pa.Array) -> Mask:
    return np.asarray(mask_of(pc.is_in(placed(record, *(columns[name] for name in PLACE)), value_set=public)))


def _mixed(chosen: Mask, other: Mapping[str, pa.Array], columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    mask = pa.array(chosen)
    return {name: encoded(pc.if_else(mask, plain(other[name]), plain(column))) for name, column in columns.items()}
