"""Engagement events: held ones, at public venues; attendance in bands; no day and ward of sensitive groups."""

from __future__ import annotations

import datetime as dt

from tests.lib.received import KEYED
from tests.lib.table import events


def test_a_good_event_is_published_by_labels_and_its_kind_stands_for_its_title() -> None:
    events(f"""
        event_id || becomes   | event_id                        | month   | event_date | kind    | series       | neighbourhood_code | ward_code | channel   | audience       | venue_kind | officer_present | attendance_band | title
        E7       || published | {KEYED.one("event", "E7")} | 2024-01 | 2024-01-20 | Surgery | Beat surgery | NC            | E05000001 | In person | General public | Library    | true            | 8-19            | Surgery
    """)  # noqa: E501 - one row of the published file


def test_attendance_is_published_in_bands() -> None:
    events("""
        attendance || becomes                 | attendance_band
                   || published               |
        0          || published               | 0
        1          || published               | 1-7
        7          || published               | 1-7
        8          || published               | 8-19
        19         || published               | 8-19
        20         || published               | 20-49
        49         || published               | 20-49
        50         || published               | 50+
        1000000    || published               | 50+
        -1         || quarantined: bad-number |
        7.5        || quarantined: bad-number |
        about 20   || quarantined: bad-number |
        1,000      || quarantined: bad-number |
        "\u0667"        || quarantined: bad-number |
    """)


def test_a_number_of_thousands_of_digits_is_no_attendance() -> None:
    events(f"attendance || becomes\n{'9' * 5000} || quarantined: bad-number")


def test_day_and_ward_of_sensitive_audiences_are_left_out() -> None:
    events("""
        audience      || becomes                   | event_date | ward_code | month   | audience
        public        || published                 | 2024-01-20 | E05000001 | 2024-01 | General public
        business      || published                 | 2024-01-20 | E05000001 | 2024-01 | Business
        young-people  || published                 |            |           | 2024-01 | Young people
        victims       || published                 |            |           | 2024-01 | Victims
        faith         || published                 |            |           | 2024-01 | Faith community
        Young people  || quarantined: unknown-code |            |           |         |
                      || quarantined: unknown-code |            |           |         |
    """)


def test_events_at_places_that_are_not_public_are_kept_back() -> None:
    events("""
        venue_kind   || becomes                   | venue_kind
        library      || published                 | Library
        online       || published                 | Online
        private-home || withheld: private-venue   |
        refuge       || withheld: private-venue   |
        hostel       || withheld: private-venue   |
        Library      || quarantined: unknown-code |
                     || quarantined: unknown-code |
    """)


def test_events_that_start_on_or_after_the_day_of_the_run_are_kept_back() -> None:
    events(
        """
        starts_at           || becomes                | event_date
        2024-01-14 23:59    || published              | 2024-01-14
        14/01/2024          || published              | 2024-01-14
        2024-01-15          || withheld: not-yet-held |
        2024-01-15 00:00:00 || withheld: not-yet-held |
        2024-01-31 19:00:00 || withheld: not-yet-held |
        """,
        as_of=dt.date(2024, 1, 15),
    )


def test_a_bad_event_is_quarantined_before_it_is_kept_back() -> None:
    events(
        """
        starts_at  | venue_kind   | kind    || becomes
        2024-01-20 | private-home | unknown || quarantined: unknown-code
        2024-01-20 | private-home | surgery || withheld: not-yet-held
        2024-01-10 | private-home | surgery || withheld: private-venue
        """,
        as_of=dt.date(2024, 1, 15),
    )


def test_the_neighbourhood_na_is_a_neighbourhood() -> None:
    events("""
        neighbourhood_code || becomes                   | neighbourhood_code
        NC                 || published                 | NC
        NA                 || published                 | NA
        na                 || quarantined: unknown-code |
        XX                 || quarantined: unknown-code |
                           || quarantined: unknown-code |
    """)


def test_kind_and_channel_must_be_known_and_a_series_may_be_empty() -> None:
    events("""
        kind    | series       | channel   || becomes                   | series
        surgery | pact         | in-person || published                 | Partners and Communities Together
        surgery |              | in-person || published                 |
        surgery | PACT         | in-person || quarantined: unknown-code |
        Surgery | pact         | in-person || quarantined: unknown-code |
                | pact         | in-person || quarantined: unknown-code |
        surgery | pact         | In person || quarantined: unknown-code |
        surgery | pact         |           || quarantined: unknown-code |
    """)


def test_an_officer_was_there_or_not_or_it_is_not_known() -> None:
    events("""
        officer_present || becomes               | officer_present
        Y               || published             | true
        N               || published             | false
                        || published             |
        y               || quarantined: bad-flag |
        TRUE            || quarantined: bad-flag |
        1               || quarantined: bad-flag |
    """)


def test_a_ward_is_published_when_it_is_one() -> None:
    events("""
        ward_code || becomes                       | ward_code
        E05000001 || published                     | E05000001
                  || published                     |
        =E05      || quarantined: formula-text     |
        Ward 7    || quarantined: constraint-error |
    """)


def test_a_neighbourhood_s_code_that_a_spreadsheet_would_run_is_not_published() -> None:
    events(
        """
        neighbourhood_code || becomes
        NC                 || published
        -1                 || quarantined: formula-text
        """,
        neighbourhoods=frozenset({"NC", "-1"}),
    )


def test_an_event_without_an_identifier_is_quarantined() -> None:
    events("""
        event_id || becomes
        E1       || published
                 || quarantined: blank-reference
    """)


def test_an_event_of_another_month_is_accounted_there() -> None:
    events("""
        starts_at        || becomes
        2024-01-31 23:59 || published
        2024-02-01       || elsewhere
        2023-12-31       || elsewhere
    """)


def test_events_without_a_month_that_exists_are_accounted_under_none() -> None:
    events(
        """
        starts_at  || becomes
        2024-01-10 || elsewhere
        no date    || quarantined: bad-date
                   || quarantined: bad-date
        2010-11-30 || withheld: month-not-open
        2000-01-01 || withheld: month-not-open
        1970-01-01 || quarantined: implausible-date
        2024-02-10 || withheld: not-yet-held
        2025-12-31 || withheld: not-yet-held
        2026-01-01 || quarantined: implausible-date
        """,
        month="none",
        as_of=dt.date(2024, 1, 15),
    )
