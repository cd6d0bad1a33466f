"""What a publish and a plan say at their end: what was published, what was held back and why, which file to open."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from pipeline.build.due import reasons_in_words
from pipeline.model import periods, reasons
from pipeline.model.wording import marked
from pipeline.report.lines import account_lines, plan_lines
from pipeline.report.waiting import ranges, waiting_lines
from pipeline.storage.supplier_review import PARTIES, review_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.build.outcome import Outcome
    from pipeline.model.periods import Period
    from pipeline.model.reasons import Account
    from pipeline.run.compare import RowChange
    from pipeline.run.publish import Run

#: The last line of a plan and of a preview, and what stands behind a summary.
PLANNED = "this was a plan: nothing was written"
PREVIEWED = "this was a preview: nothing public has changed"
#: So many remarks stand in a summary.
_REMARKS = 3
_MORE = "all reasons and months: the same command with --details"


def publish_lines(run: Run, *, brief: bool = False) -> Iterable[str]:
    """Yield what a publish did, dataset by dataset, then for all; ``brief`` is whatever somebody has to look at."""
    for outcome in run.outcomes:
        name = f"{run.work.schema(outcome.dataset).title} ({outcome.dataset.name})"
        if brief:
            yield f"{name}: {_public_and_built(outcome) if outcome.received or outcome.error else _nothing(outcome)}"
            yield from _indented(waiting_lines(outcome, run.work.private), _remarks(outcome), _stopped(outcome))
        else:
            yield from ("", name, *_indented(_dataset_lines(run, outcome)))
    yield from _ending(run)
    if not run.errors and run.plans and not any(made.writes for made in run.plans):
        changed = any(outcome.changed for outcome in run.outcomes)
        yield "nothing that is public changed" if changed else "nothing changed: nothing was written"
    accounts = [account for outcome in run.outcomes for account in _accounts(outcome)]
    if any(account.rows for account in accounts if account.outcome is reasons.Outcome.QUARANTINED):
        yield "`pipeline quarantine DATASET` says where each row in quarantine stands, and why"
    index = run.work.published / "index.html"
    if index.is_file():
        yield f"open {index}"
    if run.portal and not run.errors:
        yield f"and  {run.portal}"
    if brief:
        yield _MORE


def _indented(*parts: Iterable[str]) -> Iterable[str]:
    return (f"  {line}" for part in parts for line in part)


def _remarks(outcome: Outcome) -> Iterable[str]:
    """Yield the first remarks of a dataset; those of a run that stopped may be about what was there before."""
    remarks = () if outcome.error else outcome.remarks
    yield from remarks[:_REMARKS]
    if len(remarks) > _REMARKS:
        yield f"and {len(remarks) - _REMARKS:,} more: --details"


def _dataset_lines(run: Run, outcome: Outcome) -> Iterable[str]:
    if not outcome.received and not outcome.error:
        yield _nothing(outcome)
    if outcome.state.months:
        yield "public now"
        yield f"  published: {_public_and_built(outcome)}"
        yield "this run" if not outcome.error else "of the last good run: this one stopped"
        yield from _indented(account_lines(_accounts(outcome)))
    yield from waiting_lines(outcome, run.work.private, details=True)
    yield from outcome.remarks
    yield from _stopped(outcome)


def _nothing(outcome: Outcome) -> str:
    made_from = " and ".join(source.dataset for source in outcome.dataset.inputs)
    return f"nothing of {made_from} is released yet" if made_from else "nothing was received for it"


def _public_and_built(outcome: Outcome) -> str:
    released = [month_state.released for month_state in outcome.state.months.values() if month_state.released]
    public = f"{len(released):,} {outcome.dataset.period.noun}{'s' * (len(released) != 1)}"
    built = f"; built now: {ranges(outcome.built)}" if outcome.built else ""
    return f"{public}, {sum(each.rows for each in released):,} rows{built}"


def _stopped(outcome: Outcome) -> Iterable[str]:
    if outcome.error:
        yield from f"STOPPED: {outcome.error}".replace("\n", "\n  ").split("\n")


def planned_lines(run: Run, *, ending: str = PLANNED, brief: bool = False) -> Iterable[str]:
    """Yield what a publish would do, dataset by dataset, then what changes on each portal.

    That is months to build and why, rows, accounts; a line for each dataset where it is to be ``brief``.
    """
    for outcome in run.outcomes:
        rows = [row for row in run.rows if row.dataset == outcome.dataset.name]
        remarks = _remarks(outcome) if brief else outcome.remarks
        yield f"{outcome.dataset.name}: {_would(outcome, rows)}" if brief else f"{outcome.dataset.name}:"
        yield from () if brief else _indented(_would_in_full(outcome, rows))
        waits = waiting_lines(outcome, run.work.private, planned=True, details=not brief)
        yield from _indented(waits, remarks, _stopped(outcome))
    for made in run.plans:
        yield from plan_lines(made)
    yield from _ending(run)
    yield ending
    if brief:
        yield _MORE


def _would_in_full(outcome: Outcome, rows: list[RowChange]) -> Iterable[str]:
    by_reason = groupby(sorted(outcome.built.items()), key=lambda pair: reasons_in_words(pair[1]))
    for words, group in by_reason:
        for months in periods.ranges(month for month, _ in group):
            yield f"build {months}: {words}"
    if not outcome.built and not outcome.error:
        yield "nothing to build" if outcome.received else _nothing(outcome)
    yield from (f"rows {_row_line(row)}" for row in rows)
    if outcome.built:
        yield "this run would give"
        yield from _indented(account_lines(_accounts(outcome, outcome.built)))


def _would(outcome: Outcome, rows: list[RowChange]) -> str:
    if outcome.error:
        return "stopped"
    if not outcome.built and not rows:
        return "nothing to build" if outcome.received else _nothing(outcome)
    added, removed, changed = (sum(getattr(row, name) for row in rows) for name in ("added", "removed", "changed"))
    built = f"{ranges(outcome.built)} would be built; " if outcome.built else ""
    if not rows:
        return f"{built}no row would differ"
    return f"{built}{added:,} rows added, {removed:,} removed, {changed:,} changed in {ranges(e.month for e in rows)}"


def _row_line(each: RowChange) -> str:
    counts = f"{each.added:,} added, {each.removed:,} removed, {each.changed:,} changed"
    if not each.known:
        counts = "the rows cannot be compared"
    waits = " (would wait)" if each.waits else ""
    return f"{each.month}: {each.now:,} now, {each.then:,} then: {counts}{waits}"


def _ending(run: Run) -> Iterable[str]:
    yield ""
    if run.work.sample:
        yield marked("invented records, marked on every page and in all metadata", sample=True)
    for path, named in run.unread.items():
        yield f"{path} is not read: {named or 'no dataset reads files of this folder; is its name right?'}"
    if run.parties:
        yield f"parties to classify: {run.parties:,}, listed in {review_file(run.work.private, PARTIES)};"
        yield f"  `pipeline review parties` asks, and adds them to {run.work.reference / 'named-parties.csv'};"
        yield "  until then a name is left blank"
    if run.review:
        yield f"suppliers to classify: {run.review:,}, listed in {review_file(run.work.private)};"
        yield f"  `pipeline review suppliers` asks, and adds them to {run.work.reference / 'supplier-types.csv'}"
    yield from run.notices
    stopped = {outcome.error for outcome in run.outcomes}
    yield from (line for error in run.errors if error not in stopped for line in str(error).split("\n"))


def _accounts(outcome: Outcome, months: Iterable[Period] | None = None) -> list[Account]:
    """Return what became of the rows of ``months``, of all and of those of no month where none are named."""
    state = outcome.state
    if months is not None:
        return [account for month in months if month in state.months for account in state.months[month].accounts]
    return [*(account for month_state in state.months.values() for account in month_state.accounts), *state.unplaced]
