"""Making the sample: every file of the example force, the list of planted identities and the manifest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.codelists import CodeLists
from pipeline.errors import SettingsError
from pipeline.model.periods import MONTH
from pipeline.sample.force import invent_force
from pipeline.sample.inventing import Inventor, extracts_of
from pipeline.sample.kinds import Planted, Sower
from pipeline.sample.manifest import manifest_files, write_manifest, write_planted
from pipeline.sample.mark import bears_mark
from pipeline.sample.writing import write_extract, write_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.declaration import Dataset
    from pipeline.sample.lore import Row

LAST_MONTH = "2024-03"
_MONTHS, _MOST_MONTHS = 3, 120
_CRIMES = 2000
_FEWEST, _MOST, _MOST_IN_ALL = 200, 2_500_000, 8_000_000


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What was made: each file's path below the data folder with its rows, and how many identities are planted."""

    files: tuple[tuple[str, int], ...]
    planted: int


def make_sample(
    data: Path, datasets: Iterable[Dataset], *, rows: int | None = None, months: int | None = None, codelists: Path
) -> SampleReport:
    """Write the invented extracts and reference data of ``datasets`` below ``data``, the same bytes every time.

    ``rows`` is the number of recorded crimes a month, 2,000 by default; the other feeds follow it.  ``months`` end with
    March 2024, 3 by default.  ``codelists`` is the folder of the agreed code lists, beside which the schemas stand.
    What is planted and a manifest are written below `private/sample`, for the owner only.  Raises `SettingsError`
    ``bad-setting`` when a sample of that size cannot be made.
    """
    rows, months = _CRIMES if rows is None else rows, _MONTHS if months is None else months
    _check_size(rows, months)
    span = tuple(MONTH.between(MONTH.neighbour(LAST_MONTH, 1 - months), LAST_MONTH))
    example = invent_force(CodeLists(codelists, {}), first_month=span[0])
    for name in manifest_files(data):  # an earlier sample may have had other months
        if (data / name).is_file() and bears_mark(data / name):
            (data / name).unlink()
    files = Counter(dict(_write_lists(data, example.lists)))
    planted: list[Planted] = []
    sower = Sower()
    extracts = extracts_of(datasets, codelists.parent)
    for extract in extracts:
        (data / "raw" / extract.form.file).unlink(missing_ok=True)  # tables are added to a database
    for extract in extracts:
        inventor = Inventor(example=example, extract=extract, months=span, crimes=rows)
        sown, here = inventor.plant(sower)
        planted += [*here, *extract.lore.planted]
        files.update(dict(_write_extract(data, inventor, sown)))
        for table, lines, found in inventor.beside(sower):
            write_table(data / "raw" / extract.form.file, table, lines, key=next(iter(lines[0])))
            planted += found
    write_planted(data, planted)
    write_manifest(data, tuple(files))
    return SampleReport(tuple(files.items()), len(planted))


def _check_size(rows: int, months: int) -> None:
    """Refuse sizes that leave no room for the odd rows, or that number more crimes than there are numbers."""
    if not _FEWEST <= rows <= _MOST or rows * months > _MOST_IN_ALL:
        message, where = f"a sample has {_FEWEST} to {_MOST} recorded crimes a month, {_MOST_IN_ALL} in all", "--rows"
        raise SettingsError("bad-setting", message, where=where, fix=f"pipeline sample --rows {_CRIMES}")
    if not _MONTHS <= months <= _MOST_MONTHS:
        message, where = f"a sample has {_MONTHS} to {_MOST_MONTHS} months", "--months"
        raise SettingsError("bad-setting", message, where=where, fix=f"pipeline sample --months {_MONTHS}")


def _write_lists(data: Path, lists: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Write the force's own lists; yield each path and its rows."""
    for name, text in lists.items():
        path = data / "reference" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        yield f"reference/{name}.csv", text.count("\n") - 1


def _write_extract(data: Path, inventor: Inventor, sown: Sequence[Row]) -> Iterator[tuple[str, int]]:
    """Write every file of an extract; yield each path and its rows."""
    extract = inventor.extract
    for period, name in extract.files(inventor.months):
        yield f"raw/{name}", write_extract(data / "raw" / name, extract.form, inventor.tables(period, sown))
