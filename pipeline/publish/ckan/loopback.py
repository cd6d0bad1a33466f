"""Whether an address is this machine's own."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from urllib.parse import urlsplit


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
