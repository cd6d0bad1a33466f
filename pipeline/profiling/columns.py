"""One column at a time: how much of it is filled, what kind of cells it holds, who is in it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pipeline.columns.keys import damaged
from pipeline.profiling.cells import amount, dated, is_number, is_serial, month_first, pattern
from pipeline.profiling.names import words
from pipeline.profiling.people import is_firm, people_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The kinds of column, in the words that people read.
EMPTY, DATE, MONTH, MONEY, WHOLE, NUMBER, CODE = "empty", "date", "month", "money", "whole number", "number", "code"
REFERENCE, GRID, POSTCODE, TEXT = "reference", "National Grid", "postcode", "free text"
#: So much of a column has to be of a kind.
_MOST = 0.8
_FEW_VALUES, _LONGEST_CODE, _SHORT = 60, 60, 12
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}", re.IGNORECASE)
_GRID = re.compile(r"[HNOST][A-HJ-Z] ?(?:[0-9]{3} ?[0-9]{3}|[0-9]{4} ?[0-9]{4}|[0-9]{5} ?[0-9]{5})", re.IGNORECASE)
_GRID_WORDS = frozenset(
    ["easting", "eastings", "northing", "northings", "xcoord", "ycoord", "xcord", "ycord", "osgr", "x", "y"]
)
_MONEY_WORDS = frozenset(
    "amount value total net gross vat paid cost price spend expenditure payment salary fee pay budget sum".split()  # noqa: SIM905 - words
)
#: So much of a column of numbers has to be written as only money is, where its name does not say so.
_SIGNED = 0.2
_DATE_WORDS = frozenset(["date", "day", "paid", "on", "month", "when", "time", "start", "end", "birth", "received"])
_TOKEN = re.compile(r"[^\s]*[0-9][^\s]*(?: [^\s]*[0-9][^\s]*)?")


@dataclass(slots=True)
class Column:
    """What stands below one name, of the rows that were looked at; ``name`` is None where there is none to show.

    ``dates`` and ``amounts`` are forms, by how many cells have them; ``people`` shares by what leads to somebody;
    ``firms`` is the share of cells that are an organisation's name.  ``odd`` counts cells that are not of the kind,
    ``no_key`` those that no reference may look like; ``numbered`` is the share that begins with a digit.
    """

    place: int
    name: str | None
    rows: int = 0
    filled: int = 0
    distinct: int = 0
    kind: str = EMPTY
    dates: Mapping[str, int] = field(default_factory=dict)
    amounts: Mapping[str, int] = field(default_factory=dict)
    people: Mapping[str, float] = field(default_factory=dict)
    patterns: Sequence[tuple[str, float]] = ()
    firms: float = 0.0
    odd: int = 0
    no_key: int = 0
    numbered: float = 0.0
    order_in_doubt: bool = False

    @property
    def share(self) -> float:
        """The share of rows in which it is filled."""
        return self.filled / self.rows if self.rows else 0.0


class _Dates(NamedTuple):
    forms: Mapping[str, int]
    years: Mapping[int, int]
    in_doubt: bool


def look_at(place: int, name: str | None, cells: Sequence[str]) -> Column:
    """Return what the ``cells`` of one column are."""
    counts = Counter(cell for cell in cells if cell)
    column = Column(place, name, rows=len(cells), filled=counts.total(), distinct=len(counts))
    if not counts:
        return column
    called = words(name or "")
    said = set(called)
    found = _dates(counts)
    good = sum(found.forms.values())
    serial = sum(count for text, count in counts.items() if is_serial(text)) if said & _DATE_WORDS else 0
    if serial and serial + good >= _MOST * column.filled:
        found = found._replace(forms={**found.forms, "serial": serial})
        good += serial
    is_date = good >= _MOST * column.filled and not (set(found.forms) == {"YYYYMMDD"} and not said & _DATE_WORDS)
    if is_date:
        column.kind = DATE if any("DD" in form or form == "serial" for form in found.forms) else MONTH
        column.dates, column.order_in_doubt, column.odd = found.forms, found.in_doubt, column.filled - good
    else:
        _kind_of_others(column, counts, called)
    column.people = people_in(name or "", counts, years=found.years if is_date else None)
    column.firms = sum(count for text, count in counts.items() if is_firm(text)) / column.filled
    column.no_key = sum(count for text, count in counts.items() if damaged(text))
    column.numbered = sum(count for text, count in counts.items() if text[:1].isdigit()) / column.filled
    if column.kind in {REFERENCE, POSTCODE, GRID} or (column.kind == CODE and max(map(len, counts)) <= _SHORT):
        column.patterns = _patterns(counts)
    return column


def _dates(counts: Mapping[str, int]) -> _Dates:
    forms: Counter[str] = Counter()
    years: Counter[int] = Counter()
    order: Counter[int] = Counter()
    for text, count in counts.items():
        found = dated(text)
        if found:
            forms[found.form] += count
            order[found.order] += count
            year = re.search(r"(?<![0-9])(?:19|20)[0-9]{2}", text)
            if year:
                years[int(year[0])] += count
    if order[-1] and order[-1] > order[1]:
        forms = Counter({month_first(form): count for form, count in forms.items()})
    in_doubt = bool(order[-1] and order[1]) or bool(order[0] and not order[1] and not order[-1] and _could_turn(forms))
    return _Dates(dict(forms.most_common()), years, in_doubt)


def _could_turn(forms: Mapping[str, int]) -> bool:
    return sum(forms.values()) > 1 and any(month_first(form) != form and "o" not in form for form in forms)


def _kind_of_others(column: Column, counts: Mapping[str, int], called: tuple[str, ...]) -> None:
    """Set the kind of a column that holds no dates."""
    filled, said = column.filled, set(called)

    def share(is_it: re.Pattern[str]) -> float:
        return sum(count for text, count in counts.items() if is_it.fullmatch(text)) / filled

    written = {text: amount(text) for text in counts}
    good = sum(counts[text] for text, found in written.items() if found)
    numbers = sum(count for text, count in counts.items() if is_number(text))
    if share(_POSTCODE) >= _MOST:
        column.kind = POSTCODE
    elif share(_GRID) >= _MOST or (said & _GRID_WORDS and numbers >= _MOST * filled):
        column.kind = GRID
    elif good >= _MOST * filled:
        signed = sum(counts[text] for text, found in written.items() if found and not found.plain)
        column.odd = filled - good
        if signed >= _SIGNED * filled or (said & _MONEY_WORDS and not _is_numbering(counts, called)):
            column.kind = MONEY
            forms: Counter[str] = Counter()
            for text, found in written.items():
                forms.update(dict.fromkeys(found.forms, counts[text]) if found else {})
            column.amounts = dict(forms.most_common())
        else:
            column.kind = REFERENCE if _is_numbering(counts, called) else WHOLE
    elif numbers >= _MOST * filled:
        column.kind = NUMBER
    elif len(counts) <= min(_FEW_VALUES, max(2, filled // 3)) and max(map(len, counts)) <= _LONGEST_CODE:
        column.kind = CODE
    else:
        column.kind = REFERENCE if share(_TOKEN) >= _MOST else TEXT


def _is_numbering(counts: Mapping[str, int], called: tuple[str, ...]) -> bool:
    """Return whether whole numbers number something: their name says so, or they are long and alike."""
    if called and called[-1] in {"number", "reference", "id", "code", "key"}:
        return not {"amount", "value", "total"} & set(called)
    lengths = Counter(map(len, counts))
    zeros = any(len(text) > 1 and text[0] == "0" for text in counts)
    return zeros or (min(lengths) >= 5 and len(lengths) <= 2 and not _MONEY_WORDS & set(called))  # noqa: PLR2004 - long, alike


def _patterns(counts: Mapping[str, int]) -> list[tuple[str, float]]:
    shapes: Counter[str] = Counter()
    for text, count in counts.items():
        shapes[pattern(text)] += count
    filled = shapes.total()
    return [(shape, count / filled) for shape, count in shapes.most_common(3) if count / filled >= 0.05]  # noqa: PLR2004 - a share
