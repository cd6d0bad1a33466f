"""Which release of each month is public from now on: the one just built, unless it has to wait for an approval."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from pipeline.build.decided import gates
from pipeline.build.decided.notes import CHECKED_AGAIN, is_same, note_of
from pipeline.build.profile import PUBLISHED, profile_of_accounts
from pipeline.build.received.aside import let_wait_no_longer
from pipeline.model.findings import SUSPECT, Finding
from pipeline.storage.state import MonthState, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.build.candidate import CandidateRelease
    from pipeline.build.decided.gates import Counts, Doubt
    from pipeline.build.inputs import DatasetInputs
    from pipeline.model.periods import Period
    from pipeline.model.release import ChangeNote
    from pipeline.settings.limits import Limits
    from pipeline.storage.state import Built

#: What a month was made from that explains that other rows of the same extracts are published.
_EXPLAINS = frozenset(("code lists", "reference data", "settings", "program", "declaration", "schema", "mapping"))
#: Under this name a profile remembers that such a change explains it.
_EXPLAINED = "explained"


class Accepted(NamedTuple):
    """The months, lines for the change log, and which builds were rejected: their months keep their last release."""

    months: dict[Period, MonthState]
    notes: list[ChangeNote]
    rejected: frozenset[Period]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A month that may go out: what would, what is public, and the counts of both."""

    built: Built
    profile: Counts
    made: CandidateRelease | None
    before: MonthState | None
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def last(self) -> Built | None:
        return self.before.released if self.before else None

    @property
    def same(self) -> bool:
        """Whether the public gets the same rows as before: then there is nothing to decide."""
        return self.last is not None and self.last.csv_sha256 == self.built.csv_sha256

    @property
    def now(self) -> Mapping[str, str]:
        """The sha256 of the extracts that it was made of."""
        return self.made.stale.inputs if self.made else self.before.inputs if self.before else {}

    @property
    def changed(self) -> frozenset[str]:
        """The extracts that feed it otherwise than they fed what was remembered."""
        if self.made is None or self.before is None:
            return frozenset()
        then, now = self.before.inputs, self.now
        return frozenset(path for path in {*then, *now} if then.get(path) != now.get(path))


def accept(
    inputs: DatasetInputs, before: Mapping[Period, MonthState], candidates: Mapping[Period, CandidateRelease]
) -> Accepted:
    """Return each month pointed to its newest release, unless that has to wait or was rejected."""
    months = let_wait_no_longer(inputs, before)
    desk = inputs.work.settings.desk
    asked = _asked(months, candidates)
    rejected = frozenset(
        month for month, each in asked.items() if desk.lets_go(inputs.dataset.name, month, each.built.csv_sha256)
    )
    found = _findings(inputs, months, asked, rejected)
    let_go = {path: month for month in rejected for path in _suspects(inputs, month, asked[month], feed="")}
    blamed = {
        month: {path for each in why if each.code == SUSPECT for path in each.paths} for month, why in found.items()
    }
    because = {month: {month} for month in rejected}
    because |= {  # a file that was let go changes no other month
        month: {let_go[path] for path in paths & let_go.keys()}
        for month, paths in blamed.items()
        if paths & let_go.keys()
    }
    notes: list[ChangeNote] = []
    for month, each in asked.items():
        why = found.get(month, ())
        if month in because:
            months[month] = _without(each, {other: asked[other].built.csv_sha256 for other in sorted(because[month])})
            continue
        if not why and (each.last is None or not is_same(each.last, each.built)):
            reasons = each.made.stale.reasons if each.made else (CHECKED_AGAIN,)
            notes.append(note_of(inputs.work, inputs.dataset.name, month, each.built, last=each.last, reasons=reasons))
        months[month] = _month_state(each, why)
    return Accepted(months, notes, frozenset(because))


def _asked(months: Mapping[Period, MonthState], candidates: Mapping[Period, CandidateRelease]) -> dict[Period, _Asked]:
    asked: dict[Period, _Asked] = {}
    for month in sorted({*candidates, *(month for month, month_state in months.items() if month_state.waiting)}):
        made, before = candidates.get(month), months.get(month)
        if made:
            profile: Counts = {**made.report.profile, **_explained(made, before)}
            asked[month] = _Asked(built=made.built, profile=profile, made=made, before=before)
        elif before and before.waiting:
            profile = before.waiting.profile or profile_of_accounts(before.accounts)
            asked[month] = _Asked(built=before.waiting.built, profile=profile, made=None, before=before)
    return asked


