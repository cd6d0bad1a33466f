"""The private memory after it was lost: found missing, and built again from what is public."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.build.protected.recovered import RECOVERED, Mark
from pipeline.datasets import declared
from pipeline.errors import PortalError, StorageError
from pipeline.model.distribution import ENDINGS_OF_ROWS, PARQUET, ending_of
from pipeline.model.release import ChangeNote
from pipeline.plain import read_plain
from pipeline.publish.plan import period_of
from pipeline.run.portal_memory import forgotten
from pipeline.storage.atomic import replace_file
from pipeline.storage.journal import record
from pipeline.storage.lock import locked
from pipeline.storage.lost import lost_registers, without_lost
from pipeline.storage.state import Built, MonthState, State
from pipeline.storage.store import Store

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.periods import Period
    from pipeline.publish.ckan.portal import PublicFile
    from pipeline.settings.decisions import Desk
    from pipeline.settings.laptop_portal import CkanAccess
    from pipeline.settings.settings import Settings

FORGOTTEN = (
    "what is forgotten: restrictions and payee types that stood only in files that have gone; what waited;",
    "the strongest protection that each record went out with; which extracts were replaced",
    "which incidents stand in a month: one that is restricted later leaves it only when its extract is there;",
    "every month waits for an approval (`recovered`) before it takes the place of what is public: compare it first",
)
#: What is said where no memory is lost, also after a run that was stopped once it had rebuilt all.
WHOLE = "nothing is left to recover: the private state knows what is public, or that is made of invented records"


class Recovered(NamedTuple):
    """How many months of a dataset were found in the public folder."""

    dataset: str
    months: int


def check_memory(data: Path) -> None:
    """Stop where real releases of ours are public and the private state knows nothing, or not all, of them."""
    lost = []
    for name in declared():
        with suppress(StorageError):  # what is there, and cannot be understood, stops this dataset alone
            lost += [name] if _is_lost(data, name) else []
    if lost:
        raise StorageError(
            "memory-lost",
            f"releases of {', '.join(lost)} are public, and the private memory of their protections is gone or older",
            where=str(data / "private"),
            fix="restore data/private from its backup; where there is none, `pipeline recover` rebuilds what can be "
            "rebuilt and says what is forgotten",
        )


def _is_damaged(data: Path, name: str) -> bool:
    """Return whether the memory of a dataset is there, and not as it was written."""
    try:
        return bool(lost_registers(Store(data / "private").state(name)))
    except StorageError:
        return True


def _is_lost(data: Path, name: str) -> bool:
    folder = data / "published" / name
    package = _package(folder)
    if "sample" in package or not (_releases(name, package) or _month_files(folder, name)):
        return False
    state = Store(data / "private").state(name)
    known = bool(state.changes) or any(month_state.released for month_state in state.months.values())
    return not known or len(list(_changes(folder))) > len(state.changes)


def _month_files(folder: Path, name: str) -> bool:
    """Return whether a file of a month is public, whatever has become of the data package."""
    return any(period_of(name, path.name) for path in folder.glob(f"{name}-*"))


def _package(folder: Path) -> Mapping[str, Any]:
    """Return a public data package, nothing where there is none that can be read."""
    try:
        facts = json.loads(read_plain(folder / "datapackage.json"))
    except (OSError, ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) and isinstance(facts.get("resources"), list) else {}


def _releases(name: str, package: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the resources of each month that are files of ours, where both files of its rows are named."""
    endings = declared()[name].endings
    found: dict[str, list[Mapping[str, Any]]] = {}
    for file in package.get("resources", ()):
        if period := period_of(name, str(file.get("path")), endings) if isinstance(file, dict) else "":
            found.setdefault(period, []).append(file)
    of_rows = {*ENDINGS_OF_ROWS}
    return {month: files for month, files in found.items() if of_rows <= {ending_of(file["path"]) for file in files}}


def recover(settings: Settings, today: dt.date, *, say: Callable[[str], None]) -> tuple[Recovered, ...]:
    """Rebuild the state of every dataset whose memory is lost from its public files, and return those datasets."""
    data = settings.data
    with locked(data / "private", say=say):
        lost = [name for name in declared() if _is_damaged(data, name) or _is_lost(data, name)]
        mark = Mark(today.isoformat(), len(settings.desk.decisions))
        made = tuple(_recovered(data, name, mark) for name in lost)
        ckan = None if settings.force.is_example else settings.named_portal()
        if ckan:
            elsewhere = _forgotten(settings, ckan, lost)
            made += tuple(_of_portal(data, name, files, mark) for name, files in elsewhere)
        for each in made:
            _remember_what_was_set_aside(data, each.dataset, settings.desk)
        return made


def _forgotten(
    settings: Settings, ckan: CkanAccess, lost: Sequence[str]
) -> tuple[tuple[str, tuple[PublicFile, ...]], ...]:
    """Return what a CKAN holds and nobody remembers; nothing where it cannot be asked and others are lost."""
    try:
        return tuple(forgotten(settings, ckan, [name for name in declared() if name not in lost]))
    except PortalError:
        if not lost:
            raise
        return ()


