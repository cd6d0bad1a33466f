"""A service of feedback that is played over real HTTP: what it holds by month, whom it lets read, what it is asked."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "zq-token-quillfeather"  # noqa: S105 - made up, to be looked for
_NOBODY = dict.fromkeys(("officer_named", "comment", "name", "email", "age_band", "ethnicity", "search_reference"))
_RATINGS = ("rating_overall", "rating_ease", "rating_kept_informed", "rating_treated_fairly")
#: Items of a page.
_SIZE = 5


def item(number: int, month: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a member is
    """Return a good item of a month."""
    return {
        "id": f"fb-{month}-{number}",
        "submitted_at": f"{month}-15T10:00:00+00:00",
        "kind": "contact",
        "neighbourhood_code": "NA",
        **dict.fromkeys(_RATINGS, 4),
        **_NOBODY,
        **members,
    }


class FeedbackService:
    """Months with their items, and answers that are given in the place of a page, each as often as it stands there."""

    def __init__(self) -> None:
        self.months: dict[str, list[dict[str, Any]]] = {}
        self.instead: dict[tuple[str, int], list[tuple[int, dict[str, str], bytes]]] = {}
        self.asked: list[str] = []
        self.url = ""

    def answer(self, month: str, page: int, known: str, sent: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body, as a service answers."""
        if sent != f"Bearer {TOKEN}":
            return 401, {}, b"who are you?"
        if faults := self.instead.get((month, page)):
            return faults.pop(0)
        if month not in self.months:
            return 404, {}, b""
        items = self.months[month]
        etag = f'"{hashlib.sha256(json.dumps(items).encode()).hexdigest()[:16]}"'
        if page == 1 and known == etag:
            return 304, {"ETag": etag}, b""
        pages = -(-len(items) // _SIZE)
        body = {"page": page, "pages": pages, "items": items[(page - 1) * _SIZE : page * _SIZE]}
        return 200, {"ETag": etag, "Content-Type": "application/json"}, json.dumps(body).encode()

    def pages(self) -> list[str]:
        """Return what was asked since the last time, as month and page, `=` where a state was known."""
        asked, self.asked = self.asked, []
        return asked


@contextmanager
def feedback_service() -> Iterator[FeedbackService]:
    """Give a service that answers on this machine."""
    service = FeedbackService()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = parse_qs(address.query)
            month, page = query["month"][0], int(query["page"][0])
            known = self.headers.get("If-None-Match", "")
            service.asked.append(f"{month} {page}{'=' * bool(known)}")
            found = service.answer(month, page, known, self.headers.get("Authorization", ""))
            status, headers, body = found if address.path == "/base/feedback" else (410, {}, b"")
            self.send_response(status)
            for name, text in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_address[1]}/base"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
