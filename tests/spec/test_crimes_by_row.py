"""Recorded crimes, row by row: restricted ones, copies, late ones, and the order in which they stand."""

from __future__ import annotations

from pipeline.model.periods import NO_PERIOD
from tests.lib.received import dataset
from tests.lib.table import crimes, parse, receive


def test_a_restricted_record_is_kept_back_with_every_row_of_its_reference() -> None:
    crimes("""
        crime_reference | outcome_code | restricted || becomes
        24*1            | 18           | N          || withheld: restricted
        24*1            | 1            | Y          || withheld: restricted
        24*2            | 18           | N          || published
    """)


def test_a_restriction_reaches_every_month_before_and_after_it() -> None:
    table = """
        file    | recorded_on | crime_reference | restricted || becomes
        2024-01 | 2024-01-05  | 24*1            | N          || {january}
        2024-02 | 2024-02-05  | 24*1            | Y          || {february}
        2024-03 | 2024-03-05  | 24*1            | N          || {march}
    """
    for month in ("january", "february", "march"):
        others = dict.fromkeys(("january", "february", "march"), "elsewhere") | {month: "withheld: restricted"}
        number = 1 + ("january", "february", "march").index(month)
        crimes(table.format(**others), month=f"2024-0{number}")


def test_a_mark_that_is_neither_y_nor_n_is_quarantined_and_keeps_its_reference_back() -> None:
    crimes("""
        crime_reference | recorded_on | restricted || becomes
        24*1            | 2024-01-03  |            || quarantined: bad-flag
        24*1            | 2024-01-03  | y          || quarantined: bad-flag
        24*1            | 2024-01-03  | yes        || quarantined: bad-flag
        24*1            | 2024-01-03  | 1          || quarantined: bad-flag
        24*1            | 2024-01-03  | N          || withheld: restricted
        24*2            | 2024-01-03  | N          || published
    """)


def test_a_bad_row_restricts_its_reference_all_the_same() -> None:
    crimes("""
        crime_reference | recorded_on | force_code | crime_type | restricted || becomes
        24*1            | 31/02/2024  | example    | Burglary   | Y          || quarantined: bad-date
        24*1            | 2024-01-03  | example    | Burglary   | N          || withheld: restricted
        24*2            | 2024-01-03  | example    | Loitering  | Y          || quarantined: unknown-code
        24*2            | 2024-01-03  | example    | Burglary   | N          || withheld: restricted
        24*3            | 2024-01-03  |            | Burglary   | Y          || quarantined: other-force
        24*3            | 2024-01-03  | example    | Burglary   | N          || withheld: restricted
    """)


def test_a_bad_row_is_quarantined_before_any_rule_keeps_it_back() -> None:
    crimes("""
        crime_reference | recorded_on | restricted || becomes
        24*1            | 2024-01-03  | Y          || withheld: restricted
        24*1            | no date     | N          || quarantined: bad-date
    """)


def test_one_crime_extracted_twice_is_published_once() -> None:
    crimes("""
        crime_reference | recorded_on      | easting | outcome_code | victim_surname || becomes
        24*1            | 2024-01-03 09:12 | 450010  | 18           | Smith          || published
        24*1            | 2024-01-03 09:12 | 450010  | 18           | Smith          || withheld: duplicate
        24*1            | 04/01/2024       | 450020  | 18           | Jones          || withheld: duplicate
        24*2            | 2024-01-03 09:12 | 450010  | 18           | Smith          || published
    """)


def test_rows_of_one_reference_that_differ_in_a_published_column_are_all_published_and_counted() -> None:
    product = crimes("""
        crime_reference | easting | outcome_code || becomes             | Location
        24*1            | 450010  | 18           || published           | On or near Mill Lane
        24*1            | 451000  | 18           || published           | On or near High Street
        24*1            | 450010  | 1            || published           | On or near Mill Lane
        24*1            | 450011  | 1            || withheld: duplicate |
        24*2            | 450010  | 18           || published           | On or near Mill Lane
    """)
    assert product.report.quality["shared_reference"] == 3


