"""Meetings, surgeries and other events at which the police listened to residents."""

from pipeline.extract.database import Database
from pipeline.model import Dataset, Feed
from pipeline.protect.fates import Withhold
from pipeline.protect.rules import AlreadyHeld, PublicVenue, SensitiveAudience
from pipeline.protect.treatments import Band, Flag, Keep, Known, MonthOf, Pseudonym, Recode

EVENTS = Feed(
    name="events",
    title="Events of the engagement system that have been held",
    source=Database(setting="engagement_database", default="engagement/engagement.sqlite", table="event", key="event_id"),
    dated_by="starts_at",
    treatments=(
        Pseudonym(column="event_id", into=("event_id",), scope="event", why="the same event keeps one identifier"),
        MonthOf(column="starts_at", into=("month",), day_into=("event_date",), why="the hour says nothing that the public needs"),
        Recode(column="kind", into=("kind", "title"), codelist="engagement-kind", why="the kind stands for the title, which is free text"),
        Recode(column="series", into=("series",), codelist="engagement-series", blank=True, why="events that belong together"),
        Known(column="neighbourhood_code", into=("neighbourhood_code",), why="the neighbourhood that was listened to"),
        Keep(column="ward_code", into=("ward_code",), blank=True, why="the ward, never the venue"),
        Recode(column="channel", into=("channel",), codelist="engagement-channel", why="how people could take part"),
        Recode(column="audience", into=("audience",), codelist="engagement-audience", why="whom the event was for"),
        Recode(column="venue_kind", into=("venue_kind",), codelist="venue-kind", why="the kind of venue, never its name"),
        Flag(column="officer_present", into=("officer_present",), why="whether an officer could be spoken to"),
        Band(column="attendance", into=("attendance_band",), codelist="attendance-band", why="exact numbers of a small meeting single people out"),
    ),
    rules=(
        AlreadyHeld(starts_at="starts_at", why="an event to come may be at a place that must be kept quiet"),
        PublicVenue(column="venue_kind", why="homes, refuges and hostels are kept quiet"),
        SensitiveAudience(column="audience", blanks=("event_date", "ward_code"), why="day and ward would lead to a sensitive group"),
    ),
    withheld=(
        Withhold(columns=("title",), why="free text; the kind's label is published instead"),
        Withhold(columns=("ends_at",), why="finer than the public day"),
        Withhold(columns=("venue_name", "venue_postcode"), whom="a venue", why="a venue may be somebody's home"),
        Withhold(columns=("organiser_collar",), whom="an officer", why="officers are not named"),
        Withhold(columns=("notes",), whom="anybody", why="free text about people"),
    ),
)  # fmt: skip

ENGAGEMENT_EVENTS = Dataset(
    name="engagement-events",
    title="Engagement events",
    family="engagement",
    description="Meetings and other events at which residents could say what matters to them, one row each, after they were held.",
    theme="crime-and-justice",
    tags=("engagement", "neighbourhood policing", "meetings", "police"),
    feeds=(EVENTS,),
    order=("event_id", "month", "event_date", "kind", "series", "neighbourhood_code", "ward_code", "channel", "audience", "venue_kind", "officer_present", "attendance_band", "title"),
    references={"event": "event_id"},
    reference_files=("neighbourhoods",),
    settings=("force", "engagement"),
    statements=("An event is published after it was held. Attendance is given in bands. For sensitive audiences day and ward are left out.",),
)  # fmt: skip
