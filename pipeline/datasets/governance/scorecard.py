"""How each published dataset does against the five complaints about open data."""

from pipeline.extract.catalogue_records import Scores
from pipeline.model.declaration import Answer, Dataset, Feed
from pipeline.model.periods import Whole
from pipeline.protect.treatments import Keep, Number

_COMPLAINT = "the answer to one of the complaints"

SCORES = Feed(
    name="scores",
    title="The scores of datasets, made of their schemas and releases",
    source=Scores(),
    period=Whole(),
    columns={
        "dataset": Keep("dataset", code=True, why="which dataset is scored"),
        "period": Keep("period", code=True, why="which release is scored"),
        "no_registration": Keep("no_registration", why=_COMPLAINT),
        "open_formats": Keep("open_formats", why=_COMPLAINT),
        "no_pdf": Keep("no_pdf", why=_COMPLAINT),
        "days": Number("days", blank=True, why="how old it was when it came out"),
        "promised_days": Number("promised_days", blank=True, why="what was promised"),
        "fresh": Keep("fresh", blank=True, why=_COMPLAINT),
        "columns": Number("columns", why="how many columns have to be explained"),
        "columns_described": Number("columns_described", why="how many of them are"),
        "well_described": Keep("well_described", why=_COMPLAINT),
    },
)

SCORECARD = Dataset(
    name="scorecard",
    family="governance",
    theme="crime-and-justice",
    answer=Answer(rows="datasets", happened="scored"),
    tags=("scorecard", "open data", "transparency", "police"),
    feeds=(SCORES,),
    statements=("The scorecard does not score itself.",),
)
