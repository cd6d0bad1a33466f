"""The settings of addresses that may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Self

from pipeline.settings.options import Options
from pipeline.settings.reader import Form

if TYPE_CHECKING:
    from pipeline.settings.reader import Section

_HOST: Final = Form(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+", "names of hosts in small letters")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOptions(Options):
    """The hosts of addresses that may be published: none where the settings name none."""

    section: ClassVar[str] = ""
    link_hosts: tuple[str, ...] = ()

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return the hosts."""
        found = section.value("link_hosts")
        if found is None:
            return cls()
        if isinstance(found, list) and all(map(_HOST.fits, found)):
            return cls(link_hosts=tuple(sorted(found)))
        section.bad("link_hosts", "a list of names of hosts in quotation marks, such as ['www.example.org']")
        return cls()
