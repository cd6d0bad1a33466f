"""The mappings of the settings: every mistake is found before a file is read, and nothing is weakened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import SettingsError
from pipeline.run.select import feeds, options, owners
from pipeline.settings.settings import Settings
from tests.lib.settings_files import LEAST, written

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model.mapping import ExportMapping

HEAD = """
[spend]
value_for_money = "not-recorded"
[extracts.ledger]
files = ["AP {month}.csv"]
"""
COLUMNS = """
[extracts.ledger.columns]
"Supplier No" = "Vendor"
"Supplier Name" = ["Name:", "Supplier"]
"Transaction No" = "Ref"
"Line No" = "Line"
"Payment Date" = "Paid"
"Net Amount" = "Amount"
"Cost Centre Name" = "Directorate"
"Account Code" = "Code"
"Account Name" = "Type"
[extracts.ledger.constants]
Body = "FORCE"
Currency = "GBP"
"Payment Method" = "BACS"
"""
ABSENT = """
[extracts.ledger.absent]
"Supplier Type" = "the system has no types"
"Company No" = "not exported"
"Irrecoverable VAT" = "not exported"
"Value For Money" = "The system records no reasons."
"Contract Ref" = "not exported"
"""
LEDGER = HEAD + COLUMNS + ABSENT


def loaded(folder: Path, text: str) -> Settings:
    text += "\n[datasets.sensitive-crime-summary]\npublish = false\n"  # it asks for marks that few systems keep
    return Settings.load(written(folder, LEAST + text), {}, datasets=options(), feeds=feeds(), owners=owners())


def ledger(folder: Path, text: str = LEDGER) -> ExportMapping:
    return loaded(folder, text).extracts["ledger"]


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        loaded(folder, text)
    return str(caught.value)


def test_a_mapping_is_read(tmp_path: Path) -> None:
    found = ledger(tmp_path)
    assert found.columns["Supplier Name"] == ("Name:", "Supplier")
    assert (found.sheets, found.header, found.encoding, found.delimiter, found.month) == (
        ("*",),
        "find",
        "utf-8",
        ",",
        "file",
    )
    assert not found.by_column
    assert not found.is_database


def test_a_mapping_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(LEDGER.partition("not-recorded")[2].partition("\n")[2], encoding="utf-8")
    settings = LEAST.replace("\n[force]", '\nextracts = "ours.toml"\n[force]', 1)
    path = written(tmp_path, settings + '[spend]\nvalue_for_money = "not-recorded"\n')
    found = Settings.load(path, {}, datasets=options(), feeds=feeds(), owners=owners())
    assert found.extracts["ledger"] == ledger(tmp_path)


def test_a_mistake_in_a_file_of_its_own_is_said_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text("[extracts.leger]\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        Settings.load(
            written(tmp_path, f'extracts = "ours.toml"\n{LEAST}'),
            {},
            datasets=options(),
            feeds=feeds(),
            owners=owners(),
        )
    assert "ours.toml, [extracts] leger: there is no such setting" in str(caught.value)
    assert "did you mean `ledger`?" in str(caught.value)


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load(
            written(tmp_path, f'extracts = "ours.toml"\n{LEAST}'),
            {},
            datasets=options(),
            feeds=feeds(),
            owners=owners(),
        )
    assert caught.value.code == "no-settings-file"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('file = ["x.csv"]', "did you mean `files`?"),
        ("header = 0", '"find", "none" or the number of a row'),
        ('encoding = "latin-1"', "`utf-8` or `cp1252` or `utf-16`"),
        ('delimiter = "x"', "[extracts.ledger] delimiter"),
        ('dates = ["DD/MM"]', "forms of dates such as"),
        ('money = ["EUR"]', "one or more of £"),
        ('allow = ["everything"]', "one or more of hidden-sheet"),
        ('table = "payments"', "one of table and query"),
        ('header = "none"', "names such as `column D`"),
    ],
)
def test_a_key_that_cannot_be_used_is_a_mistake(line: str, said: str, tmp_path: Path) -> None:
    text = LEDGER.replace('files = ["AP {month}.csv"]', f'files = ["AP {{month}}.csv"]\n{line}')
    assert said in complaint(tmp_path, text)


@pytest.mark.parametrize(
    "pattern",
    ["/etc/{month}.csv", "../{month}.csv", "a/../{month}.csv", "{moth}.csv", "AP {month}", "a\\\\{month}.csv"],
)
def test_a_path_that_leads_out_or_is_none_is_a_mistake(pattern: str, tmp_path: Path) -> None:
    assert "[extracts.ledger] files" in complaint(tmp_path, LEDGER.replace("AP {month}.csv", pattern))


def test_a_name_that_gives_no_month_needs_a_sheet_or_a_column(tmp_path: Path) -> None:
    text = LEDGER.replace("AP {month}.csv", "AP {fy}.xlsx")
    assert "[extracts.ledger] month: expected `sheet` or a column" in complaint(tmp_path, text)
    by_sheet = text.replace('"AP {fy}.xlsx"]', '"AP {fy}.xlsx"]\nmonth = "sheet"')
    assert ledger(tmp_path, by_sheet).month == "sheet"


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('"Line No" = "Line"\n', "", "nothing says where these agreed columns come from: `Line No`"),
        ('"Line No"', '"Line Nr"', "did you mean `Line No`?"),
        ('"Net Amount" = "Amount"', '"Net Amount" = 5', "[extracts.ledger.columns] Net Amount"),
        ('Body = "FORCE"', "Body = 1", "[extracts.ledger.constants] Body"),
        ('Body = "FORCE"', 'Body = ""', "expected a text: this column may not be blank"),
        ('Currency = "GBP"', 'Currency = "GBP"\n"Line No" = "1"', "it stands in columns and constants"),
        ('"Line No" = "Line"\n', "", "`Line No`"),
        ('"Contract Ref" = "not exported"', '"Contract Ref" = ""', "[extracts.ledger.absent]"),
    ],
)
def test_a_slip_in_columns_is_a_mistake(was: str, now: str, said: str, tmp_path: Path) -> None:
    assert said in complaint(tmp_path, LEDGER.replace(was, now))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('[extracts.ledger.constants]\n"Supplier Type" = "ORG"', "one value for all would protect nobody"),
        ('[extracts.ledger.constants]\n"Supplier Type" = ""', "one value for all would protect nobody"),
        ('[extracts.ledger.constants]\n"Account Code" = "41010"', "one value for all would protect nobody"),
        ('[extracts.ledger.constants]\n"Supplier No" = "S1"', "a reference is not the same in every row"),
        ('[extracts.ledger.absent]\n"Account Code" = "no codes"', "without it less would be protected"),
        ('[extracts.ledger.absent]\n"Net Amount" = "none here"', "without it every row would be bad"),
        ('[extracts.ledger.absent]\n"Supplier Name" = "none here"', "without it every row would be bad"),
        ('[extracts.ledger.keys]\n"Supplier Name" = "Vendor"', "only such a column can be made"),
        ('[extracts.ledger.keys]\n"Account Code" = "Vendor"', "only such a column can be made"),
    ],
)
def test_what_would_protect_less_is_refused(line: str, said: str, tmp_path: Path) -> None:
    part, _, pair = line.partition("\n")
    name = pair.partition(" = ")[0]
    lines = [each for each in LEDGER.splitlines() if not each.startswith(f"{name} = ")]
    text = "\n".join(lines)
    text = text.replace(part, line) if part in text else f"{text}\n{line}\n"
    assert said in complaint(tmp_path, text)


def test_all_payees_may_be_protected_by_a_constant(tmp_path: Path) -> None:
    text = LEDGER.replace('"Supplier Type" = "the system has no types"\n', "")
    text = text.replace('Body = "FORCE"', 'Body = "FORCE"\n"Supplier Type" = "IND"')
    assert ledger(tmp_path, text).constants["Supplier Type"] == "IND"


CRIME = """
[extracts.recorded-crime]
files = ["{month}.csv"]
[extracts.recorded-crime.columns]
crime_reference = "Ref"
recorded_on = "Date"
crime_type = "Type"
outcome_code = "Outcome"
easting = "X"
northing = "Y"
[extracts.recorded-crime.constants]
force_code = "example"
location_confidence = "street"
restricted = "N"
[extracts.recorded-crime.absent]
offence_code = "no codes"
"""


def test_a_protecting_column_may_be_a_constant_and_never_absent(tmp_path: Path) -> None:
    assert loaded(tmp_path, CRIME).extracts["recorded-crime"].constants["restricted"] == "N"
    for name in ("restricted", "location_confidence"):
        text = "\n".join(line for line in CRIME.splitlines() if not line.startswith(f"{name} ="))
        assert "without it less would be protected" in complaint(tmp_path, f'{text}\n{name} = "not exported"\n')


def test_a_column_is_not_both_mapped_and_withheld(tmp_path: Path) -> None:
    text = f'{LEDGER}[extracts.ledger.withheld]\n"  NAME: " = "a name"\n'
    assert "[extracts.ledger] withheld: expected no column that `columns` maps" in complaint(tmp_path, text)


@pytest.mark.parametrize("fate", ["1", '{whom = "staff"}', '{why = "x", who = "y"}', '""'])
def test_a_withheld_column_has_a_reason(fate: str, tmp_path: Path) -> None:
    assert "[extracts.ledger.withheld]" in complaint(tmp_path, f'{LEDGER}[extracts.ledger.withheld]\n"Memo" = {fate}\n')


def test_the_row_alone_can_be_a_key(tmp_path: Path) -> None:
    text = LEDGER.replace('"Line No" = "Line"\n', "")
    assert ledger(tmp_path, f'{text}[extracts.ledger.keys]\n"Line No" = "row"\n').keys == {"Line No": ("row",)}
    mixed = complaint(tmp_path, f'{text}[extracts.ledger.keys]\n"Line No" = ["row", "Ref"]\n')
    assert '"row" alone' in mixed


def test_an_absent_reason_for_value_for_money_is_the_note_for_the_public(tmp_path: Path) -> None:
    spend = next(iter(loaded(tmp_path, LEDGER).options["spend-over-500"].values()))
    assert spend.words()["value_for_money_note"] == "The system records no reasons."
    required = complaint(tmp_path, LEDGER.replace('"not-recorded"', '"required"'))
    assert "[spend] value_for_money: expected `not-recorded`" in required


EVENTS = """
[extracts.events]
query = "SELECT * FROM meeting"
[extracts.events.columns]
event_id = "ref"
starts_at = "held"
kind = "kind"
neighbourhood_code = "area"
channel = "how"
audience = "who"
venue_kind = "where"
[extracts.events.absent]
series = "none"
ward_code = "none"
officer_present = "not recorded"
attendance = "not recorded"
"""


def test_a_database_is_read_by_a_table_or_by_one_query(tmp_path: Path) -> None:
    text = EVENTS.replace('"none"', '"not kept"')
    assert loaded(tmp_path, text).extracts["events"].query == "SELECT * FROM meeting"
    by_table = text.replace('query = "SELECT * FROM meeting"', 'table = "dbo.meeting"')
    assert loaded(tmp_path, by_table).extracts["events"].is_database
    for query in ("DELETE FROM meeting", "SELECT 1; DROP TABLE meeting", "PRAGMA x"):
        assert "one SELECT" in complaint(tmp_path, text.replace("SELECT * FROM meeting", query))
    row = text.replace('event_id = "ref"\n', "") + '[extracts.events.keys]\nevent_id = "row"\n'
    assert "have no place of their own" in complaint(tmp_path, row)


def test_files_in_place_of_a_database_give_a_month_too(tmp_path: Path) -> None:
    text = EVENTS.replace('"none"', '"not kept"').replace('query = "SELECT * FROM meeting"', 'files = ["meetings.csv"]')
    assert "[extracts.events] month" in complaint(tmp_path, text)
    by_column = text.replace('files = ["meetings.csv"]', 'files = ["meetings.csv"]\nmonth = "held"')
    assert loaded(tmp_path, by_column).extracts["events"].by_column


def test_an_extract_without_a_database_has_no_table(tmp_path: Path) -> None:
    text = LEDGER.replace('files = ["AP {month}.csv"]', 'table = "payments"')
    assert "this extract is read from no database" in complaint(tmp_path, text)


def test_all_mistakes_come_together(tmp_path: Path) -> None:
    text = LEDGER.replace('"Line No" = "Line"\n', "").replace('Body = "FORCE"', 'Body = ""') + "[extracts.nothing]\n"
    said = complaint(tmp_path, text)
    assert all(each in said for each in ("`Line No`", "Body", "[extracts] nothing"))
