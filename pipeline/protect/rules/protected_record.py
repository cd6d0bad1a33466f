"""Records that a code of their row protects: they are kept back, or cells of them are left blank."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import filled, mask_on_distinct, plain, where
from pipeline.model.handling import Decisive, nowhere
from pipeline.model.row_rule import Judgement, PublicRevision, RowRule
from pipeline.protect.handling import marked, only

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.row_rule import PublicRows
    from pipeline.model.tables import RawTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedRecord(RowRule):
    """What rules share that protect a record by a code of its row: it stays so until somebody decides.

    Records are compared by the folded form of ``reference``.
    """

    beside = ("coded", "reference")
    marked = ""
    coded: str
    reference: str

    @property
    def decisive(self) -> tuple[Decisive, ...]:
        """What protects."""
        return (Decisive(self.coded),)

    @property
    def _key(self) -> str:
        return f"protected {self.scope}"

    @property
    def mark(self) -> str:
        """What tells the entries of this rule in the register from those of others: a word, or its column."""
        return self.marked or self.coded

    @abstractmethod
    def protects(self, column: pa.Array, context: Context, *, known: bool) -> Mask:
        """Return the rows that are protected by themselves; with ``known`` only those whose code is on the list."""

    def keys(self, cells: Mapping[str, pa.Array], context: Context) -> Mapping[str, pa.Array]:
        """Return the key of each record."""
        return {self._key: context.pseudonyms.protection(self.scope, cells[self.reference])}

    def enter(self, cells: Mapping[str, pa.Array], _rows: pa.Array, context: Context) -> Mapping[str, str]:
        """Return the records that are protected."""
        protected = pa.array(self.protects(cells[self.coded], context, known=True))
        references = pc.unique(pc.filter(plain(cells[self.reference]), protected).drop_null()).to_pylist()
        found = [context.pseudonyms.protection_of(self.scope, text) for text in references]
        return {f"{self.mark} {key}": "Y" for key in found if key}

    def bearing(self, cells: Mapping[str, pa.Array], keys: Collection[str], context: Context) -> pa.Array:
        """Return the key of each row's record."""
        record = plain(context.pseudonyms.protection(self.scope, cells[self.reference]))
        return only(pc.binary_join_element_wise(self.mark, record, " "), keys)

    def remembered(self, keys: pa.Array, context: Context) -> tuple[Mask, tuple[str, ...]]:
        """Return the rows whose record is in the register, and the entries that say so."""
        entries = context.registers.get(self.register, {})
        bears = pc.binary_join_element_wise(self.mark, plain(keys), " ")
        mask = mask_on_distinct(bears, entries.__contains__)
        return mask, tuple(sorted(map(str, pc.unique(pc.filter(bears, pa.array(mask))).to_pylist())))

    def protected(self, raw: RawTable, context: Context) -> tuple[Mask, tuple[str, ...]]:
        """Return the rows that are protected, by themselves or by the register, and the entries that say so."""
        remembered, hit = self.remembered(raw.cells[self._key], context)
        return self.protects(raw.cells[self.coded], context, known=False) | remembered, hit

    def revise_public(self, rows: PublicRows, context: Context) -> PublicRevision | None:
        """Return what becomes of public records that were found to need protection since."""
        keys = rows.key(self._key)
        if keys is None:
            return None
        mask, hit = self.remembered(keys, context)
        return self.revised(rows, mask, hit) if mask.any() else None

    @abstractmethod
    def revised(self, rows: PublicRows, mask: Mask, hit: Sequence[str]) -> PublicRevision | None:
        """Return what becomes of the records of a mask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepsBack(ProtectedRecord):
    """What rules share that keep protected records back, all for one reason."""

    because: ClassVar[str]

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the records that are kept back."""
        mask, hit = self.protected(raw, context)
        return Judgement((marked(self.because, mask),), applied=hit)

    def revised(self, _rows: PublicRows, mask: Mask, hit: Sequence[str]) -> PublicRevision:
        """Return what is public without the records that are kept back now."""
        return PublicRevision(self.because, mask, applied=hit)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlanksCells(ProtectedRecord):
    """What rules share that leave cells of protected records blank."""

    blanks: tuple[str, ...]
    figure = ""

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the entries of the register that blank something, and the rows that a figure counts."""
        mask, hit = self.protected(raw, context)
        return Judgement(quality={self.figure: mask} if self.figure else {}, applied=hit)

    def amend(self, columns: dict[str, pa.Array], raw: RawTable, context: Context) -> dict[str, pa.Array]:
        """Return the columns with cells of protected records left blank."""
        protected, _ = self.protected(raw, context)
        return columns | {name: where(protected, None, columns[name]) for name in self.blanks}

    def revised(self, rows: PublicRows, mask: Mask, hit: Sequence[str]) -> PublicRevision | None:
        """Return the records with their cells blank, nothing where they are so already."""
        columns = {name: rows.text(name) for name in self.blanks}
        if not any((mask & filled(column)).any() for column in columns.values()):
            return None
        blanked = {name: plain(where(mask, None, column)) for name, column in columns.items()}
        return PublicRevision("", nowhere(len(mask)), blanked, applied=hit)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankWhen(BlanksCells):
    """Leaves cells of a record blank where a column of it has one of some values, or a number below a limit."""

    register = "blanked"
    holds = "records with cells that are left blank"
    figure = "sensitive"
    why: str = "it would lead to somebody"
    values: tuple[str, ...] = ()
    below: int = 0

    @property
    def decisive(self) -> tuple[Decisive, ...]:
        """The column; its values that blank something open nothing."""
        return (Decisive(self.coded, self.values),)

    def protects(self, column: pa.Array, _context: Context, *, known: bool) -> Mask:  # noqa: ARG002 - nothing unknown protects
        """Return the records with such a value; what is no value of the column is bad by its treatment."""
        return mask_on_distinct(column, self._is_one)

    def _is_one(self, cell: str) -> bool:
        return cell in self.values or (cell.isascii() and cell.isdigit() and int(cell[-9:]) < self.below)

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return each value that blanks something, and the numbers beside the limit."""
        beside = (str(self.below - 1), str(self.below)) if self.below else ()
        return tuple({self.coded: value} for value in (*self.values, *beside))
