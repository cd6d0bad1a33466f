"""Whether a data folder holds the invented sample or real extracts: never both, and each with its own key."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from functools import partial
from typing import TYPE_CHECKING

from pipeline.errors import InputError, SettingsError, StorageError
from pipeline.extract.database.sqlite import sqlite_file
from pipeline.extract.paths import files_below
from pipeline.plain import open_plain, read_plain
from pipeline.publish.catalogue.groups import PAGE_FOLDERS
from pipeline.publish.catalogue.ownership import MARKER
from pipeline.publish.catalogue.pages import SITE_FILES
from pipeline.sample.manifest import AS_OF, manifest_files
from pipeline.sample.mark import bears_mark
from pipeline.settings.key import default_key_file, ensure_sample_key, load_key, sample_key
from pipeline.storage.atomic import replace_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.settings.key import Key
    from pipeline.settings.settings import Settings
    from pipeline.storage.looked import Looked

SAMPLE, REAL = "sample", "real"
_ORIGIN = "origin.json"
_SAMPLE_KEY = "sample/key"
#: A header is shorter than this.
_HEADER = 1 << 16
#: What we keep below ``private``; anything else there is somebody's own and is never removed.
_OURS = (
    *("state", "releases", "index", "quarantine", "review", "preview", "catalogue", "sample", "looked"),
    "collected",
    *("points", "taken", "journal.jsonl", "day.json", _ORIGIN),
)
_CLEAR = "`pipeline sample --clear` removes the sample, what was made from it and nothing else"


def remembered(private: Path) -> Mapping[str, str]:
    """Return what the private folder remembers of its data: ``origin`` and the key's ``fingerprint``."""
    path = private / _ORIGIN
    if not path.exists():
        return {}
    try:
        facts: Mapping[str, str] = dict(json.loads(read_plain(path)))
    except (ValueError, TypeError, RecursionError):
        raise StorageError(
            "bad-state",
            "the private state cannot be understood",
            where=str(path),
            fix="restore data/private from its backup",
        ) from None
    return facts


def before(data: Path) -> str:
    """Return what was received before, by the private state or, where that was lost, by what the public files say."""
    return remembered(data / "private").get("origin", "") or _public(data / "published")


def _public(published: Path) -> str:
    marked = {_is_sample(folder) for folder in _datasets(published)} - {None}
    return "" if not marked else REAL if False in marked else SAMPLE


def _is_sample(folder: Path) -> bool | None:
    """Return whether a public dataset says that it is the sample's; None for a folder of anything else."""
    try:
        facts = json.loads(read_plain(folder / "datapackage.json"))
    except (OSError, ValueError, RecursionError):
        return None
    return "sample" in facts if isinstance(facts, dict) else None


def received(data: Path) -> list[Path]:
    """Return the files below ``raw`` and ``reference``; READMEs and dot files apart."""
    return [
        folder / name
        for folder in (data / "raw", data / "reference")
        for name in files_below(folder)
        if (folder / name).is_file()
    ]


def is_empty(data: Path) -> bool:
    """Return whether nothing lies in ``raw``, README and dot files apart."""
    return not any(path.is_relative_to(data / "raw") for path in received(data))


def origin_of(data: Path, *, looked: Looked | None = None, needs_files: bool = True) -> str:
    """Return whether ``data`` holds the sample or real extracts, "" when it holds nothing.

    Where ``needs_files`` is false everything comes from a database elsewhere, and no file is missed.  A real file
    beside sample files, or beside what was made from them, is an `InputError`.
    """
    kinds = {path: _kind(path, looked) for path in received(data)}
    earlier = before(data)
    real = [path for path, kind in kinds.items() if kind == REAL]
    if real and (SAMPLE in kinds.values() or earlier == SAMPLE):
        beside = "files of the sample" if SAMPLE in kinds.values() else "what was made from the sample"
        raise InputError(
            "sample-and-real",
            f"a real file stands beside {beside}",
            where=real[0].relative_to(data).as_posix(),
            fix=f"{_CLEAR}; or move the file away",
        )
    if SAMPLE in kinds.values() and earlier == REAL:
        sample = next(path for path, kind in kinds.items() if kind == SAMPLE)
        raise InputError(
            "sample-and-real",
            "a file of the sample stands where real extracts were received",
            where=sample.relative_to(data).as_posix(),
            fix="remove the file",
        )
    if earlier == REAL and needs_files and is_empty(data):
        raise InputError(
            "nothing-received",
            "there is no extract, but there were some before",
            where=str(data / "raw"),
            fix="see whether the folder is mounted and the exports ran; nothing was changed",
        )
    if real and needs_files and is_empty(data):
        raise nothing_received(data)
    return next(filter(None, kinds.values()), "") or earlier or (REAL if kinds else "")


def wants_sample(settings: Settings) -> bool:
    """Return whether there is nothing here but the example force's settings, so that the sample may be made."""
    data = settings.data
    if not settings.force.is_example or not is_empty(data):
        return False
    return before(data) != REAL and REAL not in map(_kind, received(data))


def nothing_received(data: Path) -> InputError:
    """Return the error for a data folder into which nothing was ever put."""
    return InputError(
        "nothing-received",
        "there is no extract yet",
        where=str(data / "raw"),
        fix="put the systems' extracts there (see data/raw/README.md); a sample is made under the settings that ship",
    )


def _kind(path: Path, looked: Looked | None = None) -> str:
    """Return what a file is of; "" for a CSV without a row, which is of nobody."""
    try:
        return looked.of("origin", path, partial(_read_kind, path)) if looked else _read_kind(path)
    except OSError:
        return REAL


