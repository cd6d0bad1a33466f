"""Crimes that are sensitive, counted by local authority: these marks are published nowhere else."""

from pipeline.columns.pseudonyms import FULL
from pipeline.datasets.crime.street_crime import RECORDED_CRIME
from pipeline.disclose import ByList, ByMark, CrossTable, Distinct
from pipeline.model.declaration import Answer, Dataset
from pipeline.model.periods import MONTH, Quarterly
from pipeline.protect.rules import RestrictedRecord
from pipeline.protect.treatments import Flag, LocalAuthority, MonthOf, OwnForce, Pseudonym, Withhold

_MARKS = ("is_domestic", "is_hate", "is_child", "is_sexual")
_COUNTED = "only counted, by local authority and quarter"

MARKED_CRIME = RECORDED_CRIME.again(
    title="Recorded crimes with a sensitive mark, by quarter of recording",
    period=Quarterly(dated_by="recorded_on", files=MONTH),
    columns={
        "crime_reference": Pseudonym("crime", scope="crime", after=("force_code",), length=FULL),
        "recorded_on": MonthOf((), why="only the quarter is published"),
        "force_code": OwnForce((), why="only the force's own crimes are counted"),
        "restricted": RestrictedRecord(reference="crime_reference", published="crime"),
        ("neighbourhood_code", "beat_code"): LocalAuthority("lad_code", why="the area that crimes are counted in"),
        "is_domestic": Flag("is_domestic", needed=True, why=_COUNTED),
        "is_hate": Flag("is_hate", needed=True, why=_COUNTED),
        "is_child": Flag("is_child", needed=True, why=_COUNTED),
        "is_sexual": Flag("is_sexual", needed=True, why=_COUNTED),
        ("easting", "northing", "location_confidence"): Withhold(what="Places", why="only local authorities are shown"),
        ("crime_type", "offence_code"): Withhold(what="Types of crime", why="with a mark they would point at victims"),
        "outcome_code": Withhold(what="Outcomes", why="with a mark they would point at victims"),
    },
)

SENSITIVE_CRIME_SUMMARY = Dataset(
    name="sensitive-crime-summary",
    family="crime",
    theme="crime-and-justice",
    tags=("crime", "domestic abuse", "hate crime", "police", "statistics"),
    feeds=(MARKED_CRIME,),
    counting=CrossTable(
        period="quarter",
        by=(ByList("lad_code", "neighbourhoods", total="ALL"), ByMark("profile", "crime-profile", _MARKS)),
        count_of=Distinct("crimes", of="crime"),
        suppressed="suppressed",
    ),
    answer=Answer("crimes", "recorded", by="profile", count="crimes", where={"lad_code": "ALL"}),
    granularity="local authority",
    statements=(
        "1 to 7 is not shown, other numbers are rounded to 5.",
        "A blank may also protect another figure.",
        "A crime can be in several profiles.",
    ),
)
