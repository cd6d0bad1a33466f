"""How long a portal is waited for: each answer as a whole, each silence within a file, and all of it together."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any, Final

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    import socket

    from urllib3 import ProxyManager

#: A portal that takes or gives a file more slowly than this, in bytes a second, is no portal that works.
SLOWEST: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a portal is waited for, in seconds, and how often it is asked.

    ``connect``: a handshake, or one write to a stalled connection.  ``read``: a whole answer, from its question to its
    last byte, and the longest silence within a file.  ``work``: the same after an upload, while the portal copies the
    files.  ``tries``, ``pause``: 1, 2 and 4 seconds between four tries outlast a restart of the web server.
    ``longest``: the longest wait that a portal's own Retry-After can ask for.  ``whole``: all waiting since the last
    good answer; the lock of the data folder is held meanwhile.
    """

    connect: float = 10.0
    read: float = 30.0
    work: float = 30.0
    tries: int = 4
    pause: float = 1.0
    longest: float = 20.0
    whole: float = 55.0


@dataclass(slots=True)
class Clock:
    """What was waited for in vain since the last good answer, and when the answer that is under way is given up."""

    patience: Patience
    waited: float = 0.0
    _since: float = field(default_factory=time.monotonic)
    _ends: float = 0.0
    _silence: float = 0.0

    @property
    def left(self) -> float:
        """The seconds that may still be waited."""
        return max(self.patience.whole - self.waited, 0.0)

    def begin(self, *, seconds: float) -> None:
        """Start to wait for an answer, ``seconds`` as a whole and no longer than is left."""
        self._silence = min(seconds, self.left)
        self.receives(self._silence)

    def moved(self) -> None:
        """Remember that a file's bytes go out: the wait for the answer begins again."""
        self.receives(self._silence)

    def receives(self, seconds: float) -> None:
        """Remember that a file comes in, which may take ``seconds`` as a whole."""
        self._since = time.monotonic()
        self._ends = self._since + seconds

    def alive(self) -> None:
        """Remember that bytes of a file came."""
        self._since = time.monotonic()

    def remaining(self) -> float:
        """Return the seconds that the next byte may take; raises `TimeoutError` when there are none."""
        seconds = min(self._ends - time.monotonic(), self._silence)
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def failed(self) -> None:
        """Count what was waited for in vain."""
        self.waited += time.monotonic() - self._since

    def good(self) -> None:
        """Begin anew: the portal answered."""
        self.waited = 0.0


class ClockedIO(io.RawIOBase):
    """The bytes of an answer, each of which comes before its clock ends."""

    def __init__(self, sock: socket.socket, clock: Clock) -> None:
        super().__init__()
        self._sock = sock
        self._raw: Any = sock.makefile("rb", buffering=0)
        self._clock = clock

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - a writable buffer
        """Read some bytes; raises `TimeoutError` when the clock has ended."""
        self._sock.settimeout(self._clock.remaining())
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()


class ClockedAdapter(HTTPAdapter):
    """Connections whose answers obey a clock: a socket's own time-out begins again with every byte."""

    def __init__(self, clock: Clock) -> None:
        class Response(HTTPResponse):
            def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - its signature
                super().__init__(sock, *args, **kwargs)
                self.fp.close()
                self.fp = io.BufferedReader(ClockedIO(sock, clock))

        self._pools = {}
        for pool in (HTTPConnectionPool, HTTPSConnectionPool):
            connection = type("Clocked", (pool.ConnectionCls,), {"response_class": Response})
            self._pools[pool.scheme] = type("ClockedPool", (pool,), {"ConnectionCls": connection})
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - requests' signature
        """Make the pools of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> ProxyManager:  # noqa: ANN401 - see above
        """Return the pools of connections through a proxy."""
        manager: ProxyManager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager
