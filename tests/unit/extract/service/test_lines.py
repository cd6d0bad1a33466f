"""Months of a service as files of one item a line: what each member becomes, and files that are none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import InputError
from pipeline.extract.reader import with_digests
from pipeline.extract.service import Service
from pipeline.model.tables import WHOLE_ROW
from pipeline.sample.mark import bears_mark

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model.tables import Extracted

SERVICE = Service("answers", "answers/{period}.jsonl", numbers=("stars",), names=("id",), moments=("at",))
DECLARED = ("id", "at", "kind", "stars", "comment")
GOOD = {"id": "a-1", "at": "2024-03-01T10:00:00Z", "kind": "contact", "stars": 4, "comment": None}
WHO = "Quillfeather"


def read(folder: Path, content: bytes) -> Extracted:
    path = folder / "answers" / "2024-03.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return SERVICE.read(folder, "answers/2024-03.jsonl", DECLARED, DECLARED)


def line(**members: Any) -> bytes:  # noqa: ANN401 - whatever a member is
    return json.dumps(GOOD | members, ensure_ascii=False).encode() + b"\n"


@pytest.mark.parametrize(
    ("member", "value", "cell"),
    [
        ("stars", 4, "4"),
        ("stars", 4.0, "JSON 4.0"),
        ("stars", "4", 'JSON "4"'),
        ("stars", True, "JSON true"),
        ("stars", None, None),
        ("stars", [4], "JSON [4]"),
        ("kind", "contact ", "contact "),
        ("kind", "NA", "NA"),
        ("kind", "", None),
        ("kind", 4, "JSON 4"),
        ("kind", False, "JSON false"),
        ("kind", {}, "JSON {}"),
        ("id", "a" * 64, "a" * 64),
        ("id", "a" * 65, None),
        ("id", "a 1", None),
        ("id", 7, None),
        ("at", "2024-03-01T10:00:00+01:00", "2024-03-01T10:00:00+01:00"),
        ("at", "2024-03-01T10:00:00", None),
        ("at", "2024-03-01 10:00:00Z", None),
        ("at", "2024-03-01", None),
    ],
)
def test_what_a_member_becomes(member: str, value: object, cell: str | None, tmp_path: Path) -> None:
    assert read(tmp_path, line(**{member: value})).cells[member].to_pylist() == [cell]


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (line()[:-1], "cut-off", ""),
        (line() + line()[:20] + b"\n", "broken-file", "row 2"),
        (line() + b"\n", "broken-file", "row 2"),
        (b"[1]\n", "broken-file", "row 1"),
        (b"\xff\xfe\n", "broken-file", "row 1"),
        (b"\xef\xbb\xbf" + line(), "broken-file", "row 1"),
        (line().replace(b'"stars": 4', b'"stars": NaN'), "broken-file", "row 1"),
        (line().replace(b'"stars": 4', b'"stars": ' + b"9" * 5000), "broken-file", "row 1"),
        (line().replace(b'"stars": 4', b'"stars": ' + b"[" * 100_000), "broken-file", "row 1"),
        (line().replace(b'"contact"', b'"\\ud800"'), "broken-file", "row 1"),
        (line().replace(b'"kind"', b'"stars"'), "broken-file", "row 1"),
        (line(**{WHO: WHO}), "unknown-column", "row 1"),
        (line().replace(b'"kind": "contact", ', b""), "unknown-column", "row 1"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_row_and_shows_nothing(
    content: bytes, code: str, row: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, content.replace(b"null", f'"{WHO}"'.encode()))
    assert caught.value.code == code
    assert row in str(caught.value)
    assert WHO not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_items_are_the_same_where_their_lines_are_however_they_are_written(tmp_path: Path) -> None:
    turned = json.dumps(dict(reversed(GOOD.items()))).encode() + b"\r\n"
    found = read(tmp_path, line() + turned + line(comment="") + line(stars=4.0))
    one, same, empty, other = with_digests(found, found).cells[WHOLE_ROW].to_pylist()
    assert one == same
    assert len({one, empty, other}) == 3
    assert found.rows.to_pylist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("members", "marked"),
    [
        ({"id": "SAMPLE-24010000001"}, True),
        ({"comment": "SAMPLE-24010000001"}, False),
        ({"comment": "Sample Borough"}, False),
        ({"comment": '{"id":"SAMPLE-24010000001"}'}, False),
    ],
)
def test_only_the_name_of_an_item_tells_that_it_is_invented(
    members: dict[str, str], *, marked: bool, tmp_path: Path
) -> None:
    path = tmp_path / "2024-03.jsonl"
    path.write_bytes(line(**members))
    assert bears_mark(path) is marked
