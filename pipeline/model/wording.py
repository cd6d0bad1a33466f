"""Words that every rendering of the same facts uses: the sample's mark, quality figures, words of the settings."""

from __future__ import annotations

import calendar
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

#: Stands in the title of everything that is invented.
SAMPLE_MARK: Final = "SAMPLE DATA"
#: A word of the settings in a text, with the word that the usual settings give: `{over|over £500}`.
_SETTING: Final = re.compile(r"\{(\w+)\|([^{}]*)\}")


class Figure(NamedTuple):
    """A quality figure as people read it: what it is called, and what it counts."""

    title: str
    sentence: str


#: Every quality figure that a release may have, by the name that the program gives it.
FIGURES: Final = MappingProxyType(
    {
        "ethnicity_not_stated": Figure("Ethnicity not stated", "Published rows of people who did not give theirs."),
        "no_location": Figure("Without a place", "Published rows without a place: unknown, or far from any map point."),
        "operation_name_not_listed": Figure(
            "Operation not named", "Published rows whose operation has a name that the force has not made public."
        ),
        "other_company_number": Figure(
            "Company number left out",
            "Published rows whose company number does not have the form of one, so that it is left blank.",
        ),
        "other_contract_reference": Figure(
            "Contract reference left out",
            "Published rows whose contract reference does not have the form of one, so that it is left blank.",
        ),
        "links_withheld": Figure(
            "Addresses not shown", "Published rows whose web address is left out, as its host is none that is listed."
        ),
        "parties_waiting": Figure(
            "Names not shown yet", "Published rows whose name is blank until somebody says that it may be shown."
        ),
        "quarantined": Figure(
            "Left out: errors in the record", "Rows that were read and not published, because they are not in order."
        ),
        "sensitive": Figure("Details left out", "Published rows of which cells are left blank, to protect somebody."),
        "shared_reference": Figure(
            "Same record on two rows", "Published rows whose identifier stands on a different row of the month too."
        ),
        "texts_waiting": Figure(
            "Texts not shown yet", "Published rows with a free text that is left out until it is found to name nobody."
        ),
        "unlisted_offence_code": Figure(
            "Offence code not in the list",
            "Published rows whose offence code is missing or not listed, so that it could not be compared with the "
            "crime type.",
        ),
        "without_value": Figure(
            "Without a value", "Published rows of contracts of which nobody knows what they are worth."
        ),
        "without_place": Figure("No place shown", "Published rows without a place: it is not known, or is left out."),
    }
)  # fmt: skip


def figure(name: str) -> Figure:
    """Return how a quality figure is called and what it counts; one that is not listed is called by its name."""
    return FIGURES.get(name) or Figure(name.replace("_", " ").replace("-", " "), "")


def marked(title: str, *, sample: bool) -> str:
    """Return ``title``, which says so where the data is invented."""
    return f"{SAMPLE_MARK}: {title}" if sample and SAMPLE_MARK not in title else title


def worded(text: str, words: Mapping[str, str] | None = None) -> str:
    """Return ``text`` with the words of the settings in it, the usual ones where none are given.

    Raises:
        KeyError: the text asks for a word that ``words`` does not have.
    """
    return _SETTING.sub(lambda asked: asked[2] if words is None else words[asked[1]], text)


#: So many runs of rows are said of one file.
_MOST_RUNS = 12


def rows_in_words(numbers: Iterable[int]) -> str:
    """Return how many rows there are, and their numbers: each run of them as `5 to 7`, of many runs the first."""
    rows = sorted(set(numbers))
    starts = [place for place, row in enumerate(rows) if place == 0 or row != rows[place - 1] + 1]
    runs = [rows[start:end] for start, end in zip(starts, [*starts[1:], len(rows)], strict=True)]
    said = [f"{run[0]:,}" if len(run) == 1 else f"{run[0]:,} to {run[-1]:,}" for run in runs[:_MOST_RUNS]]
    return f"{len(rows):,} row{'s' * (len(rows) != 1)}: {', '.join(said)}{' ...' * (len(runs) > _MOST_RUNS)}"


def day_in_words(day: dt.date | None) -> str:
    """Return a day as `10 April 2024`, or "" where there is none."""
    return "" if day is None else f"{day.day} {calendar.month_name[day.month]} {day.year}"
