"""Recorded crimes, cell by cell: dates, places, types, outcomes, references."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from pipeline.codelists import CODELISTS, CodeLists
from tests.lib.received import KEYED, POINTS, point_list
from tests.lib.table import crimes

if TYPE_CHECKING:
    from pathlib import Path


def test_a_good_row_is_published_in_the_shape_of_the_national_files() -> None:
    crimes("""
        crime_reference || becomes   | Month   | Reported by    | Falls within   | Longitude | Latitude  | Location             | LSOA code | LSOA name   | Crime type | Last outcome category                         | Context
        24*0123456      || published | 2024-01 | Example Police | Example Police | -1.200000 | 52.600000 | On or near Mill Lane | E01000001 | Sample 001A | Burglary   | Investigation complete; no suspect identified |
    """)  # noqa: E501 - one row of the national files


def test_a_date_may_be_written_in_either_form_with_or_without_a_time() -> None:
    crimes("""
        recorded_on           || becomes               | Month
        2024-01-03            || published             | 2024-01
        2024-01-03 09:12      || published             | 2024-01
        2024-01-03 23:59:59   || published             | 2024-01
        03/01/2024            || published             | 2024-01
        31/01/2024 00:00      || published             | 2024-01
        03/01/2024 09:12:33   || published             | 2024-01
                              || quarantined: bad-date |
        31/02/2024            || quarantined: bad-date |
        2024-02-30            || quarantined: bad-date |
        2024-01-03T09:12      || published             | 2024-01
        2024-01-03 09:12:33.000 || published           | 2024-01
        2024-01-31T23:59:59Z  || published             | 2024-01
        2024-01-03 09:12:33.5 || quarantined: bad-date |
        2024-01-03T           || quarantined: bad-date |
        2024-01-03+01:00      || quarantined: bad-date |
        2024-01-03 24:00      || quarantined: bad-date |
        2024-01-03 9:12       || quarantined: bad-date |
        2024-01-03 09:12:60   || quarantined: bad-date |
        2024-01-03  09:12     || quarantined: bad-date |
        3/1/2024              || quarantined: bad-date |
        03-01-2024            || quarantined: bad-date |
        03/01/24              || quarantined: bad-date |
        2024/01/03            || quarantined: bad-date |
        20240103              || quarantined: bad-date |
        45294                 || quarantined: bad-date |
        January               || quarantined: bad-date |
        "\u0662\u0660\u0662\u0664-\u0660\u0661-\u0660\u0663"          || quarantined: bad-date |
        0000-01-01            || quarantined: bad-date |
    """)


def test_blanks_around_a_cell_do_not_count_but_a_tab_does() -> None:
    crimes(r"""
        recorded_on         | crime_type          || becomes                   | Crime type
        "  2024-01-03 "     | "\u00a0Burglary  "  || published                 | Burglary
        "\t2024-01-03"      | Burglary            || quarantined: bad-date     |
        2024-01-03          | "Burglary\t"        || quarantined: damaged-key  |
    """)


def test_places_are_published_as_the_nearest_map_point() -> None:
    crimes("""
        easting | northing || becomes   | Location               | Longitude | Latitude  | LSOA code
        450000  | 300000   || published | On or near Mill Lane   | -1.200000 | 52.600000 | E01000001
        450499  | 300000   || published | On or near Mill Lane   | -1.200000 | 52.600000 | E01000001
        450501  | 300000   || published | On or near High Street | -1.100000 | 52.600000 | E01000002
        451000  | 301001   || published | On or near Hill Road   | -1.100000 | 52.700000 | E01000003
    """)


def test_of_two_points_equally_near_the_western_one_is_taken_then_the_southern_one() -> None:
    crimes("""
        easting | northing || becomes   | Location
        450500  | 300000   || published | On or near Mill Lane
        450500  | 299000   || published | On or near Mill Lane
        451000  | 301000   || published | On or near High Street
        460000  | 301000   || published | On or near High Street
    """)


def test_a_point_exactly_20_km_away_is_still_taken_and_none_beyond() -> None:
    crimes("""
        easting | northing || becomes   | Location             | Longitude | Latitude  | LSOA code | LSOA name
        430000  | 300000   || published | On or near Mill Lane | -1.200000 | 52.600000 | E01000001 | Sample 001A
        438000  | 284000   || published | On or near Mill Lane | -1.200000 | 52.600000 | E01000001 | Sample 001A
        429999  | 300000   || published | No Location          |           |           |           |
        437999  | 284000   || published | No Location          |           |           |           |
        0       | 0        || published | No Location          |           |           |           |
        -1      | -999999  || published | No Location          |           |           |           |
        999999999999999 | 300000 || published | No Location    |           |           |           |
    """)


def test_a_place_that_is_not_known_is_no_location_whatever_its_cells_hold() -> None:
    crimes("""
        location_confidence | easting | northing || becomes                      | Location
        unknown             | 450000  | 300000   || published                    | No Location
        unknown             |         |          || published                    | No Location
        unknown             | SK5000  | (3)      || published                    | No Location
        street              | 450000  | 300000   || published                    | On or near Mill Lane
        exact               |         | 300000   || quarantined: bad-coordinates |
        exact               | 450000  |          || quarantined: bad-coordinates |
        street              |         |          || quarantined: bad-coordinates |
        street              | SK5000  | 300000   || quarantined: bad-coordinates |
        exact               | 450000.0 | 300000  || quarantined: bad-coordinates |
        exact               | 4.5e5   | 300000   || quarantined: bad-coordinates |
        exact               | 450,000 | 300000   || quarantined: bad-coordinates |
        exact               | 0x10    | 300000   || quarantined: bad-coordinates |
        exact               | +450000 | 300000   || quarantined: bad-coordinates |
        exact               | "\u0664\u0665\u0660\u0660\u0660\u0660" | 300000  || quarantined: bad-coordinates |
                            | 450000  | 300000   || quarantined: unknown-code    |
        Exact               | 450000  | 300000   || quarantined: unknown-code    |
        UNKNOWN             | 450000  | 300000   || quarantined: unknown-code    |
    """)


def test_what_a_coordinate_is_does_not_depend_on_the_other_rows() -> None:
    sixteen_digits = """
        easting          | northing || becomes
        1234567890123456 | 300000   || quarantined: bad-coordinates
    """
    crimes(sixteen_digits)
    crimes(f"""{sixteen_digits}
        -1               | 300000   || published
    """)


def test_an_offence_code_must_agree_with_the_crime_type_when_it_is_listed() -> None:
    product = crimes(r"""
        offence_code | crime_type    || becomes                       | Crime type
        28/3         | Burglary      || published                     | Burglary
        34/1         | Robbery       || published                     | Robbery
        28/3         | Robbery       || quarantined: offence-mismatch |
        999/9        | Burglary      || published                     | Burglary
        28/3A        | Robbery       || published                     | Robbery
                     | Drugs         || published                     | Drugs
        "28/3\u200b"  | Robbery       || quarantined: damaged-key     |
        2.8E+10      | Burglary      || quarantined: damaged-key     |
        28/3         |               || quarantined: unknown-code     |
        999/9        | Loitering     || quarantined: unknown-code     |
    """)
    assert product.report.quality["unlisted_offence_code"] == 3


def test_a_crime_type_is_one_of_the_national_list_and_never_anti_social_behaviour() -> None:
    crimes("""
        offence_code | crime_type                   || becomes
                     | Violence and sexual offences || published
                     | burglary                     || quarantined: unknown-code
                     | violent-crime                || quarantined: unknown-code
                     | Anti-social behaviour        || quarantined: unknown-code
                     |                              || quarantined: unknown-code
    """)


def test_a_retired_label_is_good_up_to_its_last_month_and_bad_in_later_ones() -> None:
    crimes(
        """
        file    | recorded_on | offence_code | crime_type                  || becomes
        2013-04 | 2013-04-30  |              | Violent crime               || published
        2013-04 | 2013-04-01  |              | Public disorder and weapons || published
        """,
        month="2013-04",
    )
    crimes(
        """
        file    | recorded_on | offence_code | crime_type                  || becomes
        2013-05 | 2013-05-01  |              | Violent crime               || quarantined: unknown-code
        2013-05 | 2013-05-01  |              | Public disorder and weapons || quarantined: unknown-code
        """,
        month="2013-05",
    )


def test_a_label_that_is_not_valid_yet_is_good_because_only_its_end_binds() -> None:
    crimes(
        """
        file    | recorded_on | offence_code | crime_type || becomes
        2010-12 | 2010-12-01  |              | Shoplifting || published
        """,
        month="2010-12",
    )


def test_a_late_row_is_judged_by_the_labels_of_its_own_month() -> None:
    crimes(
        """
        file    | recorded_on | offence_code | crime_type    || becomes
        2013-05 | 2013-04-30  |              | Violent crime || published
        2013-05 | 2013-05-01  |              | Burglary      || elsewhere
        """,
        month="2013-04",
    )


def test_a_retired_offence_code_counts_as_unlisted(tmp_path: Path) -> None:
    own = tmp_path / "offence-code.csv"
    own.write_text("code,crime_type,valid_from,valid_to\n28/3,Robbery,,2023-12\n", encoding="utf-8")
    product = crimes(
        """
        offence_code | crime_type || becomes
        28/3         | Burglary   || published
        """,
        codelists=CodeLists(CODELISTS, {"offence-code": own}),
    )
    assert product.report.quality["unlisted_offence_code"] == 1


def test_an_outcome_is_published_by_its_label_and_none_means_under_investigation() -> None:
    crimes(r"""
        outcome_code || becomes                   | Last outcome category
                     || published                 | Under investigation
        1            || published                 | Awaiting court outcome
        1A           || published                 | Awaiting court outcome
        18           || published                 | Investigation complete; no suspect identified
        C05          || published                 | Offender sent to prison
        1a           || quarantined: unknown-code |
        01           || quarantined: unknown-code |
        18.0         || quarantined: unknown-code |
        N/A          || quarantined: unknown-code |
        NULL         || quarantined: unknown-code |
        -            || quarantined: damaged-key  |
        "1\u200b"      || quarantined: damaged-key  |
        1.8E+01      || quarantined: damaged-key  |
    """)


def test_another_force_s_row_is_quarantined() -> None:
    crimes("""
        force_code     || becomes                  | Reported by
        example        || published                | Example Police
        leicestershire || quarantined: other-force |
        Example        || quarantined: other-force |
        Example Police || quarantined: other-force |
                       || quarantined: other-force |
    """)


def test_a_reference_becomes_a_pseudonym_of_force_and_reference() -> None:
    first, second = (KEYED.one("crime", "example", number, length=64) for number in ("24*1", "24*01"))
    crimes(f"""
        crime_reference | crime_type || becomes                      | Crime ID
        24*1            | Burglary   || published                    | {first}
        24*01           | Burglary   || published                    | {second}
                        | Burglary   || quarantined: blank-reference |
    """)


def test_rows_without_a_place_are_counted_for_the_public() -> None:
    product = crimes("""
        easting | location_confidence | recorded_on || becomes
        450000  | exact               | 2024-01-03  || published
        450000  | unknown             | 2024-01-03  || published
        1       | exact               | 2024-01-03  || published
        1       | exact               | no date     || quarantined: bad-date
    """)
    assert product.report.quality["no_location"] == 2
    assert product.report.quality["quarantined"] == 1


def test_a_point_without_a_location_s_text_is_never_published() -> None:
    nameless = (*POINTS[1][:2], "", *POINTS[1][3:])
    crimes(
        """
        easting | northing || becomes
        450000  | 300000   || published
        451000  | 300000   || quarantined: constraint-error
        """,
        points=point_list([POINTS[0], nameless, POINTS[2]]),
    )


@pytest.mark.parametrize("crime_type", ["Violent crime", "Public disorder and weapons"])
def test_the_code_lists_still_hold_the_retired_labels_that_these_tables_use(crime_type: str) -> None:
    with (CODELISTS / "crime-type.csv").open(encoding="utf-8", newline="") as file:
        retired = {row["label"]: row["valid_to"] for row in csv.DictReader(file)}
    assert retired[crime_type] == "2013-04"
