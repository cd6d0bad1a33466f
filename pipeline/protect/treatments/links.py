"""Addresses of pages, of hosts that the force lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from pipeline.model.handling import Treated
from pipeline.protect.handling import OneColumn, of_form
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

    is_open: ClassVar[bool] = True
    lackable: ClassVar[bool] = True
    options: ClassVar[tuple[type[Options], ...]] = (LinkOptions,)
    why: str = "an address may be shown when the force lists its host"

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the addresses that may be shown, and where one is left blank."""
        hosts = context.option(LinkOptions).link_hosts
        text, other = of_form(cells[self.column], lambda text: (at := _ADDRESS.fullmatch(text)) and at[1] in hosts)
        return Treated(self._same(text), quality={"links_withheld": other})

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return addresses of the example's own host."""
        return {self.column: draw.of(("https://www.example.org/data", "https://www.example.org/data/more"))}
