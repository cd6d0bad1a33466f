"""Which months have to be built again, and why: nothing changed means nothing is built."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.run.workplace import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.model import Dataset, Month
    from pipeline.release.state import MonthState, State
    from pipeline.release.store import Store
    from pipeline.run.survey import Survey


#: What changes when a record is restricted, or no longer is.
RESTRICTED = "restricted records"


class Stale(NamedTuple):
    """A month to build: why, in words for the plan, and what it will have been made from."""

    month: Month
    reasons: tuple[str, ...]
    inputs: Mapping[str, str]
    made_from: Mapping[str, str]


def stale_months(
    dataset: Dataset, state: State, found: Survey, *, base: Mapping[str, str], store: Store
) -> tuple[list[Stale], dict[Month, MonthState]]:
    """Return the months that differ from what they were made from, the latest first, and those that only seemed to.

    Newly restricted records are looked for once: a month without any of them remembers that.
    """
    registers = {rule.register for feed in dataset.feeds for rule in feed.rules if rule.register}
    payees = found.payees() if "payee" in registers else {}
    restricted = found.restricted() if "restricted" in registers else frozenset()
    stale: list[Stale] = []
    untouched: dict[Month, MonthState] = {}
    for month in reversed(found.opened):
        inputs = found.inputs(dataset, month)
        made_from = {**base, "open months": found.openness(dataset, month)}
        if any(path in found.held for path in inputs):
            made_from["events that have been held"] = digest([found.held.get(path) for path in inputs])
        if "payee" in registers:
            made_from["types of suppliers"] = _types(found, inputs, payees)
        if "restricted" in registers:
            made_from[RESTRICTED] = digest(sorted(restricted))
        before = state.months.get(month)
        if before is None:
            stale.append(Stale(month, ("new",), inputs, made_from))
            continue
        reasons = [*_inputs(before.inputs, inputs), *_differences(before.made_from, made_from)]
        if reasons == [RESTRICTED] and not touches(dataset, before, restricted, store):
            untouched[month] = replace(before, made_from=made_from)
        elif reasons:
            stale.append(Stale(month, tuple(reasons), inputs, made_from))
    return stale, untouched


def in_words(reasons: Iterable[str]) -> str:
    """Return why a month is built: files say it themselves, of the rest it is said that it changed."""
    return "; ".join(
        reason if reason == "new" or "has" in reason.split() else f"{reason} changed" for reason in reasons
    )


def touches(dataset: Dataset, month: MonthState, restricted: frozenset[str], store: Store) -> bool:
    """Return whether the restricted records of a month are other ones than when it was built."""
    applied = set(month.restricted)
    if applied - restricted:
        return True
    added = restricted - applied
    latest = month.waiting.built if month.waiting else month.released
    if not added or latest is None:
        return False
    published = store.references(dataset.name, latest, "crime", dataset.references["crime"])
    return bool(pc.any(pc.is_in(published, value_set=pa.array(sorted(added), pa.string()))).as_py())


def _types(found: Survey, inputs: Mapping[str, str], payees: Mapping[str, str]) -> str:
    entered = found.registers.get("payee", {})
    suppliers = {supplier for path in inputs for supplier in entered.get(path, {})}
    return digest(sorted((supplier, payees.get(supplier, "")) for supplier in suppliers))


def _inputs(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for path in sorted({*before, *now}):
        if path not in before:
            yield f"{path} has rows of it now"
        elif path not in now:
            yield f"{path} has no rows of it any more"
        elif before[path] != now[path]:
            yield f"{path} has changed"


def _differences(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*before, *now}):
        if before.get(name) != now.get(name):
            yield name
