"""Addresses of pages, of hosts that the force lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from pipeline.columns.arrays import filled, on_distinct
from pipeline.model.handling import Treated
from pipeline.protect.handling import OneColumn
from pipeline.protect.options.links import LinkOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.examples import Draw
    from pipeline.settings.options import Options

_ADDRESS: Final = re.compile(r"https://([^/]+)(?:/[A-Za-z0-9._~%@:+,/-]*)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(OneColumn):
    """Publishes an address of a host that the settings list; another one is left blank, and counted.

    It has no user, port, query or fragment: an address to join something may hold a password.
    """

    options: ClassVar[tuple[type[Options], ...]] = (LinkOptions,)
    why: str = "an address may be shown when the force lists its host"

    @property
    def open_text(self) -> tuple[str, ...]:
        """The address."""
        return self.makes

    @property
    def optional(self) -> tuple[str, ...]:
        """The address."""
        return self.columns

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the addresses that may be shown, and where one is left blank."""
        hosts, column = context.option(LinkOptions).link_hosts, cells[self.column]

        def shown(text: str) -> str | None:
            found = _ADDRESS.fullmatch(text)
            return text if found and found[1] in hosts else None

        text = on_distinct(column, shown)
        return Treated(self._same(text), quality={"links_withheld": filled(column) & ~filled(text)})

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return addresses of the example's own host."""
        return {self.column: draw.of(("https://www.example.org/data", "https://www.example.org/data/more"))}
