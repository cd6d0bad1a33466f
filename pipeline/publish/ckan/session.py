"""Calls to a CKAN over one requests session: time-outs, careful retries, a token that no text can hold.

An answer that did not come leaves open whether the portal did the work.  A read is simply tried again; a write is
tried again only after a look has shown that it did not take effect.  Nothing raised here has a library's exception
as its cause or context: those hold requests, and requests hold the token.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar
from urllib.parse import urljoin

import ckanapi
import requests
from ckanapi.common import reverse_apicontroller_action

import pipeline
from pipeline.errors import PortalError
from pipeline.publish.ckan.failures import (
    TRANSIENT,
    UnansweredError,
    bad_token,
    no_answer,
    origin,
    redirected,
    too_large,
    transient,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests_toolbelt import MultipartEncoder

    from pipeline.settings.secret import Secret

T = TypeVar("T")
Fields = dict[str, Any]

USER_AGENT: Final = f"police-open-data/{pipeline.__version__}"
#: One piece of a download; large enough to be quick, small enough for any machine.
DOWNLOAD_PIECE: Final = 1 << 20
#: A portal that keeps its files elsewhere redirects once, perhaps through one more name.
MAX_REDIRECTS: Final = 3
TOO_LARGE: Final = 413
#: What may stand in a header; an empty token makes a visitor of us, and the portal is asked who we are.
_TOKEN: Final = re.compile(r"[!-~]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a portal is waited for, in seconds, and how often it is asked.

    ``connect``: a handshake, or one write to a stalled connection.  ``read``: silence before an answer; a portal
    indexes a dataset of hundreds of files within seconds.  ``work``: silence after an upload, while the portal copies
    the files.  ``tries``, ``pause``: 1, 2 and 4 seconds between four tries outlast a restart of the web server.
    ``longest``: the longest wait that a portal's own Retry-After can ask for.
    """

    connect: float = 10.0
    read: float = 60.0
    work: float = 600.0
    tries: int = 4
    pause: float = 1.0
    longest: float = 60.0


class Downloaded(NamedTuple):
    """What came back of a file: its sha256 in hex and its size in bytes."""

    sha256: str
    bytes: int


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
                raise bad_token(request.url or "")
            request.headers["Authorization"] = token
        return request


class PortalSession(requests.Session):
    """A requests session on which every call has time-outs, no call is redirected, and failures are ours."""

    def __init__(self, address: str, token: Secret[str], *, patience: Patience) -> None:
        super().__init__()
        self.headers["User-Agent"] = USER_AGENT
        self.auth = TokenAuth(token, home=origin(address))
        self._address = address
        self._patience = patience

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - it is requests' signature
        """Return the answer to one call; raises `UnansweredError` where a later try may fare better."""
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = (self._patience.connect, self._patience.read)
        kwargs["allow_redirects"] = False
        failure: Exception
        try:
            answer = super().request(*args, **kwargs)
        except requests.RequestException as error:
            failure = no_answer(error, self._address)
        else:
            if answer.is_redirect and not kwargs.get("stream"):
                failure = redirected(answer, self._address)
            elif answer.status_code not in TRANSIENT:
                return answer
            else:
                failure = transient(answer, self._address)
            answer.close()
        raise failure  # outside the handler, so that it has no context


@dataclass(slots=True)
class Client:
    """The actions of one CKAN.  Answers of the portal that are refusals arrive as ckanapi's exceptions."""

    address: str
    token: Secret[str]
    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], None] = time.sleep
    session: PortalSession = field(init=False, repr=False)
    remote: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the session; nothing is sent yet."""
        self.address = self.address.rstrip("/")
        self.session = PortalSession(self.address, self.token, patience=self.patience)
        # ckanapi is not given the token: it would keep it as plain text and put it into headers of its own.
        self.remote = ckanapi.RemoteCKAN(self.address, user_agent=USER_AGENT, session=self.session)

    def call(self, action: str, fields: Fields) -> Any:  # noqa: ANN401 - each action has its own shape
        """Return the result of one action, asked once."""
        return self._understood(lambda: self.remote.call_action(action, fields))

    def upload(self, action: str, body: MultipartEncoder) -> Any:  # noqa: ANN401 - each action has its own shape
        """Return the result of one action whose fields and files are streamed from ``body``, sent once."""
        url = f"{self.address}/{ckanapi.RemoteCKAN.base_url}{action}"
        timeout = (self.patience.connect, self.patience.work)
        headers = {"Content-Type": body.content_type}
        answer = self.session.post(url, data=body, headers=headers, timeout=timeout)
        if answer.status_code == TOO_LARGE:
            raise too_large(self.address)
        return self._understood(lambda: reverse_apicontroller_action(url, answer.status_code, answer.text))

    def read(self, action: str, **fields: Any) -> Any:  # noqa: ANN401 - each action has its own shape
        """Return the result of an action that changes nothing; tried again while that may help."""
        return self.write(lambda: self.call(action, fields), settled=lambda: None)

    def write(self, send: Callable[[], T], *, settled: Callable[[], T | None]) -> T:
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
                self.sleep(min(max(wait, self.patience.pause * 2**attempt), self.patience.longest))
            done = None if last and error.code == "portal-unreachable" else settled()
            if done is not None:
                return done
            if error.code == "changed-meanwhile":
                break
        raise error

    def download(self, path: str) -> Downloaded:
        """Return the sha256 and size of the file at ``path`` below the address, read in pieces."""
        return self.write(lambda: self._download(f"{self.address}/{path}"), settled=lambda: None)

    def _download(self, url: str) -> Downloaded:
        for _ in range(MAX_REDIRECTS + 1):
            # identity: the bytes as they are; no-cache: not what a cache in between remembers
            headers = {"Accept-Encoding": "identity", "Cache-Control": "no-cache"}
            with self.session.get(url, stream=True, headers=headers) as answer:
                if not answer.is_redirect:
                    return self._digest(answer)
                url = urljoin(url, answer.headers["Location"])
        raise PortalError("portal-redirects", "a download is redirected again and again", where=self.address)

    def _digest(self, answer: requests.Response) -> Downloaded:
        if not answer.ok:
            raise PortalError(
                "readback-differs",
                f"a file that was just uploaded answers with status {answer.status_code}",
                where=self.address,
                fix="see whether the dataset's page shows the file, then run again",
            )
        digest, size = hashlib.sha256(), 0
        failure: Exception | None = None
        try:
            for piece in answer.iter_content(DOWNLOAD_PIECE):
                digest.update(piece)
                size += len(piece)
        except requests.RequestException as error:
            failure = no_answer(error, self.address)
        if failure is not None:
            raise failure
        return Downloaded(digest.hexdigest(), size)

    def _understood(self, call: Callable[[], T]) -> T:
        """Return what ``call`` returns; an answer that no CKAN gives becomes an `UnansweredError`."""
        refusals = (ckanapi.NotFound, ckanapi.NotAuthorized, ckanapi.ValidationError)
        try:
            return call()
        except refusals:
            raise
        except (ckanapi.CKANAPIError, ckanapi.ServerIncompatibleError):
            pass
        # Not one of CKAN's answers: a page of a proxy, or an answer that was cut.
        raise UnansweredError(
            PortalError(
                "not-a-portal",
                "what answers is not a CKAN",
                where=self.address,
                fix="check the address; a sign-in or maintenance page may stand before the portal",
            )
        )
