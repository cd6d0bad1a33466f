"""The settings of families, which read themselves: a section of the file for all datasets of one, and one for each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from pipeline.settings.reader import Section

#: The settings of one dataset, by their class.
Chosen: TypeAlias = "Mapping[type[Options], Options]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings that a rule, a treatment or a source needs; they stand in the section of this name, or above all."""

    section: ClassVar[str]

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return what the section says: of each field a text of the form in its metadata."""
        forms = {each.name: (each.metadata["form"], str(each.default)) for each in fields(cls)}
        return cls(**{name: section.text(name, form, default=usual) for name, (form, usual) in forms.items()})

    def facts(self) -> dict[str, str]:
        """Return as text what can change a dataset's rows."""
        return {each.name: str(getattr(self, each.name)) for each in fields(self)}

    def words(self) -> dict[str, str]:
        """Return what a schema or a statement may say, by the name that stands in braces in its text."""
        return {}

    def codelists(self) -> dict[str, Path]:
        """Return the force's own code lists, by the name of the one in whose place each stands."""
        return {}


def read_options(
    top: Section, own: Mapping[str, Section], datasets: Mapping[str, Collection[type[Options]]]
) -> Mapping[str, Chosen]:
    """Return the settings that each dataset needs: those of `[SECTION]`, but for what `[datasets.NAME.SECTION]` says.

    ``own`` are the tables `[datasets.NAME]` that are there.
    """
    needed = {kind for kinds in datasets.values() for kind in kinds}
    every = sorted(needed, key=lambda kind: kind.section)
    sections = {kind: top.section(kind.section) if kind.section else top for kind in every}
    family = {kind: kind.read(section) for kind, section in sections.items()}

    def chosen(name: str, kind: type[Options]) -> Options:
        if not kind.section or name not in own or own[name].value(kind.section) is None:
            return family[kind]
        section, usual = own[name].section(kind.section), sections[kind]
        section.table = {key: usual.table[key] for key in usual.asked & usual.table.keys()} | dict(section.table)
        return kind.read(section)

    return MappingProxyType({name: {kind: chosen(name, kind) for kind in kinds} for name, kinds in datasets.items()})
