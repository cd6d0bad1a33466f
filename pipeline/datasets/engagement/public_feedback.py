"""What people who had contact with the police say of it, counted by neighbourhood and quarter."""

from pipeline.disclose import ByLabel, ByList, CrossTable, Mean, Rows
from pipeline.extract.service import Service
from pipeline.model.declaration import Answer, Dataset, Feed
from pipeline.model.periods import MONTH, Quarterly
from pipeline.protect.rules import OfItsFile, OneItem
from pipeline.protect.treatments import Coded, Number, ReferenceCode, Withhold

_RATINGS = ("rating_overall", "rating_ease", "rating_kept_informed", "rating_treated_fairly")
_STARS, _MEANS = (1, 5), "only means of eight answers are published"

FEEDBACK = Feed(
    title="Feedback of the public, by month of answer",
    source=Service("feedback", "feedback/{period}.jsonl", numbers=_RATINGS, names=("id",), moments=("submitted_at",)),
    period=Quarterly(files=MONTH),
    columns={
        "submitted_at": OfItsFile(),
        "id": OneItem(),
        "kind": Coded("kind", "feedback-kind", why="what the contact was about"),
        "neighbourhood_code": ReferenceCode("neighbourhood_code", blank=True, why="the area that is counted in"),
        "rating_overall": Number("rating_overall", between=_STARS, blank=True, why=_MEANS),
        "rating_ease": Number("rating_ease", between=_STARS, blank=True, why=_MEANS),
        "rating_kept_informed": Number("rating_kept_informed", between=_STARS, blank=True, why=_MEANS),
        "rating_treated_fairly": Number("rating_treated_fairly", between=_STARS, blank=True, why=_MEANS),
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
        means=(
            Mean("mean_overall", of="rating_overall"),
            Mean("mean_ease", of="rating_ease"),
            Mean("mean_informed", of="rating_kept_informed"),
            Mean("mean_fairness", of="rating_treated_fairly"),
        ),
    ),
    answer=Answer(
        "answers",
        by="kind",
        count="responses",
        where={"neighbourhood_code": "ALL"},
        question="How many people said how they were treated?",
    ),
    granularity="neighbourhood",
    statements=(
        "People chose to answer: this is not a sample.",
        "1 to 7 answers are not shown; numbers are rounded to 5; means need 8 answers.",
        "Comments and names are never published.",
    ),
)
