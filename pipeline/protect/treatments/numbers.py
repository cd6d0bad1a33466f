"""Counts as bands, amounts as pounds and pence."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from pipeline.columns.arrays import filled, on_distinct
from pipeline.columns.money import money
from pipeline.model.handling import Treated, problem
from pipeline.protect.handling import MayBeBlank, OneColumn, key_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.examples import Draw


#: A count of more digits than this is a mistake at its source.
_MOST_DIGITS = 9
#: A spreadsheet keeps so many digits.
_MOST_EXACT = 15


@dataclass(frozen=True, slots=True)
class Band(OneColumn):
    """Publishes a count as its band; empty stays empty.

    No exact number below eight is published: that is where national practice draws the line.  The list says from and
    to what ``unit`` its bands reach.
    """

    odd: ClassVar[tuple[str, ...]] = ("-3", "")  # no count, and none
    lackable: ClassVar[bool] = True
    codelist: str
    _: KW_ONLY
    unit: str = "count"
    why: str = "exact numbers of a small group single people out"

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the bands; what is no whole number from 0 on is a problem."""
        rows = context.codelists.read(self.codelist).rows
        low, high = f"from_{self.unit}", f"to_{self.unit}"
        bounds = [(int(row[low]), int(row[high] or 10**18), row["label"]) for row in rows]

        def band(text: str) -> str | None:
            if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
                return None
            return next((label for low, high, label in bounds if low <= int(text) <= high), None)

        column = cells[self.column]
        text = on_distinct(column, band)
        return Treated(self._same(text), problem(self.column, "bad-number", filled(column) & ~filled(text)))

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return counts, small ones above all."""
        counts = range(70)
        return {self.column: draw.of(tuple(map(str, counts)), tuple(1 / (1 + count) for count in counts))}


@dataclass(frozen=True, slots=True)
class Number(MayBeBlank):
    """Publishes a number of digits, with a point and ``places`` behind it at most; no sign, and none that is rounded.

    Zeros at the front are left out.  Empty is a problem unless ``blank``.  ``between`` are the least and the greatest
    that it can be.
    """

    _: KW_ONLY
    places: int = 0
    between: tuple[int, int] | None = None

    def apply(self, cells: Mapping[str, pa.Array], _context: Context) -> Treated:
        """Return the numbers, those with places with all of them."""
        form = re.compile(rf"[0-9]{{1,{_MOST_EXACT}}}" + (rf"(?:\.[0-9]{{1,{self.places}}})?" if self.places else ""))

        def number(text: str) -> str | None:
            if not form.fullmatch(text) or (self.between and not self.between[0] <= Decimal(text) <= self.between[1]):
                return None
            return f"{Decimal(text):.{self.places}f}"

        column = cells[self.column]
        text = on_distinct(column, number)
        return Treated(self._same(text), problem(self.column, "bad-number", self.lacking(column, text)))

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return numbers that the schema allows, or that it can be; one in five is missing where it may be."""
        if self.between is None:
            return {self.column: draw.text(self.column, self.makes[0])}
        low, high = self.between
        known = tuple(map(str, range(low, high + 1)))
        return {self.column: draw.of((*known, "") if self.blank else known)}

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return a sign, or what is too much, and nothing."""
        wrong = str(self.between[1] + 1) if self.between else "-3"
        return ({self.column: wrong}, *({self.column: ""},) * (not self.blank))


@dataclass(frozen=True, slots=True)
class EntryNumber(Number):
    """Publishes the number of an entry of a register, a whole one that can be trusted as a key."""

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the numbers."""
        made = Number.apply(self, cells, context)
        return made._replace(problems=key_problems(self.column, cells[self.column], made.problems))

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return numbers that follow each other."""
        return {self.column: draw.running()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Money(MayBeBlank):
    """Publishes an amount in pounds and pence; empty is a problem unless ``blank``."""

    cells_are: ClassVar[str] = "amounts"

    def apply(self, cells: Mapping[str, pa.Array], _context: Context) -> Treated:
        """Return the amounts with two places."""
        column = cells[self.column]
        text = on_distinct(column, money)
        return Treated(self._same(text), problem(self.column, "bad-money", self.lacking(column, text)))

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return amounts."""
        return {self.column: draw.amounts()}

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return half a penny, and nothing."""
        return ({self.column: "12.345"}, *({self.column: ""},) * (not self.blank))
