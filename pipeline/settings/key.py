"""The pseudonym key: 32 random bytes that turn a record's reference into a published one.

It stands in a file of its own, as 64 hex digits, readable by its owner only, outside every repository and
outside the published folder.  No function here puts its content into a message.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError, StorageError
from pipeline.model.source import Secret
from pipeline.system import BINARY, CLOEXEC, KEEPS_MODES, NONBLOCK, close_to_others, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BYTES = 32
#: Fewer different bytes than this in a key of 32 never come from a random source.
LEAST_DIFFERENT_BYTES = 16
_DIGITS = re.compile(rb"[0-9a-fA-F]{64}\r?\n?")
_READ_LIMIT = 4096
_NOBODY_ELSE = stat.S_IRWXG | stat.S_IRWXO
_SAMPLE_TEXT = b"police-open-data: the key of the invented sample, known to everybody"

BACK_UP = """\
Back this up now, and here is why:
  - Every published reference is made with this key. If it is lost, new files can never again be joined to the
    ones already published, and no published row can be traced back to be corrected or withdrawn.
  - Whoever has it can link published references to your records. Treat it as you treat the records.
  - Keep two copies, in two places that cannot burn down together, where only those who may see the records can
    reach them: for example the force's password safe and a sealed envelope in the information-security safe.
  - Never send it by e-mail, never put it into a repository, never copy it beside the published files."""


@dataclass(frozen=True, slots=True)
class Key:
    """The key, ready for use; it prints as a secret and cannot be pickled."""

    secret: Secret[bytes]

    @property
    def bytes(self) -> bytes:
        """The 32 bytes, for the one place that makes pseudonyms."""
        return self.secret.reveal()

    @property
    def fingerprint(self) -> str:
        """64 hex digits by which the private state knows the key again; the key cannot be worked out from them."""
        return hashlib.sha256(_tag(self, "key-fingerprint")).hexdigest()

    @property
    def series(self) -> str:
        """12 hex digits for the public metadata: references of the same series can be joined, others cannot."""
        return _tag(self, "key-series").hex()[:12]


def default_key_file(environ: Mapping[str, str]) -> Path:
    """Return where the key stands when nothing else is set: the user's XDG data folder."""
    base = environ.get("XDG_DATA_HOME", "")
    home = environ.get("HOME", "") or (environ.get("USERPROFILE", "") if os.name == "nt" else "")
    if os.path.isabs(base):  # the XDG specification: a relative one is ignored  # noqa: PTH117 - it is text
        folder = Path(base)
    elif os.path.isabs(home):  # noqa: PTH117 - it is text, and may be empty
        folder = Path(home, ".local", "share")
    else:
        what = "there is no home folder to look for the pseudonym key in"
        fix = "set PIPELINE_KEY_FILE to the full path of the key file"
        raise SettingsError("no-home", what, where="variable HOME", fix=fix)
    return folder / "police-open-data" / "pseudonym.key"


def load_key(path: Path, *, published: Path) -> Key:
    """Return the key in the file at ``path``; it is strong, and only its owner can read it.

    ``published`` is the public folder, where no key may stand.  Raises `SettingsError` with a code per fault.
    """
    _check_place(path, published)
    text = _read_private(path)
    if not _DIGITS.fullmatch(text):
        what = "the pseudonym key is not exactly 64 hex digits (0-9, a-f) and a line end"
        fix = "put back your backup of the key; never mend it by hand, a changed key changes every reference"
        raise SettingsError("key-not-hex", what, where=str(path), fix=fix)
    return _strong(bytes.fromhex(text.decode("ascii")), path)


def make_key(path: Path, *, published: Path, entropy: Callable[[int], bytes] = secrets.token_bytes) -> Key:
    """Create the file at ``path`` with a new random key, readable by its owner only; an existing file stays."""
    _check_place(path, published)
    key = _strong(entropy(BYTES), path)
    _create(path, key)
    return key


def sample_key() -> Key:
    """Return the key of the sample: the same everywhere, so that the sample's files are; it protects nothing."""
    return Key(Secret(hashlib.sha256(_SAMPLE_TEXT).digest()))


def ensure_sample_key(path: Path) -> Key:
    """Return the sample's key; the file at ``path`` (below ``data/private/sample``) holds it, made if absent."""
    key = sample_key()
    content = _read_private(path) if path.exists() else b""
    if not content:  # absent, or a first run was stopped before it was written
        path.unlink(missing_ok=True)
        _create(path, key)
    elif content != _content(key):
        fix = "move it away: only the sample's own key belongs here, and `make sample` makes it again"
        raise SettingsError("key-not-sample", "this file does not hold the sample's key", where=str(path), fix=fix)
    return key


def _tag(key: Key, purpose: str) -> bytes:
    # The prefix sets these apart from pseudonyms, whose message begins with a scope such as `crime`.
    return hmac.digest(key.bytes, f"police-open-data/{purpose}/1".encode(), "sha256")


