"""CSV extracts: the right text, exact row numbers, or a clear refusal without a cell in it."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

import pipeline.extract.delimited.reading as reading_module
import pipeline.extract.delimited.stream as stream_module
from pipeline.errors import InputError, PipelineError
from pipeline.extract.delimited.folder import Folder
from tests.lib.refused import refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.extract.delimited.stream import CheckedStream
    from pipeline.extract.delimited.walk import Request
    from pipeline.model.tables import Extracted

COLUMNS = ("a", "b")
#: A cell that must never be seen in a message.
PERSON = "Featherstonehaugh"


def read(
    root: Path, data: bytes, columns: tuple[str, ...] = COLUMNS, *, encodings: tuple[str, ...] = ("utf-8",)
) -> Extracted:
    (root / "2024-01.csv").write_bytes(data)
    return Folder("{month}.csv", encodings).read(root, "2024-01.csv", columns, COLUMNS)


def rows(extracted: Extracted) -> list[tuple[str | None, ...]]:
    return list(zip(*(column.to_pylist() for column in extracted.cells.values()), strict=True))


def texts(extracted: Extracted) -> dict[str, list[str | None]]:
    return {name: column.to_pylist() for name, column in extracted.cells.items()}


def refusal(root: Path, data: bytes, *, encodings: tuple[str, ...] = ("utf-8",)) -> PipelineError:
    return refused(lambda: read(root, data, encodings=encodings), PERSON)


def small_blocks(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(reading_module, "BLOCK", size)
    monkeypatch.setattr(stream_module, "BLOCK", size)


def test_cells_are_trimmed_text_and_rows_are_numbered(tmp_path: Path) -> None:
    data = 'a,b\n 1\u00a0,\t2 \n\u00a0 ,"x, ""y""\nz"\n007,é\n'.encode()
    extracted = read(tmp_path, data)
    assert rows(extracted) == [("1", "\t2"), (None, 'x, "y"\nz'), ("007", "é")]
    assert extracted.rows.to_pylist() == [2, 3, 4]
    assert extracted.rows.type == pa.int64()
    assert (extracted.bytes, extracted.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (extracted.path, extracted.encoding, extracted.ragged) == ("2024-01.csv", "utf-8", ())


def test_only_the_asked_columns_come_in_the_asked_order(tmp_path: Path) -> None:
    assert texts(read(tmp_path, b"a,b\n1,2\n", ("b",))) == {"b": ["2"]}
    assert list(read(tmp_path, b"b,a\n1,2\n").cells) == ["a", "b"]
    nothing = read(tmp_path, b"a,b\n1,2\n", ())
    assert (len(nothing.cells), nothing.rows.to_pylist()) == (0, [2])


def test_asked_columns_come_as_dictionaries_without_blank_or_doubled_entries(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("a,b\nx,1\n x,2\n,3\n  ,4\n")
    extracted = Folder("f.csv").read(tmp_path, "f.csv", ["a"], COLUMNS, dictionaries=["a"])
    column = extracted.cells["a"]
    assert column.type == pa.dictionary(pa.int32(), pa.string())
    assert column.dictionary.to_pylist() == ["x"]
    assert column.to_pylist() == ["x", "x", None, None]


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,2\n",
        b"a,b\r\n1,2\r\n",
        b"\xef\xbb\xbfa,b\n1,2\n",
        b"a,b\n1,2",
        b' a ,"b"\n"1","2"\n',
        b"\xc2\xa0a,b\n1,2\r\n",
    ],
)
def test_line_ends_marks_and_quotes_make_no_difference(tmp_path: Path, data: bytes) -> None:
    assert rows(read(tmp_path, data)) == [("1", "2")]


@pytest.mark.parametrize("data", [b"a,b", b"a,b\n", b"a,b\r\n", b"\xef\xbb\xbfa,b\n"])
def test_a_header_without_rows_is_an_empty_month(tmp_path: Path, data: bytes) -> None:
    extracted = read(tmp_path, data)
    assert (rows(extracted), extracted.rows.to_pylist()) == ([], [])


def test_blank_lines_count_but_are_no_rows(tmp_path: Path) -> None:
    extracted = read(tmp_path, b'a,b\n1,2\n\n,\n\r\n   \n"3\n\n",4\n5,6\n\n\n')
    assert rows(extracted) == [("1", "2"), (None, None), ("3\n\n", "4"), ("5", "6")]
    assert extracted.rows.to_pylist() == [2, 4, 7, 8]
    assert extracted.ragged == ()


def test_ragged_rows_in_the_middle_are_listed_with_exact_numbers(tmp_path: Path) -> None:
    many = b'1,"2\n2"\n' * 5_000
    extracted = read(tmp_path, b"a,b\n" + many + b"7\n" + many + b"8,9,10\n\n" + many + b"x,y\n")
    assert extracted.ragged == (5_002, 10_003)
    assert extracted.rows.to_pylist()[-1] == 15_005
    assert len(extracted.rows) == 15_001
    assert rows(extracted)[-1] == ("x", "y")


def test_a_last_row_that_is_too_long_is_ragged_not_cut_off(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n1,2\n3,4,5\n").ragged == (3,)


def test_a_short_last_row_refuses_the_file(tmp_path: Path) -> None:
    error = refusal(tmp_path, f"a,b\n1,2\n{PERSON}".encode())
    assert error.text() == (
        "cut-off: 2024-01.csv, row 3: the last row has 1 of 2 cells; the file was probably cut off\n"
        "  to do: have it exported again, whole, and without a line below the last row"
    )


def test_an_open_quote_refuses_the_file(tmp_path: Path) -> None:
    error = refusal(tmp_path, f'a,b\n1,2\n3,"{PERSON}\n'.encode())
    assert error.text().startswith("cut-off: 2024-01.csv: the file ends inside a quotation mark that is never closed;")
    assert refusal(tmp_path, f'a,b\n1,2" wide\n3,"{PERSON}\n'.encode()).code == "cut-off"


def test_a_quote_that_swallows_rows_refuses_the_file(tmp_path: Path) -> None:
    error = refusal(tmp_path, f'a,b\n1,2\n3,"open\n5,"{PERSON}"\n7,8\n'.encode())
    assert error.text() == (
        "broken-quotes: 2024-01.csv, row 3: a quotation mark inside a quoted cell is not doubled, "
        "so the rows cannot be told apart\n"
        "  to do: have the extract exported with every quotation mark inside a cell doubled"
    )


def test_a_quote_inside_a_plain_cell_is_text(tmp_path: Path) -> None:
    assert rows(read(tmp_path, b'a,b\n1,5" nail\n2,"x"\n')) == [("1", '5" nail'), ("2", "x")]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path, data).text() == (
        "empty-file: 2024-01.csv: the file is empty; a month without rows still has its header\n"
        "  to do: have the extract exported again"
    )


def test_bytes_that_are_no_utf_8_in_any_column_refuse_the_file(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes(b"a,b\n1,2\n3,caf\xe9\n")
    with pytest.raises(InputError) as caught:
        Folder("f.csv").read(tmp_path, "f.csv", ["a"], COLUMNS)
    assert caught.value.text() == (
        "wrong-encoding: f.csv, line 3: the text is not utf-8\n"
        "  to do: have it exported in UTF-8, or name its encoding in the declaration or the mapping"
    )
    assert refusal(tmp_path, b"a,b\n1,\xc3").code == "wrong-encoding"
    assert refusal(tmp_path, b"a,b\n1,\xed\xa0\x80\n").code == "wrong-encoding"


def test_a_letter_cut_by_the_end_of_a_block_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_blocks(monkeypatch, 64)
    text = "a,b\n" + "é€😀,ŷô\n" * 200
    (tmp_path / "f.csv").write_text(text, encoding="utf-8")
    extracted = Folder("f.csv").read(tmp_path, "f.csv", COLUMNS, COLUMNS)
    assert set(rows(extracted)) == {("é€😀", "ŷô")}
    assert len(extracted.rows) == 200


def test_cp1252_is_tried_second_where_it_is_listed(tmp_path: Path) -> None:
    data = "a,b\n£5,O\u2019Brien\u00a0\n".encode("cp1252")
    extracted = read(tmp_path, data, encodings=("utf-8", "cp1252"))
    assert rows(extracted) == [("£5", "O\u2019Brien")]
    assert (extracted.encoding, extracted.sha256) == ("cp1252", hashlib.sha256(data).hexdigest())
    assert read(tmp_path, "a,b\n£,1\n".encode(), encodings=("utf-8", "cp1252")).encoding == "utf-8"
    error = refusal(tmp_path, b"a,b\n\x81,1\n", encodings=("utf-8", "cp1252"))
    assert error.text().startswith("wrong-encoding: 2024-01.csv, line 2: the text is not utf-8 or cp1252")


def test_cp1252_keeps_row_numbers_of_a_file_with_ragged_rows(tmp_path: Path) -> None:
    extracted = read(tmp_path, b"a,b\n\xa3,2\n3\n\n\x93x\x94,4\n", encodings=("utf-8", "cp1252"))
    assert (rows(extracted), extracted.ragged) == ([("£", "2"), ("\u201cx\u201d", "4")], (3,))
    assert extracted.rows.to_pylist() == [2, 5]


def _zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("2024-01.csv", f"a,b\n1,{PERSON}\n" * 50)
    return target.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        f"a,b\n1,{PERSON}\n".encode("utf-16"),
        f"a,b\n1,{PERSON}\n".encode("utf-16-le"),
        f"a,b\n1,{PERSON}\n".encode("utf-32"),
        b"a,b\n1,2\0\n",
        _zip(),
        bytes(range(256)) * 40,
    ],
)
@pytest.mark.parametrize("encodings", [("utf-8",), ("utf-8", "cp1252")])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, encodings: tuple[str, ...]) -> None:
    assert refusal(tmp_path, data, encodings=encodings).code in {"not-text", "wrong-encoding"}


def test_a_nul_is_refused_with_its_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"a,b\n1,2\n3,\0\n").text() == (
        "not-text: 2024-01.csv, line 3: a character is there that no text file holds (a NUL); "
        "it may be a workbook, a zip, or UTF-16\n"
        "  to do: have it exported as CSV, in UTF-8"
    )


def test_a_cell_larger_than_a_block_is_read(tmp_path: Path) -> None:
    long = "x\n" * 3_000_000
    assert rows(read(tmp_path, f'a,b\n1,"{long}"\n2,y\n'.encode())) == [("1", long), ("2", "y")]
    assert refusal(tmp_path, f'a,b\n1,"{long}\n2,y\n'.encode()).code == "cut-off"


def test_a_cell_too_long_for_any_reader_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_blocks(monkeypatch, 1 << 10)
    monkeypatch.setattr(reading_module, "_LARGEST_BLOCK", 1 << 11)
    error = refusal(tmp_path, f'a,b\n1,"{PERSON * 1000}"\n2,y\n'.encode())
    assert error.text() == (
        "broken-file: 2024-01.csv: the file cannot be read as CSV: a cell is too long, "
        "or a row ends with an unusual character\n"
        "  to do: have it exported as plain CSV with commas, quotation marks and ordinary line ends"
    )


def test_many_columns(tmp_path: Path) -> None:
    names = [f"column_{number}" for number in range(100_000)]
    (tmp_path / "f.csv").write_text(",".join(names) + "\n" + ",".join(["1"] * 100_000) + "\n")
    assert texts(Folder("f.csv").read(tmp_path, "f.csv", names[-1:], names)) == {names[-1]: ["1"]}
    (tmp_path / "2024-01.csv").write_text(",".join(names))
    assert refusal(tmp_path, (tmp_path / "2024-01.csv").read_bytes()).code == "no-header-row"


def test_a_marked_header_stops_the_file_unless_the_column_is_declared(tmp_path: Path) -> None:
    assert (
        refusal(tmp_path, b"OFFICIAL - SENSITIVE\na,b\n1,2\n")
        .text()
        .startswith("protective-marking: 2024-01.csv, row 1: a protective marking above OFFICIAL stands in the header")
    )
    (tmp_path / "f.csv").write_text("RESTRICTED,b\nN,2\n")
    assert texts(Folder("f.csv").read(tmp_path, "f.csv", ["b"], ["RESTRICTED", "b"])) == {"b": ["2"]}


@pytest.mark.parametrize("data", [b"1,2\n3,4\n", b'"a,b\n1,2\n', b'"a"x,b\n1,2\n', b"a:b\n1:2\n"])
def test_a_first_row_that_is_no_header(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path, data).code == "no-header-row"


def test_a_person_in_the_header_is_not_shown(tmp_path: Path) -> None:
    assert "column 3 (its name is not shown)" in refusal(tmp_path, f"a,b,{PERSON}\n1,2,3\n".encode()).text()


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "2024-01.csv"
    original = reading_module._parsed

    def parse_and_grow(
        stream: CheckedStream, width: int, places: Mapping[str, int], request: Request, *, block: int
    ) -> tuple[pa.Table | None, bool]:
        result = original(stream, width, places, request, block=block)
        path.write_text("a,b\n1,2\n3,4\n")
        return result

    monkeypatch.setattr(reading_module, "_parsed", parse_and_grow)
    error = refusal(tmp_path, b"a,b\n1,2\n")
    assert error.transient
    assert error.text() == (
        "changed-while-read: 2024-01.csv: the file changed while it was being read\n"
        "  to do: run again when the export has finished"
    )


@pytest.mark.parametrize("tail", [",", ",,", ", \u00a0,"])
def test_columns_without_a_name_and_without_a_cell_are_no_columns(tmp_path: Path, tail: str) -> None:
    blank = "," * tail.count(",")
    data = f"a,b{blank}\n1,2{tail}\n3,4{tail}\n".encode()
    assert rows(read(tmp_path, data)) == [("1", "2"), ("3", "4")]


def test_cells_under_no_name_are_said_by_their_column(tmp_path: Path) -> None:
    error = refusal(tmp_path, f"a,b,,\n1,2,,\n3,4,,{PERSON}\n".encode())
    assert error.code == "unknown-column"
    assert "; column 4 has no name\n" in error.text()
    assert "column 3" not in error.text()


def test_a_comma_at_the_end_of_every_row_but_the_header_is_said(tmp_path: Path) -> None:
    error = refusal(tmp_path, b"a,b\n1,2,\n\n3,4, \n")
    assert (error.code, "every row ends with a comma" in error.text()) == ("unknown-column", True)
    assert read(tmp_path, b"a,b\n1,2,\n3,4\n").ragged == (2,)


def titled(root: Path, data: bytes, title_rows: int = 2) -> Extracted:
    (root / "2024-01.csv").write_bytes(data)
    return Folder("{month}.csv", title_rows=title_rows).read(root, "2024-01.csv", COLUMNS, COLUMNS)


def test_title_rows_stand_above_the_header(tmp_path: Path) -> None:
    data = b'"Report of\nJanuary",x,y,z\n\nb,a\n1,"2"\nodd\n\n3,4\n'
    extracted = titled(tmp_path, data)
    assert rows(extracted) == [("2", "1"), ("4", "3")]
    assert (extracted.rows.to_pylist(), extracted.ragged) == ([4, 7], (5,))
    assert titled(tmp_path, b"x\n\na,b\n").rows.to_pylist() == []


@pytest.mark.parametrize("title", ["OFFICIAL-SENSITIVE", f"{PERSON},TOP SECRET"])
def test_marked_title_rows_stop_the_file(tmp_path: Path, title: str) -> None:
    with pytest.raises(InputError) as caught:
        titled(tmp_path, f"Report\n{title}\na,b\n1,2\n".encode())
    assert caught.value.code == "protective-marking"
    assert PERSON not in caught.value.text()


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (f"{PERSON}\n\na,b\n1,2\n".encode(), "read as having its header in row 3"),
        (b"sep=,\r\na,b\r\n1,2\r\n", "read as having its header in row 2"),
        (b"a;b\n1;2\n", "read as having semicolons between its cells"),
        (b"a\tb\n1\t2\n", "read as having tabs between its cells"),
        (b'b|a\n"2"|1\n', "read as having bars between its cells"),
        (b"A, B\n1,2\n", "read as having 2 of its names written otherwise"),
        (
            b"Report;\nB;A\n2;1\n",
            (
                "read as having semicolons between its cells, having its header in row 2, "
                "having 2 of its names written otherwise"
            ),
        ),
        (b"a,b\r1,2\r", "read as having carriage returns alone at the ends of its lines"),
        (
            b"a;b\r1;2",
            "read as having semicolons between its cells, having carriage returns alone at the ends of its lines",
        ),
    ],
)
def test_what_is_laid_out_a_little_otherwise_is_read_and_said(tmp_path: Path, data: bytes, note: str) -> None:
    extracted = read(tmp_path, data)
    assert (rows(extracted), extracted.note) == ([("1", "2")], note)


def test_an_underscore_stands_for_a_blank(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("net_AMOUNT,b\n1,2\n")
    extracted = Folder("f.csv").read(tmp_path, "f.csv", ["Net Amount"], ["Net Amount", "b"])
    assert texts(extracted) == {"Net Amount": ["1"]}
    assert extracted.note == "read as having 1 of its names written otherwise"


@pytest.mark.parametrize("data", [b"a;b;c\n1;2;3\n", b"a;A;b\n1;1;2\n", b"x\na\n1\n", b"A,B,C\n1,2,3\n"])
def test_another_layout_is_taken_only_with_exactly_the_agreed_names(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path, data).code in ("no-header-row", "unknown-column")


def test_a_marking_in_what_are_taken_for_title_rows_stops_the_file(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"Report\nSECRET\na,b\n1,2\n").code == "protective-marking"


@pytest.mark.parametrize("limit", [65_536, 1_048_576])
def test_a_file_exactly_as_long_as_a_sheet_was_cut(tmp_path: Path, limit: int) -> None:
    assert refusal(tmp_path, b"a,b\n" + b"1,2\n" * (limit - 1)).code == "cut-or-continued"
    assert refusal(tmp_path, b"a,b\r\n" + b"1,2\r\n" * (limit - 2) + b"1,2").code == "cut-or-continued"
    assert refusal(tmp_path, b'a,b\n1,"x\ny"\n' + b"1,2\n" * (limit - 2) + b"\n\n").code == "cut-or-continued"
    assert len(read(tmp_path, b"a,b\n" + b"1,2\n" * (limit - 2)).rows) == limit - 2
    assert len(read(tmp_path, b"a,b\n" + b"1,2\n" * limit).rows) == limit
