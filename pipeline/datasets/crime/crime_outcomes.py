"""Outcomes of crimes, in the shape of the national files."""

from pipeline.columns.pseudonyms import FULL
from pipeline.extract.delimited import Folder
from pipeline.model.declaration import Answer, Dataset, Feed, Share
from pipeline.model.periods import Monthly
from pipeline.protect.rules import RestrictedRecord, SameRecord
from pipeline.protect.treatments import Coded, ForceName, MapPoint, MonthOf, Pseudonym, Withhold

_CRIME_ID = Pseudonym("Crime ID", scope="crime", of_force=True, length=FULL)

OUTCOMES = Feed(
    title="Outcomes of crimes, by month of outcome",
    source=Folder("crime/outcomes/{period}.csv"),
    period=Monthly(dated_by="outcome_on"),
    columns={
        "crime_reference": _CRIME_ID,
        "outcome_on": MonthOf("Month"),
        ("easting", "northing", "location_confidence"): MapPoint(
            record=_CRIME_ID.bind("crime_reference"), nowhere="No location", figure="without_place"
        ),
        "outcome_code": Coded("Outcome type", "outcome-code", label="outcome_type"),
        "restricted": RestrictedRecord(reference="crime_reference", published="Crime ID"),
        ("suspect_surname", "suspect_forenames", "suspect_dob"): Withhold("a suspect"),
        ("disposal_text", "court_name"): Withhold("anybody", what="Disposals and courts", why="text about people"),
        "officer_collar": Withhold("an officer"),
    },
    constants={("Reported by", "Falls within"): ForceName()},
    rules=(SameRecord(key="Crime ID", what="Second copies of an outcome", why="it was extracted twice"),),
)

CRIME_OUTCOMES = Dataset(
    name="crime-outcomes",
    family="crime",
    theme="crime-and-justice",
    tags=("crime", "outcomes", "police", "street level"),
    feeds=(OUTCOMES,),
    categories=("Outcome type",),
    shares=(Share("without a place", feed="outcomes", figure="without_place"),),
    answer=Answer(rows="outcomes", happened="recorded", by="Outcome type", question="What came of recorded crimes?"),
    granularity="point",
    statements=(
        "An outcome is published in the month in which it was recorded; its crime may be older.",
        "A crime can have several outcomes, and two people can have the same one.",
        "Outcomes of restricted crimes are left out with their crimes.",
    ),
)
