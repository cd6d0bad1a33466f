"""What a CKAN holds of ours that the private memory knows nothing of: nothing takes its place unseen."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING

from pipeline.build.received.mapped import datasets_of
from pipeline.errors import PortalError
from pipeline.model.declaration import upstream
from pipeline.publish.ckan.failures import memory_lost
from pipeline.publish.ckan.portal import CkanPortal
from pipeline.storage.journal import recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pipeline.build.run_context import Workplace
    from pipeline.publish.ckan.portal import PublicFile
    from pipeline.run.portals import PortalChoice
    from pipeline.settings.laptop_portal import CkanAccess
    from pipeline.settings.settings import Settings


def with_memory(work: Workplace, reach: PortalChoice) -> PortalChoice:
    """Return the portal to publish to; one that holds real releases of ours that nobody remembers stops the run.

    One that cannot be asked now is not written to before it was.
    """
    if reach.ckan is None or work.sample:
        return reach
    every = datasets_of(work.settings)
    received = {name for name, dataset in every.items() if any(map(work.reader.files, dataset.feeds))}
    here = [name for name in every if not received.isdisjoint({name, *upstream(every, name)})]
    try:
        lost = [name for name, _ in forgotten(work.settings, reach.ckan, here)]
    except PortalError:
        return reach._replace(unasked=frozenset(_unremembered(work.settings, here)))
    if lost:
        raise memory_lost(lost)
    return reach


def forgotten(
    settings: Settings, ckan: CkanAccess, names: Iterable[str]
) -> Iterator[tuple[str, tuple[PublicFile, ...]]]:
    """Yield the datasets that were never published to a CKAN from here, and whose months it holds, with their files."""
    unknown = _unremembered(settings, names)
    if not unknown:
        return
    every = datasets_of(settings)
    unknown = [name for name in unknown if name in every]  # what is not published from here is nobody's to rebuild
    with closing(CkanPortal(ckan.url, ckan.token, organisation=ckan.organisation or None)) as portal:
        for name in unknown:
            if files := tuple(
                portal.months(name, settings.publisher(name, every[name].publisher).organisation, every[name].endings)
            ):
                yield name, files


def _unremembered(settings: Settings, names: Iterable[str]) -> list[str]:
    known = set(_remembered(settings.data / "private"))
    return [name for name in names if name not in known]


def _remembered(private: Path) -> Iterator[str]:
    """Yield the datasets that were published to a CKAN, or whose memory was rebuilt; a damaged line says nothing."""
    for facts in recorded(private, "publishing", "recovered"):
        if facts["event"] == "recovered":
            yield str(facts.get("dataset"))
        elif facts.get("portal") == "ckan":
            with suppress(ValueError, TypeError):
                yield from {str(dataset) for _, dataset, _ in facts.get("changes", ())}
