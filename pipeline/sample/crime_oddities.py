"""The crimes and incidents that try the rules: each at least once, few enough that a first run succeeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sample.crimes import COLUMNS, FORCE
from pipeline.sample.incidents import COLUMNS as INCIDENT_COLUMNS
from pipeline.sample.mark import CRIME_MARK, NUMBER_MARK
from pipeline.sample.planting import ASB_PEOPLE, CRIME_PEOPLE
from pipeline.sample.words import PERSON_STREET

if TYPE_CHECKING:
    from pipeline.sample.places import County

Row = dict[str, str]
#: Odd rows are numbered from here, far above the ordinary ones.
_FIRST = 9_000_000
#: More than 20 km from every map point.
_FAR_AWAY = {"easting": "300000", "northing": "700000"}
#: One reference that is restricted in one month's file and not in the month before.
_RESTRICTED_ONCE = f"{CRIME_MARK}24*9900001"
#: One crime that comes again, equal in every published column, two months later.
_COMES_AGAIN = f"{CRIME_MARK}24*9900002"


def odd_crimes(county: County, month: str, months: tuple[str, ...]) -> list[Row]:
    """Return the odd rows of one month's file, twelve or thirteen of them bad, and the planted people of that month."""
    number = _FIRST + 1000 * (1 + months.index(month))

    def crime(**cells: str) -> Row:
        nonlocal number
        number += 1
        return _crime(county, month, {"crime_reference": f"{CRIME_MARK}{month[2:4]}*{number}", **cells})

    rows = [crime(**cells) for cells in (*_bad(month, months), *_good(county, month))]
    duplicate = crime(recorded_on=f"{month}-14 10:00")
    again = crime(recorded_on=f"{month}-15 10:00")
    rows += [duplicate, dict(duplicate), again, {**again, "outcome_code": "18"}]
    rows += [crime(**cells) for cells in _across_months(month, months)]
    rows += [crime(**person.cells) for person in CRIME_PEOPLE[months.index(month) :: len(months)]]
    return rows


def _crime(county: County, month: str, cells: Row) -> Row:
    """Return a plainly good crime of ``month`` with ``cells`` put in."""
    east, north = county.easting[40], county.northing[40]
    row = dict.fromkeys(COLUMNS, "") | dict.fromkeys(("is_domestic", "is_hate", "is_child", "is_sexual"), "N")
    row |= {"recorded_on": f"{month}-12 09:30", "offence_code": "46", "crime_type": "Shoplifting", "restricted": "N"}
    row |= {"easting": str(east), "northing": str(north), "location_confidence": "exact", "force_code": FORCE}
    return row | {"mo_text": "Items taken.", "neighbourhood_code": "XA1", "beat_code": "XA11", **cells}


def _bad(month: str, months: tuple[str, ...]) -> list[Row]:
    """Return the cells of rows that are quarantined, one reason each."""
    after = months[months.index(month) + 1] if month != months[-1] else "2024-04"
    return [
        {"outcome_code": "99X"},
        {"crime_type": "Cattle rustling", "offence_code": ""},
        {"crime_type": "Anti-social behaviour", "offence_code": ""},
        {"crime_type": "Violent crime", "offence_code": ""},
        {"recorded_on": "31/02/2024 10:00"},
        {"recorded_on": f"{after}-02 08:00"},
        {"restricted": ""},
        {"offence_code": "28/3"},
        {"easting": "", "northing": ""},
        {"easting": "45x001", "location_confidence": "street"},
        {"force_code": "leicestershire"},
        {"crime_reference": ""},
    ]


def _good(county: County, month: str) -> list[Row]:
    """Return the cells of rows that are published, or withheld by a rule, although they look odd."""
    year, number = month.split("-")
    home, named = _coordinates(county, len(county.location) - 1), county.point_on(PERSON_STREET)
    return [
        {**home, "neighbourhood_code": ""},
        dict(_FAR_AWAY),
        {"location_confidence": "unknown"},
        {"location_confidence": "unknown", "easting": "", "northing": ""},
        {"offence_code": "999/9"},
        {"offence_code": ""},
        {"restricted": "Y"},
        {"recorded_on": f"09/{number}/{year} 23:59:30"},
        {"recorded_on": f"10/{number}/{year}"},
        {"mo_text": 'Line one, with a comma\nline two, "quoted"\r\n\n=SUM(A1)'},
        # the street bears a person's name, and the victim the same one
        {
            **_coordinates(county, named),
            "victim_forenames": "Orla",
            "victim_surname": "Pennyquick",
            "street": PERSON_STREET,
        },
        _coordinates(county, county.location.index("On or near ")),
    ]


def _across_months(month: str, months: tuple[str, ...]) -> list[Row]:
    """Return the cells of rows that matter to another month than their file's."""
    first, second, last = months[0], months[1], months[-1]
    again = {"crime_reference": _COMES_AGAIN, "recorded_on": f"{first}-20 12:00", "outcome_code": "18"}
    return {
        # December has no file of its own
        first: [{"recorded_on": "2023-12-30 18:00"}, {"crime_reference": _RESTRICTED_ONCE}, again],
        second: [{"crime_reference": _RESTRICTED_ONCE, "restricted": "Y"}],
        last: [{"recorded_on": f"{first}-31 23:10", "outcome_code": "16"}, again],
    }.get(month, [])


def _coordinates(county: County, point: int) -> Row:
    """Return the raw coordinates of a map point."""
    return {"easting": str(county.easting[point]), "northing": str(county.northing[point])}


def odd_incidents(county: County, month: str, months: tuple[str, ...]) -> list[Row]:
    """Return the odd anti-social behaviour incidents of one month's file, four of them bad."""
    base = dict.fromkeys(INCIDENT_COLUMNS, "") | _coordinates(county, 60) | {"location_confidence": "street"}
    base |= {
        "received_at": f"{month}-13 21:40",
        "closing_code": "ASB1",
        "restricted": "N",
        "log_text": "Youths\nin park",
    }
    same = {"incident_number": f"{NUMBER_MARK}9{months.index(month)}00001"}
    people = [person.cells for person in ASB_PEOPLE[months.index(month) :: len(months)]]
    changes: list[Row] = [
        *(
            {"received_at": "30/02/2024 01:00"},
            {"restricted": "?"},
            {"restricted": ""},
            {"easting": "", "northing": ""},
        ),
        # equal incidents are different incidents, even when a system writes one twice
        *(same, same, {}, {}),
        *({"restricted": "Y"}, {"location_confidence": "unknown"}, dict(_FAR_AWAY)),
        *people,
    ]
    if month == months[-1]:
        changes.append({"received_at": f"{months[0]}-28 22:00"})
    first = f"{NUMBER_MARK}9{months.index(month)}1"
    return [{**base, "incident_number": f"{first}{n:04d}", **cells} for n, cells in enumerate(changes)]
