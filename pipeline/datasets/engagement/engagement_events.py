"""Meetings, surgeries and other events at which the police listened to residents."""

from pipeline.extract.database import Database
from pipeline.model.declaration import Answer, Dataset, Feed
from pipeline.model.periods import Monthly
from pipeline.protect.rules import AlreadyHeld, PublicVenue, SensitiveAudience
from pipeline.protect.treatments import Band, Coded, Flag, Keep, MonthOf, Pseudonym, ReferenceCode, Withhold

_SYSTEM = "engagement/engagement.sqlite"
_VENUE = Withhold("a venue", what="The exact venue", why="a venue may be somebody's home")
_TITLE = Withhold(what="Titles of events", why="free text; the kind's label is published instead")

EVENTS = Feed(
    name="events",
    title="Events of the engagement system that have been held",
    source=Database(source="engagement", default=_SYSTEM, table="event", key="event_id"),
    period=Monthly(dated_by="starts_at"),
    columns={
        "event_id": Pseudonym("event_id", scope="event"),
        "starts_at": MonthOf("month", day_into="event_date", to_come=True, why="the hour is not what the public needs"),
        "kind": Coded(("kind", "title"), "engagement-kind", why="the kind stands for the title, free text"),
        "series": Coded("series", "engagement-series", blank=True, why="events that belong together"),
        "neighbourhood_code": ReferenceCode("neighbourhood_code", why="the neighbourhood that was listened to"),
        "ward_code": Keep("ward_code", blank=True, why="the ward, never the venue"),
        "channel": Coded("channel", "engagement-channel", why="how people could take part"),
        "audience": Coded("audience", "engagement-audience", why="whom the event was for"),
        "venue_kind": Coded("venue_kind", "venue-kind", why="the kind of venue, never its name"),
        "officer_present": Flag("officer_present", why="whether an officer could be spoken to"),
        "attendance": Band("attendance_band", "attendance-band"),
        "title": _TITLE,
        "ends_at": Withhold(what="Hours", why="finer than the public day"),
        ("venue_name", "venue_postcode"): _VENUE,
        "organiser_collar": Withhold("an officer"),
        "notes": Withhold("anybody", what="Notes", why="free text about people"),
    },
    rules=(
        AlreadyHeld(starts_at="starts_at"),
        PublicVenue(coded="venue_kind", reference="event_id"),
        SensitiveAudience(coded="audience", reference="event_id", blanks=("event_date", "ward_code")),
    ),
)

ENGAGEMENT_EVENTS = Dataset(
    name="engagement-events",
    family="engagement",
    theme="crime-and-justice",
    tags=("engagement", "neighbourhood policing", "meetings", "police"),
    feeds=(EVENTS,),
    categories=("kind",),
    answer=Answer(
        *("events", "held"),
        by="kind",
        further={"channel": "Not recorded", "attendance_band": "Not counted"},
        question="Where did residents meet the police?",
    ),
    granularity="ward",
    statements=(
        "An event is published after it was held.",
        "Attendance is given in bands.",
        "For sensitive audiences day and ward are left out.",
    ),
)
