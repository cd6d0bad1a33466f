"""Accepting releases: a new build becomes the public release of its period unless it waits for an approval."""

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
    """The states of all periods, new lines of the change log, and the periods whose builds were rejected."""

    months: dict[Period, MonthState]
    notes: list[ChangeNote]
    rejected: frozenset[Period]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposal:
    """The build of a period that may become its public release, and the doubts of the gates about it."""

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
        """Whether the build has the same rows as the public release, so that nothing is to be decided."""
        return self.last is not None and self.last.csv_sha256 == self.built.csv_sha256

    @property
    def now(self) -> Mapping[str, str]:
        """The sha256 of the extracts of the build, by path."""
        return self.made.stale.inputs if self.made else self.before.inputs if self.before else {}

    @property
    def changed(self) -> frozenset[str]:
        """The extracts that changed since the stored build."""
        if self.made is None or self.before is None:
            return frozenset()
        then, now = self.before.inputs, self.now
        return frozenset(path for path in {*then, *now} if then.get(path) != now.get(path))


def accept(
    inputs: DatasetInputs, before: Mapping[Period, MonthState], candidates: Mapping[Period, CandidateRelease]
) -> Accepted:
    """Return each period with its newest build as public release, unless that build waits or was rejected."""
    months = let_wait_no_longer(inputs, before)
    desk = inputs.work.settings.desk
    proposals = _proposals(months, candidates)
    rejected = frozenset(
        month
        for month, proposal in proposals.items()
        if desk.lets_go(inputs.dataset.name, month, proposal.built.csv_sha256)
    )
    open_findings = _findings(inputs, months, proposals, rejected)
    let_go = {path: month for month in rejected for path in _suspects(inputs, month, proposals[month], feed="")}
    blamed = {
        month: {path for finding in findings if finding.code == SUSPECT for path in finding.paths}
        for month, findings in open_findings.items()
    }
    because = {month: {month} for month in rejected}
    because |= {  # a file that was let go changes no other month
        month: {let_go[path] for path in paths & let_go.keys()}
        for month, paths in blamed.items()
        if paths & let_go.keys()
    }
    notes: list[ChangeNote] = []
    for month, proposal in proposals.items():
        findings = open_findings.get(month, ())
        if month in because:
            months[month] = _without(
                proposal, {other: proposals[other].built.csv_sha256 for other in sorted(because[month])}
            )
            continue
        if not findings and (proposal.last is None or not is_same(proposal.last, proposal.built)):
            reasons = proposal.made.stale.reasons if proposal.made else (CHECKED_AGAIN,)
            notes.append(
                note_of(inputs.work, inputs.dataset.name, month, proposal.built, last=proposal.last, reasons=reasons)
            )
        months[month] = _month_state(proposal, findings)
    return Accepted(months, notes, frozenset(because))


def _proposals(
    months: Mapping[Period, MonthState], candidates: Mapping[Period, CandidateRelease]
) -> dict[Period, _Proposal]:
    proposals: dict[Period, _Proposal] = {}
    for month in sorted({*candidates, *(month for month, month_state in months.items() if month_state.waiting)}):
        made, before = candidates.get(month), months.get(month)
        if made:
            profile: Counts = {**made.report.profile, **_explained(made, before)}
            proposals[month] = _Proposal(built=made.built, profile=profile, made=made, before=before)
        elif before and before.waiting:
            profile = before.waiting.profile or profile_of_accounts(before.accounts)
            proposals[month] = _Proposal(built=before.waiting.built, profile=profile, made=None, before=before)
    return proposals


def _explained(made: CandidateRelease, before: MonthState | None) -> dict[str, dict[str, int]]:
    """Return the inputs beside the extracts that changed since the public release, which explain other rows."""
    if before is None or before.released is None:
        return {}
    then, now = before.released.made_from or before.made_from, made.stale.made_from
    names = {name for name in _EXPLAINS if then.get(name) != now.get(name)}
    if before.waiting and not before.released.made_from:  # an older version does not know what is public was made from
        names |= set(before.waiting.profile.get(_EXPLAINED, {}))
    return {_EXPLAINED: dict.fromkeys(sorted(names), 1)} if names else {}