def _recovered(data: Path, name: str, mark: Mark) -> Recovered:
    folder = data / "published" / name
    package = _package(folder)
    if not _releases(name, package) and _month_files(folder, name):
        raise StorageError(
            "memory-lost",
            "files of months are public, and no data package says which of them were released",
            where=str(folder / "datapackage.json"),
            fix="restore that file, or data/private, from a backup",
        )

    def content(path: str, promised: str) -> bytes:
        return _content(folder / path, promised)

    return _rebuilt(data, name, _releases(name, package), content, notes=tuple(_changes(folder)), mark=mark)


def _of_portal(data: Path, name: str, files: Sequence[PublicFile], mark: Mark) -> Recovered:
    """Rebuild a dataset's memory from what a CKAN holds."""
    by_name = {file.name: file for file in files}
    found = [{"path": file.name, "hash": f"sha256:{file.sha256}"} for file in files]

    def content(path: str, promised: str) -> bytes:
        return _checked(by_name[path].content(), promised, where=path)

    return _rebuilt(data, name, _releases(name, {"resources": found}), content, notes=(), mark=mark)


def _rebuilt(
    data: Path,
    name: str,
    releases: Mapping[Period, list[Mapping[str, Any]]],
    content: Callable[[str, str], bytes],
    *,
    notes: tuple[ChangeNote, ...],
    mark: Mark,
) -> Recovered:
    store = Store(data / "private")
    months = {
        month: _month(store, content, name, month, files, notes=notes, mark=mark)
        for month, files in sorted(releases.items())
    }
    older = _older(store, name)  # what an older memory knows of protections still holds
    afresh = replace(older, receipts={}, declared={}, findings=(), unplaced=())
    store.remember(name, replace(afresh, months=months, changes=notes))
    record(data / "private", "recovered", {"dataset": name, "months": sorted(months)})
    return Recovered(name, len(months))


def _remember_what_was_set_aside(data: Path, name: str, desk: Desk) -> None:
    """Remember decisions that set files aside: nobody knows any more which of these files came."""
    store = Store(data / "private")
    state = store.state(name)
    decisions = (
        decision for decision in desk.decisions if decision.dataset == name and decision.path and decision.lets_go
    )
    store.remember(name, replace(state, decided=tuple(dict.fromkeys((*state.decided, *decisions)))))


def _older(store: Store, name: str) -> State:
    """Return what is left of a memory; nothing where it cannot be understood."""
    try:
        return without_lost(store.state(name))
    except StorageError:
        return State()


def _month(
    store: Store,
    content: Callable[[str, str], bytes],
    name: str,
    month: str,
    files: list[Mapping[str, Any]],
    *,
    notes: tuple[ChangeNote, ...],
    mark: Mark,
) -> MonthState:
    kept, facts, rows = f"{month}-recovered", {}, 0
    for file in files:
        path = str(file["path"])
        cells = content(path, str(file.get("hash", "")))
        replace_file(store.folder(name, kept) / path, cells, mode=0o644)
        facts[path] = {"format": ending_of(path), "bytes": len(cells), "sha256": str(file["hash"])[7:]}
        if ending_of(path) == PARQUET.ending:
            rows = _rows(cells, where=path)
    days = sorted(note.released_on for note in notes if note.month == month)
    return MonthState(
        released=Built(folder=kept, rows=rows, files=facts, released_on=days[-1] if days else mark.day),
        waiting=None,
        inputs={},
        made_from={RECOVERED: mark.text},
        accounts=(),
        input_gone=True,
    )


def _rows(parquet: bytes, *, where: str) -> int:
    try:
        return int(pq.read_metadata(pa.BufferReader(parquet)).num_rows)
    except (OSError, pa.ArrowException):
        raise _not_as_released(where) from None


def _content(path: Path, promised: str) -> bytes:
    """Return the bytes of a public file, which must be the ones that its data package names."""
    try:
        content = read_plain(path)
    except OSError:
        content = b""
    return _checked(content, promised, where=str(path))


def _checked(content: bytes, promised: str, *, where: str) -> bytes:
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != promised:
        raise _not_as_released(where)
    return content


def _not_as_released(where: str) -> StorageError:
    return StorageError(
        "memory-lost",
        "a public file is not as it was released, so the memory of it cannot be rebuilt",
        where=where,
        fix="restore the file, or data/private, from a backup",
    )


def _changes(folder: Path) -> Iterator[ChangeNote]:
    """Yield the lines of the public change log, the oldest first."""
    try:
        lines = list(csv.reader(io.StringIO(read_plain(folder / "change-log.csv").decode("utf-8"))))
    except (OSError, ValueError, csv.Error):
        return
    least, most = len(ChangeNote._fields) - len(ChangeNote._field_defaults), len(ChangeNote._fields)
    for line in reversed(lines[1:]):
        if least <= len(line) <= most:
            yield ChangeNote(*line)
