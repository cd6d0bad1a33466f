"""The package of a workbook: a zip that is opened only when it cannot do harm.

Limits are far above any real ledger and far below what would fill a machine.  What calamine is given later is
a new package made of the checked parts alone, so nothing that this module did not see is ever unpacked.
"""

from __future__ import annotations

import errno
import struct
import zipfile
import zlib
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO
from xml.parsers import expat

from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_LARGEST_FILE = 256 << 20
#: Kinds that are read whole into memory.
_LARGEST_OLDER = 64 << 20
_LARGEST_PART = 256 << 20
_LARGEST_WHOLE = 512 << 20
_MOST_PARTS = 2_000
#: Repetitive sheets shrink about fifty times; deflate cannot do more than about a thousand.
_HIGHEST_RATIO = 200
_RATIO_MATTERS_FROM = 8 << 20
_PIECE = 1 << 18
_ZIP = b"PK\x03\x04"
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = 0x1
#: How an encrypted workbook names its only stream, in the directory of the compound file around it.
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_RESAVE = "export it again as .xlsx, without a password; one that was repaired may lack rows"

#: What damaged zips raise; of kinds that the library cannot read, and of an unknown encoding, the last three.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError),
    *(NotImplementedError, RuntimeError, LookupError),
)

Attributes = dict[str, str]


class Package:
    """The parts of one workbook, by name; each is read within the limits."""

    def __init__(self, file: BinaryIO, *, where: str) -> None:
        """Check the zip's directory; ``where`` is what errors call the file."""
        self.where = where
        refuse_other_kinds(file, where=where)
        with self.guarded():
            self._zip = zipfile.ZipFile(file)
            self._entries = {_normal(entry.filename): entry for entry in self._zip.infolist()}
            self._check()

    def names(self) -> list[str]:
        """Return the names of all parts, in lower case (names of parts are the same in any case)."""
        return list(self._entries)

    def __contains__(self, name: str) -> bool:
        return _normal(name) in self._entries

    def pieces(self, name: str) -> Iterator[bytes]:
        """Return the bytes of a part, piece by piece; an absent or damaged one is ``broken-file``."""
        with self.guarded(), self._zip.open(self._entries[_normal(name)]) as part:
            while piece := part.read(_PIECE):
                yield piece

    def parse(
        self, name: str, start: Callable[[str, Attributes], object], text: Callable[[str], None] | None = None
    ) -> None:
        """Call ``start`` for each element of an XML part, by local name; a document type is refused.

        Where ``start`` returns true, ``text`` is given the text up to the next element.
        """
        local_names = _LocalNames()

        def on_start(tag: str, attributes: Attributes) -> None:
            parser.CharacterDataHandler = text if start(local_names[tag], attributes) else None

        parser = self._parser(on_start)
        with self.guarded():
            for piece in self.pieces(name):
                parser.Parse(piece, False)  # noqa: FBT003 - expat takes it by position
            parser.Parse(b"", True)  # noqa: FBT003 - the same

    def root(self, name: str) -> str:
        """Return the first element of an XML part: its namespace, a blank, its local name."""
        found: list[str] = []
        parser = self._parser(lambda tag, _: found.append(tag))
        with self.guarded():
            for piece in self.pieces(name):
                parser.Parse(piece, False)  # noqa: FBT003 - the same
                if found:
                    break
        return found[0] if found else ""

    def _parser(self, on_start: Callable[[str, Attributes], None]) -> expat.XMLParserType:
        def refuse_doctype(*_: object) -> None:
            raise self.broken("a part declares a document type, which no workbook does")

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = on_start
        parser.StartDoctypeDeclHandler = refuse_doctype
        return parser

    def copy(self, parts: Mapping[str, str | bytes], target: BinaryIO) -> None:
        """Write a new package to ``target``: by new name, the name of a part to copy, or its bytes."""
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
            for name, source in parts.items():
                with package.open(name, "w") as part:
                    for piece in self.pieces(source) if isinstance(source, str) else (source,):
                        part.write(piece)

    def broken(self, what: str) -> InputError:
        """Return the error for a damaged workbook."""
        return InputError("broken-file", f"the workbook is damaged: {what}", where=self.where, fix=_RESAVE)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn what reading a damaged part raises into an error of ours; libraries' texts may hold cells."""
        try:
            yield
        except _DAMAGED:
            raise self.broken("its zip cannot be unpacked, or a part of it is missing") from None
        except OSError as error:
            if error.errno != errno.EINVAL:  # a place before the file's beginning
                raise
            raise self.broken("its zip cannot be unpacked") from None
        except expat.ExpatError as error:
            raise self.broken(f"a part is no well-formed XML (line {error.lineno})") from None

    def _check(self) -> None:
        entries = self._zip.infolist()
        sizes = [(entry.file_size, entry.compress_size) for entry in entries]
        packed = [size for size, of in sizes if size > _RATIO_MATTERS_FROM and size > _HIGHEST_RATIO * max(of, 1)]
        whole = sum(size for size, _ in sizes)
        if (
            packed
            or len(entries) > _MOST_PARTS
            or whole > _LARGEST_WHOLE
            or max(sizes, default=(0, 0))[0] > _LARGEST_PART
        ):
            raise bomb(self.where)
        if any(entry.flag_bits & _ENCRYPTED for entry in entries):
            raise _encrypted(self.where)
        if any(entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for entry in entries):
            raise self.broken("a part is packed in a way that no workbook is")
        if len(self._entries) != len(entries):
            raise self.broken("two parts have the same name")
        names = [entry.filename for entry in entries]
        if any(name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name for name in names):
            raise self.broken("a part's name leads outside the workbook")
        for name in self._entries:
            deque(self.pieces(name), maxlen=0)  # unpacks it, within its stated size, and compares its checksum


