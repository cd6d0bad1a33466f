"""A force's own exports over many nights: what is built again, what waits, what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from tests.lib.at_terminal import Terminal
from tests.lib.mapped_force import AS_OF, MONTHS, PLANTED, approve_codes, ledger, mapped_force, write_ledger
from tests.lib.product import built

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.lib.product import Product, Said

SPEND, STREET = "spend-over-500", "street-crime"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """Return the force with two months of its ledger published; nobody may write in its folder."""
    product = mapped_force(tmp_path_factory.mktemp("mapped"), ("Jan", "Feb"))
    run(product, status=5)
    approve_codes(product)
    run(product)
    return product


@pytest.fixture
def force(once: Product, tmp_path: Path) -> Product:
    """Return a force of its own with two months of its ledger published."""
    product = once._copied(once.folder, tmp_path)
    product.variables.update(once.variables)
    return product


def run(product: Product, *names: str, status: int = 0) -> Said:
    return product.run("--as-of", AS_OF, "publish", "--details", *names, status=status)


def change_settings(product: Product, was: str, now: str) -> None:
    text = product.settings.read_text(encoding="utf-8")
    assert was in text
    product.settings.write_text(text.replace(was, now, 1), encoding="utf-8")


def one_workbook(product: Product, months: Sequence[str], *, column: bool = False) -> Path:
    """Write the ledger as a workbook for the year: a sheet a month, or all months in one sheet."""
    path = product.raw / "finance" / "Payments 2023-24.xlsx"
    book = xlsxwriter.Workbook(path)
    header = ("Our Ref", "Name:", "Payee Class", "Date of Payment", "Amount Paid", "Directorate", "Expense Code",
              "Expense Type", "Processed by", "Remit to", "Memo", "Batch")  # fmt: skip
    sheets = {f"{mon} 24": ledger(MONTHS[mon]) for mon in months}
    if column:
        sheets = {"Payments": [line for lines in sheets.values() for line in lines]}
    for name, lines in sheets.items():
        sheet = book.add_worksheet(name)
        for row, cells in enumerate((header, *(line.cells for line in lines))):
            sheet.write_row(row, 0, cells)
    book.close()
    return path


def as_workbook(product: Product, month: str) -> None:
    for path in (product.raw / "finance").iterdir():
        path.unlink()
    change_settings(
        product,
        'files = ["finance/AP {mon} {yy} over 500.csv"]',
        f'files = ["finance/Payments {{fy}}.xlsx"]\nmonth = "{month}"',
    )


@pytest.mark.parametrize(("month", "column"), [("sheet", False), ("Date of Payment", True)])
def test_a_year_in_one_workbook_is_built_month_by_month(month: str, column: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    product = mapped_force(tmp_path, ("Jan",))
    as_workbook(product, month)
    one_workbook(product, ("Jan", "Feb"), column=column)
    run(product, SPEND, status=5)
    product.decide("approve", SPEND, "--all", "--finding", "mapping-opens")
    first = run(product, SPEND)
    assert built(first) == {SPEND: ("2024-01", "2024-02")}
    one_workbook(product, ("Jan", "Feb", "Mar"), column=column)
    assert built(run(product, SPEND)) == {SPEND: ("2024-03",)}
    last = run(product, SPEND)
    assert built(last) == {}
    assert "reading" not in last.err
    amounts = sorted(row["net_amount"] for row in product.csv(SPEND, "2024-02"))
    assert amounts == sorted(f"{each.published:.2f}" for each in ledger("02") if each.published is not None)


def test_a_month_that_has_left_the_workbook_stays_as_it_was_published(tmp_path: Path) -> None:
    product = mapped_force(tmp_path, ("Jan",))
    as_workbook(product, "sheet")
    one_workbook(product, ("Jan", "Feb"))
    run(product, SPEND, status=5)
    product.decide("approve", SPEND, "--all", "--finding", "mapping-opens")
    run(product, SPEND)
    before = product.months(SPEND)
    one_workbook(product, ("Feb",))
    said = run(product, SPEND)
    assert "input-gone: 2024-01 stays as it was published" in said.out
    assert product.months(SPEND) == before


def test_a_sheet_that_was_copied_under_another_month_stops_the_dataset(tmp_path: Path) -> None:
    product = mapped_force(tmp_path, ("Jan",))
    path = product.raw / "control room" / "ASB 2023-24.xlsx"
    book = xlsxwriter.Workbook(path)
    for name in ("Jan 24", "Feb 24"):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, ["Log", "Opened", "X", "Y", "Protect", "Informant", "Log text"])
        for n in range(60):
            cells = [f"L{n}", f"{1 + n % 28:02}/01/2024 22:10", 340_400, 555_610, "No", "x", "y"]
            sheet.write_row(1 + n, 0, cells)
    book.close()
    said = run(product, STREET, status=3)
    names = "control room/ASB 2023-24.xlsx#Feb 24 and control room/ASB 2023-24.xlsx#Jan 24"
    assert "same-extract-twice" in said.text
    assert f"{names} hold the same bytes" in said.text or " and ".join(reversed(names.split(" and "))) in said.text


def test_another_mapping_builds_the_months_of_its_feed_again(force: Product) -> None:
    change_settings(force, '"Batch" = "an internal number"', '"Batch" = "the number of a batch"')
    plan = force.run("--as-of", AS_OF, "plan", "--details", status=0)
    assert plan.out.count("build 2024-01 to 2024-02: what happens to the extract's columns changed") == 1
    assert set(built(run(force))) == {SPEND}
    assert built(run(force)) == {}


def test_months_are_built_again_when_their_file_is_read_in_other_parts(force: Product) -> None:
    change_settings(force, 'stop_at = "Total"', 'stop_at = "Total"\nmonth = "Date of Payment"')
    said = run(force)
    assert built(said) == {SPEND: ("2024-01", "2024-02")}
    assert "input-gone" not in said.out
    assert built(run(force)) == {}


def test_a_database_may_be_exported_as_a_file(tmp_path: Path) -> None:
    product = mapped_force(tmp_path, ("Jan",))
    text = product.settings.read_text(encoding="utf-8")
    start, end = text.index('query = """'), text.index('"""\n', text.index('query = """') + 12) + 4
    product.settings.write_text(
        f'{text[:start]}files = ["meetings.csv"]\nmonth = "held_on"\n{text[end:]}', encoding="utf-8"
    )
    header = "ref,held_on,type,area,ward,format,open_to,police_there,people,chair,place_kind,place_name"
    rows = [f"M{n},2024-0{1 + n % 2}-05 19:00,B,CA1,E05014171,room,all,Y,{n},x,hall,y" for n in range(6)]
    (product.raw / "meetings.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    run(product, "engagement-events", status=5)
    product.decide("approve", "engagement-events", "--all", "--finding", "mapping-opens")
    assert built(run(product, "engagement-events")) == {"engagement-events": ("2024-01", "2024-02")}
    assert len(product.csv("engagement-events", "2024-01")) == 3
    assert built(run(product, "engagement-events")) == {}


def test_two_files_of_one_month_are_one_month(force: Product) -> None:
    lines = [line for line in ledger("01") if line.cells[0].startswith("INV")]
    more = [line._replace(cells=(f"B{line.cells[0]}", *line.cells[1:])) for line in lines[:3]]
    change_settings(force, "{yy} over 500.csv", "{yy}*.csv")
    run(force)
    before = len(force.csv(SPEND, "2024-01"))
    path = write_ledger(force, "Jan", more)
    path.rename(path.with_name("AP Jan 24 late.csv"))
    write_ledger(force, "Jan", ledger("01"))
    assert built(run(force)) == {SPEND: ("2024-01",)}
    assert len(force.csv(SPEND, "2024-01")) == before + 3


def test_a_bad_row_is_listed_by_their_file_and_row_and_shown_at_a_terminal(force: Product) -> None:
    lines = ledger("02")
    bad = lines[3]._replace(cells=(*lines[3].cells[:4], "12.345", *lines[3].cells[5:]))
    write_ledger(force, "Feb", [*lines[:3], bad, *lines[4:]])
    run(force)
    said = force.run("quarantine", SPEND, status=0).out
    assert (
        "2024-02  finance/AP Feb 24 over 500.csv, row 7, column `Amount Paid` or `AMOUNT` (Net Amount): bad-money"
        in said
    )
    with Terminal(force, "quarantine", SPEND, "--reveal") as terminal:
        assert "row 7, column `Amount Paid` or `AMOUNT` (Net Amount): bad-money: '12.345'" in terminal.until("12.345'")


def test_a_row_of_a_sheet_is_listed_with_its_sheet(tmp_path: Path) -> None:
    product = mapped_force(tmp_path, ("Jan",))
    path = product.raw / "control room" / "ASB 2023-24.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Jan 24")
    sheet.write_row(0, 0, ["Log", "Opened", "X", "Y", "Protect", "Informant", "Log text"])
    for n in range(60):
        sheet.write_row(1 + n, 0, [f"L{n}", "02/01/2024 22:10", 340_400, 555_610 if n else "far", "No", "x", "y"])
    book.close()
    run(product, STREET, status=5)
    product.decide("approve", STREET, "--all", "--finding", "mapping-opens")
    run(product, STREET, status=5)  # the days that are missing wait
    said = product.run("quarantine", STREET, status=0).out
    assert "control room/ASB 2023-24.xlsx#Jan 24, row 2, column `Y` (northing): bad-coordinates" in said


