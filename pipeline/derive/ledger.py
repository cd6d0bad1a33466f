"""Where each penny of a month's ledger went: what is published line by line, and what is shown as totals only.

Payments to individuals are few: where they are, they are shown within pay (Local Government Association's guidance on
what is left out of published spending; the parts are the code list `spend-part`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import plain, whole
from pipeline.columns.money import in_pence
from pipeline.errors import PrivacyError
from pipeline.model.counting import COPIES, LEDGER_PARTS, PENCE, PUBLISHED, ROWS, TRANSACTIONS
from pipeline.model.derivation import Made, Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model.context import Context
    from pipeline.model.periods import Period
    from pipeline.model.reasons import Totals

_SPEND: Final = "spend-over-500"
_NAMED, _TOTAL, _PAY = "named", "total", "pay"
_NO_AMOUNT: Final = "bad-no-amount"
#: Parts that are people, and how few transactions of them are shown within pay.
_PEOPLE: Final = ("individuals", "excluded-other")
_FEW: Final = 7


class _Sum(NamedTuple):
    """Lines and pence of a part, or the label of the part that they are shown within."""

    lines: int = 0
    pence: int = 0
    within: str = ""

    def __add__(self, other: object) -> _Sum:
        """Return both together."""
        if not isinstance(other, _Sum):
            return NotImplemented
        return _Sum(self.lines + other.lines, self.pence + other.pence)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerByPart(Recipe):
    """Says what a month's ledger comes to by part, every part of the list, and that the parts are the ledger."""

    def rows(self, inputs: Mapping[str, Mapping[Period, pa.Table]], context: Context) -> Made:
        """Return a row for each part, and the total; the sums are checked to the penny."""
        totals = context.totals[_SPEND][context.month]
        listed = context.codelists.read(LEDGER_PARTS).rows
        sums = {code: _Sum() for code in (row["code"] for row in listed)}
        sums |= {code: _Sum(each[ROWS], each[PENCE]) for code, each in totals.items() if code in sums}
        sums |= _of_release(inputs[_SPEND][context.month])
        everything = sum((_Sum(each[ROWS], each[PENCE]) for code, each in totals.items() if code != COPIES), _Sum())
        _check(context.month, sums, totals)
        shown, doubts = _with_few_in_pay(sums, totals, label=next(r["category"] for r in listed if r["code"] == _PAY))
        shown[_TOTAL] = everything
        _check_shown(context.month, shown)
        rows = [{"month": context.month, "part": row["part"], **_row(row, shown[row["code"]])} for row in listed]
        copies = totals.get(COPIES, {}).get(ROWS, 0)
        return Made(
            pa.Table.from_pylist(rows),
            left_out={_SPEND: {COPIES: copies}},
            read={_SPEND: everything.lines + copies},
            doubts=doubts,
        )


def _row(row: Mapping[str, str], found: _Sum) -> dict[str, str | int | None]:
    hidden = bool(found.within)
    amount = None if hidden or row["code"] == _NO_AMOUNT else Decimal(found.pence).scaleb(-2)
    return {
        "category": row["category"],
        "lines": None if hidden else found.lines,
        "net_amount": None if amount is None else f"{amount:.2f}",
        "included_in": found.within or None,
    }


def _of_release(release: pa.Table) -> dict[str, _Sum]:
    """Return what the published lines come to, by why their payee is not named."""
    redaction = pc.fill_null(plain(whole(release.column("redaction"))).cast(pa.string()), "")
    amounts = whole(release.column("net_amount"))
    found: dict[str, _Sum] = {}
    for code in (_NAMED, "personal", "other"):
        own = pc.equal(redaction, "" if code == _NAMED else code)
        pence = in_pence(amounts.filter(own))
        found[code] = _Sum(len(pence), sum(pence.tolist()))
    return found


def _with_few_in_pay(sums: Mapping[str, _Sum], totals: Totals, *, label: str) -> tuple[dict[str, _Sum], dict[str, str]]:
    """Return the sums with payments to few people within pay, and what a person has to look at."""
    shown, doubts = dict(sums), {}
    for code in _PEOPLE:
        if 1 <= totals.get(code, {}).get(TRANSACTIONS, 0) <= _FEW:
            shown[_PAY] += sums[code]
            shown[code] = _Sum(within=label)
            if not sums[_PAY].lines:
                doubts["small-excluded"] = "payments to few people would be all that is shown as pay"
    return shown, doubts


def _check(month: Period, sums: Mapping[str, _Sum], totals: Totals) -> None:
    """Refuse parts that are not of the list, and a release that holds other lines than the ledger published."""
    if extra := sorted(totals.keys() - sums.keys() - {PUBLISHED, COPIES}):
        raise _differ(month, f"its lines stand in parts that the code list `{LEDGER_PARTS}` lacks: {', '.join(extra)}")
    published = totals.get(PUBLISHED, {ROWS: 0, PENCE: 0})
    released = sums[_NAMED] + sums["personal"] + sums["other"]
    if released != _Sum(published[ROWS], published[PENCE]):
        raise _differ(month, "the release holds other lines than were published of the ledger")


def _check_shown(month: Period, shown: Mapping[str, _Sum]) -> None:
    """Refuse rows that do not add up as they are shown."""
    if sum((each for code, each in shown.items() if code != _TOTAL), start=_Sum()) != shown[_TOTAL]:
        raise _differ(month, "the rows do not add up to the ledger")


def _differ(month: Period, said: str) -> PrivacyError:
    what = f"{month} does not add up to the penny: {said}"
    fix = "run again; if it stays so, it is a fault of the program: please report it"
    return PrivacyError("accounts-differ", what, where=f"dataset `{_SPEND}`", fix=fix)
