"""Paths below `data/raw`: no name and no link leads outside, and only regular files are opened."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from pipeline.errors import InputError
from pipeline.plain import NotPlainError, open_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader


_Made = TypeVar("_Made")
_README = re.compile(r"readme(\..*)?", re.IGNORECASE)


def safe_path(root: Path, relative: str) -> Path:
    """Return where ``relative`` really lies, which is below ``root`` after every link was followed.

    ``root`` itself may be a link.  A path that is absolute, climbs out, or is led out by a link raises
    `InputError` ``path-escapes``.  The path need not exist.
    """
    try:
        base = root.resolve()
        target = (base / relative).resolve()
    except (OSError, RuntimeError, ValueError):  # links in a circle, a name too long, a NUL in the name
        base = target = root
    if relative.startswith("/") or target == base or not target.is_relative_to(base):
        what = "the path leads outside the folder of extracts, or cannot be followed"
        fix = "put the file itself into the folder; links may only point to files below it"
        raise InputError("path-escapes", what, where=relative, fix=fix)
    return target


def below(root: Path, path: Path | None) -> str:
    """Return the name below ``root`` of a file wherever it really lies, "" where it lies elsewhere or is none."""
    base = root.resolve()
    place = path.resolve() if path else base.parent
    return place.relative_to(base).as_posix() if place.is_relative_to(base) else ""


def files_below(root: Path) -> Iterator[str]:
    """Yield every name below ``root`` that is no folder, in order, READMEs and dot files apart.

    Linked folders are followed as the feeds follow them, each real folder once on a way down; one that leads
    out is a name and no more.
    """
    yield from _below(root, "", frozenset(), Path(os.path.realpath(root)))


def _below(folder: Path, before: str, above: frozenset[str], root: Path) -> Iterator[str]:
    real = os.path.realpath(folder)
    if real in above:
        return
    for entry in _entries(folder, before):
        if entry.name.startswith(".") or _README.fullmatch(entry.name):
            continue
        name = f"{before}{entry.name}"
        try:
            is_folder = entry.is_dir()
        except OSError as error:
            raise unreadable(name, error) from None
        if is_folder and Path(os.path.realpath(entry)).is_relative_to(root):
            yield from _below(entry, f"{name}/", above | {real}, root)
        else:
            yield name


def names_in(root: Path, relative: str) -> list[str]:
    """Return the names in the folder at ``relative`` below ``root``, none where there is no such folder."""
    return [entry.name for entry in _entries(safe_path(root, relative), relative)]


def _entries(folder: Path, relative: str) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        if isinstance(error, NotADirectoryError) and relative:
            return []
        raise unreadable(relative.rstrip("/") or folder.name, error) from None


def exists(root: Path, relative: str) -> bool:
    """Return whether something stands at ``relative`` below ``root``; a link that leads out is an error."""
    try:
        return safe_path(root, relative).exists()
    except OSError as error:
        raise unreadable(relative, error) from None


def open_regular(root: Path, relative: str) -> BufferedReader:
    """Return the file at ``relative`` below ``root``, open for reading; it is a regular file.

    A pipe or a device is refused without waiting for it: ``not-a-file``.  An absent file is
    ``missing-file``, one that the system does not let us read is ``unreadable-file``.
    """
    path = safe_path(root, relative)
    try:
        return open_plain(path)
    except FileNotFoundError:
        fix = "have the system export it again"
        raise InputError("missing-file", "there is no such file", where=relative, fix=fix) from None
    except NotPlainError:
        what = "a folder, a pipe or a device stands where a file was expected"
        fix = "move it away and put the extract itself there"
        raise InputError("not-a-file", what, where=relative, fix=fix) from None
    except OSError as error:
        raise unreadable(relative, error) from None


def steadily(root: Path, relative: str, read: Callable[[BufferedReader], tuple[_Made, int]]) -> _Made:
    """Return what is ``read`` of the file at ``relative``, with how many bytes that were: nobody wrote meanwhile.

    Raises:
        InputError: As `open_regular`, and ``changed-while-read``.
    """
    with open_regular(root, relative) as file:
        before = _state_of(file)
        try:
            made, size = read(file)
        except OSError as error:
            raise unreadable(relative, error) from None
        if _state_of(file) != before or size != before[0]:
            raise changed(relative)
    return made


def _state_of(file: BinaryIO) -> tuple[int, int]:
    """Return size and time of change of an open file: both stay as they are while nobody writes to it."""
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def changed(relative: str, what: str = "file") -> InputError:
    """Return the error for a file, or another source, that was written to while it was read."""
    fix = "run again when the export has finished"
    return InputError("changed-while-read", f"the {what} changed while it was being read", where=relative, fix=fix)


def unreadable(relative: str, error: OSError) -> InputError:
    """Return the error for a file that the system does not let us read."""
    reason = os.strerror(error.errno) if error.errno else "the system refused"
    fix = "check who may read the file, and that its disk is well"
    return InputError("unreadable-file", f"the file cannot be read: {reason}", where=relative, fix=fix)
