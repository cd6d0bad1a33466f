"""A portal's answers are anybody's words: none keeps us, fills the memory, forges a line, or is a fault of ours."""

from __future__ import annotations

import gzip
import json
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import PipelineError, PortalError
from pipeline.model.source import Secret
from pipeline.publish.ckan import failures
from pipeline.publish.ckan.access import Access
from pipeline.publish.ckan.failures import UnansweredError
from pipeline.publish.ckan.portal import CkanPortal
from pipeline.publish.ckan.session import Client, Patience, is_loopback
from tests.lib.publications import make_publication
from tests.lib.wrong_portal import PACKAGE, WrongPortal, http, refusal, success

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HASTY = Patience(connect=1, read=0.5, work=0.5, tries=3, pause=0.01, longest=0.05, whole=1.2)
TOKEN = "token-of-the-tests"  # noqa: S105 - it opens nothing


def look(address: str, patience: Patience = HASTY) -> PipelineError:
    """Return the error of a look at the portal; anything else than one of ours fails the test."""
    portal = CkanPortal(address, Secret(TOKEN), patience=patience, sleep=lambda _: None)
    try:
        with pytest.raises(PipelineError) as caught:
            portal.look([make_publication("street-crime", [])])
    finally:
        portal.close()
    return caught.value


def told(*pieces: bytes) -> PipelineError:
    """Return the error of a look at a portal that answers everything so."""
    with closing(WrongPortal(lambda _: pieces)) as portal:
        return look(portal.address)


def package(**changed: object) -> list[bytes]:
    return success({**PACKAGE, **changed})


DEEP = b"[" * 200_000
WRONG = {
    "a list": http(b"[]"),
    "a text": http(b'"x"'),
    "a number": http(b"7"),
    "null": http(b"null"),
    "nothing": http(b""),
    "no result": http(b'{"success": true}'),
    "no success": http(b'{"result": {}}'),
    "success as text": http(b'{"success": "true", "result": {"id": "x"}}'),
    "an error that is text": http(b'{"success": false, "error": "x"}', 409),
    "an error that is a list": http(b'{"success": false, "error": [1]}', 409),
    "a type that is a list": refusal({"__type": [], "message": "x"}),
    "a message that is a list": refusal({"__type": "Not Found Error", "message": []}),
    "many brackets": http(DEEP),
    "deep and closed": http(b'{"success": true, "result": ' + b"[" * 900 + b"]" * 900 + b"}"),
    "a deep error": refusal({"__type": "Validation Error", "x": json.loads("[" * 500 + "]" * 500)}),
    "a long number": http(b"1" * 5000),
    "not UTF-8": http(b'{"success": true, "result": "\xff"}'),
    "another packing": http(b"x", Content_Encoding="br"),
    "packed, and cut": http(gzip.compress(b"x" * 99)[:-9], Content_Encoding="gzip"),
    "not packed at all": http(b"xxxxxxxxxxxxxxxxxxxxxxx", Content_Encoding="gzip"),
    "a list of packings": http(b"x", Content_Encoding="gzip, gzip"),
    "many small lists": http(b"[" + b"[]," * 3_000_000 + b"[]]"),
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG)
def test_an_answer_of_another_shape_is_no_portals(answer: list[bytes]) -> None:
    error = told(*answer)
    assert isinstance(error, PortalError)
    assert error.code in {"not-a-portal", "portal-unreachable"}
    assert error.__context__ is None


PACKAGES = {
    "a list": [],
    "no id": {name: value for name, value in PACKAGE.items() if name != "id"},
    "no resources": {name: value for name, value in PACKAGE.items() if name != "resources"},
    "resources as text": {**PACKAGE, "resources": "x"},
    "a resource as text": {**PACKAGE, "resources": ["x"]},
    "a size as a list": {**PACKAGE, "resources": [{"id": "r", "size": [1]}]},
    "a size as a word": {**PACKAGE, "resources": [{"id": "r", "size": "big"}]},
    "a size without end": {**PACKAGE, "resources": [{"id": "r", "size": float("inf")}]},
    "an address as a list": {**PACKAGE, "resources": [{"id": "r", "url": []}]},
    "an extra without a key": {**PACKAGE, "extras": [{"value": "x"}]},
    "tags as an object": {**PACKAGE, "tags": {"name": "x"}},
    "an owner's name as a list": {**PACKAGE, "organization": {"id": "x", "name": []}},
    "private as text": {**PACKAGE, "private": "no"},
    "no state": {**PACKAGE, "state": None},
}


@pytest.mark.parametrize("shown", PACKAGES.values(), ids=PACKAGES)
def test_a_dataset_of_another_shape_is_no_portals(shown: object) -> None:
    def speak(action: str) -> Iterable[bytes]:
        return success({"id": "u1"}) if action == "user_show" else success(shown)

    with closing(WrongPortal(speak)) as portal:
        assert look(portal.address).code == "not-a-portal"


