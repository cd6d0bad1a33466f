"""What kind of file it is: told from its bytes, whatever its name says."""

from __future__ import annotations

import zipfile
from enum import Enum
from typing import TYPE_CHECKING, BinaryIO

from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Kind(Enum):
    """The kinds of file that can be looked into, in the words that a message uses."""

    TEXT = "CSV"
    XLSX = "XLSX workbook"
    XLS = "old XLS workbook"
    ODS = "ODS workbook"
    SQLITE = "SQLite database"


_HEAD = 1 << 16
_ZIP, _COMPOUND, _SQLITE = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1"), b"SQLite format 3\0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLD_BOOKS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_TABLE_ITSELF = "ask for the table itself, as a workbook or CSV"
_AS_WORKBOOK = "open it in a spreadsheet program and save it as .xlsx or CSV"
#: How files of other kinds begin, what they are, and what to do.
_OTHERS = (
    (b"%PDF", "a PDF", _TABLE_ITSELF),
    (b"{\\rtf", "a text document", _TABLE_ITSELF),
    (b"\x1f\x8b", "packed (gzip)", "unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "packed (7z)", "unpack it first"),
    (b"Rar!", "packed (RAR)", "unpack it first"),
    (b"PAR1", "a Parquet file", "ask for the table as CSV"),
    (b"\x89PNG", "a picture", _TABLE_ITSELF),
    (b"\xff\xd8\xff", "a picture", _TABLE_ITSELF),
)
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<meta", b"<div", b"<style")


def kind_of(file: BinaryIO, *, where: str) -> Kind:
    """Return the kind of an open file, which is read from its beginning again; `InputError` for any other."""
    head = file.read(_HEAD)
    file.seek(0)
    if not head.strip():
        raise InputError("empty-file", "the file is empty", where=where, fix="have it exported again")
    if head.startswith(_ZIP):
        return _in_zip(file, where=where)
    if head.startswith(_COMPOUND):
        return _in_compound(file, where=where)
    if head.startswith(_SQLITE):
        return Kind.SQLITE
    others = [(head.startswith(start), what, fix) for start, what, fix in _OTHERS]
    for holds, what, fix in (*others, *_marked_up(head)):
        if holds:
            raise _other(what, fix, where=where)
    # every other byte is mostly zero in UTF-16 without its mark
    is_wide = any(head[place::2].count(0) > len(head) // 5 for place in (0, 1)) and b"\0\0\0" not in head
    if b"\0" in head and not head.startswith(_UTF_16) and not is_wide:
        raise InputError("not-text", "the file is neither text nor a workbook", where=where, fix=_AS_WORKBOOK)
    return Kind.TEXT


def _in_zip(file: BinaryIO, *, where: str) -> Kind:
    try:
        with zipfile.ZipFile(file) as package:
            names = {name.lower() for name in package.namelist()}
            mime = package.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError, KeyError, OSError):
        what, fix = "the file is a damaged workbook or zip", "have it exported again"
        raise InputError("broken-file", what, where=where, fix=fix) from None
    finally:
        file.seek(0)
    if "xl/workbook.xml" in names or any(name.startswith("xl/worksheets/") for name in names):
        return Kind.XLSX
    if mime.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return Kind.ODS
    if "xl/workbook.bin" in names:
        raise _other("a binary workbook (.xlsb)", _AS_WORKBOOK, where=where)
    if "word/document.xml" in names or mime:
        raise _other("a document of another kind", _TABLE_ITSELF, where=where)
    raise _other("a zip of files", "unpack it, and look at each file", where=where)


def _in_compound(file: BinaryIO, *, where: str) -> Kind:
    whole = file.read()
    file.seek(0)
    if _ENCRYPTED in whole:
        what, fix = "a password protects the workbook", "have it saved without a password"
        raise InputError("encrypted-file", what, where=where, fix=fix)
    if not any(name in whole for name in _OLD_BOOKS):
        raise _other("a document of another kind", _TABLE_ITSELF, where=where)
    return Kind.XLS


def _marked_up(head: bytes) -> Iterator[tuple[bool, str, str]]:
    """Yield whether a file is a web page, as systems like to call .xls, other XML, or JSON, and what to do."""
    text = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n").lower()
    is_book = text.startswith((b"<?xml", b"<workbook")) and b"urn:schemas-microsoft-com:office:spreadsheet" in text
    holds_page = text.startswith((b"<?xml", b"<!--")) and any(mark in text for mark in _PAGES)
    yield is_book, "a workbook in the XML form of 2003", _AS_WORKBOOK
    yield text.startswith(_PAGES) or holds_page, "a web page (HTML), whatever its name says", _AS_WORKBOOK
    yield text.startswith((b"<?xml", b"<!")), "XML", _TABLE_ITSELF
    yield text.startswith((b'{"', b"[{", b"{\n", b"{\r", b"[\n")), "JSON", _TABLE_ITSELF


def _other(what: str, fix: str, *, where: str) -> InputError:
    return InputError("broken-file", f"the file is {what}: there is no table to look at", where=where, fix=fix)