def _explained(made: CandidateRelease, before: MonthState | None) -> dict[str, dict[str, int]]:
    """Return which change beside the extracts explains other published rows, since what is public was built."""
    if before is None or before.released is None:
        return {}
    then, now = before.released.made_from or before.made_from, made.stale.made_from
    names = {name for name in _EXPLAINS if then.get(name) != now.get(name)}
    if before.waiting and not before.released.made_from:  # an older version does not know what is public was made from
        names |= set(before.waiting.profile.get(_EXPLAINED, {}))
    return {_EXPLAINED: dict.fromkeys(sorted(names), 1)} if names else {}


def _released_profile(state: MonthState) -> Counts:
    """Return the counts of what is public; the version before remembered them only of what was built last."""
    if state.profile:
        return state.profile
    if state.released is None:
        return {}
    if state.waiting is None:
        return profile_of_accounts(state.accounts)
    return {PUBLISHED: {gates.ALL_FEEDS: state.released.rows}}


def _findings(
    inputs: DatasetInputs,
    months: Mapping[Period, MonthState],
    asked: Mapping[Period, _Asked],
    rejected: frozenset[Period],
) -> dict[Period, tuple[Finding, ...]]:
    """Return what each month has to wait for and nobody has settled."""
    known = _judge(inputs, months, asked, rejected)
    direct = {month: _unsettled(inputs, _direct(inputs, month, each)) for month, each in known.items()}
    suspects = dict(inputs.survey.rejected)
    for month, findings in direct.items():
        suspects |= {path: month for finding in findings for path in finding.paths}
    for month in rejected:
        suspects |= dict.fromkeys(_suspects(inputs, month, asked[month], feed=""), month)
    return {
        month: (*direct[month], *_unsettled(inputs, _suspect_input(inputs, month, each, suspects)))
        for month, each in known.items()
    }


def _judge(
    inputs: DatasetInputs,
    months: Mapping[Period, MonthState],
    asked: Mapping[Period, _Asked],
    rejected: frozenset[Period],
) -> dict[Period, _Asked]:
    """Return the months that were not rejected, with what the gates hold against them."""
    limits = inputs.work.settings.limits
    known = {month: each for month, each in asked.items() if month not in rejected}
    public = {month: _released_profile(month_state) for month, month_state in months.items() if month_state.released}
    beside: dict[Period, Counts] = dict(public)
    for month, each in known.items():
        if inputs.dataset.period.register:
            each.doubts.extend(_doubts_of_register(month, each, public, limits))
        elif month in public and not each.same:
            explained = bool(each.profile.get(_EXPLAINED))
            each.doubts.extend(gates.doubts_of_size(each.profile, public[month], limits, explained=explained))
            each.doubts.extend(gates.doubts_of_places(inputs.dataset, each.profile, public[month], limits))
        if not each.doubts:
            beside[month] = each.profile
    for month, each in known.items():
        if each.same:
            continue
        near = [beside[other] for other in gates.nearest_months(inputs.dataset.period, month, beside)]
        if month not in public and not inputs.dataset.period.register:
            each.doubts.extend(gates.doubts_of_new(each.profile, near, limits))
        stood = {
            doubt.standing
            for doubt in gates.doubts_of_content(inputs.dataset, month, public.get(month, {}), near, limits)
        }
        content = gates.doubts_of_content(inputs.dataset, month, each.profile, near, limits)
        each.doubts.extend(doubt for doubt in content if doubt.standing not in stood)
    return known


def _doubts_of_register(
    month: Period, asked: _Asked, public: Mapping[Period, Counts], limits: Limits
) -> Sequence[Doubt]:
    """Return what speaks against a snapshot beside the one before it, and beside its own last release."""
    if asked.same:
        return ()
    earlier = max((each for each in public if each < month), default="")
    beside = [(each, public[each]) for each in (earlier, month) if each in public]
    return gates.doubts_of_snapshot(asked.profile, beside, limits, explained=bool(asked.profile.get(_EXPLAINED)))


def _direct(inputs: DatasetInputs, month: Period, asked: _Asked) -> Iterator[Finding]:
    """Yield one finding for each code of what the gates hold against a month."""
    for code in dict.fromkeys(doubt.code for doubt in asked.doubts):
        doubts = [doubt for doubt in asked.doubts if doubt.code == code]
        paths = sorted({path for doubt in doubts for path in _suspects(inputs, month, asked, doubt.feed)})
        counts = {f"{doubt.feed} {name}".strip(): n for doubt in doubts for name, n in doubt.counts.items()}
        words = "; ".join(dict.fromkeys(doubt.words for doubt in doubts))
        yield replace(_finding(inputs, month, asked, code=code, words=words, paths=paths), counts=counts)


