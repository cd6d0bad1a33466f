"""The private index: in which releases a keyed reference was published, those that were replaced included.

A release that is public holds its own references.  Of one that is replaced, those that its successor does not hold are
written down before it goes: a record that is withdrawn later has to be followed into every release that had it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import StorageError
from pipeline.plain import read_plain
from pipeline.storage.atomic import append_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.model.periods import Period
    from pipeline.storage.state import Built
    from pipeline.storage.store import Store


@dataclass(frozen=True, slots=True)
class ReferenceIndex:
    """The index of one dataset; ``columns`` are the published columns of its keyed references, by scope."""

    store: Store
    dataset: str
    columns: Mapping[str, str]

    def replaced(self, month: Period, old: Built, new: Built | None) -> None:
        """Write down which references of ``old`` are not in ``new``, which takes its place; all, where nothing does."""
        for scope in self.columns:
            try:
                before = self._references(old, scope)
            except StorageError:
                continue  # a file that was lost cannot say what stood in it, and its successor must not wait for that
            still = self._references(new, scope) if new else pa.array([], pa.string())
            left = before.filter(pc.invert(pc.is_in(before, still))).to_pylist()
            if left:
                facts = {"month": month, "released_on": old.released_on, "scope": scope, "references": left}
                facts |= {"points": old.points} if old.points else {}
                append_line(self._path, facts, once=True)  # a run that was killed may have written it before

    def left(self, scope: str) -> dict[str, pa.Array]:
        """Return the references that left a release, by the list of map points that they were first snapped with."""
        first: dict[str, str] = {}
        for line in self._lines():
            with suppress(ValueError, RecursionError):  # half a line of a killed run: it was written again
                facts = json.loads(line)
                if facts.get("scope") == scope and (points := facts.get("points")):
                    for reference in facts["references"]:
                        first.setdefault(reference, points)
        return {
            points: pa.array([each for each in first if first[each] == points], pa.string())
            for points in sorted({*first.values()})
        }

    def _lines(self) -> list[str]:
        return list(filter(None, read_plain(self._path).decode("utf-8").splitlines() if self._path.exists() else []))

    def _references(self, built: Built, scope: str) -> pa.Array:
        return pc.unique(self.store.references(self.dataset, built, scope, self.columns[scope]).drop_null())

    @property
    def _path(self) -> Path:
        return self.store.private / "index" / f"{self.dataset}.jsonl"
