"""The rules of recorded crimes, once more, in plain loops written from the rules' own text, compared row by row."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import hmac
import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.codelists import CODELISTS
from pipeline.model.reasons import Outcome
from pipeline.release.files import csv_blocks, parquet_blocks
from tests.lib import examples
from tests.lib.received import FIRST_ROW, FORCE, KEY, POINTS, Received, dataset
from tests.lib.table import GOOD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.build.corridor import BuildResult

    Row = dict[str, str]
    RowRef = tuple[str, int]

CRIME = dataset("street-crime")
MONTHS = ("2024-01", "2024-02")

# --- the rules, once more ----------------------------------------------------------------------------


def code_list(name: str) -> list[dict[str, str]]:
    with (CODELISTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TYPES = {row["label"]: row["valid_to"] or "9999-12" for row in code_list("crime-type")}
OFFENCES = {row["code"]: row["crime_type"] for row in code_list("offence-code")}
OUTCOMES = {row["code"]: row["last_outcome_category"] for row in code_list("outcome-code")}


def fold(reference: str) -> str:
    """What protects is compared by letters and digits alone (the references here are ASCII)."""
    return "".join(each for each in reference if each.isalnum()).upper().lstrip("0")


def month_of(text: str) -> str:
    """Return the month of a date or date-time, "" where it is none."""
    day, blank, clock = text.partition(" ")
    found = ""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            parsed = dt.datetime.strptime(day, form)  # noqa: DTZ007 - local civil time
        except ValueError:
            continue
        if parsed.strftime(form) == day:
            found = parsed.strftime("%Y-%m")
    if not blank:
        return found
    parts = clock.split(":")
    limits = (24, 60, 60)
    good = len(parts) in {2, 3} and all(
        len(part) == 2 and set(part) <= set("0123456789") and int(part) < limit
        for part, limit in zip(parts, limits, strict=False)
    )
    return found if good else ""


def metres(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits and set(digits) <= set("0123456789") and len(digits) < 16 else None


def place_of(row: Row) -> tuple[str, ...] | None:
    """Return longitude, latitude, location, LSOA code and name; None where the row is bad."""
    nowhere = ("", "", "No Location", "", "")
    if row["location_confidence"] == "unknown":
        return nowhere
    if row["location_confidence"] not in {"exact", "street"}:
        return None
    east, north = metres(row["easting"]), metres(row["northing"])
    if east is None or north is None:
        return None
    best = min((math.dist((east, north), point[5:]), float(point[0]), float(point[1]), point[:5]) for point in POINTS)
    return best[3] if best[0] <= 20_000 else nowhere


def published_as(row: Row) -> Row | None:
    """Return what the public sees of a row by itself, None where it is bad."""
    month, where = month_of(row["recorded_on"]), place_of(row)
    if not month or where is None or not row["crime_reference"] or row["force_code"] != "example":
        return None
    if row["restricted"] not in {"Y", "N"} or row["outcome_code"] not in OUTCOMES:
        return None
    kind = row["crime_type"]
    if kind == "Anti-social behaviour" or month > TYPES.get(kind, ""):
        return None
    if OFFENCES.get(row["offence_code"], kind) != kind:
        return None
    message = "\x1f".join(("crime", "example", row["crime_reference"])).encode()
    return {
        "Crime ID": hmac.new(KEY, message, hashlib.sha256).hexdigest(),
        "Month": month,
        "Reported by": FORCE,
        "Falls within": FORCE,
        **dict(zip(("Longitude", "Latitude", "Location", "LSOA code", "LSOA name"), where, strict=True)),
        "Crime type": kind,
        "Last outcome category": OUTCOMES[row["outcome_code"]],
        "Context": "",
    }


def judge(files: Mapping[str, list[Row]], opened: set[str], month: str) -> dict[RowRef, tuple[str, str, Row]]:
    """Return outcome, reason ("" of a bad row) and published cells of each row that ``month`` accounts for."""
    # a mark that is neither keeps its reference back as well, however that is written
    restricted = {
        fold(row["crime_reference"]) for rows in files.values() for row in rows if row["restricted"] != "N"
    } - {""}
    found: dict[RowRef, tuple[str, str, Row]] = {}
    seen: list[Row] = []
    for own in sorted(files):
        for number, row in enumerate(files[own]):
            of = month_of(row["recorded_on"])
            late = bool(of) and of < own and of in opened
            if (of if late else own) != month:
                continue
            spot = (own, FIRST_ROW + number)
            public = published_as(row)
            if public is None or of > own or of < "2000":
                found[spot] = ("quarantined", "", {})
            elif fold(row["crime_reference"]) in restricted:
                found[spot] = ("withheld", "restricted", {})
            elif public in seen:
                found[spot] = ("withheld", "duplicate", {})
            elif of != month:
                seen.append(public)
                found[spot] = ("withheld", "month-not-open", {})
            else:
                seen.append(public)
                found[spot] = ("published", "", public)
    return found


# --- random crimes -----------------------------------------------------------------------------------

BUSY = {
    "crime_reference": ["24*1", "24*2", "24*3", "24*4"],
    "recorded_on": ["2024-01-03 09:12", "03/01/2024", "2024-02-03", "31/01/2024 23:59:59", "29/02/2024"],
    "easting": ["450010", "450500", "451000"],
    "northing": ["300000", "301000"],
    "outcome_code": ["18", "18", "1", ""],
    "crime_type,offence_code": ["Burglary,28/3", "Burglary,", "Robbery,34/1", "Robbery,999"],
    "restricted": ["N", "N", "N", "N", "N", "N", "N", "Y"],
}
ODD = {
    "crime_reference": ["", " 24*1", "24*1\u00a0"],
    "recorded_on": [
        "",
        "2023-12-31",
        "2024-03-01",
        "30/02/2024",
        "2024-01-03 24:00",
        "03/01/2024  10:00",
        "1987-01-01",
    ],
    "easting": ["", "430000", "429999", "450000.0", "0x1", "-5", " 451000 ", "9" * 15, "9" * 16],
    "northing": ["", "-1", "1e3"],
    "location_confidence": ["", "unknown", "street", "Exact"],
    "outcome_code": ["1a", "C05", "00", "18 "],
    "crime_type": ["", "Violent crime", "Anti-social behaviour", "burglary", "Drugs"],
    "offence_code": ["34/1", "", "28/3 "],
    "force_code": ["", "leicestershire"],
    "restricted": ["", "y", "Y", "N "],
    "victim_surname": ["Jones"],
}


@st.composite
def crimes(draw: st.DrawFn) -> Row:
    row = dict(GOOD["recorded-crime"])
    for names, cells in BUSY.items():
        row |= dict(zip(names.split(","), draw(st.sampled_from(cells)).split(","), strict=True))
    if draw(st.integers(0, 2)) == 0:
        name = draw(st.sampled_from(sorted(ODD)))
        row[name] = draw(st.sampled_from(ODD[name]))
    return row


FILES = st.dictionaries(st.sampled_from(MONTHS), st.lists(crimes(), max_size=8), min_size=1)


def trimmed(files: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    columns = CRIME.feeds[0].declared
    return {
        month: [{name: row.get(name, "").strip(" \u00a0") for name in columns} for row in rows]
        for month, rows in files.items()
    }


def received(files: Mapping[str, list[Row]], gone: frozenset[str] = frozenset()) -> Received:
    nothing: dict[str, list[Row]] = {month: [] for month in files}
    return Received(dataset=CRIME, files={"recorded-crime": files, "asb-incidents": nothing}, gone=gone, judged_rows=1)


def bytes_of(product: BuildResult) -> tuple[bytes, ...]:
    blocks = (csv_blocks(product.table), parquet_blocks(product.table, {"title": "t"}))
    return tuple(b"".join(block.to_pybytes() for block in each) for each in blocks)


@given(FILES, st.booleans())
@settings(max_examples=examples(120), deadline=None)
def test_every_row_becomes_what_the_rules_say(files: dict[str, list[Row]], january_is_gone: bool) -> None:  # noqa: FBT001 - drawn
    gone = frozenset({"2024-01"}) if january_is_gone and len(files) == len(MONTHS) else frozenset()
    everything = received(files, gone)
    opened = set(files) - gone
    accounted: Counter[RowRef] = Counter()
    for month in sorted(opened):
        expected = judge(trimmed(files), opened, month)
        product = everything.month(month)
        fates = {(path.partition("/")[2], row): fate for (path, row), fate in everything.fates(month, product).items()}
        assert set(fates) == set(expected)
        for spot, (outcome, reason, public) in expected.items():
            fate = fates[spot]
            assert fate.outcome == outcome, (spot, reason, fate.codes)
            assert fate.published == public
        reasons = Counter(reason for outcome, reason, _ in expected.values() if outcome == "withheld")
        assert {
            each.reason: each.rows for each in product.report.accounts if each.outcome is Outcome.WITHHELD
        } == reasons
        assert sum(each.rows for each in product.report.accounts) == len(expected)
        accounted.update(expected.keys())
    assert all(count == 1 for count in accounted.values())
    if not gone:
        assert len(accounted) == sum(len(rows) for rows in files.values())


@given(FILES, st.randoms(use_true_random=False))
@settings(max_examples=examples(30), deadline=None)
def test_the_order_of_the_extracts_leaves_no_trace(files: dict[str, list[Row]], chance: Any) -> None:  # noqa: ANN401 - random.Random
    shuffled = {month: list(rows) for month, rows in files.items()}
    for rows in shuffled.values():
        chance.shuffle(rows)
    for month in files:
        first, second = received(files).month(month), received(shuffled).month(month)
        assert bytes_of(first) == bytes_of(second)
        assert [tuple(each) for each in sorted(first.report.accounts)] == [
            tuple(each) for each in sorted(second.report.accounts)
        ]
