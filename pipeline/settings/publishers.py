"""Who publishes: names for the public, and which posts may approve."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Self

from pipeline.columns.keys import folded
from pipeline.settings import reader as checks

if TYPE_CHECKING:
    from pipeline.settings.reader import Section
    from pipeline.settings.sections import Force

#: Who publishes, by key, and the body whose label names it (the force itself is named by the code list).
PUBLISHERS = MappingProxyType({"force": "", "pcc": "OPCC"})


class Publisher(NamedTuple):
    """Who publishes a dataset: the name for the public, the organisation on CKAN, the posts that approve for it."""

    key: str
    name: str
    organisation: str
    approvers: tuple[str, ...] = ()

    def may_approve(self, role: str) -> bool:
        """Return whether a post may approve for it: any, where the settings name none."""
        return not self.approvers or folded(role) in map(folded, self.approvers)

    @classmethod
    def read(cls, section: Section, key: str, force: Force) -> Self:
        """Return the publisher of this ``key``; its name is the force's or the body's unless it has its own."""
        own = force.bodies.get(PUBLISHERS[key]) if PUBLISHERS[key] else force.name
        name = section.text("name", checks.LABEL, default=own)
        return cls(key, name, section.text("organisation", checks.ORGANISATION), _approvers(section))


def _approvers(section: Section) -> tuple[str, ...]:
    """Return the posts that may approve, none where the settings do not say."""
    found = section.value("approvers")
    if found is None:
        return ()
    if isinstance(found, list) and found and all(map(checks.ROLE.fits, found)):
        return tuple(found)
    section.bad(
        "approvers", "a list of posts in quotation marks, such as 'Chief Finance Officer', and no person's name"
    )
    return ()
