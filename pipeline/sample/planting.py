"""Planted identities: who is hidden where in the sample, so that tests can look for them in everything that leaves."""

from __future__ import annotations

from typing import NamedTuple

#: The kind of a value that looks like a person and is rightly published.
ON_PURPOSE = "published-on-purpose"


class Planted(NamedTuple):
    """One planted value: the feed and raw column it stands in, what it is, and the text as it stands there."""

    feed: str
    column: str
    kind: str
    value: str


class PlantedRow(NamedTuple):
    """Cells that identify somebody, by raw column, and the pieces of a narrative that do."""

    cells: dict[str, str]
    pieces: tuple[tuple[str, str], ...]


def planted_in(feed: str, row: PlantedRow, text_column: str) -> tuple[Planted, ...]:
    """Return each planted value of ``row``; the narrative stands for its pieces, every other cell for itself."""
    cells = (Planted(feed, name, _kind(name), value) for name, value in row.cells.items() if name != text_column)
    pieces = (Planted(feed, text_column, kind, value) for kind, value in row.pieces)
    return (*cells, *pieces)


def _kind(column: str) -> str:
    """Return what a column holds, from its name."""
    words = column.lower().replace("_", " ")
    for part, kind in (
        *(("phone", "phone"), ("email", "email"), ("address", "address"), ("vrm", "plate"), ("postcode", "postcode")),
        *(
            ("dob", "birth-date"),
            ("name", "name"),
            ("holder", "name"),
            ("by", "name"),
            ("sort", "bank"),
            ("no", "number"),
        ),
        *(("street", "address"), ("town", "address"), ("house", "address"), ("reference", "reference")),
    ):
        if part in words:
            return kind
    return "detail"


_LOST = "Ottoline\nVanterpoole-Squibb"

CRIME_PEOPLE = (
    PlantedRow(
        {
            "crime_reference": "SAMPLE*24*0077ZQ1",
            "premises_name": "Quibblethorn Lodge Nursing Home",
            "house_number": "1749B-QX",
            "street": "Zephyrmantle Rise",
            "town": "Xyloburgh-under-Quill",
            "postcode": "ZZ99 0XQ",
            "victim_reference": "V-QX-770041",
            "victim_surname": "Vanterpoole-Squibb",
            "victim_forenames": "Ottoline Zuleika",
            "victim_dob": "1931-07-19",
            "victim_sex": "X-UNRECORDED-QX",
            "victim_ethnicity": "Other: Zembrian Highlander",
            "victim_phone": "07700 900917",
            "victim_email": "o.vanterpoole-squibb@zq.example",
            "victim_address": "1749B-QX Zephyrmantle Rise, Xyloburgh-under-Quill",
            "suspect_surname": "Krumbhorne",
            "suspect_forenames": "Ptolemy Wolfgang",
            "suspect_dob": "1977-11-29",
            "suspect_nominal": "NOM-QX-55102",
            "officer_collar": "XQ90417",
            "officer_name": "Det Sgt Xanthippe Dwerryhouse",
            "vehicle_vrm": "QQ00 XQX",
            "mo_text": (
                "Victim Mrs Vanterpoole-Squibb, also known as OTTOLINE VANTERPOOLE-SQUIBB, was at home; daughter knows "
                f"her as {_LOST}.\nTel 0 7 7 0 0  9 0 0 9 1 8 or o-vanterpoole [at] zq.example, "
                'said "Ptolemy K. did it", and P.W. Krumbhorne left in QQ 00 XQX.\r\nSee Zephyrmantle Rise log.'
            ),
        },
        (
            ("name", "Mrs Vanterpoole-Squibb"),
            ("name", "OTTOLINE VANTERPOOLE-SQUIBB"),
            ("name", _LOST),
            ("phone", "0 7 7 0 0  9 0 0 9 1 8"),
            ("email", "o-vanterpoole [at] zq.example"),
            ("name", "Ptolemy K. did it"),
            ("name", "P.W. Krumbhorne"),
            ("plate", "QQ 00 XQX"),
        ),
    ),
    PlantedRow(
        {
            "crime_reference": "SAMPLE*24*0077ZQ2",
            "premises_name": "The Wobbly Marmoset (public house)",
            "house_number": "Flat 88-ZQ",
            "street": "Old Snickersnee Yard",
            "town": "Nether Flumbleton",
            "postcode": "ZZ990XZ",
            "victim_reference": "V-QX-770042",
            "victim_surname": "MACQUILLIGAN",
            "victim_forenames": "Ignatius J.",
            "victim_dob": "29/02/1948",
            "victim_sex": "M (declared QX)",
            "victim_ethnicity": "Zembrian Lowlander",
            "victim_phone": "0 1 6 3 2 9 6 0 9 4 4",
            "victim_email": "IGNATIUS.MACQ@ZQ.EXAMPLE",
            "victim_address": "Flat 88-ZQ\nOld Snickersnee Yard\nNether Flumbleton",
            "suspect_surname": "O'Thrumbleby",
            "suspect_forenames": "Désirée-Björk",
            "suspect_dob": "1959-10-31",
            "suspect_nominal": "NOM-QX-55103",
            "officer_collar": "XQ90418",
            "officer_name": "PC 90418 Q. Featherstrap",
            "vehicle_vrm": "Qz00xqj",
            "mo_text": (
                "IP is Mr I. Macquilligan of that ilk.\n\nRang from +44 7700 900944, then again on 07700.900.945,\n"
                "his sister Dame Philomena Grax-Bellwhistle confirms; Ms Björk-O'Thrumbleby denies all."
            ),
        },
        (
            ("name", "Mr I. Macquilligan of that ilk"),
            ("phone", "+44 7700 900944"),
            ("phone", "07700.900.945"),
            ("name", "Dame Philomena Grax-Bellwhistle"),
            ("name", "Ms Björk-O'Thrumbleby"),
        ),
    ),
    # typed into the wrong boxes: the row is bad, and what is bad about it is somebody
    PlantedRow(
        {
            "crime_reference": "SAMPLE*24*0077ZQ3",
            "crime_type": "Ms Guinevere Pobblewock",
            "outcome_code": "ring Mungo Farthingale-QX",
            "recorded_on": "12 March, see Hortensia Bindle-Zed",
            "easting": "c/o Pobblewock, 12 Dimity Hill-QX",
            "beat_code": "Sgt Lysander Crake-Zed",
            "victim_surname": "Pobblewock-Zed",
            "mo_text": "Complainant GUINEVERE  POBBLEWOCK refuses to sign.",
        },
        (("name", "GUINEVERE  POBBLEWOCK"),),
    ),
)

