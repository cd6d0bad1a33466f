"""One run: every dataset through the corridor, then every portal by its plan."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING

from pipeline.build.derived.collected import with_collected
from pipeline.build.publication import statements_of
from pipeline.build.received.mapped import datasets_of
from pipeline.build.received.mapping_texts import check_texts
from pipeline.build.received.taken import not_asked
from pipeline.build.run_context import Workplace, schema_of
from pipeline.build.tried import parted, tried
from pipeline.datasets import declared
from pipeline.errors import PipelineError, several
from pipeline.extract.database.database import is_file
from pipeline.model.findings import MAPPING_OPENS
from pipeline.run import sample_guard as origin
from pipeline.run.all_datasets import run_all
from pipeline.run.classify import still_to_classify
from pipeline.run.compare import RowChange, row_changes
from pipeline.run.portal_memory import with_memory
from pipeline.run.portals import (
    PortalChoice,
    apply_all,
    catalogue_of,
    intact_only,
    plan_all,
    portals_of,
    reach_of,
    reach_with,
)
from pipeline.run.recover import check_memory
from pipeline.run.select import chosen, no_such_month
from pipeline.run.unmatched import lines_without_effect, unmatched
from pipeline.run.unread import unread, unread_sources
from pipeline.storage.bench import Bench
from pipeline.storage.journal import record
from pipeline.storage.lock import locked, locked_for_looking
from pipeline.storage.looked import Looked
from pipeline.storage.memory import check_day, remember_day
from pipeline.storage.privacy import check_private, mend_private
from pipeline.storage.store import Store
from pipeline.storage.supplier_review import PARTIES
from pipeline.system import KEEPS_MODES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.build.outcome import Outcome
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.model.plan import Plan, Portal
    from pipeline.model.release import Publication
    from pipeline.settings.key import Key
    from pipeline.settings.settings import Settings
    from pipeline.storage.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The datasets and periods of a run; all of them if none is named."""

    datasets: tuple[str, ...] = ()
    months: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The results of a run or of a plan."""

    work: Workplace
    outcomes: tuple[Outcome, ...]
    plans: tuple[Plan, ...]
    errors: tuple[PipelineError, ...]
    unread: Mapping[str, str]  #: files that no dataset reads, each with the file names of its folder, or ""
    review: int  #: payees to classify
    parties: int = 0  #: parties to classify
    portal: str = ""
    notices: tuple[str, ...] = field(default=())
    rows: tuple[RowChange, ...] = field(default=())  #: changed rows of each period, in a plan


def publish(
    settings: Settings, environ: Mapping[str, str], request: Request, *, today: dt.date, say: Callable[[str], None]
) -> Run:
    """Return the results of building and publishing; an error stops only its dataset or portal."""
    reach, key = _means(settings, environ, today)
    group = settings.group_of_private()
    check_private(settings.data / "private", group=group, writes=True)
    if not KEEPS_MODES:
        say(f"this system keeps no permissions of files: see that only you can open {settings.data / 'private'}")
    with locked(settings.data / "private", say=say):
        if mended := mend_private(settings.data / "private", group=group):
            record(settings.data / "private", "mended", {"modes": mended})
        work = _workplace(settings, environ, today=today, say=say, writes=True, early=key)
        reach = with_memory(work, reach_with(work, reach))
        _check_day(work, today)
        origin.remember(work.private, origin.SAMPLE if work.sample else origin.REAL, work.key)
        remember_day(work.private, work.as_of)
        catalogue_of(work).recover()
        run, _ = _ran(work, reach, request, partial(apply_all, work))
        work.looked.save(work.private)
        if group is not None:
            mend_private(work.private, group=group)
        if any(outcome.changed for outcome in run.outcomes) or any(plan.writes for plan in run.plans):
            codes = [error.code for error in run.errors]
            record(work.private, "run", {"as_of": work.as_of.isoformat(), "errors": codes})
        return run


def plan(
    settings: Settings, environ: Mapping[str, str], request: Request, *, today: dt.date, say: Callable[[str], None]
) -> Run:
    """Return what `publish` would do; nothing is written, no key and no sample is made."""
    with looking(settings, environ, today=today, say=say) as (work, reach):
        return planned(work, reach, request)[0]


@contextmanager
def looking(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    today: dt.date,
    say: Callable[[str], None],
    folder: Path | None = None,
) -> Iterator[tuple[Workplace, PortalChoice]]:
    """Give the surroundings of a run that changes nothing; what it builds is kept in ``folder``, or not at all."""
    reach, key = _means(settings, environ, today)
    private = settings.data / "private"
    check_private(private, group=settings.group_of_private(), writes=False)
    with locked(private, say=say) if folder else locked_for_looking(private):
        work = _workplace(settings, environ, today=today, say=say, writes=False, early=key)
        _check_day(work, today)
        bench = Bench(work.private, folder)
        try:
            yield replace(work, bench=bench), with_memory(work, reach_with(work, reach))
        finally:
            bench.close()


def planned(work: Workplace, reach: PortalChoice, request: Request) -> tuple[Run, tuple[Publication, ...]]:
    """Return the plan of `publish`, and the publications that portals would be given."""
    run, publications = _ran(work, reach, request, plan_all)
    return replace(run, rows=tuple(row_changes(work, run.outcomes))), publications


def _ran(
    work: Workplace,
    reach: PortalChoice,
    request: Request,
    act: Callable[[Sequence[Portal], Sequence[Publication]], Iterator[Plan | PipelineError]],
) -> tuple[Run, tuple[Publication, ...]]:
    """Return the results of all datasets and portals; ``act`` plans or carries out the publishing."""
    outcomes = tuple(run_all(work, chosen(request.datasets, work.settings), only=request.months))
    known, unreadable = parted(_publications(work, outcomes))
    portals = portals_of(work, reach)
    publications, damaged = parted(
        intact_only(work, portals, known, _made(outcomes), partial(_without, work, outcomes))
    )
    plans, failed = parted(act(portals, publications))
    errors = dict.fromkeys((*_errors(request, outcomes), *unreadable, *damaged, *failed))
    states = dict(_states(work, outcomes))
    run = Run(
        work=work,
        outcomes=outcomes,
        plans=plans,
        errors=tuple(errors),
        unread=unread(work),
        review=still_to_classify(work.private, work.reference),
        parties=still_to_classify(work.private, work.reference, PARTIES),
        portal=reach.ckan.url if reach.ckan else "",
        notices=(
            *reach.notices,
            *filter(None, (work.settings.unsettled,)),
            *not_asked(work),
            *unmatched(work, states.values()),
            *lines_without_effect(_known(states)),
        ),
    )
    return run, publications


def _check_day(work: Workplace, today: dt.date) -> None:
    """Refuse a day that has not come, or one before the last run's; the sample's own day is its clock."""
    if not work.sample or work.settings.as_of is not None:
        check_day(work.private, work.as_of, clock=today, writes=work.writes)


def _made(outcomes: Sequence[Outcome]) -> dict[str, Collection[Period]]:
    """Return the periods with a release of this run, built from extracts or protected anew."""
    return {outcome.dataset.name: {*outcome.built, *_revised(outcome)} for outcome in outcomes}


def _revised(outcome: Outcome) -> Iterator[Period]:
    before = outcome.before.months
    for month, state in outcome.state.months.items():
        if month not in before or before[month].released != state.released:
            yield month


def _means(settings: Settings, environ: Mapping[str, str], today: dt.date) -> tuple[PortalChoice, Key | None]:
    """Return the portal and, where one is needed, the key; all that is wrong before anything is read comes together."""
    reach, key = tried(lambda: reach_of(settings)), tried(lambda: origin.early_key(settings, environ))
    checks = [tried(partial(_check, settings, dataset, today)) for dataset in datasets_of(settings).values()]
    _, mistakes = parted((reach, *checks, *unread_sources(settings), key))
    if isinstance(reach, PipelineError) or isinstance(key, PipelineError) or mistakes:
        raise several(mistakes)
    return reach, key


def _check(settings: Settings, dataset: Dataset, today: dt.date) -> None:
    """Raise what is wrong with a dataset's schema, statements or mappings, or the address of a database of it."""
    schema_of(settings, dataset)
    statements_of(settings, dataset)
    check_texts(settings, dataset, settings.as_of or today)
    for feed in (*dataset.feeds, *dataset.watched):
        feed.source.at(settings.sources).check()


