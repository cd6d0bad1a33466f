"""An unknown export is looked at: what is said, what is drafted, and that no cell of it is ever in that."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from pipeline.codelists import CODELISTS
from pipeline.datasets import declared
from pipeline.model.periods import SNAPSHOT
from pipeline.run.select import feeds
from pipeline.sample import make_sample
from tests.lib.at_terminal import Terminal
from tests.lib.mapped_force import PLANTED as THEIR_PEOPLE
from tests.lib.mapped_force import mapped_force, meetings_as_sqlite
from tests.lib.product import ROWS, Product

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PERSON = "Featherstonehaugh"
#: Columns of many kinds, with somebody in each.
PLANTED = {
    "Payment Date": "{day:02}/04/2024",
    "Supplier Name": "Sarah Featherstonehaugh{n}",
    "Service Area": "Estates of Featherstonehaugh{half}",
    "Expense Type": "Fees to Featherstonehaugh{half}",
    "Net Amount": "{n},{day:03},123.45",
    "Officer Name": "PC 4{n:03} Featherstonehaugh",
    "E-mail": "f.stonehaugh{n}@example.org",
    "Phone": "07700 9{n:05}",
    "Postcode": "ZX{half} {half}QQ",
    "Date of Birth": "{day:02}/04/19{half}7",
    "Sort Code": "20-4{half}-1{half}",
    "Vehicle Registration": "ZX{day:02} FTH",
    "Notes": "Mr Featherstonehaugh lives at {n} Featherstone Lane",
    "Easting": "4588{n:02}",
}


def rows(names: Sequence[str], count: int = 60) -> list[list[str]]:
    return [[PLANTED[name].format(n=n, day=n % 28 + 1, half=n % 5) for name in names] for n in range(1, count)]


def export(product: Product, *content: Sequence[str], name: str = "export.csv") -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(content)
    path = product.folder / name
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


@pytest.fixture
def office(tmp_path: Path) -> Product:
    return Product.empty(tmp_path / "office")


def assert_no_cell(said: str, table: Sequence[Sequence[str]]) -> None:
    assert PERSON not in said
    assert [cell for row in table for cell in row if len(cell) > 4 and cell in said] == []


@pytest.mark.parametrize("above", [[], [["Payments to Sarah Featherstonehaugh"], []]])
@pytest.mark.parametrize("names", [list(PLANTED), list(PLANTED)[5:]])
@pytest.mark.parametrize("headed", [True, False])
def test_no_cell_is_ever_said(office: Product, above: list[list[str]], names: list[str], *, headed: bool) -> None:
    table = rows(names)
    notes = [
        ["Total for Featherstonehaugh", *[""] * (len(names) - 2), "1,234.56"],
        ["Asked of Sarah Featherstonehaugh"],
    ]
    path = export(office, *above, *([names] if headed else []), *table, *notes)
    whole = [*above, *table, *notes]
    for words in (("inspect", path), ("inspect", "--json", path), ("inspect", path, "--feed", "ledger")):
        assert_no_cell(office.run(*words, status=0).text, whole)
    office.run("inspect", path, "--write", office.folder / "draft.toml", status=0)
    drafts = list(office.folder.glob("draft.*"))
    assert drafts
    for draft in drafts:
        assert_no_cell(draft.read_text(encoding="utf-8"), whole)


def test_a_broken_file_is_said_without_a_cell(office: Product) -> None:
    path = office.folder / "export.xls"
    path.write_text("<html><table><tr><td>Sarah Featherstonehaugh", encoding="utf-8")
    said = office.run("inspect", "--json", path, status=3)
    assert "broken-file: export.xls" in said.text
    assert PERSON not in said.text


def test_json_has_a_column_for_each_from_the_left(office: Product) -> None:
    names = ["Supplier Name", "Payment Date", "Net Amount", "E-mail"]
    path = export(office, ["Payments over 500"], [], [*names, ""], *([*row, ""] for row in rows(names)))
    facts = json.loads(office.run("inspect", "--json", path, status=0).text)
    assert facts["encoding"] == "utf-8"
    assert facts["delimiter"] == ","
    assert facts["sheets"] is None
    assert facts["header_row"] == 3
    assert facts["feed"] == "ledger"
    assert 0.5 < facts["likeness"] <= 1
    columns = facts["columns"]
    assert [each["name"] for each in columns] == names
    assert [each["proposed"] for each in columns] == ["Supplier Name", "Payment Date", "Net Amount", "Supplier Email"]
    assert [each["kind"] for each in columns[:3]] == ["free text", "date", "money"]
    assert [each["people"] for each in columns] == [["name"], [], [], ["e-mail"]]
    assert any(each.startswith("nothing was taken for `Body`, ") for each in facts["check"])


def test_the_draft_is_a_block_of_the_settings_that_says_something_of_every_column(office: Product) -> None:
    names = list(PLANTED)
    path = export(office, names, *rows(names), name="AP Apr 2024.csv")
    office.run("inspect", path, "--write", office.folder / "ledger.toml", status=0)
    text = (office.folder / "ledger.toml").read_text(encoding="utf-8")
    block = tomllib.loads(text)["extracts"]["ledger"]
    assert block["files"] == ["expenditure/ledger/AP {mon} {year}.csv"]
    assert block["dates"] == ["DD/MM/YYYY"]
    assert block["columns"]["Supplier Name"] == "Supplier Name"
    assert block["columns"]["Net Amount"] == "Net Amount"
    assert block["keys"]["Line No"] == "row"
    mapped = {name for each in block["columns"].values() for name in ([each] if isinstance(each, str) else each)}
    assert mapped | set(block["withheld"]) == set(names)
    assert block["withheld"]["Officer Name"]["whom"] == "somebody"
    feed = next(feed for dataset in declared().values() for feed in dataset.feeds if feed.name == "ledger")
    told = {name for part in ("columns", "constants", "keys", "absent") for name in block[part]}
    assert set(feed.used) - set(feed.periods) <= told
    assert "# CHECK" in text


def test_the_drafted_dataset_withholds_every_column(office: Product) -> None:
    names = list(PLANTED)[5:]
    path = export(office, names, *rows(names))
    office.run("inspect", path, "--write", office.folder / "new.toml", status=0)
    made: dict[str, object] = {}
    exec(compile((office.folder / "new.py").read_text(encoding="utf-8"), "new.py", "exec"), made)  # noqa: S102 - ours
    dataset = made["EXPORT_DATASET"]
    feed = dataset.feeds[0]  # type: ignore[attr-defined]
    assert feed.declared == tuple(names)
    assert not feed.treatments
    assert "Officer Name" in feed.identifying
    schema = json.loads((office.folder / "new.json").read_text(encoding="utf-8"))
    assert schema["title"]
    assert {field["name"] for field in schema["fields"]} < {"_".join(name.lower().split()) for name in names}


def test_a_name_that_the_settings_add_is_known(office: Product) -> None:
    settings = office.folder / "pipeline.toml"
    path = export(office, ["Wer", "Payment Date", "Net Amount"], *rows(["Notes", "Payment Date", "Net Amount"]))
    assert json.loads(office.run("inspect", "--json", path, status=0).text)["columns"][0]["proposed"] is None
    settings.write_text(
        settings.read_text(encoding="utf-8") + '\n[synonyms]\n"Supplier Name" = ["Wer"]\n', encoding="utf-8"
    )
    facts = json.loads(office.run("inspect", "--json", path, status=0).text)
    assert facts["columns"][0]["proposed"] == "Supplier Name"


def in_force(office: Product, path: Path) -> None:
    """Put the draft of a file into the settings, as somebody does who has nothing against it."""
    office.run("inspect", path, "--write", office.folder / "ledger.toml", status=0)
    spend = '[spend]\nvalue_for_money = "not-recorded"\nvalue_for_money_note = "It is not recorded."\n'
    with (office.folder / "pipeline.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{spend}\n{(office.folder / 'ledger.toml').read_text(encoding='utf-8')}")


def test_a_draft_reads_its_file_to_the_penny(office: Product) -> None:
    """A sheet a month, dates and names of several kinds, a total, a name of a sheet with a blank at its end."""
    names = ["* Date", "TOTAL", "* SUPPLIER FINAL", "* Expenditure Category", "Handler"]
    path = office.folder / "AP  2024-25.xlsx"
    book = xlsxwriter.Workbook(path)
    wanted = {}
    for month, sheet_name in ((4, "Apr 24 "), (5, "May '24")):
        sheet = book.add_worksheet(sheet_name)
        sheet.write_row(0, 0, ["Payments over £500"])
        sheet.write_row(2, 0, names)
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        amounts = [Decimal(n * 1000 + n) / 100 * (-1 if n % 9 == 0 else 1) for n in range(1, 41)]
        for n, amount in enumerate(amounts, start=3):
            if n % 2:
                sheet.write_datetime(n, 0, dt.date(2024, month, n % 27 + 1), day)
            else:
                sheet.write_string(n, 0, f"{n % 27 + 1:02}.{month:02}.24")
            if n % 3:
                sheet.write_number(n, 1, float(amount))
            else:
                sheet.write_string(n, 1, f"({-amount:,.2f})" if amount < 0 else f"£{amount:,.2f}")
            sheet.write_row(n, 2, [f"Example Supplies {n} Ltd", f"Fees  {n % 5}", "Sarah Featherstonehaugh"])
        sheet.write_row(44, 0, ["Total", float(sum(amounts))])
        wanted[f"2024-{month:02}"] = {"read": 40, "bad": 0, "net_total": f"{sum(amounts):.2f}"}
    book.close()
    in_force(office, path)
    said = office.run("inspect", "--json", path, "--feed", "ledger", status=0).text
    assert PERSON not in said
    facts = json.loads(said)
    assert (facts["months"], facts["bad"], facts["stops"]) == (wanted, {}, None)


def test_what_would_be_quarantined_is_said_by_column_and_no_cell_of_it(office: Product) -> None:
    names = ["Supplier Name", "Payment Date", "Net Amount", "Service Area", "Expense Type", "Notes"]
    table = rows(names)
    table[3][1], table[4][2], table[5][1] = "31/02/2024 Featherstonehaugh", "some Featherstonehaugh", "Whitsun"
    path = export(office, names, *table, name="AP 2024-04.csv")
    in_force(office, path)
    facts = json.loads(office.run("inspect", "--json", path, "--feed", "ledger", status=0).text)
    assert facts["months"] == {"2024-04": {"read": 56, "bad": 3, "net_total": facts["months"]["2024-04"]["net_total"]}}
    assert facts["bad"] == {"bad-date": 2, "bad-money": 1}
    said = office.run("inspect", path, "--feed", "ledger", status=0).text
    assert "2  bad-date in `Payment Date`" in said
    assert "row 5: quarantined: bad-date in `Payment Date`" in said
    assert_no_cell(said, table)
    office.run("inspect", "--json", path, status=0)


def test_a_small_sum_is_not_told(office: Product) -> None:
    names = ["Supplier Name", "Payment Date", "Net Amount", "Service Area", "Expense Type"]
    path = export(office, names, *rows(names, 10), name="AP 2024-04.csv")
    in_force(office, path)
    facts = json.loads(office.run("inspect", "--json", path, "--feed", "ledger", status=0).text)
    assert facts["months"] == {"2024-04": {"read": 9, "bad": 0, "net_total": None}}


def test_what_would_stop_a_file_is_said(office: Product) -> None:
    names = ["Supplier Name", "Payment Date", "Net Amount", "Service Area", "Expense Type"]
    path = export(office, names, *rows(names), name="AP 2024-04.csv")
    in_force(office, path)
    export(office, [*names, "Officer Name"], *rows([*names, "Officer Name"]), name="AP 2024-04.csv")
    said = office.run("inspect", "--json", path, "--feed", "ledger", status=0).text
    assert json.loads(said)["stops"] == "unknown-column"
    said = office.run("inspect", path, "--feed", "ledger", status=0).text
    assert "STOPPED: unknown-column" in said
    assert PERSON not in said


def test_without_a_mapping_in_force_nothing_is_tried(office: Product) -> None:
    path = export(office, list(PLANTED), *rows(list(PLANTED)))
    facts = json.loads(office.run("inspect", "--json", path, "--feed", "ledger", status=0).text)
    assert (facts["months"], facts["bad"], facts["stops"]) == ({}, {}, None)
    assert facts["feed"] == "ledger"


def test_a_draft_replaces_no_file(office: Product) -> None:
    path = export(office, list(PLANTED), *rows(list(PLANTED)))
    draft = office.folder / "ledger.toml"
    draft.write_text("mine", encoding="utf-8")
    assert "stays as it is" in office.run("inspect", path, "--write", draft, status=2).text
    assert draft.read_text(encoding="utf-8") == "mine"


def test_an_extract_that_is_not_declared_is_named(office: Product) -> None:
    path = export(office, list(PLANTED), *rows(list(PLANTED)))
    assert "did you mean `ledger`?" in office.run("inspect", path, "--feed", "leger", status=2).text


def test_cells_are_shown_at_a_terminal_only(office: Product) -> None:
    path = export(office, list(PLANTED), *rows(list(PLANTED)))
    assert "not-a-terminal" in office.run("inspect", "--show", path, status=2).text
    with Terminal(office, "inspect", "--show", str(path)) as terminal:
        assert terminal.status() == 0
        assert "Sarah Featherstonehaugh1" in terminal.text


#: The feeds whose extracts are taken from a service: nobody has a table of them to look at.
OF_SERVICES = {feed.name for each in declared().values() for feed in each.feeds if feed.source.service}


def test_an_agreed_extract_is_itself(tmp_path: Path) -> None:
    """Whatever the declarations name, and a month without a row too."""
    product = Product.empty(tmp_path / "office")
    make_sample(product.data, list(declared().values()), rows=ROWS, codelists=CODELISTS)
    raw = product.data / "raw"
    seen = set()
    for path in sorted(path for path in raw.rglob("*") if path.suffix in {".csv", ".xlsx", ".sqlite"}):
        facts = json.loads(product.run("inspect", "--json", path, status=0).text)
        seen.add(facts["feed"])
        assert [each["proposed"] for each in facts["columns"]] == [each["name"] for each in facts["columns"]], path
        assert facts["likeness"] > 0.75
        assert "its columns have the agreed names" in " ".join(facts["check"])
    assert seen == {*feeds()} - OF_SERVICES


def test_the_draft_of_every_agreed_extract_reads_it(tmp_path: Path) -> None:
    product = Product.empty(tmp_path / "office")
    make_sample(product.data, list(declared().values()), rows=ROWS, codelists=CODELISTS)
    settings = product.settings.read_text(encoding="utf-8")
    tried = set()
    tables = ("2024-01.csv", "2024-01.xlsx", "*.sqlite")
    for path in sorted(path for name in tables for path in (product.data / "raw").rglob(name)):
        in_force(product, path)
        feed = json.loads(product.run("inspect", "--json", path, status=0).text)["feed"]
        facts = json.loads(product.run("inspect", "--json", path, "--feed", feed, status=0).text)
        assert facts["stops"] is None, path
        assert facts["months"]["2024-01"]["read"] > 10, path
        tried.add(feed)
        product.settings.write_text(settings, encoding="utf-8")
        (product.folder / "ledger.toml").unlink()
    registers = {each.feeds[0].name for each in declared().values() if each.period == SNAPSHOT}
    assert tried == {*feeds()} - registers - OF_SERVICES  # whose file is named after no month


def test_a_named_extract_is_drafted_whatever_the_file_resembles(office: Product) -> None:
    names = ["Notes", "Payment Date", "Phone"]
    path = export(office, names, *rows(names))
    assert json.loads(office.run("inspect", "--json", path, status=0).text)["feed"] is None
    office.run("inspect", path, "--feed", "ledger", "--write", office.folder / "ledger.toml", status=0)
    block = tomllib.loads((office.folder / "ledger.toml").read_text(encoding="utf-8"))["extracts"]["ledger"]
    assert block["columns"]["Payment Date"] == "Payment Date"
    assert block["withheld"]["Phone"] == {"why": "phone: not published", "whom": "somebody"}


def test_what_a_mapping_would_stumble_over_is_said(office: Product) -> None:
    names = ["Supplier Name", "Payment Date", "Net Amount", "Net Amount", "Service Area"]
    table = [[*row[:2], f"+{n}.00", "-", *row[4:]] for n, row in enumerate(rows(names))]
    path = export(office, ["RESTRICTED"], names, *table[:30], names, *table[30:])
    said = json.loads(office.run("inspect", "--json", path, status=0).text)["check"]
    assert "rows that are the header once more, of those that were looked at: 1" in said
    assert "a protective marking above OFFICIAL stands above the rows: the file would stop" in said
    assert "several columns have one name: `Net Amount`" in said
    assert "`Net Amount`: some amounts are written with `+`, which no mapping reads" in said


def test_every_export_of_a_mapped_force_is_tried_without_a_cell(tmp_path: Path) -> None:
    force = mapped_force(tmp_path / "force")
    meetings_as_sqlite(force)
    raw = force.folder / "data" / "raw"
    months = {f"2024-0{month}" for month in (1, 2, 3)}
    for name, feed, wanted in (
        ("engagement.sqlite", "events", months),
        ("ASB*.xlsx", "asb-incidents", months),
        ("Crimes 202402.csv", "recorded-crime", {"2024-02"}),
        ("AP Mar*.csv", "ledger", {"2024-03"}),
    ):
        path = next(raw.rglob(name))
        elsewhere = tmp_path / path.name
        shutil.copy(path, elsewhere)
        for each in (path, elsewhere):
            facts = json.loads(force.run("inspect", "--json", each, "--feed", feed, status=0).text)
            assert (set(facts["months"]), facts["bad"], facts["stops"]) == (wanted, {}, None)
            assert facts["feed"] == feed
            said = force.run("inspect", each, "--feed", feed, status=0).text
            assert [cell for cell in THEIR_PEOPLE.values() if cell in said] == []
