"""The corridor: extracted rows are protected, validated and settled before anything can be released."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.build.accounts import faults_of, settle
from pipeline.build.cells import count_rows, stacked
from pipeline.build.judged import judged, published
from pipeline.build.profile import merged, profile_of_accounts, profile_of_feed
from pipeline.build.protected.kept_back import NOTHING_WEAKER, Weaker, entries_of, together, weaker_of
from pipeline.errors import PrivacyError
from pipeline.model.counting import ROWS, Judged
from pipeline.model.reasons import Outcome
from pipeline.protect.protect import keyed, protect
from pipeline.release.publishable import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.build.accounts import Accounted, Fault
    from pipeline.build.profile import Profile
    from pipeline.model.context import Context
    from pipeline.model.counting import Suppressed
    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.reasons import Account, Quarantined, Totals
    from pipeline.model.row_rule import Question
    from pipeline.model.tables import RawTable, SafeTable
    from pipeline.release.publishable import PublishableTable
    from pipeline.settings.sections import Referee
    from pipeline.validate.referee.referee import Refereed
    from pipeline.validate.schema import TableSchema


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BuildReport:
    """The account of every row that a period was built from; it holds no published row."""

    accounts: tuple[Account, ...]
    quarantined: tuple[Quarantined, ...]
    bad: Mapping[str, int]  #: quarantined rows that count against their file, by path
    review: tuple[Question, ...]  #: payees to classify: written to one private file and nowhere else
    applied: tuple[str, ...]  #: register entries that matched a row
    quality: Mapping[str, int]  #: figures for the public, by name
    faults: tuple[Fault, ...] = ()  #: bad cells, counted by column and reason
    profile: Profile = field(default_factory=dict)  #: counts that the gates compare with other periods
    kept_back: tuple[str, ...] = ()  #: what later builds have to keep back in published rows as well
    weaker: Weaker = NOTHING_WEAKER  #: what the public release keeps back in published rows and this build does not
    suppressed: Suppressed | None = None  #: numbers of hidden cells, of a dataset that counts rows
    totals: Totals | None = None  #: control totals, of a dataset that has them


class BuildResult(NamedTuple):
    """The publishable rows of a period, and the report on all its rows."""

    table: PublishableTable
    report: BuildReport


def build(
    dataset: Dataset, raws: Sequence[tuple[Feed, RawTable]], *, context: Context, schema: TableSchema, judge: Referee
) -> BuildResult:
    """Return the publishable rows of one period and their report; raise `PrivacyError` if a row is unaccounted for."""
    raws = [(feed, keyed(raw, feed, context)) for feed, raw in raws]
    feeds = [
        _build_feed(dataset, number, feed, raw, context=context, schema=schema, judge=judge)
        for number, (feed, raw) in enumerate(raws)
    ]
    accounts = tuple(account for built in feeds for account in built.settled.accounts)
    _check_sum(accounts, [raw for _, raw in raws])
    table, suppressed = _table([built.part for built in feeds], dataset, context=context, schema=schema)
    quarantined = tuple(row for built in feeds for row in built.settled.quarantined)
    report = BuildReport(
        accounts=accounts,
        quarantined=quarantined,
        bad=_bad([built.settled.bad for built in feeds]),
        review=tuple(question for feed, raw in raws for question in _review(feed, raw, context)),
        applied=tuple(sorted({entry for built in feeds for entry in built.applied})),
        quality=_quality([built.figures for built in feeds], accounts),
        faults=faults_of(quarantined),
        profile=merged([profile_of_accounts(accounts), *(built.profile for built in feeds)]),
        kept_back=tuple(sorted({entry for built in feeds for entry in built.kept_back})),
        weaker=together(built.weaker for built in feeds),
        suppressed=suppressed,
        totals=_summed([built.totals for built in feeds]) if dataset.totals else None,
    )
    return BuildResult(table, report)


def _table(
    parts: Sequence[Part], dataset: Dataset, *, context: Context, schema: TableSchema
) -> tuple[PublishableTable, Suppressed | None]:
    """Return the published table: the valid rows, or the cells that they are counted into."""
    if dataset.counting:
        rows, keys = stacked(parts, dataset.counting.reads)
        return count_rows(dataset, dataset.counting, rows, keys, context=context, schema=schema)
    return published(parts, dataset, schema), None


def _review(feed: Feed, raw: RawTable, context: Context) -> Iterator[Question]:
    """Yield the payees that have to be classified; rows that are never published raise no question."""
    unpublishable = np.zeros(len(raw), np.bool_)
    for rule in feed.rules:
        never = rule.unpublishable(raw, context)
        unpublishable |= never if never is not None else False
    for rule in feed.rules:
        yield from rule.questions(raw, context, unpublishable)


class _BuiltFeed(NamedTuple):
    """The rows of one feed after protection and validation."""

    part: Part
    settled: Accounted
    applied: tuple[str, ...]
    figures: Mapping[str, int]
    profile: Profile
    kept_back: frozenset[str]
    weaker: Weaker
    totals: Totals


def _build_feed(
    dataset: Dataset, number: int, feed: Feed, raw: RawTable, *, context: Context, schema: TableSchema, judge: Referee
) -> _BuiltFeed:
    """Return the rows of one feed that are published, what became of each row, and figures for the public."""
    names = dataset.counting.reads if dataset.counting else schema.names
    safe = protect(raw, dataset, feed, context=context, names=names)
    refereed = None if dataset.counting else judged(safe.table, dataset, schema, context, judge)
    settled = settle(raw, safe, refereed)
    figures = {name: int(mask[settled.published].sum()) for name, mask in safe.quality.items()}
    part = _part(number, raw, safe, refereed=refereed, settled=settled)
    profile = profile_of_feed(dataset, feed, raw, part, figures=figures, month=context.month)
    kept_back = entries_of(safe, settled.published, context.kept_back)
    weaker = weaker_of(raw, safe, settled.published)
    totals = _totals(dataset, raw, safe, settled, context)
    return _BuiltFeed(part, settled, safe.applied, figures, profile, kept_back, weaker, totals)


def _totals(dataset: Dataset, raw: RawTable, safe: SafeTable, settled: Accounted, context: Context) -> Totals:
    if dataset.totals is None:
        return {}
    totals = dataset.totals.of(Judged(raw, settled.reasons, safe.table, safe.positions), context)
    _check_accounted(sum(numbers[ROWS] for numbers in totals.values()), [raw])
    return totals


def _summed(totals: Iterable[Totals]) -> dict[str, dict[str, int]]:
    """Return the control totals of all feeds."""
    summed: dict[str, Counter[str]] = {}
    for of_feed in totals:
        for part, numbers in of_feed.items():
            summed.setdefault(part, Counter()).update(numbers)
    return {part: dict(numbers) for part, numbers in sorted(summed.items())}


def _part(number: int, raw: RawTable, safe: SafeTable, *, refereed: Refereed | None, settled: Accounted) -> Part:
    valid = safe.positions[refereed.checked.positions] if refereed else safe.positions
    chosen = np.searchsorted(valid, settled.published)
    kept = pa.array(settled.published)
    return Part(
        text=refereed.checked.text if refereed else safe.table,
        chosen=chosen,
        feed=np.full(len(chosen), number, np.int32),
        source=raw.source[settled.published],
        row=raw.row[settled.published],
        references={scope: column.take(kept) for scope, column in safe.references.items()},
    )


def _check_sum(accounts: Sequence[Account], raws: Sequence[RawTable]) -> None:
    _check_accounted(sum(account.rows for account in accounts), raws)


def _check_accounted(accounted: int, raws: Sequence[RawTable]) -> None:
    read = sum(len(raw) + len(raw.ragged) for raw in raws)
    if read != accounted:
        raise PrivacyError(
            "accounts-differ",
            f"{read:,} rows were read, but {accounted:,} are accounted for",
            fix="this is a fault of the program; please report it",
        )


def _bad(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    paths = sorted({path for of_feed in counts for path in of_feed})
    return {path: sum(of_feed.get(path, 0) for of_feed in counts) for path in paths}


def _quality(figures: Sequence[Mapping[str, int]], accounts: Sequence[Account]) -> dict[str, int]:
    names = dict.fromkeys(name for of_feed in figures for name in of_feed)
    totals = {name: sum(of_feed.get(name, 0) for of_feed in figures) for name in names}
    return totals | {"quarantined": sum(account.rows for account in accounts if account.outcome is Outcome.QUARANTINED)}
