"""Redis: what CKAN queues; it keeps nothing."""

import socket

from laptop.folder import Folder, State, write_private
from laptop.service import Service

_CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
save ""
appendonly no
daemonize no
maxmemory 64mb
dir "{dir}"
"""


def service(folder: Folder, state: State) -> Service:
    """A Redis that asks for a password; its configuration has been written."""
    port, password = state.ports["redis"], state.secret("redis")
    configuration = folder.root / "redis.conf"
    write_private(configuration, _CONFIGURATION.format(port=port, password=password, dir=folder.root / "run"))
    return Service(
        name="redis",
        command=["redis-server", str(configuration)],
        answers=lambda: _answers(port, password),
    )


def _answers(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            return b"+OK" in connection.recv(64)
    except OSError:
        return False
