"""Where each penny of the ledger went: what spend-over-500 shows line by line, and what is shown as totals only."""

from pipeline.derive import LedgerByPart
from pipeline.model.declaration import Answer, Dataset
from pipeline.model.derivation import Derivation, Input
from pipeline.model.periods import MONTH

EXCLUDED_SPEND_TOTALS = Dataset(
    name="excluded-spend-totals",
    family="expenditure",
    theme="government-spending",
    tags=("spending", "transparency", "police", "reconciliation"),
    publisher="pcc",
    derivation=Derivation(
        period=MONTH,
        inputs=(Input(dataset="spend-over-500", columns=("redaction", "net_amount"), totals=True),),
        recipe=LedgerByPart(),
    ),
    answer=Answer(
        rows="rows of the table", happened="paid", by="category", amount="net_amount", apart={"All lines": ""}
    ),
    statements=(
        "The parts add up to the ledger to the penny.",
        "Pay, pensions, taxes, debt and payments to individuals are shown as totals.",
        "A few payments to individuals are shown within pay.",
        "Lines that could not be read are counted, and their amounts where there is one.",
    ),
)
