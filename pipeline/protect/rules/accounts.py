"""Accounts of a ledger whose lines are not published.

The Local Government Association's guidance on publishing spending is the source: what is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, on_distinct, plain
from pipeline.columns.keys import folded
from pipeline.errors import InputError
from pipeline.model.handling import Decisive, Problem
from pipeline.model.reasons import REASONS
from pipeline.model.row_rule import Judgement, RowRule
from pipeline.protect.handling import filled_keys
from pipeline.protect.spend import SpendOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.tables import RawTable

#: Codes that the accounts of rows already use.
_ASKED = "asked"
_TAKEN = frozenset({*REASONS, "published"})


def _settle_by_code(codes: NDArray[np.object_], standing: Mask, _bad: Mask) -> Iterator[tuple[str, Mask]]:
    """Settle each row by a code of its own; "" leaves it standing."""
    for code in sorted(set(codes) - {""}):
        yield code, (codes == code) & standing


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedAccounts(RowRule):
    """Withholds lines of accounts that are not spending (pay, pensions, tax ...), by the longest prefix of their code.

    Such a line is checked for ``still_checked`` columns and for formula text only.
    """

    typical = ("truth", "account", "code")
    takes = 1
    options = (SpendOptions,)
    register = "account"
    holds = "excluded accounts"
    every_row = True
    what: str = "Pay, pensions, taxes, debt and settlements"
    why: str = "they are not spending on suppliers"
    still_checked: tuple[str, ...]
    codelist: str = "excluded-account"

    @property
    def decisive(self) -> tuple[Decisive, ...]:
        """The account; one for all would exclude nothing."""
        return (Decisive(self.column, constant=False),)

    def enter(self, cells: Mapping[str, pa.Array], _rows: pa.Array, context: Context) -> Mapping[str, str]:
        """Return the accounts that an excluded prefix matches only when case, blanks and zeros are left aside."""
        excluded, doubtful = self._prefixes(context)
        accounts = pc.unique(plain(cells[self.column]).drop_null()).to_pylist()
        near = [text for text in accounts if not excluded(text) and doubtful(text)]
        return {f"a:{context.pseudonyms.one('account', text)}": _ASKED for text in near}

    def enter_lists(self, context: Context) -> Mapping[str, Mapping[str, str]]:
        """Return the excluded prefixes: one that is taken from the list is excluded until somebody decides."""
        rows = self._rows(context)
        return {f"code list {self.codelist}": {f"p:{row['prefix']}": row["code"] for row in rows}}

    def strength(self, value: str) -> int:
        """Return 1 for an excluded prefix."""
        return int(value not in ("", _ASKED, "settled"))

    def borne(self, weaker: Mapping[str, str], seen: frozenset[str]) -> Collection[str]:
        """Return the prefixes whose accounts no other prefix of the list excludes."""
        listed = tuple(key[2:] for key in seen if key.startswith("p:"))
        return {key for key in weaker if not key[2:].startswith(listed)}

    def bearing(self, cells: Mapping[str, pa.Array], keys: Collection[str], context: Context) -> pa.Array:
        """Return the key of each line's account, or of a prefix of it."""

        def key(account: str) -> str | None:
            exact = f"a:{context.pseudonyms.one('account', account)}"
            prefixes = (f"p:{account[:end]}" for end in range(len(account), 0, -1))
            return next((each for each in (exact, *prefixes) if each in keys), None)

        return on_distinct(cells[self.column], key).cast(pa.string())

    def asks(self, entries: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
        """Return the accounts that match an excluded one only by folding."""
        return {"account-by-folding": frozenset(key for key, value in entries.items() if value == _ASKED)}

    def _rows(self, context: Context) -> Sequence[Mapping[str, str]]:
        rows = context.codelists.read(self.codelist).rows
        if any(not row["prefix"] or not row["code"] or row["code"] in _TAKEN for row in rows):
            what = "a row has no prefix, no code, or a code that has a meaning of its own (docs/reasons.md)"
            fix = "give every row the beginning of an account's code and a code such as `excluded-pay`"
            raise InputError("bad-code-list", what, where=f"code list `{self.codelist}`", fix=fix)
        return rows

    def _prefixes(self, context: Context) -> tuple[Callable[[str], str], Callable[[str], bool]]:
        """Return what gives the code of an excluded account, and what says that one is excluded but for its writing."""
        kept = {key[2:]: code for key, code in context.registers.get(self.register, {}).items() if key[:2] == "p:"}
        every = kept | {row["prefix"]: row["code"] for row in self._rows(context)}
        prefixes = sorted(every.items(), key=lambda pair: -len(pair[0]))
        near = tuple(filter(None, (folded(prefix) for prefix in every)))

        def excluded(account: str) -> str:
            return next((code for prefix, code in prefixes if account.startswith(prefix)), "")

        return excluded, lambda account: folded(account).startswith(near)

    def _codes(self, raw: RawTable, context: Context) -> NDArray[np.object_]:
        entries = context.registers.get(self.register, {})
        excluded, doubtful = self._prefixes(context)

        def code(account: str) -> str:
            if found := excluded(account):
                return found
            if not doubtful(account):
                return ""
            settled = entries.get(f"a:{context.pseudonyms.one('account', account)}") == "settled"
            return "" if settled else "account-needs-review"

        return facts_of_distinct(raw.cells[self.column], code, dtype=np.object_, empty="")

    def check(self, raw: RawTable, _context: Context) -> Sequence[Problem]:
        """Return the lines without an account: nobody can say that they are not excluded."""
        return filled_keys(self.column, raw.cells[self.column], "blank-value")

    def excuse(self, problems: Sequence[Problem], raw: RawTable, context: Context) -> Sequence[Problem]:
        """Return the problems without those of excluded lines in columns that do not matter for them."""
        matters = self._codes(raw, context) == ""
        kept = [
            found
            if found.column in self.still_checked or found.code == "formula-text"
            else found._replace(mask=found.mask & matters)
            for found in problems
        ]
        return [found for found in kept if found.mask.any()]

    def unpublishable(self, raw: RawTable, context: Context) -> Mask:
        """Return the excluded lines."""
        excluded: Mask = self._codes(raw, context) != ""
        return excluded

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return each line's code."""
        return Judgement((partial(_settle_by_code, self._codes(raw, context)),))
