"""Extracts as other systems write them: read where nothing is guessed, else said with what to mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lib.dataset_folders import folders, write_database
from tests.lib.little_force import (
    FEB,
    JAN,
    MAR,
    SPEND,
    STREET,
    call,
    crime,
    incident,
    pay,
    payees,
    public,
    publish,
    record,
)
from tests.lib.product import write_csv

if TYPE_CHECKING:
    from tests.lib.little_force import Cell
    from tests.lib.product import Product

EVENTS = "engagement-events"


# --- the same incident more than once ---------------------------------------------------------------------------------


def test_an_incident_of_two_extracts_is_published_once_as_the_later_one_has_it(force: Product) -> None:
    night = incident(JAN, 99, received_at="2024-01-31 23:50")
    call(force, JAN, night)
    call(force, FEB, night | {"location_confidence": "unknown", "easting": "", "northing": ""})
    publish(force, STREET)
    assert public(force, JAN, "Anti") == 4
    assert [row["Location"] for row in force.csv(STREET, JAN)].count("No Location") == 1
    assert force.accounts(STREET, JAN)["duplicate"] == 1


def test_numbers_of_incidents_that_begin_again_stop_unless_the_settings_say_so(force: Product) -> None:
    call(force, FEB, incident(FEB, 1, incident_number="I01-1", received_at="2024-02-25"))
    said = publish(force, STREET, status=3)
    assert "STOPPED: incident-numbers-repeat" in said.out
    assert 'set incident_key = ["number", "day"]' in said.out
    text = force.settings.read_text(encoding="utf-8")
    before, after = 'incident_key = ["number"]', 'incident_key = ["number", "day"]'
    assert before in text
    force.settings.write_text(text.replace(before, after), encoding="utf-8")
    publish(force, STREET)
    assert (public(force, JAN, "Anti"), public(force, FEB, "Anti")) == (3, 4)


def test_numbers_of_incidents_that_repeat_within_a_file_stop(force: Product) -> None:
    call(force, FEB, incident(FEB, 1, received_at="2024-02-11 09:00"))
    assert "more than 5 % of the rows repeat a number" in publish(force, STREET, status=3).out


# --- identifiers and months that a spreadsheet or a system has spoilt -------------------------------------------------


def test_references_that_a_spreadsheet_has_rounded_stop_and_are_named(force: Product) -> None:
    record(force, JAN, *(crime(JAN, number, crime_reference="2.4E+10") for number in range(10, 40)))
    said = publish(force, STREET, status=3)
    assert "crime/recorded-crime/2024-01.csv: damaged-key in `crime_reference`: 30 of 33, first in row 5" in said.out
    listed = force.run("quarantine", STREET, "--month", JAN)
    assert listed.out.count("column `crime_reference`: damaged-key") >= 30
    assert "2.4E+10" not in said.text + listed.text


def test_a_month_without_places_or_without_a_type_of_crime_waits(force: Product) -> None:
    burglary = {"crime_type": "Burglary", "offence_code": "28/3"}
    for month in (JAN, FEB, MAR):
        few = [crime(month, 100 + number, **burglary) for number in range(25)] if month != FEB else []
        nowhere = {"easting": "304605", "northing": "458974"} if month == MAR else {}
        many = [
            crime(month, 200 + number, recorded_on=f"{month}-{number % 28 + 1:02}", **nowhere) for number in range(58)
        ]
        record(force, month, *few, *many)
        call(force, month)
    said = publish(force, STREET, status=5)
    assert "WAITS category-gone: 2024-02: no row has `Burglary` in `Crime type`" in said.out
    assert "WAITS share-jumped: 2024-03: 58 of 86 rows of recorded-crime are without a place" in said.out
    assert public(force, JAN, "Burglary") == 25
    assert not (force.published / STREET / f"{STREET}-{FEB}.csv").exists()


def test_dates_month_first_stop_the_file_with_those_beside_them(force: Product) -> None:
    us = [crime(FEB, 100 + day, recorded_on=f"02/{day:02}/2024") for day in range(13, 28)]
    record(force, FEB, *us, crime(FEB, 99, recorded_on="02/01/2024"), good=0)
    said = publish(force, STREET, status=3)
    assert "STOPPED: dates-in-doubt: crime/recorded-crime/2024-02.csv, column `recorded_on`" in said.out


# --- a ledger ---------------------------------------------------------------------------------------------------------


def test_payments_of_days_that_cannot_be_are_set_aside(force: Product) -> None:
    when: list[Cell] = ["15/01/2204", "15/01/0024", "01/12/2024", (45413, "dd/mm/yyyy"), (1, "dd/mm/yyyy")]
    pay(force, JAN, *({"Payment Date": each} for each in when), {"Payment Date": (45306, "dd/mm/yyyy")})
    publish(force, SPEND, "2024-03-21")
    assert force.accounts(SPEND, JAN)["implausible-date"] == len(when)
    assert {row["payment_date"] for row in force.csv(SPEND, JAN)} == {"2024-01-15"}


def test_company_numbers_have_their_zeros_or_are_left_out(force: Product) -> None:
    written: list[Cell] = [(1234567, "00000000"), 1234567, "0", "N/A", "SC12", "1.23E+06", "1234567", "SC123456"]
    pay(force, JAN, *({"Supplier Name": f"Firm {place}", "Company No": each} for place, each in enumerate(written)))
    publish(force, SPEND)
    found = {row["supplier_name"]: row["company_number"] for row in force.csv(SPEND, JAN)}
    expected = ["01234567", "01234567", "", "", "", "", "", "SC123456"]
    assert [found[f"Firm {place}"] for place in range(len(written))] == expected


def test_names_that_are_none_are_set_aside(force: Product) -> None:
    damaged = [
        "#N/A",
        "########",
        "NULL",
        "O\x92Brien Ltd",
        "Caf\u00c3\u00a9 Ltd",
        "\u202eLtd Acme",
        "Acme\r Ltd",
        "A\tB",
    ]
    pay(force, JAN, *({"Supplier Name": each} for each in damaged), {"Supplier Name": "\u2007 Firm"})
    publish(force, SPEND)
    assert payees(force, JAN) == ["Firm"]
    assert force.accounts(SPEND, JAN)["damaged-text"] == len(damaged)


def test_amounts_as_finance_systems_write_them(force: Product) -> None:
    split = [
        {"Transaction No": "TX", "Line No": str(line), "Net Amount": each}
        for line, each in enumerate(["9,000.00", ".50"], 1)
    ]
    pay(force, JAN, *split, {"Net Amount": "1,234.50-"}, {"Net Amount": "\u00a39,000.00"})
    publish(force, SPEND)
    amounts = sorted(row["net_amount"] for row in force.csv(SPEND, JAN))
    assert amounts == ["-1234.50", "0.50", "1234.50", "9000.00", "9000.00"]


# --- a database -------------------------------------------------------------------------------------------------------


def test_times_of_a_database_are_those_of_london(force: Product) -> None:
    good = folders()[EVENTS].raw("engagement/engagement.sqlite/event.csv")[0]
    times = ["2024-03-31T23:30:00+00:00", "2024-03-31 22:30:00Z", "2024-01-10 18:00:00.000000", "2024-01-11T18:00:00"]
    source = force.folder / "event.csv"
    write_csv(source, [good | {"event_id": f"T{place}", "starts_at": each} for place, each in enumerate(times)])
    write_database(source, force.events)
    publish(force, EVENTS, "2024-05-01")
    days = {month: sorted(row["event_date"] for row in force.csv(EVENTS, month)) for month in (JAN, MAR, "2024-04")}
    assert days == {JAN: ["2024-01-10", "2024-01-11"], MAR: ["2024-03-31"], "2024-04": ["2024-04-01"]}


def test_a_cell_without_a_text_is_bad_where_its_column_is_used_and_nowhere_else(force: Product) -> None:
    time = (0.5, "hh:mm")
    pay(force, JAN, {"PO No": time, "Sort Code": time}, {"Supplier Name": "Second Ltd"}, {"Cost Centre Name": time})
    publish(force, SPEND)
    assert len(force.csv(SPEND, JAN)) == 3
    assert force.accounts(SPEND, JAN) == {"published": 3, "unreadable-cell": 1}
