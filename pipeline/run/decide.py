"""The commands by which people decide: what waits is found, and the decision about exactly that is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.datasets import declared
from pipeline.errors import InputError, SettingsError
from pipeline.model.findings import BY_MONTH, LOST, OF_FILES, Decision, Verdict
from pipeline.model.periods import NO_PERIOD, ranges
from pipeline.printable import printable
from pipeline.settings.decisions import write_decisions
from pipeline.settings.reader import LABEL, ROLE
from pipeline.storage.atomic import make_private
from pipeline.storage.journal import record
from pipeline.storage.lock import locked
from pipeline.storage.memory import remember_day
from pipeline.storage.store import Store

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pipeline.model.findings import Finding
    from pipeline.model.periods import Period
    from pipeline.settings.decisions import Desk
    from pipeline.settings.settings import Settings
    from pipeline.storage.state import State, Version


class Signature(NamedTuple):
    """Which post decides, when and why."""

    role: str
    date: dt.date
    reason: str


class Choice(NamedTuple):
    """What a decision is about: the months between two, both included, or all; of one reason where it is named.

    ``first`` and ``last`` are `NO_PERIOD` for what belongs to no month.
    """

    dataset: str
    first: Period = ""
    last: Period = ""
    code: str = ""

    def holds(self, finding: Finding) -> bool:
        """Return whether the decision is about ``finding``."""
        return self.code in ("", finding.code) and (not self.first or bool(self.periods(finding)))

    def periods(self, finding: Finding) -> tuple[Period, ...]:
        """Return the periods of a finding that were chosen; `NO_PERIOD` where it has none."""
        every = finding.periods or (NO_PERIOD,)
        return tuple(period for period in every if not self.first or self.first <= period <= self.last)


def signature(role: str, reason: str, date: dt.date) -> Signature:
    """Return who decides; a person's name in place of a post, or no reason, is a `SettingsError`."""
    for option, text, form in (("--role", role, ROLE), ("--reason", reason, LABEL)):
        if not text or not form.fits(text):
            example = '--role "Head of Information Management" --reason "Checked with the records team."'
            raise SettingsError(
                "bad-command", f"{option} must be {form.words}", where="the command line", fix=f"for example {example}"
            )
    return Signature(role, date, reason)


def decide(
    settings: Settings, kind: str, choice: Choice, signed: Signature, *, say: Callable[[str], None]
) -> dict[Decision, tuple[Period, ...]]:
    """Write the decisions about what was chosen and waits; where nothing does, `InputError`.

    They are returned, each with the months that it is about.
    """
    private = settings.data / "private"
    with locked(private, say=say):
        state = Store(private).state(choice.dataset)
        waits = state.waits
        chosen = _whole(kind, choice, [finding for finding in waits if choice.holds(finding)])
        one = choice.first != "" and choice.first == choice.last  # never by `--all` or a range: nobody means them
        after_all = _after_all(settings.desk, state, choice, signed) if kind == "approve" and one and not chosen else ()
        if not chosen and not after_all:
            raise _nothing_waits(choice, waits)
        if not choice.first and not choice.code and len({finding.code for finding in chosen}) > 1:
            codes = ", ".join(sorted({finding.code for finding in chosen}))
            raise SettingsError(
                "bad-command",
                f"--all takes what waits for one reason; these wait: {codes}",
                where="the command line",
                fix="name one by `--finding CODE`",
            )
        anew = [finding for finding in chosen if finding.code != LOST]
        again = [_again(kind, finding, state, signed) for finding in chosen if finding.code == LOST]
        made = _once([*_decisions(kind, choice, anew, signed), *again, *after_all])
        write(settings, made)
    spans = {(finding.code, finding.sha256): finding.periods for finding in chosen if finding.code not in BY_MONTH}
    return {each: spans.get((each.finding, each.sha256), (each.period,) if each.period else ()) for each in made}


def forget(
    settings: Settings, path: str, signed: Signature, *, snapshot: Period = "", say: Callable[[str], None]
) -> dict[Decision, Version]:
    """Write the decisions that take back what stood at ``path`` below ``data/raw``, also when the file has gone.

    Of a register it is what one ``snapshot`` was made of, where one is named.
    """
    private = settings.data / "private"
    with locked(private, say=say):
        store = Store(private)
        states = {name: store.state(name) for name in declared()}
        found = {name: versions for name, state in states.items() if (versions := _stood(state, path, snapshot))}
        if not found:
            raise InputError(
                "nothing-waits",
                "nothing was ever received under this path",
                where=printable(path),
                fix="write the path as the run does, below data/raw: crime/recorded-crime/2024-01.csv; of what is "
                "made from releases or a database, that of its public file, below data/published",
            )
        made = {
            Decision(
                "forget",
                "",
                name,
                snapshot or states[name].period_of(path),
                version.sha256,
                **signed._asdict(),
                path=path,
            ): version
            for name, versions in found.items()
            for version in _taken_back(versions)
        }
        write(settings, tuple(made))
    return made


