"""What must be so before a CKAN is written to: the token, the organisation, the licence, whose dataset it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

import ckanapi

from pipeline.publish.ckan.failures import failure, refusal
from pipeline.publish.ckan.package import HeldPackage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pipeline.errors import PortalError
    from pipeline.model.release import Publication
    from pipeline.publish.ckan.session import Client

T = TypeVar("T")

REFUSALS: Final = (ckanapi.NotFound, ckanapi.NotAuthorized, ckanapi.ValidationError)
#: The address under which CKAN up to 2.9 lists the Open Government Licence; from 2.10 it is The National Archives'.
_OLDER_OGL: Final = "reference.data.gov.uk/id/open-government-licence"
_OGL: Final = "uk-ogl"


@dataclass(slots=True)
class Access:
    """What a token may do on one portal; each thing is asked once, and remembered when it is well."""

    client: Client
    _known: set[str] = field(default_factory=set)
    _organisations: dict[str, str] = field(default_factory=dict)

    def check_token(self) -> None:
        """Return if the portal knows whose the token is.

        To a CKAN a wrong token is no error but an anonymous visitor, who sees less: so it is asked outright.
        """
        if "token" not in self._known:
            self.ask("user_show", where=self.client.address, missing=partial(failure, "bad-token", self.client.address))
            self._known.add("token")

    def check_organisation(self, name: str, *, where: str) -> str:
        """Return the id of the organisation ``name``, under which the token's owner may make datasets."""
        if name not in self._organisations:
            mine = self.ask("organization_list_for_user", where=where, permission="create_dataset")
            found = [own["id"] for own in mine if name in {own["name"], own["id"]}]
            if not found:
                missing = partial(failure, "no-organisation", where, name=name)
                self.ask("organization_show", where=where, missing=missing, id=name)
                raise failure("no-editor", where, name=name)
            self._organisations[name] = found[0]
        return self._organisations[name]

    def check_licence(self, publication: Publication) -> None:
        """Return if the portal lists the licence as open and at the expected address."""
        wanted = publication.licence_ckan
        if wanted in self._known:
            return
        licences = {licence["id"]: licence for licence in self.ask("license_list", where=publication.name)}
        problem = _licence_problem(licences.get(wanted), publication)
        if problem:
            raise failure("no-licence", publication.name, name=wanted, problem=problem)
        self._known.add(wanted)

    def show(self, publication: Publication, organisation: str) -> HeldPackage | None:
        """Return the dataset of ``organisation`` as it stands, or None; raises where it is not ours to touch.

        A dataset that somebody deleted or hid is not brought back: they may have had a reason that cannot wait.
        """
        name = publication.name
        try:
            shown = self.client.read("package_show", id=name)
        except ckanapi.NotFound:
            return None
        except REFUSALS:
            shown = {}
        if not _is_of(organisation, shown, name):
            raise failure("dataset-name-taken", name)
        package = HeldPackage(shown, publication.formats.keys())
        if package.mixes(publication):
            held, ours = ("real", "the sample") if publication.sample else ("the sample", "real")
            raise failure("sample-and-real", name, held=held, ours=ours)
        page = f"{self.client.address}/dataset/{name}"
        if shown["state"] == "deleted":
            raise failure("dataset-deleted", name, page=page)
        if package.private and not package.unfinished:
            raise failure("dataset-hidden", name, page=page)
        return package

    def public(self, name: str, organisation: str, endings: Collection[str]) -> HeldPackage | None:
        """Return a dataset of ``organisation`` that is shown with real records, None where there is no such."""
        try:
            shown = self.client.read("package_show", id=name)
        except REFUSALS:
            return None
        package = HeldPackage(shown, endings)
        real = shown["state"] != "deleted" and not package.private and not package.marked
        return package if real and _is_of(organisation, shown, name) else None

    def ask(
        self, action: str, *, where: str, missing: Callable[[], PortalError] | None = None, **fields: object
    ) -> Any:  # noqa: ANN401 - each action has its own shape
        """Return the result of an action that changes nothing; ``missing`` makes the error for what is not there."""
        return self.attempt(partial(self.client.read, action, **fields), where=where, missing=missing)

    def attempt(self, send: Callable[[], T], *, where: str, missing: Callable[[], PortalError] | None = None) -> T:
        """Return what ``send`` returns, or raise what the portal's refusal means; it has no cause or context."""
        try:
            return send()
        except REFUSALS as error:
            lacks = isinstance(error, (ckanapi.NotFound, ckanapi.NotAuthorized))
            refused = missing() if missing is not None and lacks else refusal(error, where=where)
        raise refused


def _is_of(organisation: str, shown: dict[str, Any], name: str) -> bool:
    owner = shown.get("organization") or {}
    return organisation in {owner.get("name"), owner.get("id")} and shown["name"] == name


def _licence_problem(listed: dict[str, Any] | None, publication: Publication) -> str:
    """Return what is wrong with the portal's licence, or ""."""
    if listed is None:
        return "is not in its list of licences"
    marks = {str(listed.get(name, "")).lower() for name in ("od_conformance", "osd_conformance", "is_okd_compliant")}
    if not marks & {"approved", "true"}:
        return "is not marked as open"
    address = _bare(str(listed.get("url", "")))
    older = publication.licence_ckan == _OGL and address == _OLDER_OGL
    same = older or address == _bare(publication.licence_url)
    return "" if same else "stands for another licence: its address differs"


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}"
