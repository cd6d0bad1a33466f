"""A system that is asked over HTTP month by month: what was taken is a file of one item a line, read like any other."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.errors import InputError, PipelineError
from pipeline.extract.given import FilesByPeriod, line_of, parsed, text_columns
from pipeline.extract.header import match_header
from pipeline.extract.paths import safe_path, steadily
from pipeline.model.source import Form
from pipeline.model.tables import Extracted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.model.source import Asked, Connections, Names

_AGAIN = "remove the file: the next run takes the month anew where the settings name the service; else export it again"
#: What a cell begins with that is of another type than its member is.
_OTHER = "JSON"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Service(FilesByPeriod):
    """The items of a service that the settings call ``source``: one file a month at ``pattern``, one item a line.

    Cells are the texts of an item as they stand, never trimmed.  ``numbers`` are members that hold whole numbers: a
    cell of them is its digits.  ``names`` are what items are called, and ``moments`` hold a moment with its zone
    (RFC 3339, to the second): a cell of these is empty where they have another form.  What else is of another type is
    a cell that no list and no form of a number allows.
    """

    source: str
    pattern: str
    numbers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        """What the settings call it."""
        return self.source

    @property
    def form(self) -> Form:
        """How a month that was taken is laid out."""
        return Form(self.pattern, numbers=self.numbers)

    def take(self, root: Path, declared: Names, connections: Connections, asked: Asked) -> PipelineError | None:
        """Put the months that are due below ``root``, each whole or not at all; return what stopped that."""
        account = connections.services.get(self.source)
        if account is None:
            return None
        # only a run that asks a service needs what speaks HTTP
        from pipeline.extract.service.asking import Asking  # noqa: PLC0415
        from pipeline.extract.service.taking import due_months, known_of, take_months  # noqa: PLC0415

        memory = asked.memory / f"{self.source}.json"
        try:
            folder = safe_path(root, self.pattern).parent
            there = {path.stem for path in folder.glob("*.jsonl")} if folder.is_dir() else set()
            months = due_months(account.first_month, asked.as_of, {*there, *known_of(memory)}, asked.named)
            asking = Asking(f"{account.url}/{self.source}", account.token)
            return take_months(asking, months, keys=declared, folder=folder, memory=memory, say=asked.say).error
        except PipelineError as error:
            return error

    def read(self, root: Path, path: str, columns: Names, declared: Names, *, dictionaries: Names = ()) -> Extracted:
        """Return the asked ``columns`` of the items of a month; the number of an item is that of its line."""
        content = steadily(root, path, lambda file: (content := file.read(), len(content)))
        items = list(_items(content, declared, path))
        cells = {name: [self._cell(name, item[name]) for item, _ in items] for name in columns}
        return Extracted(
            path=path,
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            encoding="utf-8",
            cells=text_columns(cells, dictionaries),
            rows=pa.array(range(1, len(items) + 1), pa.int64()),
            lines=pa.array([line for _, line in items], pa.string()),
        )

    def _cell(self, name: str, value: object) -> str | None:
        """Return the text of a member, None where it is empty."""
        if value is None or (value == "" and isinstance(value, str)):
            return None
        form = _NAME if name in self.names else _MOMENT if name in self.moments else None
        if form:
            return value if isinstance(value, str) and form.fullmatch(value) else None
        expected = int if name in self.numbers else str
        return str(value) if type(value) is expected else f"{_OTHER} {line_of(value)}"


def _items(content: bytes, declared: Sequence[str], path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the items of a file, each with its line as it is always written."""
    if content and not content.endswith(b"\n"):
        raise InputError("cut-off", "the last line does not end", where=path, fix=_AGAIN)
    for number, text in enumerate(content.split(b"\n")[:-1], start=1):
        try:
            item = parsed(text)
            line = line_of(item)
        except ValueError:
            item, line = None, ""
        if not isinstance(item, dict):
            raise InputError("broken-file", "this line is no item in JSON", where=f"{path}, row {number:,}", fix=_AGAIN)
        match_header(tuple(item), declared, where=f"{path}, row {number:,}")
        yield item, line
