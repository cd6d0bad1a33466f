"""What becomes of each row, once the schema has judged: published, quarantined or withheld, and the sum is checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.errors import PrivacyError
from pipeline.model.handling import nowhere
from pipeline.model.reasons import REASONS, Account, Outcome, Quarantined
from pipeline.model.tables import Found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.tables import RawTable, Rejection, SafeTable
    from pipeline.validate.referee.referee import Refereed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Accounted:
    """What became of each row: ``published`` are positions among the rows read, in their order, ``reasons`` of each.

    ``bad`` counts, by path, the rows that speak against their file: held lines and missing reasons why
    value for money was expected do not.
    """

    published: NDArray[np.int64]
    bad: Mapping[str, int]
    accounts: tuple[Account, ...]
    quarantined: tuple[Quarantined, ...]
    reasons: NDArray[np.object_]


class Fault(NamedTuple):
    """One kind of bad cell of a file: where it comes first, and in how many rows."""

    feed: str
    path: str
    code: str
    column: str
    rows: int
    first: int


def faults_of(quarantined: Sequence[Quarantined]) -> tuple[Fault, ...]:
    """Return what is bad in each file, the commonest first; what does not speak against its file is left out."""
    found: dict[tuple[str, str, str, str], tuple[int, int]] = {}
    for bad_cell in quarantined:
        if _speaks_against(bad_cell.code):
            key = bad_cell.feed, bad_cell.path, bad_cell.code, bad_cell.column
            rows, first = found.get(key, (0, bad_cell.row))
            found[key] = rows + 1, min(first, bad_cell.row)
    faults = [Fault(*key, rows, first) for key, (rows, first) in found.items()]
    return tuple(sorted(faults, key=lambda each: (-each.rows, each)))


def outcome_of(code: str) -> Outcome:
    """Return what a reason code does to a row; codes of excluded accounts come from their own list."""
    return REASONS[code].outcome if code in REASONS else Outcome.WITHHELD


def settle(raw: RawTable, safe: SafeTable, refereed: Refereed | None) -> Accounted:
    """Return what becomes of each row: bad rows first, then rules in their order, then what is left is published.

    Rows that are only counted are judged by no schema: their cells are.
    """
    found = [*safe.found, *(_of_schema(safe, refereed.checked.rejections) if refereed else ())]
    reasons = _Reasons(np.zeros(safe.length, np.int16), ["published"])
    bad = safe.bad.copy()
    for problem in reversed(found):  # the first problem of a row names it
        reasons.give(problem.code, problem.positions)
        bad[problem.positions] = True
    standing = ~bad
    held: list[Found] = []
    for ruling in safe.rulings:
        for code, mask in ruling(standing, bad):
            hit = mask & standing
            positions = np.flatnonzero(hit)
            reasons.give(code, positions)
            standing &= ~hit
            if outcome_of(code) is Outcome.QUARANTINED:
                bad |= hit
                held.append(Found("", code, positions))
    published = np.flatnonzero(standing)
    _check_judged(published, safe)
    return Accounted(
        published=published,
        bad=_bad(raw, reasons),
        accounts=tuple(_accounts(raw, reasons)),
        quarantined=tuple(_quarantined(raw, [*found, *held])),
        reasons=np.array(reasons.codes, np.object_)[reasons.row],
    )


class _Reasons(NamedTuple):
    """A reason for each row, as an index into ``codes``; 0 is published."""

    row: NDArray[np.int16]
    codes: list[str]

    def give(self, code: str, positions: NDArray[np.int64]) -> None:
        """Make ``code`` the reason of the rows at ``positions``."""
        if code not in self.codes:
            self.codes.append(code)
        self.row[positions] = self.codes.index(code)


def _bad(raw: RawTable, reasons: _Reasons) -> dict[str, int]:
    counts = np.array([code != "published" and _speaks_against(code) for code in reasons.codes])
    by_source = np.bincount(raw.source[counts[reasons.row]], minlength=len(raw.paths))
    for spot in raw.ragged:
        by_source[spot.source] += 1
    return {path: int(count) for path, count in zip(raw.paths, by_source, strict=True)}


def _speaks_against(code: str) -> bool:
    return outcome_of(code) is Outcome.QUARANTINED and not REASONS[code].apart


def _of_schema(safe: SafeTable, rejections: Sequence[Rejection]) -> Iterator[Found]:
    kinds: dict[tuple[str, str], list[int]] = {}
    for rejection in rejections:
        kinds.setdefault((rejection.column, rejection.code), []).append(rejection.position)
    for (column, code), rows in kinds.items():
        yield Found(column, code, safe.positions[np.array(rows, np.int64)])


def _check_judged(published: NDArray[np.int64], safe: SafeTable) -> None:
    judged: Mask = nowhere(safe.length)
    judged[safe.positions] = True
    if not judged[published].all():
        raise PrivacyError(
            "unjudged-row",
            "a row that the schema has not judged would be published",
            where=f"extract `{safe.feed}`",
            fix="this is a fault of the extract's rules; please report it",
        )


def _accounts(raw: RawTable, reasons: _Reasons) -> Iterator[Account]:
    counts = np.bincount(reasons.row, minlength=len(reasons.codes)).tolist()
    yield Account(raw.feed, Outcome.PUBLISHED, "published", counts[0])
    for code, count in zip(reasons.codes[1:], counts[1:], strict=True):
        if count:
            yield Account(raw.feed, outcome_of(code), code, count)
    if raw.ragged:
        yield Account(raw.feed, Outcome.QUARANTINED, "ragged-row", len(raw.ragged))


def _quarantined(raw: RawTable, found: Sequence[Found]) -> Iterator[Quarantined]:
    for spot in raw.ragged:
        yield Quarantined(raw.feed, raw.paths[spot.source], spot.row, "", "ragged-row")
    for problem in found:
        for position in problem.positions.tolist():
            yield Quarantined(
                raw.feed, raw.paths[raw.source[position]], int(raw.row[position]), problem.column, problem.code
            )
