"""Where extracts come from that are no files: databases and services, by name; no secret of theirs stands in a file."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from pipeline.model.source import FIRST_MONTH, Account, Connection, Connections
from pipeline.settings import reader as checks

if TYPE_CHECKING:
    from pipeline.settings.reader import Section

#: The variables of the addresses of databases: `PIPELINE_NAME_DATABASE`, and as they were called before.
ADDRESS, OLDER = re.compile(r"PIPELINE_([A-Z0-9_]+)_DATABASE"), "PIPELINE_SOURCE_"
ENGAGEMENT = "PIPELINE_ENGAGEMENT_DATABASE"
_SOURCES, _ENGAGEMENT = "sources", "engagement"
#: How the settings of a service end, behind its name.
_URL, _FIRST = "_url", "_first_month"


def _connection(section: Section, variable: str, older: str = "") -> Connection:
    """Return what is said of one database; its address comes from the ``variable`` or an ``older`` one only."""
    for key in ("database", "address"):
        section.refuse_secret(key, variable)
    first = section.text("first_month", checks.MONTH, default=FIRST_MONTH)
    if older and section.reader.environ.get(older):
        if section.reader.environ.get(variable):
            message, fix = "the same address is set twice", f"unset it: {variable} is set too"
            section.reader.add("bad-setting", message, where=older, fix=fix)
        variable = older
    return Connection(variable, first, section.secret(variable, checks.DATABASE))


def _account(section: Section, name: str) -> Account | None:
    """Return what is said of a service; its token comes from a variable only."""
    variable = token_variable(name)
    section.refuse_secret(f"{name}_token", variable)
    token = section.secret(variable, checks.TOKEN)
    if token is None:
        message, fix = "the address of a service is set, but no token", "set it to the token of a reader's account"
        section.reader.add("missing-setting", message, where=variable, fix=fix)
    url = section.text(f"{name}{_URL}", checks.PORTAL).rstrip("/")
    first = section.text(f"{name}{_FIRST}", checks.MONTH)
    return Account(url, first, token) if token else None


def token_variable(service: str) -> str:
    """Return the variable that holds the token of a service."""
    return f"PIPELINE_{service.upper().replace('-', '_')}_TOKEN"


def read_connections(section: Section, engagement: Section) -> Connections:
    """Return the sources that are asked over a connection; the section ``engagement`` is that of the source."""
    usual = Connections()
    names = section.names()
    named = {name: _connection(section.section(name), *_variables(name)) for name in names}
    older = _connection(engagement, ENGAGEMENT)
    if _ENGAGEMENT in named and engagement.table:
        section.bad(_ENGAGEMENT, f"this source once: here, or as [{_ENGAGEMENT}] with {ENGAGEMENT}")
    known = {each.variable for each in named.values()}
    for variable in sorted(name for name, value in section.reader.environ.items() if value):
        of_source = variable.startswith(OLDER) or ADDRESS.fullmatch(variable)
        if of_source and variable not in {*known, ENGAGEMENT}:
            fix = f"name the source in the settings: [{_SOURCES}.NAME] for PIPELINE_NAME_DATABASE"
            section.reader.add("unknown-variable", "the settings name no such source", where=variable, fix=fix)
    return Connections(
        section.number("first_row_seconds", low=1, high=300, default=usual.first_row_seconds),
        section.number("query_seconds", low=1, high=3_600, default=usual.query_seconds),
        section.number("most_rows", low=1_000, high=50_000_000, default=usual.most_rows),
        MappingProxyType({_ENGAGEMENT: older, **named}),
        MappingProxyType({name: each for name in _services(section) if (each := _account(section, name))}),
    )


def _services(section: Section) -> list[str]:
    """Return the services of which the settings say anything."""
    keys = (key for key, value in section.table.items() if not isinstance(value, dict))
    every = {key.removesuffix(end) for key in keys for end in (_URL, _FIRST, "_token") if key.endswith(end)}
    return sorted(name for name in every if checks.SLUG.fits(name))


def _variables(name: str) -> tuple[str, str]:
    """Return the variable of a source's address, and what it was called before."""
    upper = name.upper().replace("-", "_")
    return f"PIPELINE_{upper}_DATABASE", f"{OLDER}{upper}"
