"""Each portal by its plan: looked at, planned, and where asked for carried out and journalled."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pipeline.build.received.mapped import datasets_of
from pipeline.build.tried import parted, tried
from pipeline.errors import PipelineError, StorageError
from pipeline.model.plan import Action, Plan
from pipeline.model.release import CatalogueRecord
from pipeline.publish.catalogue.portal import StaticCatalogue
from pipeline.publish.ckan.portal import CkanPortal
from pipeline.publish.plan import SITE, SITE_PAGES, make_plan
from pipeline.settings.laptop_portal import laptop_portal
from pipeline.storage.journal import record
from pipeline.storage.lost import BRING_BACK

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from pipeline.build.run_context import Workplace
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.model.plan import Portal
    from pipeline.model.release import Publication
    from pipeline.settings.laptop_portal import CkanAccess
    from pipeline.settings.settings import Settings


_INVENTED_NAMES = (
    "CHECK THE SETTINGS: the extracts are real, the force and its contacts are those of the example; "
    "name your own by --settings FILE or PIPELINE_SETTINGS (examples/leicestershire.toml shows the form)"
)


class PortalChoice(NamedTuple):
    """How to reach the CKAN to publish to, None where there is none, and what has to be said about the choice.

    ``unasked`` are the datasets of which nobody remembers whether it holds them, and that it could not be asked about.
    """

    ckan: CkanAccess | None = None
    notices: tuple[str, ...] = ()
    unasked: frozenset[str] = frozenset()


def reach_of(settings: Settings) -> PortalChoice:
    """Return the CKAN to publish to: for the example force, whose data is invented, only ever the laptop's own.

    It is looked up before anything is read: an address without a token, or a bad file of `make portal`, is a
    `SettingsError`.
    """
    if not settings.force.is_example:
        return PortalChoice(settings.named_portal())
    # should the extracts be real all the same, `reach_with` knows it as soon as they were looked at
    laptop = laptop_portal()
    if settings.ckan.url and (laptop is None or laptop.url != settings.ckan.url):
        return PortalChoice(laptop, ("sample data is never sent to the portal that the settings name",))
    return PortalChoice(laptop)


def reach_with(work: Workplace, reach: PortalChoice) -> PortalChoice:
    """Return the CKAN for what was received: real extracts never go to the laptop's own without being told to."""
    if work.sample or not work.settings.force.is_example:
        return reach
    return PortalChoice(work.settings.named_portal(), (_INVENTED_NAMES,))


def catalogue_of(work: Workplace) -> StaticCatalogue:
    """Return the static catalogue: a portal that needs no server."""
    planned = [_planned(work, dataset) for dataset in datasets_of(work.settings).values()]
    return StaticCatalogue(work.published, work.private / "catalogue", work.looked, planned)


def _planned(work: Workplace, dataset: Dataset) -> CatalogueRecord:
    """Return what is said of a dataset that is declared, its title as the settings make it."""
    settings, schema = work.settings, tried(partial(work.schema, dataset))
    words = dataset if isinstance(schema, PipelineError) else schema
    publisher = settings.publisher(dataset.name, dataset.publisher).name
    licence = settings.terms(dataset.name).licence.title
    return CatalogueRecord(dataset.name, words.title, words.description, publisher, licence, dataset.period)


def portals_of(work: Workplace, reach: PortalChoice) -> tuple[Portal, ...]:
    """Return the portals to publish to: always the catalogue, and a CKAN where there is one."""
    catalogue = catalogue_of(work)
    if (ckan := reach.ckan) is None:
        return (catalogue,)
    organisation = ckan.organisation or None
    portal = CkanPortal(ckan.url, ckan.token, organisation=organisation, progress=work.say, unremembered=reach.unasked)
    return catalogue, portal


