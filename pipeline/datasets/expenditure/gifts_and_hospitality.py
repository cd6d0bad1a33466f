"""Gifts and hospitality that were offered to officers, staff and office holders, accepted or refused."""

from pipeline.extract.workbook import Workbook
from pipeline.model.declaration import Answer, Dataset, Feed
from pipeline.model.periods import Snapshots
from pipeline.protect.rules import OneEntry, Party
from pipeline.protect.treatments import Body, Coded, Day, EntryNumber, Keep, Money, PostHolder, Text
from pipeline.protect.treatments.require import Withhold

REGISTER = Feed(
    title="The register of gifts and hospitality",
    source=Workbook("expenditure/gifts-and-hospitality.xlsx", sheet="Register"),
    period=Snapshots(),
    columns={
        "Entry No": EntryNumber("entry_number", why="names the entry"),
        "Body": Body("body"),
        "Date Offered": Day("date_offered", past=True, why="when it was offered"),
        "Recipient Name": PostHolder("recipient_name", post="Recipient Post", body="Body"),
        "Recipient Post": Keep("recipient_post", why="to which post it was offered"),
        "Offered By": Party(("offered_by", "redaction"), blank=True),
        "Description": Text("description"),
        "Estimated Value": Money("estimated_value", blank=True, why="what it is worth"),
        "Decision": Coded("decision", "gift-decision"),
        "Reason": Text("reason"),
        "Approver": Withhold("a member of staff", what="Who approved the decision", why="staff are not named"),
    },
    rules=(OneEntry(entry=("body", "entry_number")),),
)

GIFTS_AND_HOSPITALITY = Dataset(
    name="gifts-and-hospitality",
    family="expenditure",
    theme="government-spending",
    answer=Answer(
        rows="offers",
        happened="recorded",
        by="decision",
        question="Which gifts were offered, and were they accepted?",
    ),
    tags=("gifts", "hospitality", "transparency", "police"),
    feeds=(REGISTER,),
    publisher="pcc",
    statements=(
        "Every offer is here, accepted or refused.",
        "Private persons who gave something are not named.",
    ),
)
