"""What may happen to a raw column: each treatment is one small object in a declaration, with its reason.

A treatment never guesses: a cell it cannot handle is a problem with a code, and its row is quarantined.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.columns.arrays import constant, filled, on_distinct, plain
from pipeline.columns.dates import civil_day, days
from pipeline.columns.money import money
from pipeline.columns.text import is_formula
from pipeline.protect.fates import OneColumn, Reasoned, columns_of
from pipeline.protect.place import Place, Treated, length_of, problem
from pipeline.protect.pseudonyms import SHORT

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.columns.arrays import Mask

#: A count of more digits than this is a mistake at its source.
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonym(OneColumn):
    """Publishes a keyed pseudonym of a reference; ``after`` are parts that come first.

    References are short numbers: a hash without a key could be turned back by trying them all.
    """

    scope: str
    after: tuple[str, ...] = ()
    length: int = SHORT

    @property
    def reads(self) -> tuple[str, ...]:
        """The reference and the parts before it."""
        return (*self.after, self.column)

    @property
    def identifies(self) -> tuple[str, ...]:
        """The reference itself."""
        return (self.column,)

    @property
    def varied(self) -> tuple[str, ...]:
        """The reference."""
        return (self.column,)

    @property
    def open_text(self) -> tuple[str, ...]:
        """The pseudonym: the leak check makes sure that it is one."""
        return self.makes

    def apply(self, cells: Mapping[str, pa.Array], place: Place) -> Treated:
        """Return the pseudonym of each reference; an empty part is a problem."""
        named = place.pseudonyms.column(self.scope, [cells[name] for name in self.reads], length=self.length)
        return Treated(self._same(named), problem(self.column, "blank-reference", ~filled(cells[self.column])))


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOf(OneColumn):
    """Publishes a date-time as its month, as national files do, and as its day in ``day_into`` where that is safe."""

    day_into: str = ""

    @property
    def makes(self) -> tuple[str, ...]:
        """The month and, where asked, the day."""
        return (*columns_of(self.into), *self._days)

    @property
    def _days(self) -> tuple[str, ...]:
        return (self.day_into,) if self.day_into else ()

    def apply(self, cells: Mapping[str, pa.Array], _place: Place) -> Treated:
        """Return month and day; what is no date is a problem."""
        day = days(cells[self.column], time_allowed=True)
        month = on_distinct(day, lambda text: text[:7])
        columns = self._same(month) | dict.fromkeys(self._days, day)
        return Treated(columns, problem(self.column, "bad-date", ~filled(day)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(OneColumn):
    """Publishes a date as ISO 8601."""

    def apply(self, cells: Mapping[str, pa.Array], _place: Place) -> Treated:
        """Return the day; what is no date is a problem."""
        day = days(cells[self.column], time_allowed=False)
        return Treated(self._same(day), problem(self.column, "bad-date", ~filled(day)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnForce(OneColumn):
    """Publishes the force's name; a row of another force is a problem."""

    def apply(self, cells: Mapping[str, pa.Array], place: Place) -> Treated:
        """Return the name of the setting's force."""
        name = on_distinct(cells[self.column], lambda slug: place.force_name if slug == place.force else None)
        return Treated(self._same(name), problem(self.column, "other-force", ~filled(name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Body(OneColumn):
    """Publishes the name of the body that the settings give for a code."""

    def apply(self, cells: Mapping[str, pa.Array], place: Place) -> Treated:
        """Return the body's name; an unknown code is a problem."""
        name = on_distinct(cells[self.column], place.bodies.get)
        return Treated(self._same(name), problem(self.column, "unknown-code", ~filled(name)))


@dataclass(frozen=True, slots=True)
class ForceName(Reasoned):
    """Publishes the setting's force on every row; it settles no raw column."""

    into: str | tuple[str, ...]
    why: str

    @property
    def settles(self) -> tuple[str, ...]:
        """None."""
        return ()

    reads = settles

    @property
    def makes(self) -> tuple[str, ...]:
        """The columns of the force's name."""
        return columns_of(self.into)

    def apply(self, cells: Mapping[str, pa.Array], place: Place) -> Treated:
        """Return the name on every row."""
        return Treated(dict.fromkeys(self.makes, constant(place.force_name, length_of(cells))))


@dataclass(frozen=True, slots=True)
class Always(Reasoned):
    """Publishes one text, or nothing, on every row; it settles no raw column."""

    into: str | tuple[str, ...]
    why: str
    text: str | None = field(default=None, kw_only=True)

    @property
    def settles(self) -> tuple[str, ...]:
        """None."""
        return ()

    reads = settles

    @property
    def makes(self) -> tuple[str, ...]:
        """The columns."""
        return columns_of(self.into)

    def apply(self, cells: Mapping[str, pa.Array], _place: Place) -> Treated:
        """Return the text on every row."""
        return Treated(dict.fromkeys(self.makes, constant(self.text, length_of(cells))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recode(OneColumn):
    """Publishes the label of a code, exactly matched; an unknown or retired code is a problem.

    An empty cell is a problem too, unless the list has a row for it or ``blank`` is allowed, which keeps
    it empty.  ``words`` recodes the label once more (`Y` to `true`).
    """

    codelist: str
    key: str = "code"
    label: str = "label"
    apart_from: tuple[str, ...] = ()
    blank: bool = False
    words: tuple[tuple[str, str], ...] = ()

    def apply(self, cells: Mapping[str, pa.Array], place: Place) -> Treated:
        """Return the labels, and the cells that have none."""
        labels = place.codelists.read(self.codelist).mapping(self.key, self.label, month=place.month)
        words = dict(self.words)
        known = {code: words.get(label, label) for code, label in labels.items() if label not in self.apart_from}
        column = cells[self.column]
        if "" in known:
            column = plain(column).fill_null("")
        text = on_distinct(column, known.get)
        unknown = ~filled(text)
        if self.blank:
            unknown &= filled(column)
        return Treated(self._same(text), problem(self.column, "unknown-code", unknown))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(OneColumn):
    """Publishes `Y` and `N` as `true` and `false`; empty stays empty, anything else is a problem."""

    def apply(self, cells: Mapping[str, pa.Array], _place: Place) -> Treated:
        """Return the booleans."""
        column = cells[self.column]
        text = on_distinct(column, {"Y": "true", "N": "false"}.get)
        return Treated(self._same(text), problem(self.column, "bad-flag", filled(column) & ~filled(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Band(OneColumn):
    """Publishes a count as its band; empty stays empty.

    No exact number below eight is published: that is where national practice draws the line.
    """

    codelist: str

    def apply(self, cells: Mapping[str, pa.Array], place: Place) -> Treated:
        """Return the bands; what is no whole number from 0 on is a problem."""
        rows = place.codelists.read(self.codelist).rows
        bounds = [(int(row["from_count"]), int(row["to_count"] or 10**18), row["label"]) for row in rows]

        def band(text: str) -> str | None:
            if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
                return None
            return next((label for low, high, label in bounds if low <= int(text) <= high), None)

        column = cells[self.column]
        text = on_distinct(column, band)
        return Treated(self._same(text), problem(self.column, "bad-number", filled(column) & ~filled(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Money(OneColumn):
    """Publishes an amount in pounds and pence; empty is a problem unless ``blank``."""

    blank: bool = False

    def apply(self, cells: Mapping[str, pa.Array], _place: Place) -> Treated:
        """Return the amounts with two places."""
        column = cells[self.column]
        text = on_distinct(column, money)
        wrong = ~filled(text)
        if self.blank:
            wrong &= filled(column)
        return Treated(self._same(text), problem(self.column, "bad-money", wrong))


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep(OneColumn):
    """Publishes a text as it stands; one that a spreadsheet would run is a problem, an empty one unless ``blank``."""

    blank: bool = False

    @property
    def open_text(self) -> tuple[str, ...]:
        """The text."""
        return self.makes

    def apply(self, cells: Mapping[str, pa.Array], _place: Place) -> Treated:
        """Return the text itself."""
        column = cells[self.column]
        problems = problem(self.column, "formula-text", is_formula(column))
        if not self.blank:
            problems = (*problem(self.column, "blank-value", ~filled(column)), *problems)
        return Treated(self._same(column), problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known(OneColumn):
    """Publishes a neighbourhood's code; an unknown or empty one is a problem."""

    def apply(self, cells: Mapping[str, pa.Array], place: Place) -> Treated:
        """Return the codes that the force's list of neighbourhoods holds."""
        text = on_distinct(cells[self.column], lambda code: code if code in place.neighbourhoods else None)
        unknown = problem(self.column, "unknown-code", ~filled(text))
        return Treated(self._same(text), (*unknown, *problem(self.column, "formula-text", is_formula(text))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias(OneColumn):
    """Publishes a code list's label by what people write (case and runs of blanks aside), else ``otherwise``."""

    aliases: str
    codelist: str
    otherwise: str
    code: str

    def apply(self, cells: Mapping[str, pa.Array], place: Place) -> Treated:
        """Return the labels; an empty cell is a problem with the treatment's own code, a retired label another."""
        labels = place.codelists.read(self.codelist).mapping(month=place.month)
        alias = place.codelists.read(self.aliases).mapping("text", "code")

        def label(text: str) -> str | None:
            return labels.get(alias.get(" ".join(text.casefold().split()), self.otherwise))

        column = cells[self.column]
        text = on_distinct(column, label)
        retired = problem(self.column, "unknown-code", filled(column) & ~filled(text))
        return Treated(self._same(text), (*problem(self.column, self.code, ~filled(column)), *retired))


def before(column: pa.Array, day: str) -> Mask:
    """Return where the day of a date-time column is before ``day`` (ISO text)."""

    def earlier(text: str) -> str | None:
        found = civil_day(text, time_allowed=True)
        return "Y" if found and found.isoformat() < day else None

    return filled(on_distinct(column, earlier))
