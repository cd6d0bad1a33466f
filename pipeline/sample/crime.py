"""What the declarations of crime do not tell: which offences are frequent, and rows that look odd to people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from pipeline.model.periods import MONTH
from pipeline.sample.columns import column, csv_text, led
from pipeline.sample.draw import FeedLore, Lore, Truth
from pipeline.sample.kinds import ON_PURPOSE, Planted
from pipeline.sample.mark import CRIME_MARK, NUMBER_MARK
from pipeline.sample.words import PERSON_STREET, beside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.codelists import CodeLists
    from pipeline.model.periods import Period
    from pipeline.sample.columns import Integers, Table, Texts
    from pipeline.sample.draw import Cells, Row
    from pipeline.sample.places import County

_FACTS = beside(__file__)
_TYPES: Mapping[str, int] = _FACTS["types"]
_OUTCOMES: Mapping[str, int] = _FACTS["outcomes"]
#: One crime of so many has no outcome yet; of the month's last ones none has.
_NO_OUTCOME, _DECIDED = 5, 0.5
#: One reference that is restricted in one month's file and not in the month before.
_RESTRICTED_ONCE = f"{CRIME_MARK}24*9900001"
#: One crime that comes again, equal in every published column, two months later.
_COMES_AGAIN = f"{CRIME_MARK}24*9900002"
#: What marks a crime as a sensitive one.
_MARKED = {"is_domestic": "Y"}
#: The victim who has the name that a street bears.
_NAMESAKE = {"victim_forenames": "Orla", "victim_surname": "Pennyquick"}


def _truths(codelists: CodeLists) -> Mapping[str, Truth]:
    """Return the agreed offence codes with their crime types; one code in a hundred is empty."""
    listed = [(row["code"], row["crime_type"]) for row in codelists.read("offence-code").rows]
    count = Counter(kind for _, kind in listed)
    weights = [0.99 * _TYPES.get(kind, 0) / count[kind] for _, kind in listed]
    weights += [0.01 * each for each in _TYPES.values()]
    codes, kinds = zip(*listed, *(("", kind) for kind in _TYPES), strict=True)
    return {"offence": Truth({"code": codes, "crime_type": kinds}, weights)}


def _odd_crimes(county: County, month: Period, months: Sequence[Period]) -> list[Row]:
    """Return the odd cells of one month's file: bad ones, published ones, copies, and those of another month."""
    number, year = 9_500_000 + 10 * months.index(month), month[2:4]
    twice, again = (
        {"crime_reference": f"{CRIME_MARK}{year}*{number + n}", "recorded_on": f"{month}-14 10:00"} for n in (1, 2)
    )
    return [
        {"crime_type": "Violent crime", "offence_code": ""},
        {"recorded_on": f"{MONTH.neighbour(month, 1)}-02 08:00"},
        {**_at(county, len(county.points) - 1), "neighbourhood_code": "", "is_child": "Y"},
        {"location_confidence": "unknown", "is_hate": " y"},
        {"recorded_on": f"09/{month[5:]}/{month[:4]} 23:59:30"},
        {"mo_text": 'Line one, with a comma\nline two, "quoted"\r\n\n=SUM(A1)'},
        _at(county, county.point_on(PERSON_STREET)) | {"street": PERSON_STREET} | _NAMESAKE,
        _at(county, county.point_on("")),
        *(twice, twice, again | _in(county, 0), again | _in(county, -1) | {"outcome_code": "18"}),
        *_across_months(month, months),
    ]


def _across_months(month: Period, months: Sequence[Period]) -> list[Row]:
    """Return the cells of rows that matter to another month than their file's."""
    first, second, last = months[0], months[1], months[-1]
    again = {"crime_reference": _COMES_AGAIN, "recorded_on": f"{first}-20 12:00", "outcome_code": "18", **_MARKED}
    return {
        # the month before the first has no file of its own
        first: [
            {"recorded_on": f"{MONTH.neighbour(first, -1)}-28 18:00"},
            {"crime_reference": _RESTRICTED_ONCE, **_MARKED},
            again,
        ],
        second: [{"crime_reference": _RESTRICTED_ONCE, "restricted": "Y"}],
        last: [{"recorded_on": f"{first}-28 23:10", "outcome_code": "16"}, again],
    }.get(month, [])


