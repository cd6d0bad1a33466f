"""Which rows of the extracts a question about protections is about: whoever decides sees rows, by their numbers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import PipelineError
from pipeline.extract.partition import periods_of
from pipeline.model.wording import rows_in_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from pipeline.build.protected.registers import Asked
    from pipeline.extract.reader import Reader
    from pipeline.model.context import Context
    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.findings import Finding
    from pipeline.model.periods import Period
    from pipeline.model.row_rule import RowRule
    from pipeline.model.tables import Receipt
    from pipeline.storage.state import State

_Rows = dict[str, dict[str, set[int]]]


class Bearers(NamedTuple):
    """Finds the rows that bear keys of registers, in the extracts that are there.

    Where no extract has changed since the last run, what it found is not looked for again.
    """

    dataset: Dataset
    reader: Reader
    context: Context
    receipts: Mapping[str, Mapping[str, Receipt]]
    before: State

    def shown(self, rule: RowRule, asked: Asked) -> list[Finding]:
        """Return findings with the rows that bear their keys, by path."""
        known = (
            {finding.sha256: finding.rows for finding in self.before.findings if finding.rows}
            if self._unchanged()
            else {}
        )
        fresh = [(finding, keys) for finding, keys in asked if finding.sha256 not in known]
        months = {month for finding, _ in fresh for month in finding.periods}
        found = self._found(rule, {key for _, keys in fresh for key in keys}, months) if fresh else {}
        return [replace(finding, rows=known.get(finding.sha256) or _of(found, keys)) for finding, keys in asked]

    def _unchanged(self) -> bool:
        files = not any(feed.source.whole for feed in self.dataset.feeds)
        return files and dict(self.receipts) == dict(self.before.receipts)

    def _found(self, rule: RowRule, keys: Collection[str], months: AbstractSet[Period]) -> _Rows:
        """Return the rows that bear keys, none where an extract cannot be read: a question waits without its rows."""
        try:
            return self._rows(rule, keys, months)
        except PipelineError:
            return {}

    def _rows(self, rule: RowRule, keys: Collection[str], months: AbstractSet[Period]) -> _Rows:
        found: _Rows = defaultdict(lambda: defaultdict(set))
        bearers = [
            (feed, bearing)
            for feed in self.dataset.feeds
            for bearing in feed.rules
            if bearing.register == rule.register
        ]
        for feed, bearing in bearers:
            for path, month in self._paths(feed, months):
                extracted = self.reader.read(feed, path, month).extracted
                borne = bearing.bearing(extracted.cells, keys, self.context).to_pylist()
                for key, row in zip(borne, extracted.rows.to_pylist(), strict=True):
                    if key is not None:
                        found[key][path].add(row)
        return found

    def _paths(self, feed: Feed, months: AbstractSet[Period]) -> Iterator[tuple[str, Period]]:
        """Yield the extracts of a feed that hold rows of some months, each with its own month."""
        if feed.source.whole:
            yield from [(feed.source.whole, "")] if self.receipts[feed.name] else []
            return
        for path, month in sorted(self.reader.files(feed).items()):
            receipt = self.receipts[feed.name].get(path)
            if receipt and months & periods_of(receipt, feed.period):
                yield path, month


def _of(found: _Rows, keys: Collection[str]) -> dict[str, str]:
    rows: dict[str, set[int]] = defaultdict(set)
    for key in keys:
        for path, numbers in found.get(key, {}).items():
            rows[path] |= numbers
    return {path: rows_in_words(numbers) for path, numbers in sorted(rows.items())}
