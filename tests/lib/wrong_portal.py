"""An HTTP server on the loopback address that speaks as it is told: to try what a portal must not do to us."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Speak = Callable[[str], Iterable[bytes]]

PACKAGE = {
    "id": "1f0c",
    "name": "street-crime",
    "state": "active",
    "metadata_modified": "2024-04-10T00:00:00",
    "private": False,
    "extras": [],
    "tags": [],
    "resources": [],
    "organization": {"id": "e1", "name": "example-police"},
}


def http(body: bytes, status: int = 200, **headers: str) -> list[bytes]:
    """Return a whole HTTP answer."""
    lines = [f"HTTP/1.1 {status} X", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return ["\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close", "", ""]).encode(), body]


def success(result: object) -> list[bytes]:
    """Return a good answer of a CKAN."""
    return http(json.dumps({"success": True, "result": result}).encode())


def refusal(error: object, status: int = 409) -> list[bytes]:
    """Return a refusal of a CKAN."""
    return http(json.dumps({"success": False, "error": error}).encode(), status)


@dataclass
class WrongPortal:
    """Answers each call with what ``speak`` gives for its action, piece by piece; ``heads`` are those of the calls."""

    speak: Speak
    heads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen, in a thread of its own."""
        self._socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def address(self) -> str:
        """The address of the portal."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        with caller, suppress(OSError):
            received = b""
            while b"\r\n\r\n" not in received:
                received += caller.recv(1 << 16)
            head, _, body = received.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            length = next((int(x.partition(":")[2]) for x in lines if x.lower().startswith("content-length:")), 0)
            while len(body) < length:
                body += caller.recv(1 << 16)
            self.heads.append(head.decode("latin-1"))
            for piece in self.speak(lines[0].split()[1].rpartition("/")[2]):
                caller.sendall(piece)
