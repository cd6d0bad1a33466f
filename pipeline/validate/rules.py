"""The constraints of a field as whole-column tests of its values."""

from __future__ import annotations

import functools
import operator
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.validate.cast import typed
from pipeline.validate.patterns import matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.validate.field import Field


def breaks_a_rule(field: Field, values: pa.StringArray, cells: pa.Array) -> pa.BooleanArray | None:
    """Return where a value breaks a constraint of ``field``, or None when nothing can be or is broken.

    ``cells`` are ``values`` in the field's type; where they are null there is nothing to break.
    `required` and `unique` speak of rows and are not judged here.
    """
    broken = [mask for mask in _violations(field, values, cells) if pc.any(mask).as_py()]
    if not broken:
        return None
    return pc.and_(
        pc.is_valid(cells), functools.reduce(pc.or_, (pc.fill_null(mask, fill_value=False) for mask in broken))
    )


def _violations(field: Field, values: pa.StringArray, cells: pa.Array) -> Iterator[pa.BooleanArray]:
    """Yield for each constraint where it is broken; null where the value is null."""
    if field.enum is not None:
        listed = typed(field, pa.array(field.enum, pa.string()))
        yield pc.and_(pc.is_valid(cells), pc.invert(pc.is_in(cells, value_set=listed)))
    if field.pattern is not None:
        yield pc.invert(matches(field.pattern, values))
    if field.min_length is not None:
        yield pc.less(pc.utf8_length(values), field.min_length)
    if field.max_length is not None:
        yield pc.greater(pc.utf8_length(values), field.max_length)
    if field.minimum is not None:
        yield _outside(field, values, cells, bound=field.minimum, below=True)
    if field.maximum is not None:
        yield _outside(field, values, cells, bound=field.maximum, below=False)


def _outside(field: Field, values: pa.StringArray, cells: pa.Array, *, bound: str, below: bool) -> pa.BooleanArray:
    compare = pc.less if below else pc.greater
    limit = bound_of(field, bound)
    outside = compare(cells, limit)
    if field.type != "number" or field.decimals is not None:
        return outside
    # A float equal to the limit may stand for a text just beyond it: those few are compared exactly.
    ties = pc.fill_null(pc.equal(cells, limit), fill_value=False)
    if not pc.any(ties).as_py():
        return outside
    exactly = operator.lt if below else operator.gt
    beyond = [text for text in values.filter(ties).unique().to_pylist() if exactly(Decimal(text), Decimal(bound))]
    return pc.or_(outside, pc.is_in(values, value_set=pa.array(beyond, pa.string())))


def bound_of(field: Field, bound: str) -> pa.Scalar:
    """Return the limit ``bound`` in the field's type; null when it is not of that type."""
    if field.decimals is not None:
        bound = f"{Decimal(bound):.{field.decimals}f}"
    return typed(field, pa.array([bound], pa.string()))[0]
