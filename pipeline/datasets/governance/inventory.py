"""The inventory: every dataset, and every other information asset that the register names."""

from pipeline.extract.catalogue_records import ListOfDatasets
from pipeline.extract.delimited import Folder
from pipeline.model.declaration import Answer, Dataset, Feed
from pipeline.model.periods import Snapshots
from pipeline.protect.rules import FilledWhen, KeptQuiet, NamesDataset, OneEntry
from pipeline.protect.treatments import (
    Coded,
    Codes,
    Flag,
    Keep,
    Link,
    Money,
    PlannedMonth,
    PublisherName,
    Text,
    Withhold,
)

_ENTRY = ("title", "publisher")
_OF_REGISTER = ("planned_for", "charge", "reasons", "web_address")
_OF_DATASETS = ("dataset", "licence", "frequency", "first_period", "last_period")

REGISTER = Feed(
    title="The register of information assets",
    source=Folder("governance/information-assets.csv"),
    period=Snapshots(),
    can_be_absent=True,
    columns={
        "Asset Ref": Withhold("an asset", what="References of assets", why="they are the register's own"),
        "Title": Keep("title", why="what the asset is called"),
        "Description": Text("description"),
        "Publisher": PublisherName("publisher"),
        "Kind": Coded("kind", "inventory-kind"),
        "Status": Coded("status", "inventory-status", apart_from=("Published",)),
        "Dataset": NamesDataset(entry=_ENTRY),
        "Planned For": PlannedMonth("planned_for", why="when it is planned to come out"),
        "Charge": Money("charge", blank=True, why="what a copy of it costs"),
        "Reasons": Codes("reasons", "withheld-reason"),
        "Web Address": Link("web_address"),
        "Holds Personal Data": Flag("holds_personal_data", needed=True),
        "Marking": KeptQuiet(coded="Marking", reference="Title"),
        "Owner Name": Withhold("the owner of an asset"),
        "Location": Withhold("an asset's keeper", what="Where assets are kept", why="it would lead to them"),
        "Owner Post": Withhold(what="Posts of owners", why="who publishes an asset answers for it"),
    },
    constants={_OF_DATASETS: None},
    rules=(
        FilledWhen("Planned For", of="Status", code="planned"),
        FilledWhen("Charge", of="Status", code="charged"),
        FilledWhen("Reasons", of="Status", code="withheld"),
        FilledWhen("Web Address", of="Status", code="elsewhere"),
        OneEntry(entry=_ENTRY),
    ),
)

DATASETS = Feed(
    name="datasets",
    title="The datasets, made of their declarations and releases",
    source=ListOfDatasets(),
    period=Snapshots(),
    columns={
        "title": Keep("title", why="what the dataset is called"),
        "publisher": Keep("publisher", why="who publishes it"),
        "kind": Coded("kind", "inventory-kind", key="label"),
        "status": Coded("status", "inventory-status", key="label"),
        "dataset": Keep("dataset", code=True, why="its name here"),
        "description": Keep("description", why="what it holds"),
        "licence": Keep("licence", why="its terms of use"),
        "frequency": Keep("frequency", why="how often it comes"),
        "first_period": Keep("first_period", blank=True, why="its first period"),
        "last_period": Keep("last_period", blank=True, why="its last period"),
    },
    constants={_OF_REGISTER: None, "holds_personal_data": "false"},
    rules=(OneEntry(entry=_ENTRY),),
)

INVENTORY = Dataset(
    name="inventory",
    family="governance",
    theme="crime-and-justice",
    answer=Answer(rows="datasets and other assets", happened="listed", by="status"),
    tags=("inventory", "information assets", "transparency", "police"),
    feeds=(REGISTER, DATASETS),
    statements=("Assets whose existence must be kept quiet are left out.",),
)
