"""Which column is which, told by what UK bodies call them: headers as published, cells made up."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from pipeline.datasets import declared
from pipeline.profiling.likeness import Synonyms
from pipeline.profiling.profile import profile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.profiling.profile import Profile

FEEDS = tuple(feed for dataset in declared().values() for feed in dataset.feeds)
AGREED = {
    "date": "Payment Date",
    "payee": "Supplier Name",
    "amount": "Net Amount",
    "department": "Cost Centre Name",
    "category": "Account Name",
    "text": "Narrative",
    "number": "Transaction No",
    "supplier": "Supplier No",
    "vat": "VAT Amount",
    "lost": "Irrecoverable VAT",
    "gross": "Gross Amount",
}
#: What a cell of each role looks like in row `{n}`; "" and `-` are columns that nothing is expected of.
CELLS = {
    "date": "{day:02}/04/2024",
    "payee": "{word} Example Supplies {n} Ltd",
    "amount": "{n},250.{day:02}",
    "department": "Estates {half}",
    "category": "Building repairs {half}",
    "text": "works at site {n} as ordered",
    "number": "50{n:05}",
    "supplier": "V{n:05}",
    "vat": "{n}.20",
    "lost": "0.{day:02}",
    "gross": "{n},500.{day:02}",
    "-": "OCC",
}
#: A header, and below it the role of each of its columns.
HEADERS = """
Department family,Entity,Date,Expense type,Expense area,Supplier,Transaction number,Amount,Description
  - - date category department payee number amount text
Reference No,Entity,Date of Payment,Expense Type,Expense Area,Supplier,Transaction number,Narrative,Amount in Sterling
  - - date category department payee number text amount
Transaction number,Expenses type,Amount exc VAT,Supplier name,Date paid,Service
  number category amount payee date department
Body Name,Payment Date,Transaction Number,Directorate,Expense Type,Supplier ID,Supplier Name,Net Amount,VAT
  - date number department category supplier payee amount vat
Paid Date,Service,Subjective Description,Payee,Value
  date department category payee amount
Organisation Name,Directorate,Beneficiary Name,Payment Date,Transaction Number,Amount,Purpose of Spend,Merchant Category
  - department payee date number amount text category
ORGANISATION_NAME,DIRECTORATE,EXPENDITURE_CATEGORY,PAYMENT_DATE,TRANSACTION_NUMBER,NET_AMOUNT,SUPPLIER_NAME
  - department category date number amount payee
Payee Name,Payment Amount (£),Payment Date,Cost Centre Description,Account Code Description
  payee amount date department category
Transaction Date,Merchant Name,Merchant Category,Amount,Directorate,Purpose
  date payee category amount department text
Date,Payee,Description,Net,VAT,Gross
  date payee text amount vat gross
Vendor Name,Invoice Amount,Pay Date,Cost Center Name,GL Account Description
  payee amount date department category
Date of Payment:,Beneficiary:,Summary of Purpose:,Amount £:,Irrecoverable VAT:,Merchant Category:
  date payee text amount lost category
PaymentDate,SupplierName,ServiceArea,AmountPaid,ExpenseType
  date payee department amount category
Creditor Name,Amount Excl VAT (£),Posting Date,Service Area,Narrative
  payee amount date department text
Supplier,Clearing Date,Document No.,Total £,Cost Centre,Cost Element Name
  payee date number amount department category
Date Paid,Vendor,Vendor No,Directorate Name,Expenditure Type,Transaction Value
  date payee supplier department category amount
Trans. Date,Creditor,Dept,Subjective,Net Amt
  date payee department category amount
Paid To,Payment  Date,Department / Directorate,Invoice Net Amount,Purpose of Expenditure
  payee date department amount text
Supplier Name (redacted),2023-24 Amount,Date of Transaction,Budget Centre,Nominal Description
  payee amount date department category
GL Date,Supplier,Cost Centre Desc,Account Desc,Line Amount,Line Description
  date payee department category amount text
Effective Date,Recipient,Business Unit Description,Purpose,Amount (excluding recoverable VAT)
  date payee department text amount
company,posted date,spend,division,category
  payee date amount department category
Department,Entity,Date of Payment,Expense Type,Expense Area,Supplier,Transaction Number,Amount (£),VAT No
  - - date category department payee number amount -
Dept Family,Entity,Payment Date,Expense Type,Expense Area,Supplier Name,Transaction No,£
  - - date category department payee number amount
Body Name,Supplier Name,Payment Date,Invoice Net,Cost Centre,Subjective
  - payee date amount department category
Payment Date,Vendor Name,Nominal Desc,CC Desc,Net Amount
  date payee category department amount
Clrng doc.,Clearing date,Vendor name,G/L Acct Desc,Amount in LC,Cost Ctr
  - date payee category amount department
Date,Ref,Payee Name,Amount Paid,Transaction Detail
  date number payee amount text
Supplier,Description,Pay Date,Amount
  payee text date amount
Department Family,Entity,Date,Expense Type,Expense Area,Supplier,Transaction Number,AP Amount (£)
  - - date category department payee number amount
Creditor's Name,Date Invoice Paid,Amount (Net),Cost Centre / Department,Expenditure Head
  payee date amount department category
Supplier / Payee Name,Invoice Payment Date,Total Amount Ex VAT,Responsible Directorate,Type of Spend
  payee date amount department category
Beneficiary,Invoice Date,Paid,Sum Paid,Service Area Description
  payee - date amount department
MERCHANT,TRANS DATE,POST DATE,BILLING AMOUNT,MCC DESCRIPTION,DEPT
  payee date - amount category department
Contractor/Supplier,Payment date (dd/mm/yyyy),Value of payment £,Purpose of payment
  payee date amount text
Supplier_Name,Payment_Date,Net_Amount_GBP,Dept_Name,Expense_Category_Description
  payee date amount department category
Pay. Date,Payee/Beneficiary,Amount (excl. VAT) £,Dir/Service,Account Code Desc
  date payee amount department category
Voucher,Date,Supplier Name,Nett £,VAT £,Total £,Budget Code Description
  number date payee amount vat gross category
Invoice Date,Supplier,Gross Amount,Service
  date payee amount department
Beneficiary,Date Cleared,Value (£),Unit,Spend Category
  payee date amount department category
"""
WORDS = ("Amber", "Birch", "Cedar", "Delta")


def look(tmp_path: Path, rows: Sequence[Sequence[str]]) -> Profile:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path = tmp_path / "export.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return profile(path, FEEDS, Synonyms())


def cell(role: str, n: int) -> str:
    return CELLS[role].format(n=n, day=n % 28 + 1, half=n % 5, word=WORDS[n % 4])


LINES = HEADERS.strip().splitlines()


@pytest.mark.parametrize(("header", "roles"), [*zip(LINES[::2], LINES[1::2], strict=True)])
def test_a_header_as_somebody_publishes_it_is_understood(tmp_path: Path, header: str, roles: str) -> None:
    names, kinds = header.split(","), roles.split()
    found = look(tmp_path, [names, *([cell(kind, n) for kind in kinds] for n in range(1, 61))])
    assert found.best is not None
    assert found.best.feed.name == "ledger"
    proposed = {column.name: found.best.matches.get(column.place) for column in found.main.columns}
    told = {name: match.agreed if match else None for name, match in proposed.items()}
    wanted = {" ".join(name.split()): AGREED[kind] for name, kind in zip(names, kinds, strict=True) if kind != "-"}
    assert {name: told[name] for name in wanted} == wanted