ASB_PEOPLE = (
    PlantedRow(
        {
            "incident_number": "SAMPLE-0000ZQ77",
            "caller_name": "Revd Dr Barnaby Skeffle-Throxton",
            "caller_phone": "0116 496 0977",
            "caller_address": "The Old Glebe-QX, Pockmanteau Lane",
            "log_text": (
                "Caller B SKEFFLE-THROXTON says next door (the Hubbadubb family) have music on.\n"
                'Ring back on 07700-900-977, "not before noon", or see Barnaby\'s son, Leofric S.-T., at the glebe.'
            ),
        },
        (
            ("name", "B SKEFFLE-THROXTON"),
            ("name", "the Hubbadubb family"),
            ("phone", "07700-900-977"),
            ("name", "Leofric S.-T."),
        ),
    ),
)

EVENT_PEOPLE = (
    PlantedRow(
        {
            "title": "Coffee with Cllr Araminta Fothergale-Zinc",
            "venue_name": "Home of Mr & Mrs Plunkwhistle",
            "venue_postcode": "ZZ99 0QX",
            "organiser_collar": "XQ90425",
            "notes": "Ask for Gaspard Plunkwhistle on 01632 960925;\nattended by MR Y. TARRADIDDLE (deaf) and carer.",
        },
        (("name", "Gaspard Plunkwhistle"), ("phone", "01632 960925"), ("name", "MR Y. TARRADIDDLE (deaf)")),
    ),
)

ATTENDEES = (
    PlantedRow(
        {
            "name": "Hephzibah Quartermayne",
            "email": "hephzibah@quartermayne.example",
            "phone": "07700 900931",
            "postcode": "ZZ99 0QZ",
            "ethnicity": "Zembrian Islander",
            "comment": "My neighbour Torquil Blenkinsopp-Ray speeds past the school.",
        },
        (("name", "Torquil Blenkinsopp-Ray"),),
    ),
)

#: An event whose kind is somebody: it is bad, and what is bad about it must not be shown.
EVENT_PEOPLE_MISPLACED = {"kind": "tea with Mildred Oxterby-QX", "neighbourhood_code": "ask Mr Oxterby-Zed"}

PRIORITY_PEOPLE = {
    ("priority", "raised_by"): "Lady Euphemia Drabblecatch",
    ("priority", "issue"): "Parking outside Mr Zebulon Tuffnell's house",
    ("priority_update", "updated_by"): "PCSO Lettice Mumbleforth",
    ("priority_update", "action"): "Spoke with Zeb Tuffnell's mother on 07700 900932",
}
