"""Servers that outlive the command that started them: start, find again, wait for, stop."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict, cast

from laptop.failure import PortalError
from laptop.folder import Folder, write_private

_STOP_SECONDS = 20
_FIRST_PORT, _LAST_PORT = 20000, 29999  # below the ports that Linux gives to outgoing connections


class _Record(TypedDict):
    pid: int
    born: str | None
    stop_with: int


@dataclass(frozen=True)
class Service:
    """One server: what starts it, as which user, and how long it may take to answer."""

    name: str
    command: Sequence[str]
    answers: Callable[[], bool]
    user: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: int = 60
    tries: int = 1
    stop_with: signal.Signals = signal.SIGTERM


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
            env={**plain_environment(), **service.environment},
            start_new_session=True,
            user=service.user,
            group=service.user,
            extra_groups=None if service.user is None else [],
        )
    record = {"pid": process.pid, "born": _born(process.pid), "stop_with": service.stop_with}
    write_private(_record(folder, service.name), json.dumps(record) + "\n")


def wait(folder: Folder, service: Service) -> None:
    """The server answers; one that ended has been started again, as often as it says.

    Raises:
        PortalError: it ended, or it did not answer in time.
    """
    deadline, tries = time.monotonic() + service.patience, service.tries
    while True:
        answered = service.answers()
        if running(folder, service.name) is None:  # then whoever answered is somebody else
            tries -= 1
            if tries == 0:
                raise PortalError(service.name, "ended while it started", log=folder.log(service.name))
            time.sleep(1)
            start(folder, service)
        elif answered:
            return
        elif time.monotonic() > deadline:
            patience = f"did not answer within {service.patience} seconds"
            raise PortalError(service.name, patience, log=folder.log(service.name))
        time.sleep(0.1)


def running(folder: Folder, name: str) -> int | None:
    """The process number of the server that this portal started, or None when that process is gone."""
    record = _recorded(folder, name)
    if record is None or record["born"] is None or _born(record["pid"]) != record["born"]:
        return None
    return record["pid"]


def stop(folder: Folder, name: str) -> bool:
    """The server that this portal started is gone; true when there was one to stop."""
    pid, record = running(folder, name), _recorded(folder, name)
    if pid is not None and record is not None:
        _signal(pid, record["stop_with"])
        if not _gone(folder, name):
            _signal(pid, signal.SIGKILL)
            if not _gone(folder, name):
                raise PortalError(name, "does not end", log=folder.log(name))
    _record(folder, name).unlink(missing_ok=True)
    return pid is not None


def _gone(folder: Folder, name: str) -> bool:
    deadline = time.monotonic() + _STOP_SECONDS
    while running(folder, name) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it ended by itself in between
        os.kill(pid, number)


def _recorded(folder: Folder, name: str) -> _Record | None:
    try:
        return cast("_Record", json.loads(_record(folder, name).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


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
    ports = list(range(_FIRST_PORT, _LAST_PORT + 1))
    random.SystemRandom().shuffle(ports)  # two portals that start at once seldom choose the same
    for port in ports:
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
