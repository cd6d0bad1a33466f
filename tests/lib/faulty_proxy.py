"""A real HTTP proxy on the loopback address that passes calls on to a portal, counts them, and spoils chosen ones."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

PIECE = 1 << 16
ENOUGH_SECONDS = 60


class Spoil(Enum):
    """What is done to one call."""

    PASS = auto()
    DROP_MID_UPLOAD = auto()  # the portal and the caller lose each other in the middle of the body
    STALL_MID_UPLOAD = auto()  # half of the body has passed, then nothing moves until `release`
    ANSWER_INSTEAD = auto()  # the portal never hears of it
    ANSWER_AFTER = auto()  # the portal does the work, the caller is told otherwise
    LOSE_ANSWER = auto()  # the portal does the work, the connection closes without an answer
    CUT_ANSWER = auto()  # half of the answer comes
    LATE_ANSWER = auto()  # the answer comes after `release`
    CHANGE_ANSWER = auto()  # one bit of the last byte is another


@dataclass(frozen=True)
class Fault:
    """A way to spoil: ``answer`` is a whole HTTP answer; ``before`` runs before the call is passed on."""

    spoil: Spoil
    answer: bytes = b""
    before: Callable[[], object] | None = None


@dataclass(frozen=True)
class Call:
    """One call that arrived: the last part of its path, its head, the size of its body."""

    action: str
    head: str
    body_bytes: int


def answer(status: int, body: str = "", **headers: str) -> bytes:
    """Return a whole HTTP answer."""
    lines = [f"HTTP/1.1 {status} X", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close", "", body]).encode()


@dataclass
class FaultyProxy:
    """Passes calls to ``target``; `spoil` says what happens to the next calls of an action."""

    target: str
    calls: list[Call] = field(default_factory=list)
    stalled: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)
    _faults: dict[str, list[Fault]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Listen, in a thread of its own."""
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    proxy.handle(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """The address that stands for the portal's."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop listening, and let every held call go."""
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def spoil(self, action: str, fault: Fault, *, times: int = 1) -> None:
        """Spoil the next calls of ``action``, the last part of their path."""
        with self._lock:
            self._faults.setdefault(action, []).extend([fault] * times)

    def count(self, *actions: str) -> int:
        """Return how many calls of these actions arrived."""
        return sum(call.action in actions for call in self.calls)

    def handle(self, caller: socket.socket) -> None:
        """Serve one connection: one call."""
        caller.settimeout(ENOUGH_SECONDS)
        received = b""
        while b"\r\n\r\n" not in received:
            piece = caller.recv(PIECE)
            if not piece:
                return
            received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        length = next((int(x.partition(":")[2]) for x in lines if x.lower().startswith("content-length:")), 0)
        action = urlsplit(lines[0].split()[1]).path.rpartition("/")[2]
        with self._lock:
            self.calls.append(Call(action, head.decode("latin-1"), length))
            queue = self._faults.get(action)
            fault = queue.pop(0) if queue else Fault(Spoil.PASS)
        if fault.before is not None:
            fault.before()
        self._serve(caller, lines, body, length, fault)

    def _serve(self, caller: socket.socket, lines: list[str], body: bytes, length: int, fault: Fault) -> None:
        if fault.spoil is Spoil.ANSWER_INSTEAD:
            _read(caller, length - len(body))
            caller.sendall(fault.answer)
            return
        parts = urlsplit(self.target)
        with socket.create_connection((parts.hostname, parts.port), timeout=ENOUGH_SECONDS) as portal:
            kept = [line for line in lines if not line.lower().startswith("connection:")]
            portal.sendall("\r\n".join([*kept, "Connection: close", "", ""]).encode("latin-1"))
            if not self._pass_body(caller, portal, body, length, fault):
                return
            came = b"" if fault.spoil is not Spoil.PASS else None
            while piece := portal.recv(PIECE):
                if came is None:
                    caller.sendall(piece)
                else:
                    came += piece
        if came is not None:
            self._spoil_answer(caller, came, fault)

    def _pass_body(self, caller: socket.socket, portal: socket.socket, body: bytes, length: int, fault: Fault) -> bool:
        """Pass the body on; false when the connections are to be cut."""
        passed = 0
        breaks = fault.spoil in {Spoil.DROP_MID_UPLOAD, Spoil.STALL_MID_UPLOAD}
        while True:
            if breaks:
                body = body[: length // 2 - passed]
            portal.sendall(body)
            passed += len(body)
            if breaks and passed >= length // 2:
                if fault.spoil is Spoil.STALL_MID_UPLOAD:
                    self.stalled.set()
                    self.release.wait(ENOUGH_SECONDS)
                for end in (caller, portal):  # a reset, not a farewell
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    end.close()
                return False
            if passed >= length:
                return True
            body = caller.recv(min(PIECE, length - passed))
            if not body:
                return False

    def _spoil_answer(self, caller: socket.socket, came: bytes, fault: Fault) -> None:
        match fault.spoil:
            case Spoil.ANSWER_AFTER:
                caller.sendall(fault.answer)
            case Spoil.CUT_ANSWER:
                caller.sendall(came[: len(came) - len(came.partition(b"\r\n\r\n")[2]) // 2])
            case Spoil.LATE_ANSWER:
                self.release.wait(ENOUGH_SECONDS)
                caller.sendall(came)
            case Spoil.CHANGE_ANSWER:
                caller.sendall(came[:-1] + bytes([came[-1] ^ 1]))
            case _:
                pass


def _read(caller: socket.socket, length: int) -> None:
    while length > 0:
        piece = caller.recv(min(PIECE, length))
        if not piece:
            return
        length -= len(piece)
