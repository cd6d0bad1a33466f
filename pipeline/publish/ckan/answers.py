"""Answers of a portal, which are anybody's words: so many bytes at most, JSON, and of the shape that an action has."""

from __future__ import annotations

import json
import zlib
from types import EllipsisType, NoneType
from typing import TYPE_CHECKING, Any, Final

from ckanapi.common import reverse_apicontroller_action

from pipeline.publish.ckan.failures import UnansweredError, failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

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
