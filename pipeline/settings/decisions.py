"""Decisions of people: what waits is approved, rejected or taken back, in a file beside the settings.

A decision says which post decided, when and why, and the sha256 of exactly what it lets in: other rows, another file or
other counts have another sha256, and wait again.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from pipeline.errors import SettingsError
from pipeline.model.findings import Decision, Verdict
from pipeline.model.periods import FORMS, NO_PERIOD, PATTERN
from pipeline.plain import read_plain
from pipeline.settings.reader import LABEL, ROLE, SLUG, Form, Reader, Section
from pipeline.settings.toml import MOST_BYTES, read_toml
from pipeline.storage.atomic import replace_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pipeline.model.findings import Finding

SHA256 = Form(r"[0-9a-f]{64}", "64 hex digits in small letters: the sha256 of the CSV, as the run printed it")
#: What may be decided.
KINDS = ("approve", "reject", "forget")
CODE = Form(r"[a-z][a-z-]{0,40}", "the code of a finding, such as shrank")
PERIOD = Form(rf"{NO_PERIOD}|{PATTERN}", f"a period such as {FORMS}")
EXTRACT = Form(r"[^\x00-\x1f\x7f]{1,300}", "the path of a file below data/raw")


class Desk(NamedTuple):
    """The decisions of a file, and where new ones are written; ``lost`` are those that it does not hold any more."""

    path: Path
    decisions: tuple[Decision, ...] = ()
    lost: tuple[Decision, ...] = ()

    def newest(self, about: Callable[[Decision], bool]) -> Decision | None:
        """Return the newest decision that ``about`` says yes of."""
        return next(filter(about, reversed(self.decisions)), None)

    def approval(self, finding: Finding) -> Decision | None:
        """Return the decision that lets in what ``finding`` is about, None where nobody has made one."""
        last = self.newest(lambda each: settles(each, finding))
        return last if last and last.kind == "approve" else None

    def rejection(self, finding: Finding) -> Decision | None:
        """Return the decision that lets go what ``finding`` is about."""
        last = self.newest(lambda each: settles(each, finding))
        return last if last and last.kind == "reject" else None

    def marked(self, finding: Finding) -> Finding:
        """Return the finding, passed where somebody rejected what it is about: nothing changes, and nothing waits."""
        rejected = finding.verdict is Verdict.REVIEW and self.rejection(finding)
        return replace(finding, verdict=Verdict.PASS) if rejected else finding

    def lets_go(self, dataset: str, month: str, sha256: str) -> bool:
        """Return whether the last decision about exactly this build of a month was to reject it."""
        build = dataset, sha256
        last = self.newest(lambda each: (each.dataset, each.sha256) == build and each.period in ("", month))
        return last is not None and last.kind == "reject"

    def signed_by(self, dataset: str, may_approve: Callable[[str], bool]) -> Desk:
        """Return the desk on which approvals of a dataset count only where a post made them that may."""
        counts = (each for each in self.decisions if each.lets_go or each.dataset != dataset or may_approve(each.role))
        return self._replace(decisions=tuple(counts))


def settles(decision: Decision, finding: Finding) -> bool:
    """Return whether ``decision`` is about exactly what ``finding`` is about."""
    return (
        decision.dataset == finding.dataset
        and decision.sha256 == finding.sha256
        and decision.finding in ("", finding.code)
        and (decision.period in finding.periods or not decision.period)
        and (decision.path in finding.paths or not decision.path)
    )


def read_decisions(path: Path, mistakes: list[SettingsError]) -> tuple[Decision, ...]:
    """Return every decision of the file at ``path``, approvals of before included; mistakes go into ``mistakes``."""
    reader = Reader(path, {}, mistakes)
    try:
        top = Section(reader, "", read_toml(path))
    except SettingsError as mistake:
        mistakes.append(mistake)
        return ()
    found = [
        *(_approval(section) for section in _tables(top, reader, "approval")),
        *(_decision(section) for section in _tables(top, reader, "decision")),
    ]
    reader.finish()
    return tuple(found)


def _tables(top: Section, reader: Reader, name: str) -> Iterator[Section]:
    found = top.value(name)
    tables = found if isinstance(found, list) and all(isinstance(table, dict) for table in found) else []
    if found is not None and found != tables:
        top.bad(name, f"tables: a line [[{name}]] with its settings below it")
    for number, table in enumerate(tables, start=1):
        yield Section(reader, f"[[{name}]] {number}:", table)


def _decision(section: Section) -> Decision:
    period = section.text("period", PERIOD, default="")
    return Decision(
        kind=section.choice("kind", KINDS, "approve"),
        finding=section.text("finding", CODE, default=""),
        dataset=section.text("dataset", SLUG, default=""),
        period="" if period == NO_PERIOD else period,
        path=section.text("path", EXTRACT, default=""),
        **_signature(section),
    )


def _approval(section: Section) -> Decision:
    return Decision(
        kind="approve",
        finding="",
        dataset=section.text("dataset", SLUG),
        period=section.text("month", PERIOD),
        **_signature(section),
    )


class _Signature(TypedDict):
    sha256: str
    role: str
    date: dt.date
    reason: str


def _signature(section: Section) -> _Signature:
    day = section.day("date")
    if day is None and "date" not in section.table:
        section.missing("date", "a day such as 2024-04-10")
    return _Signature(
        sha256=section.text("sha256", SHA256),
        role=section.text("role", ROLE),
        date=day or dt.date.min,
        reason=section.text("reason", LABEL),
    )


def write_decisions(path: Path, new: Iterable[Decision]) -> None:
    """Append ``new`` decisions to the file at ``path``, which is made where there is none; the rest stays as it is."""
    before = read_plain(path).decode("utf-8") if path.exists() else _HEADING
    text = (before.rstrip("\n") + "\n" + "".join(_as_toml(each) for each in new)).encode()
    if len(text) > MOST_BYTES:
        message, fix = "there is no room for another decision", "take out those about what went long ago"
        raise SettingsError("not-toml", message, where=str(path), fix=fix)
    replace_file(path, text, mode=0o640)


_HEADING = (
    "# Decisions about what waits.  Each line was written by `pipeline approve`, `reject` or `forget`, or by hand.\n"
)


def _as_toml(decision: Decision) -> str:
    lines = [
        f"{name} = {value.isoformat() if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)}"
        for name, value in decision._asdict().items()
        if value
    ]
    return "\n[[decision]]\n" + "\n".join(lines) + "\n"