def refuse_other_kinds(file: BinaryIO, *, where: str) -> None:
    """Return when ``file`` begins as a zip of a bearable size; it is read from its beginning again."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(len(_COMPOUND_FILE))
    file.seek(0)
    if not size:
        raise InputError("empty-file", "the file is empty", where=where, fix="have the extract exported again")
    if size > _LARGEST_FILE:
        raise bomb(where)
    if head.startswith(_COMPOUND_FILE) and _ENCRYPTED_STREAM in file.read(_LARGEST_FILE):
        raise _encrypted(where)
    file.seek(0)
    if not head.startswith(_ZIP):
        kind = "an old .xls workbook" if head.startswith(_COMPOUND_FILE) else "no .xlsx workbook"
        raise InputError(
            "broken-file", f"the file is {kind}, whatever its name says, or damaged", where=where, fix=_RESAVE
        )


def check_older(file: BinaryIO, *, where: str) -> None:
    """Refuse a workbook of an older kind, or of OpenDocument, that is larger than any extract, or could do harm."""
    head, size = file.read(len(_ZIP)), file.seek(0, 2)
    file.seek(0)
    if head.startswith(_ZIP):
        Package(file, where=where)
        file.seek(0)
    elif size > _LARGEST_OLDER:
        raise bomb(where)


def _normal(name: str) -> str:
    return name.lower().lstrip("/")


class _LocalNames(dict[str, str]):
    """The local name of each tag, worked out once: a sheet has few tags and millions of elements."""

    def __missing__(self, tag: str) -> str:
        self[tag] = tag.rpartition(" ")[2]
        return self[tag]


def bomb(where: str) -> InputError:
    """Return the error for a workbook that is larger than any extract."""
    what = "the workbook is larger, packed or unpacked, than any extract should be"
    fix = "have a single month exported, as values only"
    return InputError("zip-bomb", what, where=where, fix=fix)


def _encrypted(where: str) -> InputError:
    return InputError("encrypted-file", "the workbook is protected by a password", where=where, fix=_RESAVE)
