"""Stop and search: searches of people and vehicles, in the shape of the national files."""

from pipeline.extract.delimited import Folder
from pipeline.model.declaration import Answer, Dataset, Feed, Share
from pipeline.model.periods import Monthly
from pipeline.protect.rules import BlankWhen, OneRecord
from pipeline.protect.treatments import Band, Coded, Day, Flag, Listed, MapPoint, Withhold

_PLACE = ("Latitude", "Longitude")
_PERSON = ("Gender", "Self-defined ethnicity", "Officer-defined ethnicity")
_ETHNICITIES = ("self-defined-ethnicity-16", "self-defined-ethnicity")
_PERSONAL = ("Date", *_PLACE, *_PERSON)
_REF, _STRIPPED = "search_reference", "more_than_outer_clothing"
_CHILDREN = "Day, place, gender and ethnicity of children under 10"
_BEYOND = "Places of searches that went beyond outer clothing"
_VEHICLE = Withhold("a keeper", what="Registrations of vehicles", why="a registration leads to its keeper")
_GROUNDS = Withhold("anybody", what="Grounds and recordings", why="free text about people, and what shows them")

STOP_AND_SEARCH = Feed(
    title="Searches of people and vehicles, by month of search",
    source=Folder("crime/stop-and-search/{period}.csv"),
    period=Monthly(dated_by="searched_at"),
    columns={
        _REF: OneRecord(scope="search", what="Second copies of a search", why="it was extracted twice"),
        "searched_at": Day("Date", timed=True, past=True, why="the time of day would single people out"),
        "search_type": Coded("Type", "search-type"),
        "part_of_operation": Flag("Part of a policing operation", national=True),
        "operation_name": Listed("Policing operation", "operation-names", when="part_of_operation"),
        ("easting", "northing", "location_confidence"): MapPoint(makes=_PLACE, figure="without_place"),
        "subject_gender": Coded("Gender", "gender", blank=True),
        "subject_age": Band("Age range", "age-band", unit="age", why="an exact age would single people out"),
        "self_defined_ethnicity": Coded(_PERSON[1], _ETHNICITIES, blank=True, figure=("ethnicity_not_stated", "NS")),
        "officer_defined_ethnicity": Coded(_PERSON[2], "officer-defined-ethnicity", blank=True),
        "legislation_code": Coded("Legislation", "search-legislation", blank=True),
        "object_code": Coded("Object of search", "search-object", blank=True),
        "outcome_code": Coded("Outcome", "search-outcome", blank=True),
        "linked_to_object": Flag("Outcome linked to object of search", national=True),
        _STRIPPED: Flag("Removal of more than just outer clothing", national=True),
        ("subject_surname", "subject_forenames", "subject_dob", "subject_address"): Withhold("a subject"),
        ("officer_collar", "supervisor_collar"): Withhold("an officer"),
        "vehicle_vrm": _VEHICLE,
        ("grounds_text", "bwv_reference"): _GROUNDS,
    },
    rules=(
        BlankWhen(coded="subject_age", below=10, reference=_REF, scope="search", blanks=_PERSONAL, what=_CHILDREN),
        BlankWhen(coded=_STRIPPED, values=("Y",), reference=_REF, scope="search", blanks=_PLACE, what=_BEYOND),
    ),
)

_QUESTION = "Who is stopped and searched, and what for?"
_FURTHER = {
    **dict.fromkeys(("Object of search", "Outcome", "Age range"), "Not recorded"),
    "Self-defined ethnicity": "Left out, or not recorded",
}

STOP_AND_SEARCH_DATASET = Dataset(
    name="stop-and-search",
    family="crime",
    theme="crime-and-justice",
    tags=("stop and search", "police", "street level"),
    feeds=(STOP_AND_SEARCH,),
    categories=("Type",),
    shares=(Share("without a place", feed="stop-and-search", figure="without_place"),),
    answer=Answer("searches", "made", by="Object of search", further=_FURTHER, question=_QUESTION),
    granularity="point",
    statements=(
        "Times of day are not published.",
        "For searches of children under 10 day, place, gender and ethnicity are left out.",
        "For searches that went beyond outer clothing the place is left out.",
        "Names of operations are published when the operation is public.",
        "From April 2017 ethnicity has the labels of 18+1.",
    ),
)
