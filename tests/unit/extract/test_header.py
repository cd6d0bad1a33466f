"""The header is exactly the declared columns; what may be a person is never shown."""

from __future__ import annotations

import pytest

from pipeline.errors import InputError
from pipeline.extract.header import Around, is_header_like, match_header

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
        "  to do: have the extract exported with the agreed columns; `pipeline datasets NAME` lists the agreed columns"
    )


@pytest.mark.parametrize(
    ("name", "difference"),
    [
        ("Net\u00a0Amount", "a no-break space between the words"),
        ("Net\u202fAmount", "an unusual blank between the words"),
        ("Net  Amount", "the number of blanks in it"),
        ("NetAmount", "the number of blanks in it"),
        ("Net Amount\u200b", "an invisible character"),
        ("\ufeffNet Amount", "an invisible character"),
        ("Net\nAmount", "a line end between the words"),
        ("Net\r\nAmount", "a line end between the words and the number of blanks in it"),
        ("Net Amount\t", "a tab at its end and the number of blanks in it"),
        ("Net amount", "capital and small letters"),
        ("NET\u00a0AMOUNT", "a no-break space between the words and capital and small letters"),
        ("\uff2eet Amount", "unusual letters"),
    ],
)
def test_a_name_that_looks_right_is_still_refused_and_the_difference_said(name: str, difference: str) -> None:
    text = refusal(["Body", "Period", "Line No", name], ("Body", "Period", "Line No", "Net Amount")).text()
    assert f"; column 4 is `Net Amount` but for {difference}\n" in text
    assert "missing" not in text
    assert "not shown" not in text


def test_all_names_may_be_almost_right() -> None:
    error = refusal([name.upper() for name in DECLARED])
    assert error.code == "unknown-column"
    assert "column 1 is `crime_reference` but for capital and small letters, column 2" in error.text()


def test_a_column_with_cells_but_without_a_name_is_said() -> None:
    assert "; column 5 has no name\n" in refusal([*DECLARED, ""]).text()
    assert len(match_header([*DECLARED, None, None], DECLARED, where="file")) == len(DECLARED)


def test_a_first_row_that_is_no_header_is_shown_by_positions_only() -> None:
    error = refusal(["24*0123456", "2024-01-03", "Featherstonehaugh", "N"])
    assert error.text() == (
        "no-header-row: crime/2024-01.csv, row 1: this is not the header: of its 4 cells 0 are declared columns, of 4. "
        "Missing: `crime_reference`, `recorded_on`, `victim_surname`, `restricted`\n"
        "  to do: have the extract exported with its header row; `pipeline datasets NAME` lists the agreed columns"
    )


def around(first: list[str], **near: list[str]) -> Around:
    cells = {int(number.removeprefix("row")): row for number, row in near.items()}
    return Around(1, {1: first, **cells}, ",".join(first))


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (
            around(["Featherstonehaugh"], row2=["x"], row3=list(DECLARED)),
            "The header stands in row 3, expected in row 1",
        ),
        (around(["sep=", ""], row2=list(DECLARED)), "Row 1 is a `sep=` line"),
        (around([";".join(DECLARED)], row2=["24*1;2024-01-03;Featherstonehaugh;N"]), "separated by semicolons"),
        (around(["\t".join(DECLARED)]), "separated by tabs"),
    ],
)
def test_where_the_header_is_or_why_it_cannot_be_seen_is_said(where: Around, said: str) -> None:
    with pytest.raises(InputError) as caught:
        match_header(where.near[1], DECLARED, where="file", around=where)
    assert caught.value.code == "no-header-row"
    assert said in caught.value.text()
    assert "Featherstonehaugh" not in caught.value.text()


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
