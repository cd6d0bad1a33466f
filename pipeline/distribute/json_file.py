"""Files of JSON: RFC 8259, UTF-8, the same bytes for the same document."""

from __future__ import annotations

import json
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.model.distribution import Distribution

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa

    from pipeline.model.distribution import Particulars


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonFile(Distribution):
    """A further file that is one JSON object."""

    @abstractmethod
    def document(self, rows: pa.Table, particulars: Particulars) -> Mapping[str, Any]:
        """Return the object."""

    def content(self, rows: pa.Table, particulars: Particulars) -> bytes:
        """Return the object as text, without a blank that says nothing."""
        document = self.document(rows, particulars)
        return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"

    def texts(self, content: bytes) -> Iterable[str]:
        """Return every text, the names of members among them, and every number as it is written."""
        return _texts(json.loads(content, parse_float=str, parse_int=str))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