def test_an_identifying_column_of_theirs_is_looked_for_in_what_is_published(force: Product) -> None:
    lines = ledger("02")
    name = lines[2].cells[1]
    leaking = lines[2]._replace(cells=(*lines[2].cells[:8], name, *lines[2].cells[9:]))
    write_ledger(force, "Feb", [*lines[:2], leaking, *lines[3:]])
    before = force.months(SPEND)
    said = run(force, SPEND, status=4)
    assert "identity-published" in said.text
    assert "1 cells of `Processed by`, which identifies somebody, would be published in `supplier_name`" in said.text
    assert force.months(SPEND) == before
    assert name not in said.text


def test_a_file_that_was_taken_back_counts_no_more(force: Product) -> None:
    write_ledger(force, "Feb", ledger("02")[3:])
    run(force)
    force.run("forget", "finance/AP Feb 24 over 500.csv", "--role", "Head of Data", "--reason", "Checked.", status=0)
    said = run(force, status=5)
    assert "finance/AP Feb 24 over 500.csv was taken back" in said.out


def test_another_code_that_opens_waits_and_new_protections_go_out_at_once(force: Product) -> None:
    change_settings(force, 'S = "Y"', 'S = "Y"\nX = "N"')
    crimes = force.raw / "rms" / "Crimes 202401.csv"
    text = crimes.read_text(encoding="utf-8")
    sealed = text.replace(",1,,", ",1,S,", 1).replace(",2,,", ",2,S,", 1)
    crimes.write_text(sealed, encoding="utf-8")
    before = len(force.csv(STREET, "2024-01"))
    said = run(force, status=5)
    assert "WAITS mapping-opens" in said.out
    assert "2 codes of `restricted`" in said.out
    assert len(force.csv(STREET, "2024-01")) == before - 2  # nothing was built: the two were taken out
    for name in (STREET, "crime-outcomes"):
        force.decide("approve", name, "--all", "--finding", "mapping-opens")
    assert STREET in built(run(force))
    assert len(force.csv(STREET, "2024-01")) == before - 2


