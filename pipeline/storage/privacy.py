"""Who may read `data/private`: its owner, and where the settings name one, a group; nobody else."""

from __future__ import annotations

import os
import stat
import tempfile
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError, StorageError
from pipeline.plain import read_plain
from pipeline.storage.atomic import writing
from pipeline.system import KEEPS_MODES, close_to_others, may

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Below `private`: the next public tree, which keeps the modes that it will have, and keys, which no group may read.
_APART = ("catalogue", "sample")


def check_private(private: Path, *, group: int | None, writes: bool) -> None:
    """Raise `SettingsError` where others than the owner and ``group`` (its number) can reach the folder.

    ``writes`` allows a file to be made there for a moment, to learn whether the file system keeps modes at all.
    """
    try:
        facts = private.stat()
    except FileNotFoundError:
        return
    check_reach(private, writes=writes)
    if not KEEPS_MODES or _allowed(stat.S_IMODE(facts.st_mode), facts.st_gid, group):
        return
    if writes and not _keeps_modes(private):
        raise SettingsError(
            "private-exposed",
            "this file system shows every file as open to others, whatever is set: it cannot keep the private store",
            where=str(private),
            fix="put the data folder on a disk with permissions (PIPELINE_DATA), or mount this one for its owner only "
            "(umask=077)",
        )
    mode = "700" if group is None else "750"
    raise SettingsError(
        "private-exposed",
        "other users of this machine can reach the private store",
        where=str(private),
        fix=f"chmod {mode} '{private}'"
        + (f" && chgrp {group} '{private}'" if group is not None else "")
        + "; and ask your data protection officer whether somebody may have read it",
    )


def check_reach(private: Path, *, writes: bool) -> None:
    """Raise `StorageError` where the user of this run cannot look into the folder, or with ``writes`` write there."""
    wanted = os.R_OK | os.X_OK | (os.W_OK if writes else 0)
    if os.path.exists(private) and not may(private, wanted):  # noqa: PTH110 - an impossible path is none
        what = f"the user of this run may not {'write' if writes else 'look'} there"
        fix = f"run as the owner of {private}, or correct its owner or permissions"
        raise StorageError("not-writable", what, where=str(private), fix=fix)


def mend_private(private: Path, *, group: int | None) -> int:
    """Make everything below the folder readable by its owner, and by ``group``, only; return how much was changed.

    A released file that is also a public one (older versions linked them) becomes a file of its own.
    """
    changed = 0
    with writing(private):
        for path, facts in _below(private):
            folder = stat.S_ISDIR(facts.st_mode)
            if not KEEPS_MODES and facts.st_nlink == 1:
                continue
            wanted = (0o700 if folder else 0o600) | ((0o050 if folder else 0o040) if group is not None else 0)
            linked = not folder and facts.st_nlink > 1
            if linked:
                _part(path)
            if group is not None and (linked or facts.st_gid != group):
                os.chown(path, -1, group)
            if linked or stat.S_IMODE(facts.st_mode) != wanted:
                path.chmod(wanted)
            changed += linked or stat.S_IMODE(facts.st_mode) != wanted or (group is not None and facts.st_gid != group)
    return changed


def _allowed(mode: int, gid: int, group: int | None) -> bool:
    others = mode & (stat.S_IRWXG | stat.S_IRWXO)
    return not others or (group is not None and gid == group and not others & ~0o050)


def _below(private: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield the folder, and every plain file and folder below it; links are left alone."""
    yield private, private.stat()
    for root, folders, files in os.walk(private):
        if root == str(private):
            folders[:] = [name for name in folders if name not in _APART]
        for name in (*folders, *files):
            path = private.__class__(root, name)
            facts = path.lstat()
            if stat.S_ISDIR(facts.st_mode) or stat.S_ISREG(facts.st_mode):
                yield path, facts


def _part(path: Path) -> None:
    """Give a file bytes of its own."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(read_plain(path))
        file.flush()
        os.fsync(handle)
    os.utime(part, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    part.replace(path)


def _keeps_modes(folder: Path) -> bool:
    """Return whether a file here is as closed as it is made."""
    with writing(folder), tempfile.NamedTemporaryFile(dir=folder, prefix=".modes-") as probe:
        close_to_others(probe.fileno(), 0o644)
        opened = stat.S_IMODE(os.fstat(probe.fileno()).st_mode)
        close_to_others(probe.fileno())
        closed = stat.S_IMODE(os.fstat(probe.fileno()).st_mode)
        return (opened, closed) == (0o644, 0o600)
