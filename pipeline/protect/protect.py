"""Raw rows in, safe columns out: the one place where a `SafeTable` is made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipeline.columns.arrays import map_columns
from pipeline.errors import SettingsError
from pipeline.model.handling import Problem, nowhere
from pipeline.model.reasons import REASONS
from pipeline.model.tables import Found, SafeTable
from pipeline.protect.handling import marked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask
    from pipeline.model.context import Context
    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.row_rule import Blanked, Judgement
    from pipeline.model.tables import RawTable


def keyed(raw: RawTable, feed: Feed, context: Context) -> RawTable:
    """Return the rows with the private keys that the feed's rules look up in their registers."""
    keys = {name: key for rule in feed.rules for name, key in rule.keys(raw.cells, context).items()}
    return replace(raw, cells={**raw.cells, **keys}) if keys else raw


def _protecting(raw: RawTable) -> dict[str, pa.Array]:
    """Return the keys that are kept beside a release, so that a later protection finds its rows."""
    return {name: cells for name, cells in raw.cells.items() if name.startswith("protected ")}


def protect(raw: RawTable, dataset: Dataset, feed: Feed, *, context: Context, names: Sequence[str]) -> SafeTable:
    """Return the published columns ``names`` of the rows that could be treated, and what is to be settled.

    Rows of a month that cannot be built are withheld as ``month-not-open`` once it is known that they
    are not bad; rows of a later month than their file's are bad.
    """
    blanked = [each for rule in feed.rules for each in rule.blanked(raw, context).items()]
    columns, problems, counted = _treated(raw, feed, context, blanked)
    before = dict(columns)
    by_rules = [(rule.first, rule.check(raw, context)) for rule in feed.rules]
    problems = [
        *(each for first, of_rule in by_rules if first for each in of_rule),
        *problems,
        *(each for first, of_rule in by_rules if not first for each in of_rule),
    ]
    problems = [*_checked(problems, feed, blanked)]
    for rule in feed.rules:
        problems = list(rule.excuse(problems, raw, context))
    judgements = []
    for rule in feed.rules:  # each sees the columns as those before it leave them
        judgements.append(rule.judge(raw, columns, context))
        columns = rule.amend(columns, raw, context)
    _check_names(dataset, feed, made=columns, wanted=names)
    bad = nowhere(len(raw))
    for found in problems:
        bad |= found.mask
    ordered = {name: columns[name] for name in names}
    table, positions = _judged(ordered, bad, [rule.unpublishable(raw, context) for rule in feed.rules])
    return SafeTable(
        feed=feed.name,
        table=table,
        positions=positions,
        length=len(raw),
        bad=bad,
        found=_found(problems),
        rulings=(*(each for said in judgements for each in said.rulings), marked("month-not-open", raw.closed)),
        quality=counted | _quality(feed, ordered, judgements),
        references={**_references(dataset, before, columns), **_protecting(raw)},
        applied=tuple(entry for said in judgements for entry in said.applied),
        kept=tuple(each for said in judgements for each in said.kept),
    )


def _check_names(dataset: Dataset, feed: Feed, *, made: Iterable[str], wanted: Iterable[str]) -> None:
    """Stop where the declaration makes other columns than the schema describes."""
    only_made, only_wanted = sorted({*made} - {*wanted}), sorted({*wanted} - {*made})
    words = [f"the feed {feed.name} makes {', '.join(only_made)}, and the schema has no such field"] * bool(only_made)
    words += [f"the schema has {', '.join(only_wanted)}, and nothing in the feed {feed.name} makes it"] * bool(
        only_wanted
    )
    if words:
        what, fix = "; ".join(words), "give both the same names, letter by letter"
        raise SettingsError("bad-declaration", what, where=f"schemas/{dataset.family}/{dataset.name}.json", fix=fix)


def _references(dataset: Dataset, before: Mapping[str, pa.Array], after: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """Return the keyed references that a rule has changed in what is published; the others stand there as they are."""
    return {
        scope: before[name]
        for scope, name in dataset.references.items()
        if name in before and before[name] is not after[name]
    }


def _checked(problems: Iterable[Problem], feed: Feed, blanked: Sequence[tuple[str, Blanked]]) -> Iterator[Problem]:
    """Yield the problems without those of cells of which nothing is published, as the row's own cells say."""
    for found in problems:
        mask = found.mask
        for names in [feed.made_of(found.column)] if blanked else []:
            own = [[each.own for name, each in blanked if name == made] for made in names]
            if own and all(own):
                mask = mask & ~np.logical_and.reduce([np.logical_or.reduce(each) for each in own])
        if mask.any():
            yield found._replace(mask=mask)


def _treated(
    raw: RawTable, feed: Feed, context: Context, blanked: Sequence[tuple[str, Blanked]]
) -> tuple[dict[str, pa.Array], list[Problem], dict[str, Mask]]:
    """Return the published columns, what is wrong with cells, and the figures that treatments count."""
    columns: dict[str, pa.Array] = {}
    counted: dict[str, Mask] = {}
    problems = [Problem(feed.dated_by, "month-after-file", raw.after_file)] if raw.after_file.any() else []
    for column, code in sorted({(column, code) for _, column, code in raw.problems}):
        mask = nowhere(len(raw))
        mask[[position for position, *what in raw.problems if what == [column, code]]] = True
        problems.append(Problem(column, code, mask))
    # pseudonyms keep Python busy, snapping hardly needs it
    for made in map_columns(lambda treatment: treatment.apply(raw.cells, context), feed.treatments, rows=len(raw)):
        columns |= made.columns
        problems.extend(made.problems)
        explained = [each.redacted for name, each in blanked if [*made.columns] == [name]]
        for name, mask in made.quality.items():  # several columns may count one figure
            waits = mask & ~np.logical_or.reduce(explained) if explained else mask
            counted[name] = counted[name] | waits if name in counted else waits
    return columns, problems, counted


def _quality(feed: Feed, columns: Mapping[str, pa.Array], judgements: Sequence[Judgement]) -> dict[str, Mask]:
    figures: dict[str, Mask] = {}
    for treatment in feed.treatments:
        figures |= treatment.quality(columns)
    for said in judgements:
        for name, mask in said.quality.items():  # several rules may count one figure
            figures[name] = figures[name] | mask if name in figures else mask
    return figures


def _judged(
    columns: Mapping[str, pa.Array], bad: Mask, never: Sequence[Mask | None]
) -> tuple[pa.Table, NDArray[np.int64]]:
    """Return the table of the rows that the schema has to judge, and their positions."""
    out = bad.copy()
    for mask in never:
        if mask is not None:
            out |= mask
    table = pa.table(dict(columns))
    positions = np.flatnonzero(~out)
    return (table.take(pa.array(positions)) if out.any() else table), positions


def _found(problems: Sequence[Problem]) -> tuple[Found, ...]:
    ordered = sorted(problems, key=lambda each: REASONS[each.code].apart)  # shown where a row has no other problem
    return tuple(Found(each.column, each.code, np.flatnonzero(each.mask)) for each in ordered)