def test_marks_of_another_datasets_export_protect_and_are_asked_about(force: Product) -> None:
    change_settings(force, 'S = "Y"\n\n# --- stop', 'S = "Y"\nT = "N"\n\n# --- stop')
    path = force.raw / "rms" / "Outcomes since 2024.txt"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("CN/2024/010011\t12.01.2024\t18\t", "CN/2024/010011\t12.01.2024\t18\tS"), encoding="utf-8"
    )
    before = len(force.csv(STREET, "2024-01"))
    said = run(force, status=5)
    assert said.out.count("the mapping of outcomes gives 2 codes of `restricted`, which decides what is kept back") == 2
    assert built(said) == {"crime-series": ("all",), "crime-summary": ("2024-01",)}  # these follow what protects
    assert len(force.csv(STREET, "2024-01")) == before - 1  # its outcome seals it
    for name in (STREET, "crime-outcomes"):
        force.decide("approve", name, "--all", "--finding", "mapping-opens")
    run(force)
    assert len(force.csv(STREET, "2024-01")) == before - 1


def test_a_key_of_several_columns_can_be_classified(force: Product) -> None:
    change_settings(force, '"Supplier No" = "Name:"', '"Supplier No" = ["Name:", "Remit to"]')
    run(force)
    listed = (force.private / "review" / "suppliers.csv").read_text(encoding="utf-8")
    assert "NOBODYKNOWS14QUILLFEATHERCLOSE,Nobody Knows" in listed
    types = "supplier_number,supplier_type\nNOBODYKNOWS14QUILLFEATHERCLOSE,ORG\n"
    (force.reference / "supplier-types.csv").write_text(types, encoding="utf-8")
    run(force)
    assert "650.00" in {row["net_amount"] for row in force.csv(SPEND, "2024-01")}


