"""What not every system has, in one place: Windows keeps no modes, owners or groups, and opens no folder.

Nothing here fails where a part is missing; `KEEPS_MODES` says whether a file can be closed to others at all.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: Whether files have an owner and a mode that keep other users of the machine out.
KEEPS_MODES = hasattr(os, "getuid")

#: Flags for `os.open`, 0 where the system does not know them.  BINARY is Windows's own: line ends stay as they are.
BINARY: int = getattr(os, "O_BINARY", 0)
CLOEXEC: int = getattr(os, "O_CLOEXEC", 0)
NOFOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
NONBLOCK: int = getattr(os, "O_NONBLOCK", 0)
_FOLDER: int | None = getattr(os, "O_DIRECTORY", None)


def close_to_others(descriptor: int, mode: int = 0o600) -> None:
    """Give an open file ``mode``, where the system keeps modes."""
    if KEEPS_MODES:
        os.fchmod(descriptor, mode)


def may(path: Path, wanted: int) -> bool:
    """Return whether the user of this run may do what ``wanted`` (of `os.access`) names."""
    return os.access(path, wanted, effective_ids=os.access in os.supports_effective_ids)


def group_number(name: str) -> int | None:
    """Return the number of a group of this machine, None where it is not known.

    Raises:
        NotImplementedError: the system has no groups.
    """
    try:
        import grp  # noqa: PLC0415 - not on Windows
    except ImportError:
        raise NotImplementedError from None
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def link(source: Path, target: Path) -> None:
    """Make ``target`` a second name of a file; a link in its place is not followed where the system can refuse it."""
    os.link(source, target, follow_symlinks=os.link not in os.supports_follow_symlinks)


def sync_file(path: str | os.PathLike[str]) -> None:
    """Make the bytes of a file survive a crash; a link is not followed, a pipe not waited for."""
    # Windows syncs only what is open for writing
    access = os.O_RDONLY if KEEPS_MODES else os.O_RDWR
    descriptor = os.open(path, access | NOFOLLOW | NONBLOCK | BINARY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a crash; where no folder can be opened, the system itself answers for it."""
    if _FOLDER is None:
        return
    descriptor = os.open(folder, os.O_RDONLY | _FOLDER)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def copy_range(source: int, target: int, count: int) -> int:
    """Copy bytes from one open file to another inside the system; 0 at the end.

    Raises:
        OSError: this system, or this file system, cannot.
    """
    copy = getattr(os, "copy_file_range", None)
    if copy is None:
        raise OSError
    return int(copy(source, target, count))
