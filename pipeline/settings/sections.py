"""The parts of the settings: nouns that read themselves from their table of the settings file."""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Self

from pipeline.codelists import CODELISTS
from pipeline.columns.keys import folded
from pipeline.settings import reader as checks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pipeline.model.source import Secret
    from pipeline.settings.reader import Section


#: An address must hold one of these ...
ROLES = (
    *("analytics", "complaints", "comms", "communications", "contact", "data", "disclosure", "disclosures", "dpo"),
    *("enquiries", "enquiry", "engagement", "feedback", "finance", "foi", "freedom", "governance", "help", "helpdesk"),
    *("info", "information", "insight", "opcc", "opfcc", "pcc", "performance", "pfcc", "privacy", "procurement"),
    *("publications", "publication", "publishing", "records", "secretariat", "statistics", "stats", "support"),
    *("transparency", "web", "webmaster", "website"),
)
#: ... and beside them nothing but these and the publisher's own name.
NEUTRAL = (
    *("and", "act", "centre", "corporate", "department", "digital", "force", "mailbox", "management", "of", "office"),
    *("open", "police", "protection", "public", "request", "requests", "service", "services", "team", "the", "unit"),
    *("us",),
)
WORDS = "the mailbox of a post or a team, such as opendata@, foi@, information.governance@ or transparency@"
_ADDRESS = re.compile(r"([A-Za-z0-9._+-]{1,64})@((?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,})")


def is_role_mailbox(address: str, own_names: Iterable[str]) -> bool:
    """Say whether ``address`` is made of words for posts and teams, and of the publisher's ``own_names``, only."""
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        return False
    own = {word for name in own_names for word in re.findall(r"[a-z]{3,}", name.lower())}
    local = re.sub(r"[._+-]+", " ", parts[1].lower()).split()
    known = "|".join(map(re.escape, sorted({*ROLES, *NEUTRAL, *own}, key=len, reverse=True)))
    role = re.compile(rf"(?:{known})*(?:{'|'.join(ROLES)})(?:{known})*")
    return all(re.fullmatch(rf"(?:{known})+", word) for word in local) and any(map(role.fullmatch, local))


#: Bodies are coded in the ledger; a force may have one or both.
BODIES = ("OPCC", "FORCE")
#: The force of the sample: whatever it publishes is invented.
_EXAMPLE = "example"
#: Days after a month's end by which its release is promised, when nothing else is set.
DUE_DAYS = 31
#: Who publishes, by key, and the body whose label names it (the force itself is named by the code list).
PUBLISHERS = MappingProxyType({"force": "", "pcc": "OPCC"})


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
            due_days=section.number("due_days", low=1, high=400, default=DUE_DAYS),
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


class Referee(NamedTuple):
    """How many rows of a release Frictionless reads as the outside referee; ``everything``: all of them."""

    sample_rows: int
    everything: bool

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return the referee's settings; it always reads some rows."""
        rows = section.number("sample_rows", low=100, high=1_000_000, default=1000)
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


def site(section: Section) -> str:
    """Return the address at which the public folder is served, with one `/` at its end, "" where nobody says."""
    found = section.text("url", checks.SITE, default="")
    return f"{found.rstrip('/')}/" if found else ""


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


#: What `approvers` are.
_POSTS = "a list of posts in quotation marks, such as 'Chief Finance Officer', and no person's name"


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
        return cls(
            key,
            name,
            section.text("organisation", checks.ORGANISATION),
            section.texts("approvers", checks.ROLE, _POSTS),
        )
