"""No name and no link leads outside the folder of extracts; only regular files are opened."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import InputError
from pipeline.extract.paths import exists, files_below, names_in, open_regular, safe_path

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("path", ["../secret.csv", "a/../../secret.csv", "/etc/passwd", "", ".", "a\0b"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(InputError) as caught:
        open_regular(tmp_path, path)
    assert caught.value.code == "path-escapes"


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "raw"
    root.mkdir()
    (tmp_path / "elsewhere.csv").write_text("a\n1\n")
    (root / "2024-01.csv").symlink_to(tmp_path / "elsewhere.csv")
    (root / "folder").symlink_to(tmp_path)
    for path in ("2024-01.csv", "folder/elsewhere.csv"):
        with pytest.raises(InputError) as caught:
            safe_path(root, path)
        assert caught.value.text() == (
            f"path-escapes: {path}: the path leads outside the folder of extracts, or cannot be followed\n"
            "  to do: put the file itself into the folder; links may only point to files below it"
        )


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(InputError) as caught:
        open_regular(tmp_path, "a")
    assert caught.value.code in {"path-escapes", "unreadable-file"}


def test_a_link_that_stays_inside_and_a_root_that_is_a_link_are_fine(tmp_path: Path) -> None:
    real = tmp_path / "share"
    real.mkdir()
    (real / "real.csv").write_text("a\n")
    (real / "link.csv").symlink_to("real.csv")
    root = tmp_path / "raw"
    root.symlink_to(real)
    with open_regular(root, "link.csv") as file:
        assert file.read() == b"a\n"


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "2024-01.csv")
    with pytest.raises(InputError) as caught:
        open_regular(tmp_path, "2024-01.csv")
    assert caught.value.code == "not-a-file"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "2024-01.csv").mkdir()
    with pytest.raises(InputError) as caught:
        open_regular(tmp_path, "2024-01.csv")
    assert caught.value.text() == (
        "not-a-file: 2024-01.csv: a folder, a pipe or a device stands where a file was expected\n"
        "  to do: move it away and put the extract itself there"
    )


def test_an_absent_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        open_regular(tmp_path, "crime/2024-01.csv")
    assert caught.value.text() == (
        "missing-file: crime/2024-01.csv: there is no such file\n  to do: have the system export it again"
    )


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        open_regular(tmp_path, "x" * 5000)
    assert caught.value.code in {"path-escapes", "unreadable-file"}


def test_a_path_through_a_file_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError) as caught:
        open_regular(tmp_path, "file/2024-01.csv")
    assert caught.value.code == "unreadable-file"
    assert caught.value.transient
    assert "Not a directory" in caught.value.text()


@pytest.mark.parametrize(
    ("method", "call"),
    [
        ("iterdir", lambda root: list(files_below(root))),
        ("is_dir", lambda root: list(files_below(root))),
        ("iterdir", lambda root: names_in(root, "crime")),
        ("exists", lambda root: exists(root, "crime/a")),
    ],
)
def test_a_closed_folder_is_an_error_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, call: Callable[[Path], object]
) -> None:
    (tmp_path / "crime").mkdir()

    def closed(*_: object) -> None:
        raise PermissionError(13, "Featherstonehaugh")

    monkeypatch.setattr(Path, method, closed)
    with pytest.raises(InputError) as caught:
        call(tmp_path)
    assert caught.value.code == "unreadable-file"
    assert "Permission denied" in caught.value.text()
    assert "Featherstonehaugh" not in caught.value.text()


def test_an_absent_folder_holds_nothing_and_one_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "raw").write_text("x")
    (tmp_path / "circle").symlink_to("circle")
    assert list(files_below(tmp_path / "absent")) == []
    for name in ("raw", "circle"):
        with pytest.raises(InputError) as caught:
            list(files_below(tmp_path / name))
        assert (caught.value.code, caught.value.where) == ("unreadable-file", name)
    assert names_in(tmp_path, "raw/crime") == names_in(tmp_path, "absent") == []
    with pytest.raises(InputError) as caught:
        exists(tmp_path / "circle", "a.csv")
    assert caught.value.code == "path-escapes"
