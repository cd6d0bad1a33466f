"""Who looks looks together, who writes is alone, and what the dead held is free: by each of the two kinds of lock."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import BusyError
from pipeline.storage import lock
from pipeline.storage.lock import locked, locked_for_looking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KINDS = ("flock", "without flock")
_HOLDER = """
import sys
from pathlib import Path
if sys.argv[1] != "flock":
    sys.modules["fcntl"] = None
from pipeline.storage.lock import locked, locked_for_looking
private = Path(sys.argv[3])
with locked(private, say=print) if sys.argv[2] == "write" else locked_for_looking(private):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(lock, "HAS_FLOCK", request.param == "flock")
    monkeypatch.setattr(lock, "PATIENCE", 0.3)
    return str(request.param)


@pytest.fixture
def private(tmp_path: Path, kind: str) -> Path:
    """Return a folder in which a run has been before."""
    assert kind
    with locked(tmp_path / "private", say=_silent):
        pass
    return tmp_path / "private"


@contextmanager
def held(kind: str, way: str, private: Path) -> Iterator[subprocess.Popen[str]]:
    """Give another process that holds the lock."""
    words = [sys.executable, "-W", "ignore", "-c", _HOLDER, kind, way, str(private)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        assert process.stdin is not None
        process.stdin.close()


def _silent(_line: str) -> None:
    """Say nothing."""


def test_nobody_looks_or_writes_while_another_writes(kind: str, private: Path) -> None:
    with held(kind, "write", private):
        with pytest.raises(BusyError, match="another run is at work here"), locked(private, say=_silent):
            pass
        with pytest.raises(BusyError, match="another run is at work here"), locked_for_looking(private):
            pass
    with locked(private, say=_silent):
        pass


def test_any_number_look_together(kind: str, private: Path) -> None:
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(held(kind, "look", private))
        with locked_for_looking(private):
            pass


def test_who_writes_waits_for_those_who_look_and_not_for_ever(kind: str, private: Path) -> None:
    said: list[str] = []
    with (
        held(kind, "look", private),
        pytest.raises(BusyError, match="a plan is being made here, and takes long"),
        locked(private, say=said.append),
    ):
        pass
    assert said == ["a plan is being made here: waiting for its end, 0 seconds at most"]


def test_who_writes_begins_when_those_who_look_have_gone(
    kind: str, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 60.0)
    with held(kind, "look", private) as process:
        said: list[str] = []
        with locked(private, say=_once(said, process.kill)):
            assert len(said) == 1


@pytest.mark.parametrize("way", ["write", "look"])
def test_the_lock_of_the_dead_is_free(kind: str, way: str, private: Path) -> None:
    with held(kind, way, private) as process:
        process.kill()
        process.wait()
        with locked(private, say=_silent):
            pass


def test_looking_leaves_nothing_behind(kind: str, private: Path, tmp_path: Path) -> None:
    assert kind
    before = {path: path.read_bytes() for path in private.iterdir()}
    with locked_for_looking(private):
        pass
    assert {path: path.read_bytes() for path in private.iterdir()} == before
    with locked_for_looking(tmp_path / "absent"):
        assert not (tmp_path / "absent").exists()


def _once(said: list[str], act: Callable[[], None]) -> Callable[[str], None]:
    def say(line: str) -> None:
        said.append(line)
        act()

    return say
