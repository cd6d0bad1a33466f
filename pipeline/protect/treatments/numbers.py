"""Counts as bands, amounts as pounds and pence, contracts by their numbers and what they are worth."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from pipeline.columns.arrays import filled, on_distinct, plain
from pipeline.columns.money import money
from pipeline.columns.open_text import is_formula
from pipeline.model.handling import Treated, problem
from pipeline.protect.handling import MayBeBlank, OneColumn, key_problems
from pipeline.settings import reader as checks
from pipeline.settings.options import Options
from pipeline.settings.reader import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.handling import Draw


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

    fault = "bad-number"
    may_be_empty = True
    is_key = False
    odd = ("-3", "")  # no count, and none
    lackable = True
    codelist: str
    _: KW_ONLY
    unit: str = "count"
    why: str = "exact numbers of a small group single people out"

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return counts, small ones above all."""
        counts = range(70)
        return {self.column: draw.of(tuple(map(str, counts)), tuple(1 / (1 + count) for count in counts))}

    def reading(self, context: Context) -> Callable[[str], str | None]:
        """Return what makes bands of whole numbers from 0 on."""
        rows = context.codelists.read(self.codelist).rows
        low, high = f"from_{self.unit}", f"to_{self.unit}"
        bounds = [(int(row[low]), int(row[high] or 10**18), row["label"]) for row in rows]

        def band(text: str) -> str | None:
            if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
                return None
            return next((label for low, high, label in bounds if low <= int(text) <= high), None)

        return band


@dataclass(frozen=True, slots=True)
class Number(MayBeBlank):
    """Publishes a number of digits, with a point and ``places`` behind it at most; no sign, and none that is rounded.

    Zeros at the front are left out.  Empty is a problem unless ``blank``.  ``between`` are the least and the greatest
    that it can be.
    """

    fault = "bad-number"
    is_key = False
    _: KW_ONLY
    places: int = 0
    between: tuple[int, int] | None = None

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

    def reading(self, _context: Context) -> Callable[[str], str | None]:
        """Return what writes a number with all its places."""
        form = re.compile(rf"[0-9]{{1,{_MOST_EXACT}}}" + (rf"(?:\.[0-9]{{1,{self.places}}})?" if self.places else ""))

        def number(text: str) -> str | None:
            if not form.fullmatch(text) or (self.between and not self.between[0] <= Decimal(text) <= self.between[1]):
                return None
            return f"{Decimal(text):.{self.places}f}"

        return number


@dataclass(frozen=True, slots=True)
class EntryNumber(Number):
    """Publishes the number of an entry of a register, a whole one that can be trusted as a key."""

    is_key = True

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return numbers that follow each other."""
        return {self.column: draw.running()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Money(MayBeBlank):
    """Publishes an amount in pounds and pence; empty is a problem unless ``blank``."""

    fault = "bad-money"
    is_key = False
    typical = ("amounts",)
    cells_are = "amounts"

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return half a penny, and nothing."""
        return ({self.column: "12.345"}, *({self.column: ""},) * (not self.blank))

    def reading(self, _context: Context) -> Callable[[str], str | None]:
        """Return what writes an amount with two places."""
        return money


_PREFIX: Final = Form(r"ocds-[A-Za-z0-9]{6}", "the prefix that was registered: `ocds-` and six letters or digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractOptions(Options):
    """The registered prefix of contracting process identifiers, and the address below which packages stand.

    Both are "" where the settings do not say: contracts have no such identifier then, and there are no packages.
    """

    section = "contracts"
    ocid_prefix: str = field(default="", metadata={"form": _PREFIX})
    package_base: str = field(default="", metadata={"form": checks.WEB})


@dataclass(frozen=True, slots=True)
class ContractId(OneColumn):
    """Publishes a contract's reference in the first column, and its open contracting identifier in the second.

    The identifier (OCDS 1.1, `ocid`) is the registered prefix of the settings and the reference, blank without one.
    """

    typical = ("references", "contract")
    is_open = True
    options = (ContractOptions,)
    _: KW_ONLY
    why: str = "names the contract"

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return references and identifiers; the schema says what a reference looks like."""
        column = cells[self.column]
        prefix = context.option(ContractOptions).ocid_prefix
        ocid = on_distinct(column, lambda reference: f"{prefix}-{reference}" if prefix else None)
        blank = problem(self.column, "blank-value", ~filled(column))
        problems = key_problems(self.column, column, blank, problem(self.column, "formula-text", is_formula(column)))
        return Treated(dict(zip(self.makes, (column, ocid), strict=True)), problems)


@dataclass(frozen=True, slots=True)
class Worth(Money):
    """Publishes what a contract is worth: nothing stands for unknown, and so does 0.00.

    Where ``over`` is an amount, a second column says whether the contract is worth more or nobody knows.
    """

    _: KW_ONLY
    blank: bool = True
    over: str = ""
    figure: str = ""

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the amounts, and whether each is more than the limit."""
        made = Money.apply(self, cells, context)
        worth = on_distinct(made.columns[self.makes[0]], lambda amount: None if Decimal(amount) == 0 else amount)
        columns = {self.makes[0]: worth}
        if self.over:
            limit = Decimal(self.over)
            columns[self.makes[1]] = on_distinct(
                plain(worth).fill_null(_UNKNOWN),
                lambda amount: "true" if amount == _UNKNOWN or Decimal(amount) > limit else "false",
            )
        return made._replace(columns=columns, quality={self.figure: ~filled(worth)} if self.figure else {})

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return what nobody knows."""
        return ({self.column: "0.00"},)


#: Stands for an amount that nobody knows.
_UNKNOWN = "unknown"
