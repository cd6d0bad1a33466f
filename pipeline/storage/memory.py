"""The day of the last run, kept beside what else the private folder remembers, and known from it when it is lost."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError, StorageError
from pipeline.plain import read_plain
from pipeline.storage.atomic import replace_file
from pipeline.storage.journal import record, recorded
from pipeline.storage.lost import not_understood
from pipeline.storage.state_file import load_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DAY = "day.json"


def last_day(private: Path) -> dt.date | None:
    """Return the day that the last run counted as, None where there was none."""
    path = private / _DAY
    if not path.exists():
        return _recorded(private) or max(_released(private), default=None)
    try:
        return dt.date.fromisoformat(json.loads(read_plain(path))["as_of"])
    except (ValueError, KeyError, TypeError, RecursionError):
        fix = 'set it again: `pipeline approve --day YYYY-MM-DD --role "POST" --reason "WHY"`'
        raise not_understood(path, "the day of the last run", fix) from None


def _recorded(private: Path) -> dt.date | None:
    """Return the day of the last run by the journal, None where that does not know."""
    days = [str(each.get("day") or each.get("as_of")) for each in recorded(private, "day", "run")]
    return dt.date.fromisoformat(days[-1]) if days else None


def _released(private: Path) -> Iterator[dt.date]:
    """Yield the days on which anything was released; a state that cannot be understood stops its own dataset."""
    for path in sorted((private / "state").glob("*.json")):
        with suppress(StorageError):
            yield from (dt.date.fromisoformat(note.released_on) for note in load_state(path).changes)


def remember_day(private: Path, day: dt.date, **signed: str) -> None:
    """Remember ``day`` as that of the last run, also in the journal; ``signed`` is who said so, where somebody did."""
    written = replace_file(private / _DAY, json.dumps({"as_of": day.isoformat()}).encode() + b"\n")
    if written or signed:
        record(private, "day", {"day": day.isoformat(), **signed})


def check_day(private: Path, day: dt.date, *, clock: dt.date, writes: bool) -> None:
    """Refuse a day after the clock's, and for a run that writes one before the last run's."""
    if day > clock:
        what = f"the run is to count as {day.isoformat()}, and the clock says {clock.isoformat()}"
        fix = "leave out --as-of (or PIPELINE_AS_OF), or set the machine's clock"
        raise SettingsError("day-ahead", what, where="the day of the run", fix=fix)
    last = last_day(private)
    if writes and last and day < last:
        raise SettingsError(
            "day-went-back",
            f"the run is to count as {day.isoformat()}, and the last one counted as {last.isoformat()}",
            where="the day of the run",
            fix="`pipeline plan` may look back; where the last day was wrong: "
            f'`pipeline approve --day {day.isoformat()} --role "POST" --reason "WHY"`',
        )
