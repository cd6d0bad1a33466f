"""The files that a release consists of, as they are written: its rows, and what is made of the public rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from pipeline.errors import PrivacyError
from pipeline.model.distribution import CSV, PARQUET, Particulars
from pipeline.plain import read_plain
from pipeline.release.files import csv_blocks, parquet_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.build.run_context import Workplace
    from pipeline.extract.reference import References
    from pipeline.model.declaration import Dataset
    from pipeline.model.distribution import Distribution
    from pipeline.model.periods import Period
    from pipeline.release.publishable import PublishableTable
    from pipeline.storage.draft import Draft


class ReleaseFiles(NamedTuple):
    """The files of a release by name, in blocks; ``beside`` are those that hold something else than rows, whole."""

    blocks: Mapping[str, Iterable[pa.Buffer]]
    beside: Mapping[str, tuple[Distribution, bytes]]


def release_files(
    work: Workplace, dataset: Dataset, period: Period, table: PublishableTable, references: References
) -> ReleaseFiles:
    """Return the files that a release of these rows consists of.

    A further file whose lists cannot be read now is left out: none is better than one that lacks what it is about.
    """
    stem = f"{dataset.name}-{period}"
    made = {}
    for distribution in made_beside(work, dataset):
        if any(references.table(name) is None for name in distribution.needs):
            continue
        name = f"{stem}.{distribution.format.ending}"
        made[name] = (
            distribution,
            distribution.content(table.typed(0, table.rows), _particulars(work, dataset, period, references, name)),
        )
    blocks = {
        f"{stem}.{CSV.ending}": csv_blocks(table),
        f"{stem}.{PARQUET.ending}": parquet_blocks(table, work.file_facts(dataset)),
        **{name: iter([pa.py_buffer(content)]) for name, (_, content) in made.items()},
    }
    return ReleaseFiles(blocks, made)


def made_beside(work: Workplace, dataset: Dataset) -> Iterator[Distribution]:
    """Yield the further files of a dataset's releases that the settings ask for."""
    options = work.settings.options[dataset.name]
    return (distribution for distribution in dataset.distributions if distribution.is_made(options))


def _particulars(work: Workplace, dataset: Dataset, period: Period, references: References, name: str) -> Particulars:
    settings, terms = work.settings, work.settings.terms(dataset.name)
    return Particulars(
        name=name,
        dataset=dataset.name,
        period=period,
        title=work.schema(dataset).title,
        publisher=settings.publisher(dataset.name, dataset.publisher).name,
        force=settings.force.slug,
        force_name=settings.force.name,
        bodies=settings.force.bodies,
        licence_url=terms.licence.url,
        attribution=terms.attribution,
        sample=work.sample,
        codelists=work.codelists(dataset),
        references=references,
        options=settings.options[dataset.name],
    )


def texts_beside(files: ReleaseFiles, draft: Draft, *, written: bool) -> dict[str, pa.Array]:
    """Return what stands in the further files of a draft, by name: each text once, read back where it was written."""
    texts = {}
    for name, (distribution, made) in files.beside.items():
        content = read_plain(draft.part / name) if written else made
        if content != made:
            raise PrivacyError(
                "files-differ", "a file of the release is not as it was made", where=name, fix="run again"
            )
        texts[name] = pa.array(sorted(set(distribution.texts(content))), pa.string())
    return texts
