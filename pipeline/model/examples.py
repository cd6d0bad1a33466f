"""What a handling may say about raw cells that suit it: invented extracts are put together from that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.model.periods import Period


class Draw(Protocol):
    """Draws columns of text for the rows of one invented extract, each with a cell for every row."""

    @property
    def period(self) -> Period:
        """The period of the extract."""

    def of(self, values: Sequence[str], weights: Sequence[float] | None = None) -> pa.Array:
        """Return a column of ``values``, equally likely or by ``weights``."""

    def numbers(self, low: int, high: int) -> pa.Array:
        """Return whole numbers from ``low`` to below ``high``."""

    def amounts(self) -> pa.Array:
        """Return pounds and pence."""

    def days(self) -> pa.Array:
        """Return days of the period, as systems write them."""

    def moments(self) -> pa.Array:
        """Return days of the period with a time, in the order of the rows."""

    def instants(self) -> pa.Array:
        """Return moments of the period in universal time (RFC 3339)."""

    def running(self) -> pa.Array:
        """Return whole numbers, each once in an extract."""

    def references(self, scope: str) -> pa.Array:
        """Return the references of records, the same in every extract that names records of the scope."""

    def codes(self, codelist: str) -> Sequence[Mapping[str, str]]:
        """Return the rows of a code list that are valid in every month."""

    def truth(self, of: str) -> Mapping[str, pa.Array]:
        """Return the columns of something that every table of the force agrees on: a place, a supplier."""

    def text(self, column: str, published: str) -> pa.Array:
        """Return text that may be published in a column of the schema; it is nobody's name."""


@runtime_checkable
class HasExample(Protocol):
    """A handling that knows what stands in its raw columns."""

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return plausible cells, by raw column."""
