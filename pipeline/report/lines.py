"""What a run says at its end, for a terminal or a log: counts, codes and file names; never a cell."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pipeline.model.periods import ranges
from pipeline.model.plan import Action
from pipeline.model.reasons import REASONS, Outcome, meaning
from pipeline.printable import printable
from pipeline.publish.plan import METADATA, period_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.model.plan import Change, Plan
    from pipeline.model.reasons import Account, Quarantined
    from pipeline.run.trial import Trial

    QuarantinedMonth = tuple[Period, Mapping[str, str], Sequence[Quarantined]]


def account_lines(accounts: Iterable[Account]) -> Iterator[str]:
    """Yield one line for each outcome, with its reasons."""
    accounts = tuple(accounts)
    reasons: dict[Outcome, Counter[str]] = {outcome: Counter() for outcome in Outcome}
    for account in accounts:
        reasons[account.outcome][account.reason] += account.rows
    yield account_sums(accounts)
    for outcome in (Outcome.QUARANTINED, Outcome.WITHHELD):
        for code, rows in sorted(reasons[outcome].items(), key=lambda pair: (-pair[1], pair[0])):
            yield f"  {outcome:<11} {rows:>9,}  {code}: {meaning(code)}"


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield what would change on one portal: a line for each dataset, nothing for what stays as it is."""
    changed = [change for change in plan.changes if change.action is not Action.SAME]
    yield f"{plan.portal}:" if changed else f"{plan.portal}: nothing would change"
    for dataset in dict.fromkeys(change.dataset for change in changed):
        own = [change for change in changed if change.dataset == dataset]
        yield f"  {dataset}: {'; '.join(_changes(dataset, own))}" if dataset else f"  {own[0].file}: {own[0].reason}"


_VERBS = {Action.CREATE: "new", Action.UPDATE: "changed", Action.REMOVE: "removed"}


def _changes(dataset: str, changes: Sequence[Change]) -> Iterator[str]:
    """Yield what happens to a dataset's files, kind by kind, months as ranges; then to what is said of it."""
    for action, verb in _VERBS.items():
        files = [change.file for change in changes if change.action is action and change.file != METADATA]
        months = [name for name in files if period_of(dataset, name)]
        stems = {name.partition(".")[0] for name in months}
        small = sorted(name for name in files if name.partition(".")[0] not in stems)
        lists = [name for name in small if name.startswith("codelists/")]
        named = list(ranges(period_of(dataset, name) for name in months))
        named += [name for name in small if name not in lists]
        named += [f"{len(lists)} code list{'s' if len(lists) > 1 else ''}"] if lists else []
        if named:
            yield f"{verb}: {', '.join(printable(name) for name in named)}"
    yield from (change.reason for change in changes if change.file == METADATA and change.action is Action.UPDATE)


def quarantine_summary(dataset: str, months: Sequence[QuarantinedMonth]) -> str:
    """Return how many rows of a dataset are in quarantine, and for which reasons."""
    rows = len({(month, each.path, each.row) for month, _, found in months for each in found})
    if not rows:
        return f"{dataset:<20} no row is in quarantine"
    reasons = Counter(each.code for _, _, found in months for each in found)
    said = ", ".join(f"{code} {count:,}" for code, count in reasons.most_common())
    which = ", ".join(ranges(month for month, _, found in months if found))
    return f"{dataset:<20} {rows:,} rows of {which}: {said}"


def account_sums(accounts: Iterable[Account]) -> str:
    """Return what became of all rows, in one line."""
    totals: Counter[Outcome] = Counter()
    for account in accounts:
        totals[account.outcome] += account.rows
    return f"read {sum(totals.values()):,} = " + " + ".join(f"{outcome} {totals[outcome]:,}" for outcome in Outcome)


def quarantine_lines(dataset: Dataset, months: Sequence[QuarantinedMonth]) -> Iterator[str]:
    """Yield where each bad row stands and why, file by file."""
    feeds = {feed.name: feed for feed in dataset.feeds}
    for month, _, rows in months:
        for each in sorted(rows, key=lambda each: (each.path, each.row, each.column)):
            said = feeds[each.feed].in_words(each.column) if each.feed in feeds else f"`{each.column}`"
            column = f", column {said}" if each.column else ""
            yield f"{month}  {each.path}, row {each.row:,}{column}: {each.code}: {meaning(each.code)}"


def accounts_facts(dataset: str, month: Period, accounts: Sequence[Account]) -> dict[str, object]:
    """Return the accounts of one month as plain data: four sums and the reasons behind them."""
    sums = {
        outcome.value: sum(account.rows for account in accounts if account.outcome is outcome) for outcome in Outcome
    }
    return {
        "dataset": dataset,
        "month": month,
        "read": sum(sums.values()),
        **sums,
        "reasons": [
            {"feed": account.feed, "outcome": account.outcome.value, "reason": account.reason, "rows": account.rows}
            for account in accounts
        ],
    }


def trial_facts(tried: Trial | None) -> dict[str, object]:
    """Return what a mapping in force makes of a file, for programs; nothing was tried where there is none."""
    if tried is None:
        return {"months": {}, "bad": {}, "stops": None}
    return {
        "months": {
            name: {"read": month.read, "bad": month.bad, "net_total": month.net_total}
            for name, month in sorted(tried.months.items())
        },
        "bad": dict(tried.bad),
        "stops": tried.stops.code if tried.stops else None,
    }


def trial_lines(tried: Trial) -> Iterator[str]:
    """Yield the same for people; no cell is in it."""
    yield "read by the mapping that is in force"
    if tried.stops:
        yield from f"STOPPED: {tried.stops}".splitlines()
    for name, month in sorted(tried.months.items()):
        total = f", net total {month.net_total}" if month.net_total else ""
        what = "date" if month.total is None else "date and amount"
        yield f"  {name}: {month.read:,} rows with a readable {what}{total}; {month.bad:,} are bad"
    for (column, code), rows in tried.by_column.most_common():
        where = f" in {column}" if column else ""
        yield f"  quarantined {rows:>8,}  {code}{where}: {REASONS[code].meaning}"
    for code, rows in tried.withheld.most_common():
        yield f"  withheld    {rows:>8,}  {code}{f': {REASONS[code].meaning}' if code in REASONS else ''}"
    if tried.fates:
        yield "what would become of the first rows"
    yield from (f"  row {fate.row:,}: {fate.what}" for fate in tried.fates)
