"""What the page of a dataset says of its newest release in numbers: sentences, a ranking, a series, some rows.

Only published rows are counted.  A sentence stands where its condition holds: a difference where the period before is
out, a percentage where both numbers are 20 or more, a record where that many periods without a gap are out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pipeline.publish.catalogue.charts import Point, spark
from pipeline.publish.catalogue.figures import percent
from pipeline.publish.catalogue.telling import NONE, Telling, first_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.figures import Figures
    from pipeline.storage.looked import Looked

#: A percentage of fewer says nothing; so many periods are a long time; so many are drawn.
_LEAST, _LONG, _DRAWN = 20, 12, 24
_MOST_BARS, _MOST_FURTHER, _MOST_CELLS = 25, 12, 4
#: Shares that people say in words, by tenths.
_TENTHS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NEAR = 0.02


def story_of(facts: Publication, looked: Looked) -> dict[str, Any] | None:
    """Return what is said of the newest release; nothing where it cannot be counted, as in a plan.

    ``then`` is the period that its ranking is set against.  ``whole`` is None where lines are never added; ``of`` is
    the line whose periods are the series then.  ``further`` are rankings by other columns.
    """
    telling = Teller(facts, looked)
    newest = telling.newest
    if telling.counts(newest) is None:
        return None
    then = telling.year_before(newest) or telling.before(newest)
    values = telling.values(newest, then)
    answer, cells = facts.answer, bool(facts.answer.where)
    shown = values[:_MOST_BARS] if len(values) > 1 else []
    apart = [value for value, what in answer.apart.items() if what] if shown else []
    bars = telling.bars([*shown, *apart], newest, then)
    return {
        "newest": newest,
        "then": then,
        "sentences": [*telling.sentences(newest, values)],
        "bars": bars[: len(shown)],
        "others": len(values) - len(shown) if shown else 0,
        "whole": None if cells else telling.bar("All", newest, then, 0),
        "of": values[0] if cells and values else "",
        "apart": bars[len(shown) :],
        "further": [_further(telling, column, then) for column in answer.further if column != answer.by],
        "series": telling.series(newest, *values[: int(cells)]),
        "rows": first_rows(telling.releases[newest], looked),
        "figures": telling.figures,
    }


def _further(telling: Teller, column: str, then: Period | None) -> tuple[str, list[dict[str, object]], int]:
    """Return the ranking of the same releases by another column, and how many smaller lines it leaves out.

    Nothing is counted apart in it.
    """
    answer = replace(telling.facts.answer, by=column, apart={})
    other = Teller(replace(telling.facts, answer=answer), telling.looked, telling.figures, prefix=f"{column}:")
    values = other.values(telling.newest, then)
    return column, other.bars(values[:_MOST_FURTHER], telling.newest, then), len(values[_MOST_FURTHER:])


def first_sentence(facts: Publication, looked: Looked, figures: Figures) -> Markup | None:
    """Return the first sentence for a page in a folder beside that of the dataset; ``figures`` keep its numbers."""
    telling = Teller(facts, looked, figures, folder=f"../{facts.name}/")
    if telling.counts(telling.newest) is None:
        return None
    return telling.first(telling.newest, *telling.values(telling.newest, None)[: int(bool(facts.answer.where))])


def headlines(publications: Sequence[Publication], looked: Looked, figures: Figures) -> Iterator[dict[str, object]]:
    """Yield the newest number of each dataset that declares one for the first page; what is counted apart has its own.

    It says what it counts and when, how it differs from before, and draws its last periods as a line.
    """
    for facts in publications:
        told, answer = Teller(facts, looked, figures, folder=f"{facts.name}/"), facts.answer
        newest = told.newest
        if not answer.front or told.number(newest) is None:
            continue
        apart = (((value,), what) for value, what in answer.apart.items() if what)
        for values, what in (((), answer.front), *apart):
            compared = told.compared(newest, *values)
            yield {
                "number": told.show(newest, *values),
                "words": what,
                "when": f"in {facts.period.said(newest)}" if facts.period.gaps else "",
                "address": f"{facts.name}/index.html",
                "compared": compared[:1].upper() + compared[1:] if compared else None,
                "line": spark([point.value for point in told.series(newest, *values)]),
            }


class Teller(Telling):
    """The same releases, put into words and pictures."""

    # --- what is said -----------------------------------------------------------------------------------

    def sentences(self, newest: Period, values: Sequence[str]) -> Iterator[Markup]:
        """Yield what the page says first."""
        if self.facts.answer.where:
            yield from (self.first(newest, value) for value in values[:_MOST_CELLS])
            return
        yield self.first(newest)
        if record := self._record(newest):
            yield record
        if len(values) > 1:
            yield from self._largest(newest, values[0])
            yield from self._moved(newest, values)
        for value, what in self.facts.answer.apart.items():
            if what and self.number(newest, value):
                said = Markup("Besides, {} {} were {}. They are never added to the others.")
                yield said.format(self.show(newest, value), what, self.facts.answer.happened)

    def first(self, newest: Period, *values: str) -> Markup:
        """Return how much there is in the newest release, or of one of its values, and how that differs from before."""
        answer, kind = self.facts.answer, self.facts.period
        if values:
            rows = "" if self.number(newest, *values) is None else f" {answer.rows}"
            said = Markup("<strong>{}</strong>: {}{} in {}").format(
                *values, self.show(newest, *values), rows, kind.said(newest)
            )
        elif answer.amount:
            count = sum((self.counts(newest) or NONE).rows.values())
            rows = self.figures.show(self.named(newest, "rows"), count, self.query("count(*)", newest))
            said = Markup("{} was {} in {}, in {} {}").format(
                self.show(newest), answer.happened, kind.said(newest), rows, answer.rows
            )
        else:
            said = Markup("{} {} were {}{}").format(
                self.show(newest), answer.rows, answer.happened, f" in {kind.said(newest)}" if kind.gaps else ""
            )
        compared = self.compared(newest, *values)
        return said + (Markup(", ") + compared if compared else "") + Markup(".")

    def compared(self, newest: Period, *values: str) -> Markup | None:
        """Return how a number differs from that of the period before, and in per cent from the year before.

        None where neither is out; numbers that were rounded have no percentage.
        """
        found = [
            *self._difference(newest, self.before(newest), *values),
            *([] if self.facts.answer.where else self._percentage(newest, self.year_before(newest), *values)),
        ]
        return Markup(" and ").join(found) if found else None

    def _difference(self, now: Period, then: Period | None, *values: str) -> Iterator[Markup]:
        new, old = self.number(now, *values), self.number(then, *values)
        if then is None or new is None or old is None:
            return
        when = self.facts.period.said(then)
        if new == old:
            yield Markup("as many as in {}").format(when) if not self.sign else Markup("as much as in {}").format(when)
            return
        query = f"SELECT abs(({self.asked(now, *values)}) - ({self.asked(then, *values)}))"
        size = self.figures.show(self.named(now, then, *values, "difference"), abs(new - old), query, sign=self.sign)
        yield Markup("{} {} than in {}").format(size, self._more(new, old), when)

    def _percentage(self, now: Period, then: Period | None, *values: str) -> Iterator[Markup]:
        new, old = self.number(now, *values), self.number(then, *values)
        if then is None or new is None or old is None or new == old or min(new, old) < _LEAST:
            return
        size = self._per_cent(now, then, values, "per cent")
        yield Markup("{} {} than in {}").format(size, self._more(new, old), self.facts.period.said(then))

    def _per_cent(self, now: Period, then: Period, values: tuple[str, ...], name: str) -> Markup:
        """Return by how much two numbers that are there differ."""
        size = percent(self.number(now, *values) or 0, self.number(then, *values) or 0)
        both = f"({self.asked(now, *values)}) AS n, ({self.asked(then, *values)}) AS t"
        # half a tenth rounded up, in whole numbers throughout
        query = f"SELECT (2000 * abs(n - t) + abs(t)) // (2 * abs(t)) / 10.0 FROM (SELECT {both})"  # noqa: S608 - text for readers; nothing here runs it
        return self.figures.show(self.named(now, then, *values, name), size, query, unit=" %")

    def _more(self, new: int, old: int) -> str:
        return "more" if new > old else "less" if self.sign else "fewer"

    def _record(self, newest: Period) -> Markup | None:
        earlier = [number for each in self.run(newest) if (number := self.number(each)) is not None]
        now = self.number(newest) or 0
        if len(earlier) + 1 < _LONG or min(earlier) <= now <= max(earlier):
            return None
        less = "less" if self.sign else "fewer"
        first = [*self.run(newest)][-1]
        said = Markup("No other {} from {} on had {}.")
        return said.format(
            self.facts.period.noun, self.facts.period.said(first), "more" if now > max(earlier) else less
        )

    def _largest(self, newest: Period, value: str) -> Iterator[Markup]:
        part, whole = self.number(newest, value) or 0, self.number(newest) or 0
        if not value or whole < _LEAST or part <= 0:
            return
        tenths = round(10 * part / whole)
        near = 0 < tenths < len(_TENTHS) and abs(part / whole - tenths / 10) <= _NEAR
        share = f", about {_TENTHS[tenths]} in ten" if near else ""
        said = Markup("<strong>{}</strong> comes first, with {}{}.")
        yield said.format(value, self.show(newest, value), share)

    def _moved(self, newest: Period, values: Sequence[str]) -> Iterator[Markup]:
        """Yield which value differs most from the period before, where both numbers are large enough to speak."""
        before = self.before(newest)
        if before is None:
            return
        numbers = {value: (self.number(newest, value) or 0, self.number(before, value) or 0) for value in values}
        large = {value: pair for value, pair in numbers.items() if value and min(pair) >= _LEAST and pair[0] != pair[1]}
        if large:
            value = max(large, key=lambda each: (abs(large[each][0] - large[each][1]), each))
            went = "rose" if large[value][0] > large[value][1] else "fell"
            said = Markup("<strong>{}</strong> {} to {}, from {} in {}.")
            was = self.facts.period.said(before)
            yield said.format(value, went, self.show(newest, value), self.show(before, value), was)

    # --- what is drawn ----------------------------------------------------------------------------------

    def bars(self, values: Sequence[str], now: Period, then: Period | None) -> list[dict[str, object]]:
        """Return the lines of a ranking, a blank one under what the declaration says that it means."""
        longest = max((abs(self.number(now, value) or 0) for value in values), default=0)
        blank = self.facts.answer.further.get(self.facts.answer.by, "Blank")
        return [self.bar(value or blank, now, then, longest, value) for value in values]

    def bar(self, label: str, now: Period, then: Period | None, longest: int, *values: str) -> dict[str, object]:
        """Return a line of the ranking, or of what is never added to it; ``then`` and ``tick`` are of the time before.

        Lengths are in per cent of the longest bar.
        """
        new, old = self.number(now, *values) or 0, self.number(then, *values)
        scale = 100 / longest if longest else 0
        change = None
        if then and old is not None and new != old and min(new, old) >= _LEAST:
            size = self._per_cent(now, then, values, "change")
            said = Markup('<span aria-hidden="true">{}</span><span class="unseen">{} </span>{}')
            change = said.format(*(("▲ ", "up") if new > old else ("▼ ", "down")), size)
        return {
            "label": label,
            "now": self.show(now, *values),
            "length": round(max(new, 0) * scale, 1),
            "then": self.show(then, *values) if then else None,
            "tick": round(min(max(old, 0) * scale, 100), 1) if then and old is not None else None,
            "change": change,
        }

    def series(self, newest: Period, *values: str) -> list[Point]:
        """Return the last periods up to the newest, gaps among them; nothing where there is one alone."""
        kind = self.facts.period
        names = [*self.releases][-_DRAWN:]
        if kind.gaps:
            names = [*kind.between(max(min(self.releases), kind.neighbour(newest, 1 - _DRAWN)), newest)]
        points = [
            Point(name, self.number(name, *values), self.show(name, *values) if name in self.releases else None)
            for name in names
        ]
        return points if sum(point.value is not None for point in points) > 1 else []
