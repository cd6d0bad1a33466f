"""Two folders change places at once, so that what the public sees is always one whole tree.

Linux and macOS can do it in one step.  Elsewhere, and on file systems that cannot, it takes two renames; a marker
file in the staging folder is written before the first and lets the next run finish or undo them.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from pipeline.system import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    #: Makes two folders change places in one step; False where this system or file system cannot.
    Exchange = Callable[[Path, Path], bool]

NEXT = "next"
PREVIOUS = "previous"
MARKER = "swapping"

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # linux/fs.h
_RENAME_SWAP = 2  # sys/stdio.h of macOS
_CANNOT = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})


def exchange(one: Path, other: Path) -> bool:
    """Make two folders change places in one step; return False where that cannot be done.

    Raises:
        OSError: the system can, and refused.
    """
    if sys.platform not in ("linux", "darwin"):
        return False
    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        status = library.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE)
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):
        status = library.renamex_np(first, second, _RENAME_SWAP)
    else:
        return False
    if status == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(other))


def put_in_place(public: Path, staging: Path, *, exchange: Exchange = exchange) -> None:
    """Make ``staging/next``, a whole and synced tree, the public folder; the old tree is deleted afterwards."""
    new = staging / NEXT
    if exchange(new, public):
        sync_folder(public.parent)
        sync_folder(staging)
    else:
        _rename_twice(public, staging)
    with suppress(OSError):  # the new tree is public; `recover` deletes what is left of the old one
        clear(staging)


def _rename_twice(public: Path, staging: Path) -> None:
    """Make the new tree public with two renames, announced by the marker so that a kill between them is mended."""
    with (staging / MARKER).open("x", encoding="ascii") as marker:
        marker.write("the tree `next` is whole and is becoming the public folder\n")
        marker.flush()
        os.fsync(marker.fileno())
    sync_folder(staging)
    public.rename(staging / PREVIOUS)
    try:
        (staging / NEXT).rename(public)
    except OSError:
        (staging / PREVIOUS).rename(public)
        raise
    sync_folder(public.parent)
    sync_folder(staging)
    (staging / MARKER).unlink()


def recover(public: Path, staging: Path) -> None:
    """Finish or undo what a killed run left: the public folder is whole, and nothing is left in staging."""
    if (staging / MARKER).exists() and not public.exists():
        # killed between the two renames: the new tree was whole before the marker was written
        whole = NEXT if (staging / NEXT).is_dir() else PREVIOUS
        (staging / whole).rename(public)
        sync_folder(public.parent)
    clear(staging)


def clear(staging: Path) -> None:
    """Delete the trees left in staging, then the marker that explains them."""
    for name in (NEXT, PREVIOUS):
        if (staging / name).is_dir():
            shutil.rmtree(staging / name)
    (staging / MARKER).unlink(missing_ok=True)
