"""How invented workbooks are recognised, and what is done with those that cannot be opened: nothing."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import InputError
from pipeline.extract.workbook.workbook import Workbook
from pipeline.model.wording import SAMPLE_MARK
from pipeline.sample import bears_mark

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "docProps/core.xml"


def packed(packing: int = zipfile.ZIP_DEFLATED, text: str = SAMPLE_MARK) -> bytearray:
    """Return a zip whose only part is the properties of a workbook, packed in that way."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as parts:
        parts.writestr(TITLE, f"<title>{text}</title>" * 9, packing)
    return bytearray(target.getvalue())


def overwritten(packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = packed(packing)
    start = 30 + len(TITLE) + (4 if packing == zipfile.ZIP_LZMA else 0)
    data[start : start + 20] = b"\xff" * 20
    return bytes(data)


def stating(place: int, value: int) -> bytes:
    """Return the zip with another number at ``place`` of its directory."""
    data = packed()
    struct.pack_into("<H", data, data.index(b"PK\1\2") + place, value)
    return bytes(data)


def before_the_beginning() -> bytes:
    """Return the zip with a part that would stand before the file's beginning."""
    data = packed()
    struct.pack_into("<I", data, data.index(b"PK\5\6") + 16, len(data) * 2)
    return bytes(data)


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_workbook_is_known_by_its_title(tmp_path: Path, packing: int) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(packing))
    assert bears_mark(path)
    path.write_bytes(packed(packing, "Payments of January"))
    assert not bears_mark(path)


@pytest.mark.parametrize(
    "data",
    [
        overwritten(),
        overwritten(zipfile.ZIP_LZMA),
        overwritten(zipfile.ZIP_BZIP2),
        bytes(packed(zipfile.ZIP_LZMA)),
        stating(8, 0x1),
        stating(8, 0x20),
        stating(8, 0x40),
        stating(10, 99),
        stating(6, 99),
        stating(42, 9),
        before_the_beginning(),
    ],
    ids=[
        "deflate",
        "lzma",
        "bzip2",
        "whole lzma",
        "password",
        "patch",
        "strong",
        "unheard-of",
        "version",
        "elsewhere",
        "before",
    ],
)
def test_a_workbook_that_cannot_be_opened_is_left_to_the_reading(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "2024-01.xlsx"
    path.write_bytes(data)
    assert not bears_mark(path)
    with pytest.raises(InputError) as caught:
        Workbook("{month}.xlsx", sheet="Payments").read(tmp_path, path.name, ["Body"], ["Body"])
    assert caught.value.code in {"broken-file", "encrypted-file"}
