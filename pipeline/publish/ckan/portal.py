"""A CKAN as a portal: one dataset each, one resource per month and format, written only where something differs.

A dataset is made private and empty, filled in one revision, read back, and only then shown.  From then on each
release is one revision, guarded by the moment of the last change.  Ids and addresses never change.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import PortalError, several
from pipeline.model.distribution import ENDINGS_OF_ROWS
from pipeline.model.plan import Action, Beside
from pipeline.publish.ckan.access import Access
from pipeline.publish.ckan.failures import memory_lost
from pipeline.publish.ckan.publishing import Publishing
from pipeline.publish.ckan.session import Client, Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from pipeline.model.plan import HeldDataset, Plan
    from pipeline.model.release import Publication
    from pipeline.model.source import Secret


class PublicFile(NamedTuple):
    """A file that is public: its name, the sha256 that the portal states, and what gives its bytes."""

    name: str
    sha256: str
    content: Callable[[], bytes]


#: Longer than a file of a month ever is: so much of one that a portal holds is read into memory.
_MOST_IN_MEMORY = 1 << 30


@dataclass(slots=True)
class CkanPortal:
    """A CKAN at ``address``, with the token of an editor; ``organisation`` stands for that of every publication.

    ``progress`` is told what happens, one line at a time: dataset names, file names, counts.  Of the ``unremembered``
    datasets it must hold no month: what it held could go back.
    """

    address: str
    token: Secret[str]
    organisation: str | None = field(default=None, kw_only=True)
    name: str = field(default="ckan", kw_only=True)
    beside: Beside = field(default=Beside.FIELDS, init=False)
    one_by_one: bool = field(default=True, init=False)
    progress: Callable[[str], None] = field(default=lambda _line: None, kw_only=True)
    unremembered: Collection[str] = field(default=(), kw_only=True)
    patience: Patience = field(default_factory=Patience, kw_only=True)
    sleep: Callable[[float], None] = field(default=time.sleep, kw_only=True)
    _client: Client = field(init=False, repr=False)
    _access: Access = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Prepare the session; nothing is sent yet."""
        self._client = Client(self.address, self.token, patience=self.patience, sleep=self.sleep)
        self._access = Access(self._client)

    def look(self, publications: Sequence[Publication]) -> Mapping[str, HeldDataset]:
        """Return what the portal holds of each dataset; one that it does not hold is not in it.

        Raises `PortalError` for a dataset that is deleted, hidden or somebody else's: nothing is guessed.
        """
        self._access.check_token()
        found: dict[str, HeldDataset] = {}
        for publication in publications:
            package = self._access.show(publication, self.organisation or publication.organisation)
            if package is None:
                continue
            if package.foreign:
                self.progress(f"{publication.name}: left alone on the portal, not ours: {package.foreign} resources")
            found[publication.name] = package.held(publication)
            if found[publication.name].files and publication.name in self.unremembered:
                raise memory_lost([publication.name])
        return found

    def months(self, name: str, organisation: str, endings: Collection[str] = ENDINGS_OF_ROWS) -> Iterator[PublicFile]:
        """Yield the files of months that are public of a dataset of ours; none where it holds no such dataset."""
        package = self._access.public(name, self.organisation or organisation, endings)
        if package is None:
            return
        for file, held in sorted(package.files.items()):
            if not held.withdrawn:
                sha256, size = held.stated
                most = min(size, _MOST_IN_MEMORY)
                yield PublicFile(
                    file, sha256, partial(self._client.fetch, package.place(file), size=most, take=b"".join)
                )

    def apply(self, plan: Plan, publications: Sequence[Publication]) -> None:
        """Make the portal hold exactly what ``plan`` says, whole or not at all per dataset, and read it back.

        A dataset that fails does not stop the others; the failures are raised together at the end.
        """
        if plan.portal != self.name:
            raise ValueError("the plan was made for another portal")
        failures: list[PortalError] = []
        for publication in publications:
            changes = [change for change in plan.changes if change.dataset == publication.name]
            if all(change.action is Action.SAME for change in changes):
                continue
            publishing = Publishing(
                client=self._client,
                access=self._access,
                publication=publication,
                organisation=self.organisation or publication.organisation,
                progress=self.progress,
            )
            try:
                publishing.carry_out(changes, guard=plan.guards.get(publication.name))
            except PortalError as failure:
                failures.append(failure)
                if failure.whole_portal:
                    break
        if failures:
            raise several(failures)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.session.close()
