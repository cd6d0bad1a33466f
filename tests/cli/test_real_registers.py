"""Registers that public bodies really published are read by a mapping; nobody is named whom nobody has looked at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.lib.dataset_folders import force
from tests.lib.product import read_csv, write_csv
from tests.lib.published_files import published_folder

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product

GIFTS = """
[extracts.gifts-and-hospitality]
files = "exports/gifts.csv"

[extracts.gifts-and-hospitality.columns]
"Entry No" = "ID"
"Date Offered" = "ReceivedDate"
"Recipient Name" = "Member"
"Offered By" = "DonorName"
"Description" = "PaymentDescription"
"Estimated Value" = "Value"

[extracts.gifts-and-hospitality.constants]
"Body" = "OPCC"
"Recipient Post" = "Member"
"Decision" = "Accepted"

[extracts.gifts-and-hospitality.absent]
"Reason" = "the register does not ask why"

[extracts.gifts-and-hospitality.withheld]
"""
CONTRACTS = """
[extracts.contracts]
files = "exports/contracts.csv"

[extracts.contracts.columns]
"Contract Ref" = "id"
"Title" = "title"
"Description" = "description"
"Supplier Name" = "awarded_supplier"
"Is SME" = "awarded_to_sme"
"Start Date" = "awarded_date"
"Total Value" = "awarded_value"
"Status" = "status"

[extracts.contracts.constants]
"Body" = "OPCC"
"Procedure" = "open"

[extracts.contracts.codes."Is SME"]
True = "Y"
False = "N"

[extracts.contracts.codes."Status"]
awarded = "live"

[extracts.contracts.absent]
"Supplier Type" = "the register does not know what a supplier is"
"Company No" = "not recorded"
"Is VCSE" = "not recorded"
"End Date" = "not recorded"
"Extension End" = "not recorded"
"Review Date" = "not recorded"
"Annual Value" = "not recorded"

[extracts.contracts.withheld]
"""


def exported(product: Product, name: str, rows: list[dict[str, str]], settings: str, *read: str) -> None:
    """Put an export where the force has it, and its mapping in the settings; what is not read is withheld."""
    path = product.raw / "exports" / name
    path.parent.mkdir(parents=True)
    write_csv(path, rows)
    others = [column for column in rows[0] if column not in read]
    withheld = "".join(f'"{column}" = "not asked for by law"\n' for column in others)
    product.settings.write_text(product.settings.read_text("utf-8") + settings + withheld, "utf-8")


def listed(product: Product, *lines: str) -> None:
    path = product.reference / "named-parties.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in ("name,type,shown", *lines)), "utf-8")


@pytest.fixture
def product(tmp_path: Path) -> Product:
    """Give a force with an empty list of names."""
    made = force(tmp_path / "force")
    listed(made)
    return made


def test_a_real_register_of_gifts(product: Product) -> None:
    rows = read_csv(published_folder("registers/gifts-and-hospitality") / "240804-PublishedInterest-Category_3.csv")
    read = ("ID", "ReceivedDate", "Member", "DonorName", "PaymentDescription", "Value")
    exported(product, "gifts.csv", rows, GIFTS, *read)
    product.run("--as-of", "2024-08-10", "publish", "--quiet", "gifts-and-hospitality", status=0)
    public = product.csv("gifts-and-hospitality", "2024-08")
    assert len(public) > 0.95 * len(rows)
    assert {(row["offered_by"], row["recipient_name"], row["description"]) for row in public} == {("", "", "")}
    donors = {row["DonorName"] for row in rows} - {"Premier League", "The Premier League"}
    listed(product, "premier league,ORG,The Premier League")
    product.run("--as-of", "2024-08-11", "publish", "--quiet", "gifts-and-hospitality", status=0)
    named = [row["offered_by"] for row in product.csv("gifts-and-hospitality", "2024-08") if row["offered_by"]]
    assert set(named) == {"The Premier League"}
    assert len(named) > 1
    text = "".join(path.read_text("utf-8") for path in (product.published / "gifts-and-hospitality").glob("*.csv"))
    assert not [name for name in donors if len(name) > 12 and name in text]


def test_a_real_register_of_contracts(product: Product) -> None:
    path = published_folder("registers/contracts") / "blackburn-procurement.json"
    notices = json.loads(path.read_bytes())["contracts"]
    rows = [{name: str(cell or "") for name, cell in each.items()} for each in notices if each["awarded_date"]]
    rows = [{**row, "awarded_to_sme": row["awarded_to_sme"] or "False"} for row in rows if row["awarded_supplier"]]
    read = (
        "id",
        "title",
        "description",
        "awarded_supplier",
        "awarded_to_sme",
        "awarded_date",
        "awarded_value",
        "status",
    )
    exported(product, "contracts.csv", rows, CONTRACTS, *read)
    listed(product, "Bucher Municipal Ltd,ORG,", "Barnfield Construction,PROT,")
    product.run("--as-of", "2026-03-31", "publish", "--quiet", "contracts", status=0)
    public = product.csv("contracts", "2026-03")
    assert len(public) > 0.9 * len(rows)
    assert {row["supplier_name"] for row in public} == {"", "Bucher Municipal Ltd", "REDACTED OTHER"}
    assert {row["title"] != "" for row in public if row["supplier_name"] == "Bucher Municipal Ltd"} == {True}
    assert not [row for row in public if row["title"] and row["supplier_name"] != "Bucher Municipal Ltd"]
