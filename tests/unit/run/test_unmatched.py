"""Decisions are held against all that ever waited, however many there are."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.build.run_context import Workplace
from pipeline.model.findings import Decision
from pipeline.model.source import Secret
from pipeline.plain import read_plain
from pipeline.run import unmatched as module
from pipeline.run.select import options
from pipeline.settings.key import Key
from pipeline.settings.settings import Settings
from pipeline.storage import journal
from pipeline.storage.state import State
from tests.lib import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

DATASET = "street-crime"
MANY = 100


def sha256_of(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def test_many_decisions_are_held_against_a_journal_that_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = dt.date(2024, 4, 10)
    made = [
        Decision("approve", "", DATASET, "2024-01", sha256_of(number), "Head of Data", day, "a reason")
        for number in range(MANY + 2)
    ]
    settings = Settings.load(ROOT / "pipeline.toml", {"PIPELINE_DATA": str(tmp_path)}, datasets=options())
    settings = replace(settings, desk=settings.desk._replace(decisions=tuple(made)))
    key = Key(Secret(bytes(range(32))))
    work = Workplace(settings=settings, key=key, as_of=day, sample=False, writes=False, say=lambda _: None)
    asked = [json.dumps({"event": "asked", "sha256": sha256_of(number)}) for number in range(MANY)]
    work.private.mkdir()
    (work.private / "journal.jsonl").write_text("\n".join(asked) + "\n", encoding="utf-8")
    read: list[Path] = []

    def counted(path: Path) -> bytes:
        read.append(path)
        return read_plain(path)

    monkeypatch.setattr(journal, "read_plain", counted)
    said = list(module.unmatched(work, [State()]))
    assert read == [work.private / "journal.jsonl"]
    assert len(said) == 2
    assert all("matches nothing that ever waited" in line for line in said)
    assert {line.partition("sha256 ")[2][:12] for line in said} == {sha256_of(MANY)[:12], sha256_of(MANY + 1)[:12]}
