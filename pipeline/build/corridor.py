"""The corridor: what was extracted is protected, validated, settled; only then is there something to release."""

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
from pipeline.model.reasons import Outcome
from pipeline.model.totals import ROWS, Judged
from pipeline.protect.protect import keyed, protect
from pipeline.release.publishable import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.build.accounts import Accounted, Fault
    from pipeline.build.profile import Profile
    from pipeline.model.accounts import Account, Quarantined
    from pipeline.model.context import Context
    from pipeline.model.counting import Suppressed
    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.row_rule import Question
    from pipeline.model.tables import RawTable, SafeTable
    from pipeline.model.totals import Totals
    from pipeline.release.publishable import PublishableTable
    from pipeline.settings.sections import Referee
    from pipeline.validate.referee.referee import Refereed
    from pipeline.validate.schema import TableSchema


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BuildReport:
    """The account of every row that a month was made of; it holds no published row.

    ``bad`` counts, by path, the rows that speak against their file, ``faults`` say which cells are bad and why.
    ``review`` holds the payees whom somebody has to classify; it goes into one private file, nowhere else.
    ``applied`` are entries of the private index that stood in the rows; ``profile`` holds counts for the gates.
    ``kept_back`` is what later builds have to keep back as well, ``weaker`` what only the release that is out keeps
    back, both of published rows.  ``suppressed`` says how many cells are hidden where rows are counted.
    ``totals`` are the control totals of a dataset that has any.
    """

    accounts: tuple[Account, ...]
    quarantined: tuple[Quarantined, ...]
    bad: Mapping[str, int]
    review: tuple[Question, ...]
    applied: tuple[str, ...]
    quality: Mapping[str, int]
    faults: tuple[Fault, ...] = ()
    profile: Profile = field(default_factory=dict)
    kept_back: tuple[str, ...] = ()
    weaker: Weaker = NOTHING_WEAKER
    suppressed: Suppressed | None = None
    totals: Totals | None = None


class BuildResult(NamedTuple):
    """What a month came to: the rows that may leave, and the account of all."""

    table: PublishableTable
    told: BuildReport


def build(
    dataset: Dataset, raws: Sequence[tuple[Feed, RawTable]], *, context: Context, schema: TableSchema, judge: Referee
) -> BuildResult:
    """Return what one month of ``dataset`` comes to; the sum of its rows is checked."""
    raws = [(feed, keyed(raw, feed, context)) for feed, raw in raws]
    passed = [
        _pass(dataset, number, feed, raw, context=context, schema=schema, judge=judge)
        for number, (feed, raw) in enumerate(raws)
    ]
    accounts = tuple(account for each in passed for account in each.settled.accounts)
    _check_sum(accounts, [raw for _, raw in raws])
    table, suppressed = _table([each.part for each in passed], dataset, context=context, schema=schema)
    quarantined = tuple(row for each in passed for row in each.settled.quarantined)
    told = BuildReport(
        accounts=accounts,
        quarantined=quarantined,
        bad=_bad([each.settled.bad for each in passed]),
        review=tuple(question for feed, raw in raws for question in _review(feed, raw, context)),
        applied=tuple(sorted({entry for each in passed for entry in each.applied})),
        quality=_quality([each.figures for each in passed], accounts),
        faults=faults_of(quarantined),
        profile=merged([profile_of_accounts(accounts), *(each.profile for each in passed)]),
        kept_back=tuple(sorted({entry for each in passed for entry in each.kept_back})),
        weaker=together(each.weaker for each in passed),
        suppressed=suppressed,
        totals=_together([each.totals for each in passed]) if dataset.totals else None,
    )
    return BuildResult(table, told)


def _table(
    parts: Sequence[Part], dataset: Dataset, *, context: Context, schema: TableSchema
) -> tuple[PublishableTable, Suppressed | None]:
    """Return what is published of the rows that stand: themselves, or the cells that they are counted into."""
    if dataset.counting:
        rows, keys = stacked(parts, dataset.counting.reads)
        return count_rows(dataset, dataset.counting, rows, keys, context=context, schema=schema)
    return published(parts, dataset, schema), None


def _review(feed: Feed, raw: RawTable, context: Context) -> Iterator[Question]:
    """Yield whom somebody has to classify; rows that are never published raise no question."""
    apart = np.zeros(len(raw), np.bool_)
    for rule in feed.rules:
        never = rule.unpublishable(raw, context)
        apart |= never if never is not None else False
    for rule in feed.rules:
        yield from rule.questions(raw, context, apart)


class _Passed(NamedTuple):
    """One feed behind the corridor."""

    part: Part
    settled: Accounted
    applied: tuple[str, ...]
    figures: Mapping[str, int]
    profile: Profile
    kept_back: frozenset[str]
    weaker: Weaker
    totals: Totals


def _pass(
    dataset: Dataset, number: int, feed: Feed, raw: RawTable, *, context: Context, schema: TableSchema, judge: Referee
) -> _Passed:
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
    return _Passed(part, settled, safe.applied, figures, profile, kept_back, weaker, totals)


def _totals(dataset: Dataset, raw: RawTable, safe: SafeTable, settled: Accounted, context: Context) -> Totals:
    if dataset.totals is None:
        return {}
    totals = dataset.totals.of(Judged(raw, settled.reasons, safe.table, safe.positions), context)
    _check_told(sum(each[ROWS] for each in totals.values()), [raw])
    return totals


def _together(totals: Iterable[Totals]) -> dict[str, dict[str, int]]:
    """Return the control totals of all feeds."""
    found: dict[str, Counter[str]] = {}
    for each in totals:
        for part, numbers in each.items():
            found.setdefault(part, Counter()).update(numbers)
    return {part: dict(numbers) for part, numbers in sorted(found.items())}


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
    _check_told(sum(account.rows for account in accounts), raws)


def _check_told(told: int, raws: Sequence[RawTable]) -> None:
    read = sum(len(raw) + len(raw.ragged) for raw in raws)
    if read != told:
        raise PrivacyError(
            "accounts-differ",
            f"{read:,} rows were read, but {told:,} are accounted for",
            fix="this is a fault of the program; please report it",
        )


def _bad(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    paths = sorted({path for each in counts for path in each})
    return {path: sum(each.get(path, 0) for each in counts) for path in paths}


def _quality(figures: Sequence[Mapping[str, int]], accounts: Sequence[Account]) -> dict[str, int]:
    names = dict.fromkeys(name for each in figures for name in each)
    totals = {name: sum(each.get(name, 0) for each in figures) for name in names}
    return totals | {"quarantined": sum(each.rows for each in accounts if each.outcome is Outcome.QUARANTINED)}
