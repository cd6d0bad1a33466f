"""Every way in which a CKAN, or what lies between, can fail or refuse: one error each, in the words of `failures.csv`.

Neither a library's text nor the portal's own is passed on: a library's may hold the request, and an extension's may
quote the data.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

import ckanapi
import requests
from urllib3.exceptions import ReadTimeoutError

from pipeline.errors import PortalError, StorageError
from pipeline.plain import read_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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

_TABLE: Final = read_plain(Path(__file__).with_suffix(".csv")).decode()
_TEXTS: Final = {when: texts for when, *texts in csv.reader(_TABLE.splitlines())}


class UnansweredError(Exception):
    """A call has no usable answer; whether the portal carried it out is not known."""

    def __init__(self, error: PortalError, *, wait: float = 0.0) -> None:
        """Keep the error to raise when patience ends, and how long the portal asked to be left alone."""
        self.error = error
        self.wait = wait
        super().__init__(error.code)


def failure(when: str, where: str, **words: object) -> PortalError:
    """Return the error for what happened, as the table has it; ``words`` take their places in its texts."""
    code, message, fix = _TEXTS[when]
    return PortalError(code, message.format(**words), where=where, fix=fix.format(**words))


def origin(url: str) -> tuple[str, str]:
    """Return scheme and host with port, which together say who receives a request."""
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def no_answer(error: Exception, address: str) -> Exception:
    """Return what a failure of the connection means; the library's text is not used, it may hold anything."""
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return failure("portal-certificate", address)
    late = isinstance(error, (requests.Timeout, TimeoutError, ReadTimeoutError)) or _is_late(error)
    connected = not isinstance(error, requests.ConnectTimeout)
    return UnansweredError(failure("portal-timeout" if late and connected else "portal-unreachable", address))


def _is_late(error: BaseException) -> bool:
    """Return whether a library's error only wraps that time ran out while an answer was read."""
    inner = [each for each in (error.__cause__, error.__context__, *error.args) if isinstance(each, BaseException)]
    return any(isinstance(each, (TimeoutError, ReadTimeoutError)) or _is_late(each) for each in inner)


def redirected(answer: requests.Response, address: str) -> PortalError:
    """Return the error for an address that sends callers elsewhere: the token does not go along."""
    try:
        scheme, host = origin(urljoin(address, answer.headers["Location"]))
        place = f"{scheme}://{host}"[:LONGEST_NAME]
    except ValueError:
        place = "what is no address"
    return failure("portal-redirects", address, place=place)


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
        return failure("may-not-publish", where)
    every = sorted({name[:LONGEST_NAME] for name in _field_names(getattr(error, "error_dict", {}))})
    names = every[:MOST_NAMES] + ["and others"] * (len(every) > MOST_NAMES)
    if isinstance(error, ckanapi.NotFound) or names == ["match"]:
        return failure("changed-meanwhile", where)
    if any(name.endswith("upload") for name in names):
        return failure("upload-too-large", where)
    return failure("portal-refused", where, names=", ".join(names) or "this call")


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


def memory_lost(names: Iterable[str]) -> StorageError:
    """Return the error for releases of ours on the portal of which the private memory knows nothing."""
    return StorageError(
        "memory-lost",
        f"the portal holds releases of {', '.join(names)}, and the private memory knows nothing of them",
        where="data/private",
        fix="restore data/private from its backup; where there is none, `pipeline recover` rebuilds what can be "
        "rebuilt and says what is forgotten",
    )
