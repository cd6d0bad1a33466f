"""Patterns of a schema as whole-column tests: the whole value must match, nothing may follow it."""

from __future__ import annotations

import re
import warnings

import pyarrow as pa
import pyarrow.compute as pc

#: One class of plain characters, so many times: the commonest pattern there is (keys in hexadecimal).
_RUN = re.compile(r"\(\?:\[((?:[0-9A-Za-z](?:-[0-9A-Za-z])?)+)\]\{([0-9]+)\}\)")
#: What may follow a backslash: signs, and the three line characters every engine writes alike.
_ESCAPES = frozenset("nrt") | frozenset(r".^$*+?{}[]()|\/-,:;'\"#&~@!%=<>_ ")
_GROUPS = ("(?:", "(?=", "(?!", "(?<=", "(?<!")


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
    skip = False
    for at, sign in enumerate(pattern):
        if skip:
            skip = False
        elif sign == "\\":
            if pattern[at + 1] not in _ESCAPES:
                return "has an escape that engines read differently: write the characters out"
            skip = True
        elif inside:
            if sign == "[":
                return "has a class within a class"
            inside = sign != "]"
        elif sign == "[":
            inside = True
        elif sign in "^$.":
            return f"has a bare `{sign}`, which engines read differently: the whole value is matched anyway"
        elif sign == "(" and pattern.startswith("(?", at) and not pattern.startswith(_GROUPS, at):
            return "has a group with flags or a name"
    return ""


def matches(pattern: str, values: pa.StringArray) -> pa.BooleanArray:
    """Return for each value whether the whole of it matches; null where the value is null."""
    run = _RUN.fullmatch(pattern)
    if run is not None:
        # ten times as fast as the automaton, and a column of pseudonyms is most of a table's text
        rest = pc.ascii_ltrim(values, characters=_members(run[1]))
        return pc.and_(pc.equal(pc.binary_length(rest), 0), pc.equal(pc.binary_length(values), int(run[2])))
    try:
        return pc.match_substring_regex(values, rf"\A(?:{pattern})\z")
    except pa.ArrowInvalid:
        return _matches_in_python(pattern, values)


def _members(spans: str) -> str:
    """Return the characters of a class such as ``0-9a-f``."""
    found = []
    for first, last in re.findall(r"(.)(?:-(.))?", spans):
        found += [chr(code) for code in range(ord(first), ord(last or first) + 1)]
    return "".join(found)


def _matches_in_python(pattern: str, values: pa.StringArray) -> pa.BooleanArray:
    # RE2 has no look-around and limits repeats; distinct values keep Python off the rows
    whole = re.compile(f"(?:{pattern})")
    encoded = values.dictionary_encode()
    verdicts = [whole.fullmatch(text) is not None for text in encoded.dictionary.to_pylist()]
    return pc.take(pa.array(verdicts, pa.bool_()), encoded.indices)
