"""Drawing the cells of one extract, a column at a time; and what a family's module may add to what is declared."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipeline.sample.columns import column, fitting, led
from pipeline.sample.kinds import kind_of
from pipeline.sample.mark import CRIME_MARK, NUMBER_MARK
from pipeline.sample.words import PUBLIC, WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipeline.codelists import CodeLists
    from pipeline.model.periods import Period
    from pipeline.sample.columns import Integers, Table, Texts
    from pipeline.sample.kinds import Planted
    from pipeline.sample.places import County

Row = dict[str, str]
_MINUTES = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))
#: The middle of a period, where plain rows are.
_MIDDLE = 0.4
#: Kinds of particulars that are those of one person.
_PERSONAL = frozenset({"name", "phone", "email", "birth-date", "address", "trait"})


class Truth(NamedTuple):
    """Things that every table of the force agrees on: their columns, and how often each is met."""

    columns: Mapping[str, Sequence[str] | Texts]
    weights: Sequence[float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    """What every extract of the example force is drawn from; everything in it is made up."""

    truths: Mapping[str, Truth]
    narratives: Sequence[str]
    codelists: CodeLists
    #: The first month of the sample: what is valid then is used.
    first_month: str
    county: County
    #: The force's own lists by name.
    lists: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Draws columns of ``rows`` cells between two days; ``plain`` ones are the likeliest there are, each the same.

    Records of the period are numbered from ``first``, ``before`` it there were others; ``crimes`` were recorded in the
    month, which is the one ``number`` of the sample; ``fields`` are those of the published schema by name.
    """

    force: Force
    rng: np.random.Generator
    rows: int
    first: int = 1
    before: int = 0
    crimes: int = 0
    number: int = 0
    period: Period
    days_between: tuple[dt.date, dt.date]
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    plain: bool = False
    _met: dict[str, Integers] = field(default_factory=dict)

    def index(self, count: int, weights: Sequence[float] | None = None) -> Integers:
        """Return an index below ``count`` for each row, equally likely or by ``weights``."""
        if self.plain:
            return np.full(self.rows, 0 if weights is None else int(np.argmax(weights)), np.int64)
        parts = None if weights is None else np.divide(weights, np.sum(weights))
        return self.rng.choice(count, self.rows, p=parts)

    def of(self, values: Sequence[str], weights: Sequence[float] | None = None) -> Texts:
        """Return a column of ``values``, equally likely or by ``weights``."""
        return column(self.index(len(values), weights), values)

    def places(self) -> Integers:
        """Return the place of each row among the records of the period, from 1."""
        return np.arange(self.first, self.first + self.rows)

    def numbers(self, low: int, high: int) -> Texts:
        """Return whole numbers from ``low`` to below ``high``."""
        return led("", self.index(high - low) + low)

    def amounts(self) -> Texts:
        """Return pounds and pence: many small amounts, few large ones."""
        drawn = np.full(self.rows, 0.5) if self.plain else self.rng.random(self.rows)
        pence = (2_000 * (1 - drawn) ** -0.8).astype(np.int64)
        return np.array([f"{each / 100:.2f}" for each in pence.tolist()], dtype=np.object_)

    def days(self) -> Texts:
        """Return days of the period, as systems write them."""
        return column(self._day(), self._written)

    def moments(self) -> Texts:
        """Return days of the period with a time, in the order of the rows."""
        minutes = np.sort(self._day() % len(self._days)) * 1440 + self.index(1440)
        form = self.index(2, (97, 3)) * len(self._days)
        day, time = column(minutes // 1440 + form, self._written), column(minutes % 1440, _MINUTES)
        return np.where(self.index(2, (99, 1)) == 0, day + " " + time, day)

    def instants(self) -> Texts:
        """Return moments in universal time (RFC 3339)."""
        days = column(self.index(len(self._days)), [f"{day.isoformat()}T" for day in self._days])
        return np.asarray(days + column(self.index(1440), _MINUTES) + ":00+00:00", dtype=np.object_)

    def _day(self) -> Integers:
        if self.plain:
            return np.full(self.rows, int(len(self._days) * _MIDDLE), np.int64)
        return self.index(len(self._days)) + self.index(2, (97, 3)) * len(self._days)

    @cached_property
    def _days(self) -> tuple[dt.date, ...]:
        first, last = self.days_between
        return tuple(first + dt.timedelta(days=day) for day in range((last - first).days + 1))

    @cached_property
    def _written(self) -> tuple[str, ...]:
        return (*(day.isoformat() for day in self._days), *(day.strftime("%d/%m/%Y") for day in self._days))

    def running(self) -> Texts:
        """Return whole numbers that begin with year and month, each once in an extract."""
        return led(f"{self.days_between[0]:%y%m}", self.places())

    def references(self, scope: str) -> Texts:
        """Return the references of records: the first of a period is the same in every extract of the scope."""
        first, _ = self.days_between
        lead = f"{CRIME_MARK}{first:%y}*" if scope == "crime" else f"{NUMBER_MARK}{first:%y%m}"
        return led(lead, self.places() + (self.before if scope == "crime" else 0), 7)  # crimes: through the year

    def codes(self, codelist: str) -> Sequence[Mapping[str, str]]:
        """Return the rows of a code list that are valid in every month."""
        first, rows = self.force.first_month, self.force.codelists.read(codelist).rows
        later = max(first, f"{self.days_between[1]:%Y-%m}")
        return tuple(
            row for row in rows if (row.get("valid_from") or first) <= first and later <= (row.get("valid_to") or later)
        )

    def truth(self, of: str) -> Mapping[str, Texts]:
        """Return the columns of one thing a row, of those that every table of the force agrees on."""
        kind = self.force.truths[of.split(" ", 1)[0]]
        if of not in self._met:
            self._met[of] = self.index(len(next(iter(kind.columns.values()))), kind.weights)
        return {name: column(self._met[of], values) for name, values in kind.columns.items()}

    def meet(self, of: str, index: Integers) -> None:
        """Let the rows be about these things of a truth."""
        self._met[of] = index

    def text(self, name: str, published: str) -> Texts:
        """Return text that may be published in a column of the schema; it is nobody's name."""
        about = self.fields.get(published, {})
        limits = about.get("constraints", {})
        closed = [str(value) for value in limits.get("enum", ())]
        if codes := about.get("codelist"):
            lists = [codes] if isinstance(codes, str) else codes
            closed = [row[about.get("codelistColumn", "label")] for each in lists for row in self.codes(each)]
        if closed:
            return self.of(closed)
        match about.get("type", "string"):
            case "integer" | "year":
                return self.numbers(int(limits.get("minimum", 1)), int(limits.get("maximum", 99)) + 1)
            case "number":
                return self.amounts()
            case "date":
                return self.days()
        found = [(of, part) for pattern, of, part in PUBLIC if re.search(pattern, name, re.IGNORECASE)][:1]
        title = re.sub(r"[^A-Za-z]+", " ", name).strip().capitalize()
        several = [f"{title} {number}" for number in range(1, 13)]
        cells = self.truth(found[0][0])[found[0][1]] if found else self.of(several)
        return fitting(cells, limits.get("pattern", ""))

    def withheld(self, name: str) -> Texts:
        """Return plausible cells of a column that never leaves, as its name tells what it holds."""
        kind = kind_of(name)
        if name in self.force.truths["place"].columns:
            return self.truth("place")[name]
        if kind in _PERSONAL:  # the particulars of the person whom the column is about belong together
            parts = re.findall(r"[a-z0-9]+", name.lower())
            person = self.truth(f"person {parts[0]}")
            return person[parts[-1] if parts[-1] in person else kind]
        others: Mapping[str, Callable[[], Texts]] = {
            "postcode": lambda: self.of(WORDS["postcodes"]),
            "plate": lambda: self.of(("", WORDS["plates"][0], *WORDS["plates"])),
            "bank": lambda: led("", self.index(90_000_000), 8),
            "collar": lambda: led("EX", self.index(400) + 1000),
            "text": lambda: self.of(self.force.narratives),
            "flag": lambda: self.of(("N", "Y"), (95, 5)),
            "day": self.moments,
            "amount": self.amounts,
            "reference": lambda: led("R", self.index(900_000) + 100_000),
            "detail": lambda: led("", self.index(90) * 10 + 3000),
        }
        return others[kind]()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLore:
    """What is known of one feed's extract.

    It has ``share`` rows for each recorded crime, ``most`` at most, by ``summer`` fewer in January than in July, and
    none in the period ``empty``; odd rows stand in the place of others but where all have to be there (``whole``).
    ``shares`` say how often values of raw columns are met.  ``amend`` makes cells agree that declarations do not tie
    together; ``odd`` are cells of rows that are otherwise plain, by the file's month and all months, and ``planted`` is
    what they hold of somebody, or what is published although it reads like a person.  ``tables`` are the columns of
    other tables of the database, by name: no feed reads them.
    """

    share: float = 0.03
    most: int = 5_000
    summer: float = 0.0
    whole: bool = False
    empty: Period = ""
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: MappingProxyType({}))
    amend: Callable[[Cells, Table], Table] = lambda _draw, cells: cells
    odd: Callable[[County, Period, Sequence[Period]], Sequence[Row]] = lambda *_: ()
    planted: Sequence[Planted] = ()
    tables: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lore:
    """What is known of a family: truths that its tables agree on, lists of the force, its feeds."""

    truths: Callable[[CodeLists], Mapping[str, Truth]] = lambda _: {}
    lists: Callable[[], Mapping[str, str]] = dict
    feeds: Mapping[str, FeedLore] = field(default_factory=lambda: MappingProxyType({}))
