"""Servers that outlive the command that started them: start, find again, wait for, stop."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from laptop.failure import PortalError
from laptop.folder import Folder, write_private

_STOP_SECONDS = 20
_FIRST_PORT, _LAST_PORT = 20000, 29999  # below the ports that Linux gives to outgoing connections


@dataclass(frozen=True)
class Service:
    """One server: what starts it, as which user, and how long it may take to answer."""

    name: str
    command: Sequence[str]
    answers: Callable[[], bool]
    user: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: int = 60


def plain_environment() -> dict[str, str]:
    """The few variables that a server needs; nothing of the person's shell reaches it."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "TZ", "TMPDIR") if name in os.environ}
    return kept | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def start(folder: Folder, service: Service) -> None:
    """The server's process exists, in a session of its own, and is on record; it may not answer yet."""
    log = folder.log(service.name)
    if log.exists():
        log.replace(log.with_suffix(".before.log"))
    with log.open("ab") as output:
        process = subprocess.Popen(
            service.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=plain_environment() | service.environment,
            start_new_session=True,
            **_as_user(service.user),
        )
    record = {"pid": process.pid, "born": _born(process.pid)}
    write_private(_record(folder, service.name), json.dumps(record) + "\n")


def _as_user(user: str | None) -> "dict[str, str | list[str]]":
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


def wait(folder: Folder, service: Service) -> None:
    """The server answers.

    Raises:
        PortalError: it ended, or it did not answer in time.
    """
    deadline = time.monotonic() + service.patience
    while not service.answers():
        if running(folder, service.name) is None:
            raise PortalError(service.name, "ended while it started", log=folder.log(service.name))
        if time.monotonic() > deadline:
            raise PortalError(
                service.name, f"did not answer within {service.patience} seconds", log=folder.log(service.name)
            )
        time.sleep(0.1)


def running(folder: Folder, name: str) -> int | None:
    """The process number of the server that this portal started, or None when that process is gone."""
    try:
        record = json.loads(_record(folder, name).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    pid = int(record["pid"])
    return pid if record["born"] is not None and _born(pid) == record["born"] else None


def stop(folder: Folder, name: str) -> bool:
    """The server that this portal started is gone; true when there was one to stop."""
    pid = running(folder, name)
    if pid is not None:
        # PostgreSQL takes SIGTERM as "wait for every client to leave"; SIGINT closes it cleanly at once.
        _signal(pid, signal.SIGINT if name == "postgresql" else signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while running(folder, name) is not None and time.monotonic() < deadline:
            time.sleep(0.05)
        if running(folder, name) is not None:
            _signal(pid, signal.SIGQUIT if name == "postgresql" else signal.SIGKILL)
            _wait_gone(folder, name)
    _record(folder, name).unlink(missing_ok=True)
    return pid is not None


def _wait_gone(folder: Folder, name: str) -> None:
    deadline = time.monotonic() + _STOP_SECONDS
    while running(folder, name) is not None:
        if time.monotonic() > deadline:
            raise PortalError(name, "does not end", log=folder.log(name))
        time.sleep(0.05)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass  # it ended by itself in between


def _record(folder: Folder, name: str) -> Path:
    return folder.root / "run" / f"{name}.json"


def _born(pid: int) -> str | None:
    """The boot and the clock tick at which a live process began: process numbers are used again, this is not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *values = stat.rpartition(")")[2].split()
    return None if state in {"Z", "X"} else f"{boot} {values[18]}"


def choose_port(taken: Sequence[int]) -> int:
    """A port of the loopback address that nobody listens at, and that is not one of those taken."""
    start_at = _FIRST_PORT + int.from_bytes(os.urandom(2)) % (_LAST_PORT - _FIRST_PORT)
    for port in [*range(start_at, _LAST_PORT), *range(_FIRST_PORT, start_at)]:
        if port not in taken and is_free(port):
            return port
    raise PortalError("ports", f"none is free between {_FIRST_PORT} and {_LAST_PORT}")


def is_free(port: int) -> bool:
    """Whether a server could listen at this port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that is only winding down is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