def _kind(settings: Settings, looked: Looked) -> str:
    """Return whether what was received is the sample or real, "" where nothing was."""
    elsewhere = settings.sources.elsewhere and not any(map(_had_files, declared(), repeat(settings)))
    return origin.with_database(settings, origin.origin_of(settings.data, looked=looked, needs_files=not elsewhere))


def _had_files(name: str, settings: Settings) -> bool:
    """Return whether a dataset was ever made from files; where nobody can tell, that it was."""
    try:
        receipts = Store(settings.data / "private").state(name).receipts
    except PipelineError:
        return True
    return any(is_file(path) for of_feed in receipts.values() for path in of_feed)


def _workplace(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    today: dt.date,
    say: Callable[[str], None],
    writes: bool,
    early: Key | None,
) -> Workplace:
    looked = Looked.load(settings.data / "private", settings.as_of or today)
    kind = _kind(settings, looked)
    if not kind:
        raise origin.nothing_received(settings.data)
    if kind == origin.REAL:
        check_memory(settings.data)
    origin.check_force(settings, kind)
    key = origin.key_for(settings, kind, environ, writes=writes, early=early)
    day = origin.day_of(settings, kind, today=today)
    sample = kind == origin.SAMPLE
    return Workplace(settings=settings, key=key, as_of=day, sample=sample, writes=writes, say=say, looked=looked)