def test_the_copy_of_a_bad_row_is_published_when_it_is_good_itself() -> None:
    crimes("""
        crime_reference | crime_type   | offence_code | easting || becomes
        24*1            | Shoplifting  |              |         || quarantined: bad-coordinates
        24*1            | Shoplifting  |              | 450000  || published
        24*1            | Shoplifting  |              | 450000  || withheld: duplicate
    """)


def test_one_crime_is_published_once_even_when_a_later_file_brings_it_again() -> None:
    crimes(
        """
        file    | crime_reference | recorded_on | outcome_code || becomes
        2024-01 | 24*1            | 2024-01-03  | 18           || published
        2024-02 | 24*1            | 03/01/2024  | 18           || withheld: duplicate
        2024-02 | 24*1            | 03/01/2024  | 1            || published
        2024-03 | 24*1            | 2024-01-03  | 1            || withheld: duplicate
        2024-02 | 24*1            | 2024-02-03  | 18           || elsewhere
        """,
    )


def test_a_late_row_is_added_to_its_own_month() -> None:
    table = """
        file    | recorded_on || becomes    | Month
        2024-01 | 2024-01-03  || {january}  | 2024-01
        2024-02 | 2024-01-31  || {january}  | 2024-01
        2024-02 | 2024-02-01  || {february} | 2024-02
    """
    crimes(table.format(january="published", february="elsewhere"), month="2024-01")
    crimes(table.format(january="elsewhere", february="published"), month="2024-02")


def test_a_late_row_is_kept_back_when_its_month_cannot_be_built() -> None:
    crimes(
        """
        file    | recorded_on | restricted | crime_type || becomes
        2024-02 | 2024-01-31  | N          | Burglary   || withheld: month-not-open
        2024-02 | 2001-06-01  | N          | Burglary   || withheld: month-not-open
        2024-02 | 1999-12-31  | N          | Burglary   || quarantined: implausible-date
        2024-02 | 2024-01-31  | N          | Loitering  || quarantined: unknown-code
        2024-02 | 2024-02-01  | N          | Burglary   || published
        """,
        month="2024-02",
    )


def test_a_late_row_is_kept_back_when_its_month_s_input_has_gone() -> None:
    crimes(
        """
        file    | recorded_on || becomes
        2024-01 | 2024-01-31  || elsewhere
        2024-02 | 2024-01-31  || withheld: month-not-open
        2024-02 | 2024-02-01  || published
        """,
        month="2024-02",
        gone=frozenset({"2024-01"}),
    )


def test_a_late_row_is_kept_back_when_a_file_of_another_feed_is_missing_for_its_month() -> None:
    lines = parse(
        """
        file    | recorded_on || becomes
        2024-01 | 2024-01-03  || elsewhere
        2024-02 | 2024-01-31  || withheld
        """,
        "recorded-crime",
    )
    received = receive(lines, "street-crime", "recorded-crime", month="2024-02")
    files = {name: dict(months) for name, months in received.files.items()}
    del files["asb-incidents"]["2024-01"]
    product = type(received)(dataset=dataset("street-crime"), files=files).month("2024-02")
    assert [(each.reason, each.rows) for each in product.report.accounts if each.rows] == [("month-not-open", 1)]


def test_a_row_of_a_later_month_than_its_file_is_quarantined_even_when_that_month_is_there() -> None:
    crimes(
        """
        file    | recorded_on || becomes
        2024-01 | 2024-02-01  || quarantined: month-after-file
        2024-01 | 2099-12-31  || quarantined: month-after-file
        2024-02 | 2024-02-01  || elsewhere
        """
    )


def test_a_row_without_a_readable_month_is_accounted_in_its_file_s_month() -> None:
    table = """
        file    | recorded_on || becomes
        2024-01 | 2024-01-03  || {january}
        2024-02 | no date     || {february}
    """
    crimes(table.format(january="published", february="elsewhere"), month="2024-01")
    crimes(table.format(january="elsewhere", february="quarantined: bad-date"), month="2024-02")


def test_no_month_holds_no_crime() -> None:
    assert NO_PERIOD not in receive([], "street-crime", "recorded-crime").survey().opened


def test_the_order_of_rows_tells_nothing_of_the_order_of_recording() -> None:
    order = "Month,Crime type,LSOA code,Location,Longitude,Latitude,Last outcome category,Crime ID"
    assert list(dataset("street-crime").order) == order.split(",")
