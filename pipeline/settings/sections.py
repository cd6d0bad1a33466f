"""The parts of the settings: nouns that read themselves from their table of the settings file."""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Self

from pipeline.codelists import CODELISTS
from pipeline.settings import reader as checks
from pipeline.settings.role_mailbox import WORDS, is_role_mailbox

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.settings.publishers import Publisher
    from pipeline.settings.reader import Section
    from pipeline.settings.secret import Secret

#: Bodies are coded in the ledger; a force may have one or both.
BODIES = ("OPCC", "FORCE")
#: The force of the sample: whatever it publishes is invented.
_EXAMPLE = "example"
#: The variables of the addresses of databases: `PIPELINE_NAME_DATABASE`, and as they were called before.
ADDRESS, OLDER = re.compile(r"PIPELINE_([A-Z0-9_]+)_DATABASE"), "PIPELINE_SOURCE_"
ENGAGEMENT = "PIPELINE_ENGAGEMENT_DATABASE"
_SOURCES, _ENGAGEMENT = "sources", "engagement"
#: How the settings of a service end, behind its name.
_URL, _FIRST = "_url", "_first_month"
#: From which month on a database counts, when nothing else is set.
_FIRST_MONTH = "2010-12"
#: Days after a month's end by which its release is promised, when nothing else is set.
DUE_DAYS = 31


class Licence(NamedTuple):
    """A licence as CKAN, the Data Package and people call it."""

    ckan: str
    id: str
    title: str
    url: str
    phrase: str

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return a licence of the settings' own; the sentence for re-users calls it by its title unless told else."""
        title = section.text("title", checks.LABEL)
        return cls(
            ckan=section.text("ckan", checks.LICENCE),
            id=section.text("id", checks.LICENCE),
            title=title,
            url=section.text("url", checks.WEB),
            phrase=section.text("phrase", checks.LABEL, default=title),
        )


#: Under which a dataset is published that names no other.
_USUAL_LICENCE = "ogl-3"
LICENCES = MappingProxyType(
    {
        _USUAL_LICENCE: Licence(
            ckan="uk-ogl",
            id="OGL-UK-3.0",
            title="Open Government Licence 3.0 (United Kingdom)",
            url="https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
            phrase="Open Government Licence v3.0",
        )
    }
)


