"""Spending over the threshold, by the commissioner and the chief officer, line by line."""

from pipeline.extract.workbook import Workbook
from pipeline.model import Dataset, Feed
from pipeline.protect.fates import MustBe, Period, Withhold
from pipeline.protect.ledger import ExcludedAccounts, OverThreshold, WholeTransactions
from pipeline.protect.payees import Payee, Redaction
from pipeline.protect.treatments import Alias, Always, Body, Day, Keep, Money, Pseudonym, Recode

_TRANSACTION = {"body": "Body", "number": "Transaction No"}

LEDGER = Feed(
    name="ledger",
    title="Payments from the ledger, by accounting period",
    source=Workbook("expenditure/ledger/{month}.xlsx", sheet="Payments", title_rows=3, allowed=("external-link",)),
    treatments=(
        Body(column="Body", into=("body",), why="two bodies may share one ledger"),
        Period(column="Period", why="a line belongs to its file's month"),
        Day(column="Payment Date", into=("payment_date",), why="when the payment was made"),
        Pseudonym(column="Transaction No", into=("transaction_id",), scope="transaction", after=("Body",), why="invoice fraud uses real numbers"),
        Pseudonym(column="Supplier No", into=("supplier_id",), scope="supplier", why="invoice fraud uses real numbers"),
        Keep(column="Supplier Name", into=("supplier_name",), why="the public may know who is paid"),
        Keep(column="Company No", into=("company_number",), blank=True, why="the public register of companies"),
        Keep(column="Cost Centre Name", into=("department",), why="which part of the body spent it"),
        Keep(column="Account Name", into=("category", "purpose"), why="what it was spent on; it stands for the narrative, which is free text"),
        Money(column="Net Amount", into=("net_amount",), why="the amount, without recoverable VAT"),
        Money(column="Irrecoverable VAT", into=("irrecoverable_vat",), blank=True, why="the VAT that the body bears"),
        Alias(column="Value For Money", into=("value_for_money",), aliases="procurement-route-alias", codelist="procurement-route", otherwise="recorded", code="blank-value-for-money", why="the law asks why value for money was expected"),
        Keep(column="Contract Ref", into=("contract_reference",), blank=True, why="leads to the register of contracts"),
        Recode(column="Payment Method", into=("is_card",), codelist="payment-method", label="is_card", words=(("Y", "true"), ("N", "false")), why="card payments are marked"),
        MustBe(column="Currency", value="GBP", code="other-currency", why="amounts are in sterling"),
        Always(into=("redaction",), why="filled where a payee is redacted"),
    ),
    rules=(
        WholeTransactions(**_TRANSACTION, line="Line No", why="a transaction is published whole or not at all"),
        ExcludedAccounts(column="Account Code", still_checked=("Body", "Period", "Transaction No", "Line No", "Payment Date", "Net Amount", "Currency"), why="pay, pensions, taxes, debt and settlements are not spending on suppliers"),
        Payee(column="Supplier Type", supplier="Supplier No", **_TRANSACTION, redaction=Redaction(), why="people are not named; whom nobody has classified waits"),
        OverThreshold(net="Net Amount", **_TRANSACTION, why="the law asks for items over the threshold"),
    ),
    withheld=(
        Withhold(columns=("Supplier Address", "Supplier Email", "Sort Code", "Account No", "VAT Reg No"), whom="a supplier", why="never published, on the advice of the regulator"),
        Withhold(columns=("Invoice No", "PO No"), whom="an invoice", why="invoice fraud uses real numbers"),
        Withhold(columns=("Card Holder",), whom="a member of staff", why="staff are not named"),
        Withhold(columns=("Narrative",), why="free text; the name of its account is published instead"),
        Withhold(columns=("Invoice Date",), why="the payment's own date is published"),
        Withhold(columns=("Cost Centre",), why="an internal code; its name is published"),
        Withhold(columns=("VAT Amount", "Gross Amount"), why="recoverable VAT is not spending"),
    ),
)  # fmt: skip

SPEND_OVER_500 = Dataset(
    name="spend-over-500",
    title="Spending over £500",
    family="expenditure",
    description="Payments to suppliers by the police and crime commissioner and the chief officer, one row a ledger line, with the reason why value for money was expected. People are redacted.",
    theme="government-spending",
    tags=("spending", "transparency", "police", "suppliers"),
    feeds=(LEDGER,),
    order=("body", "payment_date", "transaction_id", "supplier_name", "supplier_id", "company_number", "department", "category", "purpose", "net_amount", "irrecoverable_vat", "value_for_money", "contract_reference", "is_card", "redaction"),
    references={"transaction": "transaction_id", "supplier": "supplier_id"},
    reference_files=("supplier-types",),
    settings=("force", "spend"),
    statements=("A transaction is published when the {basis} total of its lines is {operator_words} £{threshold}, credits included.", "Amounts are in pounds sterling, net of VAT that can be recovered."),
)  # fmt: skip