def _errors(request: Request, outcomes: Sequence[Outcome]) -> list[PipelineError]:
    """Return the errors of datasets, and one for each requested period that no dataset has."""
    errors = [outcome.error for outcome in outcomes if outcome.error]
    known = {
        name
        for outcome in outcomes
        for month in (*outcome.state.months, *outcome.running)
        for name in (month, *outcome.dataset.period.parts(month))
    }
    wait_whole = any(finding.code == MAPPING_OPENS for outcome in outcomes for finding in outcome.state.waits)
    if not errors and not wait_whole:
        names = [outcome.dataset.name for outcome in outcomes]
        errors += [no_such_month(names, month) for month in request.months if month not in known]
    return errors


def _publications(work: Workplace, outcomes: Sequence[Outcome]) -> Iterator[Publication | PipelineError]:
    """Yield the publication of every dataset, from its stored state if it is not part of this run.

    A dataset with an unreadable state is left out and stays on every portal as it is.
    """
    states = {outcome.dataset.name: outcome.state for outcome in outcomes if outcome.state.months}
    unknown = {outcome.dataset.name for outcome in outcomes if outcome.error and not outcome.state.months}
    for name, dataset in datasets_of(work.settings).items():
        if name not in unknown:
            publication = tried(partial(_publication, work, dataset, states.get(name)))
            if publication is not None:
                yield publication


def _publication(work: Workplace, dataset: Dataset, state: State | None) -> Publication | None:
    return with_collected(work, dataset, state or work.store.state(dataset.name))


def _without(work: Workplace, outcomes: Sequence[Outcome], name: str, lost: Collection[Period]) -> Publication | None:
    """Return the publication of a dataset without its lost periods."""
    states = {outcome.dataset.name: outcome.state for outcome in outcomes if outcome.state.months}
    return with_collected(work, datasets_of(work.settings)[name], states.get(name) or work.store.state(name), lost)


def _states(work: Workplace, outcomes: Sequence[Outcome]) -> Iterator[tuple[str, State]]:
    """Yield the state of every dataset by name, stored states included."""
    ran = {outcome.dataset.name: outcome.state for outcome in outcomes}
    for name in declared():
        try:
            yield name, ran[name] if name in ran else work.store.state(name)
        except PipelineError:
            continue  # whoever runs the dataset is told


def _known(states: Mapping[str, State]) -> Iterator[tuple[Dataset, State]]:
    """Yield the datasets with register entries, each with its state."""
    yield from ((declared()[name], state) for name, state in states.items() if state.registers)
