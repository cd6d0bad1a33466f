"""How a force's own export becomes an agreed extract, and what the names of its files and sheets say of a period."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.columns.dates import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.model.periods import Period, PeriodKind


#: The part of a key that nothing but its place tells: file, sheet and row number.
ROW: Final = "row"
#: Where a row's period stands when no column gives it.
FILE, SHEET = "file", "sheet"
FIND, NONE = "find", "none"
EVERY_SHEET: Final = "*"


class Fate(NamedTuple):
    """Why a column of the force's own is not published, and whom it identifies, "" for nobody."""

    why: str
    whom: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMapping:
    """The mapping of one feed, as `[extracts.NAME]` says it; agreed names first, the force's own behind.

    ``header`` is `find`, `none` or a row's number; ``month`` is `file`, `sheet` or one of their columns.  ``columns``
    are the spellings of each agreed column, one of which stands in each header; ``codes`` their cells with the agreed
    code; ``keys`` the parts of a key that the system lacks; ``absent`` what it does not hold, with the reason.
    """

    feed: str
    files: tuple[str, ...] = ()
    sheets: tuple[str, ...] = (EVERY_SHEET,)
    header: str = FIND
    encoding: str = "utf-8"
    delimiter: str = ","
    dates: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    month: str = FILE
    stop_at: str = ""
    allow: tuple[str, ...] = ()
    table: str = ""
    query: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
    withheld: Mapping[str, Fate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let nothing in it change."""
        for name in ("columns", "constants", "codes", "keys", "absent", "withheld"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def is_database(self) -> bool:
        """Whether it reads a database, and no files."""
        return bool(self.table or self.query)

    @property
    def by_column(self) -> bool:
        """Whether a column of theirs gives the period of each row."""
        return self.month not in (FILE, SHEET)

    def spellings(self, name: str) -> tuple[str, ...]:
        """Return the spellings of a column that is named as theirs, or by its agreed name."""
        return self.columns.get(name, (name,))

    def in_words(self, agreed: str) -> str:
        """Return what messages call an agreed column: the force's own names for it first."""
        theirs = self.columns.get(agreed, ())
        said = " or ".join(f"`{name}`" for name in theirs)
        return f"{said} ({agreed})" if {folded(name) for name in theirs} - {folded(agreed)} else f"`{agreed}`"

    @property
    def named(self) -> tuple[str, ...]:
        """Every agreed column that it says something of."""
        return tuple(dict.fromkeys((*self.columns, *self.constants, *self.keys, *self.absent)))

    def theirs(self) -> Iterator[tuple[str, ...]]:
        """Yield the spellings of each column that must stand in an export, without those that are withheld."""
        yield from self.columns.values()
        for parts in self.keys.values():
            yield from ((part,) for part in parts if part not in (ROW, *self.columns))
        if self.by_column and self.month not in self.columns:
            yield (self.month,)


def folded(name: str) -> str:
    """Return a column's name as names are compared: trimmed, blanks inside collapsed, case aside."""
    return " ".join(name.replace("\u00a0", " ").split()).casefold()


_SHORT: Final = (*(name[:3] for name in MONTHS), "sept")
_MM: Final = "0[1-9]|1[0-2]"
_YEAR: Final = "20[0-9]{2}"
#: What may stand in braces, and how it looks.
MARKS: Final = {
    "month": f"{_YEAR}-(?:{_MM})",
    "year": _YEAR,
    "yy": "[0-9]{2}",
    "mm": _MM,
    "mon": f"(?i:{'|'.join(reversed(_SHORT))})",
    "month_name": f"(?i:{'|'.join(MONTHS)})",
    "quarter": f"(?:{_YEAR}-)?Q[1-4]",
    "fy": f"{_YEAR}-[0-9]{{2}}",
}
_MARK = re.compile(r"\{([a-z_]+)\}|(\*)")
_APRIL, _MONTHS_OF_QUARTER = 4, 3
_WORD = f"(?P<name>{'|'.join(sorted((*MONTHS, *_SHORT), key=len, reverse=True))})"
_GAP = r"[\s'\u2019._/-]{0,3}"
#: How people call a month: `Jan '24`, `APR 24`, `January 2024`, `2024-01`, `01/2024`, `202401`.
_SAID = re.compile(
    rf"{_WORD}{_GAP}(?P<year>{_YEAR}|[0-9]{{2}})|(?P<first>{_YEAR})[\s._/-]?(?P<mm>{_MM})"
    rf"|(?P<mm2>{_MM})[\s._/-](?P<last>{_YEAR})|(?P<alone>{_YEAR}){_GAP}(?P<behind>{'|'.join(reversed(_SHORT))})",
    re.IGNORECASE | re.ASCII,
)


class Named(NamedTuple):
    """What a name says: a month `2024-03`, a quarter's first month, the first year of a financial year, "" for none."""

    month: str = ""
    quarter: str = ""
    financial_year: str = ""

    def period(self, kind: PeriodKind) -> Period:
        """Return the period of a ``kind`` that the name gives, "" where it gives none."""
        fits = {1: (self.month,), 3: (self.month, self.quarter)}
        year = f"{self.financial_year}-04" if self.financial_year else ""
        first = next(filter(None, fits.get(kind.months, (self.month, self.quarter, year))), "")
        return kind.only or (kind.of_month(first) if first else "")


def marks_in(pattern: str) -> tuple[str, ...]:
    """Return what stands in braces in a pattern."""
    return tuple(found[1] for found in _MARK.finditer(pattern) if found[1])


def gives_period(pattern: str, kind: PeriodKind) -> bool:
    """Return whether each name of the pattern gives a period of a ``kind``."""
    marks = set(marks_in(pattern))
    year = bool(marks & {"year", "yy", "fy"})
    month = "month" in marks or (year and bool(marks & {"mm", "mon", "month_name"}))
    enough = {1: month, 3: month or "quarter" in marks}
    return bool(kind.only) or kind.register or enough.get(kind.months, month or "fy" in marks)


def named(pattern: str, name: str) -> Named | None:
    """Return what ``name`` says where it fits the pattern, None where it does not; `*` is anything within one name."""
    found = _form(pattern).fullmatch(name)
    if found is None:
        return None
    said = {key.rstrip("0123456789"): text for key, text in found.groupdict().items() if text}
    month_number = _number(said.get("mon") or said.get("month_name") or said.get("mm", ""))
    year = said.get("year") or (f"20{said['yy']}" if "yy" in said else "")
    if not year and "fy" in said:
        year = str(int(said["fy"][:4]) + (0 < month_number < _APRIL))
    month = said.get("month") or (f"{year}-{month_number:02}" if year and month_number else "")
    return Named(month, _quarter(said.get("quarter", ""), year, said.get("fy", "")), said.get("fy", "")[:4])


@lru_cache(maxsize=256)
def _form(pattern: str) -> re.Pattern[str]:
    """Return the names that fit: a mark may come twice."""
    counted: dict[str, int] = {}
    pieces: list[str] = []
    end = 0
    for found in _MARK.finditer(pattern):
        pieces.append(re.escape(pattern[end : found.start()]))
        mark = found[1]
        if mark:
            counted[mark] = counted.get(mark, 0) + 1
            pieces.append(f"(?P<{mark}{counted[mark] if counted[mark] > 1 else ''}>{MARKS.get(mark, '(?!)')})")
        else:
            pieces.append("[^/]*")
        end = found.end()
    return re.compile("".join((*pieces, re.escape(pattern[end:]))), re.ASCII)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _month_number(text) if text else 0


def _month_number(word: str) -> int:
    return next(number for number, name in enumerate(MONTHS, 1) if name.startswith(word.lower()[:3]))


def _quarter(text: str, year: str, financial: str) -> str:
    """Return the first month of a quarter: of a calendar year, or of a financial one where that is named."""
    if not text:
        return ""
    number = int(text[-1])
    if "-" in text or not financial:
        year = text[:4] if "-" in text else year
        return f"{year}-{number * _MONTHS_OF_QUARTER - 2:02}" if year else ""
    first = int(financial[:4])
    return f"{first + 1}-01" if number == _APRIL else f"{first}-{number * _MONTHS_OF_QUARTER + 1:02}"


def month_said(text: str, year_of: Named | None = None) -> str:
    """Return the month that a text calls, `YYYY-MM`, "" where it calls none; a bare name takes its year from a file."""
    text = " ".join(text.split())
    found = _SAID.fullmatch(text)
    if found:
        year = found["year"] or found["first"] or found["last"] or found["alone"]
        number = found["mm"] or found["mm2"]
        month = int(number) if number else _month_number(found["name"] or found["behind"])
        return f"{year if len(year) > 2 else f'20{year}'}-{month:02}"  # noqa: PLR2004 - two digits
    if year_of and year_of.financial_year and text.lower() in (*MONTHS, *_SHORT):
        number = _month_number(text)
        return f"{int(year_of.financial_year) + (number < _APRIL)}-{number:02}"
    return ""
