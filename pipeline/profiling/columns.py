"""One column at a time: how much of it is filled, what kind of cells it holds, who is in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import pandas as pd

from pipeline.columns.keys import damaged
from pipeline.profiling.cells import amount, dated, is_number, is_serial, month_first, pattern
from pipeline.profiling.names import words
from pipeline.profiling.people import is_firm, people_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}")
#: The share of a column from which on a pattern is shown.
_COMMON = 0.05
#: How many rows hold each distinct text, in the order in which these come.
Counts: TypeAlias = "pd.Series[int]"
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
    texts = pd.Series(cells, dtype=object)
    counts = texts[texts != ""].value_counts(sort=False)
    column = Column(place, name, rows=len(texts), filled=int(counts.sum()), distinct=len(counts))
    if counts.empty:
        return column
    called = words(name or "")
    said = set(called)
    found = _dates(counts)
    good = sum(found.forms.values())
    serial = _rows(counts, is_serial) if said & _DATE_WORDS else 0
    if serial and serial + good >= _MOST * column.filled:
        found = found._replace(forms={**found.forms, "serial": serial})
        good += serial
    is_date = good >= _MOST * column.filled and not (set(found.forms) == {"YYYYMMDD"} and not said & _DATE_WORDS)
    if is_date:
        column.kind = DATE if any("DD" in form or form == "serial" for form in found.forms) else MONTH
        column.dates, column.order_in_doubt, column.odd = found.forms, found.in_doubt, column.filled - good
    else:
        _kind_of_others(column, counts, called)
    column.people = people_in(name or "", _plain(counts), years=found.years if is_date else None)
    column.firms = _rows(counts, is_firm) / column.filled
    column.no_key = _rows(counts, damaged)
    column.numbered = _rows(counts, lambda text: text[:1].isdigit()) / column.filled
    if column.kind in {REFERENCE, POSTCODE, GRID} or (column.kind == CODE and _lengths(counts).max() <= _SHORT):
        shapes = _by(counts, pattern).nlargest(3) / column.filled
        column.patterns = [(str(shape), share) for shape, share in shapes[shapes >= _COMMON].items()]
    return column


def _rows(counts: Counts, is_it: Callable[[str], object]) -> int:
    """Return how many rows hold a text that ``is_it``."""
    return int(counts[[bool(is_it(text)) for text in counts.index]].sum())


def _by(counts: Counts, fact: Callable[[str], object]) -> Counts:
    """Return how many rows hold a text of each ``fact``, in the order of their texts; None is no fact."""
    return counts.groupby(counts.index.map(fact), sort=False).sum()


def _plain(counts: Counts) -> dict[str, int]:
    return {str(fact): int(rows) for fact, rows in counts.items()}


def _lengths(counts: Counts) -> pd.Index[int]:
    return counts.index.map(len)


def _dates(counts: Counts) -> _Dates:
    dates = {text: found for text in counts.index if (found := dated(text))}
    written = counts[list(dates)]
    order = _by(written, lambda text: dates[text].order)
    day_first, month_first_, either = (int(order.get(each, 0)) for each in (1, -1, 0))
    turned = month_first if month_first_ > day_first else str
    forms = _by(written, lambda text: turned(dates[text].form)).sort_values(ascending=False, kind="stable")
    years = _by(written, lambda text: year[0] if (year := _YEAR.search(text)) else None)
    could_turn = int(written.sum()) > 1 and any(month_first(form) != form and "o" not in form for form in forms.index)
    in_doubt = bool(day_first and month_first_) or bool(either and not day_first and not month_first_ and could_turn)
    return _Dates(_plain(forms), {int(year): rows for year, rows in _plain(years).items()}, in_doubt)


def _kind_of_others(column: Column, counts: Counts, called: tuple[str, ...]) -> None:
    """Set the kind of a column that holds no dates."""
    most, said = _MOST * column.filled, set(called)
    amounts = {text: found for text in counts.index if (found := amount(text))}
    written = counts[list(amounts)]
    numbers = _rows(counts, is_number)
    if _rows(counts, _POSTCODE.fullmatch) >= most:
        column.kind = POSTCODE
    elif _rows(counts, _GRID.fullmatch) >= most or (said & _GRID_WORDS and numbers >= most):
        column.kind = GRID
    elif written.sum() >= most:
        signed = _rows(written, lambda text: not amounts[text].plain)
        column.odd = column.filled - int(written.sum())
        if signed >= _SIGNED * column.filled or (said & _MONEY_WORDS and not _is_numbering(counts, called)):
            column.kind = MONEY
            forms = _by(written, lambda text: next(iter(amounts[text].forms), None))
            column.amounts = _plain(forms.sort_values(ascending=False, kind="stable"))
        else:
            column.kind = REFERENCE if _is_numbering(counts, called) else WHOLE
    elif numbers >= most:
        column.kind = NUMBER
    elif len(counts) <= min(_FEW_VALUES, max(2, column.filled // 3)) and _lengths(counts).max() <= _LONGEST_CODE:
        column.kind = CODE
    else:
        column.kind = REFERENCE if _rows(counts, _TOKEN.fullmatch) >= most else TEXT


def _is_numbering(counts: Counts, called: tuple[str, ...]) -> bool:
    """Return whether whole numbers number something: their name says so, or they are long and alike."""
    if called and called[-1] in {"number", "reference", "id", "code", "key"}:
        return not {"amount", "value", "total"} & set(called)
    lengths = _lengths(counts)
    zeros = any(len(text) > 1 and text[0] == "0" for text in counts.index)
    return zeros or (lengths.min() >= 5 and lengths.nunique() <= 2 and not _MONEY_WORDS & set(called))  # noqa: PLR2004 - long, alike
