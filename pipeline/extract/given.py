"""What archetypes share: of most sources the settings say nothing, and the rows of some are made of no extract."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import pyarrow as pa

from pipeline.model.source import Form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.errors import PipelineError
    from pipeline.model.periods import PeriodKind
    from pipeline.model.source import Asked, Connections, Names


class Given:
    """A source that is taken from no service and has no address; each of its extracts has a period of its own."""

    __slots__ = ()

    @property
    def service(self) -> str:
        """None is asked."""
        return ""

    @property
    def whole(self) -> str:
        """No extract holds every period."""
        return ""

    @property
    def name(self) -> str:
        """The settings give no address of it."""
        return ""

    @property
    def first_month(self) -> str:
        """Every extract counts."""
        return ""

    def at(self, _connections: Connections) -> Self:
        """Return the source itself: it has no address."""
        return self

    def check(self) -> None:
        """Find nothing wrong: there is no address."""

    def take(self, _root: Path, _declared: Names, _connections: Connections, _asked: Asked) -> PipelineError | None:
        """Take nothing."""
        return None


class Made(Given):
    """A source whose rows are made: nothing is expected or laid out below the folder of extracts."""

    __slots__ = ()

    pattern: ClassVar[str] = ""

    @property
    def form(self) -> Form:
        """Nothing is laid out."""
        return Form("")

    def files(self, _root: Path, _kind: PeriodKind) -> tuple[str, ...]:
        """Return nothing: it is no file."""
        return ()


def text_columns(cells: Mapping[str, Sequence[str | None]], dictionaries: Names) -> dict[str, pa.Array]:
    """Return columns of text, those in ``dictionaries`` dictionary-encoded."""
    columns = {name: pa.array(column, pa.string()) for name, column in cells.items()}
    return {name: each.dictionary_encode() if name in dictionaries else each for name, each in columns.items()}
