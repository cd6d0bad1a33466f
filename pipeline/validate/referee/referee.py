"""Frictionless as the outside referee: it reads a sample of every release, and all that was rejected.

The sample is some of all rows, and one for each value of each closed list.  The checks are ours and could be wrong; the
released schema is read by everybody else with Frictionless.  A difference that `differences.csv` does not explain stops
the release.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from pipeline.errors import PrivacyError
from pipeline.model.tables import Rejection
from pipeline.validate.checks import Column
from pipeline.validate.referee.differences import explanation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    import numpy.typing as npt
    from frictionless import Schema

    from pipeline.validate.checks import Checked
    from pipeline.validate.schema import TableSchema

    Positions = npt.NDArray[np.int64]

#: Codes that Frictionless gives to a row and not to a cell.
_ROW_CODES = frozenset({"blank-row", "primary-key"})
_CELL_CODES = frozenset({"type-error", "constraint-error", "unique-error"})
#: Frictionless counts the header as row 1.
_FIRST_ROW = 2


def frictionless_rejections(table: pa.Table, schema: TableSchema) -> set[Rejection]:
    """Return what Frictionless says of ``table`` (text columns, null for an empty cell), as our own rejections.

    What it says of a row stands at the first column of the key, or of the table.  `PrivacyError`
    ``referee-failed`` when it does not judge all rows.
    """
    if not table.num_rows:
        return set()  # Frictionless takes a third of a second to load, and most runs judge no row
    from frictionless import Dialect, Resource  # noqa: PLC0415
    from frictionless.formats import CsvControl  # noqa: PLC0415

    # what is not given, it guesses from the first rows
    every_setting = CsvControl(
        delimiter=",", quote_char='"', double_quote=True, line_terminator="\n", skip_initial_space=False
    )
    try:
        text = Resource(
            _as_csv(table),
            format="csv",
            encoding="utf-8",
            schema=_described(schema.text),
            dialect=Dialect(controls=[every_setting]),
        )
        report = text.validate(limit_errors=0)
        (task,) = report.tasks
        complete = not task.warnings and not report.errors and task.stats.get("rows", 0) == table.num_rows
    except Exception as error:  # noqa: BLE001 - whatever a library raises may hold a cell, and must not get out
        raise _failed(f"it stopped with {type(error).__name__}") from None
    if not complete:
        raise _failed("it did not read every row")
    return set(_rejections(task.errors, schema))


@lru_cache
def _described(schema: str) -> Schema:
    """Return Frictionless's own form of a schema, which takes as long to make as few rows take to judge."""
    from frictionless import Schema  # noqa: PLC0415 - see above

    return Schema.from_descriptor(json.loads(schema))


def _as_csv(table: pa.Table) -> bytes:
    columns = [pc.fill_null(column.cast(pa.string()), "") for column in table.columns]
    sink = pa.BufferOutputStream()
    options = pa_csv.WriteOptions(quoting_style="all_valid")
    pa_csv.write_csv(pa.table(columns, names=table.column_names), sink, options)
    text: bytes = sink.getvalue().to_pybytes()
    return text


def _rejections(errors: list[Any], schema: TableSchema) -> Iterator[Rejection]:
    for error in errors:
        if error.type in _CELL_CODES:
            column = error.field_name
        elif error.type in _ROW_CODES:
            column = schema.primary_key[0] if error.type == "primary-key" else schema.names[0]
        else:
            raise _failed(f"it says `{error.type}`")
        yield Rejection(error.row_number - _FIRST_ROW, column, error.type)


def _failed(reason: str) -> PrivacyError:
    fix = "run `make test`; if it passes, report this as a fault with the name of the dataset"
    return PrivacyError("referee-failed", f"Frictionless could not be asked: {reason}", fix=fix)


