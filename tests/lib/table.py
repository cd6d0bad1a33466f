r"""Little tables that anybody can read: raw rows on the left of `||`, what becomes of them on the right.

    recorded_on      | easting || becomes               | Period
    2024-01-03 09:12 | 450000  || published             | 2024-01
    31/02/2024       | 450000  || quarantined: bad-date |

Columns that are not named hold what an ordinary good row holds (`GOOD` below).  `file` is the month of the row's file.
`becomes` is `published`, or `quarantined: reason` or `withheld: reason`; the columns behind it are published ones.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.model.reasons import Outcome
from tests.lib.dataset_folders import folders
from tests.lib.drawn import drawn
from tests.lib.received import FIRST_ROW, Received, dataset, path_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.build.corridor import BuildResult
    from pipeline.model.periods import Period

MONTH = "2024-01"
#: What a column holds when a table does not name it, by feed; `#` is the number of the row in the table.
GOOD = {feed: good for each in folders().values() for feed, good in each.good.items()}


class Line(NamedTuple):
    """One row of a table: the month of its file, its raw cells, what is said to become of it."""

    file: Period
    raw: Mapping[str, str]
    becomes: str
    published: Mapping[str, str]


def parse(text: str, feed: str) -> list[Line]:
    """Return the rows of a little table about ``feed``, each filled up with what a good row holds."""
    found = []
    for number, (cells, said) in enumerate(drawn(text), 1):
        file = cells.pop("file", "" if feed == "events" else MONTH)
        good = {name: cell.replace("#", str(number)) for name, cell in GOOD[feed].items()}
        if feed == "ledger":
            good["Period"] = file
            if "Supplier Type" in cells and cells.get("Supplier No"):  # one name under two types would be held
                good["Supplier Name"] = f"Payee {cells['Supplier No']}"
        becomes = said.pop("becomes")
        found.append(Line(file, good | cells, becomes, said))
    return found


def check(
    text: str,
    name: str,
    feed: str,
    *,
    month: Period = MONTH,
    also: Sequence[Period] = (),
    **more: Any,  # noqa: ANN401 - what `Received` takes
) -> BuildResult:
    """Check that each row of a little table becomes what the table says, and return what the month came to.

    Rows of other months' files are checked when ``month`` accounts for them.  ``also`` are months whose files are
    there without rows.
    """
    lines = parse(text, feed)
    received = receive(lines, name, feed, also=also, month=month, **more)
    product = received.month(month)
    fates = received.fates(month, product)
    declared = next(each for each in received.dataset.feeds if each.name == feed)
    numbers: Counter[Period] = Counter()
    reasons: Counter[str] = Counter()
    checked = 0
    for place, line in enumerate(lines, 1):
        spot = (path_of(declared, line.file), FIRST_ROW + numbers[line.file])
        numbers[line.file] += 1
        if line.becomes == "elsewhere":
            assert spot not in fates, f"row {place} belongs to another month"
            continue
        outcome, _, reason = line.becomes.partition(": ")
        fate = fates[spot]
        assert fate.outcome is Outcome(outcome), f"row {place} is {fate.outcome}, {sorted(fate.codes)}"
        assert not fate.codes or reason in fate.codes, f"row {place}: {sorted(fate.codes)}"
        if fate.outcome is Outcome.PUBLISHED:
            assert {name: fate.published[name] for name in line.published} == line.published, f"row {place}"
        reasons[reason or "published"] += 1
        checked += 1
    told = {each.reason: each.rows for each in product.report.accounts if each.feed == feed and each.rows}
    assert told == dict(reasons)
    assert sum(told.values()) == checked
    return product


def receive(
    lines: Sequence[Line],
    name: str,
    feed: str,
    *,
    also: Sequence[Period] = (),
    month: Period = MONTH,
    **more: Any,  # noqa: ANN401 - what `Received` takes
) -> Received:
    """Return the rows of a little table as files; the dataset's other feeds have empty ones."""
    declaration = dataset(name)
    months = sorted({month, *also, *(line.file for line in lines)}) if feed != "events" else [""]
    files: dict[str, dict[Period, list[Mapping[str, str]]]] = {
        each.name: {own: [] for own in months} for each in declaration.feeds
    }
    for line in lines:
        files[feed][line.file].append(line.raw)
    return Received(dataset=declaration, files=files, **more)


def crimes(text: str, **more: Any) -> BuildResult:  # noqa: ANN401 - what `check` takes
    """Check a table of recorded crimes."""
    return check(text, "street-crime", "recorded-crime", **more)


def incidents(text: str, **more: Any) -> BuildResult:  # noqa: ANN401 - what `check` takes
    """Check a table of incidents of anti-social behaviour."""
    return check(text, "street-crime", "asb-incidents", **more)


def ledger(text: str, **more: Any) -> BuildResult:  # noqa: ANN401 - what `check` takes
    """Check a table of ledger lines."""
    return check(text, "spend-over-500", "ledger", **more)


def events(text: str, **more: Any) -> BuildResult:  # noqa: ANN401 - what `check` takes
    """Check a table of events."""
    return check(text, "engagement-events", "events", **more)
