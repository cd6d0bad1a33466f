"""The pages that a run has made: a plan, its check and the tree that is written ask for the same ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.publish.catalogue.pages import render_site, templates
from pipeline.publish.catalogue.read import Read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.metadata.listed import ListedFile
    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.groups import Group
    from pipeline.publish.catalogue.menu import Menu
    from pipeline.publish.catalogue.views import OtherDataset, PlannedDataset
    from pipeline.storage.looked import Looked


class Made:
    """Makes pages, and gives those that were made of the same facts again; ``looked`` knows what files count."""

    def __init__(self, looked: Looked, planned: Sequence[PlannedDataset]) -> None:
        self._looked, self._planned = looked, planned
        self._groups: dict[tuple[str, str, bool], dict[str, bytes]] = {}
        self._site: tuple[object, dict[str, bytes]] | None = None
        self._read = Read(())

    def site(
        self,
        publications: Sequence[Publication],
        kept: Mapping[str, Sequence[ListedFile]],
        others: Sequence[OtherDataset],
        *,
        preview: bool,
    ) -> dict[str, bytes]:
        """Return every page but those of groups."""
        read = self._read_of(publications)
        rest = (read, {name: [*files] for name, files in kept.items()}, [*others], preview)
        if self._site is None or self._site[0] != rest:
            pages = render_site(
                publications,
                kept=kept,
                others=others,
                looked=self._looked,
                planned=self._planned,
                preview=preview,
                read=read,
            )
            self._site = (rest, pages)
        return dict(self._site[1])

    def group(
        self, group: Group, publications: Sequence[Publication], menu: Menu, receipt: str, *, preview: bool = False
    ) -> dict[str, bytes]:
        """Return the pages of a group; ``receipt`` is the digest of all that decides them."""
        key = (group.name, receipt, preview)
        if key not in self._groups:
            self._groups[key] = group.make(self._read_of(publications), templates(), menu, preview=preview)
        return self._groups[key]

    def _read_of(self, publications: Sequence[Publication]) -> Read:
        """Return what was read of the same objects: equal ones are as good, but comparing them takes longer."""
        held = self._read.publications
        if len(publications) != len(held) or any(
            one is not other for one, other in zip(publications, held, strict=True)
        ):
            self._read = Read(tuple(publications))
        return self._read
