"""What waits for a person: the reasons, the periods as ranges, the files to look at, the commands that decide."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.model import periods
from pipeline.model.findings import FINDINGS, LOST, OF_FILES, Verdict
from pipeline.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.build.outcome import Outcome
    from pipeline.model.findings import Finding
    from pipeline.model.periods import Period

#: So many findings of one reason are shown one by one; of more, the first of them.
_SHOWN = 3
_SIGNED = "--role POST --reason TEXT"


def waiting_lines(outcome: Outcome, private: Path, *, planned: bool = False, details: bool = False) -> Iterator[str]:
    """Yield what of a dataset waits, each reason once, and how it is decided; of a plan, what would wait.

    Without ``details`` only the first of many findings and files are shown.
    """
    by_code: dict[str, list[Finding]] = {}
    for finding in outcome.state.waits:
        if finding.verdict is Verdict.FAIL:
            continue  # the error that it stops the dataset with says all of it
        by_code.setdefault(finding.code, []).append(finding)
    for code, findings in by_code.items():
        yield from _reason(code, findings, private, details=details)
    if by_code and planned:
        yield "  `pipeline publish` writes the held files, to be looked at; then:"
    for chosen in _choices(by_code):
        for what, command in (("approve", "approve"), ("leave it as it is", "reject")):
            yield f"  to {what}: pipeline {command} {outcome.dataset.name} {chosen} {_SIGNED}"
    for month, paths in _gone(outcome):
        yield f"input-gone: {month} stays as it was published; {paths}"
    yield from _let_go(outcome)
    for month, lacks in outcome.lacking.items():  # extracts, or releases that it is made from
        missing = f"not made: {month}: {' and '.join(lacks)} is not published"
        awaited = f"WAITS for an extract: {month}: no file of {' or '.join(lacks)} has come"
        yield missing if outcome.dataset.derivation else awaited
    if outcome.running:
        verb = "are not over yet: they are" if len(outcome.running) > 1 else "is not over yet: it is"
        yield f"{ranges(outcome.running)} {verb} released after the end of the {outcome.dataset.period.noun}"


def ranges(months: Iterable[Period]) -> str:
    """Return months in words, a run of them as its first and last."""
    return ", ".join(periods.ranges(months))


def _choices(by_code: Mapping[str, Sequence[Finding]]) -> Iterator[str]:
    """Yield how commands name what waits, so that none takes in what waits for another reason in the same range."""
    months = {code: _periods_of(findings) for code, findings in by_code.items()}
    for asked in dict.fromkeys(months.values()):
        codes = [code for code, periods in months.items() if periods == asked]
        inside = {
            code for code, periods in months.items() if any(asked[:1] <= (period,) <= asked[-1:] for period in periods)
        }
        if inside <= set(codes):
            yield _asked(asked)
        else:
            yield from (f"{_asked(asked)} --finding {code}" for code in codes)


def _let_go(outcome: Outcome) -> Iterator[str]:
    """Yield what a decision has let go, and how it is let in after all: where nothing else of its month waits."""
    waits = _periods_of(outcome.state.waits)
    for path, kind in outcome.aside.items():
        done = "rejected" if kind == "reject" else "taken back"
        made = path.startswith(f"{outcome.dataset.name}/")  # of no file: it is called by what is public of it
        counts = "it is not made" if made else "it counts as if it had not come, until another file takes its place"
        yield printable(f"{path} was {done}: {counts}")
        yield from _after_all(outcome, outcome.state.period_of(path) or periods.NO_PERIOD, waits)
    for finding in outcome.state.findings:
        if finding.verdict is Verdict.PASS:
            yield printable(f"{finding.code} was rejected: {ranges(finding.periods)}: {finding.words}")
            yield from _after_all(outcome, _asked(finding.periods), waits)
    for month, each in outcome.state.months.items():
        if month in each.rejected:
            stays = "stays as it was published" if each.released else "is not published"
            yield f"{month} was rejected: it {stays}, until its files change"
            yield from _after_all(outcome, month, waits)


def _after_all(outcome: Outcome, month: str, waits: Sequence[Period]) -> Iterator[str]:
    if month not in waits:
        yield f"  to let it in after all: pipeline approve {outcome.dataset.name} {month} {_SIGNED}"


def _gone(outcome: Outcome) -> Iterator[tuple[Period, str]]:
    """Yield each month that stays because an extract has gone, and the extracts that have."""
    there = {path for files in outcome.state.receipts.values() for path in files}
    months = outcome.state.months
    earlier = {*sorted(months)[:-1]} if outcome.dataset.period.register else set()  # another file has come since
    for month, each in months.items():
        if each.input_gone and month not in earlier:
            missing = [_in_words(path) for path in sorted(each.fed) if path not in there]
            yield month, " and ".join(missing) or "an extract that it was made from is missing: put it back"


def _in_words(path: str) -> str:
    """Return what is missing, and what to do about it: a file, or the rows of a month in a database."""
    database, hash_sign, month = path.partition("#")
    if hash_sign and database.startswith("database:"):
        return f"the database has no row of {month} any more: see whether it is the right one"
    return printable(f"{path} is missing: put it back, or a corrected one")


def _reason(code: str, findings: Sequence[Finding], private: Path, *, details: bool) -> Iterator[str]:
    most = len(findings) if details else _SHOWN
    words = dict.fromkeys(finding.words for finding in findings)
    about = next(iter(words)) if len(words) == 1 else FINDINGS[code]
    yield printable(f"WAITS {code}: {ranges(_periods_of(findings)) or 'the dataset'}: {about}")
    for finding in findings[:most]:
        if len(words) > 1:
            yield printable(f"  {ranges(finding.periods)}: {finding.words}")
        yield from (printable(f"  {line}") for line in _to_look_at(finding, private, details=details))
    if code == "stale-extract":
        for path in dict.fromkeys(path for finding in findings for path in finding.paths):
            yield printable(f"  to take back what was released instead: pipeline forget {path} {_SIGNED}")
    if len(findings) > most:
        yield f"  and {len(findings) - most:,} more: --details names them"
    for about_same, many in Counter(finding.periods for finding in findings).items():
        if many > 1:  # a command names months and a reason
            yield f"  {ranges(about_same) or 'the dataset'}: one decision settles all {many:,} of these together"


def _to_look_at(finding: Finding, private: Path, *, details: bool) -> Iterator[str]:
    """Yield the files to look at, with the numbers of the rows that it is about."""
    held = private / finding.held
    if finding.held and held.exists():
        yield f"to look at: {held} (sha256 {finding.sha256})"
        return
    files = [f"{_file(path, private)}, {rows}" for path, rows in finding.rows.items()]
    others = [_file(path, private) for path in finding.paths if path not in finding.rows]
    files += [each for each in others if not files or Path(each).is_file()]
    shown = files if details else files[:_SHOWN]
    of_file = f" (sha256 {finding.sha256})" if finding.code in (*OF_FILES, LOST) else ""
    yield from (f"to look at: {file}{of_file}" for file in shown)
    if len(files) > len(shown):
        yield f"and {len(files) - len(shown):,} more files: --details names them"


def _file(path: str, private: Path) -> str:
    """Return where a file stands that a run knows by its path below the folder of raw files, or below that of data."""
    places = (private.parent / "raw" / path, private.parent / path)
    return next((str(place) for place in places if place.is_file()), path)


def _periods_of(findings: Iterable[Finding]) -> tuple[Period, ...]:
    return tuple(sorted({period for finding in findings for period in finding.periods}))


def _asked(months: Sequence[Period]) -> str:
    """Return how a command names months: one, or the first and the last of a range."""
    if not months:
        return periods.NO_PERIOD
    return months[0] if len(months) == 1 else f"{months[0]}..{months[-1]}"
