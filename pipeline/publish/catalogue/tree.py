"""A whole folder tree, made beside the public one: links to public files, copies, and new files; synced and read back.

Whoever can write the public folder can write what is linked there.  So only a file of the old public tree, which
nothing else shares, is linked into the new one; what comes from the private store is copied.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import StorageError
from pipeline.plain import open_plain
from pipeline.storage.atomic import copy_bytes
from pipeline.system import BINARY, KEEPS_MODES, NOFOLLOW, link, sync_file, sync_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

FILE_MODE = 0o644
FOLDER_MODE = 0o755

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | NOFOLLOW | BINARY


class Shared(NamedTuple):
    """A file of the old public tree, linked or copied; ``sha256`` is what it must be, "" when it is carried over."""

    source: Path
    sha256: str = ""


class Copied(NamedTuple):
    """A file of the private store, always copied; ``sha256`` is what it must be."""

    source: Path
    sha256: str


class Written(NamedTuple):
    """A file that is written anew."""

    content: bytes


Part = Shared | Copied | Written


def build_tree(root: Path, parts: Mapping[str, Part]) -> None:
    """Make the new folder ``root`` hold exactly ``parts``, by path below it, whatever the umask.

    Raises:
        OSError: the disk is full, or cannot be written.
        StorageError: `not-as-released` when a file read back is not what it must be.
    """
    _make_folder(root)
    made = {""}
    targets = {path: _below(root, path) for path in parts}
    for path, part in parts.items():
        for folder in _missing(path.rpartition("/")[0], made):
            _make_folder(root / folder)
            made.add(folder)
        _place(part, targets[path])
    for path, part in parts.items():
        _read_back(targets[path], part, path)
    for place, _, names in os.walk(root):
        sync_folder(Path(place))
        for name in names:  # a shared file may not have been synced by who made it
            sync_file(f"{place}/{name}")


def hash_file(path: Path | str) -> str:
    """Return the sha256 of a file in hex; it is streamed, and a link is not followed."""
    with open_plain(path, flags=NOFOLLOW) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_plain_file(path: Path) -> bool:
    """Return whether a plain file stands there: no link, no folder, no device."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def is_plain_folder(path: Path) -> bool:
    """Return whether a folder stands there and no link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def list_below(folder: Path | str, above: str = "") -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield everything below ``folder`` that is no folder, by path with forward slashes; links are not followed.

    What is ``above`` stands before each path.
    """
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            yield from list_below(entry.path, f"{above}{entry.name}/")
        else:
            yield f"{above}{entry.name}", entry


def empty_below(folder: Path) -> Iterator[str]:
    """Yield every folder below ``folder`` in which nothing stands, by path with forward slashes."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            below = folder / entry.name
            if any(below.iterdir()):
                yield from (f"{entry.name}/{path}" for path in empty_below(below))
            else:
                yield entry.name


def _below(root: Path, path: str) -> Path:
    """Return the place of a part; a path that would leave the tree is a fault of the program."""
    steps = path.split("/")
    if not all(steps) or {".", ".."} & set(steps) or "\0" in path:
        raise ValueError("a path of the new tree leads outside it")
    return root.joinpath(*steps)


def _missing(folder: str, made: Collection[str]) -> list[str]:
    """Return a folder of the tree and those above it that are not ``made`` yet, the highest first."""
    return [] if folder in made else [*_missing(folder.rpartition("/")[0], made), folder]


def _make_folder(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(FOLDER_MODE)


def _place(part: Part, target: Path) -> None:
    """Put one part where it belongs."""
    if isinstance(part, Written):
        with os.fdopen(os.open(target, _NEW, 0o600), "wb") as file:
            file.write(part.content)
        target.chmod(FILE_MODE)
    elif isinstance(part, Copied) or not _share(part.source, target):
        _copy(part.source, target)


def _share(source: Path, target: Path) -> bool:
    """Make ``target`` a hard link when the file may be public as it stands; return whether it is one.

    A file that has another name already is not shared: older versions linked public files to the private store.
    """
    facts = source.lstat()
    if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1:
        return False
    if KEEPS_MODES and stat.S_IMODE(facts.st_mode) != FILE_MODE:
        return False
    try:
        link(source, target)
    except OSError:
        return False  # another file system, or one without links: the copy says what is wrong if it is more
    return True


def _copy(source: Path, target: Path) -> None:
    """Write a new file with the same bytes."""
    with (
        open_plain(source, flags=NOFOLLOW) as old,
        os.fdopen(os.open(target, _NEW, 0o600), "wb") as new,
    ):
        copy_bytes(old, new)
    target.chmod(FILE_MODE)


def _read_back(target: Path, part: Part, path: str) -> None:
    """Check that a file is what it must be."""
    expected = hashlib.sha256(part.content).hexdigest() if isinstance(part, Written) else part.sha256
    if expected and hash_file(target) != expected:
        raise StorageError(
            "not-as-released",
            "the file read back is not the file that was released; nothing was published",
            where=path,
            fix="run `pipeline publish` again: a damaged release is built again while its extracts are there; "
            "should it stay so, check the disk",
        )
