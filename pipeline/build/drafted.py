"""A release as it is written: a draft beside the others, which is read back and checked before it counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.build.distributed import release_files, texts_beside
from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from pipeline.build.run_context import Workplace
    from pipeline.extract.reference import References
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.model.release import Scanned
    from pipeline.release.publishable import PublishableTable
    from pipeline.storage.draft import Draft, PassedDraft
    from pipeline.storage.state import Built, MonthState


def drafted(
    work: Workplace,
    dataset: Dataset,
    period: Period,
    table: PublishableTable,
    *,
    references: References,
    number: str,
    check: Callable[[Draft, Mapping[str, pa.Array]], Scanned],
) -> PassedDraft:
    """Return the release of these rows, written beside the others, read back and found to pass ``check``.

    ``number`` tells it from others of its period; ``check`` is given the draft and the texts of its further files.  In
    a plan nothing is written: the same bytes are hashed, and the same text is checked.
    """
    name = f"{period}-{number}"
    files = release_files(work, dataset, period, table, references)
    if work.writes:
        draft = work.store.build(dataset.name, name, files=files.blocks, references=table.references)
    else:
        draft = work.store.weigh(dataset.name, name, files=files.blocks)
    try:
        return draft.passed(check(draft, texts_beside(files, draft, written=work.writes)))
    except PipelineError:
        if work.writes:
            draft.discard()
        raise


def completed(work: Workplace, dataset: Dataset, new: Built, draft: PassedDraft, last: MonthState | None) -> Built:
    """Return a release that was built, complete on disk; the ``last`` one where that holds the same under its terms."""
    released = last.released if last else None
    if released is None or released.csv_sha256 != new.csv_sha256 or not same_terms(released, new):
        if work.writes:
            draft.complete()
        return new
    built = replace(released, quality=new.quality, made_from=new.made_from, points=new.points, totals=new.totals)
    if work.writes:  # a plan keeps no keys
        built = replace(built, keys=new.keys)
    if not work.store.intact(dataset.name, released):  # made good by the same rows
        built = replace(built, folder=new.folder, files=new.files, keys=new.keys)
        if work.writes:
            draft.complete()
    elif work.writes:
        built = replace(built, folder=work.store.keep(draft, dataset.name, released))
    return built


def same_terms(last: Built, new: Built) -> bool:
    """Return whether the released bytes may stay: the same rows and further files under the same schema and terms."""
    return last.beside == new.beside and all(
        last.made_from.get(name) == new.made_from[name] for name in ("schema", "terms")
    )
