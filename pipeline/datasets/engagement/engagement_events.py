"""Meetings, surgeries and other events at which the police listened to residents."""

from pipeline.extract.database import Database
from pipeline.model.declaration import Dataset, Feed
from pipeline.protect.rules import AlreadyHeld, PublicVenue, SensitiveAudience
from pipeline.protect.treatments import Band, Coded, Flag, Keep, MonthOf, Pseudonym, ReferenceCode, Withhold

EVENTS = Feed(
    name="events", title="Events of the engagement system that have been held",
    source=Database(setting="engagement_database", default="engagement/engagement.sqlite",
                    table="event", key="event_id"),
    dated_by="starts_at",
    treatments=(
        Pseudonym("event_id", "event_id", "the same event keeps one identifier", scope="event"),
        MonthOf("starts_at", "month", "the hour says nothing that the public needs", day_into="event_date",
                to_come=True),
        Coded("kind", ("kind", "title"), "the kind stands for the title, free text", codelist="engagement-kind"),
        Coded("series", "series", "events that belong together", codelist="engagement-series", blank=True),
        ReferenceCode("neighbourhood_code", "neighbourhood_code", "the neighbourhood that was listened to"),
        Keep("ward_code", "ward_code", "the ward, never the venue", blank=True),
        Coded("channel", "channel", "how people could take part", codelist="engagement-channel"),
        Coded("audience", "audience", "whom the event was for", codelist="engagement-audience"),
        Coded("venue_kind", "venue_kind", "the kind of venue, never its name", codelist="venue-kind"),
        Flag("officer_present", "officer_present", "whether an officer could be spoken to"),
        Band("attendance", "attendance_band", "exact numbers of a small meeting single people out",
             codelist="attendance-band"),
    ),
    rules=(
        AlreadyHeld("Events to come", "an event to come may be at a place that must be kept quiet",
                    starts_at="starts_at"),
        PublicVenue("Events at venues that are not public", "homes, refuges and hostels are kept quiet",
                    column="venue_kind", reference="event_id"),
        SensitiveAudience("Day and ward of events for sensitive audiences",
                          "day and ward would lead to a sensitive group",
                          column="audience", reference="event_id", blanks=("event_date", "ward_code")),
    ),
    withheld=(
        Withhold(("title",), "Titles of events", "free text; the kind's label is published instead"),
        Withhold(("ends_at",), "Hours", "finer than the public day"),
        Withhold(("venue_name", "venue_postcode"), "The exact venue", "a venue may be somebody's home", whom="a venue"),
        Withhold(("organiser_collar",), whom="an officer"),
        Withhold(("notes",), "Notes", "free text about people", whom="anybody"),
    ),
)  # fmt: skip

ENGAGEMENT_EVENTS = Dataset(
    name="engagement-events", family="engagement", theme="crime-and-justice",
    tags=("engagement", "neighbourhood policing", "meetings", "police"),
    feeds=(EVENTS,), categories=("kind",),
    references={"event": "event_id"}, reference_files=("neighbourhoods",),
    settings=("force", "engagement"), granularity="ward",
    statements=("An event is published after it was held.", "Attendance is given in bands.",
                "For sensitive audiences day and ward are left out."),
)  # fmt: skip
