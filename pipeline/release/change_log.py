"""The public change log: what kind of change a release made to a month, and why; small counts banded, no place."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from pipeline.model.release import WITHDRAWN, ChangeNote
from pipeline.plain import read_plain
from pipeline.release.differences import lines_of, paired

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

#: As attendance is banded: a small number of changed rows would point at somebody.
_FIELDS = ChangeNote._fields[:6]
_REGISTER = (*_FIELDS[:4], "added", "removed", "revised")
_BANDS = ((0, "0"), (7, "1-7"), (19, "8-19"), (49, "20-49"))
FIRST = "first release"
CORRECTED = "corrected at source"
LATE = "late records"
HELD_SINCE = "events held since"
#: Of what is made from releases: whatever became of these.
DERIVED = "the releases that it is made from changed"
CODE_LISTS = "code lists changed"
REFERENCE = "reference data changed"
SETTINGS = "settings changed"
#: Never of one month alone: a record that is restricted, a payee found to be a person, is corrected as any other.
RULES = "rules or protections changed"
#: What the public is told: of several reasons the first of these.
_TOLD = (FIRST, CORRECTED, LATE, HELD_SINCE, DERIVED, CODE_LISTS, REFERENCE, SETTINGS, RULES)


class Why(NamedTuple):
    """Why a month is built: in words for the plan, and in the words of the public change log."""

    words: str
    public: str


def band(count: int) -> str:
    """Return the band that a count is published as."""
    return next((label for most, label in _BANDS if count <= most), "50+")


def public_reason(reasons: Iterable[Why]) -> str:
    """Return why a month was built, in the words of the change log."""
    return min((reason.public for reason in reasons), key=_TOLD.index)


def note(
    month: str, released_on: str, reasons: Sequence[Why], *, rows: int, before: Path | None, after: Path
) -> ChangeNote:
    """Return the line of the change log for a release of ``month`` of ``rows`` rows whose CSV is ``after``.

    ``before`` is the CSV that it replaces.  A plan has not written ``after``: its line counts nothing, as where
    ``before`` was lost.
    """
    added, removed = _differences(before, after) if before else (rows, 0)
    reason = public_reason(reasons) if before else FIRST
    if reason == LATE and removed and not added:  # a later file that only takes away would tell of a restriction
        reason = CORRECTED
    return ChangeNote(
        released_on=released_on,
        month=month,
        change="revised" if before else "new",
        reason=reason,
        rows_added=band(added),
        rows_removed=band(removed),
    )


def withdrawal(month: str, day: str, *, rows: int, reason: str = CORRECTED) -> ChangeNote:
    """Return the line of the change log for a month of ``rows`` rows that is public no longer."""
    return ChangeNote(day, month, WITHDRAWN, reason, band(0), band(rows))


def _differences(before: Path, after: Path) -> tuple[int, int]:
    if not (before.exists() and after.exists()):  # a lost file is made good by its successor, which does not wait
        return 0, 0
    old, new = lines_of(read_plain(before)), lines_of(read_plain(after))
    same = len(paired(old, new)[0])
    return len(new) - same, len(old) - same


def newest_first(changes: Iterable[ChangeNote]) -> tuple[ChangeNote, ...]:
    """Return ``changes`` by the day of release, the newest first.

    Of one day the latest month comes first, and of one month what was noted last.
    """
    return tuple(sorted(changes, key=lambda change: (change.released_on, change.month))[::-1])


def change_log(changes: Iterable[ChangeNote], *, register: bool = False) -> bytes:
    """Return the change log as CSV, in the order given; that of a ``register`` counts entries."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_REGISTER if register else _FIELDS)
    writer.writerows(change if register else change[: len(_FIELDS)] for change in changes)
    return text.getvalue().encode()
