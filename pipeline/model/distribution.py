"""Files in which a release is distributed: the CSV and the Parquet of its rows, and what else is made of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from pipeline.codelists import CodeLists
    from pipeline.model.context import ReferenceReader
    from pipeline.model.periods import Period


class FileFormat(NamedTuple):
    """A format of files: the ending of their names, what people call it, its media type (IANA) and its standard.

    ``use`` says to the public what a file of it is for.  ``standard`` is an address, "" where it has none.  ``packs``
    is the media type of the files that are packed in one, "" where none are.
    """

    ending: str
    title: str
    media_type: str
    standard: str = ""
    use: str = ""
    packs: str = ""


CSV: Final = FileFormat("csv", "CSV", "text/csv", "https://www.rfc-editor.org/rfc/rfc4180")
PARQUET: Final = FileFormat(
    "parquet", "Parquet", "application/vnd.apache.parquet", "https://parquet.apache.org/docs/file-format/"
)
#: A file of many CSV files, as anybody can unpack.
ZIP: Final = FileFormat("zip", "ZIP of CSV files", "application/zip", packs=CSV.media_type)
#: The formats of every release: the same rows in each.
OF_ROWS: Final = (CSV, PARQUET)
ENDINGS_OF_ROWS: Final = tuple(each.ending for each in OF_ROWS)


def ending_of(name: str) -> str:
    """Return the ending of a release's file, by its name `DATASET-PERIOD.ENDING`."""
    return name.partition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What a distribution may know beside the public rows: no raw cell, no key, no clock.

    ``name`` is that of its file; ``options`` are the settings that it asks, by their class, ``references`` the lists
    that it needs.
    """

    name: str
    dataset: str
    period: Period
    title: str
    publisher: str
    force: str
    force_name: str
    bodies: Mapping[str, str]
    licence_url: str
    attribution: str
    sample: bool
    codelists: CodeLists
    references: ReferenceReader
    options: Mapping[type[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(ABC):
    """A further file of each release, made by one pure function: equal rows and particulars give equal bytes.

    ``needs`` are the lists below ``data/reference`` that it looks up, ``options`` the settings that it asks.
    """

    format: ClassVar[FileFormat]
    needs: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[tuple[type[Any], ...]] = ()

    def is_made(self, _options: Mapping[type[Any], Any]) -> bool:
        """Return whether the settings ask for it."""
        return True

    @abstractmethod
    def content(self, rows: pa.Table, particulars: Particulars) -> bytes:
        """Return the file of the public ``rows``, which have the types and the order of the Parquet."""

    @abstractmethod
    def texts(self, content: bytes) -> Iterable[str]:
        """Return every text that somebody can read in the file, as a program that opens it gives it.

        The leak check reads these from the bytes that were written.
        """
