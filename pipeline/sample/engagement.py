"""What the declarations of engagement do not tell: events that must be kept quiet, and tables that no feed reads."""

from pipeline.sample.draw import FeedLore, Lore
from pipeline.sample.mark import NUMBER_MARK
from pipeline.sample.words import beside

_FACTS = beside(__file__)
_QUIET = ({"venue_kind": "refuge"}, {"audience": "victims"}, {"audience": "lgbt"})
#: One item twice, one that says two things, and a rating that is no number.
_ODD_ITEMS = (
    *({"id": f"{NUMBER_MARK}9700001"},) * 2,
    {"id": f"{NUMBER_MARK}9700002"},
    {"id": f"{NUMBER_MARK}9700002", "comment": "No complaint."},
    {"rating_overall": "true"},
)
_TABLES = {
    "attendee": ("attendee_id", "event_id", "name", "email", "phone", "postcode", "age", "ethnicity", "comment"),
    "priority": ("priority_id", "neighbourhood_code", "theme", "issue", "raised_on", "raised_by", "source_event_id"),
    "priority_update": ("update_id", "priority_id", "updated_on", "status", "action", "updated_by"),
}
LORE = Lore(
    feeds={
        "events": FeedLore(shares=_FACTS["events"], odd=lambda *_: _QUIET, tables=_TABLES),
        "feedback": FeedLore(share=0.12, shares=_FACTS["feedback"], odd=lambda *_: _ODD_ITEMS),
    }
)