def _stood(state: State, path: str, snapshot: Period) -> Sequence[Version]:
    """Return what ever stood at a path; of one snapshot only what that was made of."""
    versions = state.versions.get(path, ())
    if not snapshot:
        return versions
    fed = state.months[snapshot].fed.get(path) if snapshot in state.months else None
    return [version for version in versions if version.sha256 == fed][-1:]


def _taken_back(versions: Sequence[Version]) -> Sequence[Version]:
    """Return what is taken back: the bytes that fed a release last, and those that came after them."""
    last = max((place for place, version in enumerate(versions) if version.released), default=len(versions) - 1)
    return versions[last:]


def write(settings: Settings, made: Sequence[Decision]) -> None:
    """Append decisions to the file of decisions, and to the journal."""
    private = settings.data / "private"
    make_private(private)
    write_decisions(settings.desk.path, made)
    for each in made:
        facts = {name: str(value) for name, value in each._asdict().items() if value}
        record(private, "decided", facts)


def _whole(kind: str, choice: Choice, findings: Sequence[Finding]) -> list[Finding]:
    """Return what was chosen with all its months; where nothing was, and a part of something, that is refused."""
    whole = [
        finding
        for finding in findings
        if finding.code in BY_MONTH or choice.periods(finding) == (finding.periods or (NO_PERIOD,))
    ]
    if findings and not whole:
        part = findings[0]
        raise SettingsError(
            "bad-command",
            f"{part.code} is decided for all its months at once: {', '.join(ranges(part.periods))}",
            where="the command line",
            fix=f"`pipeline {kind} {choice.dataset} {part.periods[0]}..{part.periods[-1]} --finding {part.code} ...`",
        )
    return whole


def _decisions(kind: str, choice: Choice, chosen: Iterable[Finding], signed: Signature) -> Iterator[Decision]:
    for finding in chosen:
        paths = dict(zip(finding.periods, finding.paths, strict=False)) if finding.code in OF_FILES else {}
        periods = choice.periods(finding)
        # one decision settles a finding as a whole; files, and months to be snapped anew, are settled one by one
        for period in periods if finding.code in BY_MONTH else periods[:1]:
            yield Decision(
                kind=kind,
                finding="" if kind == "reject" and paths else finding.code,
                dataset=choice.dataset,
                period="" if period == NO_PERIOD else period,
                sha256=finding.sha256,
                path=paths.get(period, ""),
                **signed._asdict(),
            )


def _again(kind: str, finding: Finding, state: State, signed: Signature) -> Decision:
    """Return the decision that was lost, made again, or the approval of what it set aside, for whatever reason."""
    last = next(
        each
        for each in reversed(state.decided)
        if each.lets_go
        and (each.sha256, each.path) == (finding.sha256, "".join(finding.paths))
        and (each.path or each.period in ("", *finding.periods))
    )
    return last._replace(kind="approve" if kind == "approve" else last.kind, finding="", **signed._asdict())


def _after_all(desk: Desk, state: State, choice: Choice, signed: Signature) -> tuple[Decision, ...]:
    """Return the approvals of what was rejected or taken back before and stands there now."""
    own = [decision for decision in desk.decisions if decision.dataset == choice.dataset]
    newest = {(each.path, each.sha256, each.finding, each.period): each for each in own}
    aside = {(path, versions[-1].sha256) for path, versions in state.versions.items() if versions}
    aside |= {("", sha256) for month_state in state.months.values() for sha256 in month_state.rejected.values()}
    aside |= {("", finding.sha256) for finding in state.findings if finding.verdict is Verdict.PASS}
    found = tuple(
        decision._replace(kind="approve", **signed._asdict())
        for decision in newest.values()
        if decision.kind != "approve"
        and (decision.path, decision.sha256) in aside
        and choice.first == (decision.period or NO_PERIOD)
        and not choice.code
    )
    return tuple(each for each in found if each.path) or found  # a file that counts again settles what followed from it


def _once(made: Iterable[Decision]) -> tuple[Decision, ...]:
    return tuple(dict.fromkeys(made))


def _nothing_waits(choice: Choice, waits: Sequence[Finding]) -> InputError:
    listed = "; ".join(f"{finding.code} {' '.join(finding.periods) or NO_PERIOD}" for finding in waits)
    return InputError(
        "nothing-waits",
        "nothing that was chosen waits for a decision",
        where=f"dataset `{choice.dataset}`",
        fix=f"these wait: {listed}" if listed else "`pipeline publish` says what waits; nothing did at its last run",
    )


def set_day(settings: Settings, day: dt.date, signed: Signature, *, say: Callable[[str], None]) -> None:
    """Make ``day`` the day of the last run, and write down who said so."""
    private = settings.data / "private"
    with locked(private, say=say):
        remember_day(private, day, role=signed.role, date=signed.date.isoformat(), reason=signed.reason)
