"""What a schema may say: only what the checks enforce, and nothing that one of its readers would ignore."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from pipeline.validate.cast import Field, typed
from pipeline.validate.rules import bound_of, pattern_refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SCHEMA_KEYWORDS = frozenset({"name", "title", "description", "fields", "missingValues", "primaryKey"})
#: Words for people; none of them is a rule.
_NOTES = frozenset({"title", "description", "example", "unit", "source", "rdfType"})
_FIELD_KEYWORDS = _NOTES | {"name", "type", "format", "constraints", "codelist", "codelistColumn", "fromSettings"}
_EXTRA_KEYWORDS: Final = {"number": {"decimals"}, "boolean": {"trueValues", "falseValues"}}

_ORDERED: Final = {"required", "unique", "enum", "minimum", "maximum"}
_CONSTRAINTS: Final = {
    "string": {"required", "unique", "enum", "pattern", "minLength", "maxLength"},
    # floats are not compared for equality: neither a list nor a key of them has a meaning
    "number": {"required", "minimum", "maximum"},
    "boolean": {"required"},
    **dict.fromkeys(("integer", "date", "yearmonth", "year"), _ORDERED),
}
_KINDS: Final[dict[str, type | tuple[type, ...]]] = {
    **dict.fromkeys(("required", "unique"), bool),
    **dict.fromkeys(("minLength", "maxLength"), int),
    **dict.fromkeys(("minimum", "maximum"), (int, float, str)),
    "enum": list,
    "pattern": str,
}
#: Places behind the point that a decimal column may have.
_DECIMALS = range(1, 7)


def refusals(descriptor: Mapping[str, Any]) -> tuple[str, ...]:
    """Return every reason why ``descriptor`` cannot be compiled; none means that all of it is enforced."""
    fields = descriptor.get("fields")
    if not isinstance(fields, list) or not fields:
        return ("it has no fields",)
    found = [f"keyword `{word}` is not enforced" for word in descriptor if word not in _SCHEMA_KEYWORDS]
    if descriptor.get("missingValues", [""]) != [""]:
        found.append('`missingValues` must be [""]: a missing value is empty, never a word')
    for number, field in enumerate(fields, start=1):
        if not isinstance(field, dict) or not isinstance(field.get("name"), str) or not field["name"]:
            found.append(f"field {number} has no name")
        else:
            found += [f"field `{field['name']}`: {reason}" for reason in _field_refusals(field)]
    return tuple(found) or tuple(_key_refusals(descriptor, fields))


def _field_refusals(field: Mapping[str, Any]) -> Iterator[str]:
    kind = str(field.get("type"))
    if kind not in _CONSTRAINTS:
        yield "its type is missing or not one that is checked"
        return
    keywords = _FIELD_KEYWORDS | _EXTRA_KEYWORDS.get(kind, set())
    yield from (f"keyword `{word}` is not enforced for a {kind}" for word in field if word not in keywords)
    if field.get("format", "default") != "default":
        yield "only the default format is checked"
    if "decimals" in field and (type(field["decimals"]) is not int or field["decimals"] not in _DECIMALS):
        yield f"`decimals` must be a whole number from {_DECIMALS[0]} to {_DECIMALS[-1]}"
        return
    yield from _truth_refusals(field)
    yield from _constraint_refusals(field)


def _truth_refusals(field: Mapping[str, Any]) -> Iterator[str]:
    usual = Field(name="", type="boolean")
    yes, no = field.get("trueValues", list(usual.true_values)), field.get("falseValues", list(usual.false_values))
    if not (_are_words(yes) and _are_words(no)):
        yield "`trueValues` and `falseValues` must be lists of words"
    elif set(yes) & set(no):
        yield "a word is both true and false"


def _are_words(words: object) -> bool:
    return isinstance(words, list) and bool(words) and all(isinstance(word, str) and word for word in words)


def _constraint_refusals(field: Mapping[str, Any]) -> Iterator[str]:
    rules = field.get("constraints", {})
    if not isinstance(rules, dict):
        yield "`constraints` is no object"
        return
    exact = {"unique", "enum"} if field.get("decimals") else set()
    allowed = _CONSTRAINTS[field["type"]] | exact
    sound = True
    for name, value in rules.items():
        if name not in allowed:
            yield f"constraint `{name}` is not enforced for a {field['type']}"
            sound = False
        elif not isinstance(value, _KINDS[name]) or (isinstance(value, bool) and _KINDS[name] is not bool):
            yield f"constraint `{name}` has a value of the wrong kind"
            sound = False
    if sound:
        yield from _value_refusals(field, rules)


def _value_refusals(field: Mapping[str, Any], rules: Mapping[str, Any]) -> Iterator[str]:
    compiled = Field.of(field)
    if compiled.pattern is not None and (why := pattern_refusal(compiled.pattern)):
        yield f"its pattern {why}"
    if any((rules.get(name) or 0) < 0 for name in ("minLength", "maxLength")):
        yield "a length is negative"
    if compiled.enum is not None:
        values = pa.array(compiled.enum, pa.string())
        if not values or "" in compiled.enum or len(set(compiled.enum)) < len(values):
            yield "its enum is empty, names a value twice, or lists a blank"
        elif typed(compiled, values).null_count:
            yield "a value of its enum is not of its type"
    for name in ("minimum", "maximum"):
        if name in rules and not _is_bound(compiled, str(rules[name])):
            yield f"its {name} is not of its type"
    if compiled.from_settings and compiled.enum is not None:
        yield "`fromSettings` and an enum exclude each other"


def _is_bound(field: Field, bound: str) -> bool:
    if field.decimals is None:
        return bool(bound_of(field, bound).is_valid)
    try:
        exact = Decimal(bound)
        return exact.is_finite() and exact == round(exact, field.decimals) and bound_of(field, bound).is_valid
    except InvalidOperation:
        return False


def _key_refusals(descriptor: Mapping[str, Any], fields: list[dict[str, Any]]) -> Iterator[str]:
    names = [field["name"] for field in fields]
    if len(set(names)) < len(names):
        yield "two fields have one name"
    key = descriptor.get("primaryKey", [])
    if not isinstance(key, list) or not all(isinstance(name, str) for name in key):
        yield "`primaryKey` must be a list of names"
        return
    by_name = {field["name"]: field for field in fields}
    if key and not any(by_name.get(name, {}).get("constraints", {}).get("required") for name in key):
        yield "`primaryKey` names no field that is required"
    for name in key:
        if name not in by_name:
            yield f"`primaryKey` names `{name}`, which is no field"
        elif by_name[name]["type"] in {"number", "boolean"} and not by_name[name].get("decimals"):
            yield f"field `{name}` is in the primary key and cannot be a {by_name[name]['type']}"
