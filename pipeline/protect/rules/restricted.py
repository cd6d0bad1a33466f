"""Records that the force has restricted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, mask_of, plain
from pipeline.columns.keys import fold_column
from pipeline.columns.pseudonyms import FULL
from pipeline.model.handling import Decisive, Problem, nowhere, problem
from pipeline.model.row_rule import Judgement, PublicRevision, PublicRows, RowRule
from pipeline.protect.handling import is_flag, marked, only, written_differently

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.handling import Draw
    from pipeline.model.tables import RawTable

#: What the register says of a reference: it is restricted, or a mark of it is neither `Y` nor `N`.
_RESTRICTED, _UNSETTLED = "Y", "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedRecord(RowRule):
    """Withholds every row of a reference that any row ever received marks `Y`, in every month.

    References are compared by their folded form.  A mark that is neither `Y` nor `N` keeps its reference back too,
    until it is settled; so does the mark of a bad row.  ``published`` is the published column of the reference, ""
    where it has none.
    """

    beside = ("reference",)
    odd = ("Y", "", "?")  # a restricted record, and marks that are none
    takes = 1
    register = "restricted"
    shared = True
    holds = "restricted records"
    what: str = "Records that the force has restricted"
    why: str = "the force has decided to keep them back"
    reference: str
    published: str = ""
    scope: str = "crime"

    @property
    def decisive(self) -> tuple[Decisive, ...]:
        """The mark."""
        return (Decisive(self.column, (_RESTRICTED,)),)

    @property
    def _key(self) -> str:
        return f"protected {self.scope}"

    def keys(self, cells: Mapping[str, pa.Array], context: Context) -> Mapping[str, pa.Array]:
        """Return the key of each row's reference."""
        return {self._key: context.pseudonyms.protection(self.scope, cells[self.reference])}

    def enter(self, cells: Mapping[str, pa.Array], rows: pa.Array, context: Context) -> Mapping[str, str]:
        """Return the references that are marked, or whose mark is none, by key and by exact pseudonym."""
        marks = _marks(cells[self.column])
        found: dict[str, str] = {}
        for mark in (_UNSETTLED, _RESTRICTED):
            marked = pc.filter(plain(cells[self.reference]), pa.array(marks == mark))
            for text in pc.unique(marked.drop_null()).to_pylist():
                found[context.pseudonyms.protection_of(self.scope, text)] = mark
                if self.published:
                    found[f"{_EXACT}{context.pseudonyms.one(self.scope, context.force, text, length=FULL)}"] = mark
        found.pop("", None)
        alike = _alike(cells[self.reference], rows)
        return found | ({_ALIKE: alike} if alike else {})

    def bearing(self, cells: Mapping[str, pa.Array], keys: Collection[str], context: Context) -> pa.Array:
        """Return the key of each row's reference."""
        return only(context.pseudonyms.protection(self.scope, cells[self.reference]), keys)

    def remarks(self, sources: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
        """Yield the references of a file that are written in several ways."""
        for path, entered in sources.items():
            if _ALIKE in entered:
                yield written_differently(path, map(int, entered[_ALIKE].split()))

    def count(self, keys: Collection[str]) -> int:
        """Return the number of references: each may have two keys."""
        exact = sum(key.startswith(_EXACT) for key in keys)
        return max(exact, len(keys) - exact)

    def strength(self, value: str) -> int:
        """Return 1 for a restriction: a mark that is none is settled by correcting it."""
        return int(value == _RESTRICTED)

    def check(self, raw: RawTable, _context: Context) -> Sequence[Problem]:
        """Return the marks that are neither `Y` nor `N`."""
        return problem(self.column, "bad-flag", ~is_flag(raw.cells[self.column]))

    def judge(self, raw: RawTable, columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the rows of restricted references."""
        named = columns[self.published] if self.published else None
        mask, hit = self._marked(raw.cells[self._key], named, context)
        return Judgement((marked("restricted", mask),), applied=hit)

    def revise_public(self, rows: PublicRows, context: Context) -> PublicRevision | None:
        """Remove the rows of references that were restricted since."""
        keys, named = rows.key(self._key), rows.references(self.scope)
        if keys is None and named is None:
            return None
        out, hit = self._marked(keys, named, context)
        return PublicRevision("restricted", out, applied=hit) if out.any() else None

    def _marked(self, keys: pa.Array | None, named: pa.Array | None, context: Context) -> tuple[Mask, Sequence[str]]:
        """Return where a reference is restricted, by its key or its pseudonym, and the entries that say so."""
        entries = pa.array(sorted(context.registers.get(self.register, {})), pa.string())
        columns = [plain(keys)] if keys is not None else []
        if named is not None:  # an older version entered pseudonyms as they are
            exact = plain(named)
            columns += [exact, pc.binary_join_element_wise(_EXACT, exact, "")]
        found = [mask_of(pc.is_in(column, value_set=entries)) for column in columns]
        hit = {entry for column, mask in zip(columns, found, strict=True) for entry in _at(column, mask)}
        return (np.logical_or.reduce(found) if found else nowhere(0)), sorted(hit)

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return marks: few records are restricted."""
        return {self.column: draw.of(("N", "Y"), (249, 1))}


def _at(column: pa.Array, mask: Mask) -> Iterable[str]:
    return (str(each) for each in pc.unique(column.filter(pa.array(mask))).to_pylist())


def _marks(column: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return each row's mark: restricted, "" where it is not, unsettled where nobody can say."""
    known = {"Y": _RESTRICTED, "N": ""}
    return facts_of_distinct(column, lambda mark: known.get(mark, _UNSETTLED), dtype=np.object_, empty=_UNSETTLED)


#: What the key of an exact reference begins with: rows that an older version released have no other.
_EXACT = "="
#: Under which a source enters the rows of references that are written in several ways.
_ALIKE = "w:"
_MOST_ROWS = 100


def _alike(references: pa.Array, rows: pa.Array) -> str:
    """Return the numbers of rows whose reference is another row's but for its writing."""
    table = pa.table({"folded": plain(fold_column(references)), "exact": plain(references), "row": rows})
    table = table.filter(pc.is_valid(table["folded"]))
    counted = table.group_by("folded").aggregate([("exact", "count_distinct")])
    several = counted.filter(pc.greater(counted["exact_count_distinct"], 1))["folded"]
    if not len(several):
        return ""
    found = table.filter(pc.is_in(table["folded"], value_set=several))["row"].to_pylist()
    return " ".join(map(str, sorted(found)[:_MOST_ROWS]))
