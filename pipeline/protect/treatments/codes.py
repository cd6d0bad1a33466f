"""Codes as labels, one or several in a cell, and bodies as names."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import pyarrow.compute as pc

from pipeline.columns.arrays import filled, mask_of, mask_on_distinct, on_distinct, plain
from pipeline.columns.dates import days, months
from pipeline.columns.keys import folded
from pipeline.columns.open_text import is_formula
from pipeline.columns.text import is_invisible
from pipeline.errors import InputError
from pipeline.model.handling import Treated, columns_of, problem
from pipeline.protect.handling import MayBeBlank, OneColumn, key_problems
from pipeline.protect.spend import SpendOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.handling import Draw


_FLAGS: Final[Mapping[str, str]] = MappingProxyType({"Y": "true", "N": "false"})
_NATIONAL: Final[Mapping[str, str]] = MappingProxyType({"Y": "True", "N": "False"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherName(OneColumn):
    """Publishes the name of the publisher that the settings give for a key."""

    typical = ("of", "force")
    odd = ("board",)  # a publisher of nothing
    why: str = "who answers for it"

    def reading(self, context: Context) -> Callable[[str], str | None]:
        """Return the names of publishers by key."""
        return context.publishers.get


@dataclass(frozen=True, slots=True, kw_only=True)
class Body(OneColumn):
    """Publishes the name of the body that the settings give for a code."""

    typical = ("truth", "body", "code")
    odd = ("BOARD",)  # a body of nobody
    why: str = "two bodies may share one extract"

    def reading(self, context: Context) -> Callable[[str], str | None]:
        """Return the names of bodies by key."""
        return context.bodies.get


@dataclass(frozen=True, slots=True)
class Coded(MayBeBlank):
    """Publishes the label of a code, exactly matched; an unknown or retired code is a problem.

    An empty cell is a problem too, unless the list has a row for it or ``blank`` is allowed, which keeps
    it empty.  ``flag``: the list says `Y` or `N`, and `true` or `false` is published.  Of several lists the first
    that has the code in the row's month counts, which is that of the day in the raw column ``dated_by`` where one is
    named.  ``figure`` is a quality figure, and the code whose rows it counts.
    """

    beside = ("dated_by",)
    codelist: str | tuple[str, ...]
    _: KW_ONLY
    why: str = "one of a closed list, never free text"
    key: str = "code"
    label: str = "label"
    apart_from: tuple[str, ...] = ()
    flag: bool = False
    figure: tuple[str, str] | None = None
    dated_by: str = ""

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the labels, and the cells that have none."""
        labels: dict[str, str] = {}
        month = None if self.dated_by else context.first_month
        for name in reversed(columns_of(self.codelist)):
            labels |= context.codelists.read(name).mapping(self.key, self.label, month=month)
        words = _FLAGS if self.flag else {}
        known = {code: words.get(label, label) for code, label in labels.items() if label not in ("", *self.apart_from)}
        column = cells[self.column]
        if "" in known:
            column = plain(column).fill_null("")
        text = on_distinct(column, known.get)
        unknown = self.lacking(column, text)
        if self.dated_by:
            unknown |= self._retired(cells, context)
        problems = key_problems(self.column, cells[self.column], problem(self.column, "unknown-code", unknown))
        if self.figure is None:
            return Treated(self._same(text), problems)
        name, code = self.figure
        counted = mask_on_distinct(column, code.__eq__)
        return Treated(self._same(text), problems, {name: counted})

    def _retired(self, cells: Mapping[str, pa.Array], context: Context) -> Mask:
        """Return where a code was retired before the month of the row's own day; of a row without one nobody knows."""
        rows = (row for name in columns_of(self.codelist) for row in context.codelists.read(name).rows)
        last = {row[self.key]: row["valid_to"] for row in rows if row.get("valid_to")}
        until = on_distinct(cells[self.column], last.get)
        month = months(days(cells[self.dated_by], time_allowed=False))
        return mask_of(pc.greater(plain(month), plain(until)))

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return codes of the list, as many cells empty where that is allowed."""
        every_row = (row for name in columns_of(self.codelist) for row in draw.codes(name))
        codes = (row[self.key] for row in every_row if row[self.label] not in ("", *self.apart_from))
        every = tuple(dict.fromkeys((*codes, *("",) * self.blank)))
        return {self.column: draw.of(every, [1 if code else len(every) for code in every])}

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return a code that no list has, and a label that another feed uses."""
        return ({self.column: "99X"}, *({self.column: label} for label in self.apart_from))


