"""Every way in which a CKAN, or what lies between, can fail or refuse: one error each, in the words of `failures.csv`.

Neither a library's text nor the portal's own is passed on: a library's may hold the request, and an extension's may
quote the data.  Answers are anybody's words: so many bytes at most, JSON, and of the shape that an action has.
"""

from __future__ import annotations

import csv
import json
import zlib
from pathlib import Path
from types import EllipsisType, NoneType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

import ckanapi
import requests
from ckanapi.common import reverse_apicontroller_action
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


# --- answers

#: The longest answer, after unpacking; a dataset of 240 files is described in a hundredth of it.
LONGEST: Final = 64 << 20
#: The most lists, objects and commas in an answer: each is a value in memory, whatever its bytes.
_MOST_VALUES: Final = 2_000_000
_DEEPEST: Final = 30
_PIECE: Final = 1 << 16
_OK: Final = 200


def not_a_portal(address: str) -> UnansweredError:
    """Return what an answer that no CKAN gives means: a page of a proxy, or an answer that was cut."""
    return UnansweredError(failure("not-a-portal", address))


def read_answer(answer: requests.Response, address: str) -> bytes:
    """Return the unpacked bytes of an answer; raises `UnansweredError` when they are too many, or packed otherwise."""
    content = bytearray()
    for piece in unpacked(answer, address):
        content += piece
        if len(content) > LONGEST:
            raise not_a_portal(address)
    return bytes(content)


def unpacked(answer: requests.Response, address: str) -> Iterator[bytes]:
    """Yield the bytes in pieces that are never larger than `_PIECE`, however they are packed."""
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in {"", "identity", "gzip", "x-gzip"}:
        raise not_a_portal(address)
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in coding else None
    for piece in answer.raw.stream(_PIECE, decode_content=False):
        if unpack is None:
            yield piece
            continue
        packed, unpacked = piece, b""
        while (packed or len(unpacked) == _PIECE) and not unpack.eof:
            unpacked = unpack.decompress(packed, _PIECE)
            packed = unpack.unconsumed_tail
            yield unpacked
    if unpack is not None and not unpack.eof:
        raise not_a_portal(address)


def result_of(action: str, url: str, status: int, content: bytes, *, address: str) -> Any:  # noqa: ANN401 - each action has its own shape
    """Return the result of an action; a refusal is raised as ckanapi's exception, all else as `UnansweredError`."""
    parsed = _parsed(content, address)
    if parsed.get("success") is True and status == _OK:
        if "result" not in parsed or not _fits(parsed["result"], SHAPES.get(action, object)):
            raise not_a_portal(address)
        return parsed["result"]
    if parsed.get("success") is not False or not isinstance(parsed.get("error"), dict):
        raise not_a_portal(address)
    kind, message = (parsed["error"].get(name, "") for name in ("__type", "message"))
    if not isinstance(kind, str) or not isinstance(message, str):
        raise not_a_portal(address)
    return reverse_apicontroller_action(url, status, content)


def _parsed(content: bytes, address: str) -> dict[str, Any]:
    """Return the JSON object that an answer is."""
    if sum(content.count(mark) for mark in (b"[", b"{", b",")) <= _MOST_VALUES:
        try:
            parsed = json.loads(content)
        except (ValueError, RecursionError):
            parsed = None
        if isinstance(parsed, dict) and _is_shallow(parsed):
            return parsed
    raise not_a_portal(address)


def _is_shallow(value: object) -> bool:
    """Return whether lists and objects stand in each other no deeper than any answer of a CKAN has them."""
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        inner = [list(each.values()) if isinstance(each, dict) else each for each in level]
        level = [below for each in inner for below in each if isinstance(below, (dict, list))]
        if not level:
            return True
    return False


def _size(value: object) -> bool:
    """Return whether it is a number of bytes; some stores of files give it as text."""
    digits = isinstance(value, str) and len(value) <= 18 and value.isascii() and (value.isdigit() or not value)  # noqa: PLR2004 - what 64 bits hold
    return digits or (isinstance(value, int) and 0 <= value < 1 << 63)


def _fits(value: object, shape: Any) -> bool:  # noqa: ANN401 - of these kinds
    """Return whether a value is of a shape: a type, a test, a list of one shape, keys, or one of several shapes."""
    if isinstance(shape, tuple):
        return any(_fits(value, each) for each in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(_fits(each, shape[0]) for each in value)
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(_fits(value.get(name, ...), each) for name, each in shape.items())
    return isinstance(value, shape) if isinstance(shape, type) else bool(shape(value))


#: What does not have to be there.
_ABSENT: Final = (NoneType, EllipsisType)
_RESOURCE: Final = {
    "id": str,
    **dict.fromkeys(("url", "url_type", "hash", "sha256", "name", "description", "format"), (str, *_ABSENT)),
    "size": (_size, *_ABSENT),
}
_PACKAGE: Final = {
    **dict.fromkeys(("id", "name", "state", "metadata_modified"), str),
    "private": bool,
    "extras": [{"key": str, "value": lambda value: value is not ...}],
    "tags": [{"name": str}],
    "resources": [_RESOURCE],
    "organization": (dict.fromkeys(("id", "name"), (str, *_ABSENT)), *_ABSENT),
}
#: What the result of each action has to be; of what stands in it beside, nothing is read.
SHAPES: Final[dict[str, Any]] = {
    "user_show": {"id": str},
    "organization_list_for_user": [{"id": str, "name": str}],
    "organization_show": {},
    "license_list": [{"id": str, "url": (str, *_ABSENT)}],
    "package_show": _PACKAGE,
    "package_create": _PACKAGE,
    "package_revise": {"package": _PACKAGE},
}
