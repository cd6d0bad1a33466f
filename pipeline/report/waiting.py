"""What waits, what was set aside, and the commands that settle it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.model.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.build.dataset import Outcome

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_SIGNED = '--role "POST" --reason "WHY"'


def waiting_lines(outcome: Outcome, private: str = "data/private") -> Iterable[str]:
    """Yield what waits for a person, with the command that lets it in and the one that lets it go."""
    name = outcome.dataset.name
    for month, each in outcome.state.months.items():
        if each.waiting:
            built = each.waiting.built
            file = next(file for file, facts in built.files.items() if facts["format"] == "csv")
            yield f"WAITS for an approval: {month}: {each.waiting.reason}"
            yield f"  look at {private}/releases/{name}/{built.folder}/{file} (sha256 {built.csv_sha256})"
            yield from settling_lines(name, month)
        if each.input_gone:
            yield f"input-gone: {month} stays as it was published; an extract that fed it has gone"
    for finding in outcome.state.findings:
        if finding.verdict is Verdict.REVIEW:
            month = finding.periods[0] if finding.periods else "none"
            yield f"WAITS for an approval: {finding.code}: {finding.words}"
            if finding.code == "stale-extract":
                yield "  it is set aside; what was released from the file that it replaced stays"
            yield from settling_lines(name, month, finding.code)
            for path in finding.paths if finding.code == "stale-extract" else ():
                yield f"  to take back what was released instead: pipeline forget {path} {_SIGNED}"
    for path, kind in outcome.aside.items():
        own = _MONTH.search(path)
        done = "rejected" if kind == "reject" else "taken back"
        yield f"set aside: {path} was {done}, and counts as if it had not come until other bytes come"
        yield f"  to let it in after all: pipeline approve {name} {own[0] if own else 'none'} {_SIGNED}"
    for month, feeds in outcome.lacking.items():
        yield f"WAITS for an extract: {month}: no file of {' or '.join(feeds)} has come"


def settling_lines(dataset: str, period: str, code: str = "") -> Iterable[str]:
    """Yield the commands that settle what waits."""
    narrowed = f" --finding {code}" if code else ""
    yield f"  to let it in: pipeline approve {dataset} {period}{narrowed} {_SIGNED}"
    yield f"  to let it go: pipeline reject {dataset} {period}{narrowed} {_SIGNED}"