@dataclass(frozen=True, slots=True)
class Flag(OneColumn):
    """Publishes `Y` and `N` as `true` and `false`; empty stays empty, anything else is a problem.

    ``national``: as `True` and `False`, which the national files write.  ``needed``: empty is a problem too.
    """

    fault = "bad-flag"
    odd = ("maybe",)  # no mark
    _: KW_ONLY
    why: str = "yes or no leads to nobody"
    national: bool = False
    needed: bool = False

    @property
    def optional(self) -> tuple[str, ...]:
        """The mark, where it may be empty."""
        return () if self.needed else self.columns

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return marks, some of them empty; few rows have one that every row needs."""
        return {self.column: draw.of(("N", "Y"), (11, 1)) if self.needed else draw.of(("Y", "N", ""))}

    @property
    def may_be_empty(self) -> bool:  # type: ignore[override] # as each declaration says
        """Whether a row may have none."""
        return not self.needed

    def reading(self, _context: Context) -> Callable[[str], str | None]:
        """Return the booleans of marks."""
        return (_NATIONAL if self.national else _FLAGS).get


def _neighbourhoods(table: pa.Table) -> frozenset[str]:
    return frozenset(str(code) for code in table.column("neighbourhood_code").to_pylist())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceCode(MayBeBlank):
    """Publishes a neighbourhood's code; an unknown one is a problem, and an empty one unless ``blank``."""

    typical = ("truth", "place", "neighbourhood_code")
    odd = ("XX9", "")  # no neighbourhood, and none
    needs = ("neighbourhoods",)

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the codes that the force's list of neighbourhoods holds."""
        known = context.references.derived("neighbourhoods", _neighbourhoods) or frozenset()
        column = cells[self.column]
        text = on_distinct(column, lambda code: code if code in known else None)
        unknown = problem(self.column, "unknown-code", self.lacking(column, text))
        formula = problem(self.column, "formula-text", is_formula(text))
        return Treated(self._same(text), key_problems(self.column, column, unknown, formula))


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueForMoney(OneColumn):
    """Publishes a procurement route by what people write (case and runs of blanks aside), else `recorded`.

    An empty cell is a problem, unless the settings say that reasons are not recorded: then it has the label of
    `not-recorded`.  A column without any reason stops the dataset, as the settings should say so.
    """

    odd = ("", " \N{NO-BREAK SPACE}")  # no reason
    options = (SpendOptions,)
    lackable = True  # the settings say whether there has to be a reason
    why: str = "the law asks why value for money was expected"

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the labels; an empty cell is a problem, and so is a retired label.

        Raises:
            InputError: ``no-value-for-money``: a reason must be there, and no row has one.
        """
        required = context.option(SpendOptions).value_for_money == "required"
        labels = context.codelists.read("procurement-route").mapping(month=context.first_month)
        alias = context.codelists.read("procurement-route-alias").mapping("text", "code")

        def label(text: str) -> str | None:
            return labels.get(alias.get(" ".join(text.casefold().split()), "recorded"))

        column = cells[self.column]
        if required and len(column) and not filled(column).any():
            raise InputError(
                "no-value-for-money",
                f"no row of {context.month} gives a reason why value for money was expected",
                where=f"column `{self.column}`",
                fix='mend the extract; where the system records no reasons, set value_for_money = "not-recorded" and '
                "value_for_money_note in [spend]",
            )
        text = on_distinct(column, label)
        unseen = _unseen(column)
        retired = problem(self.column, "unknown-code", filled(column) & ~filled(text) & ~unseen)
        problems = (*problem(self.column, "damaged-key", unseen), *retired)
        if required:
            return Treated(
                self._same(text), (*problem(self.column, "blank-value-for-money", ~filled(column)), *problems)
            )
        blank = labels.get("not-recorded")
        return Treated(self._same(plain(text).fill_null(blank).dictionary_encode()), problems)

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return reasons as people write them, and some that no list has."""
        known = (row["text"] for row in draw.codes("procurement-route-alias"))
        return {self.column: draw.of((*known, "3  QUOTES", "Agreed by the board"))}


def _unseen(column: pa.Array) -> Mask:
    """Return the texts that hold a character that is not seen, line ends and tabs apart, or nothing but signs."""

    def hidden(text: str) -> bool:
        return any(is_invisible(each) and each not in "\t\r\n" for each in text) or not folded(text)

    return mask_on_distinct(column, hidden)


@dataclass(frozen=True, slots=True)
class Codes(OneColumn):
    """Publishes the labels of codes that `;` joins, each once, in the order of their list, joined by `; `.

    A cell with a code that the list does not have is a problem; an empty cell stays empty.
    """

    may_be_empty = True
    odd = ("99X",)  # a code that no list has
    lackable = True
    codelist: str
    _: KW_ONLY
    why: str = "codes of a closed list, never free text"

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return one code, and two."""
        one, other, *_ = (row["code"] for row in draw.codes(self.codelist))
        return {self.column: draw.of((one, f"{other}; {one};{other}"))}

    def reading(self, context: Context) -> Callable[[str], str | None]:
        """Return what makes the labels of a cell, None where a code has none."""
        known = context.codelists.read(self.codelist).mapping(month=context.first_month)

        def labels(text: str) -> str | None:
            codes = {code.strip() for code in text.split(";")}
            return "; ".join(known[code] for code in known if code in codes) if codes <= known.keys() else None

        return labels
