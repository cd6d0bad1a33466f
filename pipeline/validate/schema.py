"""The schema of a published table: the only place that says what its columns are.

It is a Frictionless Table Schema; `grammar.py` says which part of that standard is enforced here, and a schema
that says anything else is refused when it is loaded.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.errors import InputError, SettingsError
from pipeline.model.wording import worded
from pipeline.validate.cast import Field
from pipeline.validate.grammar import refusals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class TableSchema:
    """What a published table holds, column by column, in published order.

    ``text`` is the whole descriptor in JSON, its keys in the order of the file; everything else follows from it.
    """

    text: str

    @classmethod
    def load(cls, path: Path) -> TableSchema:
        """Return the schema in the JSON file at ``path``, the values of its code lists filled in.

        `SettingsError` ``schema-refused`` when it cannot be used.
        """
        where = "/".join(path.parts[-3:])  # schemas/FAMILY/NAME.json
        try:
            descriptor = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_without_doubles)
        except json.JSONDecodeError as error:
            raise _refused(
                f"{where}, line {error.lineno}", f"this is no JSON: {error.msg}", "correct that line"
            ) from None
        except (OSError, ValueError) as error:
            what = f"the schema cannot be read: {type(error).__name__}"
            raise _refused(where, what, "put a Frictionless Table Schema in JSON there") from None
        cls.of(descriptor, where=where)
        return cls.of(_with_codes(descriptor, where=where), where=where)

    @classmethod
    def of(cls, descriptor: Mapping[str, Any], *, where: str = "a schema") -> TableSchema:
        """Return the schema that ``descriptor`` describes; all that is wrong with it is said at once."""
        schema, refused = _judged(json.dumps(descriptor, ensure_ascii=False))
        if refused:
            fix = "say only what the checks enforce: docs/checks.md lists it"
            raise _refused(where, "; ".join(refused), fix)
        return schema

    @cached_property
    def title(self) -> str:
        """What the table is called, or "" where the schema does not say."""
        return str(self.descriptor().get("title", ""))

    @cached_property
    def description(self) -> str:
        """What the table is, in words, or "" where the schema does not say."""
        return str(self.descriptor().get("description", ""))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The columns, in published order."""
        return tuple(Field.of(field) for field in self.descriptor()["fields"])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in published order."""
        return tuple(field.name for field in self.fields)

    @cached_property
    def primary_key(self) -> tuple[str, ...]:
        """The columns that together name a row, or none."""
        return tuple(self.descriptor().get("primaryKey", ()))

    @cached_property
    def arrow(self) -> pa.Schema:
        """The types of the columns in Parquet, without metadata."""
        return pa.schema([pa.field(field.name, field.arrow) for field in self.fields])

    @cached_property
    def digest(self) -> str:
        """The sha256 of the canonical JSON (keys sorted, no blanks), in hexadecimal."""
        canonical = json.dumps(self.descriptor(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @cached_property
    def unsettled(self) -> tuple[str, ...]:
        """The columns whose values the settings still have to give; such a schema checks nothing."""
        return tuple(field.name for field in self.fields if field.from_settings)

    def descriptor(self) -> dict[str, Any]:
        """Return a copy of the descriptor: what is released as ``schema.json``."""
        return dict(json.loads(self.text))

    def with_settings(self, enums: Mapping[str, Sequence[str]], words: Mapping[str, str] | None = None) -> TableSchema:
        """Return the schema with the values and words that depend on the settings filled in.

        ``enums`` gives values by the name that a field's ``fromSettings`` holds, ``words`` those that stand in
        title and description (the usual ones where none are given); a name that is missing there is
        `SettingsError` ``schema-refused``.
        """
        descriptor = self.descriptor()
        for name in descriptor.keys() & {"title", "description"}:
            try:
                descriptor[name] = worded(descriptor[name], words)
            except KeyError:
                raise SettingsError("schema-refused", f"the settings give no words for `{name}`") from None
        for field in descriptor["fields"]:
            source = field.pop("fromSettings", None)
            if source is None:
                continue
            if source not in enums:
                what = f"the settings give no values for `{source}`"
                raise SettingsError("schema-refused", what, where=field["name"])
            field["constraints"] = {**field.get("constraints", {}), "enum": list(enums[source])}
        return TableSchema.of(descriptor)


@lru_cache(maxsize=256)
def _judged(text: str) -> tuple[TableSchema, Sequence[str]]:
    """Return the schema of a descriptor and what is wrong with it: the same text is judged once."""
    descriptor = json.loads(text)
    return TableSchema(text), refusals(descriptor) if isinstance(descriptor, dict) else ("it is no object",)


def _with_codes(descriptor: dict[str, Any], *, where: str) -> dict[str, Any]:
    """Return the descriptor with the values of each code list in its field's enum, before those that stand there.

    Nobody types a value of a code list twice.
    """
    for field in descriptor["fields"]:
        if "codelist" not in field:
            continue
        compiled = Field.of(field)
        try:
            lists = [CodeLists(CODELISTS, {}).read(name) for name in compiled.codelists]
            values = dict.fromkeys(label for each in lists for label in each.values(compiled.codelist_column))
        except (InputError, KeyError):
            what = f"field `{compiled.name}`: its code list, or the list's column, cannot be read"
            raise _refused(where, what, "name a list of schemas/codelists/ and one of its columns") from None
        if values.keys() & {*(compiled.enum or ())}:
            what = f"field `{compiled.name}`: its enum has a value of its code list"
            raise _refused(where, what, "remove it: the code list fills it")
        field["constraints"] = {**field.get("constraints", {}), "enum": [*values, *(compiled.enum or ())]}
    return descriptor


def _refused(where: str, message: str, fix: str) -> SettingsError:
    return SettingsError("schema-refused", message, where=where, fix=fix)


def _without_doubles(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs as a mapping; JSON lets a key come twice, and then one rule would be lost in silence."""
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)
