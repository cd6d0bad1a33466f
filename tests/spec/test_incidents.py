"""Incidents of anti-social behaviour: no reference, no outcome, never merged."""

from __future__ import annotations

from pipeline.model.reasons import Outcome
from tests.lib.table import incidents, parse, receive


def test_an_incident_is_published_without_reference_and_outcome() -> None:
    incidents("""
        received_at      || becomes   | Crime ID | Month   | Reported by    | Falls within   | Location             | Crime type            | Last outcome category | Context
        03/01/2024 23:10 || published |          | 2024-01 | Example Police | Example Police | On or near Mill Lane | Anti-social behaviour |                       |
    """)  # noqa: E501 - one row of the national files


def test_identical_rows_of_different_numbers_are_different_incidents() -> None:
    incidents("""
        incident_number | received_at      || becomes
        1               | 2024-01-03 09:12 || published
        2               | 2024-01-03 09:12 || published
        3               | 2024-01-03 09:12 || published
    """)


def test_rows_of_one_number_are_one_incident_and_the_last_row_counts() -> None:
    incidents("""
        incident_number | received_at      | location_confidence || becomes               | Location
        1               | 2024-01-03 09:12 | street              || withheld: duplicate   |
        1               | 2024-01-03 09:12 | unknown             || published             | No Location
        2               | 2024-01-03 09:12 | street              || published             | On or near Mill Lane
    """)


def test_the_row_of_the_latest_file_counts() -> None:
    incidents(
        """
        file    | incident_number | received_at || becomes
        2024-01 | 1               | 2024-01-03  || withheld: duplicate
        2024-02 | 1               | 2024-01-03  || published
        2024-01 | 2               | 2024-01-31  || withheld: duplicate
        2024-02 | 2               | 2024-02-01  || elsewhere
        """
    )


def test_a_restricted_incident_keeps_every_row_of_its_number_back_however_it_is_written() -> None:
    incidents("""
        incident_number | restricted || becomes
        I-1             | Y          || withheld: restricted
        I-1             | N          || withheld: restricted
        i1              | N          || withheld: restricted
        00I1            | N          || withheld: restricted
        I-2             |            || quarantined: bad-flag
        I-2             | N          || withheld: restricted
        I-3             | N          || published
    """)


def test_a_number_that_cannot_be_trusted_is_bad_and_restricts_all_the_same() -> None:
    incidents(r"""
        incident_number | restricted || becomes
        -               | N          || quarantined: damaged-key
        "I-1\u200b"     | Y          || quarantined: damaged-key
        I-1             | N          || withheld: restricted
        "I-2\t"         | N          || quarantined: damaged-key
        2.4E+10         | N          || quarantined: damaged-key
        --              | Y          || quarantined: damaged-key
        I-3             | N          || published
    """)


def test_an_incident_without_a_number_is_bad() -> None:
    incidents("""
        incident_number | restricted || becomes
                        | Y          || quarantined: blank-value
                        | N          || quarantined: blank-value
    """)


def test_places_and_dates_are_treated_as_those_of_crimes() -> None:
    incidents("""
        received_at | location_confidence | easting || becomes                      | Location
        2024-01-03  | unknown             | 450000  || published                    | No Location
        2024-01-03  | street              | 451000  || published                    | On or near High Street
        2024-01-03  | street              |         || quarantined: bad-coordinates |
        2024-01-03  |                     | 451000  || quarantined: unknown-code    |
        2024-13-03  | exact               | 451000  || quarantined: bad-date        |
        2024-02-03  | exact               | 451000  || quarantined: month-after-file |
        2023-12-31  | exact               | 451000  || withheld: month-not-open     |
    """)


def test_crimes_and_incidents_of_a_month_are_one_table_in_one_order() -> None:
    crimes = parse(
        """
        crime_reference | crime_type    | offence_code | outcome_code | location_confidence || becomes
        24*1            | Vehicle crime |              | 1            | exact               || published
        24*2            | Burglary      |              | 1            | unknown             || published
        24*3            | Burglary      |              | 18           | exact               || published
        24*3            | Burglary      |              | 1            | exact               || published
        """,
        "recorded-crime",
    )
    reports = parse("received_at || becomes\n2024-01-31 || published\n2024-01-01 || published", "asb-incidents")
    received = receive(crimes, "street-crime", "recorded-crime")
    received.files["asb-incidents"]["2024-01"].extend(line.raw for line in reports)  # type: ignore[attr-defined] # lists
    product = received.month("2024-01")
    rows = product.table.text.select(["Crime type", "LSOA code", "Last outcome category"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("Anti-social behaviour", "E01000001", None),
        ("Anti-social behaviour", "E01000001", None),
        ("Burglary", "E01000001", "Awaiting court outcome"),
        ("Burglary", "E01000001", "Investigation complete; no suspect identified"),
        ("Burglary", None, "Awaiting court outcome"),
        ("Vehicle crime", "E01000001", "Awaiting court outcome"),
    ]
    published = {each.feed: each.rows for each in product.report.accounts if each.outcome is Outcome.PUBLISHED}
    assert published == {"recorded-crime": 4, "asb-incidents": 2}
