"""What a portal is told of a dataset: its releases, and the facts of settings, declaration and schema."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.build.distributed import made_beside
from pipeline.codelists import CODELISTS
from pipeline.errors import SettingsError
from pipeline.metadata.datapackage import csvw, data_package, json_bytes, notice
from pipeline.model.declaration import Answer
from pipeline.model.distribution import ENDINGS_OF_ROWS
from pipeline.model.reasons import Outcome, meaning
from pipeline.model.release import Held, Publication, PublishedColumn, withdrawn_months
from pipeline.release.change_log import band, change_log, newest_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.build.run_context import Workplace
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.model.release import CollectedFile, Release
    from pipeline.settings.settings import Settings
    from pipeline.storage.state import MonthState, State
    from pipeline.validate.schema import TableSchema

#: What is said of a month that waits for an approval: one that is not out, and one whose correction is not.
_FIRST = "not yet published: being checked"
_CORRECTION = "published; a correction is being checked"


def publication(
    work: Workplace, dataset: Dataset, state: State, collected: Sequence[CollectedFile] = ()
) -> Publication | None:
    """Return what portals are given of ``dataset``; nothing where no month was ever released.

    In the place of the files of a month that was withdrawn stands a notice.  ``collected`` are the files that hold many
    months.
    """
    facts = facts_of(work, dataset, state)
    if facts is None:
        return None
    facts = replace(facts, collected=tuple(collected))
    endings = (*ENDINGS_OF_ROWS, *(distribution.format.ending for distribution in made_beside(work, dataset)))
    return replace(facts, extras=_extras(facts, work.schema(dataset), endings))


def facts_of(work: Workplace, dataset: Dataset, state: State) -> Publication | None:
    """Return what portals are given of ``dataset`` but for the small files beside its releases."""
    released = _released(state)
    withdrawn = withdrawn_months(newest_first(state.changes))
    if not released and not withdrawn:
        return None
    releases = releases_of(work, dataset, state)
    held = tuple(_held(state))
    known = {waiting.month for waiting in held}
    missing = {*dataset.period.missing(released, known), *(state.lacking.keys() - released.keys())}
    last = max([*(release.released_on for release in releases), *map(dt.date.fromisoformat, withdrawn.values())])
    settings, schema = work.settings, work.schema(dataset)
    terms, publisher = settings.terms(dataset.name), settings.publisher(dataset.name, dataset.publisher)
    return Publication(
        name=dataset.name,
        title=schema.title,
        description=schema.description,
        publisher=publisher.name,
        organisation=publisher.organisation,
        force_name=settings.force.name,
        theme=dataset.theme,
        tags=dataset.tags,
        period=dataset.period,
        licence_id=terms.licence.id,
        licence_ckan=terms.licence.ckan,
        licence_title=terms.licence.title,
        licence_url=terms.licence.url,
        attribution=terms.attribution,
        contact_name=settings.contacts.name,
        contact_email=settings.contacts.email,
        foi_email=settings.contacts.foi_email,
        spatial_name=settings.force.place,
        spatial_uri=settings.force.uri,
        granularity=dataset.granularity,
        answer=_answer(dataset),
        statements=statements_of(settings, dataset),
        version=f"{last:%Y.%m.%d}",
        key_series=work.key.series,
        sample=work.sample,
        as_of=work.as_of,
        last_published=last,
        next_due=dataset.period.next_due(max(released or withdrawn), _due_days(work, dataset), work.as_of),
        columns=tuple(_columns(schema)),
        releases=releases,
        missing=tuple(sorted(missing)),
        lacking=dataset.period.lacked(missing, state.lacking),
        held=held,
        withheld=tuple(dict.fromkeys((held_back.what, held_back.why) for held_back in dataset.held_back)),
        row_rules=tuple(
            dict.fromkeys((held_back.what, held_back.why) for held_back in dataset.held_back if held_back.of == "Rows")
        ),
        left_out=tuple(_left_out(release for release in released.values() if not release.waiting)),
        promised_days=_due_days(work, dataset),
        changes=newest_first(state.changes),
        extras={},
        site=settings.site,
        further=tuple(distribution.format for distribution in dataset.distributions),
        topic=dataset.topic or dataset.family,
    )


def releases_of(work: Workplace, dataset: Dataset, state: State) -> tuple[Release, ...]:
    """Return every month of ``dataset`` that is released, the earliest first."""
    return tuple(_release(work, dataset, month, found) for month, found in sorted(_released(state).items()))


def _held(state: State) -> Iterator[Held]:
    """Yield the months of which something waits for an approval."""
    for month, month_state in sorted(state.months.items()):
        if month_state.waiting:
            yield Held(month, _CORRECTION if month_state.released else _FIRST)


def _released(state: State) -> dict[Period, MonthState]:
    return {month: month_state for month, month_state in state.months.items() if month_state.released}


def _due_days(work: Workplace, dataset: Dataset) -> int:
    """Return how many days after its end a period is promised: not before what it is made from."""
    return max(
        work.settings.terms(name).due_days for name in (dataset.name, *(span.dataset for span in dataset.inputs))
    )


def _answer(dataset: Dataset) -> Answer:
    """Return what the page of a dataset counts: rows by its first closed list, where nothing else is declared."""
    answer = dataset.answer
    return answer if answer != Answer() else Answer(by=next(iter(dataset.categories), ""))


def _release(work: Workplace, dataset: Dataset, month: Period, state: MonthState) -> Release:
    if state.released is None:
        raise KeyError(month)
    day = dt.date.fromisoformat(state.released.released_on)
    return work.store.release(dataset.name, month, state.released, released_on=day, gone=state.input_gone)


def statements_of(settings: Settings, dataset: Dataset) -> tuple[str, ...]:
    """Return what is told of a dataset, the words of the settings filled in; what says nothing is left out.

    Raises:
        SettingsError: ``bad-declaration``: a statement asks for a word that no setting of the dataset gives.
    """
    words = settings.words(dataset.name)
    try:
        return tuple(filter(None, (statement.format_map(words) for statement in dataset.statements)))
    except (KeyError, ValueError, IndexError, AttributeError):
        known = " and ".join(f"{{{word}}}" for word in sorted(words)) or "none"
        raise SettingsError(
            "bad-declaration",
            f"one of its `statements` asks for a word that is not there; there is {known}",
            where=f"pipeline/datasets/{dataset.family}/{dataset.name.replace('-', '_')}.py",
            fix="correct the word in braces; a brace that is to be read is written twice",
        ) from None


def _columns(schema: TableSchema) -> Iterator[PublishedColumn]:
    for field in schema.fields:
        yield PublishedColumn(
            field.name, field.title or field.name, field.type, field.description, field.codelists, field.source
        )


def _left_out(months: Iterable[MonthState]) -> Iterator[tuple[str, str]]:
    """Yield why rows of these months were withheld, and how many, in the bands of the change log."""
    rows: Counter[str] = Counter()
    for month_state in months:
        for account in month_state.accounts:
            if account.outcome is Outcome.WITHHELD and account.rows:
                rows[meaning(account.reason)] += account.rows
    yield from ((reason, band(number)) for reason, number in sorted(rows.items()))


def _extras(facts: Publication, schema: TableSchema, endings: Sequence[str]) -> dict[str, bytes]:
    """Return the small files; in the place of each file that a withdrawn release had, by ending, stands a notice."""
    names = sorted({name for field in schema.fields for name in field.codelists})
    lists = {f"codelists/{name}.csv": (CODELISTS / f"{name}.csv").read_bytes() for name in names}
    beside = {
        "schema.json": json_bytes(schema.descriptor()),
        **csvw(facts, schema.descriptor(), lists),
        "change-log.csv": change_log(facts.changes, register=facts.period.register),
        **lists,
    }
    notices = {f"{facts.name}-{month}.{ending}": notice(facts) for month in facts.withdrawn for ending in endings}
    return {"datapackage.json": data_package(facts, beside), **beside, **notices}
