"""What a publish and a plan say at their end: what was published, what was held back and why, which file to open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.build.due import in_words
from pipeline.model.wording import marked
from pipeline.report.lines import account_lines, plan_lines
from pipeline.storage.supplier_review import review_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.build.dataset import Outcome
    from pipeline.model.accounts import Account
    from pipeline.run.publish import Run


def publish_lines(run: Run) -> Iterable[str]:
    """Yield what a publish did, dataset by dataset, then for all."""
    for outcome in run.outcomes:
        yield ""
        yield f"{run.work.schema(outcome.dataset).title} ({outcome.dataset.name})"
        yield from (f"  {line}" for line in _dataset_lines(run, outcome))
    yield from _ending(run)
    if not run.errors and run.plans and not any(made.writes for made in run.plans):
        yield "nothing changed: nothing was written"
    index = run.work.published / "index.html"
    if index.is_file():
        yield f"open {index}"
    if run.portal and not run.errors:
        yield f"and  {run.portal}"


def _dataset_lines(run: Run, outcome: Outcome) -> Iterable[str]:
    if not outcome.state.months and not outcome.error:
        yield from _waiting(outcome) if outcome.lacking else ["nothing was received for it"]
        return
    released = [each.released for each in outcome.state.months.values() if each.released]
    rows = sum(each.rows for each in released)
    months = "1 month" if len(released) == 1 else f"{len(released):,} months"
    yield f"published: {months}, {rows:,} rows; built now: {', '.join(sorted(outcome.built)) or 'none'}"
    yield from account_lines(_accounts(run, outcome.dataset.name))
    yield from _waiting(outcome)
    yield from _stopped(outcome)


def _stopped(outcome: Outcome) -> Iterable[str]:
    if outcome.error:
        yield from f"STOPPED: {outcome.error}".replace("\n", "\n  ").split("\n")


def _waiting(outcome: Outcome) -> Iterable[str]:
    for month, each in outcome.state.months.items():
        if each.waiting:
            yield f"WAITS for an approval: {month}: {each.waiting.reason}"
            yield f"  to approve it, add this sha256 to the approvals file: {each.waiting.built.csv_sha256}"
        if each.input_gone:
            yield f"input-gone: {month} stays as it was published; an extract that fed it has gone"
    for month, feeds in outcome.lacking.items():
        yield f"WAITS for an extract: {month}: no file of {' or '.join(feeds)} has come"


def planned_lines(run: Run) -> Iterable[str]:
    """Yield what a publish would do: months to build and why, then each portal file by file."""
    for outcome in run.outcomes:
        yield f"{outcome.dataset.name}:"
        for month, reasons in sorted(outcome.built.items()):
            yield f"  build {month}: {in_words(reasons)}"
        if not outcome.built and not outcome.error:
            yield "  nothing to build" if outcome.state.months or outcome.lacking else "  nothing was received for it"
        yield from (f"  {line}" for line in (*_waiting(outcome), *_stopped(outcome)))
    for made in run.plans:
        yield from plan_lines(made)
    yield from _ending(run)
    yield "this was a plan: nothing was written"


def _ending(run: Run) -> Iterable[str]:
    yield ""
    if run.work.sample:
        yield marked("invented records, marked on every page and in all metadata", sample=True)
    for path in run.unread:
        yield f"not read by any feed: {path} (is its name right?)"
    if run.review:
        yield f"suppliers to classify: {run.review:,}, listed in {review_file(run.work.private)};"
        yield f"  add them to {run.work.reference / 'supplier-types.csv'}"
    yield from run.notices
    stopped = {outcome.error for outcome in run.outcomes}
    yield from (line for error in run.errors if error not in stopped for line in str(error).split("\n"))


def _accounts(run: Run, name: str) -> list[Account]:
    state = next(outcome.state for outcome in run.outcomes if outcome.dataset.name == name)
    return [*(account for each in state.months.values() for account in each.accounts), *state.unplaced]
