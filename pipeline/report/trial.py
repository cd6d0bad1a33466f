"""What a mapping in force makes of a file, for people and for programs; no cell is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model.reasons import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.run.trial import Trial


def trial_facts(tried: Trial | None) -> dict[str, object]:
    """Return the facts by name; nothing was tried where no mapping is in force."""
    if tried is None:
        return {"months": {}, "bad": {}, "stops": None}
    return {
        "months": {
            name: {"read": month.read, "bad": month.bad, "net_total": month.net_total}
            for name, month in sorted(tried.months.items())
        },
        "bad": dict(tried.bad),
        "stops": tried.stops.code if tried.stops else None,
    }


def trial_lines(tried: Trial) -> Iterator[str]:
    """Yield what people read."""
    yield "read by the mapping that is in force"
    if tried.stops:
        yield from f"STOPPED: {tried.stops}".splitlines()
    for name, month in sorted(tried.months.items()):
        total = f", net total {month.net_total}" if month.net_total else ""
        what = "date" if month.total is None else "date and amount"
        yield f"  {name}: {month.read:,} rows with a readable {what}{total}; {month.bad:,} are bad"
    for (column, code), rows in tried.by_column.most_common():
        where = f" in {column}" if column else ""
        yield f"  quarantined {rows:>8,}  {code}{where}: {REASONS[code].meaning}"
    for code, rows in tried.withheld.most_common():
        yield f"  withheld    {rows:>8,}  {code}{f': {REASONS[code].meaning}' if code in REASONS else ''}"
    if tried.fates:
        yield "what would become of the first rows"
    yield from (f"  row {fate.row:,}: {fate.what}" for fate in tried.fates)
