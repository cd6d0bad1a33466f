"""The local authority of a row, by the force's list of neighbourhoods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from pipeline.columns.arrays import on_distinct, plain
from pipeline.model.handling import Treated, Treatment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.handling import Draw


def _authorities(table: pa.Table) -> dict[str, frozenset[str]]:
    """Return the authorities of each neighbourhood, and of each with a beat of it."""
    found: dict[str, set[str]] = {}
    names = ("neighbourhood_code", "beat_code", "lad_code")
    for code, beat, authority in zip(*(table.column(name).to_pylist() for name in names), strict=True):
        for key in (_key(code, beat), _key(code)):
            found.setdefault(key, set()).add(authority)
    return {key: frozenset(each) for key, each in found.items()}


def _key(code: str, *beat: str) -> str:
    return "\x1f".join((code, *beat))


@dataclass(frozen=True, slots=True)
class LocalAuthority(Treatment):
    """Makes the code of the local authority of a neighbourhood and a beat, empty where the list names none or several.

    The lines of both decide where they name one authority, else those of the neighbourhood.  Nothing is a problem.
    """

    lackable = True
    takes = 2
    needs = ("neighbourhoods",)
    into: str

    @property
    def makes(self) -> tuple[str, ...]:
        """The authority."""
        return (self.into,)

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the authorities."""
        known = context.references.derived("neighbourhoods", _authorities) or {}

        def authority(both: str) -> str | None:
            code, beat = both.split("\x1f", 1)
            for key in (_key(code, beat), _key(code)):
                named = known.get(key, frozenset())
                if code and len(named) == 1:
                    return min(named) or None
            return None

        both = pc.binary_join_element_wise(
            *(plain(cells[name]) for name in self.columns), "\x1f", null_handling="replace", null_replacement=""
        )
        return Treated({self.into: on_distinct(both, authority)})

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return the neighbourhood and the beat of each row's place."""
        place = draw.truth("place")
        return {name: place[name] for name in self.columns if name in place}

    def awkward(self) -> Sequence[Mapping[str, str]]:
        """Return neighbourhoods without a beat, and none that is listed."""
        code, beat = self.columns
        return ({beat: ""}, {code: "XX9"}, {code: "", beat: ""})
