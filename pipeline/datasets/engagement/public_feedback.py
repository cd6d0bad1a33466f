"""What people who had contact with the police say of it, counted by neighbourhood and quarter."""

from pipeline.disclose import ByLabel, ByList, CrossTable, Mean, Rows
from pipeline.extract.service import Service
from pipeline.model.answer import Answer
from pipeline.model.declaration import Dataset, Feed
from pipeline.model.periods import MONTH, Quarterly
from pipeline.protect.rules import OfItsFile, OneItem
from pipeline.protect.treatments import Coded, Number, ReferenceCode, Withhold

_RATINGS = ("overall", "ease", "kept_informed", "treated_fairly")
_MEANS = ("overall", "ease", "informed", "fairness")

FEEDBACK = Feed(
    name="feedback",
    title="Feedback of the public, by month of answer",
    source=Service("feedback", "feedback/{period}.jsonl", numbers=tuple(f"rating_{each}" for each in _RATINGS)),
    period=Quarterly(files=MONTH),
    columns={
        "submitted_at": OfItsFile(),
        "id": OneItem(),
        "kind": Coded("kind", "feedback-kind", why="what the contact was about"),
        "neighbourhood_code": ReferenceCode(
            "neighbourhood_code", blank=True, why="the area that is counted in"
        ),
        **{
            f"rating_{each}": Number(f"rating_{each}", between=(1, 5), blank=True, why="only means of eight answers")
            for each in _RATINGS
        },
        "officer_named": Withhold("an officer"),
        "comment": Withhold("anybody", what="Comments", why="free text about people"),
        ("name", "email"): Withhold("who answers"),
        ("age_band", "ethnicity"): Withhold("who answers", what="Age and ethnicity", why="they point at who answers"),
        "search_reference": Withhold("a person searched"),
    },
)

PUBLIC_FEEDBACK = Dataset(
    name="public-feedback",
    family="engagement",
    theme="crime-and-justice",
    tags=("feedback", "police", "satisfaction", "survey"),
    feeds=(FEEDBACK,),
    counting=CrossTable(
        period="quarter",
        by=(ByLabel("kind", "feedback-kind"), ByList("neighbourhood_code", "neighbourhoods", total="ALL")),
        count_of=Rows("responses"),
        means=tuple(Mean(f"mean_{mean}", of=f"rating_{each}") for mean, each in zip(_MEANS, _RATINGS, strict=True)),
    ),
    granularity="neighbourhood",
    statements=(
        "People chose to answer: this is not a sample.",
        "1 to 7 answers are not shown; numbers are rounded to 5; means need 8 answers.",
        "Comments and names are never published.",
    ),
    answer=Answer(rows="answers", happened="given", by="kind", count="responses"),
)