def _released_profile(state: MonthState) -> Counts:
    """Return the profile of the public release; older state files hold it only for the last build."""
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
    proposals: Mapping[Period, _Proposal],
    rejected: frozenset[Period],
) -> dict[Period, tuple[Finding, ...]]:
    """Return the findings of each period that no decision has settled."""
    known = _judge(inputs, months, proposals, rejected)
    direct = {month: _unsettled(inputs, _direct(inputs, month, proposal)) for month, proposal in known.items()}
    suspects = dict(inputs.survey.rejected)
    for month, findings in direct.items():
        suspects |= {path: month for finding in findings for path in finding.paths}
    for month in rejected:
        suspects |= dict.fromkeys(_suspects(inputs, month, proposals[month], feed=""), month)
    return {
        month: (*direct[month], *_unsettled(inputs, _suspect_input(inputs, month, proposal, suspects)))
        for month, proposal in known.items()
    }


def _judge(
    inputs: DatasetInputs,
    months: Mapping[Period, MonthState],
    proposals: Mapping[Period, _Proposal],
    rejected: frozenset[Period],
) -> dict[Period, _Proposal]:
    """Return the proposals that were not rejected, with the doubts of the gates."""
    limits = inputs.work.settings.limits
    known = {month: proposal for month, proposal in proposals.items() if month not in rejected}
    public = {month: _released_profile(month_state) for month, month_state in months.items() if month_state.released}
    beside: dict[Period, Counts] = dict(public)
    for month, proposal in known.items():
        if inputs.dataset.period.register:
            proposal.doubts.extend(_doubts_of_register(month, proposal, public, limits))
        elif month in public and not proposal.same:
            explained = bool(proposal.profile.get(_EXPLAINED))
            proposal.doubts.extend(gates.doubts_of_size(proposal.profile, public[month], limits, explained=explained))
            proposal.doubts.extend(gates.doubts_of_places(inputs.dataset, proposal.profile, public[month], limits))
        if not proposal.doubts:
            beside[month] = proposal.profile
    for month, proposal in known.items():
        if proposal.same:
            continue
        near = [beside[other] for other in gates.nearest_months(inputs.dataset.period, month, beside)]
        if month not in public and not inputs.dataset.period.register:
            proposal.doubts.extend(gates.doubts_of_new(proposal.profile, near, limits))
        stood = {
            doubt.standing
            for doubt in gates.doubts_of_content(inputs.dataset, month, public.get(month, {}), near, limits)
        }
        content = gates.doubts_of_content(inputs.dataset, month, proposal.profile, near, limits)
        proposal.doubts.extend(doubt for doubt in content if doubt.standing not in stood)
    return known


def _doubts_of_register(
    month: Period, proposal: _Proposal, public: Mapping[Period, Counts], limits: Limits
) -> Sequence[Doubt]:
    """Return the doubts about a snapshot, compared with the snapshot before it and with its own last release."""
    if proposal.same:
        return ()
    earlier = max((period for period in public if period < month), default="")
    beside = [(period, public[period]) for period in (earlier, month) if period in public]
    return gates.doubts_of_snapshot(proposal.profile, beside, limits, explained=bool(proposal.profile.get(_EXPLAINED)))


def _direct(inputs: DatasetInputs, month: Period, proposal: _Proposal) -> Iterator[Finding]:
    """Yield one finding for each code among the doubts about a period."""
    for code in dict.fromkeys(doubt.code for doubt in proposal.doubts):
        doubts = [doubt for doubt in proposal.doubts if doubt.code == code]
        paths = sorted({path for doubt in doubts for path in _suspects(inputs, month, proposal, doubt.feed)})
        counts = {f"{doubt.feed} {name}".strip(): n for doubt in doubts for name, n in doubt.counts.items()}
        words = "; ".join(dict.fromkeys(doubt.words for doubt in doubts))
        yield replace(_finding(inputs, month, proposal, code=code, words=words, paths=paths), counts=counts)


