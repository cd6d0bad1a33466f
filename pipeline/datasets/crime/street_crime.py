"""Street-level crime: recorded crimes and anti-social behaviour, in the shape of the national files."""

from pipeline.columns.pseudonyms import FULL
from pipeline.extract.delimited import Folder
from pipeline.model.declaration import Answer, Dataset, Feed, Share
from pipeline.model.periods import Monthly
from pipeline.protect.rules import OffenceAgrees, OneIncident, OneRecord, RestrictedRecord
from pipeline.protect.treatments import Coded, Constant, ForceName, MapPoint, MonthOf, OwnForce, Pseudonym, Withhold

_ASB, _REPORTS = "Anti-social behaviour", "reports of anti-social behaviour"
_FORCE = ("Reported by", "Falls within")
_ORDER = ("Month", "Crime type", "LSOA code", "Location", "Longitude", "Latitude", "Last outcome category", "Crime ID")
_PLACE = ("easting", "northing", "location_confidence")
_CRIME_ID = Pseudonym("Crime ID", scope="crime", after=("force_code",), length=FULL)
_AREAS = Withhold(what="Beats and neighbourhoods", why="areas that do not nest in the LSOA would give places away")
_TIMES = Withhold(what="Days and times", why="finer than the public month")
_EXACT = Withhold("the place", what="The exact place", why="the exact place is somebody's home or work")
_SENSITIVE = Withhold(what="Marks of sensitive crimes", why="sensitive: on a map they would point at victims")
_FREE_TEXT = Withhold("anybody", what="Notes and logs", why="free text about people")

RECORDED_CRIME = Feed(
    title="Recorded crimes, by month of recording",
    source=Folder("crime/recorded-crime/{period}.csv"),
    period=Monthly(dated_by="recorded_on"),
    columns={
        "crime_reference": _CRIME_ID,
        "recorded_on": MonthOf("Month"),
        "force_code": OwnForce(_FORCE),
        _PLACE: MapPoint(record=_CRIME_ID.bind("crime_reference")),
        "crime_type": Coded("Crime type", "crime-type", key="label", apart_from=(_ASB,)),
        "outcome_code": Coded("Last outcome category", "outcome-code", label="last_outcome_category"),
        "offence_code": OffenceAgrees(crime_type="crime_type"),
        "restricted": RestrictedRecord(reference="crime_reference", published="Crime ID"),
        ("beat_code", "neighbourhood_code"): _AREAS,
        ("occurred_from", "occurred_to", "outcome_on"): _TIMES,
        "offence_title": Withhold(what="The exact offence", why="finer than the public crime type"),
        ("is_domestic", "is_hate", "is_child", "is_sexual"): _SENSITIVE,
        ("premises_name", "house_number", "street", "town", "postcode"): _EXACT,
        ("victim_reference", "victim_surname", "victim_forenames", "victim_dob"): Withhold("a victim"),
        ("victim_sex", "victim_ethnicity", "victim_phone", "victim_email", "victim_address"): Withhold("a victim"),
        ("suspect_surname", "suspect_forenames", "suspect_dob", "suspect_nominal"): Withhold("a suspect"),
        ("officer_collar", "officer_name"): Withhold("an officer"),
        "vehicle_vrm": Withhold("a keeper", what="Registrations of vehicles", why="a registration leads to its keeper"),
        "mo_text": _FREE_TEXT,
    },
    constants={"Context": Constant(why="always empty in the national files")},
    rules=(OneRecord(what="Second copies of a crime", why="the same crime, extracted twice", key="Crime ID"),),
)

ASB_INCIDENTS = Feed(
    title="Closed incidents of anti-social behaviour, by month of call",
    source=Folder("crime/asb-incidents/{period}.csv"),
    period=Monthly(dated_by="received_at"),
    columns={
        "received_at": MonthOf("Month"),
        _PLACE: MapPoint(),
        "restricted": RestrictedRecord(reference="incident_number", scope="incident"),
        "incident_number": OneIncident(received_at="received_at"),
        ("beat_code", "neighbourhood_code"): _AREAS,
        "closing_code": Withhold(what="How an incident was closed", why="finer than the public type"),
        ("caller_name", "caller_phone", "caller_address"): Withhold("a caller"),
        "log_text": _FREE_TEXT,
    },
    constants={
        _FORCE: ForceName(why="the force that was called"),
        "Crime type": Constant(_ASB, why="an incident is no recorded crime"),
        ("Crime ID", "Last outcome category", "Context"): Constant(why="an incident has no identifier and no outcome"),
    },
)
_OUTCOMES = {"Last outcome category": "No outcome: anti-social behaviour, or none recorded"}

STREET_CRIME = Dataset(
    name="street-crime",
    family="crime",
    theme="crime-and-justice",
    tags=("crime", "anti-social behaviour", "police", "street level"),
    feeds=(RECORDED_CRIME, ASB_INCIDENTS),
    order=_ORDER,
    categories=("Crime type",),
    answer=Answer(
        "crimes", "recorded", by="Crime type", apart={_ASB: _REPORTS}, further=_OUTCOMES, front="crimes recorded"
    ),
    shares=(
        Share("without a place", feed="recorded-crime", figure="no_location"),
        Share("with an unlisted offence code", feed="recorded-crime", figure="unlisted_offence_code"),
        Share("without an outcome", "recorded-crime", "Last outcome category", "Under investigation", whole=True),
    ),
    granularity="point",
    statements=(
        "Places are map points that stand for at least eight addresses, or for none.",
        "Beyond 20 km from any map point a place is not published.",
    ),
)
