"""What the pages say about a dataset and a theme, worked out from publications: no markup here, and no clock.

Two facts depend on the day: whether the next release is overdue, and whether a month is over.  Each changes on one
day, so an unchanged night still writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.metadata.assets import Listed
from pipeline.model.distribution import ENDINGS_OF_ROWS
from pipeline.model.wording import Figure, day_in_words, figure
from pipeline.publish.plan import period_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model.distribution import FileFormat
    from pipeline.model.periods import Period
    from pipeline.model.release import Publication, Release, ReleasedFile

_THOUSAND = 1000
#: The families of declarations whose theme has another name; any other family is a theme of its own.
_OF_FAMILY: Final = {"crime": "crime-and-justice", "expenditure": "money", "engagement": "meetings-and-priorities"}
#: What a theme is called where its name alone does not say it, and what it is about.
_WORDS: Final = {
    "crime-and-justice": "What was recorded, where, and what came of it.",
    "money": "Who was paid, for what, and what was offered.",
    "people": "Who works here, in which posts, and for what pay.",
    "meetings-and-priorities": "What residents said and asked for, and what was done.",
    "governance": "How decisions are made, checked and answered for.",
    "places-and-campaigns": "Which neighbourhoods there are, and what was done in them.",
}


class MonthView(NamedTuple):
    """One published month: its rows (None when not known), its files by format, a remark."""

    month: Period
    rows: int | None
    files: Mapping[str, ReleasedFile]
    remark: str


@dataclass(frozen=True)
class DatasetView:
    """What the page of one dataset says beside the facts of its publication; ``months`` come newest first."""

    facts: Publication
    months: Sequence[MonthView]

    @property
    def listed(self) -> Listed:
        """What a catalogue for machines lists of it: every file of many months, and of every month."""
        collected = [part.file for part in self.facts.collected]
        files = [*collected, *(file for month in self.months for file in month.files.values())]
        return Listed(self.facts, files, [month.month for month in self.months])

    @property
    def years(self) -> list[tuple[str, list[MonthView]]]:
        """The months by the heading that they stand below."""
        by_year = groupby(self.months, key=lambda view: self.facts.period.heading(view.month)[0])
        return [(year, list(months)) for year, months in by_year]

    @property
    def span(self) -> str:
        """The first and the last month, in words."""
        return self.facts.period.span_in_words([view.month for view in reversed(self.months)])

    @property
    def missing(self) -> list[str]:
        """The months that nobody can download, in words."""
        missing = {*self.facts.missing} - {view.month for view in self.months} - {*self.facts.withdrawn}
        whole = [each for each in missing if each not in self.facts.lacking]
        runs = [self.facts.period.span_in_words(run) for run in self.facts.period.runs(whole)]
        return [*runs, *(self.facts.lacks(each) for each in sorted(missing - {*whole}))]

    @property
    def overdue(self) -> str:
        """Which month is overdue and since when, "" where none is: that behind the last one that is out and over."""
        facts, kind = self.facts, self.facts.period
        if facts.next_due is None or facts.as_of <= facts.next_due:
            return ""
        over = [release.month for release in facts.releases if kind.has_ended(release.month, facts.as_of)]
        due = kind.said(kind.neighbour(max(over), 1)) if over else f"The next {kind.noun}"
        return f"{due} was due on {day_in_words(facts.next_due)} and is not out"

    @property
    def due_next(self) -> str:
        """Which period is due next, in words; "" where nobody can say."""
        kind = self.facts.period
        newest = max(
            (release.month for release in self.facts.releases if kind.has_ended(release.month, self.facts.as_of)),
            default="",
        )
        return kind.said(kind.neighbour(newest, 1)) if newest and kind.gaps else ""

    @cached_property
    def formats(self) -> list[FileFormat]:
        """The formats that its files have; those of the rows come first."""
        held = {*ENDINGS_OF_ROWS, *(file for month in self.months for file in month.files)}
        return [kind for kind in self.facts.formats.values() if kind.ending in held]

    @property
    def figures(self) -> dict[str, Figure]:
        """The quality figures of all releases by name: what each is called and counts."""
        return {name: figure(name) for release in self.facts.releases for name in release.quality}

    def newest(self, kind: str) -> str:
        """Return the name of the newest file of a format, for the examples."""
        names = (month.files[kind].name for month in self.months if kind in month.files)
        return next(names, f"{self.facts.name}-2024-01.{kind}")


def view_dataset(publication: Publication, kept: Sequence[ReleasedFile] = ()) -> DatasetView:
    """Return what the page of a dataset says; ``kept`` are the catalogue's files of months without a release here."""
    held: dict[Period, dict[str, ReleasedFile]] = {}
    for file in sorted(kept, key=lambda file: file.name):
        held.setdefault(period_in(publication, file.name), {})[file.format] = file
    months = {month: MonthView(month, None, files, "kept from an earlier release") for month, files in held.items()}
    for release in publication.releases:
        files = {file.format: file for file in sorted(release.files, key=lambda file: file.format)}
        months[release.month] = MonthView(release.month, release.rows, files, _remark(publication, release))
    return DatasetView(publication, [months[month] for month in sorted(months, reverse=True)])


def size_in_words(size: int) -> str:
    """Return a number of bytes as people write it: `834 bytes`, `12 kB`, `1.2 MB`."""
    if size < _THOUSAND:
        return f"{size} byte" if size == 1 else f"{size} bytes"
    amount = float(size)
    for unit in ("kB", "MB", "GB"):
        amount /= _THOUSAND
        if amount < _THOUSAND - 0.5 or unit == "GB":
            break
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:,.0f} {unit}"  # noqa: PLR2004 - two digits are enough


def _remark(publication: Publication, release: Release) -> str:
    """Return what a reader has to know of a month: that it is not whole, or will not change any more."""
    earlier = publication.period.register and release != publication.releases[-1]
    if release.input_gone and not earlier:
        return "stays as it was published: what it was made from is no longer held"
    kind = publication.period
    return "" if kind.has_ended(release.month, publication.as_of) else f"so far: this {kind.noun} is not over yet"


# --- themes, that people find datasets by: each has a page, and the first page lists them


class Theme(NamedTuple):
    """A theme: the name of its page, its title, what it is about, its datasets by title."""

    name: str
    title: str
    about: str
    views: Sequence[DatasetView]


def theme_of(topic: str) -> str:
    """Return the theme of a topic, which is a family of declarations or a theme itself."""
    return _OF_FAMILY.get(topic, topic or "other")


def themes_of(views: Sequence[DatasetView]) -> list[Theme]:
    """Return the themes that have datasets: the usual ones in their order, then any other by name."""
    order = [*_WORDS]

    def place(view: DatasetView) -> tuple[int, str]:
        name = theme_of(view.facts.topic)
        return (order.index(name) if name in order else len(order), name)

    found = groupby(sorted(views, key=lambda view: (*place(view), view.facts.title)), key=place)
    return [Theme(name, title_of(name), _WORDS.get(name, ""), [*members]) for (_, name), members in found]


def title_of(name: str) -> str:
    """Return what a theme is called."""
    return name.replace("-", " ").capitalize()
