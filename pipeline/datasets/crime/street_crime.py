"""Street-level crime: recorded crimes and anti-social behaviour, in the shape of the national files."""

from pipeline.extract.delimited import Folder
from pipeline.model.declaration import Dataset, Feed, Share
from pipeline.protect.pseudonyms import FULL
from pipeline.protect.rules import OffenceAgrees, OneIncident, OneRecord, RestrictedRecord
from pipeline.protect.treatments import Coded, Constant, ForceName, MapPoint, MonthOf, OwnForce, Pseudonym, Withhold

_ASB = "Anti-social behaviour"
_FORCE = ("Reported by", "Falls within")
_RESTRICTED = ("Records that the force has restricted", "the force has decided to keep them back")
_FREE_TEXT = ("Notes and logs", "free text about people")
_CRIME_ID = Pseudonym("crime_reference", "Crime ID", "the same crime keeps one identifier that leads back to no record",
                      scope="crime", after=("force_code",), length=FULL)  # fmt: skip
_ANONYMOUS = "a map point stands for at least eight addresses, or for none"
_AREAS = Withhold(("beat_code", "neighbourhood_code"), "Beats and neighbourhoods",
                  "areas that do not nest in the LSOA would give places away")  # fmt: skip

RECORDED_CRIME = Feed(
    name="recorded-crime", title="Recorded crimes, by month of recording",
    source=Folder("crime/recorded-crime/{month}.csv"), dated_by="recorded_on",
    treatments=(
        _CRIME_ID,
        MonthOf("recorded_on", "Month", "a crime's day and time would single people out"),
        OwnForce("force_code", _FORCE, "the force that recorded the crime"),
        MapPoint(_ANONYMOUS, record=_CRIME_ID),
        Coded("crime_type", "Crime type", "the national list of crime types", codelist="crime-type", key="label",
               apart_from=(_ASB,)),
        Coded("outcome_code", "Last outcome category", "the national list of outcomes", codelist="outcome-code",
               label="last_outcome_category"),
        Constant("Context", "always empty in the national files"),
    ),
    rules=(
        OffenceAgrees("Crimes with an offence code of another crime type", "such a code is a mistake at its source",
                      column="offence_code", crime_type="crime_type"),
        RestrictedRecord(*_RESTRICTED, column="restricted", reference="crime_reference", published="Crime ID"),
        OneRecord("Second copies of a crime", "the same crime, extracted twice", key="Crime ID"),
    ),
    withheld=(
        _AREAS,
        Withhold(("occurred_from", "occurred_to", "outcome_on"), "Days and times", "finer than the public month"),
        Withhold(("offence_title",), "The exact offence", "finer than the public crime type"),
        Withhold(("is_domestic", "is_hate", "is_child", "is_sexual"), "Marks of sensitive crimes",
                 "sensitive: on a map they would point at victims"),
        Withhold(("premises_name", "house_number", "street", "town", "postcode"), "The exact place",
                 "the exact place is somebody's home or work", whom="the place"),
        Withhold(("victim_reference", "victim_surname", "victim_forenames", "victim_dob", "victim_sex",
                  "victim_ethnicity", "victim_phone", "victim_email", "victim_address"), whom="a victim"),
        Withhold(("suspect_surname", "suspect_forenames", "suspect_dob", "suspect_nominal"), whom="a suspect"),
        Withhold(("officer_collar", "officer_name"), whom="an officer"),
        Withhold(("vehicle_vrm",), "Registrations of vehicles", "a registration leads to its keeper", whom="a keeper"),
        Withhold(("mo_text",), *_FREE_TEXT, whom="anybody"),
    ),
)  # fmt: skip

ASB_INCIDENTS = Feed(
    name="asb-incidents", title="Closed incidents of anti-social behaviour, by month of call",
    source=Folder("crime/asb-incidents/{month}.csv"), dated_by="received_at",
    treatments=(
        MonthOf("received_at", "Month", "a call's day and time would single people out"),
        ForceName(_FORCE, "the force that was called"),
        MapPoint(_ANONYMOUS),
        Constant("Crime type", "an incident is no recorded crime", text=_ASB),
        Constant(("Crime ID", "Last outcome category", "Context"), "an incident has no identifier and no outcome"),
    ),
    rules=(
        RestrictedRecord(*_RESTRICTED, column="restricted", reference="incident_number", scope="incident"),
        OneIncident("Second rows of an incident", "it came twice", number="incident_number", received_at="received_at"),
    ),
    withheld=(
        _AREAS,
        Withhold(("closing_code",), "How an incident was closed", "finer than the public type"),
        Withhold(("caller_name", "caller_phone", "caller_address"), whom="a caller"),
        Withhold(("log_text",), *_FREE_TEXT, whom="anybody"),
    ),
)  # fmt: skip

STREET_CRIME = Dataset(
    name="street-crime", family="crime", theme="crime-and-justice", feeds=(RECORDED_CRIME, ASB_INCIDENTS),
    tags=("crime", "anti-social behaviour", "police", "street level"), categories=("Crime type",),
    order=("Month", "Crime type", "LSOA code", "Location", "Longitude", "Latitude", "Last outcome category",
           "Crime ID"),
    shares=(Share(title="without a place", feed="recorded-crime", figure="no_location"),
            Share(title="with an unlisted offence code", feed="recorded-crime", figure="unlisted_offence_code"),
            Share(title="without an outcome", feed="recorded-crime", column="Last outcome category",
                  value="Under investigation", whole=True)),
    references={"crime": "Crime ID"}, reference_files=("map-points",), settings=("force", "crime"), granularity="point",
    statements=("Places are map points that stand for at least eight addresses, or for none.",
                "Beyond 20 km from any map point a place is not published."),
)  # fmt: skip