def test_the_declaration_is_shown_as_it_is_read(force: Product) -> None:
    shown = force.run("datasets", SPEND, status=0).out
    assert "withheld (identifies): Processed by: staff are not named" in shown
    assert "read as its mapping says: finance/AP {mon} {yy} over 500.csv" in shown
    assert "  Supplier Name = `Name:`" in shown
    assert "  Body = always `FORCE`" in shown
    assert "  Line No = made of file, sheet and row number" in shown
    assert "  Contract Ref: absent (contracts are kept in another system)" in shown


def test_mistaken_settings_leave_the_agreed_names_to_be_looked_up(force: Product) -> None:
    change_settings(force, '"Supplier Name" = "Name:"', '"Suplier Name" = "Name:"')
    said = run(force, status=2)
    assert "did you mean `Supplier Name`?" in said.err
    assert "Supplier Name -> supplier_name" in force.run("datasets", SPEND, status=0).out


def test_an_agreed_file_beside_a_mapping_is_not_read_and_is_listed(force: Product) -> None:
    path = force.ledger("2024-03")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    assert "expenditure/ledger/2024-03.xlsx is not read" in run(force).out


def test_nobody_is_named_by_what_stops_a_file(force: Product) -> None:
    path = force.raw / "finance" / "AP Feb 24 over 500.csv"
    path.write_bytes(path.read_bytes().replace(b"Batch", PLANTED["a clerk"].encode()))
    said = run(force, status=3)
    assert "does not mention column L (its name is not shown)" in said.text
    assert PLANTED["a clerk"] not in said.text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"Payment Method" = "BACS"', '"Payment Method" = "Bacs"', "[extracts.ledger.constants] Payment Method"),
        ('Currency = "GBP"', 'Currency = "EUR"', "[extracts.ledger.constants] Currency"),
        ('Body = "FORCE"\nCurr', 'Body = "FORC"\nCurr', "[extracts.ledger.constants] Body"),
        ('force_code = "cumbria"', 'force_code = "cumbia"', "[extracts.recorded-crime.constants] force_code"),
        ('confidence = "street"', 'confidence = "strete"', "[extracts.asb-incidents.constants] location_confidence"),
        ('Yes = "Y"', 'Yes = "J"', '[extracts.asb-incidents.codes."restricted"] J'),
        ('S = "surgery"', 'S = "surgry"', '[extracts.events.codes."kind"] surgry'),
    ],
)
def test_a_text_that_would_be_bad_in_every_row_is_a_mistake_before_anything_is_read(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    product = mapped_force(tmp_path, ("Jan",))
    change_settings(product, old, new)
    plan = product.run("--as-of", AS_OF, "plan", status=2)
    assert plan.text.count("bad-setting") == 1
    assert f"bad-setting: pipeline.toml, {said}: every row with this text would be bad" in plan.text
    assert ("did you mean `" in plan.text) == (new in ('"Payment Method" = "Bacs"', 'S = "surgry"'))


def test_bad_rows_are_told_by_the_forces_own_names(tmp_path: Path) -> None:
    product = mapped_force(tmp_path, ("Jan",))
    path = product.raw / "rms" / "Crimes 202401.csv"
    path.write_text(path.read_text("utf-8").replace(",Burglary,", ",Burglery,").replace(",BURG,", ",BRG,"), "utf-8")
    run(product, STREET, status=5)
    product.decide("approve", STREET, "--all", "--finding", "mapping-opens")
    said = product.run("--as-of", AS_OF, "publish", "--details", STREET)
    listed = product.run("quarantine", STREET)
    assert "`Category` (crime_type)" in said.text + listed.text
    assert "`crime_type`" not in said.text + listed.text
    tried = product.run("--as-of", AS_OF, "inspect", path, "--feed", "recorded-crime", status=0)
    assert "unknown-code in `Category` (crime_type)" in tried.out


def test_lines_of_a_draft_that_nobody_has_settled_are_told(force: Product) -> None:
    assert "still say # CHECK" not in run(force).text
    change_settings(force, 'delimiter = ";"', 'delimiter = ";"  # CHECK: is it?')
    line = force.settings.read_text(encoding="utf-8").partition("# CHECK")[0].count("\n") + 1
    plan = force.run("--as-of", AS_OF, "plan", status=0)
    assert f"pipeline.toml: 1 line still says # CHECK, which somebody has to settle: {line}" in plan.out
