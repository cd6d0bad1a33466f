"""Every way in which a CKAN, or what lies between, can fail or refuse: one error each, that says what to do.

Neither a library's text nor the portal's own is passed on: a library's may hold the request, and an extension's may
quote the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

import ckanapi
import requests
from urllib3.exceptions import ReadTimeoutError

from pipeline.errors import PortalError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.model.release import Publication

#: Answers that may be another one later: too many calls, a fault inside, a gateway without its server.
TRANSIENT: Final = {
    429: "portal-busy",
    500: "portal-failing",
    502: "portal-failing",
    503: "portal-busy",
    504: "portal-timeout",
}


#: How much of a portal's words stands in a message: characters of a name, and names.
LONGEST_NAME: Final = 100
MOST_NAMES: Final = 10


class UnansweredError(Exception):
    """A call has no usable answer; whether the portal carried it out is not known."""

    def __init__(self, error: PortalError, *, wait: float = 0.0) -> None:
        """Keep the error to raise when patience ends, and how long the portal asked to be left alone."""
        self.error = error
        self.wait = wait
        super().__init__(error.code)


def bad_token(where: str) -> PortalError:
    """Return the error for a token that the portal does not know, or that cannot be one."""
    return PortalError(
        "bad-token",
        "the portal does not know the token",
        where=where,
        fix="make a token on the portal's page of your user, and set PIPELINE_CKAN_TOKEN to it, on one line",
    )


def too_large(address: str) -> PortalError:
    """Return the error for an upload that the portal, or a proxy before it, finds too large."""
    return PortalError(
        "upload-too-large",
        "a file of this release is larger than the portal accepts, and the release was not published",
        where=address,
        fix="ask the portal's administrator to raise ckan.max_resource_size and the limit of the proxy before it",
    )


def origin(url: str) -> tuple[str, str]:
    """Return scheme and host with port, which together say who receives a request."""
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def no_answer(error: Exception, address: str) -> Exception:
    """Return what a failure of the connection means; the library's text is not used, it may hold anything."""
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return PortalError(
            "portal-certificate",
            "the portal's certificate is not trusted",
            where=address,
            fix="check the address; for a private authority set REQUESTS_CA_BUNDLE to its certificate",
        )
    late = isinstance(error, (requests.Timeout, TimeoutError, ReadTimeoutError)) or _is_late(error)
    if late and not isinstance(error, requests.ConnectTimeout):
        message, code = "no answer in time", "portal-timeout"
    else:
        message, code = "no connection, or it broke", "portal-unreachable"
    fix = "see whether the portal works in a browser, then run again; nothing is published twice"
    return UnansweredError(PortalError(code, message, where=address, fix=fix))


def _is_late(error: BaseException) -> bool:
    """Return whether a library's error only wraps that time ran out while an answer was read."""
    inner = [each for each in (error.__cause__, error.__context__, *error.args) if isinstance(each, BaseException)]
    return any(isinstance(each, (TimeoutError, ReadTimeoutError)) or _is_late(each) for each in inner)


def left_alone(address: str) -> PortalError:
    """Return the error for a portal that was waited for in vain for as long as a run waits."""
    return PortalError(
        "portal-unreachable",
        "no good answer for a minute: it is left alone until the next run",
        where=address,
        fix="see whether the portal works in a browser, then run again; nothing is published twice",
    )


def redirected(answer: requests.Response, address: str) -> PortalError:
    """Return the error for an address that sends callers elsewhere: the token does not go along."""
    try:
        scheme, host = origin(urljoin(address, answer.headers["Location"]))
        place = f"{scheme}://{host}"[:LONGEST_NAME]
    except ValueError:
        place = "what is no address"
    return PortalError(
        "portal-redirects",
        f"the address leads to {place}, and the token is not sent there",
        where=address,
        fix="put the portal's final address, https included, into PIPELINE_CKAN_URL",
    )


def transient(answer: requests.Response, address: str) -> UnansweredError:
    """Return what an answer of the class "not now" means, with the wait that the portal asks for."""
    asked = answer.headers.get("Retry-After", "")
    error = PortalError(
        TRANSIENT[answer.status_code],
        f"the portal answers with status {answer.status_code}",
        where=address,
        fix="run again later; if it stays so, tell the portal's administrator",
    )
    return UnansweredError(error, wait=float(asked[:9]) if asked.isascii() and asked.isdigit() else 0.0)


def refusal(error: Exception, *, where: str) -> PortalError:
    """Return what a refusal by the portal means."""
    if isinstance(error, ckanapi.NotAuthorized):
        return PortalError(
            "may-not-publish",
            "the portal does not let the token's owner do this",
            where=where,
            fix="ask the portal's administrator to make the owner of the token an editor of the organisation",
        )
    every = sorted({name[:LONGEST_NAME] for name in _field_names(getattr(error, "error_dict", {}))})
    names = every[:MOST_NAMES] + ["and others"] * (len(every) > MOST_NAMES)
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


def no_organisation(name: str, where: str) -> PortalError:
    """Return the error for an organisation that the portal does not have."""
    return PortalError(
        "no-organisation",
        f"the portal has no organisation `{name}`",
        where=where,
        fix="have it made on the portal, or name another in the settings or PIPELINE_CKAN_ORGANISATION",
    )


def name_taken(name: str) -> PortalError:
    """Return the error for a dataset name that is somebody else's."""
    return PortalError(
        "dataset-name-taken",
        "a dataset of this name belongs to another organisation on the portal",
        where=name,
        fix="ask the portal's administrator to rename that one, or publish under an organisation that owns it",
    )


def sample_and_real(publication: Publication) -> PortalError:
    """Return the error for a dataset in which invented and real records would lie together."""
    held, ours = ("real", "the sample") if publication.sample else ("the sample", "real")
    return PortalError(
        "sample-and-real",
        f"the dataset on the portal is {held}, what would be published is {ours}; nothing was written",
        where=publication.name,
        fix="publish to another portal or organisation; or have an administrator of the portal purge its dataset, "
        "if that may go, and run again",
    )


def memory_lost(names: Iterable[str]) -> StorageError:
    """Return the error for releases of ours on the portal of which the private memory knows nothing."""
    return StorageError(
        "memory-lost",
        f"the portal holds releases of {', '.join(names)}, and the private memory knows nothing of them",
        where="data/private",
        fix="restore data/private from its backup; where there is none, `pipeline recover` rebuilds what can be "
        "rebuilt and says what is forgotten",
    )
