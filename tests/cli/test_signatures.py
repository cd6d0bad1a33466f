"""Who decides, and why, is text that everybody can read: anything else is refused before it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import ExitStatus
from tests.lib.little_force import JAN, SPEND, little_force

if TYPE_CHECKING:
    from pathlib import Path

_COMMANDS = (
    ("approve", SPEND, JAN),
    ("reject", SPEND, JAN),
    ("forget", "expenditure/ledger/2024-01.xlsx"),
    ("approve", "--day", "2024-01-01"),
)
_UNSEEN = ("\udcff", "\x1b", "\x85", "\n", "\u202e", "\u2066", "\u200b", "\u2028")
_ROLE, _REASON = "Head of Information Management", "Checked."


@pytest.mark.parametrize("words", _COMMANDS)
def test_a_post_or_a_reason_that_nobody_can_read_is_a_mistake_of_the_command_line(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    force = little_force(tmp_path / "force")
    for unseen in _UNSEEN:
        for option, signed in (
            ("--role", ("--role", f"Head {unseen}of Data", "--reason", _REASON)),
            ("--reason", ("--role", _ROLE, "--reason", f"It is {unseen}right")),
        ):
            said = force.run(*words, *signed)
            assert said.status == ExitStatus.SETTINGS, said.text
            assert f"{option} must be" in said.text
            assert "of one line" in said.text
            assert "unseen characters" in said.text
    assert not (force.folder / "decisions.toml").exists()
    assert not (force.private / "day.json").exists()


@pytest.mark.parametrize("option", ["--finding", "--day"])
def test_an_option_that_is_no_text_is_a_mistake_of_the_command_line(tmp_path: Path, option: str) -> None:
    force = little_force(tmp_path / "force")
    said = force.run("approve", SPEND, "--all", option, "\udcff\u202e", "--role", _ROLE, "--reason", _REASON)
    assert said.status in {ExitStatus.SETTINGS, ExitStatus.INPUT}, said.text
