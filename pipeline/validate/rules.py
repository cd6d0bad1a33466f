"""The constraints of a field as whole-column tests of its values; a pattern has to match the whole value."""

from __future__ import annotations

import functools
import operator
import re
import warnings
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.validate.cast import typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.validate.cast import Field


#: One class of plain characters, so many times: the commonest pattern there is (keys in hexadecimal).
_RUN = re.compile(r"\(\?:\[((?:[0-9A-Za-z](?:-[0-9A-Za-z])?)+)\]\{([0-9]+)\}\)")
#: What may follow a backslash: signs, and the three line characters every engine writes alike.
_ESCAPES = frozenset("nrt") | frozenset(r".^$*+?{}[]()|\/-,:;'\"#&~@!%=<>_ ")
#: An escape, the beginning of a group (`(?` alone where it has flags or a name), or any other sign.
_TOKEN = re.compile(r"\\.|\(\?(?::|<?[=!])?|.", re.DOTALL)


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


def pattern_refusal(pattern: str) -> str:
    r"""Return why ``pattern`` cannot be used, or "".

    Refused is what Python, RE2 and XML Schema read differently: class escapes (`\d` is any digit of any
    script in Python), anchors, the point, back references, inline flags, classes within classes.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(f"^{pattern}$")
            re.compile(f"(?:{pattern})")
    except (re.error, Warning, OverflowError, RecursionError):
        return "is no regular expression that every engine reads alike"
    return _unlike(pattern)


def _unlike(pattern: str) -> str:
    inside = False
    for sign in _TOKEN.findall(pattern):
        if sign[0] == "\\":
            if sign[1] not in _ESCAPES:
                return "has an escape that engines read differently: write the characters out"
        elif inside:
            if sign == "[":
                return "has a class within a class"
            inside = sign != "]"
        elif sign == "[":
            inside = True
        elif sign in "^$.":
            return f"has a bare `{sign}`, which engines read differently: the whole value is matched anyway"
        elif sign == "(?":
            return "has a group with flags or a name"
    return ""


def matches(pattern: str, values: pa.StringArray) -> pa.BooleanArray:
    """Return for each value whether the whole of it matches; null where the value is null."""
    if run := _RUN.fullmatch(pattern):
        # ten times as fast as the automaton, and a column of pseudonyms is most of a table's text
        spans = re.findall(r"(.)(?:-(.))?", run[1])  # of a class such as `0-9a-f`
        members = "".join(chr(code) for one, last in spans for code in range(ord(one), ord(last or one) + 1))
        rest = pc.ascii_ltrim(values, characters=members)
        return pc.and_(pc.equal(pc.binary_length(rest), 0), pc.equal(pc.binary_length(values), int(run[2])))
    try:
        return pc.match_substring_regex(values, rf"\A(?:{pattern})\z")
    except pa.ArrowInvalid:
        # RE2 has no look-around and limits repeats; distinct values keep Python off the rows
        whole = re.compile(f"(?:{pattern})")
        encoded = values.dictionary_encode()
        verdicts = [whole.fullmatch(text) is not None for text in encoded.dictionary.to_pylist()]
        return pc.take(pa.array(verdicts, pa.bool_()), encoded.indices)
