"""A public record keeps its list of map points: whichever list gives the place that is public, else the first one."""

from __future__ import annotations

import pyarrow as pa

from pipeline.columns.arrays import encoded, plain
from pipeline.extract.reference import References
from pipeline.model.context import ReleasedPlaces
from pipeline.protect.treatments.first_place import keep_first_places, placed

Places = dict[str, pa.Array]


def places(*longitudes: str | None) -> Places:
    column = pa.array(longitudes, pa.string())
    return {name: encoded(column) for name in ("Longitude", "Latitude", "Location")}


def released(lists: References, **longitudes: str | None) -> ReleasedPlaces:
    records, column = pa.array(list(longitudes), pa.string()), pa.array(list(longitudes.values()), pa.string())
    return ReleasedPlaces(lists, records, placed(records, column, column))


def kept(new: Places, *older: Places, public: list[dict[str, str | None]]) -> list[str | None]:
    """Return where records `a`, `b` ... are published, of what each list gives them; its releases' places by list."""
    lists = [References({}) for _ in public]
    snapped = {id(each): given for each, given in zip(lists, (new, *older), strict=True)}
    record = pa.array([chr(ord("a") + number) for number in range(len(new["Longitude"]))])
    held = [released(each, **shown) for each, shown in zip(lists, public, strict=True)]
    columns = keep_first_places(new, lambda each: snapped[id(each)], record, held)
    assert plain(columns["Location"]).equals(plain(columns["Longitude"]))
    return list(plain(columns["Longitude"]).to_pylist())


def test_a_record_of_another_months_release_keeps_that_list_and_others_do_not() -> None:
    assert kept(places("1", "2"), places("8", "9"), public=[{}, {"a": "8"}]) == ["8", "2"]


def test_a_record_stays_where_it_is_public_by_either_list() -> None:
    assert kept(places("1"), places("8"), public=[{"a": "1"}, {"a": "1"}]) == ["1"]
    assert kept(places("1"), places("8"), public=[{"a": "8"}, {"a": "8"}]) == ["8"]


def test_a_place_that_was_corrected_is_snapped_with_the_list_of_its_own_release_first() -> None:
    assert kept(places("1"), places("8"), places("5"), public=[{}, {"a": "7"}, {"a": "7"}]) == ["8"]
    assert kept(places("1"), places("8"), public=[{"a": "7"}, {"a": "7"}]) == ["1"]


def test_a_record_without_a_place_has_one_by_no_list() -> None:
    assert kept(places(None), places(None), public=[{}, {"a": "8"}]) == [None]
