"""The header is exactly the declared columns; what may be a person is never shown."""

from __future__ import annotations

import pytest

from pipeline.errors import InputError
from pipeline.extract.header import is_header_like, match_header

DECLARED = ("crime_reference", "recorded_on", "victim_surname", "restricted")


def refusal(found: list[str], declared: tuple[str, ...] = DECLARED) -> InputError:
    with pytest.raises(InputError) as caught:
        match_header(found, declared, where="crime/2024-01.csv, row 1")
    return caught.value


def test_order_is_free_and_blanks_are_trimmed() -> None:
    found = ["restricted\u00a0", " recorded_on", "victim_surname", "crime_reference"]
    places = match_header(found, DECLARED, where="file")
    assert places == {"restricted": 0, "recorded_on": 1, "victim_surname": 2, "crime_reference": 3}


def test_all_faults_come_in_one_message() -> None:
    error = refusal(["crime_reference", "recorded_on", "recorded_on", "restricted", "extra_code", "Jane Smith"])
    assert error.code == "unknown-column"
    assert error.text() == (
        "unknown-column: crime/2024-01.csv, row 1: the columns are not the declared ones; "
        "not declared: `extra_code` (column 5), column 6 (its name is not shown); "
        "missing: `victim_surname`; more than once: `recorded_on` (columns 2, 3)\n"
        "  to do: declare each column's fate in the feed, or have the extract exported with the agreed columns"
    )


def test_case_matters() -> None:
    assert "missing: `restricted`" in refusal(["crime_reference", "recorded_on", "victim_surname", "Restricted"]).text()


def test_a_first_row_that_is_no_header_is_shown_by_positions_only() -> None:
    error = refusal(["24*0123456", "2024-01-03", "Featherstonehaugh", "N"])
    assert error.text() == (
        "no-header-row: crime/2024-01.csv, row 1: the row where the header was expected has 4 cells, of which 0 are "
        "declared columns; 4 columns were expected, beginning with `crime_reference`\n"
        "  to do: have the extract exported with its header row, "
        "and with commas between its cells (not semicolons or tabs)"
    )


def test_half_of_the_columns_missing_is_still_a_header() -> None:
    assert refusal(["crime_reference", "recorded_on"]).code == "unknown-column"
    assert refusal(["crime_reference"]).code == "no-header-row"


def test_a_wide_stray_header_gives_a_short_message() -> None:
    error = refusal([*DECLARED, *(f"column_{number}" for number in range(100_000))])
    assert len(error.text()) < 1_000
    assert "and 99980 more" in error.text()


@pytest.mark.parametrize(
    "name", ["extra_code", "new_field", "victim_dob", "Date of Birth", "Supplier Name", "status", "NOTES", "Column 7"]
)
def test_names_of_columns_are_shown(name: str) -> None:
    assert is_header_like(name, [*DECLARED, "Supplier Name", "Column 7"])


@pytest.mark.parametrize(
    "name",
    [
        "Jane Smith",
        "Featherstonehaugh",
        "jane_smith",
        "07700 900123",
        "jane@example.com",
        "officer Featherstonehaugh",
        "name: Jane",
        "O'Brien",
        "",
        "AB12 CDE",
        "victim_" + "x" * 60,
    ],
)
def test_what_may_be_a_person_is_not_shown(name: str) -> None:
    assert not is_header_like(name, DECLARED)
