"""What a period of a derived dataset comes to: rows made of releases, judged, counted, and scanned like any others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.build.drafted import drafted
from pipeline.build.judged import judged, of_no_extract, published
from pipeline.columns.arrays import plain, whole
from pipeline.errors import PrivacyError
from pipeline.model.reasons import Account, Outcome
from pipeline.release.leak_scan import check, not_of_rows, read_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pipeline.build.run_context import Workplace
    from pipeline.extract.reference import References
    from pipeline.model.declaration import Dataset
    from pipeline.model.derivation import Made
    from pipeline.model.periods import Period
    from pipeline.model.release import Scanned
    from pipeline.release.leak_scan import Watched
    from pipeline.release.publishable import PublishableTable
    from pipeline.storage.draft import Draft, PassedDraft
    from pipeline.storage.state import Built
    from pipeline.validate.schema import TableSchema

_FAULT: Final = "fault of the declaration; please report it"


class Product(NamedTuple):
    """What a period came to: the rows that may leave, the account of the inputs' rows, figures for the public."""

    table: PublishableTable
    accounts: tuple[Account, ...]
    quality: Mapping[str, int]
    inputs: tuple[pa.Table, ...]
    doubts: Mapping[str, str]


def product_of(
    work: Workplace,
    dataset: Dataset,
    period: Period,
    releases: Mapping[str, Mapping[Period, Built]],
    *,
    references: References,
) -> Product:
    """Return what a period comes to; the sums of its rows are checked.

    Raises:
        PrivacyError: The rows do not keep the schema, or more rows were left out than there are.
        StorageError: A release is not on disk as it was built.
    """
    if dataset.derivation is None:
        raise KeyError(dataset.name)
    tables = {
        span.dataset: {
            month: work.store.rows(span.dataset, month, built, span.columns)
            for month, built in releases[span.dataset].items()
        }
        for span in dataset.inputs
    }
    totals = {
        span.dataset: {month: built.totals or {} for month, built in releases[span.dataset].items()}
        for span in dataset.inputs
        if span.totals
    }
    context = work.context(dataset, period, references, totals=totals)
    made = dataset.derivation.recipe.rows(tables, context)
    schema, where = work.schema(dataset), f"dataset `{dataset.name}`, {period}"
    refereed = judged(_as_text(made.rows, schema, where=where), dataset, schema, context, work.settings.referee)
    checked = refereed.checked
    if bad := {(rejection.column, rejection.code) for rejection in checked.rejections}:
        said = ", ".join(f"`{column}` ({code})" for column, code in sorted(bad))
        files = " and ".join(f"data/reference/{name}.csv" for name in dataset.reference_files)
        fix = f"correct {files}, where that column is taken from it; else it is a {_FAULT}" if files else _FAULT
        raise _not_the_schema(f"{len(checked.rejections):,} cells that were made do not keep it: {said}", where, fix)
    table = published([of_no_extract(refereed)], dataset, schema)
    counts = {name: sum(rows.num_rows for rows in tables[name].values()) for name in tables}
    counts |= made.read
    accounts = tuple(_accounts(counts, made, where=where))
    return Product(
        table, accounts, made.quality, tuple(rows for of in tables.values() for rows in of.values()), made.doubts
    )


def _as_text(rows: pa.Table, schema: TableSchema, *, where: str) -> pa.Table:
    """Return rows as the schema has them, every cell as text."""
    if {*rows.column_names} != {*schema.names}:
        raise _not_the_schema("the rows that were made have other columns than it", where, _FAULT)
    return pa.table({name: plain(whole(rows.column(name))).cast(pa.string()) for name in schema.names})


def _not_the_schema(said: str, where: str, fix: str) -> PrivacyError:
    return PrivacyError("not-the-schema", said, where=where, fix=fix)


def _accounts(counts: Mapping[str, int], made: Made, *, where: str) -> Iterator[Account]:
    """Yield what became of the rows of each input: counted, or left out for a named reason."""
    for name, rows in counts.items():
        left_out = made.left_out.get(name, {})
        if sum(left_out.values()) > rows or min(left_out.values(), default=0) < 0:
            raise PrivacyError(
                "accounts-differ",
                f"{sum(left_out.values()):,} rows of `{name}` were left out of {rows:,}",
                where=where,
                fix="this is a fault of the program; please report it",
            )
        yield Account(name, Outcome.PUBLISHED, "published", rows - sum(left_out.values()))
        yield from (Account(name, Outcome.WITHHELD, code, number) for code, number in left_out.items() if number)


def draft_of(
    work: Workplace,
    dataset: Dataset,
    period: Period,
    product: Product,
    *,
    references: References,
    number: str,
    watched: Callable[[], Iterable[Watched]],
) -> PassedDraft:
    """Return the release of a product, written beside the others and scanned; ``watched`` is asked for free text."""
    schema = work.schema(dataset)
    closed = {field.name for field in schema.fields if field.type != "string" or field.enum or field.pattern}
    columns = tuple(name for name in schema.names if name not in closed)

    def scanned(draft: Draft, beside: Mapping[str, pa.Array]) -> Scanned:
        where = f"dataset `{dataset.name}`, {period}"
        new = not_of_rows(beside, product.table.text)
        if not columns and not any(map(len, new.values())):
            return check(pa.table({}), (), where=where, files=draft.files, beside=new)
        text = read_back(draft.files, columns)[0] if columns and work.writes else product.table.text
        texts = {name: _not_released(text.column(name), product.inputs) for name in columns}
        return check(pa.table({}), watched(), where=where, files=draft.files, beside=new, of_no_row=texts)

    return drafted(work, dataset, period, product.table, references=references, number=number, check=scanned)


def _not_released(column: pa.ChunkedArray, inputs: Iterable[pa.Table]) -> pa.Array:
    """Return the distinct texts of a column that are no cell of the releases that it is made of: those were scanned."""
    texts = pc.unique(plain(whole(column)).cast(pa.string())).drop_null()
    for table in inputs:
        for cells in table.columns:
            if pa.types.is_dictionary(cells.type):
                texts = texts.filter(pc.invert(pc.is_in(texts, value_set=plain(pc.unique(whole(cells))).drop_null())))
    return texts