def _strong(content: bytes, path: Path) -> Key:
    if len(content) != BYTES or len(set(content)) < LEAST_DIFFERENT_BYTES:
        raise SettingsError(
            "key-weak",
            f"the pseudonym key has fewer than {LEAST_DIFFERENT_BYTES} different bytes: it did not come from chance",
            where=str(path),
            fix="put back your backup; if this key never published anything, delete it and run `pipeline key new`",
        )
    return Key(Secret(content))


def _content(key: Key) -> bytes:
    return f"{key.bytes.hex()}\n".encode("ascii")


def _check_place(path: Path, published: Path) -> None:
    """Raise `SettingsError` when the key would stand where it is shared: a git work tree, the public folder."""
    place = Path(os.path.realpath(path))  # which, unlike Path.resolve, bears links that lead in a circle
    if place.is_relative_to(os.path.realpath(published)):
        raise SettingsError(
            "key-misplaced",
            "a pseudonym key may not stand in the public folder",
            where=str(path),
            fix="choose another place with PIPELINE_KEY_FILE; if this key was ever public, tell your data protection "
            "officer: published references can be linked to records with it",
        )
    if any(os.path.lexists(folder / ".git") for folder in place.parents):  # never raises, where Path.exists may
        what = "a pseudonym key may not stand inside a git repository, where it could be committed"
        fix = "choose another place with PIPELINE_KEY_FILE, or unset it for the usual place in your home folder"
        raise SettingsError("key-misplaced", what, where=str(path), fix=fix)


def _read_private(path: Path) -> bytes:
    """Return the content of a file that only its owner can read; a link counts as the file it leads to."""
    try:
        # Not blocking: a pipe in the file's place must not hang the run.  Facts are taken from the open file.
        descriptor = os.open(path, os.O_RDONLY | CLOEXEC | NONBLOCK | BINARY)
    except FileNotFoundError:
        fix = "put back your backup of the key; only if nothing was ever published: `pipeline key new`"
        raise SettingsError("key-missing", "there is no pseudonym key", where=str(path), fix=fix) from None
    except OSError as fault:
        raise _unreadable(path, fault) from None
    try:
        _check_private(path, os.fstat(descriptor))
        return os.read(descriptor, _READ_LIMIT)
    except OSError as fault:
        raise _unreadable(path, fault) from None
    finally:
        os.close(descriptor)


def _check_private(path: Path, facts: os.stat_result) -> None:
    if not stat.S_ISREG(facts.st_mode):
        code, message, fix = "key-not-a-file", "this is no plain file", "name the key file in PIPELINE_KEY_FILE"
    elif not KEEPS_MODES:
        return  # the folder alone keeps others out: docs/start.md says so
    elif facts.st_uid not in {os.geteuid(), 0}:
        code, message = "key-wrong-owner", "the pseudonym key belongs to another user, who can change it"
        fix = f"as an administrator: chown {os.geteuid()} '{path}'"
    elif facts.st_mode & _NOBODY_ELSE:
        code, message = "key-exposed", "other users of this machine can reach the pseudonym key"
        fix = f"chmod 600 '{path}'; and ask your data protection officer whether somebody may have read it"
    else:
        return
    raise SettingsError(code, message, where=str(path), fix=fix)


def _create(path: Path, key: Key) -> None:
    """Write a new key file, whole and on the disk when this returns; nothing is ever overwritten."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as fault:
        raise _unwritable(path, fault) from None
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | CLOEXEC | BINARY, 0o600)
    except FileExistsError:
        what = "there is a key here already, and it is never overwritten"
        fix = "use it as it is (`pipeline key fingerprint` shows which it is), or set PIPELINE_KEY_FILE"
        raise SettingsError("key-exists", what, where=str(path), fix=fix) from None
    except OSError as fault:
        raise _unwritable(path, fault) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            close_to_others(descriptor)
            file.write(_content(key))
            file.flush()
            os.fsync(descriptor)
        sync_folder(path.parent)
    except OSError as fault:
        path.unlink(missing_ok=True)
        raise _unwritable(path, fault) from None


def _unreadable(path: Path, fault: OSError) -> SettingsError:
    what = f"the pseudonym key cannot be read ({errno.errorcode.get(fault.errno or 0, 'OSError')})"
    fix = "run as the user who owns the key, or correct PIPELINE_KEY_FILE"
    return SettingsError("key-unreadable", what, where=str(path), fix=fix)


def _unwritable(path: Path, fault: OSError) -> StorageError | SettingsError:
    if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageError("disk-full", "the disk is full", where=str(path), fix="make room, then run again")
    what = f"the key file cannot be made ({errno.errorcode.get(fault.errno or 0, 'OSError')})"
    fix = "choose a folder that you may write to with PIPELINE_KEY_FILE"
    return SettingsError("key-unwritable", what, where=str(path), fix=fix)
