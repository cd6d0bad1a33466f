"""Where extracts come from that are no files: databases and services, by name; no secret of theirs stands in a file."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Self

from pipeline.settings import reader as checks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.settings.reader import Section
    from pipeline.settings.secret import Secret

#: The variables of the addresses of databases: `PIPELINE_NAME_DATABASE`, and as they were called before.
ADDRESS, OLDER = re.compile(r"PIPELINE_([A-Z0-9_]+)_DATABASE"), "PIPELINE_SOURCE_"
ENGAGEMENT = "PIPELINE_ENGAGEMENT_DATABASE"
_SOURCES, _ENGAGEMENT = "sources", "engagement"
#: How the settings of a service end, behind its name.
_URL, _FIRST = "_url", "_first_month"
#: From which month on a database counts, when nothing else is set.
_FIRST_MONTH = "2010-12"


class Connection(NamedTuple):
    """One database that feeds name: its first month that counts, and its address when it is no file in ``data/raw``."""

    variable: str
    first_month: str
    address: Secret[str] | None

    @classmethod
    def read(cls, section: Section, variable: str, older: str = "") -> Self:
        """Return what is said of one database; its address comes from the ``variable`` or an ``older`` one only."""
        for key in ("database", "address"):
            section.refuse_secret(key, variable)
        first = section.text("first_month", checks.MONTH, default=_FIRST_MONTH)
        if older and section.reader.environ.get(older):
            if section.reader.environ.get(variable):
                message, fix = "the same address is set twice", f"unset it: {variable} is set too"
                section.reader.add("bad-setting", message, where=older, fix=fix)
            variable = older
        return cls(variable, first, section.secret(variable, checks.DATABASE))


class Account(NamedTuple):
    """A service that is asked over HTTP: what its addresses begin with, its first month, the token of a reader."""

    url: str
    first_month: str
    token: Secret[str]

    @classmethod
    def read(cls, section: Section, name: str) -> Self | None:
        """Return what is said of a service; its token comes from a variable only."""
        variable = token_variable(name)
        section.refuse_secret(f"{name}_token", variable)
        token = section.secret(variable, checks.TOKEN)
        if token is None:
            message, fix = "the address of a service is set, but no token", "set it to the token of a reader's account"
            section.reader.add("missing-setting", message, where=variable, fix=fix)
        url = section.text(f"{name}{_URL}", checks.PORTAL).rstrip("/")
        first = section.text(f"{name}{_FIRST}", checks.MONTH)
        return cls(url, first, token) if token else None


def token_variable(service: str) -> str:
    """Return the variable that holds the token of a service."""
    return f"PIPELINE_{service.upper().replace('-', '_')}_TOKEN"


class Sources(NamedTuple):
    """The databases by name, how many seconds one may take and how many rows give: none of it can be switched off.

    ``services`` are those that are asked over HTTP, by name.
    """

    first_row_seconds: int = 30
    query_seconds: int = 600
    most_rows: int = 50_000_000
    named: Mapping[str, Connection] = MappingProxyType({})
    services: Mapping[str, Account] = MappingProxyType({})

    @classmethod
    def read(cls, section: Section, engagement: Section) -> Self:
        """Return the sources that are asked over a connection; the section ``engagement`` is that of the source."""
        usual = cls()
        names = section.names()
        named = {name: Connection.read(section.section(name), *_variables(name)) for name in names}
        older = Connection.read(engagement, ENGAGEMENT)
        if _ENGAGEMENT in named and engagement.table:
            section.bad(_ENGAGEMENT, f"this source once: here, or as [{_ENGAGEMENT}] with {ENGAGEMENT}")
        known = {each.variable for each in named.values()}
        for variable in sorted(name for name, value in section.reader.environ.items() if value):
            of_source = variable.startswith(OLDER) or ADDRESS.fullmatch(variable)
            if of_source and variable not in {*known, ENGAGEMENT}:
                fix = f"name the source in the settings: [{_SOURCES}.NAME] for PIPELINE_NAME_DATABASE"
                section.reader.add("unknown-variable", "the settings name no such source", where=variable, fix=fix)
        return cls(
            section.whole("first_row_seconds", low=1, high=300, default=usual.first_row_seconds),
            section.whole("query_seconds", low=1, high=3_600, default=usual.query_seconds),
            section.whole("most_rows", low=1_000, high=50_000_000, default=usual.most_rows),
            MappingProxyType({_ENGAGEMENT: older, **named}),
            MappingProxyType({name: each for name in _services(section) if (each := Account.read(section, name))}),
        )

    @property
    def addresses(self) -> dict[str, Secret[str]]:
        """The addresses that are set, by source."""
        return {name: each.address for name, each in self.named.items() if each.address}

    def address(self, source: str) -> Secret[str] | None:
        """Return the address of a source, None where it is a file below ``data/raw``."""
        return self.addresses.get(source)

    def account(self, service: str) -> Account | None:
        """Return how a service is asked, None where it is not."""
        return self.services.get(service)

    @property
    def elsewhere(self) -> bool:
        """Whether extracts come from a database or a service, so that none has to lie below ``data/raw`` yet."""
        return bool(self.addresses or self.services)

    def first_month(self, source: str) -> str:
        """Return the first month of a source that counts."""
        return self.named[source].first_month if source in self.named else _FIRST_MONTH

    def variable(self, source: str) -> str:
        """Return the variable that holds the address of a source."""
        return self.named[source].variable


def _services(section: Section) -> list[str]:
    """Return the services of which the settings say anything."""
    keys = (key for key, value in section.table.items() if not isinstance(value, dict))
    every = {key.removesuffix(end) for key in keys for end in (_URL, _FIRST, "_token") if key.endswith(end)}
    return sorted(name for name in every if checks.SLUG.fits(name))


def _variables(name: str) -> tuple[str, str]:
    """Return the variable of a source's address, and what it was called before."""
    upper = name.upper().replace("-", "_")
    return f"PIPELINE_{upper}_DATABASE", f"{OLDER}{upper}"