def _suspects(inputs: DatasetInputs, month: Period, asked: _Asked, feed: str) -> set[str]:
    """Return the extracts that are to blame: what has changed, else the month's own files."""
    if asked.made is None and asked.before and asked.before.waiting:
        kept = {path for finding in asked.before.waiting.findings for path in finding.paths if finding.code != SUSPECT}
        if kept:
            return kept
    feeds = [name for name in inputs.survey.own if feed in ("", name)]
    of_feeds = {path for name in feeds for path in inputs.survey.receipts[name]}
    changed = asked.changed & of_feeds if asked.last else set()
    return set(changed) or {path for name in feeds for path, own in inputs.survey.own[name].items() if own == month}


def _suspect_input(
    inputs: DatasetInputs, month: Period, asked: _Asked, suspects: Mapping[str, Period]
) -> Iterator[Finding]:
    """Yield that a month is fed, or was fed until now, by an extract that another waits for or was rejected with."""
    waited = asked.before.waiting.findings if asked.before and asked.before.waiting else ()
    fed = {*asked.now, *asked.changed, *(path for each in waited if each.code == SUSPECT for path in each.paths)}
    rejected = inputs.survey.rejected
    if asked.made:
        fed -= rejected.keys() - asked.now.keys()  # it was built as if they had not come
    paths = tuple(sorted(path for path in fed if suspects.get(path, month) != month or path in rejected))
    if paths and not asked.same:
        done = "was rejected" if rejected.keys() >= {*paths} else "waits"
        others = ", ".join(sorted({suspects[path] for path in paths}))
        words = f"rows of it are in {' and '.join(paths)} too, which {done} with {others}"
        yield _finding(inputs, month, asked, code=SUSPECT, words=words, paths=paths)


def _finding(
    inputs: DatasetInputs, month: Period, asked: _Asked, *, code: str, words: str, paths: Iterable[str]
) -> Finding:
    built, name = asked.built, inputs.dataset.name
    file = next(file for file, facts in built.files.items() if facts["format"] == "csv")
    return Finding(
        code=code,
        dataset=name,
        periods=(month,),
        words=words,
        paths=tuple(paths),
        held=f"releases/{name}/{built.folder}/{file}",
        binds=built.csv_sha256,
    )


def _unsettled(inputs: DatasetInputs, findings: Iterator[Finding]) -> tuple[Finding, ...]:
    desk = inputs.work.settings.desk
    return tuple(finding for finding in findings if desk.approval(finding) is None)


def _month_state(asked: _Asked, why: tuple[Finding, ...]) -> MonthState:
    before, made = asked.before, asked.made
    waits = Waiting(built=asked.built, findings=why, profile=asked.profile) if why else None
    now = asked.last if why else asked.built
    public = {name: counts for name, counts in asked.profile.items() if name != _EXPLAINED}
    profile = (_released_profile(before) if before else {}) if why else public
    if made is None:
        if before is None:  # a month without a candidate was remembered as waiting
            raise KeyError(asked.built.folder)
        fed = before.fed if why else before.inputs
        return replace(before, released=now, waiting=waits, profile=profile, rejected={}, fed=fed)
    return MonthState(
        released=now,
        waiting=waits,
        inputs=dict(made.stale.inputs),
        made_from=dict(made.stale.made_from),
        accounts=made.report.accounts,
        bad=made.report.bad,
        restricted=made.report.applied,
        profile=profile,
        fed=(before.fed if before else {}) if why else dict(made.stale.inputs),
        kept_back=tuple(sorted({*made.report.kept_back, *(before.kept_back if before and why else ())})),
        weaker=tuple(sorted(made.report.weaker.entries)),
        weaker_rows=made.report.weaker.rows,
    )


def _without(asked: _Asked, rejected: Mapping[Period, str]) -> MonthState:
    """Return a month whose build was rejected: as it was, and not built again while the builds ``rejected`` are."""
    before = asked.before or MonthState(released=None, waiting=None, inputs={}, made_from={}, accounts=())
    as_it_was = replace(before, waiting=None, profile=_released_profile(before), rejected=rejected)
    if asked.made is None:
        return as_it_was
    stale = asked.made.stale
    return replace(as_it_was, inputs=dict(stale.inputs), made_from=dict(stale.made_from))
