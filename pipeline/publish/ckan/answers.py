"""Answers of a portal, which are anybody's words: so many bytes at most, JSON, and of the shape that an action has."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, Final

from ckanapi.common import reverse_apicontroller_action

from pipeline.errors import PortalError
from pipeline.publish.ckan.failures import UnansweredError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    return UnansweredError(
        PortalError(
            "not-a-portal",
            "what answers is not a CKAN",
            where=address,
            fix="check the address; a sign-in or maintenance page may stand before the portal",
        )
    )


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
        if "result" not in parsed or not SHAPES.get(action, _anything)(parsed["result"]):
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


def _anything(_value: object) -> bool:
    return True


def _text(value: object) -> bool:
    return isinstance(value, str)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _size(value: object) -> bool:
    """Return whether it is a number of bytes; some stores of files give it as text."""
    digits = isinstance(value, str) and len(value) <= 18 and value.isascii() and (value.isdigit() or not value)  # noqa: PLR2004 - what 64 bits hold
    return digits or (isinstance(value, int) and 0 <= value < 1 << 63)


def _maybe(shape: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or shape(value)


def _each(shape: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(shape, value))


def _object(
    needed: dict[str, Callable[[object], bool]], possible: dict[str, Callable[[object], bool]] | None = None
) -> Callable[[object], bool]:
    """Return the shape of an object: keys that it has, and what others are where they stand there and are not null."""
    others = possible or {}

    def fits(value: object) -> bool:
        if not isinstance(value, dict) or not all(
            name in value and shape(value[name]) for name, shape in needed.items()
        ):
            return False
        return all(_maybe(shape)(value.get(name)) for name, shape in others.items())

    return fits


_NAMED = _object({"id": _text, "name": _text})
_RESOURCE = _object(
    {"id": _text},
    {**dict.fromkeys(("url", "url_type", "hash", "sha256", "name", "description", "format"), _text), "size": _size},
)
_PACKAGE = _object(
    {
        **dict.fromkeys(("id", "name", "state", "metadata_modified"), _text),
        "private": _flag,
        "extras": _each(_object({"key": _text, "value": _anything})),
        "tags": _each(_object({"name": _text})),
        "resources": _each(_RESOURCE),
    },
    {"organization": _object({}, {"id": _text, "name": _text})},
)
#: What the result of each action has to be; of what stands in it beside, nothing is read.
SHAPES: Final = {
    "user_show": _object({"id": _text}),
    "organization_list_for_user": _each(_NAMED),
    "organization_show": _object({}),
    "license_list": _each(_object({"id": _text}, {"url": _text})),
    "package_show": _PACKAGE,
    "package_create": _PACKAGE,
    "package_revise": _object({"package": _PACKAGE}),
}
