"""The whole site as it would be after a publish, for those who may see what is not out yet: never linked, never public.

It stands in ``data/private/preview``; folders are the owner's only (0700), files too (0600).
"""

from __future__ import annotations

import csv
import os
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.plain import open_plain
from pipeline.publish.catalogue.pages import render_differences
from pipeline.publish.catalogue.portal import StaticCatalogue
from pipeline.publish.catalogue.tree import Written
from pipeline.run.compare import changed_months, compared
from pipeline.run.portals import catalogue_of
from pipeline.run.publish import looking, planned
from pipeline.storage.atomic import make_private, writing
from pipeline.system import BINARY, NOFOLLOW

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from pipeline.build.run_context import Workplace
    from pipeline.publish.catalogue.tree import Part
    from pipeline.release.differences import RowDifferences
    from pipeline.run.publish import Request, Run
    from pipeline.settings.settings import Settings

#: Where the preview stands below ``private``, and where it is made and its files are built meanwhile.
PREVIEW = "preview"
_NEXT = "preview.next"
_BUILT = "preview.built"
DIFFERENCES = "differences.html"
#: So many rows of one kind are shown of a month; all are counted.
MOST_ROWS = 200


class Preview(NamedTuple):
    """What a preview shows, and its folder."""

    run: Run
    folder: Path


def preview(
    settings: Settings, environ: Mapping[str, str], request: Request, *, today: dt.date, say: Callable[[str], None]
) -> Preview:
    """Return what `publish` would do, after the site was written as it would be; nothing public is touched.

    Raises:
        StorageError: the private folder cannot be written; the preview before it stays.
    """
    private = settings.data / "private"
    with looking(settings, environ, today=today, say=say, folder=private / _BUILT) as (work, reach):
        run, publications = planned(work, reach, request)
        say("writing the preview")
        made = next((plan for plan in run.plans if plan.portal == StaticCatalogue.name), None)
        # a public folder that cannot be planned is an error of the run; its rows can be compared all the same
        planned_for = {change.dataset for change in made.changes} if made else set()
        is_whole = made is not None and all(publication.name in planned_for for publication in publications)
        parts = dict(catalogue_of(work).whole(made, publications, preview=True)) if made and is_whole else {}
        page = render_differences(list(_months(work, run)), sample=work.sample)
        _put(private, {**parts, DIFFERENCES: Written(page)})
    return Preview(run, private / PREVIEW)


def _months(work: Workplace, run: Run) -> Iterator[dict[str, Any]]:
    for outcome in run.outcomes:
        title, kind = work.schema(outcome.dataset).title, outcome.dataset.period
        for month, last, release, waits in changed_months(outcome):
            found = compared(work, outcome, month, last, release)
            if found is not None:
                yield {"title": f"{title}, {kind.said(month)}", "noun": kind.noun, "waits": waits, **_month(found)}


def _month(found: RowDifferences) -> dict[str, Any]:
    """Return the rows of a month that would differ, as published texts; ``counts`` are all added, removed, changed."""
    return {
        "now": found.now,
        "then": found.then,
        "columns": _cells([found.header])[0],
        "counts": (len(found.added), len(found.removed), len(found.changed[0])),
        "added": _some(found.added),
        "removed": _some(found.removed),
        "changed": [*zip(*map(_some, found.changed), strict=True)],
    }


def _some(lines: pa.Array) -> Sequence[Sequence[str]]:
    return _cells(lines.slice(0, MOST_ROWS).to_pylist())


def _cells(lines: Sequence[bytes]) -> list[list[str]]:
    return list(csv.reader(line.decode() for line in lines))


def _put(private: Path, parts: Mapping[str, Part]) -> None:
    """Make the folder of the preview hold exactly ``parts``; the one before stays until the new one is whole."""
    new, folder, old = private / _NEXT, private / PREVIEW, private / "preview.old"
    make_private(private)
    with writing(folder):
        for each in (new, old):
            shutil.rmtree(each, ignore_errors=True)
        new.mkdir(mode=0o700)
        for path, part in parts.items():
            make_private((new / path).parent)
            _copy(part, new / path)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)


def _copy(part: Part, target: Path) -> None:
    """Write a private copy: a link would share its mode with what is public."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NOFOLLOW | BINARY, 0o600)
    with os.fdopen(handle, "wb") as file:
        if isinstance(part, Written):
            file.write(part.content)
            return
        with open_plain(part.source) as source:
            shutil.copyfileobj(source, file, 1 << 20)
