"""A released record keeps its place on the map, whatever becomes of the list of points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.build.protected.kept_rows import KeptRows
from tests.lib.little_force import (
    FEB,
    JAN,
    MAR,
    STREET,
    call,
    crime,
    publish,
    record,
)

if TYPE_CHECKING:
    import pytest

    from pipeline.build.inputs import DatasetInputs
    from pipeline.storage.state import Built
    from tests.lib.product import Product

OTHER, PERSONAL = "REDACTED OTHER", "REDACTED PERSONAL DATA"


# --- places ----------------------------------------------------------------------------------------------------------


def test_another_list_of_points_moves_no_released_record(force: Product) -> None:
    record(force, JAN, crime(JAN, 7))
    publish(force, STREET)
    points = force.reference / "map-points.csv"
    old = {row["Crime ID"]: row["Location"] for row in force.csv(STREET, JAN) if row["Crime ID"]}
    head = points.read_text(encoding="utf-8").split("\n", 1)[0]
    points.write_text(f"{head}\n-1.129601,52.636301,On or near Alder Row,E01033999,Leicester 041F,12\n", "utf-8")
    late = crime(JAN, 10, recorded_on="2024-01-09", crime_reference="24*0300002")  # public first in March
    record(force, MAR, crime(MAR, 7, crime_reference="24*0100007"))
    call(force, MAR)
    record(force, JAN, crime(JAN, 7), crime(JAN, 8))  # built again
    for day in (2, 3, 4):
        record(force, MAR, crime(MAR, 7, crime_reference="24*0100007"), *[late, crime(MAR, 9)][: day - 2])
        said = publish(force, STREET, f"2024-04-0{day}", status=5)
        assert "WAITS resnap: 2024-01 to 2024-02" in said.out
        found = [row for month in (JAN, MAR) for row in force.csv(STREET, month) if row["Crime ID"]]
        assert len({row["Crime ID"] for row in found}) < len(found)  # a record that stands in two months
        for row in found:  # has one place for good
            assert row["Location"] == old.setdefault(row["Crime ID"], row["Location"])
    assert "On or near Alder Row" in {row["Location"] for row in force.csv(STREET, MAR)}
    force.decide("approve", STREET, "--all")
    publish(force, STREET, "2024-04-05")
    assert {row["Location"] for row in force.csv(STREET, JAN)} == {"On or near Alder Row"}


def test_each_release_is_read_once_a_run_for_the_places_of_its_records(
    force: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(force, STREET)
    points = force.reference / "map-points.csv"
    head = points.read_text(encoding="utf-8").split("\n", 1)[0]
    points.write_text(f"{head}\n-1.129601,52.636301,On or near Alder Row,E01033999,Leicester 041F,12\n", "utf-8")
    record(force, MAR, crime(MAR, 7))
    call(force, MAR)
    publish(force, STREET, "2024-04-02", status=5)
    read: list[str] = []

    def reading(inputs: DatasetInputs, built: Built) -> KeptRows:
        read.append(built.csv_sha256)
        return KeptRows(inputs, built)

    monkeypatch.setattr("pipeline.build.protected.points.KeptRows", reading)
    for month in (JAN, FEB, MAR):
        record(force, month, crime(month, 7), crime(month, 8))
    publish(force, STREET, "2024-04-03", status=5)
    assert len(read) == len(set(read)) == 3


def test_a_record_has_one_place_after_what_was_snapped_anew_was_rejected(force: Product) -> None:
    for month in (JAN, FEB):
        record(force, month, *(crime(month, number) for number in range(100, 200)))
    publish(force, STREET)
    old = {row["Crime ID"]: row["Location"] for row in force.csv(STREET, JAN) if row["Crime ID"]}
    points = force.reference / "map-points.csv"
    head = points.read_text(encoding="utf-8").split("\n", 1)[0]
    points.write_text(f"{head}\n-1.129601,52.636301,On or near Alder Row,E01033999,Leicester 041F,12\n", "utf-8")
    publish(force, STREET, "2024-04-02", status=5)
    force.decide("approve", STREET, "--all")
    record(force, JAN)  # cut
    publish(force, STREET, "2024-04-03", status=5)
    force.decide("reject", STREET, JAN)
    publish(force, STREET, "2024-04-04")
    again = crime(MAR, 7, crime_reference="24*0100107")
    record(force, MAR, again, *(crime(MAR, number) for number in range(100, 200)))
    call(force, MAR)
    publish(force, STREET, "2024-04-05")
    assert {row["Crime ID"]: row["Location"] for row in force.csv(STREET, JAN) if row["Crime ID"]} == old
    both = [row for row in force.csv(STREET, MAR) if row["Crime ID"] in old]
    assert len(both) == 1
    assert both[0]["Location"] == old[both[0]["Crime ID"]]
    record(force, JAN, *(crime(JAN, number) for number in range(100, 199)))  # the right file, snapped anew as approved
    publish(force, STREET, "2024-04-06")
    assert "On or near Alder Row" in {row["Location"] for row in force.csv(STREET, JAN)}