def licences(section: Section) -> Mapping[str, Licence]:
    """Return the licences that a dataset may name: the built-in ones and those of ``section``."""
    own = {name: Licence.read(section.section(name)) for name in section.names()}
    for name in own.keys() & LICENCES.keys():
        section.bad(name, "another name: this one is built in")
    return MappingProxyType({**LICENCES, **own})


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    """The police force: its slug and name in the code list, its place, the labels of its bodies by code."""

    slug: str
    name: str
    place: str
    gss: str
    bodies: Mapping[str, str]

    @property
    def is_example(self) -> bool:
        """Whether this is the example force, which has only the invented sample."""
        return self.slug == _EXAMPLE

    @property
    def uri(self) -> str:
        """The place as linked data names it, for spatial coverage."""
        return f"http://statistics.data.gov.uk/id/statistical-geography/{self.gss}"

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return the force that ``section`` describes."""
        slug = section.text("slug", checks.SLUG)
        with (CODELISTS / "force.csv").open(encoding="utf-8", newline="") as file:
            names = {row["code"]: row["label"] for row in csv.DictReader(file)}
        if slug and slug not in names:
            near = difflib.get_close_matches(slug, names, n=1)
            section.bad("slug", "a code of schemas/codelists/force.csv" + (f", perhaps `{near[0]}`" if near else ""))
        labels = section.section("bodies")
        bodies = {code: labels.text(code, checks.LABEL) for code in labels.names(BODIES)}
        if not bodies:
            labels.missing(" or ".join(BODIES), "the body's full name")
        place, gss = section.text("place", checks.LABEL), section.text("gss", checks.GSS)
        return cls(slug=slug, name=names.get(slug, ""), place=place, gss=gss, bodies=MappingProxyType(bodies))


class Terms(NamedTuple):
    """Under which terms a dataset is published, if it is: publisher's key, licence, promised days, words for re-users.

    The publisher is "" where the settings do not say: then it is the one that the dataset declares.
    """

    publisher: str
    licence: Licence
    due_days: int
    attribution: str
    published: bool = True

    @classmethod
    def usual(cls, publishers: Mapping[str, Publisher], attribution: str) -> Self:
        """Return the terms of a dataset of which the settings say nothing; "" is no ``attribution`` of their own."""
        licence = LICENCES[_USUAL_LICENCE]
        return cls("", licence, DUE_DAYS, attribution or _attribution(publishers.values(), licence))

    @classmethod
    def read(
        cls, section: Section, publishers: Mapping[str, Publisher], known: Mapping[str, Licence], attribution: str
    ) -> Self:
        """Return the terms of one dataset; what is not said is as in `usual`.

        The settings' own ``attribution`` names the usual licence: a dataset under another one needs its own.
        """
        name = section.choice("licence", tuple(known), _USUAL_LICENCE)
        own = section.text("attribution", checks.LABEL, default="")
        if attribution and not own and name != _USUAL_LICENCE:
            section.missing("attribution", "the sentence for re-users under this licence")
        return cls(
            publisher=section.choice("publisher", tuple(publishers), ""),
            licence=known[name],
            due_days=section.whole("due_days", low=1, high=400, default=DUE_DAYS),
            attribution=own or attribution or _attribution(publishers.values(), known[name]),
            published=section.flag("publish", default=True),
        )


def _attribution(publishers: Collection[Publisher], licence: Licence) -> str:
    """Return the sentence that re-users are asked for, when the settings give none of their own."""
    names = " and ".join(publisher.name for publisher in publishers)
    return f"Contains information from {names}, licensed under the {licence.phrase}."


class Contacts(NamedTuple):
    """Whom the public asks: a team's name and its role mailboxes."""

    name: str
    email: str
    foi_email: str

    @classmethod
    def read(cls, section: Section, own_names: Collection[str]) -> Self:
        """Return the contacts; an address that could be a person's is a mistake, and is not repeated."""
        found = {key: section.text(key, checks.LABEL) for key in ("email", "foi_email")}
        for key, address in found.items():
            if address and not is_role_mailbox(address, own_names):
                section.bad(key, WORDS)
        return cls(section.text("name", checks.LABEL), **found)


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


class Referee(NamedTuple):
    """How many rows of a release Frictionless reads as the outside referee; ``everything``: all of them."""

    sample_rows: int
    everything: bool

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return the referee's settings; it always reads some rows."""
        rows = section.whole("sample_rows", low=100, high=1_000_000, default=1000)
        return cls(rows, section.flag("everything", default=False))


class Ckan(NamedTuple):
    """The portal that the settings name: address, token, and the organisation that stands for all publishers."""

    url: str
    token: Secret[str] | None
    organisation: str

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return the portal's settings, each empty when unset; the token comes from a variable only."""
        for key in ("token", "api_key", "apikey", "api_token", "password"):
            section.refuse_secret(key, "PIPELINE_CKAN_TOKEN")
        return cls(
            section.text("url", checks.PORTAL, default="", variable="PIPELINE_CKAN_URL").rstrip("/"),
            section.secret("PIPELINE_CKAN_TOKEN", checks.TOKEN),
            section.text("organisation", checks.ORGANISATION, default="", variable="PIPELINE_CKAN_ORGANISATION"),
        )


def synonyms(section: Section) -> Mapping[str, tuple[str, ...]]:
    """Return what the force's systems call agreed columns: a list of names by agreed name."""
    section.asked.update(section.table)
    found: dict[str, tuple[str, ...]] = {}
    for agreed, names in section.table.items():
        if isinstance(names, list) and names and all(map(checks.LABEL.fits, names)):
            found[agreed] = tuple(names)
        else:
            section.bad(agreed if checks.LABEL.fits(agreed) else "", "a list of names of columns in quotation marks")
    return MappingProxyType(found)
