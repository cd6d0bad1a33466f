"""What archetypes share: of most sources the settings say nothing, and the rows of some are made of no extract."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pyarrow as pa

from pipeline.extract.partition import period_files, sha256_of
from pipeline.extract.paths import safe_path
from pipeline.model.source import Form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.errors import PipelineError
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.source import Asked, Connections, Names, Remember


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


class FilesByPeriod(Given):
    """A source with one file a period, named as ``pattern`` says."""

    __slots__ = ()

    pattern: str

    def extracts(self, root: Path, kind: PeriodKind, _remember: Remember) -> dict[str, Period]:
        """Return the files that are there, each with its period."""
        return {path: period for period, path in period_files(root, self.pattern, kind).items()}

    def sha256(self, root: Path, path: str, remember: Remember) -> str:
        """Return the sha256 of a file's bytes."""
        return remember("sha256", safe_path(root, path), partial(sha256_of, root, path))

    def files(self, root: Path, kind: PeriodKind) -> tuple[str, ...]:
        """Return the files that are there."""
        return tuple(period_files(root, self.pattern, kind).values())


def plain_decimal(value: float) -> str:
    """Return the shortest decimal that gives the same float, without an exponent and without a point at its end."""
    shortest = repr(value)
    digits = format(Decimal(shortest), "f") if "e" in shortest else shortest
    digits = digits.removesuffix(".0")
    return "0" if digits == "-0" else digits


def parsed(text: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what a text in UTF-8 holds; `ValueError` where it is no JSON, or a member stands in it twice."""
    try:
        return json.loads(text.decode("utf-8"), object_pairs_hook=_once)
    except RecursionError:
        wrong = "too deep"
    raise ValueError(wrong)


def line_of(item: object) -> str:
    """Return an item as one line; `ValueError` where no text in UTF-8 stands for it."""
    try:
        line = json.dumps(item, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
        line.encode("utf-8")
    except RecursionError:
        raise ValueError from None
    return line


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)