@pytest.mark.parametrize("action", sorted(failures.SHAPES))
@pytest.mark.parametrize("result", [None, 7, "x", [7], [[]], {"package": []}, [{"id": []}]])
def test_every_action_has_a_shape(action: str, result: object) -> None:
    content = json.dumps({"success": True, "result": result}).encode()
    if action == "organization_show" and isinstance(result, dict):
        return  # of it nothing is read
    with pytest.raises(UnansweredError, match="not-a-portal"):
        failures.result_of(action, "http://x", 200, content, address="http://x")


def endless(piece: bytes, pause: float = 0.0, *, head: bytes = b"HTTP/1.1 200 X\r\n\r\n") -> Iterator[bytes]:
    yield head
    while True:
        time.sleep(pause)
        yield piece


DRIPS = {
    "in the body": b"HTTP/1.1 200 X\r\nContent-Length: 99999\r\n\r\n",
    "in the head": b"HTTP/1.1 200 X\r\nX: ",
    "before the head": b"",
}


@pytest.mark.parametrize("head", DRIPS.values(), ids=DRIPS)
def test_a_byte_now_and_then_does_not_keep_us(head: bytes) -> None:
    with closing(WrongPortal(lambda _: endless(b" ", 0.1, head=head))) as portal:
        began = time.monotonic()
        error = look(portal.address)
    assert error.code == "portal-timeout"
    assert time.monotonic() - began < 3 * HASTY.whole


def test_silence_ends_within_the_whole_of_our_patience_and_then_nothing_is_asked() -> None:
    with closing(WrongPortal(lambda _: endless(b"", 0.1, head=b""))) as portal:
        client = Client(portal.address, Secret(TOKEN), patience=HASTY)
        began = time.monotonic()
        with pytest.raises(PortalError, match="portal-timeout"):
            client.read("user_show")
        for _ in range(50):
            with pytest.raises(PortalError, match="left alone until the next run") as caught:
                client.read("user_show")
        asked = len(portal.heads)
    assert caught.value.whole_portal
    assert asked <= HASTY.tries
    assert time.monotonic() - began < 2 * HASTY.whole


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch, *, packed: bool) -> None:
    monkeypatch.setattr(failures, "LONGEST", 1 << 20)
    bomb = gzip.compress(b" " * (64 << 20))
    head = b"HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\n\r\n"
    with closing(WrongPortal(lambda _: [head, bomb] if packed else endless(b" " * 65536))) as portal:
        assert look(portal.address, Patience(tries=2, pause=0.01)).code == "not-a-portal"


HOSTILE = "\x1b]0;X\x07\nFORGED: all published\u202e\u2066\u200b"


def test_field_names_of_a_refusal_forge_nothing_and_are_few() -> None:
    def speak(action: str) -> Iterable[bytes]:
        names = {f"{HOSTILE}{number}" + "y" * 5000: ["x"] for number in range(300)}
        return refusal({"__type": "Validation Error", **names}) if action == "package_show" else success({"id": "u"})

    with closing(WrongPortal(speak)) as portal:
        client = Client(portal.address, Secret(TOKEN), patience=HASTY)
        with pytest.raises(PortalError) as caught:
            Access(client).ask("package_show", where=HOSTILE)
    text = str(caught.value)
    assert text.isascii()
    assert text.count("\n") == 1  # the line of what to do is ours
    assert len(text) < 3000


REDIRECTS = ("http://\x1b]0;X\x07.example/", "http://[", "//", "http://" + "a" * 9000, "\u202e")


@pytest.mark.parametrize("place", REDIRECTS)
def test_an_address_elsewhere_is_told_harmlessly(place: str) -> None:
    error = told(*http(b"", 302, Location=place))
    assert error.code in {"portal-redirects", "portal-unreachable"}
    assert len(str(error)) < 1000
    assert "\x1b" not in str(error)


@pytest.mark.parametrize(
    "address", ["https://a..b", "https://" + "a" * 64 + ".example", "https://a.example:99999", "https://.a"]
)
def test_an_address_that_cannot_be_one_is_an_error_of_the_portal(address: str) -> None:
    assert look(address).status == 6


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_proxy_gets_what_is_for_this_machine(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    with closing(WrongPortal(lambda _: http(b"", 502))) as proxy, closing(WrongPortal(lambda _: http(b"{}"))) as portal:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.address)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        look(portal.address.replace("127.0.0.1", host))
        assert portal.heads
        assert not proxy.heads
        look("http://portal.invalid")
        assert proxy.heads


def test_what_is_loopback() -> None:
    ours = ("127.0.0.1", "127.9.8.7", "localhost", "LOCALHOST.", "[::1]", "[::ffff:127.0.0.1]", "127.1", "a.localhost")
    assert all(is_loopback(f"http://{host}:5000/x") for host in ours)
    others = ("127.0.0.1.example", "localhost.example", "10.0.0.1", "[::2]", "example", "", "[")
    assert not any(is_loopback(f"http://{host}/") for host in others)
