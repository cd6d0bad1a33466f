"""Where files of many releases are kept: written whole or not at all, remembered, and swept when nobody wants them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from pipeline.storage.collected import Made, Shelf, make, weigh

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.storage.collected import Weighed


def fill(sink: Weighed) -> tuple[str, ...]:
    sink.write(b"some ")
    sink.write(b"rows")
    return ("2024-01",)


MADE = Made("receipt", hashlib.sha256(b"some rows").hexdigest(), 9, ("2024-01",))


def test_what_is_weighed_is_what_would_be_made(tmp_path: Path) -> None:
    path = tmp_path / "private" / "all"
    assert weigh(fill, "receipt") == MADE
    assert not path.parent.exists()
    assert make(path, fill, "receipt") == MADE
    assert path.read_bytes() == b"some rows"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_what_fails_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "all"
    make(path, fill, "receipt")

    def half(sink: Weighed) -> tuple[str, ...]:
        sink.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(path, half, "another")
    assert path.read_bytes() == b"some rows"


def test_a_shelf_holds_what_is_wanted_and_nothing_else(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "parks")
    for name in ("one", "other"):
        make(shelf.folder / name, fill, "receipt")
    shelf.remember({"one": MADE})
    assert shelf.known() == {"one": MADE}
    assert {path.name for path in shelf.folder.iterdir()} == {"one", "made.json"}
    shelf.remember({})
    assert shelf.known() == {}
    assert [*shelf.folder.iterdir()] == []


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"1": []}', b'{"1": {"one": ["receipt"]}}', b'{"2": {}}'])
def test_a_memory_that_cannot_be_understood_is_none(tmp_path: Path, text: bytes) -> None:
    shelf = Shelf(tmp_path, "parks")
    shelf.remember({"one": MADE})
    (shelf.folder / "made.json").write_bytes(text)
    assert shelf.known() == {}
