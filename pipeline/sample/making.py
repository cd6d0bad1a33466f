"""Making the sample: every file of the example force, the list of planted identities and the manifest."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.codelists import CodeLists
from pipeline.errors import SettingsError
from pipeline.model.periods import MONTH
from pipeline.plain import read_plain
from pipeline.sample.force import LAST_MONTH, invent_force
from pipeline.sample.inventing import Inventor, extracts_of
from pipeline.sample.kinds import Planted, Sower
from pipeline.sample.manifest import manifest_files, write_manifest, write_planted
from pipeline.sample.mark import bears_mark
from pipeline.sample.writing import write_extract, write_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.model.declaration import Dataset

_MONTHS, _MOST_MONTHS = 3, 120
_CRIMES = 2000
_FEWEST, _MOST, _MOST_IN_ALL = 200, 2_500_000, 8_000_000


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What was made: each file's path below the data folder with its rows, and how many identities are planted.

    ``kept`` are lists that somebody edited since they were made: they stay as they are.
    """

    files: tuple[tuple[str, int], ...]
    planted: int
    kept: tuple[str, ...] = ()


def make_sample(
    data: Path,
    datasets: Iterable[Dataset],
    *,
    rows: int | None = None,
    months: int | None = None,
    later: int = 0,
    codelists: Path,
) -> SampleReport:
    """Write the invented extracts and reference data of ``datasets`` below ``data``, the same bytes every time.

    ``rows`` is the most recorded crimes of a month, 2,000 by default; the other feeds follow them.  ``months`` end with
    March 2024, 3 by default.  Registers are as they stand so many months ``later``, 2 at most.  ``codelists`` is the
    folder of the agreed code lists, beside which the schemas stand.
    What is planted and a manifest are written below `private/sample`, for the owner only.  Raises `SettingsError`
    ``bad-setting`` when a sample of that size cannot be made.
    """
    rows, months = _CRIMES if rows is None else rows, _MONTHS if months is None else months
    _check_size(rows, months)
    span = tuple(MONTH.between(MONTH.neighbour(LAST_MONTH, 1 - months), LAST_MONTH))
    force = invent_force(CodeLists(codelists, {}), first_month=span[0])
    before = manifest_files(data)
    for name in before:  # an earlier sample may have had other months
        if name.startswith("raw/") and (data / name).is_file() and bears_mark(data / name):
            (data / name).unlink()
    datasets = tuple(datasets)
    # the lists that datasets look up, or are made of
    read = {name for each in datasets for feed in each.feeds for name in getattr(feed.source, "lists", ())}
    read = read.union(*(dataset.reference_files for dataset in datasets))
    lists = {f"reference/{name}": text for name, text in force.lists.items() if name.partition(".")[0] in read}
    there = {path: _sha256(read_plain(data / path)) for path in lists if (data / path).is_file()}
    made = {path: (before.get(path, ""), _sha256(text.encode())) for path, text in lists.items()}
    kept = tuple(path for path, digest in there.items() if digest not in made[path])  # somebody edited these
    files = Counter[str]()
    for path, text in lists.items():
        if path not in kept:
            (data / path).parent.mkdir(parents=True, exist_ok=True)
            (data / path).write_text(text, encoding="utf-8", newline="")
            files[path] = text.count("\n") - 1
    planted: list[Planted] = []
    sower = Sower()
    extracts = extracts_of(datasets, codelists.parent)
    for extract in extracts:
        (data / "raw" / extract.form.file).unlink(missing_ok=True)  # tables are added to a database
    for extract in extracts:
        inventor = Inventor(force=force, extract=extract, months=span, crimes=rows, later=later)
        sown, here = inventor.plant(sower)
        planted += [*here, *extract.lore.planted]
        for period, name in extract.files(span):
            files[f"raw/{name}"] += write_extract(data / "raw" / name, extract.form, inventor.tables(period, sown))
        for table, lines, found in inventor.beside(sower):
            write_table(data / "raw" / extract.form.file, table, lines, key=next(iter(lines[0])))
            planted += found
    write_planted(data, planted)
    write_manifest(data, tuple(files), {path: before[path] for path in kept if path in before})
    return SampleReport(tuple(files.items()), len(planted), kept)


def _check_size(rows: int, months: int) -> None:
    """Refuse sizes that leave no room for the odd rows, or that number more crimes than there are numbers."""
    sizes = (
        ("--rows", _CRIMES, f"{_FEWEST} to {_MOST} recorded crimes a month, {_MOST_IN_ALL} in all"),
        ("--months", _MONTHS, f"{_MONTHS} to {_MOST_MONTHS} months"),
    )
    fits = (_FEWEST <= rows <= _MOST and rows * months <= _MOST_IN_ALL, _MONTHS <= months <= _MOST_MONTHS)
    for (where, usual, said), does in zip(sizes, fits, strict=True):
        if not does:
            raise SettingsError(
                "bad-setting", f"a sample has {said}", where=where, fix=f"pipeline sample {where} {usual}"
            )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
