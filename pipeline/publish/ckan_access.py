"""What must be so before anything is written to a CKAN: the token, the organisation, the licence, whose dataset it is.

Each refusal of the portal becomes one error that says what to do.  The portal's own texts are not passed on: an
extension's may quote the data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

import ckanapi

from pipeline.errors import PortalError
from pipeline.publish.ckan_package import HeldPackage
from pipeline.publish.ckan_session import too_large

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.model import Publication
    from pipeline.publish.ckan_session import Client

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
            self.ask("user_show", where=self.client.address, missing=self._bad_token)
            self._known.add("token")

    def check_organisation(self, name: str, *, where: str) -> str:
        """Return the id of the organisation ``name``, under which the token's owner may make datasets."""
        if name not in self._organisations:
            mine = self.ask("organization_list_for_user", where=where, permission="create_dataset")
            found = [each["id"] for each in mine if name in {each["name"], each["id"]}]
            if not found:
                self.ask("organization_show", where=where, missing=lambda: _no_organisation(name, where), id=name)
                raise PortalError(
                    "may-not-publish",
                    f"the token's owner is not an editor of the organisation `{name}`",
                    where=where,
                    fix="ask the portal's administrator to make the owner of the token an editor of it",
                )
            self._organisations[name] = found[0]
        return self._organisations[name]

    def check_licence(self, publication: Publication) -> None:
        """Return if the portal lists the licence as open and at the expected address."""
        wanted = publication.licence_ckan
        if wanted in self._known:
            return
        licences = {each["id"]: each for each in self.ask("license_list", where=publication.name)}
        problem = _licence_problem(licences.get(wanted), publication)
        if problem:
            raise PortalError(
                "no-licence",
                f"the portal's licence `{wanted}` {problem}",
                where=publication.name,
                fix="compare the dataset's licence in the settings with `/api/action/license_list` of the portal",
            )
        self._known.add(wanted)

    def show(self, name: str, organisation: str) -> HeldPackage | None:
        """Return the dataset ``name`` of ``organisation`` as it stands, or None; raises where it is not ours to touch.

        A dataset that somebody deleted or hid is not brought back: they may have had a reason that cannot wait.
        """
        try:
            shown = self.client.read("package_show", id=name)
        except ckanapi.NotFound:
            return None
        except REFUSALS:
            shown = None
        if shown is None:
            raise _name_taken(name)
        package = HeldPackage(shown)
        owner = shown.get("organization") or {}
        if organisation not in {owner.get("name"), owner.get("id")} or shown["name"] != name:
            raise _name_taken(name)
        page = f"{self.client.address}/dataset/{name}"
        if shown["state"] == "deleted":
            raise PortalError(
                "dataset-deleted",
                "somebody deleted the dataset on the portal, and it is not brought back without being asked",
                where=name,
                fix=f"find out why; then restore it at {page}, or have an administrator purge it, and run again",
            )
        if package.private and not package.unfinished:
            raise PortalError(
                "dataset-hidden",
                "somebody made the dataset private on the portal, and it is not shown again without being asked",
                where=name,
                fix=f"find out why; then make it public at {page} and run again",
            )
        return package

    def ask(
        self, action: str, *, where: str, missing: Callable[[], PortalError] | None = None, **fields: object
    ) -> Any:  # noqa: ANN401 - each action has its own shape
        """Return the result of an action that changes nothing; ``missing`` makes the error for what is not there."""
        failure = None
        try:
            return self.client.read(action, **fields)
        except REFUSALS as error:
            lacks = isinstance(error, (ckanapi.NotFound, ckanapi.NotAuthorized))
            failure = missing() if missing is not None and lacks else refusal(error, where=where)
        raise failure

    def attempt(self, send: Callable[[], T], *, where: str) -> T:
        """Return what ``send`` returns, or raise what the portal's refusal means; it has no cause or context."""
        try:
            return send()
        except REFUSALS as error:
            failure = refusal(error, where=where)
        raise failure

    def _bad_token(self) -> PortalError:
        return PortalError(
            "bad-token",
            "the portal does not know the token",
            where=self.client.address,
            fix="make a token on the portal's page of your user, and set PIPELINE_CKAN_TOKEN to it",
        )


def refusal(error: Exception, *, where: str) -> PortalError:
    """Return what a refusal by the portal means."""
    if isinstance(error, ckanapi.NotAuthorized):
        return PortalError(
            "may-not-publish",
            "the portal does not let the token's owner do this",
            where=where,
            fix="ask the portal's administrator to make the owner of the token an editor of the organisation",
        )
    names = sorted(set(_field_names(getattr(error, "error_dict", {}))))
    if isinstance(error, ckanapi.NotFound) or names == ["match"]:
        return changed(where)
    if any(name.endswith("upload") for name in names):
        return too_large(where)
    return PortalError(
        "portal-refused",
        f"the portal does not accept: {', '.join(names) or 'this call'}",
        where=where,
        fix="an extension of the portal may want other fields: ask its administrator, naming these",
    )


def changed(where: str) -> PortalError:
    """Return the error for a dataset that is not any more as it was looked at."""
    return PortalError(
        "changed-meanwhile",
        "somebody changed the dataset on the portal since it was looked at; nothing was written",
        where=where,
        fix="run again: it looks afresh",
    )


def _field_names(errors: object, above: str = "") -> Iterator[str]:
    """Yield the names of refused fields, as paths; CKAN's texts are left behind."""
    if isinstance(errors, dict):
        for name, inner in errors.items():
            if name != "__type":
                yield from _field_names(inner, f"{above}.{name}" if above else str(name))
    elif isinstance(errors, list) and any(isinstance(each, dict) for each in errors):
        for each in errors:
            yield from _field_names(each, above)
    elif errors:
        yield above


def _licence_problem(listed: dict[str, Any] | None, publication: Publication) -> str:
    """Return what is wrong with the portal's licence, or ""."""
    if listed is None:
        return "is not in its list of licences"
    marks = {str(listed.get(name, "")).lower() for name in ("od_conformance", "osd_conformance", "is_okd_compliant")}
    if not marks & {"approved", "true"}:
        return "is not marked as open"
    address = _bare(str(listed.get("url", "")))
    older = publication.licence_ckan == _OGL and address == _OLDER_OGL
    return (
        "" if older or address == _bare(publication.licence_url) else "stands for another licence: its address differs"
    )


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _no_organisation(name: str, where: str) -> PortalError:
    return PortalError(
        "no-organisation",
        f"the portal has no organisation `{name}`",
        where=where,
        fix="have it made on the portal, or name another in the settings or PIPELINE_CKAN_ORGANISATION",
    )


def _name_taken(name: str) -> PortalError:
    return PortalError(
        "dataset-name-taken",
        "a dataset of this name belongs to another organisation on the portal",
        where=name,
        fix="ask the portal's administrator to rename that one, or publish under an organisation that owns it",
    )
