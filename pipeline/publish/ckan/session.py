"""Calls to a CKAN over one requests session: time-outs, careful retries, a token that no text can hold.

An answer that did not come leaves open whether the portal did the work.  A read is simply tried again; a write is
tried again only after a look has shown that it did not take effect.  Nothing raised here has a library's exception
as its cause or context: those hold requests, and requests hold the token.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import socket
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urljoin, urlsplit

import ckanapi
import requests
from urllib3.exceptions import HTTPError

import pipeline
from pipeline.errors import PortalError
from pipeline.publish.ckan.failures import (
    TRANSIENT,
    UnansweredError,
    failure,
    no_answer,
    origin,
    read_answer,
    redirected,
    result_of,
    transient,
    unpacked,
)
from pipeline.publish.ckan.waiting import SLOWEST, Clock, ClockedAdapter, Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from requests_toolbelt import MultipartEncoder

    from pipeline.model.source import Secret


T = TypeVar("T")
__all__ = ["Client", "Patience", "PortalSession"]
USER_AGENT: Final = f"police-open-data/{pipeline.__version__}"
#: A portal that keeps its files elsewhere redirects once, perhaps through one more name.
MAX_REDIRECTS: Final = 3
TOO_LARGE: Final = 413
#: What may stand in a header; an empty token makes a visitor of us, and the portal is asked who we are.
_TOKEN: Final = re.compile(r"[!-~]*")
#: Everything by which the libraries say that no answer came, or none that can be read; what an address cannot be
#: is a `ValueError` of one of them.
_FAULTS: Final = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError, zlib.error)


class TokenAuth(requests.auth.AuthBase):
    """Puts the token on a request to the portal's own host, and on no other."""

    def __init__(self, token: Secret[str], *, home: tuple[str, str]) -> None:
        self._token = token
        self._home = home

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return ``request`` with the token if it goes to the portal."""
        if origin(request.url or "") == self._home:
            token = self._token.reveal()
            if not _TOKEN.fullmatch(token):  # the library's own complaint would show it
                raise failure("bad-token", request.url or "")
            request.headers["Authorization"] = token
        return request


class PortalSession(requests.Session):
    """A requests session on which every call has time-outs, no call is redirected, and failures are ours."""

    def __init__(self, address: str, token: Secret[str], *, clock: Clock) -> None:
        super().__init__()
        self.headers["User-Agent"] = USER_AGENT
        self.headers["Accept-Encoding"] = "identity"
        self.auth = TokenAuth(token, home=origin(address))
        self._address = address
        self._clock = clock
        for scheme in ("http://", "https://"):
            self.mount(scheme, ClockedAdapter(clock))

    def merge_environment_settings(self, url: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - it is requests' signature
        """Return the settings of the environment for a call: a proxy never gets what is for this machine itself."""
        settings = super().merge_environment_settings(url, *args, **kwargs)
        if is_loopback(str(url)):
            settings["proxies"] = {}
        return settings

    def ask(self, method: str, url: str, *, use: Callable[[requests.Response], T], seconds: float, **kwargs: Any) -> T:  # noqa: ANN401 - requests' own
        """Return what ``use`` makes of one answer, which comes whole within ``seconds``.

        Raises `UnansweredError` where a later try may fare better.
        """
        clock = self._clock
        if clock.left <= 0:
            raise failure("left-alone", self._address)
        clock.begin(seconds=seconds)
        wrong: Exception
        try:
            with self._send(method, url, **kwargs) as answer:
                found = use(answer)
        except _FAULTS as error:
            wrong = no_answer(error, self._address)
        except UnansweredError as error:
            wrong = error
        except Exception:
            clock.good()  # a refusal is an answer too
            raise
        else:
            clock.good()
            return found
        clock.failed()
        raise wrong  # outside the handler, so that it has no context

    def _send(self, method: str, url: str, *, redirects: bool = False, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as above
        seconds = max(self._clock.remaining(), 0.001)
        timeout = (min(self._clock.patience.connect, seconds), seconds)
        answer = self.request(method, url, timeout=timeout, allow_redirects=False, stream=True, **kwargs)
        wrong: Exception
        if answer.is_redirect and not redirects:
            wrong = redirected(answer, self._address)
        elif answer.status_code not in TRANSIENT:
            return answer
        else:
            wrong = transient(answer, self._address)
        answer.close()
        raise wrong


@dataclass(slots=True)
class Client:
    """The actions of one CKAN.  Answers of the portal that are refusals arrive as ckanapi's exceptions."""

    address: str
    token: Secret[str]
    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], None] = time.sleep
    session: PortalSession = field(init=False, repr=False)
    clock: Clock = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the session; nothing is sent yet."""
        self.address = self.address.rstrip("/")
        self.clock = Clock(self.patience)
        self.session = PortalSession(self.address, self.token, clock=self.clock)

    def call(self, action: str, fields: dict[str, Any]) -> Any:  # noqa: ANN401 - each action has its own shape
        """Return the result of one action, asked once."""
        body = json.dumps(fields).encode("ascii")
        return self._post(action, data=body, kind="application/json", seconds=self.patience.read)

    def upload(self, action: str, body: MultipartEncoder) -> Any:  # noqa: ANN401 - each action has its own shape
        """Return the result of one action whose fields and files are streamed from ``body``, sent once."""
        return self._post(action, data=Moving(body, self.clock), kind=body.content_type, seconds=self.patience.work)

    def _post(self, action: str, *, data: Any, kind: str, seconds: float) -> Any:  # noqa: ANN401 - each action has its own shape
        url = f"{self.address}/{ckanapi.RemoteCKAN.base_url}{action}"

        def use(answer: requests.Response) -> Any:  # noqa: ANN401 - as above
            if answer.status_code == TOO_LARGE:
                raise failure("upload-too-large", self.address)
            content = read_answer(answer, self.address)
            return result_of(action, url, answer.status_code, content, address=self.address)

        return self.session.ask("POST", url, use=use, seconds=seconds, data=data, headers={"Content-Type": kind})

    def read(self, action: str, **fields: Any) -> Any:  # noqa: ANN401 - each action has its own shape
        """Return the result of an action that changes nothing; tried again while that may help."""
        return self.write(lambda: self.call(action, fields))

    def write(self, send: Callable[[], T], *, settled: Callable[[], T | None] = lambda: None) -> T:
        """Return the result of ``send``, tried again only when ``settled`` finds that it did not take effect.

        ``settled`` looks at the portal: it returns what ``send`` would have, or None if nothing happened yet.
        """
        for attempt in range(self.patience.tries):
            try:
                return send()
            except UnansweredError as unanswered:
                error, wait = unanswered.error, unanswered.wait
            except PortalError as refused:
                # An earlier try may have been carried out after the look, and the guard refuses this one.
                if attempt == 0 or refused.code != "changed-meanwhile":
                    raise
                error, wait = refused, 0.0
            last = attempt + 1 == self.patience.tries
            if not last:
                pause = min(max(wait, self.patience.pause * 2**attempt), self.patience.longest, self.clock.left)
                self.sleep(pause)
                self.clock.waited += pause
            if self.clock.left <= 0:
                break
            done = None if last and error.code == "portal-unreachable" else settled()
            if done is not None:
                return done
            if error.code == "changed-meanwhile":
                break
        raise error

    def fetch(self, path: str, *, size: int, take: Callable[[Iterator[bytes]], T]) -> T:
        """Return what ``take`` makes of the file at ``path`` below the address, read in pieces.

        ``size`` is how long it should be: of one that is longer no more than that is read, and a piece.
        """
        return self.write(lambda: self._download(f"{self.address}/{path}", size, take))

    def _download(self, url: str, size: int, take: Callable[[Iterator[bytes]], T]) -> T:
        # no-cache: not what a cache in between remembers
        headers = {"Cache-Control": "no-cache"}

        def use(answer: requests.Response) -> str | T:
            if answer.is_redirect:
                return urljoin(url, answer.headers["Location"])
            self.clock.receives(self.patience.read + size / SLOWEST)
            return take(self._pieces(answer, size))

        for _ in range(MAX_REDIRECTS + 1):
            found = self.session.ask("GET", url, use=use, seconds=self.patience.read, redirects=True, headers=headers)
            if not isinstance(found, str):
                return found
            url = found
        raise failure("redirects-for-ever", self.address)

    def _pieces(self, answer: requests.Response, most: int) -> Iterator[bytes]:
        if not answer.ok:
            raise failure("no-download", self.address, status=answer.status_code)
        size = 0
        for piece in unpacked(answer, self.address):
            yield piece
            size += len(piece)
            self.clock.alive()
            if size > most:
                break


def digested(pieces: Iterator[bytes]) -> tuple[str, int]:
    """Return the sha256 in hex and the size of a file in pieces."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


class Moving:
    """A body whose reading shows that the upload moves: what was sent is no silence, unless it goes too slowly."""

    def __init__(self, body: MultipartEncoder, clock: Clock) -> None:
        self._body = body
        self._clock = clock
        self._ends = time.monotonic() + clock.patience.work
        self.len = body.len

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; raises `TimeoutError` when those before took too long."""
        self._clock.moved()
        if time.monotonic() > self._ends:
            raise TimeoutError
        piece: bytes = self._body.read(size)
        self._ends += len(piece) / SLOWEST
        return piece


def is_loopback(url: str) -> bool:
    """Return whether what is sent to ``url`` stays on this machine: 127.0.0.0/8, ::1 or localhost, however written."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    with suppress(OSError):  # `127.1` and the like
        host = socket.inet_ntoa(socket.inet_aton(host))
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None)
    return found.is_loopback or bool(inner and inner.is_loopback)
