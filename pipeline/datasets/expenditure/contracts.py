"""The register of contracts: each contract, with one row for each of its suppliers."""

from pipeline.distribute.ocds import ContractingPackage
from pipeline.extract.delimited import Folder
from pipeline.model.declaration import Answer, Dataset, Feed
from pipeline.model.periods import Snapshots
from pipeline.protect.rules import InOrder, OneEntry, Party
from pipeline.protect.treatments import Body, Coded, CompanyNumber, Day, Flag, Keep, Text, Withhold
from pipeline.protect.treatments.numbers import ContractId, ContractOptions, Worth

_WORTH = ("total_value", "copy_required")
_TELLS = ("title", "description")
_DATES = ("Start Date", "End Date", "Extension End")
_SUPPLIER = ("Supplier Name", "Supplier Type", "Company No", "Is SME", "Is VCSE")
_CONTACT = Withhold("a contact", what="Whom to ask about a contract", why="staff are not named")

REGISTER = Feed(
    title="The register of contracts",
    source=Folder("expenditure/contracts.csv"),
    period=Snapshots(),
    columns={
        "Contract Ref": ContractId(("contract_reference", "ocid")),
        "Body": Body("body"),
        "Title": Keep("title", why="what the contract is about"),
        "Description": Text("description"),
        ("Supplier Name", "Supplier Type"): Party(
            ("supplier_name", "redaction"),
            tied=(*_TELLS, "company_number"),
            protected=("procedure",),
            whole=(*_TELLS, "procedure"),
            entry_of="Contract Ref",
        ),
        "Company No": CompanyNumber("company_number"),
        "Is SME": Flag("is_sme"),
        "Is VCSE": Flag("is_vcse"),
        "Procedure": Coded("procedure", "contract-procedure", dated_by="Start Date"),
        "Start Date": Day("start_date", why="from when it runs"),
        "End Date": Day("end_date", blank=True, planned=True, why="until when it runs"),
        "Extension End": Day("extension_end", blank=True, planned=True, why="until when it may run"),
        "Review Date": Day("review_date", blank=True, planned=True, why="when it is looked at again"),
        "Annual Value": Worth("annual_value", why="what it is worth a year"),
        "Total Value": Worth(_WORTH, over="10000.00", figure="without_value", why="what it is worth in all"),
        ("Contact Name", "Contact Email"): _CONTACT,
        "Status": Coded("status", "contract-status"),
    },
    rules=(InOrder(_DATES), OneEntry(entry=("contract_reference",), several=_SUPPLIER)),
)

CONTRACTS = Dataset(
    name="contracts",
    family="expenditure",
    theme="government-spending",
    answer=Answer(
        rows="lines of contracts",
        happened="recorded",
        by="status",
        further={"procedure": "Not recorded"},
        question="Which contracts are there, and with whom?",
    ),
    tags=("contracts", "procurement", "transparency", "police"),
    feeds=(REGISTER,),
    publisher="pcc",
    distributions=(ContractingPackage(settings=ContractOptions),),
    statements=(
        "The register holds every contract, whatever its value.",
        "Where a copy has to be published it is prepared by hand: ask for it.",
    ),
)
