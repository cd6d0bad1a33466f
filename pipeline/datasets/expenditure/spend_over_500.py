"""Spending over the threshold, by the commissioner and the chief officer, line by line."""

from pipeline.disclose import LedgerParts
from pipeline.extract.workbook import Workbook
from pipeline.model.declaration import Answer, Dataset, Feed, Share
from pipeline.protect.rules import ExcludedAccounts, OverThreshold, Payee, WholeTransactions
from pipeline.protect.treatments import Constant, Day, Keep, Money, Period, Pseudonym, Require, Withhold
from pipeline.protect.treatments.codes import Body, Coded, ValueForMoney
from pipeline.protect.treatments.listed import CompanyNumber, ContractReference

_LEDGER = "expenditure/ledger/{period}.xlsx"
_PAYMENT = ("Body", "Transaction No")
_FRONT = "paid in payments over £500"
_FURTHER = dict.fromkeys(("department", "category", "value_for_money"), "Not shown")
_FRAUD = "invoice fraud uses real numbers"
_STILL_CHECKED = ("Body", "Period", "Transaction No", "Line No", "Payment Date", "Net Amount", "Currency")
_OVER = (
    "A transaction is published when the {basis} total of its lines is {operator_words} £{threshold}, credits included."
)
_BANK = Withhold(
    "a supplier",
    what="Addresses, bank details and VAT numbers of suppliers",
    why="never published, on the advice of the regulator",
)

LEDGER = Feed(
    title="Payments from the ledger, by accounting period",
    source=Workbook(_LEDGER, sheet="Payments", title_rows=3, allowed=("external-link",), digits=(("Company No", 8),)),
    columns={
        "Body": Body("body"),
        "Period": Period(),
        "Payment Date": Day("payment_date", payment=True, why="when the payment was made"),
        "Transaction No": Pseudonym("transaction_id", scope="transaction", after=("Body",), why=_FRAUD),
        "Supplier No": Pseudonym("supplier_id", scope="supplier", why=_FRAUD),
        "Supplier Name": Keep("supplier_name", why="the public may know who is paid"),
        "Company No": CompanyNumber("company_number"),
        "Cost Centre Name": Keep("department", why="which part of the body spent it"),
        "Account Name": Keep(("category", "purpose"), why="what it was spent on, in place of the narrative"),
        "Net Amount": Money("net_amount", why="the amount, without recoverable VAT"),
        "Irrecoverable VAT": Money("irrecoverable_vat", blank=True, why="the VAT that the body bears"),
        "Value For Money": ValueForMoney("value_for_money"),
        "Contract Ref": ContractReference("contract_reference"),
        "Payment Method": Coded("is_card", "payment-method", label="is_card", flag=True, why="cards are marked"),
        "Currency": Require(value="GBP", code="other-currency", why="amounts are in sterling"),
        "Line No": WholeTransactions(transaction=_PAYMENT),
        "Account Code": ExcludedAccounts(still_checked=_STILL_CHECKED),
        "Supplier Type": Payee(transaction=_PAYMENT, supplier="Supplier No", name="Supplier Name", net="Net Amount"),
        ("Supplier Address", "Supplier Email", "Sort Code", "Account No", "VAT Reg No"): _BANK,
        ("Invoice No", "PO No"): Withhold("an invoice", what="Invoice and purchase order numbers", why=_FRAUD),
        "Card Holder": Withhold("a member of staff", what="Holders of purchasing cards", why="staff are not named"),
        "Narrative": Withhold(what="The narrative", why="free text; the name of its account is published instead"),
        "Invoice Date": Withhold(what="Dates of invoices", why="the payment's own date is published"),
        "Cost Centre": Withhold(what="Codes of cost centres", why="an internal code; its name is published"),
        ("VAT Amount", "Gross Amount"): Withhold(what="VAT that is reclaimed", why="recoverable VAT is not spending"),
    },
    constants={"redaction": Constant(why="filled where a payee is redacted")},
    rules=(OverThreshold(transaction=_PAYMENT, net="Net Amount"),),
)

SPEND_OVER_500 = Dataset(
    name="spend-over-500",
    family="expenditure",
    theme="government-spending",
    tags=("spending", "transparency", "police", "suppliers"),
    feeds=(LEDGER,),
    totals=LedgerParts(transaction=_PAYMENT, net="Net Amount", currency="Currency"),
    categories=("body",),
    answer=Answer("lines of payments", "paid", by="department", amount="net_amount", further=_FURTHER, front=_FRONT),
    shares=(
        Share("whose route is only recorded in the ledger", "ledger", "value_for_money", "Recorded in the ledger"),
    ),
    statements=(
        _OVER,
        "Amounts are in pounds sterling, net of VAT that can be recovered.",
        "Individuals and members of staff are not named. Sole traders are named, as businesses.",
        "{value_for_money_note}",
    ),
)
