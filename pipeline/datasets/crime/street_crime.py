"""Street-level crime: recorded crimes and anti-social behaviour, in the shape of the national files."""

from pipeline.extract.folder import Folder
from pipeline.model import Dataset, Feed
from pipeline.protect.fates import Withhold
from pipeline.protect.pseudonyms import FULL
from pipeline.protect.rules import OffenceAgrees, OneRecord, RestrictedRecord, RestrictedRow
from pipeline.protect.snap import Snap
from pipeline.protect.treatments import Always, ForceName, MonthOf, OwnForce, Pseudonym, Recode

_FORCE = ("Reported by", "Falls within")
_AREAS = Withhold(columns=("beat_code", "neighbourhood_code"), why="areas that do not nest in the LSOA would give places away")  # fmt: skip

RECORDED_CRIME = Feed(
    name="recorded-crime",
    title="Recorded crimes, by month of recording",
    source=Folder("crime/recorded-crime/{month}.csv"),
    dated_by="recorded_on",
    treatments=(
        Pseudonym(column="crime_reference", into=("Crime ID",), scope="crime", after=("force_code",), length=FULL, why="the same crime keeps one identifier that leads back to no record"),
        MonthOf(column="recorded_on", into=("Month",), why="a crime's day and time would single people out"),
        OwnForce(column="force_code", into=_FORCE, why="the force that recorded the crime"),
        Snap(why="a map point stands for at least eight addresses, or for none"),
        Recode(column="crime_type", into=("Crime type",), codelist="crime-type", key="label", apart_from=("Anti-social behaviour",), why="the national list of crime types"),
        Recode(column="outcome_code", into=("Last outcome category",), codelist="outcome-code", label="last_outcome_category", why="the national list of outcomes"),
        Always(into=("Context",), why="always empty in the national files"),
    ),
    rules=(
        OffenceAgrees(column="offence_code", crime_type="crime_type", why="a code of another crime type is a mistake at its source"),
        RestrictedRecord(column="restricted", reference="crime_reference", published="Crime ID", why="the force has restricted the record"),
        OneRecord(key="Crime ID", why="the same crime, extracted twice"),
    ),
    withheld=(
        _AREAS,
        Withhold(columns=("occurred_from", "occurred_to", "outcome_on"), why="finer than the public month"),
        Withhold(columns=("offence_title",), why="finer than the public crime type"),
        Withhold(columns=("is_domestic", "is_hate", "is_child", "is_sexual"), why="sensitive: published only as summaries of large areas"),
        Withhold(columns=("premises_name", "house_number", "street", "town", "postcode"), whom="the place", why="the exact place is somebody's home or work"),
        Withhold(columns=("victim_reference", "victim_surname", "victim_forenames", "victim_dob", "victim_sex", "victim_ethnicity", "victim_phone", "victim_email", "victim_address"), whom="a victim", why="victims are not named"),
        Withhold(columns=("suspect_surname", "suspect_forenames", "suspect_dob", "suspect_nominal"), whom="a suspect", why="suspects are not named"),
        Withhold(columns=("officer_collar", "officer_name"), whom="an officer", why="officers are not named"),
        Withhold(columns=("vehicle_vrm",), whom="a keeper", why="a registration leads to its keeper"),
        Withhold(columns=("mo_text",), whom="anybody", why="free text about people"),
    ),
)  # fmt: skip

ASB_INCIDENTS = Feed(
    name="asb-incidents",
    title="Closed incidents of anti-social behaviour, by month of call",
    source=Folder("crime/asb-incidents/{month}.csv"),
    dated_by="received_at",
    treatments=(
        MonthOf(column="received_at", into=("Month",), why="a call's day and time would single people out"),
        ForceName(into=_FORCE, why="the force that was called"),
        Snap(why="a map point stands for at least eight addresses, or for none"),
        Always(into=("Crime type",), text="Anti-social behaviour", why="an incident is no recorded crime"),
        Always(into=("Crime ID", "Last outcome category", "Context"), why="an incident has no identifier and no outcome"),
    ),
    rules=(RestrictedRow(column="restricted", why="the force has restricted the incident"),),
    withheld=(
        _AREAS,
        Withhold(columns=("closing_code",), why="finer than the public type"),
        Withhold(columns=("incident_number",), whom="the incident", why="leads back to the record"),
        Withhold(columns=("caller_name", "caller_phone", "caller_address"), whom="a caller", why="callers are not named"),
        Withhold(columns=("log_text",), whom="anybody", why="free text about people"),
    ),
)  # fmt: skip

STREET_CRIME = Dataset(
    name="street-crime",
    title="Street-level crime",
    family="crime",
    description="Crimes recorded by the police and incidents of anti-social behaviour, one row each, by month and by the map point nearest to where they happened. The columns are those of the national files.",
    theme="crime-and-justice",
    tags=("crime", "anti-social behaviour", "police", "street level"),
    feeds=(RECORDED_CRIME, ASB_INCIDENTS),
    order=("Month", "Crime type", "LSOA code", "Location", "Longitude", "Latitude", "Last outcome category", "Crime ID"),
    references={"crime": "Crime ID"},
    reference_files=("map-points",),
    statements=("Places are map points that stand for at least eight addresses, or for none; beyond 20 km from any point a place is not published.",),
)  # fmt: skip
