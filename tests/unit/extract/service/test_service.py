"""A service is played by a real HTTP server on this machine, through every fault that is agreed upon."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.extract.service.asking import Asking, Patience
from pipeline.extract.service.taking import Taken, due_months, take_months
from pipeline.model.source import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TOKEN = "zq-token-quill"  # noqa: S105 - made up, to be looked for
MONTH = "2024-03"
KEYS = ("id", "comment")
#: Status, headers, body; or what is written as it stands.
Said = tuple[int, dict[str, str], bytes] | bytes


def item(number: int, comment: str = "ok") -> dict[str, Any]:
    return {"id": f"fb-{number}", "comment": comment}


def page(number: int, pages: int, *items: object, etag: str = '"a"', **more: object) -> Said:
    body = json.dumps({"page": number, "pages": pages, "items": items, **more}).encode()
    return 200, {"ETag": etag}, body


class Service:
    """A server that gives its answers in turn, the last one again and again, and remembers what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.answers: list[Said] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.waits: list[float] = []
        self.folder = folder
        self.drip = 0.0
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                service.asked.append((f"{query['month'][0]} {query['page'][0]}", dict(self.headers)))
                said = service.answers.pop(0) if len(service.answers) > 1 else service.answers[0]
                self.close_connection = True
                if isinstance(said, bytes):
                    self.wfile.write(said)
                    return
                status, headers, body = said
                self.send_response(status)
                for name, text in {"Content-Length": str(len(body)), "Connection": "close", **headers}.items():
                    self.send_header(name, text)
                self.end_headers()
                for byte in range(len(body)) if service.drip else ():
                    self.wfile.write(body[byte : byte + 1])
                    time.sleep(service.drip)
                self.wfile.write(b"" if service.drip else body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/feedback"

    def take(self, *answers: Said, months: tuple[str, ...] = (MONTH,), **patience: Any) -> Taken:  # noqa: ANN401 - parts of `Patience`
        """Return what was taken, with the real waits, which are noted and not waited for."""
        self.answers, self.asked, self.waits = list(answers), [], []
        asking = Asking(self.url, Secret(TOKEN), Patience(sleep=self.waits.append, **patience))
        return take_months(asking, months, keys=KEYS, folder=self.folder, memory=self.folder / "state.json")

    def file(self, month: str = MONTH) -> bytes:
        return (self.folder / f"{month}.jsonl").read_bytes()

    def pages(self) -> list[str]:
        return [asked for asked, _ in self.asked]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Give a service that is played."""
    played = Service(tmp_path)
    yield played
    played.server.shutdown()
    played.server.server_close()


def code(taken: Taken) -> str:
    assert taken.error is not None
    assert TOKEN not in str(taken.error)
    assert "month=" not in str(taken.error)
    assert taken.error.__cause__ is None
    assert taken.error.__context__ is None
    return taken.error.code


def test_a_month_is_read_page_by_page_and_kept_as_sorted_lines(service: Service) -> None:
    taken = service.take(page(1, 2, item(2, "é \n"), item(1)), page(2, 2, item(1)))
    assert taken == Taken((MONTH,), (), ())
    assert service.pages() == [f"{MONTH} 1", f"{MONTH} 2"], "the page behind the last is never asked"
    lines = ['{"comment":"ok","id":"fb-1"}', '{"comment":"ok","id":"fb-1"}', '{"comment":"é \\n","id":"fb-2"}']
    assert service.file() == "".join(f"{line}\n" for line in lines).encode()
    for _, headers in service.asked:
        assert headers["Authorization"] == f"Bearer {TOKEN}"
        assert headers["Accept"] == "application/json"
        assert "If-None-Match" not in headers


def test_what_has_not_changed_is_not_read_again(service: Service) -> None:
    service.take(page(1, 1, item(1)))
    before = service.file()
    assert service.take((304, {}, b"")) == Taken((), (MONTH,), ())
    assert service.asked[0][1]["If-None-Match"] == '"a"'
    assert service.file() == before
    taken = service.take(page(1, 2, item(2), etag='"b"'), page(2, 2, etag='"b"'))
    assert taken.written == (MONTH,)
    assert [headers.get("If-None-Match") for _, headers in service.asked] == ['"a"', None]
    (service.folder / f"{MONTH}.jsonl").unlink()
    service.take(page(1, 1, item(1)))
    assert "If-None-Match" not in service.asked[0][1], "a file that has gone is asked for as a whole"


def test_an_empty_month_is_an_empty_file_and_one_that_is_not_held_is_none(service: Service) -> None:
    assert service.take(page(1, 0)).written == (MONTH,)
    assert service.file() == b""
    assert service.take((404, {}, b"no"), months=("2024-02",)) == Taken((), (), ("2024-02",))
    assert not (service.folder / "2024-02.jsonl").exists()


GOOD = page(1, 2, item(1)), page(2, 2, item(2))


@pytest.mark.parametrize(
    "second",
    [
        page(2, 2, item(2), etag='"b"'),
        page(2, 3, item(2)),
        page(3, 2, item(2)),
        (304, {}, b""),
        (404, {}, b""),
    ],
)
def test_a_month_that_changes_while_it_is_read_is_read_afresh(service: Service, second: Said) -> None:
    taken = service.take(GOOD[0], second, *GOOD)
    assert taken.written == (MONTH,)
    assert service.pages() == [f"{MONTH} {number}" for number in (1, 2, 1, 2)]
    assert service.waits == [2]
    before = service.file()
    assert code(service.take(*(GOOD[0], second) * 3, GOOD[0], second)) == "service-unstable"
    assert service.waits == [2, 2, 2]
    assert service.file() == before


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_service_that_is_down_is_asked_again(service: Service, status: int) -> None:
    down: Said = (status, {}, b"Ada Quill")
    assert service.take(down, down, page(1, 1, item(1))).written == (MONTH,)
    assert service.waits == [1, 2]
    taken = service.take(down)
    assert code(taken) == "service-down"
    assert "Quill" not in str(taken.error)
    assert service.waits == [1, 2, 4, 8]


def in_seconds(seconds: int) -> str:
    return format_datetime(dt.datetime.now(tz=dt.UTC) + dt.timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        (lambda: "7", 7),
        (lambda: "0", 1),
        (lambda: "soon", 1),
        (lambda: "-3", 1),
        (lambda: in_seconds(60), 60),
        (lambda: in_seconds(-60), 1),
        (lambda: "120", 120),
    ],
)
def test_it_waits_as_long_as_it_is_asked_to(service: Service, asked: Callable[[], str], waited: float) -> None:
    service.take((429, {"Retry-After": asked()}, b""), page(1, 1, item(1)))
    assert service.waits == [pytest.approx(waited, abs=2)]


@pytest.mark.parametrize("asked", [lambda: "121", lambda: in_seconds(600)])
def test_too_long_a_wait_is_not_waited_for(service: Service, asked: Callable[[], str]) -> None:
    assert code(service.take((503, {"Retry-After": asked()}, b""))) == "service-down"
    assert service.waits == []
    assert len(service.asked) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_final(service: Service, status: int) -> None:
    assert code(service.take((status, {}, b""))) == "service-refused"
    assert len(service.asked) == 1


def raw(body: bytes, **headers: str) -> Said:
    return 200, {"ETag": '"a"', **{name.replace("_", "-"): text for name, text in headers.items()}}, body


BAD: dict[str, Said] = {
    "another status": (204, {}, b""),
    "a redirect": (302, {"Location": "http://127.0.0.1:1/"}, b""),
    "not changed from nothing": (304, {}, b""),
    "no ETag": (200, {}, b'{"page":1,"pages":0,"items":[]}'),
    "a weak ETag": raw(b'{"page":1,"pages":0,"items":[]}', ETag='W/"a"'),
    "an unknown key": page(1, 1, item(1), extra=1),
    "a missing key": raw(b'{"page":1,"items":[]}'),
    "a doubled key": raw(b'{"page":1,"page":1,"pages":0,"items":[]}'),
    "a list": raw(b"[]"),
    "no JSON": raw(b"<html>Ada Quill</html>"),
    "no UTF-8": raw(b'{"page":1,"pages":1,"items":["\xff"]}'),
    "compressed": raw(b"x", Content_Encoding="gzip"),
    "a page that is no number": raw(b'{"page":true,"pages":1,"items":[]}'),
    "pages below 0": page(1, -1),
    "too many pages": page(1, 10_001),
    "no pages with items": page(1, 0, item(1)),
    "items that are no list": raw(b'{"page":1,"pages":1,"items":{}}'),
    "an item with another key": page(1, 1, {**item(1), "more": 1}),
    "an item without a key": page(1, 1, {"id": "x"}),
    "an item that is none": page(1, 1, "Ada Quill"),
    "a doubled key of an item": raw(b'{"page":1,"pages":1,"items":[{"id":"a","id":"a","comment":null}]}'),
    "no number": raw(b'{"page":1,"pages":1,"items":[{"id":NaN,"comment":null}]}'),
    "half a character": raw(b'{"page":1,"pages":1,"items":[{"id":"\\ud800","comment":null}]}'),
    "too deep": raw(b'{"page":1,"pages":1,"items":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
}


@pytest.mark.parametrize("what", BAD)
def test_an_answer_that_was_not_agreed_stops_the_service(service: Service, what: str) -> None:
    service.take(page(1, 1, item(1)), months=("2024-02",))
    taken = service.take(BAD[what])
    assert code(taken) == "service-bad-answer"
    assert "Quill" not in str(taken.error)
    assert len(service.asked) == 1
    assert not (service.folder / f"{MONTH}.jsonl").exists()
    assert service.file("2024-02"), "what was taken before stays"


def test_an_answer_that_is_too_large_is_bad(service: Service) -> None:
    assert code(service.take(raw(b" " * (16 * 2**20 + 1)))) == "service-bad-answer"


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: 500\r\n\r\n{',
        b"nonsense\r\n\r\n",
    ],
)
def test_a_broken_connection_is_tried_again(service: Service, broken: bytes) -> None:
    assert service.take(broken, page(1, 1, item(1))).written == (MONTH,)
    assert code(service.take(broken)) == "service-down"
    assert service.waits == [1, 2, 4, 8]


def test_a_service_that_is_silent_or_slow_is_down(service: Service) -> None:
    assert code(service.take(page(1, 1, item(1)), whole=-1)) == "service-down"
    assert service.waits == [1, 2, 4, 8]
    service.server.shutdown()
    service.server.server_close()
    assert code(service.take(page(1, 1, item(1)))) == "service-down"


@pytest.mark.parametrize("location", ["http://[", "/\udcff", "http://127.0.0.1:1/"])
def test_a_redirect_is_never_looked_at(service: Service, location: str) -> None:
    said = b"HTTP/1.1 302 Found\r\nLocation: " + location.encode("utf-8", "surrogateescape") + b"\r\n\r\n"
    assert code(service.take(said + b"x" * 2**20)) == "service-bad-answer"
    assert service.pages() == [f"{MONTH} 1"]


@pytest.mark.parametrize(
    "asked", ["Mon, 01 Jan 2024 00:00:00 +99999999999999999", "Mon, 99999999999999999999 Jan 2024"]
)
def test_a_wait_that_cannot_be_read_is_none(service: Service, asked: str) -> None:
    assert code(service.take((503, {"Retry-After": asked}, b""))) == "service-down"
    assert service.waits == [1, 2, 4, 8]


def test_a_drip_of_bytes_ends_after_the_time_as_a_whole(service: Service) -> None:
    service.drip = 0.1
    begun = time.monotonic()
    assert code(service.take(page(1, 1, item(1)), again=(), whole=0.5)) == "service-down"
    assert time.monotonic() - begun < 5


def test_no_proxy_of_the_machine_stands_before_a_service_on_it(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert service.take(page(1, 1, item(1))).written == (MONTH,)


def test_a_file_that_is_not_what_was_taken_is_taken_anew(service: Service) -> None:
    service.take(page(1, 1, item(1)))
    before = service.file()
    (service.folder / f"{MONTH}.jsonl").write_bytes(b"")
    assert service.take(page(1, 1, item(1))).written == (MONTH,)
    assert "If-None-Match" not in service.asked[0][1]
    assert service.file() == before


def test_the_first_error_stops_it_and_months_before_stay(service: Service) -> None:
    months = ("2024-01", "2024-02", "2024-03")
    taken = service.take(page(1, 1, item(1)), (403, {}, b""), months=months)
    assert (taken.written, code(taken)) == (("2024-01",), "service-refused")
    assert len(service.asked) == 2


def test_the_newest_13_months_are_asked_for_and_those_never_taken_and_named_ones() -> None:
    day = dt.date(2024, 4, 30)
    taken = [f"2022-{month:02}" for month in range(1, 13)] + ["2023-01", "2023-02"]
    newest = [f"2023-{month:02}" for month in range(3, 13)] + ["2024-01", "2024-02", "2024-03"]
    assert due_months("2022-01", day, taken) == newest
    assert due_months("2022-01", day, taken[1:], ["2022-06"]) == ["2022-01", "2022-06", *newest]
    assert due_months("2024-03", dt.date(2024, 3, 31), []) == []
    assert due_months("2024-03", dt.date(2024, 4, 1), []) == ["2024-03"]
