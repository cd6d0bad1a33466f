"""The history of received files: old versions, equal files, and files with rows of other periods."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.errors import InputError, several
from pipeline.model.findings import Finding, Verdict
from pipeline.model.periods import NO_PERIOD, period_in
from pipeline.settings.decisions import Desk
from pipeline.storage.state import MonthState, State, Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.errors import PipelineError
    from pipeline.model.declaration import Dataset
    from pipeline.model.findings import Decision
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.tables import Receipt

Versions = dict[str, tuple[Version, ...]]

#: From so many rows on a file must hold its own month for the most part.
_FEWEST_ROWS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The versions received at each path, and the files set aside, which count as if never received."""

    desk: Desk = field(default_factory=partial(Desk, Path("decisions.toml")))
    dataset: str = ""
    today: str = ""
    versions: Versions = field(default_factory=dict)  #: every version of each path, today's included
    findings: list[Finding] = field(default_factory=list)  #: about files that wait for a decision
    rejected: set[str] = field(default_factory=set)  #: paths of files that a decision rejects
    forgotten: set[str] = field(default_factory=set)  #: paths of files that a decision withdraws

    def admit(self, month: Period, path: str, sha256: str) -> bool:
        """Return whether the file at ``path`` counts, and record its version.

        A register's file has no ``month`` and may return to an earlier version.
        """
        if decision := self._let_go(path, sha256):
            (self.rejected if decision.kind == "reject" else self.forgotten).add(path)
            self._record(path, sha256)
            return False
        if month and (finding := self._stale(month, path, sha256)):
            self.findings.append(finding)
            return False
        self._record(path, sha256)
        return True

    @property
    def let_go(self) -> dict[str, str]:
        """The paths whose files a decision has set aside, with its kind."""
        return dict(
            sorted({**dict.fromkeys(self.rejected, "reject"), **dict.fromkeys(self.forgotten, "forget")}.items())
        )

    @property
    def aside(self) -> set[str]:
        """The paths whose files count as if they had not come."""
        return {*self.rejected, *self.forgotten, *(path for finding in self.findings for path in _set_aside(finding))}

    def never_counted(self, path: str, sha256: str) -> bool:
        """Return whether nothing that ever stood at ``path`` fed a release that holds: a month is whole without it."""
        found = self.versions.get(path, ())
        known = any(version.sha256 == sha256 for version in found)
        return known and not any(self.counts(path, version) for version in found)

    def stands_unreleased(self, path: str, sha256: str) -> bool:
        """Return whether these bytes are the newest at ``path``, and fed no release."""
        found = self.versions.get(path, ())
        same = [version for version in found if version.sha256 == sha256]
        return bool(same) and found[-1] is same[-1] and not any(version.released for version in same)

    def counts(self, path: str, version: Version) -> bool:
        """Return whether these bytes fed a release and nobody took them back."""
        return bool(version.released) and self._let_go(path, version.sha256) is None

    def counted(self, path: str, sha256: str) -> bool:
        """Return whether these bytes of ``path`` fed a release that holds."""
        return any(version.sha256 == sha256 and self.counts(path, version) for version in self.versions.get(path, ()))

    def is_let_go(self, path: str, sha256: str) -> bool:
        """Return whether a decision has let these bytes go."""
        return self._let_go(path, sha256) is not None

    def forgot(self, path: str, sha256: str) -> bool:
        """Return whether somebody took these bytes back."""
        decision = self._let_go(path, sha256)
        return decision is not None and decision.kind == "forget"

    def _let_go(self, path: str, sha256: str) -> Decision | None:
        """Return the newest decision about these bytes at this path where it rejects or forgets them."""
        last = self.desk.newest(lambda each: (each.dataset, each.path, each.sha256) == (self.dataset, path, sha256))
        return last if last and last.lets_go else None

    def _record(self, path: str, sha256: str) -> None:
        before = self.versions.get(path, ())
        if before and before[-1].sha256 == sha256:
            return
        if before:
            before = (*before[:-1], replace(before[-1], replaced=before[-1].replaced or self.today))
        self.versions[path] = (*before, Version(sha256=sha256, came=self.today))

    def _stale(self, month: Period, path: str, sha256: str) -> Finding | None:
        """Return a finding if the file is an old version of one that was replaced and released since."""
        versions = self.versions.get(path, ())
        places = [place for place, version in enumerate(versions) if version.sha256 == sha256]
        if not places or not any(self.counts(path, version) for version in versions[places[-1] + 1 :]):
            return None
        then = versions[places[-1]]
        words = f"{path}: this is the file of {self._day(then.came)}, replaced on {self._day(then.replaced)}"
        finding = Finding(
            code="stale-extract", dataset=self.dataset, periods=(month,), words=words, paths=(path,), binds=sha256
        )
        return None if self.desk.approval(finding) else finding

    def _day(self, text: str) -> str:
        if not text:
            return "an earlier day"
        day = dt.date.fromisoformat(text)
        return f"{day.day} {day:%B}" + ("" if text[:4] == self.today[:4] else f" {day.year}")


def history(desk: Desk, dataset: str, state: State, today: dt.date) -> History:
    """Return what is remembered of each path; files that were received before anything was remembered count too."""
    versions = dict(state.versions)
    for receipts in state.receipts.values():
        for path, receipt in receipts.items():
            if receipt.bytes and path not in versions:
                versions[path] = (Version(sha256=receipt.sha256, came=""),)
    return History(
        desk=desk,
        dataset=dataset,
        today=today.isoformat(),
        versions=with_released(versions, state.months.values(), today.isoformat()),
    )


