"""A pipe or a socket in a file's place stops a run at once, with an error that names it; nothing waits for it."""

from __future__ import annotations

import os
import signal
import socket
from typing import TYPE_CHECKING

import pytest
from small_tree import AS_OF, small_tree

from pipeline.errors import ExitStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from product import Product

#: So long may a command take, in seconds, that has nothing to wait for.
PATIENCE = 60
EXTRACTS = (
    "data/raw/crime/recorded-crime/2024-01.csv",
    "data/raw/expenditure/ledger/2024-02.xlsx",
    "data/raw/engagement/engagement.sqlite",
    "data/reference/map-points.csv",
    "data/reference/supplier-types.csv",
)
OURS = (
    "data/private/state/spend-over-500.json",
    "data/private/journal.jsonl",
    "data/private/origin.json",
    "data/private/day.json",
    "data/private/review/suppliers.csv",
    "data/published/street-crime/datapackage.json",
)
#: What the settings name, and how a complaint names it.
CHOSEN = {
    "pipeline.toml": "pipeline.toml",
    "decisions.toml": "decisions.toml",
    "approvals.toml": "approvals.toml",
    "our-excluded-accounts.csv": "[spend] excluded_accounts",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """Return the small tree, published, with every file that the settings may name."""
    product = small_tree(tmp_path_factory.mktemp("plain"))
    text = product.settings.read_text(encoding="utf-8").replace("# excluded_accounts", "excluded_accounts")
    product.settings.write_text(f'{text}\n[review]\napprovals = "approvals.toml"\n', encoding="utf-8")
    for name in ("decisions.toml", "approvals.toml"):
        (product.folder / name).write_text("", encoding="utf-8")
    accounts = "prefix,code,reason\n100,excluded-pay,\n"
    (product.folder / "our-excluded-accounts.csv").write_text(accounts, encoding="utf-8")
    said = product.run("--as-of", AS_OF, "publish", "--quiet")
    assert said.status == 0, said.text
    return product


@pytest.fixture(params=["pipe", "socket"])
def kind(request: pytest.FixtureRequest) -> str:
    """Return what stands in the file's place."""
    return str(request.param)


@pytest.fixture
def in_time() -> Iterator[None]:
    """Fail a test in which something waits for ever."""

    def late(*_: object) -> None:
        pytest.fail("the run waits for a pipe")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def said_with(small: Product, name: str, kind: str, command: str) -> tuple[int, str]:
    """Return what a command says while a pipe or a socket stands in a file's place."""
    path, kept = small.folder / name, small.folder / "kept"
    path.rename(kept)
    try:
        if kind == "pipe":
            os.mkfifo(path)
        else:
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(os.path.relpath(small.folder / "made"))  # the system bears no long name here
            (small.folder / "made").rename(path)
        said = small.run("--as-of", AS_OF, command)
        return said.status, said.text
    finally:
        path.unlink()
        kept.rename(path)


@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("command", ["plan", "publish"])
@pytest.mark.parametrize("name", EXTRACTS)
def test_an_extract_or_a_list_that_is_no_plain_file_stops_its_dataset(
    small: Product, name: str, kind: str, command: str
) -> None:
    status, text = said_with(small, name, kind, command)
    assert status == ExitStatus.INPUT, text
    assert f"not-a-file: {name.removeprefix('data/raw/').removeprefix('data/reference/')}" in text


@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("command", ["plan", "publish"])
@pytest.mark.parametrize("name", OURS)
def test_a_file_of_ours_that_is_no_plain_file_is_named(small: Product, name: str, kind: str, command: str) -> None:
    status, text = said_with(small, name, kind, command)
    assert status == ExitStatus.STORAGE, text
    assert f"not-a-file: {name}" in text


@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("name", CHOSEN)
def test_a_file_of_the_settings_that_is_no_plain_file_is_refused_before_anything_is_read(
    small: Product, name: str, kind: str
) -> None:
    status, text = said_with(small, name, kind, "plan")
    assert status == ExitStatus.SETTINGS, text
    assert CHOSEN[name] in text


@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("command", ["plan", "publish"])
def test_a_register_that_is_no_plain_file_is_a_lost_one(small: Product, kind: str, command: str) -> None:
    floor = f"data/private/state/spend-over-500/{small.state('spend-over-500')['floors']['payee']}.arrow"
    status, text = said_with(small, floor, kind, command)
    assert status == ExitStatus.STORAGE, text
    assert f"bad-state: {floor}" in text
