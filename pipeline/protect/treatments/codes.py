"""Codes as labels, and bodies as names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.columns.arrays import filled, on_distinct, plain
from pipeline.columns.text import is_formula
from pipeline.model.handling import Treated, problem
from pipeline.protect.handling import OneColumn

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Body(OneColumn):
    """Publishes the name of the body that the settings give for a code."""

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the body's name; an unknown code is a problem."""
        name = on_distinct(cells[self.column], context.bodies.get)
        return Treated(self._same(name), problem(self.column, "unknown-code", ~filled(name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded(OneColumn):
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

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the labels, and the cells that have none."""
        labels = context.codelists.read(self.codelist).mapping(self.key, self.label, month=context.month)
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

    def apply(self, cells: Mapping[str, pa.Array], _context: Context) -> Treated:
        """Return the booleans."""
        column = cells[self.column]
        text = on_distinct(column, {"Y": "true", "N": "false"}.get)
        return Treated(self._same(text), problem(self.column, "bad-flag", filled(column) & ~filled(text)))


def _neighbourhoods(table: pa.Table) -> frozenset[str]:
    return frozenset(str(code) for code in table.column("neighbourhood_code").to_pylist())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceCode(OneColumn):
    """Publishes a neighbourhood's code; an unknown or empty one is a problem."""

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the codes that the force's list of neighbourhoods holds."""
        known = context.references.derived("neighbourhoods", _neighbourhoods) or frozenset()
        text = on_distinct(cells[self.column], lambda code: code if code in known else None)
        unknown = problem(self.column, "unknown-code", ~filled(text))
        return Treated(self._same(text), (*unknown, *problem(self.column, "formula-text", is_formula(text))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias(OneColumn):
    """Publishes a code list's label by what people write (case and runs of blanks aside), else ``otherwise``."""

    aliases: str
    codelist: str
    otherwise: str
    code: str

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the labels; an empty cell is a problem with the treatment's own code, a retired label another."""
        labels = context.codelists.read(self.codelist).mapping(month=context.month)
        alias = context.codelists.read(self.aliases).mapping("text", "code")

        def label(text: str) -> str | None:
            return labels.get(alias.get(" ".join(text.casefold().split()), self.otherwise))

        column = cells[self.column]
        text = on_distinct(column, label)
        retired = problem(self.column, "unknown-code", filled(column) & ~filled(text))
        return Treated(self._same(text), (*problem(self.column, self.code, ~filled(column)), *retired))
