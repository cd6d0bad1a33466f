"""What a command names: datasets, months, and the accounts of what was built."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.build.received.mapped import datasets_of
from pipeline.datasets import declared
from pipeline.errors import InputError, SettingsError
from pipeline.model.periods import NO_PERIOD, is_period
from pipeline.printable import printable
from pipeline.settings.reader import nearest
from pipeline.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.periods import Period
    from pipeline.model.reasons import Account
    from pipeline.settings.options import Options
    from pipeline.settings.settings import Settings


def names() -> tuple[str, ...]:
    """Return the names of all datasets."""
    return tuple(declared())


def options() -> dict[str, tuple[type[Options], ...]]:
    """Return the settings that each dataset needs, by its name."""
    return {name: dataset.options for name, dataset in declared().items()}


def feeds() -> dict[str, list[Feed]]:
    """Return the declared feeds that a system exports, by name: two datasets may each have one of a name."""
    found: dict[str, list[Feed]] = {}
    for dataset in declared().values():
        for feed in dataset.feeds:
            if not feed.source.form.file:
                continue
            found.setdefault(feed.name, []).append(feed)
    return found


def owners() -> dict[str, list[str]]:
    """Return the dataset of each of the same feeds, in their order."""
    found: dict[str, list[str]] = {}
    for name, dataset in declared().items():
        for feed in dataset.feeds:
            if feed.source.form.file:
                found.setdefault(feed.name, []).append(name)
    return found


def chosen(names: Collection[str], settings: Settings | None = None) -> tuple[Dataset, ...]:
    """Return the datasets that were named, all when none was; an unknown name is a `SettingsError`.

    With ``settings`` their extracts are read as these say.
    """
    every = datasets_of(settings) if settings else declared()
    unknown = sorted(set(names) - set(every))
    if unknown:
        near = nearest(unknown[0], every)
        hint = f"did you mean `{near}`? " if near else ""
        if month := month_hint(unknown[0]):
            hint = f"{month}; "
        if unknown[0] in declared():
            hint = "the settings say that it, or what it is made from, is not published; "
        raise SettingsError(
            "unknown-dataset",
            f"there is no dataset `{printable(unknown[0])}`",
            where="the command line",
            fix=f"{hint}choose from: {', '.join(every)}",
        )
    return tuple(dataset for name, dataset in every.items() if not names or name in names)


def month_hint(word: str) -> str:
    """Return how a month is asked for that was typed where none is understood, "" where ``word`` is none."""
    return f"a month is asked for by `--month {word}`" if is_period(word) or word == NO_PERIOD else ""


class MonthAccounts(NamedTuple):
    """The accounts of a month as it was built last, and whether that build still waits for an approval."""

    accounts: tuple[Account, ...]
    waits: bool


def accounts_of(settings: Settings, dataset: Dataset, month: Period) -> MonthAccounts:
    """Return what became of every row of a month; `InputError` where the month was never built."""
    state = Store(settings.data / "private").state(dataset.name)
    if month == NO_PERIOD:
        return MonthAccounts(state.unplaced, waits=False)
    if month not in state.months:
        raise no_such_month([dataset.name], month)
    return MonthAccounts(state.months[month].accounts, waits=state.months[month].waiting is not None)


def accounts_by_month(settings: Settings, dataset: Dataset) -> dict[Period, MonthAccounts]:
    """Return the accounts of every month that was built, and of the rows of no month where there are any."""
    state = Store(settings.data / "private").state(dataset.name)
    found = {month: MonthAccounts(each.accounts, each.waiting is not None) for month, each in state.months.items()}
    return found | ({NO_PERIOD: MonthAccounts(state.unplaced, waits=False)} if state.unplaced else {})


def no_such_month(datasets: Sequence[str], month: Period) -> InputError:
    """Return the error for a month of which nothing was built."""
    return InputError(
        "no-such-month",
        f"nothing was ever built for {month}",
        where=f"--month, {' '.join(datasets)}",
        fix="run `pipeline publish`, or choose a month that an extract was received for",
    )
