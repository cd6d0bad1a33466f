"""Rows that are public already, and what a rule does to them when what is known of them has changed."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask


class PublicRows(Protocol):
    """Rows that are public already, when what is known of them has changed."""

    def references(self, scope: str) -> pa.Array | None:
        """Return the keyed references of a scope, nothing where the dataset has none."""

    def key(self, name: str) -> pa.Array | None:
        """Return a private key of each row, nothing where the release was made without it."""

    def text(self, name: str) -> pa.Array:
        """Return a published column as text."""

    def entries(self) -> NDArray[np.int64]:
        """Return a number for each row of a register, the same for rows of one entry."""


class PublicRevision(NamedTuple):
    """What a rule does to rows that are public: ``out`` go, ``columns`` take the place of what stood there.

    ``code`` is the reason why they go, "" where none do;
    ``applied`` are the entries of the rule's register that stood in the rows that go; ``kept_back`` is what a later
    build has to keep back as well.
    """

    code: str
    out: Mask
    columns: Mapping[str, pa.Array] = MappingProxyType({})
    applied: Sequence[str] = ()
    kept_back: Sequence[str] = ()
