"""After the private memory was rebuilt: whatever goes out afterwards waits until a person has looked at it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.model.findings import Finding
from pipeline.storage.state import MonthState, Waiting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model.periods import Month
    from pipeline.settings.decisions import Desk

#: A month whose memory was rebuilt says so among what it was made from.
RECOVERED: Final = "recovered"


def hold_recovered(
    desk: Desk, dataset: str, before: Mapping[Month, MonthState], months: dict[Month, MonthState]
) -> frozenset[Month]:
    """Make other rows wait than the public ones, and new months beside them; return the months that wait for it."""
    marked = {month for month, each in before.items() if RECOVERED in each.made_from}
    held = set()
    for month, now in tuple(months.items()) if marked else ():
        last = before[month].released if month in before else None
        built = now.waiting.built if now.waiting else now.released
        if built is None or (last and last.csv_sha256 == built.csv_sha256) or (last and month not in marked):
            continue
        found = Finding(
            code=RECOVERED,
            dataset=dataset,
            periods=(month,),
            words=f"the private memory was lost, and what is now built holds {built.rows:,} rows, "
            f"what is public {last.rows if last else 0:,}",
            binds=built.csv_sha256,
        )
        if desk.approval(found):
            continue
        held.add(month)
        others = now.waiting.findings if now.waiting else ()
        waiting = (
            replace(now.waiting, findings=(*others, found)) if now.waiting else Waiting(built=built, findings=(found,))
        )
        made_from = (
            {**now.made_from, RECOVERED: before[month].made_from[RECOVERED]} if month in marked else now.made_from
        )
        months[month] = replace(now, released=last, waiting=waiting, made_from=made_from)
    return frozenset(held)
