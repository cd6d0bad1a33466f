"""The same record more than once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, plain
from pipeline.columns.dates import civil_day, days
from pipeline.columns.groups import alike, groups
from pipeline.errors import InputError
from pipeline.model.handling import Problem, nowhere
from pipeline.model.row_rule import Judgement, RowRule
from pipeline.model.tables import WHOLE_ROW
from pipeline.protect.handling import filled_keys, marked
from pipeline.settings.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.tables import RawTable
    from pipeline.settings.reader import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class CrimeOptions(Options):
    """What names an incident: its number, or number and day where the numbers of a system begin again."""

    section = "crime"
    incident_key: tuple[str, ...] = ("number",)

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return the settings for crime."""
        found = section.value("incident_key")
        if found is not None and found not in (["number"], ["number", "day"]):
            section.bad("incident_key", '["number"] or ["number", "day"]')
        return cls(incident_key=("number", "day") if found == ["number", "day"] else ("number",))


def _keep_one_of_each(group: NDArray[np.int64], standing: Mask, _bad: Mask) -> Iterator[tuple[str, Mask]]:
    """Keep the first standing row of each group; ``group`` is -1 where a row is alone."""
    copies = nowhere(len(standing))
    candidates = np.flatnonzero(standing & (group >= 0))
    _, first = np.unique(group[candidates], return_index=True)
    copies[candidates] = True
    copies[candidates[first]] = False
    yield "duplicate", copies


@dataclass(frozen=True, slots=True, kw_only=True)
class OneRecord(RowRule):
    """Withholds the extra copies of rows that agree in every published column, their identifier included.

    The identifier is the published column ``key``, else the raw column that the rule stands at, which is not published:
    its keyed form of ``scope`` is kept beside a release.
    """

    leads_back = True
    takes = None
    key: str = ""

    def check(self, raw: RawTable, _context: Context) -> Sequence[Problem]:
        """Return the rows without a raw identifier that can be trusted."""
        return tuple(
            found
            for name in self.columns
            for found in filled_keys(name, raw.cells[name], "blank-reference", self.joined)
        )

    def keys(self, cells: Mapping[str, pa.Array], context: Context) -> Mapping[str, pa.Array]:
        """Return the key of each row's raw identifier."""
        return {
            f"protected {self.scope}": context.pseudonyms.protection(self.scope, cells[name]) for name in self.columns
        }

    def judge(self, raw: RawTable, columns: Mapping[str, pa.Array], _context: Context) -> Judgement:
        """Return the groups of equal rows; rows whose identifier stands on a different row too are counted."""
        named = columns[self.key] if self.key else raw.cells[self.column]
        near = alike(plain(named))
        equal = np.full(len(named), -1, np.int64)
        differing = nowhere(len(equal))
        if len(near):
            some = pa.array(near)
            keys = groups(named.take(some))
            equal[near] = groups(named.take(some), *(column.take(some) for column in columns.values()))
            pairs = np.unique(np.column_stack([keys, equal[near]]), axis=0)
            differing[near] = np.bincount(pairs[:, 0])[keys] > 1
        return Judgement((partial(_keep_one_of_each, equal),), quality={"shared_reference": differing})


@dataclass(frozen=True, slots=True, kw_only=True)
class SameRecord(RowRule):
    """Withholds the extra copies of rows that agree in every raw cell; rows that differ in one all stay.

    ``key`` is the published column of the identifier: rows that share one are counted.
    """

    whole_rows = True
    key: str

    def judge(self, raw: RawTable, columns: Mapping[str, pa.Array], _context: Context) -> Judgement:
        """Return the groups of equal rows, and the rows whose identifier stands on another one that is no copy."""
        group = groups(raw.cells[WHOLE_ROW])
        _, first = np.unique(group, return_index=True)
        keys = groups(columns[self.key].take(pa.array(first)))
        shared = nowhere(len(group))
        shared[first] = np.bincount(keys)[keys] > 1
        return Judgement((partial(_keep_one_of_each, group),), quality={"shared_reference": shared})


