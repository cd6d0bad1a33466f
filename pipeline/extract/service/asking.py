"""One question to a service, asked again while it may still be answered; no text of an error holds token or body."""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

import requests

from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.model.source import Secret

OK: Final = 200
UNCHANGED: Final = 304
NOT_FOUND: Final = 404
_REFUSED: Final = frozenset({401, 403})
_DOWN: Final = frozenset({429, 500, 502, 503, 504})
_MOST_BYTES: Final = 16 * 2**20
_PIECE: Final = 1 << 16


class _Session(requests.Session):
    """A session that never looks where a redirect leads: neither its address nor its body is of any interest."""

    def get_redirect_target(self, _answer: requests.Response) -> None:
        """Return nothing."""


class Patience(NamedTuple):
    """How long is waited, in seconds: before each further try, before a month is read afresh, for an answer.

    ``most`` is the longest wait that a service may ask for.
    """

    again: tuple[float, ...] = (1, 2, 4, 8)
    afresh: float = 2
    most: float = 120
    connect: float = 10
    silent: float = 30
    whole: float = 120
    sleep: Callable[[float], None] = time.sleep


class Answer(NamedTuple):
    """What a service answered: its status, its headers, its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _NoAnswer(NamedTuple):
    """Why another try may help, and how long the service asks to wait."""

    words: str
    wait: float = 0


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks the service at an address, which holds no query, with a token that nothing shows."""

    url: str
    token: Secret[str]
    patience: Patience = field(default_factory=Patience)
    session: requests.Session = field(default_factory=_Session)

    def __post_init__(self) -> None:
        """Let nothing of the machine's surroundings stand between us and a service on this machine."""
        if is_loopback(self.url):
            self.session.trust_env = False

    def get(self, query: Mapping[str, str], *, unless: str = "") -> Answer:
        """Return the answer to a question; ``unless`` is the ETag of what is known already.

        Raises:
            InputError: ``service-refused``, ``service-down`` or ``service-bad-answer``.
        """
        failed = _NoAnswer("")
        for wait in (0, *self.patience.again):
            if failed.wait > self.patience.most:
                break
            if pause := max(wait, failed.wait):
                self.patience.sleep(pause)
            found = self._within(query, unless)
            if not isinstance(found, Answer):
                failed = found
                continue
            if found.status in _REFUSED:
                fix = "set the token of an account that may read"
                raise InputError("service-refused", f"the service answers {found.status}", where=self.url, fix=fix)
            if found.status not in (OK, UNCHANGED, NOT_FOUND):
                raise self.bad(f"the service answers {found.status}, which was not agreed")
            return found
        raise InputError(
            "service-down", failed.words, where=self.url, fix="nothing has changed; the next run asks again"
        )

    def bad(self, words: str) -> InputError:
        """Return the error for an answer that is not what was agreed."""
        return InputError(
            "service-bad-answer", words, where=self.url, fix="ask those who run the service: the interface has changed"
        )

    def _within(self, query: Mapping[str, str], unless: str) -> Answer | _NoAnswer:
        """Return what `_once` does, or that it took too long as a whole: a drip of bytes would hold a run for days."""
        found: list[Answer | _NoAnswer | InputError] = []

        def ask() -> None:
            try:
                found.append(self._once(query, unless))
            except InputError as error:
                found.append(error)
            except Exception:  # noqa: BLE001 - whatever a library makes of a header may hold what was sent
                found.append(self.bad("the answer cannot be understood"))

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(self.patience.whole)
        if not found:
            return _NoAnswer("the service did not answer in time")
        if isinstance(found[0], InputError):
            raise found[0]
        return found[0]

    def _once(self, query: Mapping[str, str], unless: str) -> Answer | _NoAnswer:
        """Return an answer, or why there is none; an exception of the library holds what was sent, and ends here."""
        fault = ""
        try:
            with self.session.get(
                self.url,
                params=dict(query),
                headers={"Accept": "application/json", "Accept-Encoding": "identity"}
                | ({"If-None-Match": unless} if unless else {}),
                auth=self._signed,
                timeout=(self.patience.connect, self.patience.silent),
                allow_redirects=False,
                stream=True,
            ) as answer:
                if answer.status_code in _DOWN:
                    wait = _asked_wait(answer.headers.get("Retry-After", ""))
                    return _NoAnswer(f"the service answers {answer.status_code}", wait)
                body = self._body(answer) if answer.status_code == OK else b""
                return Answer(answer.status_code, dict(answer.headers.lower_items()), body)
        except requests.Timeout:
            fault = "the service did not answer in time"
        except (requests.RequestException, OSError):
            fault = "there was no whole answer"
        return _NoAnswer(fault)

    def _signed(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return a request with the token: set here, no file of the machine puts another one in its place."""
        request.headers["Authorization"] = f"Bearer {self.token.reveal()}"
        return request

    def _body(self, answer: requests.Response) -> bytes:
        """Return a body; `requests.Timeout` where it takes too long."""
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise self.bad("the answer is compressed")
        begun, pieces, size = time.monotonic(), list[bytes](), 0
        for piece in answer.iter_content(_PIECE):
            size += len(piece)
            if size > _MOST_BYTES:
                raise self.bad("the answer has more than 16 MiB")
            if time.monotonic() - begun > self.patience.whole:
                raise requests.Timeout
            pieces.append(piece)
        return b"".join(pieces)


def is_loopback(url: str) -> bool:
    """Return whether an address is of this machine itself."""
    return urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")


def _asked_wait(text: str) -> float:
    """Return how many seconds a Retry-After asks for, 0 where it cannot be read."""
    if re.fullmatch(r"[0-9]{1,9}", text.strip(), re.ASCII):
        return float(text)
    try:
        asked = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return 0
    try:
        asked = asked if asked.tzinfo else asked.replace(tzinfo=dt.UTC)
        return max(0.0, (asked - dt.datetime.now(tz=dt.UTC)).total_seconds())
    except OverflowError:
        return 0