def _set_aside(finding: Finding) -> tuple[str, ...]:
    return finding.paths if finding.code == "stale-extract" else ()


def with_released(versions: Mapping[str, tuple[Version, ...]], months: Iterable[MonthState], today: str) -> Versions:
    """Return the versions, each with the day on which it first fed a release."""
    fed = {
        (path, sha256)
        for state in months
        if state.released and not state.waiting and not state.rejected
        for path, sha256 in state.inputs.items()
    }
    return {
        path: tuple(
            replace(version, released=today) if not version.released and (path, version.sha256) in fed else version
            for version in received
        )
        for path, received in versions.items()
    }


def twice_and_elsewhere(
    seen: History, named: Mapping[str, Period], receipts: Mapping[str, Receipt], kind: PeriodKind
) -> Iterator[Finding]:
    """Yield what is wrong with the files of one feed: equal bytes, and rows of other months for the most part.

    A file that has gone counts too, while what it fed is public.  ``named`` are the periods that files are named after.
    """
    own = {path: kind.holding(period) for path, period in named.items()}
    yield from _twice(seen, own, receipts)
    yield from (finding for finding in _elsewhere(seen, own, named, receipts) if seen.desk.approval(finding) is None)


def _twice(seen: History, own: Mapping[str, Period], receipts: Mapping[str, Receipt]) -> Iterator[Finding]:
    """Yield a finding for each equal file that nobody approved; one of those that are out counts by itself."""
    places: dict[str, list[str]] = {}
    for path in own:
        if path in receipts and receipts[path].rows:
            places.setdefault(receipts[path].sha256, []).append(path)
    folder = next(iter(own), "").rpartition("/")[0]
    for path in sorted(seen.versions.keys() - receipts.keys() - seen.aside):
        newest = next((version for version in reversed(seen.versions[path]) if seen.counts(path, version)), None)
        if path.rpartition("/")[0] == folder and newest and newest.sha256 in places:
            places[newest.sha256].insert(0, path)
    for sha256, same in places.items():
        asked = [path for path in same if seen.desk.approval(_equal(seen, path, same, sha256, own)) is None]
        new = [path for path in asked if not seen.counted(path, sha256)]
        out = [] if new or len(asked) == 1 else asked
        if len(same) > 1:
            yield from (_equal(seen, path, same, sha256, own) for path in new or out if path in receipts)


def _equal(seen: History, path: str, same: Sequence[str], sha256: str, own: Mapping[str, Period]) -> Finding:
    return Finding(
        code="same-extract-twice",
        dataset=seen.dataset,
        periods=(own.get(path) or period_in(path),),
        words=f"{' and '.join(same)} hold the same bytes",
        verdict=Verdict.FAIL,
        paths=(path,),
        binds=sha256,
    )


def _elsewhere(
    seen: History, own: Mapping[str, Period], named: Mapping[str, Period], receipts: Mapping[str, Receipt]
) -> Iterator[Finding]:
    for path, month in own.items():
        receipt = receipts.get(path)
        if receipt is None or receipt.rows < _FEWEST_ROWS:
            continue
        elsewhere = sum(rows for period, rows in receipt.months.items() if period not in (named[path], NO_PERIOD))
        if 2 * elsewhere > receipt.rows:
            yield Finding(
                code="other-months",
                dataset=seen.dataset,
                periods=(month,),
                words=f"{elsewhere:,} of the {receipt.rows:,} rows of {path} belong to other months",
                verdict=Verdict.FAIL,
                counts={"rows": receipt.rows, "elsewhere": elsewhere},
                paths=(path,),
                binds=receipt.sha256,
            )


def refusal(findings: Sequence[Finding]) -> PipelineError | None:
    """Return the error for findings that stop their dataset, None where none does."""
    stops = [finding for finding in findings if finding.verdict is Verdict.FAIL]
    return several([_refused(finding) for finding in stops]) if stops else None


def _refused(finding: Finding) -> InputError:
    signed = f"{finding.dataset} {finding.periods[-1]} --role POST --reason TEXT"
    return InputError(
        finding.code,
        finding.words,
        where=f"dataset `{finding.dataset}`",
        fix=f"put the right file at {finding.paths[0]}; "
        f"or `pipeline reject {signed}` (it then counts as if it had not come); "
        f"or, where it is right, `pipeline approve {signed}`",
    )


def snapshot_of(dataset: Dataset, state: State, as_of: dt.date, files: Mapping[str, str]) -> Period:
    """Return which snapshot a register's ``files`` are, by the sha256 of each: the latest where these are the same.

    Else it is that of the day of the run that first read these bytes, and never one before the latest.
    """
    latest = max(state.months, default="")
    own = {*files, *(path for feed in dataset.feeds for path in state.receipts.get(feed.name, {}))}
    if latest and files == {path: sha256 for path, sha256 in state.months[latest].inputs.items() if path in own}:
        return latest
    came = (_day_received(state.versions.get(path, ()), sha256) for path, sha256 in files.items())
    return max(latest, *(dataset.period.of_day(day or as_of) for day in came))


def _day_received(versions: Sequence[Version], sha256: str) -> dt.date | None:
    """Return the day on which the current version of a file was received, None if that is today."""
    last = versions[-1] if versions else None
    return dt.date.fromisoformat(last.came) if last and last.sha256 == sha256 and last.came else None
