"""Keys: made once, looked at before anything is read, and never another one beside what is public."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import ExitStatus
from tests.lib.at_terminal import on_a_terminal
from tests.lib.product import Product, tree
from tests.lib.small_tree import AS_OF, KEY, small_tree

if TYPE_CHECKING:
    from pathlib import Path


def test_a_key_is_made_once_and_never_replaced(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    made = product.run("key", "new", status=0)
    assert "Back this up now, and here is why" in made.out
    text = product.key_file.read_text(encoding="ascii")
    assert re.fullmatch(r"[0-9a-f]{64}\n", text)
    assert text.strip() not in made.text
    assert stat.S_IMODE(product.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(product.key_file.parent.stat().st_mode) & 0o077 == 0
    shown = product.run("key", "fingerprint")
    assert shown.out.strip() in made.out
    again = product.run("key", "new", status=ExitStatus.SETTINGS)
    assert "key-exists" in again.err
    assert product.key_file.read_text(encoding="ascii") == text


def test_a_key_goes_where_the_settings_or_the_users_folder_say(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    for number, environ in enumerate(
        ({"XDG_DATA_HOME": str(tmp_path / "xdg")}, {"PIPELINE_KEY_FILE": str(tmp_path / "there" / "our.key")})
    ):
        product.run("key", "new", status=0, **environ)
        assert sum(1 for _ in tmp_path.rglob("*.key")) == number + 1


@pytest.mark.parametrize("command", ["publish", "plan"])
@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path: path.unlink(), "key-missing"),
        (lambda path: path.chmod(0o644), "key-exposed"),
        (lambda path: path.write_text("00" * 32), "key-weak"),
        (lambda path: path.write_text(KEY[:62]), "key-not-hex"),
        (lambda path: path.write_text(KEY[::-1]), "key-changed"),
    ],
)
def test_a_key_that_is_wrong_stops_the_run_before_anything_is_read(
    small: Product, command: str, spoil: object, code: str
) -> None:
    assert callable(spoil)
    spoil(small.key_file)
    small.crimes("2024-01").write_bytes(b"unreadable \xff")  # were it read, that would be the error
    before = tree(small.folder)
    said = small.run(command, status=ExitStatus.SETTINGS)
    assert said.err.startswith(f"{code}: "), said.err
    assert KEY[:16] not in said.text
    assert said.out == ""
    assert tree(small.folder) == before


@pytest.mark.parametrize("command", ["publish", "plan"])
def test_a_missing_key_stops_even_the_first_run_before_an_extract_is_opened(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = small_tree(tmp_path)
    product.key_file.unlink()
    opened: list[Path] = []
    monkeypatch.setattr("pipeline.run.sample_guard.bears_mark", opened.append)
    said = product.run(command)
    assert (said.status, said.err.split(":")[0]) == (ExitStatus.SETTINGS, "key-missing")
    assert opened == []


def test_a_lost_private_state_does_not_let_another_key_in(small: Product) -> None:
    for path in sorted(small.private.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    small.key_file.write_text(KEY[::-1], encoding="ascii")
    said = small.run("publish", status=ExitStatus.SETTINGS)
    assert "the public files were made with another key" in said.err


def test_an_unattended_run_never_makes_a_key_and_one_at_a_terminal_asks(tmp_path: Path) -> None:
    product = small_tree(tmp_path)
    product.key_file.unlink()
    said = product.run("publish", status=ExitStatus.SETTINGS)
    assert said.err.startswith("key-missing: ")
    assert "pipeline key new" in said.err
    assert not product.key_file.exists()
    assert not product.published.exists()
    status, shown = on_a_terminal(product, "--as-of", AS_OF, "publish", "--quiet", answer="n")
    assert status == ExitStatus.SETTINGS
    assert "Make one at" in shown
    assert not product.key_file.exists()
    status, shown = on_a_terminal(product, "--as-of", AS_OF, "publish", "--quiet", answer="y")
    assert status == 0, shown
    assert "Back this up now, and here is why" in shown
    assert product.key_file.exists()
    assert product.published.exists()
