"""What a run says at its end, for a terminal or a log: counts, codes and file names; never a cell."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pipeline.model.plan import Action
from pipeline.model.reasons import REASONS, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.model.accounts import Account, Quarantined
    from pipeline.model.periods import Month
    from pipeline.model.plan import Plan


def account_lines(accounts: Iterable[Account]) -> Iterator[str]:
    """Yield one line for each outcome, with its reasons."""
    totals: Counter[Outcome] = Counter()
    reasons: dict[Outcome, Counter[str]] = {outcome: Counter() for outcome in Outcome}
    for each in accounts:
        totals[each.outcome] += each.rows
        reasons[each.outcome][each.reason] += each.rows
    yield f"read {sum(totals.values()):,} = " + " + ".join(f"{outcome} {totals[outcome]:,}" for outcome in Outcome)
    for outcome in (Outcome.QUARANTINED, Outcome.WITHHELD):
        for code, rows in sorted(reasons[outcome].items(), key=lambda pair: (-pair[1], pair[0])):
            yield f"  {outcome:<11} {rows:>9,}  {code}: {meaning(code)}"


def meaning(code: str) -> str:
    """Return what a reason code means; codes of excluded accounts come from their own list."""
    return REASONS[code].meaning if code in REASONS else "an account whose lines are not published"


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield the plan of one portal, file by file; files that stay the same are counted."""
    same = Counter(change.dataset for change in plan.changes if change.action is Action.SAME)
    yield f"{plan.portal}:"
    for change in plan.changes:
        if change.action is not Action.SAME:
            size = f" ({change.bytes:,} bytes)" if change.bytes else ""
            yield f"  {change.action:<7} {change.dataset}/{change.file}{size}: {change.reason}"
    for dataset, count in sorted(same.items()):
        yield f"  {Action.SAME:<7} {dataset}: {count:,} files"


def quarantine_lines(
    months: Sequence[tuple[Month, Mapping[str, str], Sequence[Quarantined]]],
) -> Iterator[str]:
    """Yield where each bad row stands and why, file by file."""
    for month, _, rows in months:
        for each in sorted(rows, key=lambda each: (each.path, each.row, each.column)):
            column = f", column `{each.column}`" if each.column else ""
            yield f"{month}  {each.path}, row {each.row:,}{column}: {each.code}: {meaning(each.code)}"


def accounts_facts(dataset: str, month: Month, accounts: Sequence[Account]) -> dict[str, object]:
    """Return the accounts of one month as plain data: four sums and the reasons behind them."""
    sums = {outcome.value: sum(each.rows for each in accounts if each.outcome is outcome) for outcome in Outcome}
    return {
        "dataset": dataset,
        "month": month,
        "read": sum(sums.values()),
        **sums,
        "reasons": [
            {"feed": each.feed, "outcome": each.outcome.value, "reason": each.reason, "rows": each.rows}
            for each in accounts
        ],
    }
