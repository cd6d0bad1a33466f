"""Approvals: how a release that waits for a person is settled, in a file that the settings name.

An approval says which post decided, when and why, and the sha256 of exactly the CSV that it approves: a later
build with other rows waits again.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import SettingsError
from pipeline.settings.reader import LABEL, MONTH, SLUG, Form, Reader, Section, read_toml

if TYPE_CHECKING:
    from pathlib import Path

SHA256 = Form(r"[0-9a-f]{64}", "64 hex digits in small letters: the sha256 of the CSV, as the run printed it")
#: A role is known by one of these words; a person's name alone has none of them.
_POSTS = (
    *("accountant", "adviser", "analyst", "board", "chair", "chief", "commissioner", "constable", "controller"),
    *("director", "executive", "head", "inspector", "lead", "manager", "officer", "owner", "secretary"),
    *("superintendent", "team", "treasurer"),
)
ROLE = Form(
    rf"(?i:[^\x00-\x1f\x7f]{{0,200}}\b(?:{'|'.join(_POSTS)})\b[^\x00-\x1f\x7f]{{0,100}})",
    "a post, such as 'Head of Information Management', and no person's name",
)


class Approval(NamedTuple):
    """One decision: the release of a month of a dataset, as these exact bytes, may be published."""

    dataset: str
    month: str
    sha256: str
    role: str
    date: dt.date
    reason: str


def read_approvals(path: Path, mistakes: list[SettingsError]) -> tuple[Approval, ...]:
    """Return every approval of the file at ``path``; its mistakes are added to ``mistakes``."""
    reader = Reader(path, {}, mistakes)
    try:
        top = Section(reader, "", read_toml(path))
    except SettingsError as mistake:
        mistakes.append(mistake)
        return ()
    found = top.value("approval")
    tables = found if isinstance(found, list) and all(isinstance(table, dict) for table in found) else []
    if found is not None and found != tables:
        top.bad("approval", "tables: a line [[approval]] with its settings below it")
    approvals = tuple(
        _approval(Section(reader, f"[[approval]] {n}:", table)) for n, table in enumerate(tables, start=1)
    )
    reader.finish()
    return approvals


def _approval(section: Section) -> Approval:
    day = section.day("date")
    if day is None and "date" not in section.table:
        section.missing("date", "a day such as 2024-04-10")
    return Approval(
        dataset=section.text("dataset", SLUG),
        month=section.text("month", MONTH),
        sha256=section.text("sha256", SHA256),
        role=section.text("role", ROLE),
        date=day or dt.date.min,
        reason=section.text("reason", LABEL),
    )
