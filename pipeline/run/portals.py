"""Each portal by its plan: looked at, planned, and where asked for carried out and journalled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import PipelineError
from pipeline.journal import record
from pipeline.portal import Action, Plan
from pipeline.portal_env import laptop_portal
from pipeline.publish.catalogue import StaticCatalogue
from pipeline.publish.ckan import CkanPortal
from pipeline.publish.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.portal import Portal, Publication
    from pipeline.run.workplace import Workplace

#: A portal that answers so will answer every dataset so.
_HOPELESS = ("portal-unreachable", "portal-timeout", "bad-token")


def catalogue_of(work: Workplace) -> StaticCatalogue:
    """Return the static catalogue: a portal that needs no server."""
    return StaticCatalogue(work.published, work.private / "catalogue")


def portals_of(
    work: Workplace, catalogue: StaticCatalogue | None, errors: list[PipelineError]
) -> Iterator[tuple[Portal, str]]:
    """Yield the portals to publish to, with the address of a CKAN; sample data only ever sees the laptop's own.

    The catalogue lists all datasets, so it stays as it is while nothing can be said of one of them.
    """
    if catalogue:
        yield catalogue, ""
    try:
        access = laptop_portal() if work.sample else work.settings.named_portal()
        if access is not None:
            yield (
                CkanPortal(access.url, access.token, organisation=access.organisation or None, progress=work.say),
                access.url,
            )
    except PipelineError as error:
        errors.append(error)


def apply_all(
    work: Workplace,
    catalogue: StaticCatalogue | None,
    publications: Sequence[Publication],
    errors: list[PipelineError],
) -> tuple[list[Plan], str]:
    """Return what was done on each portal, and the address of a CKAN; what failed is added to ``errors``."""
    plans: list[Plan] = []
    address = ""
    for portal, where in portals_of(work, catalogue, errors):
        address = where or address
        done: list[Plan] = []
        for made, part in plans_for(portal, publications, errors):
            try:
                if made.writes:
                    work.say(f"publishing to {portal.name}: {', '.join(each.name for each in part)}")
                    _journal(work, "publishing", made)
                    portal.apply(made, part)
                    _journal(work, "published", made)
                done.append(made)
            except PipelineError as error:
                errors.append(error)
        plans.append(joined(portal, done))
    return plans, address


def plans_for(
    portal: Portal, publications: Sequence[Publication], errors: list[PipelineError]
) -> Iterator[tuple[Plan, Sequence[Publication]]]:
    """Yield what would be done, dataset by dataset where the portal allows it; what cannot be planned is an error."""
    parts = [(each,) for each in publications] if portal.one_by_one else [tuple(publications)]
    for part in parts:
        try:
            yield make_plan(portal.name, part, portal.look(part), beside=portal.beside), part
        except PipelineError as error:
            errors.append(error)
            if error.code in _HOPELESS:
                return


def joined(portal: Portal, plans: Sequence[Plan]) -> Plan:
    """Return the plans for the datasets of one portal as one."""
    return Plan(
        portal=portal.name,
        changes=tuple(change for plan in plans for change in plan.changes),
        guards={name: guard for plan in plans for name, guard in plan.guards.items()},
    )


def _journal(work: Workplace, event: str, made: Plan) -> None:
    done = [[change.action, change.dataset, change.file] for change in made.changes if change.action is not Action.SAME]
    record(work.private, event, {"portal": made.portal, "changes": done})