_KEY_CODES = frozenset({"unique-error", "primary-key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refereed:
    """A verdict that Frictionless agreed to, made here only: what is settled and published is taken from this.

    ``rows`` were looked at, ``rejected`` among them; ``differences`` are known ones by name.
    """

    checked: Checked
    rows: int
    rejected: int
    differences: Mapping[str, int]


def referee(
    table: pa.Table, checked: Checked, schema: TableSchema, *, salt: str, sample: int = 1000, everything: bool = False
) -> Refereed:
    """Return what Frictionless agreed to; `PrivacyError` ``verdict-differs`` where it does not.

    ``checked`` is what `validate` said of ``table``.  Looked at are ``sample`` rows by lot, a row for
    each value of each closed list, and every rejected row; with ``everything`` all rows.
    """
    rows = np.arange(table.num_rows)
    if not everything:
        columns = [Column.of(table.column(name), name) for name in schema.names]
        strata = [number for number, field in enumerate(schema.fields) if field.enum is not None]
        # a repeated key is one only beside the row that had it first
        refused = [*(rejection.position for rejection in checked.rejections), *checked.originals]
        rows = np.union1d(chosen_rows(columns, strata, size=sample, salt=salt), np.array(refused, dtype=np.int64))
    part = table.take(rows)
    place = {position: number for number, position in enumerate(rows.tolist())}
    ours = {Rejection(place[position], column, code) for position, column, code in checked.rejections}
    theirs = frictionless_rejections(part, schema)
    known, unknown = _explained(ours, theirs, part, schema)
    if unknown:
        raise _differs(unknown, ours, schema)
    rejected = len({rejection.position for rejection in ours})
    return Refereed(checked=checked, rows=len(rows), rejected=rejected, differences=known)


def _explained(
    ours: set[Rejection], theirs: set[Rejection], part: pa.Table, schema: TableSchema
) -> tuple[dict[str, int], set[Rejection]]:
    """Return how often each known difference explains a difference of verdict, and what none explains."""
    fields = {field.name: field for field in schema.fields}
    blank = {rejection.position for rejection in ours & theirs if rejection.code == "blank-row"}
    known, unknown = Counter[str](), set[Rejection]()
    refused: dict[tuple[int, str], str] = {}
    for position, column, code in ours:
        if code not in _KEY_CODES and Rejection(position, column, code) not in theirs:
            cell = part.column(column)[position].as_py() or ""
            refused[position, column] = explanation(fields[column], cell) if cell else ""
    lax = {column for (_, column), name in refused.items() if name}
    for rejection in ours ^ theirs:
        if rejection.code in _KEY_CODES:
            key = schema.primary_key if rejection.code == "primary-key" else (rejection.column,)
            name = "key-of-refused-value" if lax & set(key) else ""
        elif rejection.position in blank:
            name = "blank-row"
        else:
            name = refused.get((rejection.position, rejection.column), "")
        if name:
            known[name] += 1
        else:
            unknown.add(rejection)
    return dict(known), unknown


def _differs(unknown: Iterable[Rejection], ours: set[Rejection], schema: TableSchema) -> PrivacyError:
    counts = Counter((column, code, Rejection(position, column, code) in ours) for position, column, code in unknown)
    said = "; ".join(
        f"column `{column}`: {count} times `{code}` by {'the checks' if mine else 'Frictionless'} only"
        for (column, code, mine), count in sorted(counts.items())
    )
    fix = "find out which is right; one that is meant belongs into pipeline/validate/referee/differences.csv"
    return PrivacyError("verdict-differs", said, where=f"the referee on `{schema.title}`", fix=fix)


def chosen_rows(columns: Sequence[Column], strata: Sequence[int], *, size: int, salt: str) -> Positions:
    """Return the positions of the rows to look at, ascending; the same rows and salt give the same choice.

    They are ``size`` rows by lot, and for each value (the blank among them) that occurs in the columns ``strata`` a row
    by lot.  The lot is drawn with ``salt``: who does not know it cannot say which rows these are.
    """
    seed = int.from_bytes(hashlib.sha256(salt.encode()).digest())
    drawn: Positions = np.random.default_rng(seed).permutation(columns[0].length)
    chosen = [drawn[:size]]
    for number in strata:
        column = columns[number]
        indices = column.values.dictionary_encode().indices if column.indices is None else column.indices
        codes = indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) + 1  # 0 for the blank
        of_each = np.full(codes.max(initial=0) + 1, -1)
        of_each[codes[drawn]] = drawn  # the last one drawn of each stays
        chosen.append(of_each[of_each >= 0])
    return np.unique(np.concatenate(chosen))