def _suspects(inputs: DatasetInputs, month: Period, proposal: _Proposal, feed: str) -> set[str]:
    """Return the suspect extracts of a period: those that changed, or else its own files."""
    if proposal.made is None and proposal.before and proposal.before.waiting:
        kept = {
            path for finding in proposal.before.waiting.findings for path in finding.paths if finding.code != SUSPECT
        }
        if kept:
            return kept
    feeds = [name for name in inputs.survey.own if feed in ("", name)]
    of_feeds = {path for name in feeds for path in inputs.survey.receipts[name]}
    changed = proposal.changed & of_feeds if proposal.last else set()
    return set(changed) or {path for name in feeds for path, own in inputs.survey.own[name].items() if own == month}


def _suspect_input(
    inputs: DatasetInputs, month: Period, proposal: _Proposal, suspects: Mapping[str, Period]
) -> Iterator[Finding]:
    """Yield a finding if a period uses or used an extract of another period that waits or was rejected."""
    waited = proposal.before.waiting.findings if proposal.before and proposal.before.waiting else ()
    fed = {
        *proposal.now,
        *proposal.changed,
        *(path for finding in waited if finding.code == SUSPECT for path in finding.paths),
    }
    rejected = inputs.survey.rejected
    if proposal.made:
        fed -= rejected.keys() - proposal.now.keys()  # it was built as if they had not come
    paths = tuple(sorted(path for path in fed if suspects.get(path, month) != month or path in rejected))
    if paths and not proposal.same:
        done = "was rejected" if rejected.keys() >= {*paths} else "waits"
        others = ", ".join(sorted({suspects[path] for path in paths}))
        words = f"rows of it are in {' and '.join(paths)} too, which {done} with {others}"
        yield _finding(inputs, month, proposal, code=SUSPECT, words=words, paths=paths)


def _finding(
    inputs: DatasetInputs, month: Period, proposal: _Proposal, *, code: str, words: str, paths: Iterable[str]
) -> Finding:
    built, name = proposal.built, inputs.dataset.name
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


def _month_state(proposal: _Proposal, findings: tuple[Finding, ...]) -> MonthState:
    before, made = proposal.before, proposal.made
    waits = Waiting(built=proposal.built, findings=findings, profile=proposal.profile) if findings else None
    now = proposal.last if findings else proposal.built
    public = {name: counts for name, counts in proposal.profile.items() if name != _EXPLAINED}
    profile = (_released_profile(before) if before else {}) if findings else public
    if made is None:
        if before is None:  # a month without a candidate was remembered as waiting
            raise KeyError(proposal.built.folder)
        fed = before.fed if findings else before.inputs
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
        fed=(before.fed if before else {}) if findings else dict(made.stale.inputs),
        kept_back=tuple(sorted({*made.report.kept_back, *(before.kept_back if before and findings else ())})),
        weaker=tuple(sorted(made.report.weaker.entries)),
        weaker_rows=made.report.weaker.rows,
    )


def _without(proposal: _Proposal, rejected: Mapping[Period, str]) -> MonthState:
    """Return the former state of a period whose build was rejected, so that it is not built again."""
    before = proposal.before or MonthState(released=None, waiting=None, inputs={}, made_from={}, accounts=())
    as_it_was = replace(before, waiting=None, profile=_released_profile(before), rejected=rejected)
    if proposal.made is None:
        return as_it_was
    stale = proposal.made.stale
    return replace(as_it_was, inputs=dict(stale.inputs), made_from=dict(stale.made_from))