@dataclass(frozen=True, slots=True, kw_only=True)
class OneIncident(RowRule):
    """Withholds the extra rows of an incident: of several rows with one number that of the latest file counts.

    Within a file the last row counts.  Incidents of different numbers are never merged, however alike.
    """

    beside = ("received_at",)
    typical = ("references", "incident")
    leads_back = True
    takes = 1
    options = (CrimeOptions,)
    register = "incident"
    holds = "numbers of incidents"
    every_row = True
    repeats_only = True
    what: str = "Second rows of an incident"
    why: str = "it came twice"
    received_at: str

    def check(self, raw: RawTable, _context: Context) -> Sequence[Problem]:
        """Return the rows without a number that can be trusted: nobody can say which incident they are."""
        return filled_keys(self.column, raw.cells[self.column], "blank-value", self.joined)

    def keys(self, cells: Mapping[str, pa.Array], context: Context) -> Mapping[str, pa.Array]:
        """Return the key of each row's incident."""
        parts = [cells[self.column]]
        if "day" in context.option(CrimeOptions).incident_key:
            parts.append(days(cells[self.received_at], time_allowed=True))
        return {_INCIDENT: plain(context.pseudonyms.column("incident", parts))}

    def enter(self, cells: Mapping[str, pa.Array], rows: pa.Array, context: Context) -> Mapping[str, str]:
        """Return the row of each incident that counts in this file; `*` marks one that has several rows."""
        key = self.keys(cells, context)[_INCIDENT]
        table = pa.table({"key": key, "at": plain(cells[self.received_at]), "row": rows})
        table = table.filter(pc.is_valid(table["key"]))
        wanted = [("row", "max"), ("row", "count"), ("at", "count_distinct"), ("at", "max")]
        found = table.group_by("key").aggregate(wanted).to_pylist()
        unequal = sum(line["row_count"] for line in found if line["at_count_distinct"] > 1)
        said = {
            line["key"]: f"{context.month} {line['row_max']:09} {_day(line['at_max'])}{'*' * (line['row_count'] > 1)}"
            for line in found
        }
        return said | ({REPEATED: ""} if unequal > _REPEATED_SHARE * len(rows) else {})

    def combine(self, values: Iterable[str]) -> str:
        """Return the row that counts: that of the latest file; of days far apart nobody knows."""
        given = list(values)
        known = sorted(day for day in (value.rstrip("*").rpartition(" ")[2] for value in given) if day)
        if known and (_parsed(known[-1]) - _parsed(known[0])).days > _MOST_DAYS:
            return REPEATED
        return max(given)

    def strength(self, _value: str) -> int:
        """Return 0: which row counts protects nobody."""
        return 0

    def faults(self, sources: Mapping[str, Mapping[str, str]], entries: Mapping[str, str]) -> Sequence[InputError]:
        """Return the files whose numbers begin again, so that one number names several incidents."""
        again = [path for path, entered in sources.items() if REPEATED in entered]
        apart = sum(value == REPEATED for key, value in entries.items() if key != REPEATED)
        if not again and not apart:
            return ()
        return (
            InputError(
                "incident-numbers-repeat",
                f"{apart:,} incident numbers come again more than {_MOST_DAYS} days later"
                if apart
                else "more than 5 % of the rows repeat a number with another time of call",
                where=", ".join(again) or "the extracts of incidents",
                fix='correct the extract; where numbers of a system begin again, set incident_key = ["number", "day"] '
                "in [crime] of the settings",
            ),
        )

    def judge(self, raw: RawTable, _columns: Mapping[str, pa.Array], context: Context) -> Judgement:
        """Return the rows whose incident has another row that counts."""
        entries = context.registers.get(self.register, {})
        months = np.array([context.file_months.get(path, "") for path in raw.paths], np.object_)
        counts = facts_of_distinct(
            raw.cells[_INCIDENT], lambda key: entries.get(key, "")[:17], dtype=np.object_, empty=""
        )
        copies = nowhere(len(raw))
        for place in np.flatnonzero(counts != ""):  # only incidents with several rows
            copies[place] = counts[place] != f"{months[raw.source[place]]} {raw.row[place]:09}"
        return Judgement((marked("duplicate", copies),))


#: The name of an incident's private key, and what stands for numbers that begin again.
_INCIDENT = "incident"
REPEATED = "repeated"
_REPEATED_SHARE = 0.05
_MOST_DAYS = 31


def _day(text: str | None) -> str:
    found = civil_day(text, time_allowed=True) if text else None
    return found.isoformat() if found else ""


def _parsed(day: str) -> dt.date:
    return dt.date.fromisoformat(day)