def _in(county: County, place: int) -> Row:
    """Return the cells of a crime with a sensitive mark in a neighbourhood, the last being another authority's."""
    home = county.neighbourhoods[place]
    return {"neighbourhood_code": home.neighbourhood_code, "beat_code": home.beat_code, **_MARKED}


def _at(county: County, point: int) -> Row:
    """Return the raw coordinates of a map point."""
    return {"easting": str(county.easting[point]), "northing": str(county.northing[point])}


def _odd_incidents(_county: County, month: Period, months: Sequence[Period]) -> list[Row]:
    """Return the odd cells of one month's incidents."""
    same = {"incident_number": f"{NUMBER_MARK}9{months.index(month):03d}0001"}
    late = [{"received_at": f"{months[0]}-28 22:00"}] * (month == months[-1])
    # equal incidents are different incidents, even when a system writes one twice
    return [same, same, {}, {}, {"location_confidence": "unknown"}, {"log_text": "Youths\nin park"}, *late]


# --- outcomes: those of a month are of its own first crimes -----------------------------------------------------------


def _last_outcomes(draw: Cells, cells: Table) -> Table:
    """Return crimes with the outcome that the extract of outcomes has of each, or none."""
    if draw.plain:
        return {**cells, "outcome_code": column(np.zeros(draw.rows, np.int64), ("",))}
    place, number = draw.places(), draw.before + draw.places()
    decided = (place % _NO_OUTCOME != 0) & (place - 1 - place // _NO_OUTCOME < int(_DECIDED * draw.crimes))
    return {**_where(draw, cells, number), "outcome_code": np.where(decided, _outcome_of(number), "")}


def _of_crimes(draw: Cells, cells: Table) -> Table:
    """Return outcomes of the crimes that have one, each of one crime, where that was."""
    if draw.plain:
        return cells
    others = _NO_OUTCOME - 1
    number = draw.before + draw.places() + (draw.places() - 1) // others
    reference = led(cells["crime_reference"][0][:-7], number, 7)
    return {**_where(draw, cells, number), "crime_reference": reference, "outcome_code": _outcome_of(number)}


def _where(draw: Cells, cells: Table, number: Integers) -> Table:
    """Return cells with the place of each crime, by its number: every table has it there."""
    draw.meet("place", _mixed(number) % len(draw.force.truths["place"].columns["easting"]))
    return {**cells, **{name: there for name, there in draw.truth("place").items() if name in cells}}


def _outcome_of(number: Integers) -> Texts:
    """Return the outcome of each crime, by its number."""
    limits = np.cumsum([*_OUTCOMES.values()])
    return column(np.searchsorted(limits, _mixed(number + 1) % limits[-1], side="right"), (*_OUTCOMES,))


def _mixed(number: Integers) -> Integers:
    """Return a number for each, far from that of its neighbours (Knuth's multiplicative hash)."""
    return (number * 2_654_435_761 % 2**32) >> 8


_STREET = Planted("recorded-crime", "street", ON_PURPOSE, PERSON_STREET)
LORE = Lore(
    truths=_truths,
    feeds={
        "recorded-crime": FeedLore(
            share=1.0, most=2_500_000, odd=_odd_crimes, planted=(_STREET,), amend=_last_outcomes
        ),
        "outcomes": FeedLore(share=_DECIDED, most=1_250_000, whole=True, amend=_of_crimes),
        "asb-incidents": FeedLore(share=0.3, most=750_000, summer=0.35, odd=_odd_incidents),
        "stop-and-search": FeedLore(shares=_FACTS["searches"]),
    },
    lists=lambda: {"operation-names": csv_text((("operation_name",), (f"{NUMBER_MARK}0001",), ("Operation Lantern",)))},
)
