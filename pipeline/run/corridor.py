"""The corridor: what was extracted is protected, validated, settled; only then is there something to release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipeline.errors import InputError, PrivacyError
from pipeline.protect.protect import protect
from pipeline.protect.settle import settle
from pipeline.reasons import Outcome
from pipeline.release.tables import Part, publishable
from pipeline.validate.checks import typed_table, validate
from pipeline.validate.referee import referee

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model import Account, Dataset, Feed, Quarantined, RawTable, SafeTable
    from pipeline.protect.place import Place
    from pipeline.protect.settle import Settled
    from pipeline.release.tables import PublishableTable
    from pipeline.settings_parts import Limits, Referee
    from pipeline.validate.checks import Checked
    from pipeline.validate.schema import TableSchema


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Product:
    """What a month came to: the rows that may leave, and the account of every row that was read.

    ``review`` holds raw references that somebody has to classify; it goes into one private file, nowhere else.
    ``applied`` are entries of the private index that stood in the rows.
    """

    table: PublishableTable
    accounts: tuple[Account, ...]
    quarantined: tuple[Quarantined, ...]
    too_bad: tuple[str, ...]
    review: tuple[str, ...]
    applied: tuple[str, ...]
    quality: Mapping[str, int]


def build(
    dataset: Dataset,
    raws: Sequence[tuple[Feed, RawTable]],
    *,
    place: Place,
    schema: TableSchema,
    judge: Referee,
    limits: Limits,
) -> Product:
    """Return what one month of ``dataset`` comes to; the sum of its rows is checked."""
    passed = [
        _pass(dataset, number, feed, raw, place=place, schema=schema, judge=judge)
        for number, (feed, raw) in enumerate(raws)
    ]
    accounts = tuple(account for _, settled, _, _ in passed for account in settled.accounts)
    _check_sum(accounts, [raw for _, raw in raws])
    return Product(
        table=publishable(
            [part for part, _, _, _ in passed],
            schema.arrow,
            dataset.order,
            typed=lambda text: typed_table(text, schema),
        ),
        accounts=accounts,
        quarantined=tuple(each for _, settled, _, _ in passed for each in settled.quarantined),
        too_bad=tuple(
            path
            for (_, raw), (_, settled, _, _) in zip(raws, passed, strict=True)
            for path in _too_bad(raw, settled, limits)
        ),
        review=tuple(each for feed, raw in raws for rule in feed.rules for each in rule.review(raw, place)),
        applied=tuple(sorted({entry for _, _, safe, _ in passed for entry in safe.applied})),
        quality=_quality([figures for _, _, _, figures in passed], accounts),
    )


def _pass(
    dataset: Dataset, number: int, feed: Feed, raw: RawTable, *, place: Place, schema: TableSchema, judge: Referee
) -> tuple[Part, Settled, SafeTable, dict[str, int]]:
    """Return the rows of one feed that are published, what became of each row, and figures for the public."""
    safe = protect(raw, dataset, feed, place=place, names=schema.names)
    checked = validate(safe.table, schema)
    salt = f"{dataset.name} {place.month}"
    referee(safe.table, checked, schema, salt=salt, sample=judge.sample_rows, everything=judge.everything)
    settled = settle(raw, safe, checked.rejections)
    figures = {name: int(mask[settled.published].sum()) for name, mask in safe.quality.items()}
    return _part(number, raw, safe, checked=checked, settled=settled), settled, safe, figures


def _part(number: int, raw: RawTable, safe: SafeTable, *, checked: Checked, settled: Settled) -> Part:
    valid = safe.positions[checked.positions]
    chosen = np.searchsorted(valid, settled.published)
    kept = pa.array(settled.published)
    return Part(
        text=checked.text,
        chosen=chosen,
        feed=np.full(len(chosen), number, np.int32),
        source=raw.source[settled.published],
        row=raw.row[settled.published],
        references={scope: column.take(kept) for scope, column in safe.references.items()},
    )


def _check_sum(accounts: Sequence[Account], raws: Sequence[RawTable]) -> None:
    read = sum(len(raw) + len(raw.ragged) for raw in raws)
    told = sum(account.rows for account in accounts)
    if read != told:
        raise PrivacyError(
            "accounts-differ",
            f"{read:,} rows were read, but {told:,} are accounted for",
            fix="this is a fault of the program; please report it",
        )


def _too_bad(raw: RawTable, settled: Settled, limits: Limits) -> list[str]:
    """Return the files of which too many rows are bad to believe the rest."""
    read = np.bincount(raw.source, minlength=len(raw.paths))
    for spot in raw.ragged:
        read[spot.source] += 1
    return [
        path
        for path, rows in zip(raw.paths, read.tolist(), strict=True)
        if settled.bad[path] >= limits.bad_rows and settled.bad[path] > limits.bad_share * rows
    ]


def _quality(figures: Sequence[Mapping[str, int]], accounts: Sequence[Account]) -> dict[str, int]:
    names = dict.fromkeys(name for each in figures for name in each)
    totals = {name: sum(each.get(name, 0) for each in figures) for name in names}
    return totals | {"quarantined": sum(each.rows for each in accounts if each.outcome is Outcome.QUARANTINED)}


def refuse_too_bad(product: Product, dataset: Dataset, limits: Limits) -> None:
    """Stop the dataset when too many rows of a file are bad."""
    if product.too_bad:
        raise InputError(
            "too-many-bad",
            f"more than {limits.bad_share:.0%} of the rows are bad: {', '.join(product.too_bad)}",
            where=f"dataset `{dataset.name}`",
            fix=f"`pipeline quarantine {dataset.name}` lists them; correct the extract and run again",
        )