def _read_kind(path: Path) -> str:
    if bears_mark(path):
        return SAMPLE
    with open_plain(path) as file:
        beginning = file.read(_HEADER)
    one_line = len(beginning) < _HEADER and not beginning.rstrip().count(b"\n") and b"\0" not in beginning
    return "" if one_line and path.suffix != ".geojson" else REAL


def early_key(settings: Settings, environ: Mapping[str, str]) -> Key | None:
    """Return the key that the settings name, or that real extracts need, before any of them is opened.

    None where none is named and there can be nothing real: the example force has only its sample.
    """
    earlier = before(settings.data)
    check_force(settings, earlier)
    something = not is_empty(settings.data) or settings.sources.elsewhere
    needed = earlier == REAL or (something and not settings.force.is_example)
    path = settings.key_file or (default_key_file(environ) if needed else None)
    if path is None:
        return None
    key = load_key(path, published=settings.data / "published")
    return key if earlier == SAMPLE else _same_as_before(settings, key)


def key_for(settings: Settings, origin: str, environ: Mapping[str, str], *, writes: bool, early: Key | None) -> Key:
    """Return the sample's own key for the sample, else the force's; never another one than before."""
    if origin == SAMPLE:
        key = ensure_sample_key(settings.data / "private" / _SAMPLE_KEY) if writes else sample_key()
    else:
        key = early or load_key(default_key_file(environ), published=settings.data / "published")
    return _same_as_before(settings, key)


def _same_as_before(settings: Settings, key: Key) -> Key:
    private = settings.data / "private"
    before = remembered(private).get("fingerprint", "")
    if before and before != key.fingerprint:
        raise SettingsError(
            "key-changed",
            "this is another key than the one that made the last releases",
            where="the pseudonym key",
            fix="put the right key back; with another one every published reference would change",
        )
    _check_series(settings.data / "published", key)
    return key


def _check_series(published: Path, key: Key) -> None:
    """Refuse a key of another series than the public files say they were made with."""
    for path in sorted(published.glob("*/datapackage.json")):
        try:
            series = json.loads(read_plain(path)).get("keySeries", key.series)
        except (ValueError, AttributeError, RecursionError):
            continue
        if series != key.series:
            raise SettingsError(
                "key-changed",
                "the public files were made with another key",
                where=f"{path.parent.name}/datapackage.json",
                fix="put the right key back; with another one every published reference would change",
            )


def remember(private: Path, origin: str, key: Key) -> None:
    """Make the private folder remember what it holds and which key made it."""
    facts = json.dumps({"origin": origin, "fingerprint": key.fingerprint}, sort_keys=True)
    replace_file(private / _ORIGIN, facts.encode() + b"\n")


def with_database(settings: Settings, kind: str) -> str:
    """Return the origin of ``kind`` together with the databases that the settings name; they must not differ."""
    for source, address in settings.sources.addresses.items():
        place = sqlite_file(address.reveal())
        own = SAMPLE if place and _kind(place) == SAMPLE else REAL
        if kind not in ("", own):
            raise InputError(
                "sample-and-real",
                f"the {source} database that the settings name is {own}, the files are {kind}",
                where=settings.sources.named[source].variable,
                fix=f"{_CLEAR}; or unset the address",
            )
        kind = own
    if kind == SAMPLE and settings.sources.services:
        raise InputError(
            "sample-and-real",
            "the settings name a service, the files are the sample's",
            where=str(settings.file),
            fix=f"{_CLEAR}; or remove the address of the service",
        )
    return kind or (REAL if settings.sources.services else "")


def check_force(settings: Settings, origin: str) -> None:
    """Refuse the sample under a real force's name: it would pass for real."""
    if origin == SAMPLE and not settings.force.is_example:
        raise SettingsError(
            "wrong-force",
            "the sample is the example force's; these settings are another's",
            where=str(settings.file),
            fix=f"use pipeline.toml for the sample; {_CLEAR}",
        )


def day_of(settings: Settings, origin: str, *, today: dt.date) -> dt.date:
    """Return the day the run counts as: the one that is given, the sample's own, or today."""
    if settings.as_of is not None:
        return settings.as_of
    return dt.date.fromisoformat(AS_OF) if origin == SAMPLE else today


def clear_sample(data: Path) -> tuple[str, ...]:
    """Remove the sample, its reference data, the private state and releases made from it; return what was removed.

    A file that is not the sample's stays.  Where real extracts were received nothing is removed.
    """
    if before(data) == REAL:
        raise InputError(
            "sample-and-real",
            "this folder holds what was made from real extracts; nothing was removed",
            where=str(data),
            fix="there is no sample to clear here",
        )
    # only what was made here goes: a marked file that somebody else put here stays, and is named by every run
    extracts = [data / name for name in manifest_files(data) if (data / name).is_file() and _kind(data / name) != REAL]
    public = [folder for folder in _datasets(data / "published") if _is_sample(folder)]
    pages = [data / "published" / name for name in (*SITE_FILES, *PAGE_FOLDERS, MARKER)]
    removed = []
    for place in (*extracts, *(data / "private" / name for name in _OURS), *public, *pages):
        if place.is_dir():
            shutil.rmtree(place)
        elif place.is_file():
            place.unlink()
        else:
            continue
        removed.append(place.relative_to(data).as_posix())
    return tuple(removed)


def _datasets(published: Path) -> list[Path]:
    return [path for path in sorted(published.glob("*")) if path.is_dir() and not path.is_symlink()]
