"""Spending over the threshold, by the commissioner and the chief officer, line by line."""

from pipeline.extract.workbook import Workbook
from pipeline.model.declaration import Dataset, Feed, Share
from pipeline.protect.rules import ExcludedAccounts, OverThreshold, Payee, Redaction, WholeTransactions
from pipeline.protect.treatments import (
    Alias,
    Body,
    Coded,
    CompanyNumber,
    Constant,
    ContractReference,
    Day,
    Keep,
    Money,
    Pseudonym,
)
from pipeline.protect.treatments.require import Period, Require
from pipeline.protect.treatments.withhold import Withhold

_TRANSACTION = {"body": "Body", "number": "Transaction No"}
_FRAUD = "invoice fraud uses real numbers"

LEDGER = Feed(
    name="ledger", title="Payments from the ledger, by accounting period",
    source=Workbook("expenditure/ledger/{month}.xlsx", sheet="Payments", title_rows=3, allowed=("external-link",),
                    digits=(("Company No", 8),)),
    treatments=(
        Body("Body", "body", "two bodies may share one ledger"),
        Period("Period", why="a line belongs to its file's month"),
        Day("Payment Date", "payment_date", "when the payment was made", payment=True),
        Pseudonym("Transaction No", "transaction_id", _FRAUD, scope="transaction", after=("Body",)),
        Pseudonym("Supplier No", "supplier_id", _FRAUD, scope="supplier"),
        Keep("Supplier Name", "supplier_name", "the public may know who is paid"),
        CompanyNumber("Company No", "company_number", "the public register of companies"),
        Keep("Cost Centre Name", "department", "which part of the body spent it"),
        Keep("Account Name", ("category", "purpose"), "what it was spent on; it stands for the narrative, free text"),
        Money("Net Amount", "net_amount", "the amount, without recoverable VAT"),
        Money("Irrecoverable VAT", "irrecoverable_vat", "the VAT that the body bears", blank=True),
        Alias("Value For Money", "value_for_money", "the law asks why value for money was expected",
              aliases="procurement-route-alias", codelist="procurement-route", otherwise="recorded",
              blank="not-recorded", code="blank-value-for-money"),
        ContractReference("Contract Ref", "contract_reference", "leads to the register of contracts"),
        Coded("Payment Method", "is_card", "card payments are marked", codelist="payment-method", label="is_card",
               words=(("Y", "true"), ("N", "false"))),
        Require("Currency", value="GBP", code="other-currency", why="amounts are in sterling"),
        Constant("redaction", "filled where a payee is redacted"),
    ),
    rules=(
        WholeTransactions("Transactions with a bad line", "a transaction is published whole or not at all",
                          **_TRANSACTION, line="Line No"),
        ExcludedAccounts("Pay, pensions, taxes, debt and settlements", "they are not spending on suppliers",
                         column="Account Code", still_checked=("Body", "Period", "Transaction No", "Line No",
                                                               "Payment Date", "Net Amount", "Currency")),
        Payee("Who is paid, where that is an individual, staff or protected",
              "individuals and staff are not named; a payee whom nobody has classified waits",
              column="Supplier Type", supplier="Supplier No", name="Supplier Name", net="Net Amount",
              redaction=Redaction(), **_TRANSACTION),
        OverThreshold("Transactions below the threshold", "the law asks for items over the threshold",
                      net="Net Amount", **_TRANSACTION),
    ),
    withheld=(
        Withhold(("Supplier Address", "Supplier Email", "Sort Code", "Account No", "VAT Reg No"),
                 "Addresses, bank details and VAT numbers of suppliers",
                 "never published, on the advice of the regulator", whom="a supplier"),
        Withhold(("Invoice No", "PO No"), "Invoice and purchase order numbers", _FRAUD, whom="an invoice"),
        Withhold(("Card Holder",), "Holders of purchasing cards", "staff are not named", whom="a member of staff"),
        Withhold(("Narrative",), "The narrative", "free text; the name of its account is published instead"),
        Withhold(("Invoice Date",), "Dates of invoices", "the payment's own date is published"),
        Withhold(("Cost Centre",), "Codes of cost centres", "an internal code; its name is published"),
        Withhold(("VAT Amount", "Gross Amount"), "VAT that is reclaimed", "recoverable VAT is not spending"),
    ),
)  # fmt: skip

SPEND_OVER_500 = Dataset(
    name="spend-over-500", family="expenditure", theme="government-spending",
    tags=("spending", "transparency", "police", "suppliers"),
    feeds=(LEDGER,), categories=("body",),
    shares=(Share(title="whose route is only recorded in the ledger", feed="ledger", column="value_for_money",
                  value="Recorded in the ledger"),),
    references={"transaction": "transaction_id", "supplier": "supplier_id"}, reference_files=("supplier-types",),
    settings=("force", "spend"),
    statements=(("A transaction is published when the {basis} total of its lines is {operator_words} £{threshold}, "
                 "credits included."), "Amounts are in pounds sterling, net of VAT that can be recovered.",
                "Individuals and members of staff are not named. Sole traders are named, as businesses.",
                "{value_for_money_note}"),
)  # fmt: skip