def intact_only(
    work: Workplace,
    portals: Sequence[Portal],
    publications: Sequence[Publication],
    built: Mapping[str, Collection[Period]],
    without: Callable[[str, Collection[Period]], Publication | None],
) -> Iterator[Publication | StorageError]:
    """Yield the publications of the files that are on disk as they were built, or held by every portal; else errors.

    A damaged month keeps no other month of its dataset from portals: where one holds something else than was built,
    ``without`` gives what there is beside it, and what stands there of it stays.

    ``built`` are the months of this run, by dataset: a plan has not written them.

    A damaged release is built again while its extracts are there: what is left here has none.
    """
    for publication in publications:
        kept = [release for release in publication.releases if release.month not in built.get(publication.name, ())]
        files = [(file, each.month) for each in kept for file in each.files]
        lost = [(file, month) for file, month in files if work.store.sha256(file.path) != file.sha256]
        damaged = {file.name: file.sha256 for file, _ in lost}
        if damaged:
            yield StorageError(
                "release-file-differs",
                f"not on disk as it was built: {', '.join(damaged)}; what is public of it stays as it is",
                where=publication.name,
                fix=BRING_BACK,
            )
        if all(_holds(portal, publication, damaged) for portal in portals if damaged):
            yield publication
        elif rest := without(publication.name, {month for _, month in lost}):
            yield rest


def _holds(portal: Portal, publication: Publication, files: Mapping[str, str]) -> bool:
    """Return whether a portal holds files of a publication, by sha256: it is not given them again."""
    try:
        held = portal.look([publication])[publication.name].files
    except (PipelineError, KeyError):
        return False
    return files.items() <= held.items()


def plan_all(portals: Sequence[Portal], publications: Sequence[Publication]) -> Iterator[Plan | PipelineError]:
    """Yield what would be done on each portal, and what failed."""
    for portal in portals:
        planned, errors = parted(plans_for(portal, publications))
        yield _joined(portal, [made for made, _ in planned])
        yield from errors


def apply_all(
    work: Workplace, portals: Sequence[Portal], publications: Sequence[Publication]
) -> Iterator[Plan | PipelineError]:
    """Yield what was done on each portal, which fails alone, and what failed."""
    for portal in portals:
        done, errors = parted(_applied(work, portal, publications))
        yield _joined(portal, done)
        yield from errors


def _applied(work: Workplace, portal: Portal, publications: Sequence[Publication]) -> Iterator[Plan | PipelineError]:
    for planned in plans_for(portal, publications):
        done = planned if isinstance(planned, PipelineError) else tried(partial(_carry_out, work, portal, *planned))
        yield done
        if isinstance(done, PipelineError) and done.whole_portal:
            return


def _carry_out(work: Workplace, portal: Portal, made: Plan, part: Sequence[Publication]) -> Plan:
    if made.writes:
        work.say(f"publishing to {portal.name}: {_touched(made)}")
        _journal(work, "publishing", made)
        portal.apply(made, part)
        _journal(work, "published", made)
    return made


def plans_for(
    portal: Portal, publications: Sequence[Publication]
) -> Iterator[tuple[Plan, Sequence[Publication]] | PipelineError]:
    """Yield what would be done, dataset by dataset where the portal allows it; what cannot be planned is an error."""
    parts = [(publication,) for publication in publications] if portal.one_by_one else [tuple(publications)]
    for part in parts:
        made = tried(partial(_plan_of, portal, part))
        yield made if isinstance(made, PipelineError) else (made, part)
        if isinstance(made, PipelineError) and made.whole_portal:
            return


def _plan_of(portal: Portal, part: Sequence[Publication]) -> Plan:
    return make_plan(portal.name, part, portal.look(part), beside=portal.beside)


def _touched(made: Plan) -> str:
    """Return the datasets that a plan changes, or that only the pages that list them change."""
    names = dict.fromkeys(change.dataset for change in made.changes if change.action is not Action.SAME)
    return ", ".join(name for name in names if name != SITE) or SITE_PAGES


def _joined(portal: Portal, plans: Sequence[Plan]) -> Plan:
    """Return the plans for the datasets of one portal as one."""
    return Plan(
        portal=portal.name,
        changes=tuple(change for plan in plans for change in plan.changes),
        guards={name: guard for plan in plans for name, guard in plan.guards.items()},
    )


def _journal(work: Workplace, event: str, made: Plan) -> None:
    done = [[change.action, change.dataset, change.file] for change in made.changes if change.action is not Action.SAME]
    record(work.private, event, {"portal": made.portal, "changes": done})
